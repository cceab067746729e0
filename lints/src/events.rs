//! Questions that several lints ask of an effect graph.

use contract_lint_analyzer::facts::{
    Content, Effect, EffectGraph, Label, Labels, Method, Node, Piece,
};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use crate::finding::Step;
pub(crate) use crate::keys::name_of;

/// Whether anyone can call the method, to change state.
pub(crate) fn open_to_all(method: &Method) -> bool {
    method.kind == EntryKind::Call
}

/// Whether anyone can set the method off: by a call, or by doing elsewhere what the contract is told of.
pub(crate) fn set_off_by_anyone(method: &Method) -> bool {
    matches!(method.kind, EntryKind::Call | EntryKind::Notification)
}

/// Whether an effect writes or deletes persistent storage.
pub(crate) fn writes(effect: &Effect) -> bool {
    effect.is(EffectKind::StorageWrite) || effect.is(EffectKind::StorageRemove)
}

/// Whether an effect deletes what is stored: some hosts take an empty value for that.
pub(crate) fn deletes(effect: &Effect) -> bool {
    let emptied = |value: &Content| value.pieces.is_empty();
    effect.is(EffectKind::StorageRemove)
        || effect.is(EffectKind::StorageWrite)
            && effect.operand("storage-value").is_some_and(emptied)
}

/// What is sent along with a call or transfer, if the host model says.
pub(crate) fn assets(effect: &Effect) -> Option<&Content> {
    let kinds = [
        EffectKind::ValueTransfer,
        EffectKind::ExternalCall,
        EffectKind::ExternalCallAsync,
    ];
    if !kinds.iter().any(|kind| effect.is(*kind)) {
        return None;
    }
    let mut operands = ["amount", "token-transfers"].into_iter();
    operands.find_map(|what| effect.operand(what))
}

/// Whether data of this kind can be the name of an account: not what the interface declares a number or an asset.
pub(crate) fn may_be_account(label: &Label, method: &Method) -> bool {
    let Label::Param(index) = label else {
        return true;
    };
    let ty = method
        .params
        .get(*index as usize)
        .and_then(|p| p.ty.as_deref());
    ty.is_none_or(|ty| {
        let ty = ty.to_lowercase();
        let number = matches!(
            ty.trim_end_matches(|c: char| c.is_ascii_digit()),
            "u" | "i" | "usize" | "isize" | "int" | "uint" | "bigint" | "biguint" | "bool"
        );
        let asset = ["asset", "symbol", "token"];
        // A text that the host was not asked whether it is an address.
        let text = ty == "text";
        !number && !text && !asset.iter().any(|word| ty.contains(word))
    })
}

/// Whether two keys may be the same.
pub(crate) fn may_alias(a: &Content, b: &Content) -> bool {
    a.may_equal(b)
}

/// Whether data of this kind is an argument of the call.
pub(crate) fn is_argument(label: &Label) -> bool {
    // Where methods are not told apart, what selects them is a part of the input like any other.
    matches!(label, Label::Param(_) | Label::Input | Label::Selector)
}

/// The arguments among labels, digests looked through.
pub(crate) fn arguments(content: &Content) -> Labels {
    content
        .labels_through_digests()
        .into_iter()
        .filter(is_argument)
        .collect()
}

/// The key, if it names one entry for all callers: its bytes are known, but for the contract's own name.
pub(crate) fn global(key: &Content) -> Option<Content> {
    let mut pieces = Vec::with_capacity(key.pieces.len());
    for piece in &key.pieces {
        pieces.push(match piece {
            Piece::Hole { labels, .. } => {
                let own = |l: &Label| matches!(l, Label::SelfIdentity | Label::FirstReceiver);
                if labels.is_empty() || !labels.iter().all(own) {
                    return None;
                }
                Piece::Hole {
                    labels: Labels::from([Label::SelfIdentity]),
                    len: None,
                    decreased: false,
                }
            }
            constant @ Piece::Const(_) => constant.clone(),
        });
    }
    let global = Content { pieces };
    global.has_constant().then_some(global)
}

/// A step of a trace at a node.
pub(crate) fn step(graph: &EffectGraph, node: Node, message: impl Into<String>) -> Step {
    Step {
        message: message.into(),
        site: Some(graph.nodes[node].site.clone()),
    }
}
