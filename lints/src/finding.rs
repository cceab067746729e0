//! Findings: what a lint says, where, why, and how to mend it. No paths, colours or rendered code: reports add these.

use contract_lint_analyzer::facts::{Method, Site};

use crate::lint::{Confidence, LintMeta, Severity};

/// A defect found in one method.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The lint that found it.
    pub lint: &'static LintMeta,
    /// How bad it is; at most the lint's severity.
    pub severity: Severity,
    /// How likely it is true.
    pub confidence: Confidence,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// The method, as an outsider names it; empty if the contract as a whole is concerned.
    pub method: String,
    /// The events in order. One of them is the place of the finding.
    pub trace: Vec<Step>,
    /// Index into `trace` of the place to point at.
    pub primary: usize,
    /// Further sentences: who can reach it, which guard was found, what was not analysed.
    pub notes: Vec<String>,
    /// How to mend it, in the platform's own terms.
    pub help: String,
    /// Names of lints that the same defect would trigger, folded into this finding.
    pub also: Vec<&'static str>,
    /// What tells this finding from others of the same lint in the same method, stable over rebuilds (a key class, a
    /// parameter's name); part of the fingerprint.
    pub subject: String,
}

/// One event of a trace.
#[derive(Debug, Clone)]
pub struct Step {
    /// What happens.
    pub message: String,
    /// Where. `None` for what has no place in the code, such as an interface.
    pub site: Option<Site>,
}

impl Finding {
    /// A finding with the severity and confidence of its lint, which points at the last step. What was not analysed
    /// completely is not taken to be certain.
    pub(crate) fn new(
        lint: &'static LintMeta,
        method: &Method,
        message: impl Into<String>,
        trace: Vec<Step>,
    ) -> Self {
        let confidence = match lint.confidence {
            Confidence::High if !method.reasons.is_empty() => Confidence::Medium,
            confidence => confidence,
        };
        Finding {
            lint,
            severity: lint.severity,
            confidence,
            message: message.into(),
            method: method.name.clone(),
            primary: trace.len().saturating_sub(1),
            trace,
            notes: Vec::new(),
            help: String::new(),
            also: Vec::new(),
            subject: String::new(),
        }
    }

    /// Where the finding is; `None` if it concerns an interface rather than a place in the code.
    pub fn site(&self) -> Option<&Site> {
        self.trace.get(self.primary)?.site.as_ref()
    }
}
