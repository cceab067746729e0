//! Others' modules with a `labels.tsv`: columns module, platform, entry, lint, expect (fire or quiet), source_line, note.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Outcome;
use super::corpus::Mismatch;
use super::report::Report;

struct Label {
    module: String,
    platform: String,
    entry: String,
    lint: String,
    fires: bool,
}

/// Compares; what is not labelled counts neither way.
pub(super) fn compare(program: &Path, folder: &Path) -> Result<Outcome> {
    let labels = read(&folder.join("labels.tsv"))?;
    let modules: BTreeSet<&str> = labels.iter().map(|l| l.module.as_str()).collect();
    let files: Vec<PathBuf> = modules.into_iter().map(PathBuf::from).collect();
    let report = Report::of(program, folder, &files)?;
    let mut outcome = Outcome::default();
    for label in &labels {
        let found = report.findings.iter().any(|finding| {
            finding.file == label.module
                && (label.entry.is_empty() || finding.method == label.entry)
                && finding.tells(&label.lint)
        });
        let cell = outcome.tally.cell(&label.lint, &label.platform);
        let what = match (label.fires, found) {
            (true, true) => {
                cell.true_positives += 1;
                continue;
            }
            (false, false) => continue,
            (true, false) => {
                cell.false_negatives += 1;
                "missing"
            }
            (false, true) => {
                cell.false_positives += 1;
                "not expected"
            }
        };
        outcome.mismatches.push(Mismatch {
            contract: label.module.clone(),
            place: label.entry.clone(),
            lint: label.lint.clone(),
            what,
        });
    }
    Ok(outcome)
}

fn read(path: &Path) -> Result<Vec<Label>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut labels = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut cells = line.split('\t').map(str::trim);
        let mut cell = || cells.next().unwrap_or_default().to_owned();
        let (module, platform, entry, lint, expect) = (cell(), cell(), cell(), cell(), cell());
        if module.is_empty() || module == "module" || module.starts_with('#') {
            continue;
        }
        let fires = match expect.as_str() {
            "fire" => true,
            "quiet" => false,
            other => bail!(
                "{}:{}: expect is `{other}`, not `fire` or `quiet`",
                path.display(),
                index + 1
            ),
        };
        labels.push(Label {
            module,
            platform,
            entry,
            lint,
            fires,
        });
    }
    Ok(labels)
}
