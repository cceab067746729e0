//! Accounts deposit coins and withdraw them again, or have them paid out to a bank account.

pub mod contract;
mod error;
pub mod msg;
pub mod state;
