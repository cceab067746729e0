//! The lints as SARIF rules, and the kinds of notifications.

use std::collections::{BTreeMap, BTreeSet};

use contract_lint_lints::LINTS;
use contract_lint_lints::lint::{Confidence, Level, LintMeta, Severity};

use super::model::{Configuration, Descriptor, DescriptorReference, Text};
use crate::docs;
use crate::report::model::Report;

/// All lints, sorted by name, whether they found anything or not.
pub(super) struct Rules {
    lints: BTreeMap<&'static str, &'static LintMeta>,
}

impl Rules {
    pub(super) fn new(report: &Report) -> Self {
        let all = LINTS.iter().map(|lint| lint.meta);
        let found = report.findings().map(|(_, finding)| finding.lint);
        Self {
            lints: all.chain(found).map(|lint| (lint.name, lint)).collect(),
        }
    }

    /// The place of a lint in the list.
    pub(super) fn index(&self, name: &str) -> usize {
        self.lints
            .keys()
            .take_while(|other| **other != name)
            .count()
    }

    pub(super) fn descriptors(&self) -> Vec<Descriptor> {
        self.lints.values().map(|lint| descriptor(lint)).collect()
    }
}

fn descriptor(lint: &LintMeta) -> Descriptor {
    let markdown = docs::markdown(lint);
    let references = lint.references.iter().map(|r| (*r).to_owned());
    let cwe = lint.cwe.iter().map(|n| format!("external/cwe/cwe-{n:03}"));
    let tags: BTreeSet<String> = cwe.chain(references).collect();
    // Services show the first ten, and only with this one they read the severity.
    let mut tags: Vec<String> = std::iter::once("security".to_owned())
        .chain(std::iter::once(lint.domain.name().to_owned()))
        .chain(tags)
        .collect();
    tags.truncate(20);
    Descriptor {
        id: lint.name,
        // A name that says the same as the identifier is against the standard.
        name: lint.name.contains('-').then(|| pascal_case(lint.name)),
        short_description: sentence(lint.summary).into(),
        full_description: sentence(&what_it_does(&markdown, lint.summary)).into(),
        help: Text {
            text: docs::plain(&markdown),
            markdown: Some(markdown),
        },
        default_configuration: Some(Configuration {
            level: match lint.level {
                Level::Deny => "error",
                Level::Warn => "warning",
                Level::Allow => "note",
            },
            enabled: lint.level != Level::Allow,
        }),
        properties: BTreeMap::from([
            ("tags", tags.into()),
            ("precision", precision(lint.confidence).into()),
            ("security-severity", security_severity(lint.severity).into()),
        ]),
    }
}

/// The first paragraph of the documentation, as much of it as services take.
fn what_it_does(markdown: &str, otherwise: &str) -> String {
    const MAX: usize = 1000;
    let lines = markdown
        .lines()
        .skip_while(|l| l.is_empty() || l.starts_with('#'));
    let paragraph: Vec<&str> = lines.take_while(|l| !l.is_empty()).collect();
    let mut text: String = paragraph.join(" ").chars().take(MAX).collect();
    if text.is_empty() {
        otherwise.clone_into(&mut text);
    }
    text
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{}{}{stop}", first.unwrap_or_default(), chars.as_str())
}

fn pascal_case(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        })
        .collect()
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// On the scale of CVSS, in the middle of the range that code scanning gives the word.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.5",
    }
}

/// A kind of notification.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    id: &'static str,
    index: usize,
    short: &'static str,
    full: &'static str,
}

pub(super) const NOT_ANALYSED: Kind = Kind {
    id: "input-not-analysed",
    index: 0,
    short: "An input was not analysed.",
    full: "The input is not a WebAssembly contract, or it cannot be read.",
};

pub(super) const INCOMPLETE: Kind = Kind {
    id: "analysis-incomplete",
    index: 1,
    short: "A method was not analysed completely.",
    full: "Findings in code that was not analysed are missing from this log.",
};

pub(super) const NOT_LISTED: Kind = Kind {
    id: "findings-not-listed",
    index: 2,
    short: "There are more findings than are listed.",
    full: "Services that read this log accept a limited number of results.",
};

impl Kind {
    pub(super) fn reference(self) -> DescriptorReference {
        DescriptorReference {
            id: self.id,
            index: self.index,
        }
    }
}

pub(super) fn notifications() -> Vec<Descriptor> {
    [NOT_ANALYSED, INCOMPLETE, NOT_LISTED]
        .map(|kind| Descriptor {
            id: kind.id,
            name: Some(pascal_case(kind.id)),
            short_description: kind.short.to_owned().into(),
            full_description: kind.full.to_owned().into(),
            help: kind.full.to_owned().into(),
            default_configuration: None,
            properties: BTreeMap::new(),
        })
        .into()
}
