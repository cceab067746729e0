//! `missing-subject-auth`.

use contract_lint_analyzer::facts::{
    Content, EffectGraph, Label, Labels, Method, Node, NodeKind, Piece, Strength,
};
use contract_lint_analyzer::host::EffectKind;

use crate::declare_lint;
use crate::events::{arguments, is_argument, name_of, open_to_all, step};
use crate::finding::Finding;
use crate::lint::{Confidence, Context, Severity};

declare_lint! {
    /// ### What it does
    /// Looks for methods that decrease or delete what is stored for an account that the caller names, without that
    /// account's agreement and without a check that it is the caller.
    ///
    /// ### Why is this bad?
    /// Anyone can spend or erase what belongs to others.
    ///
    /// ### Example
    /// ```rust
    /// pub fn withdraw(env: Env, from: Address, amount: i128) {
    ///     let held: i128 = env.storage().persistent().get(&from).unwrap_or(0);
    ///     env.storage().persistent().set(&from, &(held - amount));
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn withdraw(env: Env, from: Address, amount: i128) {
    ///     from.require_auth();
    ///     let held: i128 = env.storage().persistent().get(&from).unwrap_or(0);
    ///     env.storage().persistent().set(&from, &(held - amount));
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Methods that anyone may call for others by design, such as liquidations, are reported too.
    pub MISSING_SUBJECT_AUTH {
        name: "missing-subject-auth",
        summary: "what belongs to a named account is changed without its agreement",
        domain: Access,
        severity: Critical,
        confidence: Medium,
        level: Deny,
        cwe: [862, 639],
        references: ["SCWE-016", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    cx.facts
        .methods
        .iter()
        .filter(|method| open_to_all(method))
        .flat_map(in_method)
        .collect()
}

fn in_method(method: &Method) -> Vec<Finding> {
    let graph = &method.graph;
    let mut findings: Vec<Finding> = Vec::new();
    for (node, effect) in graph.effects() {
        let Some(key) = effect.key() else { continue };
        let removes = effect.is(EffectKind::StorageRemove);
        let decreases = effect.is(EffectKind::StorageWrite)
            && effect.operand("storage-value").is_some_and(decreased);
        let subjects = arguments(key);
        let own = key.labels_through_digests().contains(&Label::Caller);
        if !(removes || decreases) || subjects.is_empty() || own || key.is_unknown() {
            continue;
        }
        if agreed(graph, node, &subjects) {
            continue;
        }
        let subject = key.to_string();
        if findings.iter().any(|f| f.subject == subject) {
            continue;
        }
        let name = name_of(key);
        let what = if removes { "deleted" } else { "decreased" };
        findings.push(Finding {
            lint: MISSING_SUBJECT_AUTH.meta,
            severity: Severity::Critical,
            confidence: if method.reasons.is_empty() {
                Confidence::Medium
            } else {
                Confidence::Low
            },
            message: format!("{name} is {what} without the agreement of its account"),
            method: method.name.clone(),
            trace: vec![step(
                graph,
                node,
                format!("{name} is {what}; the account comes from the call's arguments"),
            )],
            primary: 0,
            notes: Vec::new(),
            help: "ask for the account's authorisation, or compare it with the caller".to_owned(),
            also: Vec::new(),
            subject,
        });
    }
    findings
}

fn decreased(value: &Content) -> bool {
    value
        .pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Hole { decreased, .. } if *decreased))
}

/// Whether the accounts named by these arguments agreed, or someone known did, or they are the caller.
fn agreed(graph: &EffectGraph, node: Node, subjects: &Labels) -> bool {
    if graph
        .guards(node)
        .iter()
        .any(|g| g.strength >= Strength::Argument)
    {
        return true;
    }
    // A check of the caller against anything that the arguments lead to.
    graph.decisions(node).iter().any(|(_, branch)| {
        let labels = branch.labels();
        labels.contains(&Label::Caller) && labels.iter().any(|l| is_argument(l) || subjects.contains(l))
    }) || graph.dominators(node).any(|d| {
        matches!(&graph.nodes[d].kind, NodeKind::Effect(e) if e.is(EffectKind::SignatureVerify) || e.is(EffectKind::SignatureRecover))
    })
}
