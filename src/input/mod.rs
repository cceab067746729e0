//! Finding contracts and reading them: files, folders, patterns, standard input; modules and what they are wrapped in.

mod build_output;
mod bundle;
mod container;
mod error;
mod find;
mod read;
mod sidecar;
mod twin;

use std::path::PathBuf;

use contract_lint_analyzer::sidecar::Sidecar;

pub(crate) use build_output::find_built;
pub(crate) use error::InputError;
pub(crate) use find::find;
pub(crate) use read::read;
pub(crate) use twin::twin;

/// Something to analyse, or the reason why what the user asked for is nothing to analyse.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The name shown in reports: the path as the user wrote it or as it was found from there, with `/`.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) source: Source,
}

/// Where a [`Target`] is.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// Nowhere.
    Nothing(InputError),
}

/// A core module, and what was found with it.
#[derive(Debug)]
pub(crate) struct Contract {
    /// The module, from `\0asm` on.
    pub(crate) module: Vec<u8>,
    /// Descriptions of its interface.
    pub(crate) sidecars: Vec<Sidecar>,
}

/// A path as it is shown: separated by `/`, without characters that a terminal would obey.
pub(crate) fn display_name(path: &std::path::Path) -> String {
    let name = crate::text::printable(&path.to_string_lossy()).into_owned();
    if std::path::MAIN_SEPARATOR == '/' {
        name
    } else {
        name.replace(std::path::MAIN_SEPARATOR, "/")
    }
}
