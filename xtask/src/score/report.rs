//! Asks the program, and reads its JSON.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// What the program reports, as far as the comparison needs it.
#[derive(Deserialize)]
pub struct Report {
    /// Shown findings of all files.
    pub findings: Vec<Finding>,
}

/// One finding.
#[derive(Deserialize)]
pub struct Finding {
    /// The lint's name.
    pub lint: String,
    /// The file as it was passed.
    pub file: String,
    /// The method as outsiders call it.
    pub method: String,
    /// The place in the source, where it is known.
    pub source: Option<Source>,
    /// Lints that the same defect would trigger, too.
    pub also: Vec<String>,
}

/// A place in the source.
#[derive(Deserialize)]
pub struct Source {
    /// The file as the compiler recorded it.
    pub path: String,
    /// From 1.
    pub line: u32,
}

impl Report {
    /// Lints files, from a folder of their own choice, with the configuration that lies beside them.
    pub fn of(program: &Path, folder: &Path, files: &[PathBuf]) -> Result<Report> {
        let output = Command::new(program)
            .current_dir(folder)
            .args(["--quiet", "--format", "json"])
            .args(files)
            .output()
            .with_context(|| format!("cannot run {}", program.display()))?;
        if !matches!(output.status.code(), Some(0 | 1)) {
            bail!(
                "{} ended with {}: {}",
                program.display(),
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        serde_json::from_slice(&output.stdout).context("the report is no JSON of the known form")
    }
}

impl Finding {
    /// Whether the finding says that there is this defect, itself or among what it stands for.
    pub fn tells(&self, lint: &str) -> bool {
        self.lint == lint || self.also.iter().any(|also| also == lint)
    }
}

/// Builds the program; where it is.
pub(super) fn build() -> Result<PathBuf> {
    let root = super::root();
    let status = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .current_dir(&root)
        .args(["build", "--quiet", "--package", "contract-lint"])
        .status()
        .context("cannot run cargo")?;
    if !status.success() {
        bail!("the program does not build");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    Ok(target.join("debug").join("contract-lint"))
}
