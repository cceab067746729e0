//! Entries that accounts write for themselves: what one method writes only for whoever calls or agreed, another should not
//! write for whom the caller names.

use contract_lint_analyzer::facts::{Content, Facts, Label, Labels, Method, Node, Piece, Strength};
use contract_lint_analyzer::host::EffectKind;

use super::authority::from_itself;
use super::fields::keeps_others;
use crate::events::{is_argument, may_be_account, open_to_all, step};
use crate::finding::Step;
use crate::keys::names_group;

/// A write of an entry of whoever calls, or of an account that is named and agreed.
#[derive(Debug)]
pub(super) struct Own<'f> {
    key: &'f Content,
    method: &'f Method,
    node: Node,
    /// What stands for the account in the key.
    account: Labels,
}

/// What accounts write for themselves, amounts aside: those others may add to.
pub(super) fn own_entries(facts: &Facts) -> Vec<Own<'_>> {
    let mut own: Vec<Own<'_>> = Vec::new();
    for method in facts.methods.iter().filter(|m| open_to_all(m)) {
        for (node, effect) in method.graph.effects_of(EffectKind::StorageWrite) {
            let (Some(key), Some(value)) = (effect.key(), effect.operand("storage-value")) else {
                continue;
            };
            let account = account_in(method, node, key);
            if names_group(key) && !account.is_empty() && sets(value, key) {
                own.push(Own {
                    key,
                    method,
                    node,
                    account,
                });
            }
        }
    }
    own
}

/// Where accounts write for themselves what is written here for whom the caller names.
pub(super) fn written_by_account(
    own: &[Own<'_>],
    method: &Method,
    key: &Content,
    value: &Content,
) -> Option<Step> {
    let given = |l: &Label| is_argument(l) || matches!(l, Label::Time | Label::BlockInfo);
    let stored = |l: &Label| matches!(l, Label::Storage(of) if of.may_equal(key));
    let labels = value.labels();
    let known = labels.iter().all(|l| given(l) || stored(l));
    // When accounts were last seen to is written for anyone.
    let stamp = labels.iter().any(|l| !stored(l)) && !labels.iter().any(is_argument);
    if !known || stamp || !sets(value, key) {
        return None;
    }
    let mut own = own.iter().filter(|own| own.method.name != method.name);
    let sibling = own.find(|own| own.key.may_equal(key) && names_account(own, method, key))?;
    let shown = format!(
        "`{}`: accounts write this for themselves",
        sibling.method.name
    );
    Some(step(&sibling.method.graph, sibling.node, shown))
}

/// Whether a write sets something, rather than deleting it or counting.
fn sets(value: &Content, key: &Content) -> bool {
    !value.pieces.is_empty() && (!from_itself(value, key) || keeps_others(value, key))
}

/// What in a key stands for the caller, or for an account that agrees.
fn account_in(method: &Method, node: Node, key: &Content) -> Labels {
    let mut labels = key.labels_through_digests();
    if labels.contains(&Label::Caller) {
        return Labels::from([Label::Caller]);
    }
    let mut agreed = Labels::new();
    for guard in method.graph.guards(node) {
        if guard.strength == Strength::Argument {
            agreed.extend(guard.subject.labels_through_digests());
        }
    }
    labels.retain(|l| is_argument(l) && agreed.contains(l));
    labels
}

/// Whether an argument stands where the account stands in a key of the same shape.
fn names_account(own: &Own<'_>, method: &Method, key: &Content) -> bool {
    let (theirs, ours) = (parts(own.key), parts(key));
    theirs.len() == ours.len()
        && theirs.iter().zip(&ours).any(|(theirs, ours)| {
            !theirs.is_disjoint(&own.account)
                && ours.iter().all(is_argument)
                && ours.iter().any(|l| may_be_account(l, method))
        })
}

/// Where the unknown parts of a key come from, in order, digests replaced by what was digested.
fn parts(key: &Content) -> Vec<Labels> {
    let mut parts = Vec::new();
    for piece in &key.pieces {
        let Piece::Hole { labels, .. } = piece else {
            continue;
        };
        let mut rest = labels.clone();
        rest.retain(|l| !matches!(l, Label::Digest(_)));
        if !rest.is_empty() {
            parts.push(rest);
        }
        for label in labels {
            if let Label::Digest(of) = label {
                parts.extend(self::parts(of));
            }
        }
    }
    parts
}
