//! A DAO: members propose messages, vote on them with the weight they had, and have passed ones executed.

pub mod contract;
mod error;
pub mod msg;
pub mod state;
