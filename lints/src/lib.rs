//! The lint catalog: facts in, findings out. One file per lint, in a folder per domain.

pub mod access;
pub mod consensus;
pub mod cryptography;
pub mod deployment;
mod events;
pub mod finding;
pub mod lint;
pub mod personal_information;
pub mod policy;
pub mod smart_contract;
pub mod storage;
mod texts;

use finding::Finding;
use lint::{Context, Lint};

/// Every lint, sorted by name.
pub static LINTS: &[&Lint] = &[
    &consensus::atomic_reveal_payout::ATOMIC_REVEAL_PAYOUT,
    &consensus::block_data_randomness::BLOCK_DATA_RANDOMNESS,
    &consensus::block_time_dependence::BLOCK_TIME_DEPENDENCE,
    &deployment::build_path_and_symbol_leak::BUILD_PATH_AND_SYMBOL_LEAK,
    &personal_information::embedded_personal_data::EMBEDDED_PERSONAL_DATA,
    &consensus::float_nondeterminism::FLOAT_NONDETERMINISM,
    &deployment::forbidden_import_or_feature::FORBIDDEN_IMPORT_OR_FEATURE,
    &cryptography::hard_coded_secret::HARD_CODED_SECRET,
    &access::missing_subject_auth::MISSING_SUBJECT_AUTH,
    &personal_information::no_erasure_path::NO_ERASURE_PATH,
    &personal_information::plaintext_sensitive_parameter::PLAINTEXT_SENSITIVE_PARAMETER,
    &smart_contract::reentrancy_write_after_call::REENTRANCY_WRITE_AFTER_CALL,
    &deployment::sensitive_contract_on_public_target::SENSITIVE_CONTRACT_ON_PUBLIC_TARGET,
    &personal_information::sensitive_to_error_text::SENSITIVE_TO_ERROR_TEXT,
    &personal_information::sensitive_to_event::SENSITIVE_TO_EVENT,
    &personal_information::sensitive_to_external_message::SENSITIVE_TO_EXTERNAL_MESSAGE,
    &personal_information::sensitive_to_public_state::SENSITIVE_TO_PUBLIC_STATE,
    &personal_information::sensitive_to_query_result::SENSITIVE_TO_QUERY_RESULT,
    &cryptography::signature_replay::SIGNATURE_REPLAY,
    &storage::storage_namespace_collision::STORAGE_NAMESPACE_COLLISION,
    &storage::tainted_storage_key::TAINTED_STORAGE_KEY,
    &cryptography::unchecked_signature_result::UNCHECKED_SIGNATURE_RESULT,
    &personal_information::undeclared_personal_data::UNDECLARED_PERSONAL_DATA,
    &storage::unpaid_storage_growth::UNPAID_STORAGE_GROWTH,
    &access::unprotected_code_upgrade::UNPROTECTED_CODE_UPGRADE,
    &access::unprotected_privileged_write::UNPROTECTED_PRIVILEGED_WRITE,
    &personal_information::unresolved_sensitive_method::UNRESOLVED_SENSITIVE_METHOD,
    &deployment::vulnerable_sdk::VULNERABLE_SDK,
    &personal_information::weak_anonymisation::WEAK_ANONYMISATION,
    &cryptography::weak_or_unapproved_crypto::WEAK_OR_UNAPPROVED_CRYPTO,
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
