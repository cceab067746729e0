//! Lints of the deployed file and of where it is put.

pub mod sensitive_contract_on_public_target;
