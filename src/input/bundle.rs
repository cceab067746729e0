//! JSON files that carry a module: `.contract` of ink!, `.mxsc.json` of MultiversX.

use contract_lint_analyzer::sidecar::{Sidecar, SidecarKind};
use serde_json::Value;

use super::InputError;
use super::container::Unwrapped;

/// Takes the module out of a bundle.
pub(super) fn open(bytes: Vec<u8>) -> Result<Unwrapped, InputError> {
    let json: Value = serde_json::from_slice(&bytes).map_err(|error| {
        InputError::new(
            format!("it begins like a JSON bundle but is not valid JSON: {error}"),
            "copy or download the file again, or pass the `.wasm` file itself",
        )
    })?;
    if let Some(code) = json.pointer("/source/wasm") {
        return Ok(Unwrapped {
            module: hex(code)?,
            sidecars: vec![Sidecar {
                kind: SidecarKind::InkMetadata,
                bytes,
            }],
        });
    }
    if let Some(code) = json.get("code") {
        let abi = json.get("abi").map(|abi| Sidecar {
            kind: SidecarKind::MultiversxAbi,
            bytes: abi.to_string().into_bytes(),
        });
        return Ok(Unwrapped {
            module: hex(code)?,
            sidecars: abi.into_iter().collect(),
        });
    }
    if json.pointer("/source/contract_binary").is_some() {
        return Err(InputError::new(
            "the bundle holds PolkaVM code, not WebAssembly (ink! 6 and later)",
            "contract-lint reads WebAssembly: build with ink! 5",
        ));
    }
    if json.pointer("/source/hash").is_some() {
        return Err(InputError::new(
            "it is ink! metadata without the code",
            "pass the `.contract` bundle or the `.wasm` file beside it",
        ));
    }
    Err(InputError::new(
        "it is JSON, but neither an ink! `.contract` nor a MultiversX `.mxsc.json` bundle",
        "pass the `.wasm` file",
    ))
}

/// The bytes that a string of hexadecimal digits stands for.
fn hex(value: &Value) -> Result<Vec<u8>, InputError> {
    let decoded = value.as_str().and_then(|text| {
        let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
        let (pairs, rest) = digits.as_chunks::<2>();
        if !rest.is_empty() {
            return None;
        }
        pairs
            .iter()
            .map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?))
            .collect()
    });
    decoded.ok_or_else(|| {
        InputError::new(
            "the code in the bundle is not a string of hexadecimal digits",
            "build the bundle again, or pass the `.wasm` file itself",
        )
    })
}

fn nibble(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}
