//! Lints of personal information and sensitive business data: what the policy calls sensitive, and where it goes.

mod detect;
pub mod embedded_personal_data;
mod flow;
mod judge;
mod names;
pub mod no_erasure_path;
pub mod plaintext_sensitive_parameter;
pub mod sensitive_to_error_text;
pub mod sensitive_to_event;
pub mod sensitive_to_external_message;
pub mod sensitive_to_public_state;
pub mod sensitive_to_query_result;
mod shape;
mod sinks;
mod sources;
pub mod undeclared_personal_data;
pub mod unresolved_sensitive_method;
pub mod weak_anonymisation;

pub(crate) use sources::is_in;
