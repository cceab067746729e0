//! Lints of the use of cryptography.

pub mod hard_coded_secret;
pub mod signature_replay;
pub mod unchecked_signature_result;
pub mod weak_or_unapproved_crypto;
