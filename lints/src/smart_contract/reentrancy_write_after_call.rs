//! `reentrancy-write-after-call`.

use contract_lint_analyzer::facts::{EffectGraph, Method, Node};
use contract_lint_analyzer::host::EffectKind;

use crate::declare_lint;
use crate::events::{may_alias, name_of, open_to_all, step, writes};
use crate::finding::Finding;
use crate::lint::{Confidence, Context, Severity};

declare_lint! {
    /// ### What it does
    /// Looks for a path on which a method reads a storage key, then calls other code that may enter the contract again,
    /// and only then writes the key.
    ///
    /// ### Why is this bad?
    /// While the callee runs, the key still has its old value. A callee that calls the method again passes the same
    /// check a second time: a balance can be paid out more than once. The DAO lost 3.6 million ether to it in 2016.
    ///
    /// ### Example
    /// ```rust
    /// let held = self.balances.get(caller).unwrap_or(0);
    /// build_call().call_flags(CallFlags::ALLOW_REENTRY).invoke();
    /// self.balances.insert(caller, &(held - amount));
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// let held = self.balances.get(caller).unwrap_or(0);
    /// self.balances.insert(caller, &(held - amount));
    /// build_call().invoke();
    /// ```
    ///
    /// ### Known problems
    /// Whether the callee is trusted is not known from the bytecode of the caller. A lock is recognised where it is a
    /// key written before the call and tested before that write.
    pub REENTRANCY_WRITE_AFTER_CALL {
        name: "reentrancy-write-after-call",
        summary: "storage is written after a call that can re-enter",
        domain: SmartContract,
        severity: Critical,
        confidence: Medium,
        level: Deny,
        cwe: [841, 367],
        references: ["SWC-107", "OWASP SC08:2026"],
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
    for (call, effect) in graph.effects() {
        if !effect.may_reenter || effect.is(EffectKind::ContractCreate) || locked(graph, call) {
            continue;
        }
        for (write, written) in graph.effects() {
            let Some(key) = written.key().filter(|_| writes(written)) else {
                continue;
            };
            if !graph.reaches(call, write) {
                continue;
            }
            let read = graph
                .effects_of(EffectKind::StorageRead)
                .find(|(read, effect)| {
                    effect.key().is_some_and(|k| may_alias(k, key)) && graph.dominates(*read, call)
                });
            let Some((read, _)) = read else { continue };
            let subject = key.to_string();
            if findings.iter().any(|f| f.subject == subject) {
                continue;
            }
            let name = name_of(key);
            findings.push(Finding {
                lint: REENTRANCY_WRITE_AFTER_CALL.meta,
                severity: Severity::Critical,
                confidence: Confidence::Medium,
                message: format!("{name} is written after a call that can re-enter"),
                method: method.name.clone(),
                trace: vec![
                    step(graph, read, format!("{name} is read")),
                    step(
                        graph,
                        call,
                        "control leaves the contract; re-entry is allowed",
                    ),
                    step(graph, write, "the same key is written only now"),
                ],
                primary: 2,
                notes: vec![format!(
                    "while the callee runs, `{}` can be entered again and still sees the old value",
                    method.name
                )],
                help: "write the key before the call, or forbid re-entry for the call".to_owned(),
                also: Vec::new(),
                subject,
            });
        }
    }
    findings
}

/// Whether a lock is taken before a node: a key that is tested, then written, on every path.
fn locked(graph: &EffectGraph, node: Node) -> bool {
    let checks = graph.checks(node);
    graph.dominators(node).any(|taken| {
        let Some(key) = graph
            .effect(taken)
            .filter(|e| writes(e))
            .and_then(|e| e.key())
        else {
            return false;
        };
        let constant = graph
            .effect(taken)
            .and_then(|e| e.operand("storage-value"))
            .is_some_and(|v| v.as_constant().is_some_and(|b| !b.is_empty()));
        constant
            && checks.iter().any(|(check, branch)| {
                graph.dominates(*check, taken)
                    && branch.labels().iter().any(|label| {
                        matches!(label, contract_lint_analyzer::facts::Label::Storage(k) if may_alias(k, key))
                    })
            })
    })
}
