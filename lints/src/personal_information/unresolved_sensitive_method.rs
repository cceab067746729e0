//! `unresolved-sensitive-method`.

use super::judge::{Question, judge};
use super::sinks::zone;
use super::sources::of_method;
use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::Context;
use crate::policy::SinkKind;

declare_lint! {
    /// ### What it does
    /// With `deny_unresolved = true` under `[target]`: looks for methods that handle data that the policy declares
    /// sensitive and that could not be analysed completely.
    ///
    /// ### Why is this bad?
    /// Where the data goes in the part that was not followed is not known, so that no finding is no proof.
    ///
    /// ### Example
    /// ```toml
    /// [target]
    /// deny_unresolved = true
    /// ```
    ///
    /// ### Use instead
    /// Describe unknown imports in a host file, or split the method. What is accepted goes into an `[[allow]]`.
    ///
    /// ### Known problems
    /// None.
    pub UNRESOLVED_SENSITIVE_METHOD {
        name: "unresolved-sensitive-method",
        summary: "a method with sensitive data could not be analysed completely",
        domain: PersonalInformation,
        severity: Medium,
        confidence: High,
        level: Deny,
        cwe: [359],
        references: [],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let lint = UNRESOLVED_SENSITIVE_METHOD.meta;
    let mut findings = Vec::new();
    if !cx.policy.target.deny_unresolved {
        return findings;
    }
    let zone = zone(cx);
    for method in cx.facts.methods.iter().filter(|m| !m.reasons.is_empty()) {
        let denied = of_method(cx, method).into_iter().find(|data| {
            let asked = Question {
                class: &data.class,
                sink: SinkKind::State,
                zone,
                from: zone,
                lint: lint.name,
                usual: lint.severity,
            };
            judge(cx.policy, &asked).is_some()
        });
        let Some(data) = denied else { continue };
        let message = format!(
            "where `{}` goes is not known: the method was not analysed completely",
            data.name
        );
        findings.push(Finding {
            lint,
            severity: lint.severity,
            confidence: lint.confidence,
            trace: vec![Step {
                message: message.clone(),
                site: None,
            }],
            message,
            method: method.name.clone(),
            primary: 0,
            notes: vec![
                format!("`{}` is declared as `{}`", data.name, data.class.id),
                "the policy asks for it with `deny_unresolved`".to_owned(),
            ],
            help: "describe what is unknown in a host file, or accept it in an `[[allow]]`"
                .to_owned(),
            also: Vec::new(),
            subject: data.class.id.clone(),
        });
    }
    findings
}
