//! The built-in models, as the build script makes them from the files of this folder.

use std::borrow::Cow;

use super::Type;
use super::model::*;
use super::words::*;

include!(concat!(env!("OUT_DIR"), "/models.rs"));

impl HostModel {
    /// The model of every platform that is built in, by id.
    pub fn builtins() -> &'static [HostModel] {
        &MODELS
    }

    /// The built-in model of that id.
    pub fn builtin(id: &str) -> Option<&'static HostModel> {
        let index = MODELS
            .binary_search_by(|model| model.id.as_ref().cmp(id))
            .ok()?;
        MODELS.get(index)
    }

    /// What toolchains add on any platform: the functions of WASI, of emscripten and the like.
    pub fn support() -> &'static HostModel {
        &SUPPORT
    }
}
