//! `read-only-reentrancy`.

use contract_lint_analyzer::facts::{Content, Label, Method, Node};
use contract_lint_analyzer::host::EffectKind;

use super::calls::{is_trusted, is_vague, locked, open_at, runs_other_code};
use crate::declare_lint;
use crate::events::{name_of, open_to_all, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for methods that write one key, call other code that may re-enter, and then write another, where a view
    /// computes its answer from both.
    ///
    /// ### Why is this bad?
    /// While the callee runs, the two keys do not belong together. Whoever asks the view then, such as a lending market
    /// that takes the answer for a price, gets a value that never was. dForce (2023-02-10), Sturdy (2023-06-12) and Conic
    /// (2023-07-21) lost millions to it.
    ///
    /// ### Example
    /// ```rust
    /// self.supply.set(supply - shares);
    /// call(user, payout);
    /// self.pool.set(pool - payout);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// self.supply.set(supply - shares);
    /// self.pool.set(pool - payout);
    /// call(user, payout);
    /// ```
    ///
    /// ### Known problems
    /// Whether anyone relies on the view is not known. A hint for audits.
    pub READ_ONLY_REENTRANCY {
        name: "read-only-reentrancy",
        summary: "a view can be asked while the state it answers from is half written",
        domain: SmartContract,
        severity: High,
        confidence: Low,
        level: Warn,
        cwe: [367],
        references: ["SCWE-137", "OWASP SC08:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let views: Vec<(&Method, Vec<Content>)> = cx
        .facts
        .methods
        .iter()
        .filter(|m| {
            m.graph
                .effects()
                .all(|(_, e)| !writes(e) && !runs_other_code(e))
        })
        .map(|m| (m, answered_from(m)))
        .filter(|(_, keys)| keys.len() >= 2)
        .collect();
    if views.is_empty() {
        return Vec::new();
    }
    let methods = cx.facts.methods.iter().filter(|m| open_to_all(m));
    methods.filter_map(|m| in_method(cx, m, &views)).collect()
}

fn in_method(
    cx: &Context<'_>,
    method: &Method,
    views: &[(&Method, Vec<Content>)],
) -> Option<Finding> {
    let graph = &method.graph;
    for (call, effect) in graph.effects() {
        if !effect.may_reenter
            || !runs_other_code(effect)
            || is_trusted(cx.policy, effect)
            || !open_at(method, call)
            || locked(graph, call)
        {
            continue;
        }
        let Some((before, first)) = written(method, |n| graph.dominates(n, call)) else {
            continue;
        };
        for (view, keys) in views {
            let later = written(method, |n| {
                let key = graph.effect(n).and_then(|e| e.key());
                graph.reaches(call, n) && key.is_some_and(|k| k != first && keys.contains(k))
            });
            let Some((after, second)) = later.filter(|_| keys.contains(first)) else {
                continue;
            };
            let trace = vec![
                step(graph, before, format!("{} is written", name_of(first))),
                step(graph, call, "other code runs; it can ask the view"),
                step(
                    graph,
                    after,
                    format!("{} is written only now", name_of(second)),
                ),
            ];
            return Some(Finding {
                primary: 1,
                notes: vec![format!("`{}` answers from both", view.name)],
                help: "write both before the call".to_owned(),
                subject: view.name.clone(),
                ..Finding::traced(
                    READ_ONLY_REENTRANCY.meta,
                    method,
                    format!(
                        "`{}` can be asked while the state is half written",
                        view.name
                    ),
                    trace,
                )
            });
        }
    }
    None
}

/// The first write that fits.
fn written(method: &Method, fits: impl Fn(Node) -> bool) -> Option<(Node, &Content)> {
    method
        .graph
        .effects()
        .filter(|(node, e)| writes(e) && fits(*node))
        .find_map(|(node, e)| Some((node, e.key()?)))
}

/// The keys from which a view's answer is computed together.
fn answered_from(method: &Method) -> Vec<Content> {
    let mut keys: Vec<Content> = Vec::new();
    for (_, effect) in method.graph.effects_of(EffectKind::ReturnData) {
        let Some(answer) = effect.operand("return-data") else {
            continue;
        };
        for piece in &answer.pieces {
            let contract_lint_analyzer::facts::Piece::Hole { labels, .. } = piece else {
                continue;
            };
            let of_piece: Vec<Content> = labels
                .iter()
                .filter_map(|l| match l {
                    Label::Storage(key) if !is_vague(key) => Some((**key).clone()),
                    _ => None,
                })
                .collect();
            if of_piece.len() >= 2 {
                keys.extend(of_piece);
            }
        }
    }
    keys
}
