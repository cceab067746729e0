//! `notification-stale-state`.

use contract_lint_analyzer::facts::{Content, Effect, EffectGraph, Label, Method, Node};
use contract_lint_analyzer::host::{Dispatch, EffectKind};

use super::calls::{open_at, schedules};
use crate::declare_lint;
use crate::events::{name_of, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for actions and notification handlers that read a row, compute from it what they put into an inline action, and
    /// do not write the row themselves.
    ///
    /// ### Why is this bad?
    /// All notifications of a transaction run before any inline action does. A second one reads the same row before the
    /// inline action of the first has changed it, and the same amount counts twice. vaults.sx lost about 13 million dollars
    /// to it on 2021-05-14.
    ///
    /// ### Example
    /// ```cpp
    /// auto before = balance_of(get_self());
    /// action(auth, "eosio"_n, "buyram"_n, args).send();
    /// action(auth, get_self(), "mint"_n, std::make_tuple(from, before)).send();
    /// ```
    ///
    /// ### Use instead
    /// ```cpp
    /// ledger.modify(row, same_payer, [&](auto& r) { r.held += quantity; });
    /// mint(from, quantity);
    /// ```
    ///
    /// ### Known problems
    /// Rows that only hold settings are read the same way; they are reported if what they hold is passed on as it is.
    pub NOTIFICATION_STALE_STATE {
        name: "notification-stale-state",
        summary: "an inline action carries what was read before it, and the row changes only later",
        domain: SmartContract,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [367, 841],
        references: ["SCWE-046", "OWASP SC08:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    if cx.facts.host.dispatch != Dispatch::ApplyName {
        return Vec::new();
    }
    cx.facts.methods.iter().filter_map(in_method).collect()
}

fn in_method(method: &Method) -> Option<Finding> {
    let graph = &method.graph;
    for (read, effect) in graph.effects_of(EffectKind::StorageRead) {
        let Some(key) = effect.key().filter(|_| is_foreign(effect)) else {
            continue;
        };
        let to_itself = graph.effects().find(|(node, e)| {
            carries(e, key) && graph.reaches(read, *node) && open_at(method, *node)
        });
        let Some((send, _)) = to_itself else { continue };
        if !another_before(graph, read, send) || written(graph, key) {
            continue;
        }
        let name = name_of(key);
        let trace = vec![
            step(graph, read, format!("{name} of another contract is read")),
            step(
                graph,
                send,
                "and passed to an inline action of the contract itself",
            ),
        ];
        return Some(Finding {
            notes: vec![
                "further notifications of the same transaction come before the inline action, and read the same"
                    .to_owned(),
            ],
            help: "take the amount from the notification, and write the contract's own row in this action"
                .to_owned(),
            subject: key.to_string(),
            ..Finding::traced(
                NOTIFICATION_STALE_STATE.meta,
                method,
                format!("{name} can be stale when the inline action runs"),
                trace,
            )
        });
    }
    None
}

/// Whether a row of another contract is read.
fn is_foreign(effect: &Effect) -> bool {
    effect.operand("contract").is_some_and(|code| {
        !code.labels().contains(&Label::SelfIdentity)
            && !code.labels().contains(&Label::FirstReceiver)
    })
}

/// Whether an action of the contract itself is scheduled that carries what was read.
fn carries(effect: &Effect, key: &Content) -> bool {
    let labels = super::calls::handed_over(effect);
    schedules(effect)
        && labels.contains(&Label::SelfIdentity)
        && super::calls::from_key(&labels, key)
}

/// Whether another action is scheduled between a read and a node: the one that changes what was read.
fn another_before(graph: &EffectGraph, read: Node, send: Node) -> bool {
    graph.effects().any(|(node, e)| {
        schedules(e) && node != send && graph.reaches(read, node) && graph.reaches(node, send)
    })
}

fn written(graph: &EffectGraph, key: &Content) -> bool {
    graph
        .effects()
        .any(|(_, e)| writes(e) && e.key() == Some(key))
}
