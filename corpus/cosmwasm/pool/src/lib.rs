//! A pool of two native coins that anyone can swap, or add to for a share.

pub mod contract;
mod error;
mod math;
pub mod msg;
pub mod state;
