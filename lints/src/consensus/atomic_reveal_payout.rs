//! `atomic-reveal-payout`.

use contract_lint_analyzer::facts::Method;
use contract_lint_analyzer::host::EffectKind;

use super::draw::lots;
use crate::declare_lint;
use crate::events::{set_off_by_anyone, step};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for methods that draw a number from the chain's randomness and pay by it in the same transaction.
    ///
    /// ### Why is this bad?
    /// A contract that plays looks at the outcome and aborts the transaction when it has lost: it only ever wins. BetDice
    /// and others lost their banks to it in December 2018.
    ///
    /// ### Example
    /// ```rust
    /// if env.prng().gen_range::<u64>(0..100) < odds { token.transfer(&contract, &player, &prize); }
    /// ```
    ///
    /// ### Use instead
    /// Take the bet in one transaction, and draw and pay in a later one.
    ///
    /// ### Known problems
    /// Whether contracts can play at all is not looked at.
    pub ATOMIC_REVEAL_PAYOUT {
        name: "atomic-reveal-payout",
        summary: "a lot is drawn and paid in one transaction, which the player can abort",
        domain: Consensus,
        severity: High,
        confidence: Medium,
        level: Deny,
        cwe: [362, 841],
        references: ["SCWE-142"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = cx.facts.methods.iter().filter(|m| set_off_by_anyone(m));
    methods.filter_map(in_method).collect()
}

fn in_method(method: &Method) -> Option<Finding> {
    let lint = ATOMIC_REVEAL_PAYOUT.meta;
    let graph = &method.graph;
    let at_once = |lot: &super::draw::Lot| {
        graph
            .effect(lot.payout)
            .is_some_and(|e| e.atomic || !e.is(EffectKind::ExternalCallAsync))
    };
    let lot = lots(graph).into_iter().find(at_once)?;
    let message = "a lot is drawn and paid in the same transaction".to_owned();
    let mut trace = vec![step(graph, lot.decision, "the lot decides here")];
    if lot.payout != lot.decision {
        trace.push(step(graph, lot.payout, message.clone()));
    }
    Some(Finding {
        lint,
        severity: lint.severity,
        confidence: lint.confidence,
        primary: trace.len() - 1,
        trace,
        message,
        method: method.name.clone(),
        notes: vec!["a contract that plays can abort the transaction when it loses".to_owned()],
        help: "take the bet in one transaction, and draw and pay in a later one".to_owned(),
        also: Vec::new(),
        subject: "lot".to_owned(),
    })
}
