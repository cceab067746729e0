//! `unprotected-privileged-write`.

use std::collections::BTreeMap;

use contract_lint_analyzer::facts::{Content, EffectGraph, Facts, Label, Node, NodeKind, Strength};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use crate::declare_lint;
use crate::events::{arguments, guarded, is_global, name_of, open_to_all, step, writes};
use crate::finding::{Finding, Step};
use crate::lint::{Confidence, Context, Severity};

declare_lint! {
    /// ### What it does
    /// Finds keys on which access rests (what is stored there is compared with the caller, or must authorise, or says
    /// where calls go), or that other methods write only for a known caller, and reports methods that write them from
    /// their arguments for anyone.
    ///
    /// ### Why is this bad?
    /// Whoever sets the owner is the owner.
    ///
    /// ### Example
    /// ```rust
    /// pub fn set_owner(env: Env, owner: Address) {
    ///     env.storage().instance().set(&OWNER, &owner);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn set_owner(env: Env, owner: Address) {
    ///     let old: Address = env.storage().instance().get(&OWNER).unwrap();
    ///     old.require_auth();
    ///     env.storage().instance().set(&OWNER, &owner);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// A contract that keeps all its state under one key is looked at only where its guards are.
    pub UNPROTECTED_PRIVILEGED_WRITE {
        name: "unprotected-privileged-write",
        summary: "anyone can write a key on which access rests",
        domain: Access,
        severity: Critical,
        confidence: Medium,
        level: Deny,
        cwe: [862, 284],
        references: ["SCWE-016", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

/// Why a key is privileged, and the place that shows it.
struct Privilege {
    why: String,
    witness: Option<Step>,
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let privileged = privileged_keys(cx.facts);
    let mut findings: Vec<Finding> = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        for (node, effect) in graph.effects().filter(|(_, e)| writes(e)) {
            let Some(key) = effect.key().filter(|key| is_global(key)) else {
                continue;
            };
            let Some(privilege) = privileged.get(key) else {
                continue;
            };
            let from_caller = effect.operand("storage-value").is_none_or(|value| {
                !arguments(value).is_empty() || value.labels().contains(&Label::Caller)
            });
            if !from_caller || guarded(graph, node, Strength::Origin) || once(graph, node) {
                continue;
            }
            let subject = key.to_string();
            if findings
                .iter()
                .any(|f| f.method == method.name && f.subject == subject)
            {
                continue;
            }
            let mut trace = vec![step(graph, node, "anyone can write it here")];
            let mut notes = vec![privilege.why.clone()];
            if let Some(witness) = &privilege.witness {
                trace.push(witness.clone());
            }
            if guarded(graph, node, Strength::Argument) {
                notes.push(
                    "the account that must agree is named by the caller, so anyone can name their own"
                        .to_owned(),
                );
            }
            findings.push(Finding {
                lint: UNPROTECTED_PRIVILEGED_WRITE.meta,
                severity: Severity::Critical,
                confidence: if method.reasons.is_empty() {
                    Confidence::Medium
                } else {
                    Confidence::Low
                },
                message: format!("{} can be written by anyone", name_of(key)),
                method: method.name.clone(),
                trace,
                primary: 0,
                notes,
                help: "check the caller against the stored owner before the write".to_owned(),
                also: Vec::new(),
                subject,
            });
        }
    }
    findings
}

/// Keys on which access rests.
fn privileged_keys(facts: &Facts) -> BTreeMap<Content, Privilege> {
    let mut keys: BTreeMap<Content, Privilege> = BTreeMap::new();
    for method in &facts.methods {
        let graph = &method.graph;
        for (node, data) in graph.nodes.iter() {
            let (labels, why, shown) = match &data.kind {
                NodeKind::Branch(branch) => {
                    let Some((Strength::Known, _)) = branch.strength() else {
                        continue;
                    };
                    (
                        branch.labels(),
                        "what is stored there decides who may call",
                        "here the caller is compared with it",
                    )
                }
                NodeKind::Effect(effect) if effect.is(EffectKind::AuthCheck) => (
                    effect
                        .operands
                        .iter()
                        .flat_map(|o| o.content.labels())
                        .collect(),
                    "the account stored there authorises calls",
                    "here its agreement is asked for",
                ),
                NodeKind::Effect(effect)
                    if effect.is(EffectKind::ExternalCall)
                        || effect.is(EffectKind::Delegatecall)
                        || effect.is(EffectKind::CodeUpgrade) =>
                {
                    let target = effect.operand("contract").or(effect.operand("account"));
                    let code = effect.operand("code-hash");
                    (
                        target
                            .into_iter()
                            .chain(code)
                            .flat_map(Content::labels)
                            .collect(),
                        "what is stored there is what the contract calls",
                        "here it is called",
                    )
                }
                _ => continue,
            };
            for label in labels {
                if let Label::Storage(key) = label
                    && is_global(&key)
                {
                    keys.entry((*key).clone()).or_insert_with(|| Privilege {
                        why: why.to_owned(),
                        witness: Some(step(graph, node, format!("`{}`: {shown}", method.name))),
                    });
                }
            }
        }
    }
    // What one method writes only for a known caller is not for anyone in another.
    for method in facts.methods.iter().filter(|m| m.kind == EntryKind::Call) {
        let graph = &method.graph;
        for (node, effect) in graph.effects().filter(|(_, e)| writes(e)) {
            if let Some(key) = effect.key().filter(|key| is_global(key))
                && guarded(graph, node, Strength::Known)
            {
                keys.entry(key.clone()).or_insert_with(|| Privilege {
                    why: format!("`{}` writes it only for a known caller", method.name),
                    witness: Some(step(
                        graph,
                        node,
                        format!("`{}`: this write is guarded", method.name),
                    )),
                });
            }
        }
    }
    keys
}

/// Whether a node is only reached while something is not yet stored: initialisation.
fn once(graph: &EffectGraph, node: Node) -> bool {
    let written = graph.effect(node).and_then(|e| e.key());
    graph.checks(node).iter().any(|(_, branch)| {
        branch.labels().iter().any(
            |label| matches!(label, Label::Storage(key) if written.is_some_and(|w| **key == *w)),
        ) && branch.strength().is_none()
            && branch
                .labels()
                .iter()
                .all(|l| matches!(l, Label::Storage(_)))
            && !graph
                .effects_of(EffectKind::AuthCheck)
                .any(|(auth, _)| graph.dominates(auth, node))
    })
}
