//! Lints of who may do what.

pub mod arbitrary_call_target;
pub mod auth_by_origin;
pub mod auth_on_attacker_supplied_subject;
mod authority;
mod fields;
pub mod inconsistent_guard;
mod initialiser;
mod ledger;
pub mod misdirected_transfer_notification;
pub mod missing_subject_auth;
mod own_entries;
pub(crate) mod privileged;
pub mod public_callback;
mod records;
pub mod reinitializable;
mod settings;
mod tokens;
pub mod unchecked_payment_asset;
pub mod unprotected_code_upgrade;
pub mod unprotected_destruction;
pub mod unprotected_privileged_write;
pub mod unprotected_value_outflow;
pub mod untrusted_token_notification;
