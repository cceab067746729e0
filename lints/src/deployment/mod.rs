//! Lints of the deployed file and of where it is put.

pub mod analysis_incomplete;
pub mod sensitive_contract_on_public_target;
