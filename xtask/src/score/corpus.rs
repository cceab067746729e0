//! Our own contracts: what their source says (`//~ lint`) against what is found.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::report::{Finding, Report};
use super::tally::Tally;

/// The list of what falls short.
const SHORTFALLS: &str = "corpus/shortfalls.txt";
/// What encloses the table in the corpus' README.
const MARKS: (&str, &str) = (
    "<!-- score: written by `cargo xtask score --write` -->",
    "<!-- end of score -->",
);

/// A contract of the corpus with what its source says.
pub struct Contract {
    /// `near`.
    pub platform: String,
    /// `near/vault`.
    pub id: String,
    dir: PathBuf,
    expected: Vec<Expectation>,
}

/// A `//~` comment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Expectation {
    /// The source file, relative to the contract's folder.
    file: String,
    line: u32,
    lint: String,
}

/// Where expectation and finding differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mismatch {
    /// The contract, or the module.
    pub contract: String,
    /// Where: line of source, or method.
    pub place: String,
    /// The lint.
    pub lint: String,
    /// What is wrong.
    pub what: &'static str,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}: {}",
            self.contract, self.place, self.lint, self.what
        )
    }
}

/// All contracts that have a module with line tables, in the order of their names.
pub fn contracts(corpus: &Path) -> Result<Vec<Contract>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(corpus)
        .min_depth(3)
        .max_depth(3)
        .sort_by_file_name()
    {
        let entry = entry?;
        let Some(name) = entry
            .file_name()
            .to_str()
            .and_then(|n| n.strip_suffix(".wasm.debug"))
        else {
            continue;
        };
        let dir = entry.path().parent().context("a file lies in a folder")?;
        let platform = dir
            .parent()
            .and_then(Path::file_name)
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        found.push(Contract {
            id: format!("{platform}/{name}"),
            platform,
            dir: dir.to_owned(),
            expected: expectations(dir)?,
        });
    }
    Ok(found)
}

/// The comments of all source files of a contract.
fn expectations(dir: &Path) -> Result<Vec<Expectation>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(dir).sort_by_file_name() {
        let entry = entry?;
        let is_source = entry
            .path()
            .extension()
            .is_some_and(|e| e == "rs" || e == "cpp" || e == "hpp" || e == "ts" || e == "go");
        if !is_source {
            continue;
        }
        let text = std::fs::read_to_string(entry.path())?;
        let file = entry.path().strip_prefix(dir)?.display().to_string();
        for (index, line) in text.lines().enumerate() {
            let Some((_, comment)) = line.split_once("//~") else {
                continue;
            };
            let above = comment.chars().take_while(|c| *c == '^').count();
            let line = index + 1 - above;
            for lint in comment[above..].split(',') {
                let lint = lint.trim().to_owned();
                if lint.is_empty() {
                    bail!("{}:{}: names no lint", entry.path().display(), index + 1);
                }
                found.push(Expectation {
                    file: file.clone(),
                    line: u32::try_from(line)?,
                    lint,
                });
            }
        }
    }
    Ok(found)
}

impl Contract {
    /// The module as deployed and the one with line tables.
    pub fn modules(&self) -> [PathBuf; 2] {
        let name = self.dir.file_name().unwrap_or_default();
        let plain = self.dir.join(name).with_extension("wasm");
        let debug = self.dir.join(name).with_extension("wasm.debug");
        [plain, debug]
    }

    /// Compares the findings on the module with line tables with the source, and those on the stripped one with them.
    pub fn compare(&self, program: &Path, root: &Path, tally: &mut Tally) -> Result<Vec<Mismatch>> {
        let [plain, debug] = self.modules();
        let report = Report::of(program, root, &[plain.clone(), debug.clone()])?;
        let of = |module: &Path| {
            let name = module.file_name().unwrap_or_default().to_os_string();
            report
                .findings
                .iter()
                .filter(move |f| Path::new(&f.file).file_name() == Some(&name))
                .filter(|f| f.lint != "analysis-incomplete")
        };
        let findings: Vec<&Finding> = of(&debug).collect();
        let mut mismatches = self.against_source(&findings, tally);
        let methods = |finding: &Finding| (finding.method.clone(), finding.lint.clone());
        let with: BTreeSet<_> = findings.iter().map(|f| methods(f)).collect();
        let without: BTreeSet<_> = of(&plain).map(methods).collect();
        for (method, lint) in with.symmetric_difference(&without) {
            mismatches.push(self.mismatch(method.clone(), lint, "stripped and unstripped differ"));
        }
        mismatches.sort();
        Ok(mismatches)
    }

    fn against_source(&self, findings: &[&Finding], tally: &mut Tally) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        let mut told = vec![false; findings.len()];
        for expected in &self.expected {
            let mut found = false;
            for (finding, told) in findings.iter().zip(&mut told) {
                if expected.is_told_by(finding) {
                    found = true;
                    *told |= finding.lint == expected.lint;
                }
            }
            let cell = tally.cell(&expected.lint, &self.platform);
            if found {
                cell.true_positives += 1;
            } else {
                cell.false_negatives += 1;
                let place = format!("{}:{}", expected.file, expected.line);
                mismatches.push(self.mismatch(place, &expected.lint, "missing"));
            }
        }
        let mut extra = BTreeSet::new();
        for (finding, _) in findings.iter().zip(told).filter(|(_, told)| !told) {
            let line = match &finding.source {
                Some(source) => format!("{}:{}", file_name(&source.path), source.line),
                None => "?".to_owned(),
            };
            extra.insert((finding.lint.clone(), format!("{line} ({})", finding.method)));
        }
        for (lint, place) in extra {
            tally.cell(&lint, &self.platform).false_positives += 1;
            mismatches.push(self.mismatch(place, &lint, "not expected"));
        }
        mismatches
    }

    fn mismatch(&self, place: String, lint: &str, what: &'static str) -> Mismatch {
        Mismatch {
            contract: self.id.clone(),
            place,
            lint: lint.to_owned(),
            what,
        }
    }
}

impl Expectation {
    fn is_told_by(&self, finding: &Finding) -> bool {
        finding.tells(&self.lint)
            && finding.source.as_ref().is_some_and(|source| {
                file_name(&source.path) == file_name(&self.file)
                    && source.line.abs_diff(self.line) <= 1
            })
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The README with the table between its marks, and the list of what falls short.
pub(super) fn records(
    root: &Path,
    tally: &Tally,
    mismatches: &[Mismatch],
) -> Result<[(PathBuf, String); 2]> {
    let readme = root.join("corpus/README.md");
    let text = std::fs::read_to_string(&readme)?;
    let (before, rest) = text
        .split_once(MARKS.0)
        .context("corpus/README.md has no place for the score")?;
    let (_, after) = rest
        .split_once(MARKS.1)
        .context("corpus/README.md has no end of the score")?;
    let table = tally.table();
    let text = format!("{before}{}\n\n{table}{}{after}", MARKS.0, MARKS.1);
    let list = mismatches.iter().map(|m| format!("{m}\n")).collect();
    Ok([(readme, text), (root.join(SHORTFALLS), list)])
}
