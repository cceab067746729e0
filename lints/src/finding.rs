//! Findings: what a lint says, where, why, and how to mend it. No paths, colours or rendered code: reports add these.

use contract_lint_analyzer::facts::{Method, Node, Site};

use crate::lint::{Confidence, Lint, LintMeta, Severity};

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

/// Of findings of one lint, the first at each place: a helper of many methods is told of once, with a note of the others.
pub(crate) fn once_for_each_place(findings: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    let place = |f: &Finding| f.site().map(|site| (site.func, site.offset));
    let mut told: Vec<(Finding, usize)> = Vec::new();
    for finding in findings {
        let same = told
            .iter_mut()
            .find(|(f, _)| place(f).is_some() && place(f) == place(&finding));
        match same {
            Some((_, others)) => *others += 1,
            None => told.push((finding, 0)),
        }
    }
    let noted = |(mut finding, others): (Finding, usize)| {
        match others {
            0 => {}
            1 => finding
                .notes
                .push("another method gets here, too".to_owned()),
            _ => finding
                .notes
                .push(format!("{others} other methods get here, too")),
        }
        finding
    };
    told.into_iter().map(noted).collect()
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
    pub(crate) fn traced(
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

    /// A finding as bad and as likely as its lint says, with nothing told of it yet.
    pub fn new(
        lint: &Lint,
        method: &Method,
        message: impl Into<String>,
        subject: impl Into<String>,
    ) -> Self {
        Self {
            lint: lint.meta,
            severity: lint.meta.severity,
            confidence: lint.meta.confidence,
            message: message.into(),
            method: method.name.clone(),
            trace: Vec::new(),
            primary: 0,
            notes: Vec::new(),
            help: String::new(),
            also: Vec::new(),
            subject: subject.into(),
        }
    }

    /// As bad as this.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// As likely as this at most.
    #[must_use]
    pub fn at_most(mut self, confidence: Confidence) -> Self {
        self.confidence = self.confidence.min(confidence);
        self
    }

    /// The next event of the trace.
    #[must_use]
    pub fn then(mut self, method: &Method, node: Node, message: impl Into<String>) -> Self {
        self.trace.push(Step {
            message: message.into(),
            site: Some(method.graph.nodes[node].site.clone()),
        });
        self
    }

    /// An event before all that are told so far.
    #[must_use]
    pub fn first(mut self, method: &Method, node: Node, message: impl Into<String>) -> Self {
        let step = Step {
            message: message.into(),
            site: Some(method.graph.nodes[node].site.clone()),
        };
        self.trace.insert(0, step);
        self.primary += 1;
        self
    }

    /// The next event of the trace, which is the place of the finding.
    #[must_use]
    pub fn here(mut self, method: &Method, node: Node, message: impl Into<String>) -> Self {
        self.primary = self.trace.len();
        self.then(method, node, message)
    }

    /// An event of another method.
    #[must_use]
    pub fn and(mut self, step: Option<Step>) -> Self {
        self.trace.extend(step);
        self
    }

    /// A further sentence.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// How to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Where the finding is; `None` if it concerns an interface rather than a place in the code.
    pub fn site(&self) -> Option<&Site> {
        self.trace.get(self.primary)?.site.as_ref()
    }
}
