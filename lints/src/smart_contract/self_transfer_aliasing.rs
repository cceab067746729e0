//! `self-transfer-aliasing`.

use contract_lint_analyzer::facts::{
    Content, Effect, EffectGraph, Label, Method, Node, Piece, Relation,
};
use contract_lint_analyzer::host::EffectKind;

use super::calls::{from_key, is_decreased};
use crate::declare_lint;
use crate::events::{is_argument, name_of, open_to_all, step};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for transfers between two accounts' entries where both are read before either is written, and nothing tests
    /// whether the two accounts are the same.
    ///
    /// ### Why is this bad?
    /// If they are, the second write overwrites the first with a value computed from before it: the account keeps its
    /// balance and gets the amount on top. Anyone can mint by sending to themselves. This happened to Stader's liquid
    /// staking on NEAR on 2022-08-16.
    ///
    /// ### Example
    /// ```rust
    /// let from_balance = self.balance(&from);
    /// let to_balance = self.balance(&to);
    /// self.set_balance(&from, from_balance - amount);
    /// self.set_balance(&to, to_balance + amount);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// self.set_balance(&from, self.balance(&from) - amount);
    /// self.set_balance(&to, self.balance(&to) + amount);
    /// ```
    ///
    /// ### Known problems
    /// Where both accounts are arguments and the analysis does not tell arguments apart, nothing is found.
    pub SELF_TRANSFER_ALIASING {
        name: "self-transfer-aliasing",
        summary: "a transfer to oneself creates balance",
        domain: SmartContract,
        severity: High,
        confidence: Medium,
        level: Deny,
        cwe: [682],
        references: ["SCWE-083"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = cx.facts.methods.iter().filter(|m| open_to_all(m));
    methods.filter_map(in_method).collect()
}

fn in_method(method: &Method) -> Option<Finding> {
    let graph = &method.graph;
    let credits: Vec<(Node, &Effect)> = graph
        .effects_of(EffectKind::StorageWrite)
        .filter(|(_, e)| is_credit(e))
        .collect();
    for (debit, debited) in graph.effects_of(EffectKind::StorageWrite) {
        let Some(from) = debited.key().filter(|_| is_debit(debited)) else {
            continue;
        };
        for (credit, credited) in &credits {
            let Some(to) = credited.key().filter(|to| are_siblings(from, to)) else {
                continue;
            };
            let (first, second) = if graph.reaches(debit, *credit) {
                (debit, *credit)
            } else {
                (*credit, debit)
            };
            let later_key = if second == *credit { to } else { from };
            let Some(read) = read_too_early(graph, first, second, later_key) else {
                continue;
            };
            if told_apart(graph, second, from, to) {
                continue;
            }
            let trace = vec![
                step(graph, read, format!("{} is read", name_of(later_key))),
                step(graph, first, "the other account's entry is written"),
                step(graph, second, "the value read before is written here"),
            ];
            return Some(Finding {
                help:
                    "refuse transfers to oneself, or read each balance right before it is written"
                        .to_owned(),
                subject: from.to_string(),
                ..Finding::traced(
                    SELF_TRANSFER_ALIASING.meta,
                    method,
                    "a transfer to oneself creates balance",
                    trace,
                )
            });
        }
    }
    None
}

fn is_debit(effect: &Effect) -> bool {
    let (Some(key), Some(value)) = (effect.key(), effect.operand("storage-value")) else {
        return false;
    };
    is_decreased(value) && from_key(&value.labels(), key)
}

fn is_credit(effect: &Effect) -> bool {
    let (Some(key), Some(value)) = (effect.key(), effect.operand("storage-value")) else {
        return false;
    };
    !is_decreased(value) && from_key(&value.labels(), key) && value.labels().iter().any(is_argument)
}

/// Whether two keys differ in nothing but whose they are: in one hole, each of one source.
fn are_siblings(a: &Content, b: &Content) -> bool {
    let owner = |piece: &Piece| match piece {
        Piece::Hole { labels, .. } if labels.len() == 1 => labels.iter().next().cloned(),
        _ => None,
    };
    let is_account = |l: &Label| is_argument(l) || matches!(l, Label::Caller);
    if a.pieces.len() != b.pieces.len() {
        return false;
    }
    let mut differing = a.pieces.iter().zip(&b.pieces).filter(|(x, y)| x != y);
    let (Some((x, y)), None) = (differing.next(), differing.next()) else {
        return false;
    };
    match (through_digest(owner(x)), through_digest(owner(y))) {
        (Some(x), Some(y)) => x != y && is_account(&x) && is_account(&y),
        _ => false,
    }
}

/// What a digest is of, where that is one thing beside constants.
fn through_digest(label: Option<Label>) -> Option<Label> {
    match label? {
        Label::Digest(of) => {
            let labels = of.labels();
            (labels.len() == 1).then(|| labels.into_iter().next())?
        }
        label => Some(label),
    }
}

/// A read of the later written key that comes before the first write, with no other read after it.
fn read_too_early(graph: &EffectGraph, first: Node, second: Node, key: &Content) -> Option<Node> {
    let reads: Vec<Node> = graph
        .effects_of(EffectKind::StorageRead)
        .filter(|(_, e)| e.key() == Some(key))
        .map(|(node, _)| node)
        .collect();
    let afresh = reads
        .iter()
        .any(|read| graph.reaches(first, *read) && graph.reaches(*read, second));
    let early = reads
        .into_iter()
        .find(|read| graph.dominates(*read, first))?;
    (!afresh && graph.reaches(first, second)).then_some(early)
}

/// Whether a check compares the two accounts.
fn told_apart(graph: &EffectGraph, node: Node, from: &Content, to: &Content) -> bool {
    let (from, to) = (from.labels_through_digests(), to.labels_through_digests());
    graph.decisions(node).iter().any(|(_, branch)| {
        branch.predicates.iter().any(|p| {
            let (left, right) = (p.left.labels(), p.right.labels());
            let speaks = |side: &contract_lint_analyzer::facts::Labels,
                          of: &contract_lint_analyzer::facts::Labels| {
                side.iter().any(|l| of.contains(l))
            };
            p.relation != Relation::Truth
                && (speaks(&left, &from) && speaks(&right, &to)
                    || speaks(&left, &to) && speaks(&right, &from))
                && left != right
        })
    })
}
