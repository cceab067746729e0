//! A fungible token: holders transfer it, or allow others to.

pub mod contract;
mod error;
pub mod msg;
pub mod state;
