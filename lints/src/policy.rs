//! What the user declares about data, zones and privileges: the policy part of `contract-lint.toml`.

/// The declarations that lints consult.
#[derive(Debug, Clone, Default)]
pub struct Policy {}
