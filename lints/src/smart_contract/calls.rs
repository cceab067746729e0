//! Questions about calls to other code, and about what they carry.

use contract_lint_analyzer::facts::{
    Content, Effect, EffectGraph, Facts, Label, Labels, Method, Node, NodeKind, Piece, Strength,
};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use crate::events::{assets, is_argument, may_alias, writes};
use crate::policy::Policy;

/// Data of more sources than this is a blur.
const MAX_SOURCES: usize = 3;

/// Whether other code runs now, and may change state.
pub(super) fn runs_other_code(effect: &Effect) -> bool {
    effect.is(EffectKind::ExternalCall) || effect.is(EffectKind::Delegatecall)
}

/// Whether other code is scheduled to run later.
pub(super) fn schedules(effect: &Effect) -> bool {
    effect.is(EffectKind::ExternalCallAsync)
}

/// The method or account that a call is for, where the host model says.
pub(super) fn target(effect: &Effect) -> Option<&Content> {
    ["contract", "account", "promise"]
        .into_iter()
        .find_map(|what| effect.operand(what))
}

/// How much is sent along, if that can be more than nothing.
pub(super) fn amount(effect: &Effect) -> Option<&Content> {
    assets(effect).filter(|amount| {
        !amount
            .as_constant()
            .is_some_and(|bytes| bytes.iter().all(|b| *b == 0))
    })
}

/// Whether the call is to a place that is fixed in the code.
pub(super) fn has_fixed_target(effect: &Effect) -> bool {
    target(effect).is_some_and(|t| t.as_constant().is_some_and(|bytes| !bytes.is_empty()))
}

/// Whether the user trusts what is called: it will not call back.
pub(super) fn is_trusted(policy: &Policy, effect: &Effect) -> bool {
    let trusted = &policy.privileged.trusted_callees;
    let name = target(effect)
        .and_then(Content::as_constant)
        .and_then(|bytes| std::str::from_utf8(bytes).ok());
    name.is_some_and(|name| trusted.iter().any(|glob| glob.matches(name)))
}

/// Whether the contract calls itself: its own methods, or what the protocol does in its name.
pub(super) fn calls_itself(effect: &Effect) -> bool {
    target(effect).is_some_and(|t| {
        let labels = t.labels();
        labels.len() == 1 && labels.contains(&Label::SelfIdentity)
    })
}

/// Whether data was read from a key that may be this one.
pub(super) fn from_key(labels: &Labels, key: &Content) -> bool {
    labels
        .iter()
        .any(|label| matches!(label, Label::Storage(k) if may_alias(k, key)))
}

/// Where everything that an effect hands over comes from.
pub(super) fn handed_over(effect: &Effect) -> Labels {
    effect
        .operands
        .iter()
        .flat_map(|o| o.content.labels_through_digests())
        .collect()
}

/// The writes that take from what is kept: a value less than the one before, or a removal.
pub(super) fn takes_away(effect: &Effect) -> bool {
    let Some(key) = effect.key() else {
        return false;
    };
    if effect.is(EffectKind::StorageRemove) {
        return true;
    }
    writes(effect)
        && effect.operand("storage-value").is_some_and(|value| {
            is_decreased(value) && from_key(&value.labels_through_digests(), key)
        })
}

/// Whether a value is what is left after a subtraction.
pub(super) fn is_decreased(content: &Content) -> bool {
    content.pieces.iter().any(|piece| {
        matches!(
            piece,
            Piece::Hole {
                decreased: true,
                ..
            }
        )
    })
}

/// Whether so little is known of a key that it may be many things: no constant, and data of several sources, or read from
/// nobody knows where.
pub(super) fn is_vague(key: &Content) -> bool {
    let named = key.pieces.iter().any(|p| matches!(p, Piece::Const(_)));
    let labels = key.labels();
    let digested = labels.iter().any(|l| matches!(l, Label::Digest(_)));
    let found = |l: &Label| matches!(l, Label::Storage(of) if is_vague(of));
    !named && !digested && (key.is_unknown() || labels.len() > 1 || labels.iter().any(found))
}

/// Whether something may be data of so many sources that it is none of them for sure: what a machine is left with that lost
/// sight of which is which.
pub(super) fn is_blurred(content: &Content) -> bool {
    let named = content.pieces.iter().any(|p| matches!(p, Piece::Const(_)));
    !named && content.pieces.len() == 1 && content.labels().len() > MAX_SOURCES
}

/// Whether a key belongs to somebody: it contains the caller or something that the caller names.
pub(super) fn is_personal(key: &Content) -> bool {
    key.labels_through_digests()
        .iter()
        .any(|label| is_argument(label) || matches!(label, Label::Caller | Label::Origin))
}

/// Whether strangers can call a method and get to a node.
pub(super) fn open_at(method: &Method, node: Node) -> bool {
    matches!(method.kind, EntryKind::Call | EntryKind::Notification)
        && method
            .graph
            .guard(node)
            .is_none_or(|guard| guard.strength < Strength::Origin)
}

/// Whether a method runs with the outcome of an earlier call.
pub(super) fn is_callback(method: &Method) -> bool {
    method.kind == EntryKind::Callback
        || method
            .graph
            .effects_of(EffectKind::CallResultRead)
            .any(|(_, effect)| !runs_other_code(effect) && !effect.is(EffectKind::ChainQuery))
}

/// What is called back when the calls that a method schedules have ended.
pub(super) struct Callbacks<'f> {
    /// The methods that are known.
    pub(super) methods: Vec<&'f Method>,
    /// Whether there are others, of which nothing is known.
    pub(super) others: bool,
}

/// What is called back after the calls that are scheduled from a node on.
pub(super) fn callbacks<'f>(facts: &'f Facts, method: &Method, from: Node) -> Callbacks<'f> {
    let graph = &method.graph;
    let mut found = Callbacks {
        methods: Vec::new(),
        others: false,
    };
    let after = |node: Node| node == from || graph.reaches(from, node) || graph.reaches(node, from);
    for (node, effect) in graph.effects().filter(|(_, e)| schedules(e)) {
        if !after(node) {
            continue;
        }
        let own = effect
            .operands
            .iter()
            .filter(|o| o.what == "account" || o.what == "contract" || o.what == "promise")
            .any(|o| o.content.labels().contains(&Label::SelfIdentity));
        for operand in &effect.operands {
            let is_callback = operand.what == "callback" || own && operand.what == "method-name";
            if !is_callback {
                continue;
            }
            let Some(name) = operand.content.as_constant() else {
                found.others = true;
                continue;
            };
            if name.is_empty() {
                continue;
            }
            match facts.methods.iter().find(|m| m.name.as_bytes() == name) {
                Some(method) if !found.methods.iter().any(|m| m.name == method.name) => {
                    found.methods.push(method);
                }
                Some(_) => {}
                None => found.others = true,
            }
        }
    }
    // Where the platform has one entry point for all outcomes, nothing names it.
    for method in &facts.methods {
        let by_convention = method.kind == EntryKind::Callback;
        if by_convention && !found.methods.iter().any(|m| m.name == method.name) {
            found.methods.push(method);
        }
    }
    found
}

/// Whether a lock is held at a node: a key that is tested, then written, on every path; or a question to the host
/// whether the contract was entered again.
pub(super) fn locked(graph: &EffectGraph, node: Node) -> bool {
    let checks = graph.checks(node);
    let asked = |by: Node| {
        graph
            .effect(by)
            .is_some_and(|e| e.is(EffectKind::ReentryQuery))
    };
    if graph.dominators(node).any(asked) && !checks.is_empty() {
        return true;
    }
    graph.dominators(node).any(|taken| {
        let Some(effect) = graph.effect(taken) else {
            return false;
        };
        let is_write = writes(effect) || effect.is(EffectKind::TransientWrite);
        let Some(key) = effect.key().filter(|_| is_write) else {
            return false;
        };
        let constant = effect
            .operand("storage-value")
            .is_some_and(|v| v.as_constant().is_some_and(|b| !b.is_empty()));
        constant
            && checks.iter().any(|(check, branch)| {
                graph.dominates(*check, taken) && from_key(&branch.labels(), key)
            })
    })
}

/// Whether anything depends on how the call at a node went.
pub(super) fn outcome_matters(graph: &EffectGraph, node: Node) -> bool {
    let outcome = Label::Outcome(graph.nodes[node].site.offset);
    graph.nodes.values().any(|data| match &data.kind {
        NodeKind::Branch(branch) => branch.labels().contains(&outcome),
        NodeKind::Effect(effect) => handed_over(effect).contains(&outcome),
        // What was not followed may look at it.
        NodeKind::Unknown(_) => false,
        _ => false,
    })
}
