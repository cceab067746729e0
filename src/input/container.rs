//! Taking a module out of what platforms and users wrap it in. What a file is, its first bytes say, not its name.

use std::path::Path;

use contract_lint_analyzer::sidecar::{Sidecar, SidecarKind};
use flate2::read::MultiGzDecoder;

use super::read::bounded;
use super::{InputError, bundle};

/// A module and what came in the same wrapping.
#[derive(Debug)]
pub(super) struct Unwrapped {
    pub(super) module: Vec<u8>,
    pub(super) sidecars: Vec<Sidecar>,
}

impl From<Vec<u8>> for Unwrapped {
    fn from(module: Vec<u8>) -> Self {
        Self {
            module,
            sidecars: Vec::new(),
        }
    }
}

/// The length of the header before a Concordium module: version and length.
const CONCORDIUM_HEADER: usize = 8;

/// Takes the module out of the bytes. Bytes of no known form are returned as they are: the decoder says what is wrong.
pub(super) fn unwrap(bytes: Vec<u8>, path: Option<&Path>) -> Result<Unwrapped, InputError> {
    if bytes.starts_with(b"\x1f\x8b") {
        let inner = gunzip(&bytes)?;
        if inner.starts_with(b"\x1f\x8b") {
            return Err(InputError::new(
                "it is compressed more than once",
                "decompress it and pass the `.wasm` file",
            ));
        }
        return unwrap_plain(inner, path);
    }
    unwrap_plain(bytes, path)
}

fn unwrap_plain(bytes: Vec<u8>, path: Option<&Path>) -> Result<Unwrapped, InputError> {
    if bytes.starts_with(b"\0asm") {
        return Ok(bytes.into());
    }
    if bytes.starts_with(b"wasc") {
        return wasc(&bytes);
    }
    if is_concordium(&bytes) {
        return Ok(bytes[CONCORDIUM_HEADER..].to_vec().into());
    }
    match first_visible(&bytes) {
        Some(b'{') => bundle::open(bytes),
        Some(b'(' | b';') => wat(&bytes, path),
        _ if path.is_some_and(|p| p.extension().is_some_and(|e| e == "wat")) => wat(&bytes, path),
        _ => Ok(bytes.into()),
    }
}

fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, InputError> {
    let mut error = match bounded(MultiGzDecoder::new(bytes)) {
        Ok(inner) => return Ok(inner),
        Err(error) => error,
    };
    if error == InputError::too_large(super::read::LIMIT) {
        error.reason = format!("decompressed, {}", error.reason);
        return Err(error);
    }
    Err(InputError::new(
        "its gzip wrapping is damaged or cut off",
        "copy or download the file again, or pass the `.wasm` file itself",
    ))
}

/// Big-endian version 0 or 1, big-endian length of the module, module.
fn is_concordium(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0, 0, 0, 0 | 1, _, _, _, _, b'\0', b'a', b's', b'm', ..]
    )
}

/// The container of AntChain: magic, version and number of sections, then type, offset and length of each.
fn wasc(bytes: &[u8]) -> Result<Unwrapped, InputError> {
    const MODULE: u32 = 1;
    const ABI: u32 = 2;
    let damaged = || {
        InputError::new(
            "its `.wasc` container is damaged or cut off",
            "copy or download the file again, or build the contract again",
        )
    };
    let count = u32_at(bytes, 8).ok_or_else(damaged)?;
    let mut module = None;
    let mut sidecars = Vec::new();
    for index in 0..count as usize {
        let header = 12 + 12 * index;
        let kind = u32_at(bytes, header).ok_or_else(damaged)?;
        let start = u32_at(bytes, header + 4).ok_or_else(damaged)? as usize;
        let length = u32_at(bytes, header + 8).ok_or_else(damaged)? as usize;
        let content = start
            .checked_add(length)
            .and_then(|end| bytes.get(start..end))
            .ok_or_else(damaged)?;
        match kind {
            MODULE if module.is_none() => module = Some(content.to_vec()),
            ABI if sidecars.is_empty() => sidecars.push(Sidecar {
                kind: SidecarKind::AntchainAbi,
                bytes: content.to_vec(),
            }),
            _ => {}
        }
    }
    let module = module.ok_or_else(|| {
        InputError::new(
            "its `.wasc` container holds no plain module",
            "build the contract without ahead-of-time compilation",
        )
    })?;
    Ok(Unwrapped { module, sidecars })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// The text format of WebAssembly.
fn wat(bytes: &[u8], path: Option<&Path>) -> Result<Unwrapped, InputError> {
    let parsed = wat::parse_bytes(bytes).map_err(|mut error| {
        if let Some(path) = path {
            error.set_path(path);
        }
        let text = error.to_string();
        let reason = text.trim_end().replace('\n', "\n  ");
        InputError::new(
            format!("it is not valid WebAssembly text: {reason}"),
            "correct the text, or pass the compiled `.wasm` file",
        )
    })?;
    Ok(parsed.into_owned().into())
}

/// The first byte that is not white space, where the bytes may be text.
fn first_visible(bytes: &[u8]) -> Option<u8> {
    bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .iter()
        .copied()
        .find(|b| !b.is_ascii_whitespace())
}
