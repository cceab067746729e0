//! Vesting: a grantor locks coins for others, who claim what has vested; claims that a receiver refuses are given back.

pub mod contract;
mod error;
pub mod msg;
pub mod state;
