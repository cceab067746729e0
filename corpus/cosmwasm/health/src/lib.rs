//! Medical records of several clinics on a chain of their own.

pub mod contract;
mod error;
pub mod msg;
pub mod state;
