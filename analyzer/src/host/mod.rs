//! Host models, and what they say of a module: which they are in `contract_lint_hosts`, here is where modules meet them.

mod entries;
mod recognise;

pub use contract_lint_hosts::*;
pub use entries::{ExportedEntry, entry_points};
pub use recognise::recognise;
