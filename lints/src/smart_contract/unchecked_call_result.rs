//! `unchecked-call-result`.

use contract_lint_analyzer::facts::{Effect, EffectGraph, Node};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use super::calls::outcome_matters;
use crate::declare_lint;
use crate::events::{name_of, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for calls and transfers that tell by their result whether they went well, where nothing looks at the result
    /// although state is written or assets are moved on the same path.
    ///
    /// ### Why is this bad?
    /// When the call fails, the contract goes on as if it had not: a balance is cleared although nothing was paid, an order
    /// is closed although nothing was delivered. King of the Ether kept the money of kings whom it failed to pay (2016).
    ///
    /// ### Example
    /// ```rust
    /// let _ = token.try_transfer(&from, &to, &amount);
    /// storage.set(&key, &0);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// match token.try_transfer(&from, &to, &amount) {
    ///     Ok(_) => storage.set(&key, &0),
    ///     Err(_) => panic_with_error!(&env, Error::TransferFailed),
    /// }
    /// ```
    ///
    /// ### Known problems
    /// A call that is only a best effort, such as a notification, is reported if state is written on the same path.
    pub UNCHECKED_CALL_RESULT {
        name: "unchecked-call-result",
        summary: "whether a call failed is not looked at",
        domain: SmartContract,
        severity: High,
        confidence: High,
        level: Deny,
        cwe: [252],
        references: ["SWC-104", "SCWE-048", "OWASP SC06:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for method in &cx.facts.methods {
        if method.kind == EntryKind::Query {
            continue;
        }
        let graph = &method.graph;
        let func = graph.nodes[graph.entry()].site.func;
        let answers = !cx.facts.module.func_type(func).results.is_empty();
        for (call, effect) in graph.effects().filter(|(_, e)| can_fail(e)) {
            if outcome_matters(graph, call) {
                continue;
            }
            let Some((write, written)) = relies_on(graph, call, answers) else {
                continue;
            };
            let what = if effect.is(EffectKind::ExternalCall) {
                "call"
            } else {
                "transfer"
            };
            let told = match written.key() {
                Some(key) => format!("{} is written whether or not it failed", name_of(key)),
                None => "assets are moved whether or not it failed".to_owned(),
            };
            let trace = vec![
                step(graph, call, format!("the result of this {what} is dropped")),
                step(graph, write, told),
            ];
            let subject = effect.host_function.clone();
            if findings
                .iter()
                .any(|f| f.method == method.name && f.site() == trace[0].site.as_ref())
            {
                continue;
            }
            findings.push(Finding {
                primary: 0,
                help: format!("abort, or undo what was done, when the {what} fails"),
                subject,
                ..Finding::traced(
                    UNCHECKED_CALL_RESULT.meta,
                    method,
                    format!("nothing looks at whether this {what} failed"),
                    trace,
                )
            });
        }
    }
    findings
}

/// Whether an effect runs other code or pays, and tells by its result if that failed.
fn can_fail(effect: &Effect) -> bool {
    effect.tells_failure
        && (effect.is(EffectKind::ExternalCall) || effect.is(EffectKind::ValueTransfer))
}

/// What happens on the path of a call as if the call went well: a write or transfer after it, or one before it. Where the
/// entry point `answers` with a result of its own, a call that comes last may decide that.
fn relies_on(graph: &EffectGraph, call: Node, answers: bool) -> Option<(Node, &Effect)> {
    let counts = |effect: &Effect| writes(effect) || effect.is(EffectKind::ValueTransfer);
    let after = graph
        .effects()
        .find(|(node, effect)| counts(effect) && graph.reaches(call, *node));
    after.or_else(|| {
        graph
            .effects()
            .filter(|(_, effect)| counts(effect) && !answers)
            .find(|(node, _)| *node != call && graph.dominates(*node, call))
    })
}
