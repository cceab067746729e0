//! Keys that the contract puts together itself.

use contract_lint_analyzer::facts::{Content, Effect};
use contract_lint_analyzer::host::{HostModel, Role};

/// The storage key of an effect, if it is a run of bytes that the contract wrote side by side, rather than one of the
/// host's own structure (a table and a row, a typed value).
pub(super) fn raw_key<'a>(host: &HostModel, effect: &'a Effect) -> Option<&'a Content> {
    let raw = host
        .functions
        .iter()
        .filter(|function| function.shown() == effect.host_function)
        .flat_map(|function| function.args.iter())
        .any(|arg| {
            arg.what == "storage-key"
                && matches!(
                    arg.role,
                    Role::InPtr | Role::InOutPtr | Role::Region | Role::InRegister
                )
        });
    effect.key().filter(|_| raw)
}
