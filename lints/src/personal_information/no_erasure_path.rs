//! `no-erasure-path`.

use contract_lint_analyzer::facts::{Content, Facts, Method};
use contract_lint_analyzer::host::EffectKind;

use super::sinks::{sinks, zone};
use super::sources::{Place, of_method};
use crate::declare_lint;
use crate::events::{may_alias, name_of, step};
use crate::finding::Finding;
use crate::lint::{Confidence, Context};
use crate::policy::SinkKind;

declare_lint! {
    /// ### What it does
    /// Looks for keys under which personal information is stored, where it may be in the clear, and that no method
    /// deletes, overwrites with a constant, or lets expire.
    ///
    /// ### Why is this bad?
    /// People can ask for their data to be deleted. A contract that cannot do it has to be replaced to do it.
    ///
    /// ### Example
    /// ```rust
    /// pub fn register(&mut self, id_card: String) { self.cards.insert(&caller(), &id_card); }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn register(&mut self, id_card: String) { self.cards.insert(&caller(), &id_card); }
    /// pub fn forget_me(&mut self) { self.cards.remove(&caller()); }
    /// ```
    ///
    /// ### Known problems
    /// What was deleted from the state is still in old blocks. Where data must not be in the clear at all, that is
    /// reported instead.
    pub NO_ERASURE_PATH {
        name: "no-erasure-path",
        summary: "stored personal information cannot be deleted",
        domain: PersonalInformation,
        severity: Low,
        confidence: Medium,
        level: Warn,
        cwe: [459],
        references: [],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for method in &cx.facts.methods {
        for finding in in_method(cx, method) {
            if findings.iter().all(|f| f.subject != finding.subject) {
                findings.push(finding);
            }
        }
    }
    findings
}

fn in_method(cx: &Context<'_>, method: &Method) -> Vec<Finding> {
    let lint = NO_ERASURE_PATH.meta;
    let mut findings = Vec::new();
    for data in of_method(cx, method) {
        let personal = data.class.id.starts_with("pi.");
        let sent = matches!(data.place, Place::Param(_) | Place::Argument);
        if !personal || !sent || !cx.policy.may_appear(&data.class, zone(cx)) {
            continue;
        }
        for at in sinks(cx, method, SinkKind::State) {
            let Some(key) = at.effect.key().filter(|key| !key.is_unknown()) else {
                continue;
            };
            let kept = at
                .visible
                .iter()
                .find_map(|(_, c)| data.within(c, cx.policy, true));
            let Some(found) = kept.filter(|f| f.confidence > Confidence::Low) else {
                continue;
            };
            if found.form.is_harmless(&data.class, &at.zone) || erasable(cx.facts, key) {
                continue;
            }
            let message = format!("`{}` is stored, and no method deletes it", data.name);
            findings.push(Finding {
                lint,
                severity: lint.severity,
                confidence: lint.confidence,
                trace: vec![step(&method.graph, at.node, message.clone())],
                message,
                method: method.name.clone(),
                primary: 0,
                notes: vec![
                    format!("`{}` is declared as `{}`", data.name, data.class.id),
                    format!("it is kept in {}", name_of(key)),
                ],
                help: "add a method that deletes the entry, for the person and for those who must act on their behalf"
                    .to_owned(),
                also: Vec::new(),
                subject: format!("{} {key}", data.class.id),
            });
        }
    }
    findings
}

/// Whether some method gets rid of what is under a key, or it goes by itself.
fn erasable(facts: &Facts, key: &Content) -> bool {
    let all = facts.methods.iter().flat_map(|m| m.graph.effects());
    all.filter(|(_, e)| e.key().is_some_and(|k| may_alias(k, key)))
        .any(|(_, effect)| {
            let emptied = effect.is(EffectKind::StorageWrite)
                && effect
                    .operand("storage-value")
                    .is_some_and(|value| value.as_constant().is_some());
            let expires = effect
                .operand("durability")
                .and_then(Content::as_constant)
                .is_some_and(|durability| durability == b"temporary");
            emptied || expires || effect.is(EffectKind::StorageRemove)
        })
}
