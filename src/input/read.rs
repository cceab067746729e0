//! Reading one target: bounded, unwrapped, with what lies beside it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::container::{self, Unwrapped};
use super::{Contract, InputError, Source, Target, sidecar};

/// The largest file that is read, and the largest module that is unpacked. The most permissive chain takes 100 MiB.
pub(super) const LIMIT: u64 = 128 << 20;

/// Reads a target.
pub(crate) fn read(target: &Target) -> Result<Contract, InputError> {
    match &target.source {
        Source::Nothing(error) => Err(error.clone()),
        Source::Stdin => {
            let bytes = bounded(io::stdin().lock())?;
            Ok(contract(container::unwrap(bytes, None)?))
        }
        Source::File(path) => {
            let bytes = file(path)?;
            let mut contract = contract(container::unwrap(bytes, Some(path))?);
            contract.sidecars.extend(sidecar::beside(path));
            contract.sidecars.sort_by_key(|s| s.kind);
            // What the bundle says goes before what lies beside it.
            contract.sidecars.dedup_by_key(|s| s.kind);
            Ok(contract)
        }
    }
}

fn contract(unwrapped: Unwrapped) -> Contract {
    Contract {
        module: unwrapped.module,
        sidecars: unwrapped.sidecars,
    }
}

/// The bytes of a file.
pub(super) fn file(path: &Path) -> Result<Vec<u8>, InputError> {
    let file = File::open(path).map_err(|error| InputError::io(&error))?;
    bounded(file)
}

/// All that a reader gives, unless it is more than any contract is.
pub(super) fn bounded(reader: impl Read) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    reader
        .take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| InputError::io(&error))?;
    if bytes.len() as u64 > LIMIT {
        return Err(InputError::too_large(LIMIT));
    }
    Ok(bytes)
}
