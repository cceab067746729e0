//! The lint catalog: facts in, findings out. One file per lint, in a folder per domain.

pub mod finding;
pub mod lint;
pub mod policy;
