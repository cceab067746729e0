//! The twin of a contract: the same code, with the debug information that was stripped from what is deployed.

use std::path::{Path, PathBuf};

use contract_lint_analyzer::module::{Module, decode};

use super::find::stem;
use super::read::file;
use super::{Source, Target};

/// What builds call it.
const ENDINGS: &[&str] = &[".wasm.debug", ".debug.wasm", "-dbg.wasm"];

/// The twin that is given, or the one that lies beside the contract. One that cannot be read is none.
pub(crate) fn twin(target: &Target, given: Option<&Path>) -> Option<Module> {
    let candidates: Vec<PathBuf> = match (given, &target.source) {
        (Some(path), _) => vec![path.to_owned()],
        (None, Source::File(path)) => {
            let stem = stem(path)?;
            let named = ENDINGS.iter().map(|ending| {
                let mut name = stem.as_os_str().to_owned();
                name.push(ending);
                PathBuf::from(name)
            });
            named.filter(|twin| twin != path).collect()
        }
        (None, Source::Stdin | Source::Nothing(_)) => Vec::new(),
    };
    let found = candidates.into_iter().find(|path| path.is_file())?;
    decode(file(&found).ok()?).ok()
}
