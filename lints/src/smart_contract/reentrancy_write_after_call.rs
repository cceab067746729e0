//! `reentrancy-write-after-call`.

use contract_lint_analyzer::facts::{Content, Effect, EffectGraph, Label, Method, Node};
use contract_lint_analyzer::host::EffectKind;

use super::calls::{
    amount, calls_itself, from_key, handed_over, has_fixed_target, is_decreased, is_trusted,
    is_vague, locked, open_at, runs_other_code,
};
use crate::declare_lint;
use crate::events::{is_argument, may_alias, name_of, open_to_all, step, writes};
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
        .flat_map(|method| in_method(cx, method))
        .collect()
}

fn in_method(cx: &Context<'_>, method: &Method) -> Vec<Finding> {
    let graph = &method.graph;
    let mut findings: Vec<Finding> = Vec::new();
    for (call, effect) in graph.effects() {
        let runs = effect.may_reenter
            && runs_other_code(effect)
            && !calls_itself(effect)
            && !is_trusted(cx.policy, effect);
        if !runs || locked(graph, call) || !open_at(method, call) {
            continue;
        }
        for (write, written) in graph.effects().filter(|(_, e)| writes(e)) {
            let Some(key) = written.key() else { continue };
            let Some(read) = stale_read(graph, call, written, key) else {
                continue;
            };
            let subject = key.to_string();
            if !graph.reaches(call, write)
                || is_benign(written, key, effect)
                || settled_before(graph, read, call, key)
                || findings.iter().any(|f| f.subject == subject)
            {
                continue;
            }
            let fresh = read_again(graph, call, write, written, key);
            findings.push(finding(method, [read, call, write], key, fresh));
        }
    }
    findings
}

fn finding(method: &Method, [read, call, write]: [Node; 3], key: &Content, fresh: bool) -> Finding {
    let graph = &method.graph;
    let name = name_of(key);
    let vague = is_vague(key);
    let pays = graph.effect(call).is_some_and(|e| amount(e).is_some());
    let fixed = graph.effect(call).is_some_and(has_fixed_target);
    let trace = vec![
        step(graph, read, format!("{name} is read")),
        step(
            graph,
            call,
            "control leaves the contract; re-entry is allowed",
        ),
        step(graph, write, "the same key is written only now"),
    ];
    let message = format!("{name} is written after a call that can re-enter");
    let mut notes = vec![format!(
        "while the callee runs, `{}` can be entered again and still sees the old value",
        method.name
    )];
    if fixed {
        notes.push(
            "the callee is fixed in the code; it must be trusted not to call back".to_owned(),
        );
    }
    if fresh {
        notes.push("the key is read again before it is written".to_owned());
    }
    Finding {
        severity: match (pays, fixed) {
            (true, false) => Severity::Critical,
            (false, false) => Severity::High,
            _ => Severity::Medium,
        },
        confidence: if fixed || vague || fresh {
            Confidence::Low
        } else {
            Confidence::Medium
        },
        notes,
        help: "write the key before the call, or forbid re-entry for the call".to_owned(),
        subject: key.to_string(),
        ..Finding::traced(REENTRANCY_WRITE_AFTER_CALL.meta, method, message, trace)
    }
}

/// A read of a key before a call that matters: it decides whether the call happens, or what the call carries, or what is
/// written afterwards.
fn stale_read(graph: &EffectGraph, call: Node, written: &Effect, key: &Content) -> Option<Node> {
    let carried = graph.effect(call).map(handed_over).unwrap_or_default();
    let depends = from_key(&carried, key)
        || from_key(&handed_over(written), key)
        || graph
            .decisions(call)
            .iter()
            .any(|(_, branch)| from_key(&branch.labels(), key));
    if !depends {
        return None;
    }
    graph
        .effects_of(EffectKind::StorageRead)
        .find(|(read, effect)| {
            effect.key().is_some_and(|k| may_alias(k, key)) && graph.dominates(*read, call)
        })
        .map(|(read, _)| read)
}

/// Whether what is written was read after the call: a counter or a list that goes on from where it is, rather than a
/// balance that is reduced by what was asked for.
fn read_again(
    graph: &EffectGraph,
    call: Node,
    write: Node,
    written: &Effect,
    key: &Content,
) -> bool {
    let reads = |node: Node| {
        graph.effect(node).is_some_and(|e| {
            e.is(EffectKind::StorageRead) && e.key().is_some_and(|k| may_alias(k, key))
        })
    };
    let asked_for = written.operand("storage-value").is_some_and(|value| {
        let sources = value.labels();
        is_decreased(value)
            && sources
                .iter()
                .any(|l| is_argument(l) || from_elsewhere(l, key))
    });
    !asked_for && graph.path(call, write, |node| !reads(node)).is_none()
}

fn from_elsewhere(label: &Label, key: &Content) -> bool {
    matches!(label, Label::Storage(k) if !may_alias(k, key)) || *label == Label::AttachedValue
}

/// Whether what is written says little: a mark without content, or what was read, written back or counted up. What the call
/// pays out is more than a mark.
fn is_benign(written: &Effect, key: &Content, call: &Effect) -> bool {
    let Some(value) = written.operand("storage-value") else {
        return false;
    };
    if let Some(bytes) = value.as_constant() {
        let paid = from_key(&handed_over(call), key);
        return bytes.is_empty() && written.is(EffectKind::StorageWrite) && !paid;
    }
    let own = |label: &Label| matches!(label, Label::Storage(k) if may_alias(k, key));
    !is_decreased(value) && !value.is_unknown() && value.labels().iter().all(own)
}

/// Whether the key has its new value before the call: what is written afterwards is the same again, or something else of
/// the same record.
fn settled_before(graph: &EffectGraph, read: Node, call: Node, key: &Content) -> bool {
    graph.dominators(call).any(|node| {
        graph.dominates(read, node)
            && graph
                .effect(node)
                .is_some_and(|e| writes(e) && e.key() == Some(key))
    })
}
