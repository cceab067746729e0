//! `sensitive-to-query-result`.

use contract_lint_analyzer::facts::{Content, Label, Method};
use contract_lint_analyzer::host::EffectKind;

use super::flow::{Exposure, in_method, seen};
use super::judge::{Question, judge};
use super::shape::Shape;
use super::sinks::{sinks, zone};
use super::sources::Place;
use crate::declare_lint;
use crate::events::{may_alias, step};
use crate::finding::{Finding, Step};
use crate::lint::{Confidence, Context, LintMeta};
use crate::policy::{Class, SinkKind};

declare_lint! {
    /// ### What it does
    /// Looks for methods that hand stored data that the policy declares sensitive to whoever asks: data under a declared
    /// key, or under a key to which a method writes a declared parameter.
    ///
    /// ### Why is this bad?
    /// On a chain whose state not everybody reads, an open query is what gives the data away.
    ///
    /// ### Example
    /// ```rust
    /// pub fn card_of(&self, person: AccountId) -> Option<String> {
    ///     self.cards.get(&person)
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn card_of(&self, person: AccountId) -> Option<String> {
    ///     assert_eq!(self.env().caller(), self.office);
    ///     self.cards.get(&person)
    /// }
    /// ```
    ///
    /// ### Known problems
    /// On a public chain a check of the caller does not help: there the write itself is the finding, and queries of what
    /// was written are not reported again.
    pub SENSITIVE_TO_QUERY_RESULT {
        name: "sensitive-to-query-result",
        summary: "anyone can query sensitive data",
        domain: PersonalInformation,
        severity: High,
        confidence: Medium,
        level: Deny,
        cwe: [359, 200],
        references: ["SWC-136"],
        since: "0.1.0",
    }
}

/// A key under which a method keeps sensitive data.
struct Kept {
    key: Content,
    class: Class,
    name: String,
    method: String,
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let lint = SENSITIVE_TO_QUERY_RESULT.meta;
    let exposure = Exposure {
        lint,
        sink: SinkKind::Query,
        happens: "is returned",
        instead: "return at most",
    };
    let public = cx.policy.zones.is_public(zone(cx));
    let kept = if public { Vec::new() } else { kept(cx) };
    let mut findings = Vec::new();
    for method in &cx.facts.methods {
        let declared = in_method(cx, method, &exposure);
        // What the caller sent is no news to them.
        findings.extend(
            declared
                .into_iter()
                .filter(|f| f.trace.len() > 1 && f.trace[0].site.is_some()),
        );
        findings.extend(returned(cx, lint, method, &kept));
    }
    findings
}

/// Where the contract keeps declared parameters in the clear.
fn kept(cx: &Context<'_>) -> Vec<Kept> {
    let mut kept = Vec::new();
    for method in &cx.facts.methods {
        for this in seen(cx, method, SinkKind::State) {
            let of_caller = matches!(this.data.place, Place::Param(_) | Place::Argument);
            if let Some(key) = this.at.effect.key()
                && of_caller
                && this.found.form == Shape::Clear
                && this.found.confidence > Confidence::Low
            {
                kept.push(Kept {
                    key: key.clone(),
                    class: this.data.class.clone(),
                    name: this.data.name.clone(),
                    method: method.name.clone(),
                });
            }
        }
    }
    kept
}

fn returned(
    cx: &Context<'_>,
    lint: &'static LintMeta,
    method: &Method,
    kept: &[Kept],
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let graph = &method.graph;
    for at in sinks(cx, method, SinkKind::Query) {
        if graph.guard(at.node).is_some() {
            continue;
        }
        for this in kept {
            let shows = at.visible.iter().any(|(_, content)| {
                content
                    .labels()
                    .iter()
                    .any(|l| matches!(l, Label::Storage(key) if may_alias(key, &this.key)))
            });
            let subject = format!("{} {}", this.class.id, this.name);
            if !shows || findings.iter().any(|f| f.subject == subject) {
                continue;
            }
            let asked = Question {
                class: &this.class,
                sink: SinkKind::Query,
                zone: &at.zone,
                from: &at.zone,
                lint: lint.name,
                usual: lint.severity,
            };
            let Some(denial) = judge(cx.policy, &asked) else {
                continue;
            };
            let message = format!("`{}` is returned to anyone, in the clear", this.name);
            // Where it is returned is often the work of a macro; where it is read is the contract's own. Both are its place.
            let read = graph
                .effects_of(EffectKind::StorageRead)
                .filter(|(node, _)| graph.reaches(*node, at.node))
                .find(|(_, effect)| effect.key().is_some_and(|key| may_alias(key, &this.key)))
                .map(|(node, _)| step(graph, node, message.clone()));
            let end = step(graph, at.node, message.clone());
            let trace: Vec<Step> = read.into_iter().chain([end]).collect();
            findings.push(Finding {
                lint,
                severity: denial.severity,
                confidence: lint.confidence,
                primary: trace.len() - 1,
                trace,
                message,
                method: method.name.clone(),
                notes: vec![
                    format!(
                        "`{}` stores `{}`, declared as `{}`, under this key",
                        this.method, this.name, this.class.id
                    ),
                    denial.why,
                ],
                help: denial
                    .fix
                    .unwrap_or_else(|| "check the caller before the data is returned".to_owned()),
                also: Vec::new(),
                subject,
            });
        }
    }
    findings
}
