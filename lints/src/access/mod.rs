//! Lints of who may do what.

pub mod missing_subject_auth;
pub mod unprotected_code_upgrade;
pub mod unprotected_privileged_write;
