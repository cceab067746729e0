//! Initialisation: what happens once, and what is meant to.

use contract_lint_analyzer::facts::{Content, Effect, EffectGraph, Label, Method, Node, Relation};
use contract_lint_analyzer::host::{EffectKind, HostModel, HostResult};

use super::authority::{chosen, from_itself};
use crate::events::global;

/// Whether a node is reached only while something is not yet stored that the same run stores: initialisation.
///
/// What is asked is a mark: another key that the run writes, or the key of the node, if it is set anew. That a key must be
/// there already looks alike, but then what is there is also read.
pub(super) fn initialises(graph: &EffectGraph, node: Node, host: &HostModel) -> bool {
    initialises_by(graph, node, host, |_| true)
}

/// Whether a node is reached only while the contract as a whole is not yet set up: the mark is one for all callers, and
/// no total that is brought up to date.
pub(super) fn initialises_contract(graph: &EffectGraph, node: Node, host: &HostModel) -> bool {
    initialises_by(graph, node, host, |mark| {
        let is_kept = graph
            .effects_of(EffectKind::StorageWrite)
            .filter(|(_, effect)| effect.key() == Some(mark))
            .filter_map(|(_, effect)| effect.operand("storage-value"))
            .any(|value| from_itself(value, mark));
        global(mark).is_some() && !is_kept
    })
}

fn initialises_by(
    graph: &EffectGraph,
    node: Node,
    host: &HostModel,
    may_mark: impl Fn(&Content) -> bool,
) -> bool {
    let own = graph.effect(node).and_then(|e| e.key());
    let marks: Vec<&Content> = graph
        .effects_of(EffectKind::StorageWrite)
        .filter(|(mark, _)| {
            *mark == node || graph.reaches(*mark, node) || graph.reaches(node, *mark)
        })
        .filter_map(|(_, effect)| {
            let key = effect.key().filter(|key| may_mark(key))?;
            let value = effect.operand("storage-value");
            let marks = if own == Some(key) {
                value.is_none_or(|v| !from_itself(v, key)) && !must_be_there(graph, node, key, host)
            } else {
                value.is_none_or(|v| !v.pieces.is_empty())
            };
            marks.then_some(key)
        })
        .collect();
    if marks.is_empty() {
        return false;
    }
    graph.decisions(node).iter().any(|(decision, branch)| {
        let turns_away = graph.nodes[*decision]
            .succs
            .iter()
            .any(|s| *s != node && !graph.reaches(*s, node));
        turns_away
            && branch.predicates.iter().any(|predicate| {
                let labels = predicate.labels();
                predicate.relation != Relation::Order
                    && !labels.is_empty()
                    && labels.iter().all(|label| match label {
                        Label::Storage(key) => marks.iter().any(|mark| **mark == **key),
                        _ => false,
                    })
            })
    })
}

/// Whether what is stored under a key is read on every way to a node, beside asking whether there is anything.
fn must_be_there(graph: &EffectGraph, node: Node, key: &Content, host: &HostModel) -> bool {
    let (mut asked, mut read) = (0, 0);
    for effect in graph.dominators(node).filter_map(|d| graph.effect(d)) {
        if effect.is(EffectKind::StorageRead) && effect.key() == Some(key) {
            if asks(effect, host) {
                asked += 1;
            } else {
                read += 1;
            }
        }
    }
    read > 1 || read == 1 && asked > 0
}

/// Whether an effect asks whether something is stored, rather than what.
fn asks(effect: &Effect, host: &HostModel) -> bool {
    host.functions.iter().any(|f| {
        f.result == HostResult::Answer
            && f.shown() == effect.host_function
            && !f.args.iter().any(|arg| arg.role.is_output())
    })
}

/// Whether a key is that of a part of a record, such as `STATE+5` of `STATE`: who reads the record changes what is there.
fn is_part(key: &Content, record: &Content) -> bool {
    match (key.as_constant(), record.as_constant()) {
        (Some(key), Some(record)) => key
            .strip_prefix(record)
            .is_some_and(|rest| rest.starts_with(b"+")),
        _ => false,
    }
}

/// Whether a method sets a contract up: it writes several settings that the caller chose, or one and is called that.
pub(super) fn sets_up(method: &Method, host: &HostModel) -> bool {
    let mut settings: Vec<Content> = method
        .graph
        .effects_of(EffectKind::StorageWrite)
        .filter_map(|(_, e)| {
            let (key, value) = (e.key()?, e.operand("storage-value")?);
            let read = method
                .graph
                .effects_of(EffectKind::StorageRead)
                .filter(|(_, e)| !asks(e, host))
                .filter_map(|(_, e)| e.key())
                .any(|read| read == key || is_part(key, read));
            let set = chosen(value) && !from_itself(value, key) && !read;
            global(key).filter(|_| set)
        })
        .collect();
    settings.sort();
    settings.dedup();
    let name = method.name.to_lowercase();
    let named = ["init", "setup", "new"]
        .iter()
        .any(|word| name.starts_with(word));
    settings.len() >= 2 || named && !settings.is_empty()
}
