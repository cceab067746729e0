//! Bytes of a compiled contract in, facts about what it does to the world out.
//!
//! The stages are plain values: [`module::decode`] gives a [`module::Module`], [`lift`] its functions as SSA
//! ([`ir::Function`]), the abstract machine runs the entry points against the [`host`] model of the
//! platform, and [`facts`] is what lints read. [`analyze()`] goes all the way. This crate does no input or output, reads no environment, and knows no lint.

mod absint;
mod analyze;
mod crypto;
pub mod debug;
pub mod entity;
pub mod facts;
mod features;
pub mod graph;
pub mod host;
pub mod ir;
pub mod lift;
pub mod module;
pub mod sidecar;
pub mod spec;

pub use analyze::{Mark, Options, Sealer, analyze};
