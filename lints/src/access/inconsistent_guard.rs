//! `inconsistent-guard`.

use contract_lint_analyzer::facts::{Content, Label, Method, Node, Strength};
use contract_lint_analyzer::host::EffectKind;

use super::authority::{Standing, doubt, explain, is_paid, standing};
use super::fields::sets_same;
use super::initialiser::initialises;
use super::privileged::privileged_keys;
use crate::declare_lint;
use crate::events::{arguments, open_to_all, step};
use crate::finding::Finding;
use crate::keys::name_in;
use crate::lint::Context;
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for entries, or fields of entries, that one method sets for a known caller or a member of a list only, and another
    /// for anyone.
    ///
    /// ### Why is this bad?
    /// One of the two is a mistake, and it is rarely the check.
    ///
    /// ### Example
    /// ```rust
    /// pub fn set_price(&mut self, token: AccountId, price: u128) {
    ///     self.assert_owner();
    ///     self.prices.insert(&token, &price);
    /// }
    ///
    /// pub fn import_price(&mut self, token: AccountId, price: u128) {
    ///     self.prices.insert(&token, &price);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn import_price(&mut self, token: AccountId, price: u128) {
    ///     self.assert_owner();
    ///     self.prices.insert(&token, &price);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Entries that grow by what anyone pays are not reported, nor are those that belong to the caller.
    pub INCONSISTENT_GUARD {
        name: "inconsistent-guard",
        summary: "one method guards a write that another does for anyone",
        domain: Access,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [862],
        references: ["SCWE-016", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

struct Write<'a> {
    method: &'a Method,
    node: Node,
    key: &'a Content,
    value: &'a Content,
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let all: Vec<Write<'_>> = cx
        .facts
        .methods
        .iter()
        .filter(|m| open_to_all(m))
        .flat_map(of_method)
        .collect();
    let privileged = privileged_keys(cx);
    let guarded: Vec<&Write<'_>> = all
        .iter()
        .filter(|w| {
            let guard = w.method.graph.guard(w.node);
            guard.is_some_and(|g| match g.strength {
                Strength::Known => true,
                Strength::Member => privileged.asks_role(w.method, g.node),
                _ => false,
            })
        })
        .collect();
    let mut findings: Vec<Finding> = Vec::new();
    for write in &all {
        let graph = &write.method.graph;
        if !matches!(standing(graph, write.node), Standing::Open)
            || initialises(graph, write.node, &cx.facts.host)
            || is_paid(write.method, write.node)
        {
            continue;
        }
        let Some(witness) = guarded.iter().find(|w| {
            w.method.name != write.method.name
                && same_entries(w.key, write.key)
                && sets_same(write.value, write.key, write.method, (w.value, w.key))
        }) else {
            continue;
        };
        let subject = write.key.to_string();
        if findings
            .iter()
            .any(|f| f.method == write.method.name && f.subject == subject)
        {
            continue;
        }
        let name = name_in(write.key, write.method);
        let other = &witness.method.name;
        let finding = Finding::new(
            &INCONSISTENT_GUARD,
            write.method,
            format!(
                "{name} is written for anyone, but `{other}` writes it for a known caller only"
            ),
            subject,
        )
        .here(
            write.method,
            write.node,
            format!("{name} is written here without a check"),
        )
        .and(Some(step(
            &witness.method.graph,
            witness.node,
            format!("`{other}`: the same entries, behind a check"),
        )))
        .help(remedy(&cx.facts.host.id, Remedy::Owner));
        findings.push(doubt(
            explain(finding, write.method, write.node),
            write.method,
            write.node,
        ));
    }
    findings
}

fn of_method(method: &Method) -> Vec<Write<'_>> {
    method
        .graph
        .effects()
        .filter(|(_, e)| e.is(EffectKind::StorageWrite))
        .filter_map(|(node, e)| {
            Some(Write {
                method,
                node,
                key: e.key()?,
                value: e.operand("storage-value")?,
            })
        })
        .collect()
}

/// Whether two keys are of the same map, and of entries that the arguments name in both.
fn same_entries(a: &Content, b: &Content) -> bool {
    let personal = |key: &Content| {
        let labels = key.labels_through_digests();
        labels.contains(&Label::Caller) || labels.iter().any(|l| matches!(l, Label::Storage(_)))
    };
    !personal(a)
        && !personal(b)
        && arguments(a).is_empty() == arguments(b).is_empty()
        && a.pieces.len() == b.pieces.len()
        && a.may_equal(b)
}
