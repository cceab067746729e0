//! Records that belong to somebody: entries that are found by a number or a name, and hold whose they are.

use contract_lint_analyzer::facts::{
    Content, EffectGraph, Facts, Guard, Label, Labels, Method, Node, NodeKind, Strength,
};

use crate::events::{arguments, is_argument, may_alias, open_to_all, step, writes};
use crate::finding::Step;
use crate::keys::names_group;

/// A kind of records of which a method has shown that each belongs to somebody: it changes one only for an account that is
/// named in it.
#[derive(Debug)]
pub(super) struct Owned<'f> {
    pub(super) key: &'f Content,
    pub(super) method: &'f Method,
    guard: Node,
}

impl Owned<'_> {
    /// The method that asks the owner, and where.
    pub(super) fn witness(&self) -> Step {
        let shown = format!(
            "`{}`: the owner of such a record is asked",
            self.method.name
        );
        step(&self.method.graph, self.guard, shown)
    }
}

/// All kinds of records that belong to somebody.
pub(super) fn owned_records(facts: &Facts) -> Vec<Owned<'_>> {
    let mut owned: Vec<Owned<'_>> = Vec::new();
    for method in facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        for (node, effect) in graph.effects().filter(|(_, e)| writes(e)) {
            let Some(key) = effect.key().filter(|key| found_by_argument(key)) else {
                continue;
            };
            if owned.iter().any(|o| may_alias(o.key, key)) {
                continue;
            }
            let asks = asking(graph, node).find(|guard| rests_on(&guard.subject, key));
            if let Some(guard) = asks {
                owned.push(Owned {
                    key,
                    method,
                    guard: guard.node,
                });
            }
        }
    }
    owned
}

/// The kind of records that belong to somebody of which this key names one.
pub(super) fn owned_record<'a, 'f>(owned: &'a [Owned<'f>], key: &Content) -> Option<&'a Owned<'f>> {
    found_by_argument(key).then(|| owned.iter().find(|o| may_alias(o.key, key)))?
}

/// Whether a key names an entry by what the caller says, and by nothing else.
pub(super) fn found_by_argument(key: &Content) -> bool {
    let labels = key.labels_through_digests();
    let known = |l: &Label| {
        is_argument(l)
            || matches!(
                l,
                Label::Digest(_) | Label::SelfIdentity | Label::FirstReceiver
            )
    };
    names_group(key) && labels.iter().any(is_argument) && labels.iter().all(known)
}

/// What is asked of a node of those who are known, with what they are held against. One who is sought in a list is no owner
/// of it.
fn asking(graph: &EffectGraph, node: Node) -> impl Iterator<Item = Guard> {
    let mut asking = graph.guards(node);
    asking.retain(|guard| matches!(guard.strength, Strength::Known | Strength::Origin));
    if !asking.is_empty() {
        let loops = graph.loops();
        let sought = |at: Node| loops.iter().any(|l| l.contains(at));
        let with = |at: Node| graph.reaches(at, node) || graph.reaches(node, at);
        let bound = graph.binding_decisions().iter();
        // Compared with what is stored, rather than looked up.
        let compared = |b: &Guard| b.subject.labels().iter().any(is_argument);
        asking.extend(
            bound
                .filter(|b| with(b.node) && !sought(b.node) && compared(b))
                .cloned(),
        );
    }
    asking.into_iter()
}

/// Whether whom a guard asks is what the record itself says, or what is stored elsewhere for the same number or name.
fn rests_on(subject: &Content, key: &Content) -> bool {
    let of_record = |of: &Content| {
        found_by_argument(of) && (of.may_equal(key) || arguments(of) == arguments(key))
    };
    let rests = |l: &Label| matches!(l, Label::Storage(of) if of_record(of));
    subject.labels().iter().any(rests)
}

/// Whether what happens to a record depends on more than what is in it: on the time, on what came with the call or from
/// another contract, on what else is stored. Then it may be for anyone to set off.
pub(super) fn on_outer_condition(graph: &EffectGraph, node: Node, key: &Content) -> bool {
    let beside = |l: &Label| matches!(l, Label::Storage(of) if !of.may_equal(key));
    let outer = |l: &Label| {
        matches!(
            l,
            Label::Time | Label::AttachedValue | Label::CallResult | Label::Digest(_)
        )
    };
    let of_record = |l: &Label| matches!(l, Label::Storage(of) if of.may_equal(key));
    // Also what is tested on some ways only: that there is nothing to test it against may be another.
    let before = graph.nodes.iter().filter_map(|(n, data)| match &data.kind {
        NodeKind::Branch(branch) if graph.reaches(n, node) => Some((n, branch)),
        _ => None,
    });
    let refuses = |n: Node| {
        let mut succs = graph.nodes[n].succs.iter();
        succs.any(|succ| !graph.acts_from(*succ))
    };
    let checks = before.filter(|(n, _)| refuses(*n));
    checks.chain(graph.late_checks(node)).any(|(_, branch)| {
        branch.predicates.iter().any(|predicate| {
            let labels = predicate.labels();
            labels.iter().any(outer) || labels.iter().any(of_record) && labels.iter().any(beside)
        })
    })
}

/// The arguments in a value that its key does not hold.
pub(super) fn other_arguments(value: &Content, key: &Content) -> Labels {
    let named = key.labels_through_digests();
    let others = value.labels().into_iter();
    others
        .filter(|l| is_argument(l) && !named.contains(l))
        .collect()
}
