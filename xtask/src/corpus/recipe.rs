//! How the contracts of a platform are compiled: `build.toml` in the folder of the platform, or of one contract.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Recipe {
    pub language: Language,
    /// The target triple.
    pub target: String,
    /// Which of the sysroots of `corpus/README.md` goes with Debian's compiler.
    #[serde(default)]
    pub sysroot: Option<String>,
    /// Flags for the compiler, and through it for the linker.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Further arguments of cargo.
    #[serde(default)]
    pub cargo: Vec<String>,
    /// The folder within the contract's that holds the crate to compile, if it is not the contract's own.
    #[serde(default)]
    pub package: Option<String>,
    /// The exports that stay, where the platform's tool removes the others.
    #[serde(default)]
    pub exports: Vec<String>,
    /// Arguments of `wasm-opt`, where the platform's tool runs it.
    #[serde(default)]
    pub optimise: Vec<String>,
    /// Whether custom sections belong to the contract (all but debug info and names stay).
    #[serde(default)]
    pub keep_sections: bool,
    /// The interface description beside the contract, where a program writes it.
    #[serde(default)]
    pub sidecar: Option<Sidecar>,
    /// Folders of the platform that are no contracts, but go into all of them.
    #[serde(default)]
    pub helpers: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Language {
    #[serde(rename = "rust")]
    Rust,
    #[serde(rename = "c++")]
    Cxx,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sidecar {
    /// The crate, a helper of the platform, with a feature per contract; it is given the module, and prints the file.
    pub run: String,
    /// What follows the contract's name in the name of the file.
    pub suffix: String,
}

impl Recipe {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is no recipe", path.display()))
    }
}
