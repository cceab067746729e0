//! A registry of people, whose identity cards an office has seen.

pub mod contract;
mod error;
pub mod msg;
pub mod state;
