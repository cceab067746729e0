//! Why an input cannot be analysed, and what the user can do about it.

use std::io;

use contract_lint_analyzer::module::DecodeError;

/// The reason, as the end of the sentence “cannot analyse `file`: …”, and a remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputError {
    /// What is wrong.
    pub(crate) reason: String,
    /// What to do.
    pub(crate) remedy: String,
}

const BUILD: &str = "build the contract for `wasm32-unknown-unknown` (or `wasm32v1-none`) and pass the `.wasm` file";

impl InputError {
    pub(crate) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }

    /// The file cannot be read.
    pub(crate) fn io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::new(
                "there is no such file or directory",
                "check the path, or build the contract first",
            ),
            io::ErrorKind::PermissionDenied => Self::new(
                "permission to read it is denied",
                "make it readable for the user who runs contract-lint",
            ),
            _ => Self::new(
                format!("it cannot be read ({error})"),
                "check the file and the disk it is on",
            ),
        }
    }

    /// More bytes than any chain accepts.
    pub(crate) fn too_large(limit: u64) -> Self {
        Self::new(
            format!("it is larger than {} MiB", limit >> 20),
            "no chain accepts a contract of this size; pass the contract itself",
        )
    }

    /// The bytes are no module.
    pub(crate) fn decode(error: &DecodeError, bytes: &[u8]) -> Self {
        match error {
            DecodeError::Empty => Self::new(
                "the file is empty",
                "the build may have failed half-way: build the contract again",
            ),
            DecodeError::NotWasm => Self::not_wasm(bytes),
            DecodeError::Component => Self::new(
                "it is a WebAssembly component, not a core module",
                "contracts are core modules: build for `wasm32-unknown-unknown` or `wasm32v1-none`, not for `wasm32-wasip2`",
            ),
            DecodeError::Invalid { offset, message } if message.starts_with("unexpected end") => {
                Self::new(
                    format!(
                        "it is cut off: the module goes on after its last byte ({message} at offset {offset:#x})"
                    ),
                    "copy or download the file again, or build the contract again",
                )
            }
            DecodeError::Invalid { offset, message } => Self::new(
                format!("it is not valid WebAssembly: {message} at offset {offset:#x}"),
                "no chain would accept this file: build the contract again with an up-to-date toolchain",
            ),
        }
    }

    /// The bytes begin like something else.
    pub(crate) fn not_wasm(bytes: &[u8]) -> Self {
        match other_format(bytes) {
            Some(format) => Self::new(format!("it is {format}, not a WebAssembly module"), BUILD),
            None => Self::new(
                "it is not a WebAssembly module: it does not begin with `\\0asm`",
                BUILD,
            ),
        }
    }
}

/// What users pass by mistake.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    const FORMATS: &[(&[u8], &str)] = &[
        (b"\x7fELF", "an ELF file (native code for Linux)"),
        (b"\xcf\xfa\xed\xfe", "a Mach-O file (native code for macOS)"),
        (b"\xca\xfe\xba\xbe", "a universal Mach-O or Java class file"),
        (b"MZ", "a Windows executable"),
        (b"BC\xc0\xde", "LLVM bitcode"),
        (b"!<arch>\n", "a static library"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x28\xb5\x2f\xfd", "a zstd archive"),
        (b"PVM\0", "a PolkaVM program (ink! 6 and later)"),
        (b"\xef\xf0", "Stylus code as stored on chain (compressed)"),
        (b"\xef\xbb\xbf", "a text file"),
    ];
    FORMATS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
        .map(|(_, name)| *name)
}
