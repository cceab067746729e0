//! The baseline: findings that were there when the user began to use the linter, kept in a file of their own so that only
//! new ones are reported.
//!
//! An entry is known by the file's path from the baseline's folder and by the finding's fingerprint, which rebuilds and
//! moved code do not change. The rest of an entry is there for people who read the file and its changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::config::nearest;
use crate::input::display_name;
use crate::report::model::Report;

/// The name of the file that is looked for.
pub(crate) const NAME: &str = "contract-lint-baseline.toml";

const HEAD: &str = "\
# Findings that are known and not reported again. Written by `contract-lint baseline`, which also takes out what is gone
# (`--prune`). Entries may be removed by hand; to accept a finding for a reason, use `[[allow]]` in contract-lint.toml.
";

/// The form of the file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    version: u32,
    #[serde(default, rename = "finding")]
    findings: Vec<Entry>,
}

/// A known finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    lint: String,
    method: String,
    message: String,
    fingerprint: String,
}

/// A baseline that was read.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    /// Where it is; `None` if there is none.
    pub(crate) path: Option<PathBuf>,
    entries: Vec<Entry>,
    /// The entries by file and fingerprint.
    index: BTreeMap<(String, String), usize>,
    hidden: Vec<AtomicUsize>,
}

impl Baseline {
    /// The baseline that is given, or the nearest in the folder of the first contract or above it.
    pub(crate) fn load(given: Option<&Path>, folder: &Path) -> anyhow::Result<Self> {
        let path = match given {
            Some(path) => Some(path.to_owned()),
            None => nearest(folder, NAME),
        };
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let shown = display_name(&path);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read the baseline `{shown}`"))?;
        let form: Form = toml::from_str(&text)
            .with_context(|| format!("`{shown}` is no baseline of the known form"))?;
        anyhow::ensure!(
            form.version == 1,
            "`{shown}` is a baseline of version {}, and this program knows version 1",
            form.version
        );
        let key = |entry: &Entry| (entry.file.clone(), entry.fingerprint.clone());
        Ok(Self {
            path: Some(path),
            index: form.findings.iter().map(key).zip(0..).collect(),
            hidden: form.findings.iter().map(|_| AtomicUsize::new(0)).collect(),
            entries: form.findings,
        })
    }

    /// Whether it holds a finding of a file. If so, the entry counts as found.
    pub(crate) fn holds(&self, file: &str, fingerprint: &str) -> bool {
        let Some(path) = &self.path else { return false };
        let key = (relative(file, path), fingerprint.to_owned());
        let Some(entry) = self.index.get(&key) else {
            return false;
        };
        self.hidden[*entry].fetch_add(1, Ordering::Relaxed);
        true
    }

    /// The entries of which nothing was found, among those of files that were analysed: what they say, for people.
    pub(crate) fn stale(&self, report: &Report) -> Vec<String> {
        let Some(path) = &self.path else {
            return Vec::new();
        };
        let analysed = analysed(report, path);
        self.entries
            .iter()
            .zip(&self.hidden)
            .filter(|(entry, hidden)| {
                hidden.load(Ordering::Relaxed) == 0 && analysed.contains(&entry.file)
            })
            .map(|(entry, _)| format!("{}: {} in `{}`", entry.file, entry.lint, entry.method))
            .collect()
    }

    /// The text of the file after a run that hid nothing: all that it found, and what is kept of files that it did not
    /// analyse. With `prune`, only entries that were there before.
    pub(crate) fn renew(
        &self,
        path: &Path,
        report: &Report,
        prune: bool,
    ) -> anyhow::Result<String> {
        let analysed = analysed(report, path);
        let mut entries: Vec<Entry> = self
            .entries
            .iter()
            .filter(|entry| !analysed.contains(&entry.file))
            .cloned()
            .collect();
        for (file, finding) in report.findings() {
            let entry = Entry {
                file: relative(&file.path, path),
                lint: finding.lint.name.to_owned(),
                method: finding.method.clone(),
                message: finding.message.clone(),
                fingerprint: finding.fingerprint.clone(),
            };
            let key = (entry.file.clone(), entry.fingerprint.clone());
            if !prune || self.index.contains_key(&key) {
                entries.push(entry);
            }
        }
        entries.sort();
        entries.dedup();
        let form = Form {
            version: 1,
            findings: entries,
        };
        Ok(format!("{HEAD}{}", toml::to_string(&form)?))
    }
}

/// The analysed files, as a baseline there names them.
fn analysed(report: &Report, baseline: &Path) -> Vec<String> {
    let done = report.files.iter().filter(|f| f.outcome.is_ok());
    done.map(|f| relative(&f.path, baseline)).collect()
}

/// A file's path from the folder of the baseline, where it is below it.
fn relative(file: &str, baseline: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let file = absolute(Path::new(file));
    let folder = absolute(baseline);
    let folder = folder.parent().unwrap_or(Path::new(""));
    let below = file.strip_prefix(folder).unwrap_or(&file);
    below
        .to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/")
}
