//! Lints of personal information and sensitive business data: what the policy calls sensitive, and where it goes.

mod flow;
pub mod plaintext_sensitive_parameter;
pub mod sensitive_to_event;
pub mod sensitive_to_public_state;
mod sources;
