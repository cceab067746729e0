//! The lint catalog: facts in, findings out. One file per lint, in a folder per domain.

pub mod access;
pub mod deployment;
mod events;
pub mod finding;
mod fold;
mod keys;
pub mod lint;
pub mod personal_information;
pub mod policy;
pub mod reasons;
mod remedy;
pub mod smart_contract;
mod texts;

use finding::Finding;
use lint::{Context, Lint};

/// Every lint, sorted by name.
pub static LINTS: &[&Lint] = &[
    &deployment::analysis_incomplete::ANALYSIS_INCOMPLETE,
    &access::arbitrary_call_target::ARBITRARY_CALL_TARGET,
    &access::auth_by_origin::AUTH_BY_ORIGIN,
    &access::auth_on_attacker_supplied_subject::AUTH_ON_ATTACKER_SUPPLIED_SUBJECT,
    &personal_information::embedded_personal_data::EMBEDDED_PERSONAL_DATA,
    &access::inconsistent_guard::INCONSISTENT_GUARD,
    &access::misdirected_transfer_notification::MISDIRECTED_TRANSFER_NOTIFICATION,
    &access::missing_subject_auth::MISSING_SUBJECT_AUTH,
    &personal_information::no_erasure_path::NO_ERASURE_PATH,
    &personal_information::plaintext_sensitive_parameter::PLAINTEXT_SENSITIVE_PARAMETER,
    &access::public_callback::PUBLIC_CALLBACK,
    &smart_contract::reentrancy_write_after_call::REENTRANCY_WRITE_AFTER_CALL,
    &access::reinitializable::REINITIALIZABLE,
    &deployment::sensitive_contract_on_public_target::SENSITIVE_CONTRACT_ON_PUBLIC_TARGET,
    &personal_information::sensitive_to_error_text::SENSITIVE_TO_ERROR_TEXT,
    &personal_information::sensitive_to_event::SENSITIVE_TO_EVENT,
    &personal_information::sensitive_to_external_message::SENSITIVE_TO_EXTERNAL_MESSAGE,
    &personal_information::sensitive_to_public_state::SENSITIVE_TO_PUBLIC_STATE,
    &personal_information::sensitive_to_query_result::SENSITIVE_TO_QUERY_RESULT,
    &access::unchecked_payment_asset::UNCHECKED_PAYMENT_ASSET,
    &personal_information::undeclared_personal_data::UNDECLARED_PERSONAL_DATA,
    &access::unprotected_code_upgrade::UNPROTECTED_CODE_UPGRADE,
    &access::unprotected_destruction::UNPROTECTED_DESTRUCTION,
    &access::unprotected_privileged_write::UNPROTECTED_PRIVILEGED_WRITE,
    &access::unprotected_value_outflow::UNPROTECTED_VALUE_OUTFLOW,
    &personal_information::unresolved_sensitive_method::UNRESOLVED_SENSITIVE_METHOD,
    &access::untrusted_token_notification::UNTRUSTED_TOKEN_NOTIFICATION,
    &personal_information::weak_anonymisation::WEAK_ANONYMISATION,
];

/// The lint of that name.
pub fn by_name(name: &str) -> Option<&'static Lint> {
    LINTS.iter().copied().find(|lint| lint.meta.name == name)
}

/// Runs every lint, and leaves one finding of each defect.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let all = LINTS
        .iter()
        .flat_map(|lint| (lint.check)(context))
        .collect();
    fold::fold(all)
}
