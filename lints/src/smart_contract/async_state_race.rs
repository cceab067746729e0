//! `async-state-race`.

use contract_lint_analyzer::facts::{
    Content, EffectGraph, Facts, Label, Method, Node, Predicate, Relation,
};

use super::calls::{callbacks, from_key, is_personal, is_vague, locked, open_at, schedules};
use crate::declare_lint;
use crate::events::{is_argument, may_alias, name_of, open_to_all, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for methods that test a stored value, schedule a call to another contract, and leave it to the callback to
    /// write the value that was tested.
    ///
    /// ### Why is this bad?
    /// The callback runs blocks later. Until then the stored value is what it was, and the method can be called again: it
    /// passes the same test, and the same balance is spent twice. BlockSec documents the pattern for NEAR as the form that
    /// re-entrancy takes where calls are asynchronous.
    ///
    /// ### Example
    /// ```rust
    /// fn withdraw(&mut self, amount: u128) {
    ///     require!(self.balance(&caller) >= amount);
    ///     token.transfer(&caller, amount).then(this.on_sent(caller, amount));
    /// }
    /// fn on_sent(&mut self, account: AccountId, amount: u128) {
    ///     if is_promise_success() { self.take(&account, amount); }
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// fn withdraw(&mut self, amount: u128) {
    ///     require!(self.balance(&caller) >= amount);
    ///     self.take(&caller, amount);
    ///     token.transfer(&caller, amount).then(this.on_sent(caller, amount));
    /// }
    /// fn on_sent(&mut self, account: AccountId, amount: u128) {
    ///     if !is_promise_success() { self.give_back(&account, amount); }
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Callbacks are found by their constant names. Keys that contain a fresh number for each request are told apart from
    /// others only if the number is not an argument.
    pub ASYNC_STATE_RACE {
        name: "async-state-race",
        summary: "what a method tests is written only in the callback of its asynchronous call",
        domain: SmartContract,
        severity: High,
        confidence: Medium,
        level: Deny,
        cwe: [362, 367],
        references: ["SCWE-046", "OWASP SC08:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = cx.facts.methods.iter().filter(|m| open_to_all(m));
    methods.filter_map(|m| in_method(cx.facts, m)).collect()
}

fn in_method(facts: &Facts, method: &Method) -> Option<Finding> {
    let graph = &method.graph;
    for (call, _) in graph.effects().filter(|(_, e)| schedules(e)) {
        if !open_at(method, call) || locked(graph, call) {
            continue;
        }
        for (check, key) in tested(graph, call) {
            let written_here = graph
                .effects()
                .any(|(_, e)| writes(e) && e.key().is_some_and(|k| may_alias(k, key)));
            if written_here {
                continue;
            }
            for callback in callbacks(facts, method, call).methods {
                if callback.name == method.name {
                    continue;
                }
                if let Some(write) = written_later(callback, key) {
                    return Some(finding(method, check, call, key, callback, write));
                }
            }
        }
    }
    None
}

/// The keys whose stored value is held against an argument before a node, with the deciding branch.
fn tested(graph: &EffectGraph, node: Node) -> Vec<(Node, &Content)> {
    let mut found = Vec::new();
    for (check, branch) in graph.checks(node) {
        for predicate in &branch.predicates {
            for key in keys_against_argument(predicate) {
                found.push((check, key));
            }
        }
    }
    found
}

/// The keys of a test whether a stored value is enough for what the caller asks for, or of one of the caller's own entry.
fn keys_against_argument(predicate: &Predicate) -> Vec<&Content> {
    let keys: Vec<&Content> = [&predicate.left, &predicate.right]
        .into_iter()
        .flat_map(|side| &side.pieces)
        .filter_map(|piece| match piece {
            contract_lint_analyzer::facts::Piece::Hole { labels, .. } => Some(labels),
            contract_lint_analyzer::facts::Piece::Const(_) => None,
        })
        .flatten()
        .filter_map(|label| match label {
            Label::Storage(key) => Some(&**key),
            _ => None,
        })
        .filter(|key| !is_vague(key))
        .collect();
    // One against the other: a side that mixes them was not followed.
    let stored = |side: &Content| side.labels().iter().any(|l| matches!(l, Label::Storage(_)));
    let asked = |side: &Content| side.labels().iter().any(is_argument) && !stored(side);
    let (left, right) = (&predicate.left, &predicate.right);
    let argument = stored(left) && asked(right) || asked(left) && stored(right);
    if predicate.relation == Relation::Order && argument {
        keys
    } else {
        keys.into_iter().filter(|key| is_personal(key)).collect()
    }
}

/// Where a callback writes a key anew, from what it was.
fn written_later(callback: &Method, key: &Content) -> Option<Node> {
    let graph = &callback.graph;
    let (node, _) = graph.effects().find(|(_, effect)| {
        writes(effect)
            && effect.key().is_some_and(|k| same_class(k, key))
            && effect.operand("storage-value").is_none_or(|value| {
                let labels = value.labels_through_digests();
                from_key(&labels, key) || labels.iter().any(is_argument)
            })
    })?;
    Some(node)
}

/// Whether two keys begin with the same constant and have as much data behind it: what the caller is to a method, an
/// argument is to its callback.
fn same_class(a: &Content, b: &Content) -> bool {
    use contract_lint_analyzer::facts::Piece;
    let holes = |key: &Content| {
        let holes = key.pieces.iter();
        holes.filter(|p| matches!(p, Piece::Hole { .. })).count()
    };
    match (a.pieces.first(), b.pieces.first()) {
        (Some(Piece::Const(x)), Some(Piece::Const(y))) => x == y && holes(a) == holes(b),
        _ => false,
    }
}

fn finding(
    method: &Method,
    check: Node,
    call: Node,
    key: &Content,
    callback: &Method,
    write: Node,
) -> Finding {
    let name = name_of(key);
    let trace = vec![
        step(&method.graph, check, format!("{name} is tested")),
        step(&method.graph, call, "the call is scheduled; it runs later"),
        step(
            &callback.graph,
            write,
            format!("{name} is written only here, in `{}`", callback.name),
        ),
    ];
    Finding {
        primary: 1,
        notes: vec![format!(
            "until `{}` runs, `{}` can be called again and passes the same test",
            callback.name, method.name
        )],
        help:
            "write the new value before the call, and undo that in the callback if the call failed"
                .to_owned(),
        subject: key.to_string(),
        ..Finding::traced(
            ASYNC_STATE_RACE.meta,
            method,
            format!("{name} is tested before an asynchronous call, but written only after it"),
            trace,
        )
    }
}
