//! `external-call-in-loop`.

use contract_lint_analyzer::facts::{Effect, Label, Loop, Method, Node};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use super::calls::{amount, runs_other_code, schedules, target};
use crate::declare_lint;
use crate::events::step;
use crate::finding::Finding;
use crate::lint::{Confidence, Context, Severity};

declare_lint! {
    /// ### What it does
    /// Looks for calls and payments in a loop whose length is data.
    ///
    /// ### Why is this bad?
    /// One receiver that refuses makes the whole method fail, for all the others, too. And where the amount is what came
    /// with the call, each pass counts the same assets again.
    ///
    /// ### Example
    /// ```rust
    /// for holder in holders {
    ///     self.env().transfer(holder, share)?;
    /// }
    /// ```
    ///
    /// ### Use instead
    /// Credit each holder, and let them withdraw.
    ///
    /// ### Known problems
    /// Asynchronous calls fail one by one and are left alone. A loop over a list that only an administrator can extend is
    /// reported, too.
    pub EXTERNAL_CALL_IN_LOOP {
        name: "external-call-in-loop",
        summary: "one failing receiver in a loop makes everything fail",
        domain: SmartContract,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [703, 400],
        references: ["SCWE-148", "SWC-113"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    cx.facts
        .methods
        .iter()
        .filter(|m| m.kind != EntryKind::Query)
        .filter_map(|method| {
            let loops = method.graph.loops();
            loops.iter().find_map(|l| in_loop(method, l))
        })
        .collect()
}

fn in_loop(method: &Method, l: &Loop) -> Option<Finding> {
    let graph = &method.graph;
    let (exit, _) = l.exits(graph).find(|(_, branch)| {
        branch
            .labels()
            .iter()
            .any(|label| !matches!(label, Label::Outcome(_) | Label::CallResult))
    })?;
    let calls = l
        .nodes
        .iter()
        .filter_map(|node| Some((*node, graph.effect(*node)?)));
    let (call, effect): (Node, &Effect) = calls
        .into_iter()
        .find(|(node, e)| leaves(e) && !graph.is_one_of_many(*node))?;
    // Not what is left of them: that is given back.
    let reused = amount(effect).is_some_and(|a| {
        let labels = a.labels();
        !labels.is_empty() && labels.iter().all(|l| *l == Label::AttachedValue)
    });
    let message = if reused {
        "the attached assets are used again in each pass of a loop"
    } else {
        "one failing receiver in the loop makes the whole call fail"
    };
    let trace = vec![
        step(graph, exit, "how long the loop runs is data"),
        step(graph, call, "other code runs in each pass"),
    ];
    Some(Finding {
        severity: if reused {
            Severity::High
        } else {
            Severity::Medium
        },
        confidence: certainty(effect, reused),
        help: "credit the receivers, and let each withdraw".to_owned(),
        subject: effect.host_function.clone(),
        ..Finding::traced(EXTERNAL_CALL_IN_LOOP.meta, method, message, trace)
    })
}

/// Whether other code runs, or assets are moved, and a failure is one of everything: what is scheduled, or a part of what is,
/// fails by itself, unless the host undoes the contract's own work with it.
fn leaves(effect: &Effect) -> bool {
    let later = schedules(effect) || effect.operand("promise").is_some();
    let scheduled = later && !effect.atomic;
    (runs_other_code(effect) || effect.is(EffectKind::ValueTransfer)) && !scheduled
}

/// A payment to receivers that are kept in a list may well be to strangers; a call is more often one to contracts that the
/// administrator chose.
fn certainty(effect: &Effect, reused: bool) -> Confidence {
    let receiver = effect.operand("account").or(target(effect));
    let kept = receiver.is_some_and(|t| t.labels().iter().any(|l| matches!(l, Label::Storage(_))));
    if reused || kept && effect.is(EffectKind::ValueTransfer) {
        Confidence::Medium
    } else {
        Confidence::Low
    }
}
