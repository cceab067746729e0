//! Lists of those who may act: entries that are found by who calls, and on which alone it rests whether a method acts.

use contract_lint_analyzer::facts::{
    Content, EffectGraph, Facts, Label, Method, Node, NodeKind, Relation, Strength,
};
use contract_lint_analyzer::host::EffectKind;

use super::authority::{from_itself, only_arguments};
use super::records::found_by_argument;
use crate::events::{may_alias, writes};

/// A list in which a method looks for the caller before it acts.
#[derive(Debug)]
pub(super) struct Members<'f> {
    /// Its entries.
    pub(super) key: Content,
    /// The method, and where it looks.
    pub(super) method: &'f Method,
    pub(super) guard: Node,
}

/// All lists of those who may act.
pub(super) fn member_lists(facts: &Facts) -> Vec<Members<'_>> {
    let mut lists: Vec<Members<'_>> = Vec::new();
    for method in &facts.methods {
        for (guard, key) in looked_up(&method.graph) {
            if !lists.iter().any(|list| may_alias(&list.key, &key)) {
                lists.push(Members { key, method, guard });
            }
        }
    }
    lists.retain(|list| is_list(facts, &list.key));
    lists
}

/// Where a method looks for the caller before it acts, and under which keys.
fn looked_up(graph: &EffectGraph) -> Vec<(Node, Content)> {
    let lasting = graph.effects().filter(|(_, effect)| effect.lasts());
    let mut guards: Vec<Node> = lasting
        .flat_map(|(node, _)| graph.guards(node))
        .filter(|guard| guard.strength == Strength::Member)
        .map(|guard| guard.node)
        .collect();
    guards.sort_unstable();
    guards.dedup();
    let mut found = Vec::new();
    for guard in guards {
        let NodeKind::Branch(branch) = &graph.nodes[guard].kind else {
            continue;
        };
        for label in branch.labels() {
            if let Label::Storage(key) = label
                && of_caller(&key)
            {
                found.push((guard, (*key).clone()));
            }
        }
    }
    found
}

/// Whether a key names an entry by who calls, and by nothing else.
fn of_caller(key: &Content) -> bool {
    let labels = key.labels_through_digests();
    let own = |l: &Label| {
        matches!(
            l,
            Label::Digest(_) | Label::SelfIdentity | Label::FirstReceiver
        )
    };
    key.has_constant()
        && labels.contains(&Label::Caller)
        && labels.iter().all(|l| *l == Label::Caller || own(l))
}

/// Whether entries are only ever set, whole: what is counted up or down is a balance, and what grows a list of somebody's own.
pub(super) fn is_list(facts: &Facts, key: &Content) -> bool {
    let writes_of = |method: &Method| {
        method.graph.effects().all(|(_, effect)| {
            let own = effect.key().filter(|own| may_alias(own, key));
            match (own, effect.operand("storage-value")) {
                (Some(own), Some(value)) if writes(effect) => !from_itself(value, own),
                _ => true,
            }
        })
    };
    facts.methods.iter().all(writes_of)
}

/// Whether a write puts somebody whom the caller names on a list, who pays nothing for it.
pub(super) fn admits(graph: &EffectGraph, node: Node) -> bool {
    let Some(effect) = graph.effect(node) else {
        return false;
    };
    let named = effect.key().is_some_and(found_by_argument);
    let set = effect.is(EffectKind::StorageWrite)
        && effect.operand("storage-value").is_some_and(|value| {
            value
                .as_constant()
                .is_some_and(|bytes| bytes.iter().any(|b| *b != 0))
                || only_arguments(&value.labels())
        });
    named && set && !is_paid(graph, node)
}

/// Whether what came with the call is measured before a node. That nothing came is no payment.
fn is_paid(graph: &EffectGraph, node: Node) -> bool {
    let decisions = graph.decisions(node);
    decisions.iter().any(|(_, branch)| {
        branch.predicates.iter().any(|p| {
            let measured = p.relation == Relation::Order || p.right.as_constant().is_none();
            measured && p.labels().contains(&Label::AttachedValue)
        })
    })
}
