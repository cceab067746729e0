//! `vulnerable-sdk`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::advisories::{ADVISORIES, Advisory, Version};
use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::{Confidence, Context, Severity};
use crate::texts::runs;

declare_lint! {
    /// ### What it does
    /// Reads the versions of libraries from the paths in panic messages, and looks them up in a table of known defects.
    ///
    /// ### Why is this bad?
    /// The contract has the defects of the libraries that it was built with.
    ///
    /// ### Example
    /// ```text
    /// serde-json-wasm-0.5.1/src/de/mod.rs
    /// ```
    ///
    /// ### Use instead
    /// ```sh
    /// cargo update -p serde-json-wasm
    /// ```
    ///
    /// ### Known problems
    /// Builds that remap or drop paths hide the versions: no finding does not mean that there is no defect. Whether the
    /// defective code runs is not looked at; where it leaves traces, and there are none, the confidence is low.
    pub VULNERABLE_SDK {
        name: "vulnerable-sdk",
        summary: "the contract was built with a library that has a known defect",
        domain: Deployment,
        severity: Medium,
        confidence: Medium,
        level: Warn,
        cwe: [1104, 937],
        references: ["SCWE-061", "SWC-102"],
        since: "0.1.0",
    }
}

static CRATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"([a-z][a-z0-9_-]*[a-z0-9])-(\d{1,4})\.(\d{1,4})\.(\d{1,4})/src/").ok()
});

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let texts = runs(cx.facts);
    let mut crates: BTreeSet<(String, Version)> = BTreeSet::new();
    for run in &texts {
        for found in CRATE.iter().flat_map(|c| c.captures_iter(run.text)) {
            let number = |i: usize| found.get(i)?.as_str().parse::<u32>().ok();
            let version = number(2).zip(number(3)).zip(number(4));
            if let (Some(name), Some(((major, minor), patch))) = (found.get(1), version) {
                crates.insert((name.as_str().to_owned(), (major, minor, patch)));
            }
        }
    }
    let mut findings = Vec::new();
    for (name, version) in &crates {
        let applies = |advisory: &&Advisory| {
            advisory.package == name
                && advisory
                    .affected
                    .iter()
                    .any(|(from, to)| from <= version && version < to)
        };
        let is_there = |advisory: &Advisory| {
            let left = |part: &&str| texts.iter().any(|run| run.text.contains(part));
            advisory.leaves.is_empty() || advisory.leaves.iter().any(left)
        };
        findings.extend(
            ADVISORIES
                .iter()
                .filter(applies)
                .map(|a| finding(a, *version, is_there(a))),
        );
    }
    findings
}

/// `is_there`: whether the file shows traces of the code that has the defect.
fn finding(advisory: &Advisory, (major, minor, patch): Version, is_there: bool) -> Finding {
    let lint = VULNERABLE_SDK.meta;
    let concerns = if is_there {
        advisory.concerns
    } else {
        Confidence::Low
    };
    let (package, id) = (advisory.package, advisory.id);
    let message = format!("`{package}` {major}.{minor}.{patch} has a known defect: {id}");
    Finding {
        lint,
        severity: Severity::Medium,
        confidence: lint.confidence.min(concerns),
        trace: vec![Step {
            message: message.clone(),
            site: None,
        }],
        message,
        method: String::new(),
        primary: 0,
        notes: vec![advisory.what.to_owned()],
        help: format!("update `{package}` and build again"),
        also: Vec::new(),
        subject: format!("{package} {id}"),
    }
}
