//! The lint catalog: facts in, findings out. One file per lint, in a folder per domain.

pub mod access;
mod events;
pub mod finding;
pub mod lint;
pub mod personal_information;
pub mod policy;
pub mod smart_contract;

use finding::Finding;
use lint::{Context, Lint};

/// Every lint, sorted by name.
pub static LINTS: &[&Lint] = &[
    &access::missing_subject_auth::MISSING_SUBJECT_AUTH,
    &personal_information::plaintext_sensitive_parameter::PLAINTEXT_SENSITIVE_PARAMETER,
    &smart_contract::reentrancy_write_after_call::REENTRANCY_WRITE_AFTER_CALL,
    &personal_information::sensitive_to_event::SENSITIVE_TO_EVENT,
    &personal_information::sensitive_to_public_state::SENSITIVE_TO_PUBLIC_STATE,
    &access::unprotected_code_upgrade::UNPROTECTED_CODE_UPGRADE,
    &access::unprotected_privileged_write::UNPROTECTED_PRIVILEGED_WRITE,
];

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
