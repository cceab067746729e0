//! Amounts that a contract keeps or moves.

use contract_lint_analyzer::facts::{Content, Facts, Label, Method, Node, Piece};

use super::calls::{amount, is_callback, is_vague};
use crate::events::{is_argument, name_of, set_off_by_anyone};
use crate::lint::Confidence;

/// Every value that methods which anyone can set off write to storage or send, with the place and a name for it. The arguments of
/// callbacks are left out: they come from the contract itself.
pub(super) fn kept_or_moved(facts: &Facts) -> Vec<(&Method, Node, &Content, String)> {
    let mut found = Vec::new();
    for method in facts
        .methods
        .iter()
        .filter(|m| set_off_by_anyone(m) && !is_callback(m))
    {
        for (node, effect) in method.graph.effects() {
            if let Some(content) = amount(effect) {
                found.push((method, node, content, "the amount sent".to_owned()));
            }
            // Where it is not known which record it is, neither is what belongs into it.
            let known = |key: &Content| !is_vague(key) && !key.pieces.iter().any(is_unlabelled);
            let key = effect.key().filter(|key| known(key));
            if let (Some(key), Some(content)) = (key, effect.operand("storage-value")) {
                found.push((
                    method,
                    node,
                    content,
                    format!("the value of {}", name_of(key)),
                ));
            }
        }
    }
    found
}

fn is_unlabelled(piece: &Piece) -> bool {
    matches!(piece, Piece::Hole { labels, .. } if labels.is_empty())
}

/// How sure it is that arithmetic with this note made the amount itself: a number by itself, of few sources, rather than a
/// record of which some part was computed so.
pub(super) fn certainty(content: &Content, note: &Label) -> Confidence {
    let by_itself = content.pieces.iter().any(|piece| match piece {
        Piece::Hole { labels, len, .. } => {
            let sources = labels
                .iter()
                .filter(|l| is_argument(l) || matches!(l, Label::Storage(_) | Label::AttachedValue))
                .count();
            let is_number = matches!(len, Some(8 | 16 | 32));
            labels.contains(note) && is_number && sources <= 2
        }
        Piece::Const(_) => false,
    });
    if by_itself {
        Confidence::Medium
    } else {
        Confidence::Low
    }
}
