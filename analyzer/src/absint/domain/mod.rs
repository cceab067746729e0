//! What is known of values and of memory at one point of a run.

pub(crate) mod arena;
pub(crate) mod memory;
pub(crate) mod trie;
