//! The lint catalog: facts in, findings out. One file per lint, in a folder per domain.

pub mod finding;
pub mod lint;
pub mod policy;

use finding::Finding;
use lint::{Context, Lint};

/// Every lint, sorted by name.
pub static LINTS: &[&Lint] = &[];

/// The lint of that name.
pub fn by_name(name: &str) -> Option<&'static Lint> {
    LINTS.iter().copied().find(|lint| lint.meta.name == name)
}

/// Runs every lint.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    LINTS
        .iter()
        .flat_map(|lint| (lint.check)(context))
        .collect()
}
