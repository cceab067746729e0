//! Lints of the contract's own logic.

pub mod reentrancy_write_after_call;
