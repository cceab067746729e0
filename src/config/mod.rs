//! What the user configured.

mod levels;

pub(crate) use levels::{Levels, Scope};
