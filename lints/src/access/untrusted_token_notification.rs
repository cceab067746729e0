//! `untrusted-token-notification`.

use std::collections::BTreeSet;

use contract_lint_analyzer::facts::{Content, Effect, Facts, Label, Method, Node, Strength};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use super::authority::{doubt, proven};
use super::tokens::is_hook;
use crate::declare_lint;
use crate::events::{is_argument, writes};
use crate::finding::Finding;
use crate::lint::{Confidence, Context};
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for handlers of token transfers that act without asking which token contract is speaking.
    ///
    /// ### Why is this bad?
    /// Anyone can make a token of their own, or call the handler directly, and have worthless tokens counted as real ones.
    ///
    /// ### Example
    /// ```cpp
    /// if (code == receiver || code == "eosio.token"_n.value) {
    ///     dispatch(action);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```cpp
    /// if (code == "eosio.token"_n.value && action == "transfer"_n.value) {
    ///     on_transfer();
    /// } else if (code == receiver && action != "transfer"_n.value) {
    ///     dispatch(action);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Handlers that keep accounts by token are not reported, as they may accept any.
    pub UNTRUSTED_TOKEN_NOTIFICATION {
        name: "untrusted-token-notification",
        summary: "a token transfer is believed whoever reports it",
        domain: Access,
        severity: Critical,
        confidence: High,
        level: Deny,
        cwe: [345, 290],
        references: ["SCWE-023", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let host = &cx.facts.host;
    let mut findings = Vec::new();
    for method in &cx.facts.methods {
        let notified = method.kind == EntryKind::Notification && method.is_open_notification();
        let hook = method.kind == EntryKind::Call && is_hook(&host.id, &method.name);
        let direct = is_called_directly(cx.facts, method);
        if !notified && !hook && !direct {
            continue;
        }
        let speaker = if notified {
            Label::FirstReceiver
        } else {
            Label::Caller
        };
        let found = method.graph.effects().find(|(node, effect)| {
            // That the payer agreed to the call does not mean that they paid.
            let known = |node| {
                let guard = method.graph.guard(node);
                guard.is_some_and(|g| g.strength >= Strength::Origin)
            };
            credits(effect, hook)
                && if direct {
                    !known(*node)
                } else {
                    !believed(method, *node, &speaker)
                }
        });
        let Some((node, effect)) = found else {
            continue;
        };
        let mut finding = Finding::new(
            &UNTRUSTED_TOKEN_NOTIFICATION,
            method,
            if notified {
                format!(
                    "`{}` is acted on, whichever contract reports it",
                    method.name
                )
            } else if direct {
                format!(
                    "`{}` can be called as if a token had reported it",
                    method.name
                )
            } else {
                format!("`{}` believes whoever calls it", method.name)
            },
            "",
        )
        .here(
            method,
            node,
            format!("`{}` acts on the report", effect.host_function),
        )
        .note(if notified {
            "any account can send this notification, from a token of its own making"
        } else {
            "any account can call this method, and say what it likes of a transfer"
        })
        .help(remedy(&host.id, Remedy::Token));
        if hook {
            finding = finding.at_most(Confidence::Medium);
        }
        // Under which key something is written was not followed: it may be the speaker's.
        let lost = |key: &Content| {
            !key.has_constant() && key.labels().iter().all(|l| matches!(l, Label::Storage(_)))
        };
        if effect.key().is_some_and(lost) {
            finding = finding.at_most(Confidence::Low);
        }
        findings.push(doubt(finding, method, node));
    }
    findings
}

/// Whether a method handles the notifications of token transfers and is an action of the contract as well.
fn is_called_directly(facts: &Facts, method: &Method) -> bool {
    let places = |method: &Method| -> BTreeSet<u32> {
        let lasting = method.graph.effects().filter(|(_, e)| e.lasts());
        lasting
            .map(|(node, _)| method.graph.nodes[node].site.offset)
            .collect()
    };
    method.kind == EntryKind::Call
        && method.name == "transfer"
        && facts.methods.iter().any(|other| {
            other.kind == EntryKind::Notification
                && other.name == method.name
                && !places(other).is_disjoint(&places(method))
        })
}

/// Whether an effect takes the report for true: of a hook, only what is done with what it says.
fn credits(effect: &Effect, hook: bool) -> bool {
    if !effect.lasts() || effect.is(EffectKind::EventLog) {
        return false;
    }
    if !hook {
        return true;
    }
    writes(effect)
        && effect
            .operand("storage-value")
            .is_some_and(|v| v.labels().iter().any(is_argument))
}

/// Whether the speaker is asked for before the effect, or is a part of what it concerns.
fn believed(method: &Method, node: Node, speaker: &Label) -> bool {
    let graph = &method.graph;
    let names = |content: &Content| content.labels_through_digests().contains(speaker);
    let asked = graph.decisions(node).iter().any(|(_, branch)| {
        branch.labels().iter().any(|l| match l {
            Label::Storage(key) => names(key),
            label => label == speaker,
        })
    });
    let part = graph
        .effect(node)
        .is_some_and(|e| e.operands.iter().any(|o| names(&o.content)));
    asked
        || part
        || proven(graph, node)
        || graph
            .guard(node)
            .is_some_and(|g| g.strength >= Strength::Member)
}
