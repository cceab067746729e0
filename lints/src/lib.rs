//! The lint catalog: facts in, findings out. One file per lint, in a folder per domain.

pub mod access;
pub mod consensus;
pub mod cryptography;
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
pub mod storage;
mod texts;

use finding::Finding;
use lint::{Context, Lint};

/// Every lint, sorted by name.
pub static LINTS: &[&Lint] = &[
    &deployment::analysis_incomplete::ANALYSIS_INCOMPLETE,
    &access::arbitrary_call_target::ARBITRARY_CALL_TARGET,
    &smart_contract::async_failure_not_compensated::ASYNC_FAILURE_NOT_COMPENSATED,
    &smart_contract::async_state_race::ASYNC_STATE_RACE,
    &consensus::atomic_reveal_payout::ATOMIC_REVEAL_PAYOUT,
    &access::auth_by_origin::AUTH_BY_ORIGIN,
    &access::auth_on_attacker_supplied_subject::AUTH_ON_ATTACKER_SUPPLIED_SUBJECT,
    &consensus::block_data_randomness::BLOCK_DATA_RANDOMNESS,
    &consensus::block_time_dependence::BLOCK_TIME_DEPENDENCE,
    &deployment::build_path_and_symbol_leak::BUILD_PATH_AND_SYMBOL_LEAK,
    &smart_contract::divide_before_multiply::DIVIDE_BEFORE_MULTIPLY,
    &smart_contract::duplicate_batch_element::DUPLICATE_BATCH_ELEMENT,
    &personal_information::embedded_personal_data::EMBEDDED_PERSONAL_DATA,
    &smart_contract::external_call_in_loop::EXTERNAL_CALL_IN_LOOP,
    &consensus::float_nondeterminism::FLOAT_NONDETERMINISM,
    &deployment::forbidden_import_or_feature::FORBIDDEN_IMPORT_OR_FEATURE,
    &cryptography::hard_coded_secret::HARD_CODED_SECRET,
    &access::inconsistent_guard::INCONSISTENT_GUARD,
    &smart_contract::ineffective_guard::INEFFECTIVE_GUARD,
    &smart_contract::locked_value::LOCKED_VALUE,
    &smart_contract::lost_state_update::LOST_STATE_UPDATE,
    &access::misdirected_transfer_notification::MISDIRECTED_TRANSFER_NOTIFICATION,
    &access::missing_subject_auth::MISSING_SUBJECT_AUTH,
    &personal_information::no_erasure_path::NO_ERASURE_PATH,
    &smart_contract::notification_stale_state::NOTIFICATION_STALE_STATE,
    &personal_information::plaintext_sensitive_parameter::PLAINTEXT_SENSITIVE_PARAMETER,
    &access::public_callback::PUBLIC_CALLBACK,
    &smart_contract::read_only_reentrancy::READ_ONLY_REENTRANCY,
    &smart_contract::reentrancy_write_after_call::REENTRANCY_WRITE_AFTER_CALL,
    &access::reinitializable::REINITIALIZABLE,
    &smart_contract::reply_without_error_branch::REPLY_WITHOUT_ERROR_BRANCH,
    &smart_contract::self_transfer_aliasing::SELF_TRANSFER_ALIASING,
    &deployment::sensitive_contract_on_public_target::SENSITIVE_CONTRACT_ON_PUBLIC_TARGET,
    &personal_information::sensitive_to_error_text::SENSITIVE_TO_ERROR_TEXT,
    &personal_information::sensitive_to_event::SENSITIVE_TO_EVENT,
    &personal_information::sensitive_to_external_message::SENSITIVE_TO_EXTERNAL_MESSAGE,
    &personal_information::sensitive_to_public_state::SENSITIVE_TO_PUBLIC_STATE,
    &personal_information::sensitive_to_query_result::SENSITIVE_TO_QUERY_RESULT,
    &cryptography::signature_replay::SIGNATURE_REPLAY,
    &storage::storage_namespace_collision::STORAGE_NAMESPACE_COLLISION,
    &storage::tainted_storage_key::TAINTED_STORAGE_KEY,
    &smart_contract::trap_in_callback::TRAP_IN_CALLBACK,
    &smart_contract::unbounded_loop::UNBOUNDED_LOOP,
    &smart_contract::unchecked_arithmetic::UNCHECKED_ARITHMETIC,
    &smart_contract::unchecked_call_result::UNCHECKED_CALL_RESULT,
    &access::unchecked_payment_asset::UNCHECKED_PAYMENT_ASSET,
    &cryptography::unchecked_signature_result::UNCHECKED_SIGNATURE_RESULT,
    &personal_information::undeclared_personal_data::UNDECLARED_PERSONAL_DATA,
    &smart_contract::unhandled_async_result::UNHANDLED_ASYNC_RESULT,
    &storage::unpaid_storage_growth::UNPAID_STORAGE_GROWTH,
    &access::unprotected_code_upgrade::UNPROTECTED_CODE_UPGRADE,
    &access::unprotected_destruction::UNPROTECTED_DESTRUCTION,
    &access::unprotected_privileged_write::UNPROTECTED_PRIVILEGED_WRITE,
    &access::unprotected_value_outflow::UNPROTECTED_VALUE_OUTFLOW,
    &personal_information::unresolved_sensitive_method::UNRESOLVED_SENSITIVE_METHOD,
    &smart_contract::unsafe_reentry_configuration::UNSAFE_REENTRY_CONFIGURATION,
    &access::untrusted_token_notification::UNTRUSTED_TOKEN_NOTIFICATION,
    &smart_contract::unvalidated_address_input::UNVALIDATED_ADDRESS_INPUT,
    &deployment::vulnerable_sdk::VULNERABLE_SDK,
    &personal_information::weak_anonymisation::WEAK_ANONYMISATION,
    &cryptography::weak_or_unapproved_crypto::WEAK_OR_UNAPPROVED_CRYPTO,
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
