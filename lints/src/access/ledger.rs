//! Ledgers: what accounts hold in the contract's own books.

use contract_lint_analyzer::facts::{
    Content, Effect, Facts, Label, Labels, Method, Node, NodeKind, Piece,
};
use contract_lint_analyzer::host::EffectKind;

use super::authority::{asks_for_payment_alone, from_itself};
use super::records::found_by_argument;
use crate::events::{is_argument, may_be_account, open_to_all, writes};

/// Whether a stored number grows by what the caller says, and nothing is taken for it: not from anybody's account, not with
/// the call, not from another contract.
pub(super) fn grows_for_nothing(method: &Method, value: &Content, key: &Content) -> bool {
    let of_key = |l: &Label| matches!(l, Label::Storage(of) if **of == *key);
    let labels = value.labels();
    let grows = labels.iter().any(is_argument)
        && labels.iter().all(|l| is_argument(l) || of_key(l))
        && from_itself(value, key);
    let foreign = |l: &Label| matches!(l, Label::AttachedValue | Label::CallResult);
    let mut nodes = method.graph.nodes.values();
    let takes = nodes.any(|node| match &node.kind {
        NodeKind::Effect(effect) => {
            let value = effect.operand("storage-value");
            calls_out(effect) || value.is_some_and(|value| is_number(value) && decreases(value))
        }
        NodeKind::Branch(branch) => {
            let mut tests = branch.predicates.iter();
            tests.any(|p| !asks_for_payment_alone(p) && p.labels().iter().any(foreign))
        }
        _ => false,
    });
    grows && !decreases(value) && !takes
}

/// The groups of entries from which those take whose entries they are: what is there is worth something.
pub(super) fn spent(facts: &Facts) -> Vec<&Content> {
    let mut spent: Vec<&Content> = Vec::new();
    for method in facts.methods.iter().filter(|m| open_to_all(m)) {
        for (node, effect) in method.graph.effects_of(EffectKind::StorageWrite) {
            let (Some(key), Some(value)) = (effect.key(), effect.operand("storage-value")) else {
                continue;
            };
            let of = key.labels_through_digests();
            let own = || of.contains(&Label::Caller) || agreed(method, node, &of);
            let taken = decreases(value) && value.labels().iter().any(is_argument);
            if taken && from_itself(value, key) && own() && !spent.contains(&key) {
                spent.push(key);
            }
        }
    }
    spent
}

/// Whether one of these arguments names an account that agrees to what happens at a node.
fn agreed(method: &Method, node: Node, arguments: &Labels) -> bool {
    let guards = method.graph.guards(node);
    guards.iter().any(|guard| {
        let subject = guard.subject.labels_through_digests();
        subject
            .iter()
            .any(|l| is_argument(l) && arguments.contains(l))
    })
}

/// What an account that the caller names has then, where it grows by an amount that the caller names, for nothing.
pub(super) fn given_away<'e>(
    method: &Method,
    effect: &'e Effect,
    spent: &[&Content],
) -> Option<&'e Content> {
    let key = effect
        .key()
        .filter(|key| writes(effect) && found_by_argument(key))?;
    let value = effect.operand("storage-value")?;
    let named = key.labels_through_digests();
    let mut amount = value.labels();
    amount.retain(|l| is_argument(l) && !named.contains(l));
    let accounts = named.iter().filter(|l| is_argument(l));
    let to_account =
        accounts.clone().count() == 1 && accounts.clone().all(|l| may_be_account(l, method));
    let worth = spent.iter().any(|of| of.may_equal(key));
    (is_number(value)
        && to_account
        && worth
        && !amount.is_empty()
        && grows_for_nothing(method, value, key))
    .then_some(key)
}

/// Whether a value is one number, of which words can differ in what is known of them.
fn is_number(value: &Content) -> bool {
    let mut kinds = value.pieces.iter().map(|piece| match piece {
        Piece::Hole { labels, .. } => labels.iter().any(|l| matches!(l, Label::Storage(_))),
        Piece::Const(_) => false,
    });
    !value.pieces.is_empty() && value.pieces.len() <= 4 && kinds.all(|stored| stored)
}

fn decreases(content: &Content) -> bool {
    let mut pieces = content.pieces.iter();
    pieces.any(|piece| {
        matches!(
            piece,
            Piece::Hole {
                decreased: true,
                ..
            }
        )
    })
}

/// Whether other code is run, or something is moved.
fn calls_out(effect: &Effect) -> bool {
    use EffectKind as E;
    let kinds = [
        E::ExternalCall,
        E::ExternalCallAsync,
        E::Delegatecall,
        E::ValueTransfer,
    ];
    kinds.iter().any(|kind| effect.is(*kind))
}
