//! `duplicate-batch-element`.

use contract_lint_analyzer::facts::{Content, EffectGraph, Label, Loop, Method, Node, Relation};
use contract_lint_analyzer::host::EffectKind;

use super::calls::{amount, from_key, is_blurred, is_vague, schedules};
use crate::declare_lint;
use crate::events::{arguments, is_argument, may_alias, name_of, open_to_all, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for loops over a list from the caller that add up what is stored for each element and pay it, where the entry
    /// of an element is not written or deleted in the same pass and nothing tests that elements differ.
    ///
    /// ### Why is this bad?
    /// A list that names one element three times is paid three times. Mirror Protocol lost about 90 million dollars that way
    /// from 2021-10-08 on, Skyward Finance about 3 million on 2022-11-02.
    ///
    /// ### Example
    /// ```rust
    /// for id in ids {
    ///     total += LOCKS.load(storage, id)?.amount;
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// for id in ids {
    ///     total += LOCKS.load(storage, id)?.amount;
    ///     LOCKS.remove(storage, id);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// A list that was sorted and freed of doubles before the loop is not recognised as such.
    pub DUPLICATE_BATCH_ELEMENT {
        name: "duplicate-batch-element",
        summary: "an element that is listed twice is paid twice",
        domain: SmartContract,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [694, 20],
        references: ["SCWE-083", "OWASP SC05:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    cx.facts
        .methods
        .iter()
        .filter(|m| open_to_all(m))
        .filter_map(|method| {
            let loops = method.graph.loops();
            loops.iter().find_map(|l| in_loop(method, l))
        })
        .collect()
}

fn in_loop(method: &Method, l: &Loop) -> Option<Finding> {
    let graph = &method.graph;
    let over_list = l
        .exits(graph)
        .any(|(_, branch)| branch.labels().iter().any(is_argument));
    if !over_list {
        return None;
    }
    let (read, key) = l.nodes.iter().find_map(|node| {
        let effect = graph.effect(*node)?;
        let key = effect.key()?;
        // An element of the list and nothing else.
        let plain =
            |l: &Label| is_argument(l) || matches!(l, Label::SelfIdentity | Label::Digest(_));
        let of_element =
            !arguments(key).is_empty() && !is_vague(key) && key.labels().iter().all(plain);
        (effect.is(EffectKind::StorageRead) && of_element).then_some((*node, key))
    })?;
    if marked(graph, l, key) || compared(graph, l) {
        return None;
    }
    let pay = paid(graph, read, key)?;
    let name = name_of(key);
    let trace = vec![
        step(
            graph,
            read,
            format!("{name} is read for each element of the list"),
        ),
        step(graph, pay, "what was read is paid"),
    ];
    Some(Finding {
        help: "delete or mark the entry in the same pass, or refuse lists with doubles".to_owned(),
        subject: key.to_string(),
        ..Finding::traced(
            DUPLICATE_BATCH_ELEMENT.meta,
            method,
            "an element that is listed twice is paid twice",
            trace,
        )
    })
}

/// Whether the entry of an element is written or deleted within the loop.
fn marked(graph: &EffectGraph, l: &Loop, key: &Content) -> bool {
    l.nodes.iter().any(|node| {
        graph.effect(*node).is_some_and(|e| {
            writes(e)
                && e.key()
                    .is_none_or(|k| may_alias(k, key) || !arguments(k).is_empty())
        })
    })
}

/// Whether elements are compared with each other.
fn compared(graph: &EffectGraph, l: &Loop) -> bool {
    l.nodes.iter().any(|node| match &graph.nodes[*node].kind {
        contract_lint_analyzer::facts::NodeKind::Branch(branch) => {
            branch.predicates.iter().any(|p| {
                let data = |c: &Content| {
                    let labels = c.labels();
                    !labels.is_empty() && labels.iter().all(is_argument)
                };
                p.relation == Relation::Equal && data(&p.left) && data(&p.right)
            })
        }
        _ => false,
    })
}

/// A payment of what was read.
fn paid(graph: &EffectGraph, read: Node, key: &Content) -> Option<Node> {
    let (node, _) = graph.effects().find(|(node, effect)| {
        let sends = effect.is(EffectKind::ValueTransfer)
            || effect.is(EffectKind::ExternalCall)
            || schedules(effect);
        let content = amount(effect).or_else(|| effect.operand("calldata"));
        sends
            && !graph.is_one_of_many(*node)
            && content.is_some_and(|c| !is_blurred(c) && from_key(&c.labels(), key))
            && graph.reaches(read, *node)
    })?;
    Some(node)
}
