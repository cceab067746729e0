//! `misdirected-transfer-notification`.

use contract_lint_analyzer::facts::{Label, Labels, Method, Node};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use super::authority::doubt;
use crate::declare_lint;
use crate::events::is_argument;
use crate::finding::Finding;
use crate::lint::Context;
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for handlers of token transfers that act without asking whether the transfer was made to the contract.
    ///
    /// ### Why is this bad?
    /// A contract is also told of transfers between others: whoever receives one can pass the notification on. The transfer
    /// is real, the token is the right one, but the money went to the attacker's second account.
    ///
    /// ### Example
    /// ```cpp
    /// [[eosio::on_notify("eosio.token::transfer")]]
    /// void on_transfer(name from, name to, asset quantity, std::string memo) {
    ///     if (from == get_self()) return;
    ///     credit(from, quantity);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```cpp
    /// [[eosio::on_notify("eosio.token::transfer")]]
    /// void on_transfer(name from, name to, asset quantity, std::string memo) {
    ///     if (from == get_self() || to != get_self()) return;
    ///     credit(from, quantity);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Where the parts of the notification are not told apart, a comparison of the sender with the contract counts as one
    /// of the receiver.
    pub MISDIRECTED_TRANSFER_NOTIFICATION {
        name: "misdirected-transfer-notification",
        summary: "a transfer between others is taken for a payment",
        domain: Access,
        severity: Critical,
        confidence: High,
        level: Deny,
        cwe: [345],
        references: ["SCWE-023", "OWASP SC05:2026"],
        since: "0.1.0",
    }
}

/// What the notification of a transfer is called, and which of its parts is the receiver.
const TRANSFER: &str = "transfer";
const RECEIVER: u32 = 1;

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for method in &cx.facts.methods {
        if method.kind != EntryKind::Notification || method.name != TRANSFER {
            continue;
        }
        let graph = &method.graph;
        let found = graph.effects().find(|(node, effect)| {
            effect.lasts() && !effect.is(EffectKind::EventLog) && !addressed(method, *node)
        });
        let Some((node, effect)) = found else {
            continue;
        };
        if findings.iter().any(|f| f.method == method.name) {
            continue;
        }
        let finding = Finding::new(
            &MISDIRECTED_TRANSFER_NOTIFICATION,
            method,
            "a transfer between other accounts is taken for a payment to the contract",
            "",
        )
        .here(
            method,
            node,
            format!(
                "`{}` acts on the transfer, whoever received it",
                effect.host_function
            ),
        )
        .note("nothing on the way compares the transfer's receiver with the contract")
        .help(remedy(&cx.facts.host.id, Remedy::Receiver));
        findings.push(doubt(finding, method, node));
    }
    findings
}

/// Whether the receiver is compared with the contract before a node.
fn addressed(method: &Method, node: Node) -> bool {
    let graph = &method.graph;
    graph.decisions(node).iter().any(|(_, branch)| {
        branch.predicates.iter().any(|p| {
            let labels: Labels = p.labels();
            labels.contains(&Label::SelfIdentity) && labels.iter().any(receiver)
        })
    })
}

/// Whether data may be the receiver: it is not known to be another part.
fn receiver(label: &Label) -> bool {
    match label {
        Label::Param(part) => *part == RECEIVER,
        label => is_argument(label),
    }
}
