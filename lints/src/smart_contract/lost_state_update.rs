//! `lost-state-update`.

use contract_lint_analyzer::facts::{Content, Facts, Label, Method, Node};
use contract_lint_analyzer::host::EffectKind;

use super::calls::{amount, from_key, is_vague};
use crate::declare_lint;
use crate::events::{may_alias, name_of, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for payments of an amount that is kept in storage and that other methods add to, where the method that pays
    /// does not write what is left.
    ///
    /// ### Why is this bad?
    /// What was paid out is still on record and is paid again by the next call, out of what belongs to others. In Oak
    /// Security's Dojo exercise 02 collected fees are withdrawn without being reset.
    ///
    /// ### Example
    /// ```rust
    /// let fees = FEES.load(deps.storage)?;
    /// Ok(Response::new().add_message(send(&owner, fees)))
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// let fees = FEES.load(deps.storage)?;
    /// FEES.save(deps.storage, &Uint128::zero())?;
    /// Ok(Response::new().add_message(send(&owner, fees)))
    /// ```
    ///
    /// ### Known problems
    /// Fixed amounts, such as a reward that an administrator sets, are left alone: a value counts as collected only if a
    /// method adds to it.
    pub LOST_STATE_UPDATE {
        name: "lost-state-update",
        summary: "what is paid out stays on record",
        domain: SmartContract,
        severity: Medium,
        confidence: Medium,
        level: Warn,
        cwe: [664],
        references: ["SCWE-007"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    cx.facts
        .methods
        .iter()
        .filter_map(|m| in_method(cx.facts, m))
        .collect()
}

fn in_method(facts: &Facts, method: &Method) -> Option<Finding> {
    if !method.reasons.is_empty() {
        return None;
    }
    let graph = &method.graph;
    let (pay, key) = graph
        .effects_of(EffectKind::ValueTransfer)
        .find_map(|(node, effect)| {
            let key = whole_of(amount(effect)?)?;
            let written = graph.effects().any(|(_, e)| {
                writes(e) && e.key().is_none_or(|k| is_vague(k) || may_alias(k, &key))
            });
            (!written && !is_vague(&key) && is_collected(facts, &key)).then_some((node, key))
        })?;
    let (read, _) = graph
        .effects_of(EffectKind::StorageRead)
        .find(|(_, e)| e.key() == Some(&key))?;
    Some(finding(method, read, pay, &key))
}

fn finding(method: &Method, read: Node, pay: Node, key: &Content) -> Finding {
    let name = name_of(key);
    let trace = vec![
        step(&method.graph, read, format!("{name} is read")),
        step(&method.graph, pay, "and paid, but never reduced"),
    ];
    Finding {
        help: format!("write what is left of {name} before the payment"),
        subject: key.to_string(),
        ..Finding::traced(
            LOST_STATE_UPDATE.meta,
            method,
            format!("{name} is paid out and stays on record"),
            trace,
        )
    }
}

/// The key of which an amount is the whole stored value.
fn whole_of(amount: &Content) -> Option<Content> {
    let labels = amount.labels();
    let mut labels = labels.iter();
    match (labels.next(), labels.next()) {
        (Some(Label::Storage(key)), None) => Some((**key).clone()),
        _ => None,
    }
}

/// Whether some method adds to a key: what it is given, or what it computes.
fn is_collected(facts: &Facts, key: &Content) -> bool {
    facts.methods.iter().any(|method| {
        method
            .graph
            .effects_of(EffectKind::StorageWrite)
            .any(|(_, effect)| {
                let adds = effect.operand("storage-value").is_some_and(|value| {
                    let labels = value.labels();
                    from_key(&labels, key) && labels.len() > 1
                });
                adds && effect.key().is_some_and(|k| may_alias(k, key))
            })
    })
}
