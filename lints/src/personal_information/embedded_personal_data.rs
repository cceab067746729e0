//! `embedded-personal-data`.

use super::detect::detect;
use super::judge::{Question, judge};
use super::sinks::zone;
use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::{Confidence, Context, Severity};
use crate::policy::{Class, Selector, SinkKind};
use crate::texts::{Run, masked, runs};

declare_lint! {
    /// ### What it does
    /// Looks through the data of the deployed file for resident identity numbers, bank cards and unified social credit
    /// codes with a right check digit, for telephone numbers, passports and addresses of mail, and for what a policy's
    /// `data:` selectors describe.
    ///
    /// ### Why is this bad?
    /// The file is public where the contract is deployed, and stays so.
    ///
    /// ### Example
    /// ```rust
    /// const AUDITOR: &str = "li.lei@bank.cn, 13812345678";
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// const AUDITOR: &str = "audit department";
    /// ```
    ///
    /// ### Known problems
    /// Compilers put literals side by side without a mark between them: data that touches other letters or digits is
    /// not found. Telephone numbers and passports have no check digit.
    pub EMBEDDED_PERSONAL_DATA {
        name: "embedded-personal-data",
        summary: "the deployed file contains personal data",
        domain: PersonalInformation,
        severity: Medium,
        confidence: Medium,
        level: Warn,
        cwe: [540, 359],
        references: [],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for run in runs(cx.facts) {
        for hit in detect(run.text) {
            if let Some(class) = cx.policy.class_of(hit.class) {
                let sure = if hit.checked {
                    Confidence::Medium
                } else {
                    Confidence::Low
                };
                let text = &run.text[hit.range.clone()];
                let at = run.offset + hit.range.start;
                findings.extend(finding(cx, &class, (hit.what, text, at), sure));
            }
        }
        findings.extend(declared(cx, &run));
    }
    let mut seen = Vec::new();
    findings.retain(|f| {
        let new = !seen.contains(&f.subject);
        seen.push(f.subject.clone());
        new
    });
    findings
}

/// What the policy describes.
fn declared(cx: &Context<'_>, run: &Run<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &cx.policy.sources {
        let Selector::Data(pattern) = &source.select else {
            continue;
        };
        let Some(class) = cx.policy.class_of(source.class.as_str()) else {
            continue;
        };
        for range in pattern.find_in(run.text) {
            let place = (
                "declared data",
                &run.text[range.clone()],
                run.offset + range.start,
            );
            findings.extend(finding(cx, &class, place, Confidence::High));
        }
    }
    findings
}

fn finding(
    cx: &Context<'_>,
    class: &Class,
    (what, text, offset): (&str, &str, usize),
    confidence: Confidence,
) -> Option<Finding> {
    let lint = EMBEDDED_PERSONAL_DATA.meta;
    let zone = zone(cx);
    let asked = Question {
        class,
        sink: SinkKind::Artifact,
        zone,
        from: zone,
        lint: lint.name,
        usual: lint.severity,
    };
    let denial = judge(cx.policy, &asked)?;
    let message = format!("the file contains {what}: `{}`", masked(text));
    Some(Finding {
        lint,
        severity: if confidence == Confidence::Low {
            denial.severity.min(Severity::Low)
        } else {
            denial.severity
        },
        confidence,
        trace: vec![Step {
            message: format!("{message}, at offset {offset:#x} of the file"),
            site: None,
        }],
        message,
        method: String::new(),
        primary: 0,
        notes: vec![
            format!("it is of class `{}`", class.id),
            format!("it is at offset {offset:#x} of the file"),
            denial.why,
        ],
        help: denial
            .fix
            .unwrap_or_else(|| "take it out of the source, or keep it off the chain".to_owned()),
        also: Vec::new(),
        subject: format!("{} {text}", class.id),
    })
}
