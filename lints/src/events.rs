//! Questions that several lints ask of an effect graph.

use contract_lint_analyzer::facts::{
    Content, Effect, EffectGraph, Label, Labels, Method, Node, Piece, Strength,
};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use crate::finding::Step;

/// Whether anyone can call the method, to change state.
pub(crate) fn open_to_all(method: &Method) -> bool {
    method.kind == EntryKind::Call
}

/// Whether an effect writes or deletes persistent storage.
pub(crate) fn writes(effect: &Effect) -> bool {
    effect.is(EffectKind::StorageWrite) || effect.is(EffectKind::StorageRemove)
}

/// Whether two keys may be the same.
pub(crate) fn may_alias(a: &Content, b: &Content) -> bool {
    a.may_equal(b)
}

/// Whether data of this kind is an argument of the call.
pub(crate) fn is_argument(label: &Label) -> bool {
    matches!(label, Label::Param(_) | Label::Input)
}

/// The arguments among labels, digests looked through.
pub(crate) fn arguments(content: &Content) -> Labels {
    content
        .labels_through_digests()
        .into_iter()
        .filter(is_argument)
        .collect()
}

/// Whether a key names one thing for all callers: all bytes are known, or the contract's own identity.
pub(crate) fn is_global(key: &Content) -> bool {
    !key.pieces.is_empty()
        && key.pieces.iter().all(|piece| match piece {
            Piece::Const(_) => true,
            Piece::Hole { labels, .. } => labels.iter().eq([&Label::SelfIdentity]),
        })
}

/// A step of a trace at a node.
pub(crate) fn step(graph: &EffectGraph, node: Node, message: impl Into<String>) -> Step {
    Step {
        message: message.into(),
        site: Some(graph.nodes[node].site.clone()),
    }
}

/// A key as people read it: quoted text, or a description.
pub(crate) fn name_of(key: &Content) -> String {
    if key.is_unknown() {
        "storage".to_owned()
    } else {
        format!("`{}`", key.to_string().replace('"', ""))
    }
}

/// The strongest guard before a node is at least this strong.
pub(crate) fn guarded(graph: &EffectGraph, node: Node, at_least: Strength) -> bool {
    graph.guard(node).is_some_and(|g| g.strength >= at_least)
}
