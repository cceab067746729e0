//! What a run found, resolved for people: every report is written from this and nothing else.

use std::sync::Arc;

use contract_lint_analyzer::module::Module;
use contract_lint_lints::lint::{Confidence, Level, LintMeta, Severity};

use crate::input::InputError;

/// All that a run has to say.
#[derive(Debug)]
pub(crate) struct Report {
    /// The files, sorted by name.
    pub(crate) files: Vec<FileReport>,
}

/// What is known of one file.
#[derive(Debug)]
pub(crate) struct FileReport {
    /// The file as the user named it.
    pub(crate) path: String,
    /// What came of it.
    pub(crate) outcome: Result<Analysed, InputError>,
}

/// A file that was analysed.
#[derive(Debug)]
pub(crate) struct Analysed {
    /// The module.
    pub(crate) module: Arc<Module>,
    /// The digest of the module's bytes, in hexadecimal digits.
    pub(crate) sha256: String,
    /// The id of the host model.
    pub(crate) platform: String,
    /// What can be called.
    pub(crate) methods: Vec<MethodReport>,
    /// What the reader should know about the analysis as a whole.
    pub(crate) notes: Vec<String>,
    /// Defects that are shown, sorted by method, function, offset and lint.
    pub(crate) findings: Vec<Reported>,
    /// Defects that are not shown.
    pub(crate) hidden: Hidden,
    /// Comments in the source that are meant for the linter and do not what their author thinks: where, and why.
    pub(crate) complaints: Vec<(SourcePlace, String)>,
}

/// Defects that are not shown, and why.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// The level of the lint is `allow`.
    pub(crate) by_level: usize,
    /// The profile asks for less.
    pub(crate) by_profile: usize,
    /// An `[[allow]]` entry or a comment in the source covers them.
    pub(crate) by_allowance: usize,
    /// The baseline holds them.
    pub(crate) by_baseline: usize,
}

impl Hidden {
    /// All together.
    pub(crate) fn count(self) -> usize {
        self.by_level + self.by_profile + self.by_allowance + self.by_baseline
    }
}

impl std::ops::AddAssign for Hidden {
    fn add_assign(&mut self, other: Self) {
        self.by_level += other.by_level;
        self.by_allowance += other.by_allowance;
        self.by_baseline += other.by_baseline;
    }
}

/// What was analysed of a method.
#[derive(Debug)]
pub(crate) struct MethodReport {
    /// The name by which it is called.
    pub(crate) name: String,
    /// `call`, `query`, …
    pub(crate) kind: &'static str,
    /// Why the analysis is not complete; empty if it is.
    pub(crate) reasons: Vec<String>,
}

/// A defect that is shown.
#[derive(Debug)]
pub(crate) struct Reported {
    pub(crate) lint: &'static LintMeta,
    pub(crate) level: Level,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) message: String,
    /// The method as an outsider names it.
    pub(crate) method: String,
    /// How the method is selected, where it is not an export.
    pub(crate) selector: Option<String>,
    /// Who can reach the method.
    pub(crate) reach: Option<&'static str>,
    /// What happens, in order.
    pub(crate) trace: Vec<ReportedStep>,
    /// Index into `trace` of the event to point at.
    pub(crate) primary: usize,
    pub(crate) notes: Vec<String>,
    pub(crate) help: String,
    pub(crate) also: Vec<&'static str>,
    pub(crate) fingerprint: String,
}

/// An event of a trace.
#[derive(Debug)]
pub(crate) struct ReportedStep {
    pub(crate) message: String,
    /// Where, if it has a place in the code.
    pub(crate) place: Option<Place>,
}

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The index of the function.
    pub(crate) func: u32,
    /// Its name, or `func 37`.
    pub(crate) function: String,
    /// The offset of the instruction in the module.
    pub(crate) offset: u32,
    /// The place in the source, where debug information tells.
    pub(crate) source: Option<SourcePlace>,
    /// Without debug information: a place in the source that the code there mentions when it panics.
    pub(crate) near: Option<SourcePlace>,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourcePlace {
    /// The file as the compiler recorded it.
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: u32,
    /// From 1; 0 where only the line is known.
    pub(crate) column: u32,
}

impl Reported {
    /// Where to point.
    pub(crate) fn place(&self) -> Option<&Place> {
        self.trace.get(self.primary)?.place.as_ref()
    }
}

impl FileReport {
    /// `complete`, `incomplete` or `failed`.
    pub(crate) fn status(&self) -> &'static str {
        match &self.outcome {
            Ok(analysed) if analysed.is_complete() => "complete",
            Ok(_) => "incomplete",
            Err(_) => "failed",
        }
    }

    /// The defects that are shown.
    pub(crate) fn findings(&self) -> &[Reported] {
        match &self.outcome {
            Ok(analysed) => &analysed.findings,
            Err(_) => &[],
        }
    }
}

impl Analysed {
    /// Whether every method was analysed completely. Where there is no method at all, nothing was.
    pub(crate) fn is_complete(&self) -> bool {
        !self.methods.is_empty() && self.methods.iter().all(|method| method.reasons.is_empty())
    }
}

impl MethodReport {
    /// `complete` or `incomplete`.
    pub(crate) fn status(&self) -> &'static str {
        if self.reasons.is_empty() {
            "complete"
        } else {
            "incomplete"
        }
    }
}

impl Report {
    /// Every defect that is shown, with its file.
    pub(crate) fn findings(&self) -> impl Iterator<Item = (&FileReport, &Reported)> {
        self.files
            .iter()
            .flat_map(|file| file.findings().iter().map(move |finding| (file, finding)))
    }

    /// The files that were not analysed.
    pub(crate) fn failed(&self) -> usize {
        self.files.iter().filter(|f| f.outcome.is_err()).count()
    }

    /// The files of which a part was not analysed.
    pub(crate) fn incomplete(&self) -> usize {
        self.files
            .iter()
            .filter(|f| f.status() == "incomplete")
            .count()
    }
}
