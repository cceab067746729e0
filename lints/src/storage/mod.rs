//! Lints of what is kept on the ledger, and under which keys.

mod raw;
pub mod storage_namespace_collision;
pub mod tainted_storage_key;
pub mod unpaid_storage_growth;
