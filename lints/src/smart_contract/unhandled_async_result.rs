//! `unhandled-async-result`.

use contract_lint_analyzer::facts::{Effect, Facts, Label, Method, Node};
use contract_lint_analyzer::host::{EffectKind, Reentrancy};

use super::async_failure_not_compensated::{is_payment_to_caller, taken_and_sent};
use super::calls::{amount, callbacks, schedules, target};
use crate::declare_lint;
use crate::events::{is_argument, open_to_all, step, writes};
use crate::finding::Finding;
use crate::lint::{Confidence, Context};

declare_lint! {
    /// ### What it does
    /// Looks for asynchronous calls of another contract that carry an amount of the caller's choice or assets, whose
    /// result reaches neither a callback nor the caller.
    ///
    /// ### Why is this bad?
    /// Nobody learns that the call failed. The contract has recorded a transfer, a stake or a trade that did not happen.
    ///
    /// ### Example
    /// ```rust
    /// ext_token::ext(token).ft_transfer(account, amount, None);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// ext_token::ext(token)
    ///     .ft_transfer(account, amount, None)
    ///     .then(Self::ext(env::current_account_id()).on_transfer());
    /// ```
    ///
    /// ### Known problems
    /// A call that is meant as a mere notification is reported if it carries an amount. Methods that write no state are
    /// left alone.
    pub UNHANDLED_ASYNC_RESULT {
        name: "unhandled-async-result",
        summary: "nobody learns how an asynchronous call with an amount ends",
        domain: SmartContract,
        severity: Medium,
        confidence: Medium,
        level: Warn,
        cwe: [252],
        references: ["SCWE-048", "OWASP SC06:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    // Where scheduled calls are part of the same transaction, a failure undoes everything.
    let separate = cx.facts.host.functions.iter().any(|f| {
        f.effects.contains(&EffectKind::CallResultRead)
            && !f.effects.contains(&EffectKind::ExternalCall)
    });
    if cx.facts.host.reentrancy != Reentrancy::Deferred || !separate {
        return Vec::new();
    }
    let methods = cx.facts.methods.iter().filter(|m| open_to_all(m));
    methods.filter_map(|m| in_method(cx.facts, m)).collect()
}

fn in_method(facts: &Facts, method: &Method) -> Option<Finding> {
    let graph = &method.graph;
    if taken_and_sent(method).is_some() {
        return None;
    }
    let (call, effect) = graph
        .effects()
        .find(|(call, effect)| matters(effect) && unseen(facts, method, *call))?;
    let (write, _) = graph.effects().find(|(write, e)| {
        writes(e) && (graph.dominates(*write, call) || graph.dominates(call, *write))
    })?;
    let trace = vec![
        step(graph, write, "state is written as if the call went well"),
        step(graph, call, "nobody learns how this call ends"),
    ];
    Some(Finding {
        confidence: if amount(effect).is_some() {
            Confidence::Medium
        } else {
            Confidence::Low
        },
        help: "add a callback that looks at the result, or return the call's result".to_owned(),
        subject: effect
            .operand("method-name")
            .map(ToString::to_string)
            .unwrap_or_default(),
        ..Finding::traced(
            UNHANDLED_ASYNC_RESULT.meta,
            method,
            "the result of an asynchronous call is lost",
            trace,
        )
    })
}

/// A call of another contract that moves something.
fn matters(effect: &Effect) -> bool {
    let own = target(effect).is_some_and(|t| t.labels().contains(&Label::SelfIdentity));
    let carries = amount(effect).is_some_and(|a| !a.is_unknown())
        || effect
            .operand("calldata")
            .is_some_and(|c| c.labels().iter().any(is_argument));
    schedules(effect)
        && !effect.atomic
        && !own
        && !is_payment_to_caller(effect)
        && effect.operand("method-name").is_some()
        && carries
}

/// Whether the result of a call reaches neither a callback nor the caller.
fn unseen(facts: &Facts, method: &Method, call: Node) -> bool {
    let graph = &method.graph;
    let after = callbacks(facts, method, call);
    let returned = graph
        .effects_of(EffectKind::ReturnData)
        .any(|(node, e)| e.operand("promise").is_some() && graph.reaches(call, node));
    after.methods.is_empty() && !after.others && !returned
}
