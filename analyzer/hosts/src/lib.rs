//! Host models: what the functions a contract imports do to the world. Data, not code: one TOML file per platform in this
//! folder, compiled into constants, and files of the same form given by the user.
//!
//! A crate of its own, since the constants take longer to compile than all of the analyzer.

mod builtin;
mod error;
mod file;
mod form;
mod lookup;
mod model;
mod pattern;
mod ty;
mod words;

pub use error::{HostFileError, Problem};
pub use file::parse;
pub use model::*;
pub use pattern::matches;
pub use ty::{FuncType, Type};
pub use words::*;
