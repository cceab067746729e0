//! Graphs over lifted code: control flow, dominance, loops, calls.
//!
//! Nothing here recurses, and everything is linear or nearly so: a hostile function may have a million blocks in a row.
//! That is why dominators are not petgraph's, whose time is quadratic there.

pub mod callgraph;
pub mod cfg;
mod dominators;
pub mod dot;
mod indirect;
pub mod loops;
mod search;

pub use dominators::{Dominators, PostDominators};
pub use indirect::IndirectTargets;
