//! Lints of the deployed file and of where it is put.

mod advisories;
pub mod analysis_incomplete;
pub mod build_path_and_symbol_leak;
pub mod forbidden_import_or_feature;
pub mod sensitive_contract_on_public_target;
pub mod vulnerable_sdk;
