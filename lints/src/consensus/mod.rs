//! Lints of determinism and fairness: what a contract makes of the block that it runs in.

pub mod atomic_reveal_payout;
pub mod block_data_randomness;
pub mod block_time_dependence;
mod draw;
pub mod float_nondeterminism;
