//! An escrow: a buyer pays in tokens, an arbiter releases them to the seller or gives them back.

pub mod contract;
mod error;
pub mod msg;
pub mod state;
