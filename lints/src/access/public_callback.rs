//! `public-callback`.

use std::collections::BTreeSet;

use contract_lint_analyzer::facts::{Content, Effect, Facts, Label, Method, Node};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use super::authority::{Standing, doubt, standing};
use crate::declare_lint;
use crate::events::open_to_all;
use crate::finding::Finding;
use crate::lint::{Confidence, Context};
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for methods that the contract has called back with the result of a call to another contract, and that change
    /// something without checking that it is the contract itself that calls.
    ///
    /// ### Why is this bad?
    /// Anyone can call the method, with results of their own making, and have it do what only a finished call should.
    ///
    /// ### Example
    /// ```rust
    /// pub fn on_stake(&mut self, account: AccountId, amount: U128) {
    ///     self.credit(account, amount);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// #[private]
    /// pub fn on_stake(&mut self, account: AccountId, amount: U128) {
    ///     self.credit(account, amount);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// A callback that is named in data that the contract computes is not recognised, unless it reads a result.
    pub PUBLIC_CALLBACK {
        name: "public-callback",
        summary: "anyone can call a callback",
        domain: Access,
        severity: High,
        confidence: High,
        level: Deny,
        cwe: [749, 862],
        references: ["SCWE-016", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    // Where the host calls callbacks through an entry of their own, nobody else can.
    let host = &cx.facts.host;
    let own_entry = host
        .entry_points
        .iter()
        .any(|entry| entry.kind == EntryKind::Callback);
    let later = host
        .functions
        .iter()
        .any(|f| f.is(EffectKind::ExternalCallAsync));
    if own_entry || !later {
        return Vec::new();
    }
    let named = named_callbacks(cx.facts);
    let mut findings = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let result = reads_result(method);
        if result.is_none() && !named.contains(&method.name) {
            continue;
        }
        let graph = &method.graph;
        let found = graph.effects().find(|(node, effect)| {
            changes(effect) && matches!(standing(graph, *node), Standing::Open | Standing::Named(_))
        });
        let Some((node, effect)) = found else {
            continue;
        };
        let mut finding = Finding::new(
            &PUBLIC_CALLBACK,
            method,
            format!("anyone can call the callback `{}`", method.name),
            "",
        );
        if let Some(result) = result {
            finding = finding.then(method, result, "the result of an earlier call is read");
        } else {
            finding = finding
                .at_most(Confidence::Medium)
                .note("the contract names this method as a callback of a call");
        }
        let finding = finding
            .here(
                method,
                node,
                format!("`{}` acts, whoever called", effect.host_function),
            )
            .note("nothing on the way compares the caller with the contract")
            .help(remedy(&host.id, Remedy::Callback));
        findings.push(doubt(finding, method, node));
    }
    findings
}

/// Names that the contract hands over as methods of its own to be called back.
fn named_callbacks(facts: &Facts) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for method in &facts.methods {
        for (_, effect) in method.graph.effects_of(EffectKind::ExternalCallAsync) {
            let to_itself = ["account", "contract", "promise"].iter().any(|what| {
                effect.operand(what).is_some_and(|content| {
                    content
                        .labels_through_digests()
                        .contains(&Label::SelfIdentity)
                })
            });
            let name = ["callback", "method-name"]
                .iter()
                // A message to itself is no callback: that hangs on an earlier call.
                .filter(|what| {
                    **what == "callback" || to_itself && effect.operand("promise").is_some()
                })
                .filter_map(|what| effect.operand(what).and_then(Content::as_constant))
                .find_map(|bytes| std::str::from_utf8(bytes).ok());
            names.extend(name.map(str::to_owned));
        }
    }
    names
}

/// Where a method reads the result of a call that it did not make itself: one of an earlier transaction.
fn reads_result(method: &Method) -> Option<Node> {
    let graph = &method.graph;
    let calls = |e: &Effect| {
        [
            EffectKind::ExternalCall,
            EffectKind::ExternalCallReadonly,
            EffectKind::Delegatecall,
            EffectKind::ContractCreate,
        ]
        .iter()
        .any(|kind| e.is(*kind))
    };
    graph
        .effects_of(EffectKind::CallResultRead)
        .find(|(node, effect)| {
            // The function that gives the input may also give results, of calls just made.
            !calls(effect)
                && !effect.is(EffectKind::CalldataRead)
                && !graph
                    .effects()
                    .any(|(n, e)| calls(e) && graph.reaches(n, *node))
        })
        .map(|(node, _)| node)
}

fn changes(effect: &Effect) -> bool {
    effect.lasts() && !effect.is(EffectKind::EventLog)
}
