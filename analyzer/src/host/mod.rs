//! Host models: what the functions a contract imports do to the world. Data, not code: one TOML file per platform in
//! `analyzer/hosts/`, compiled into constants, and files of the same form given by the user.

use crate::ir::Type;

mod builtin;
mod entries;
mod error;
mod file;
mod form;
mod lookup;
mod model;
mod pattern;
mod recognise;
mod words;

pub use entries::{ExportedEntry, entry_points};
pub use error::{HostFileError, Problem};
pub use file::parse;
pub use model::*;
pub use recognise::recognise;
pub use words::*;
