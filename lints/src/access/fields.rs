//! Fields of an entry: which parts of what is stored a write changes, where it keeps the others.

use contract_lint_analyzer::facts::{Content, Label, Labels, Method, Piece};

use super::authority::only_arguments;
use crate::events::is_argument;

/// Identities and addresses are no shorter.
const LEAST_IDENTITY: u32 = 20;

/// A part of a value: behind how many parts of unknown length it begins, how far behind the last of them, and how long it is.
struct Field<'v> {
    after: usize,
    at: u32,
    len: Option<u32>,
    piece: &'v Piece,
}

/// Whether a write keeps some of what was stored under its key, so that it changes fields of the entry rather than all of it.
pub(super) fn keeps_others(value: &Content, key: &Content) -> bool {
    value.pieces.len() > 1 && value.pieces.iter().any(|piece| is_kept(piece, key))
}

/// Whether two writes of an entry change the same field, or all of it, and this one as the caller wants it.
pub(super) fn sets_same(
    value: &Content,
    key: &Content,
    method: &Method,
    (other, other_key): (&Content, &Content),
) -> bool {
    let chosen = |field: &Field<'_>| is_chosen(field.piece, key, method);
    // What was computed with what others told keeps books.
    if !changed(value, key).all(|field| is_given(field.piece, key)) {
        return false;
    }
    if !keeps_others(value, key) || !keeps_others(other, other_key) {
        return changed(value, key).any(|field| chosen(&field));
    }
    changed(value, key)
        .filter(chosen)
        .any(|field| changed(other, other_key).any(|other| field.overlaps(&other)))
}

/// Whether two writes of an entry change the same field to something that was fixed when the contract was written: a flag.
pub(super) fn flags_same(
    value: &Content,
    key: &Content,
    (other, other_key): (&Content, &Content),
) -> bool {
    if let (Some(set), Some(reset)) = (value.as_constant(), other.as_constant()) {
        return set.len() == reset.len() && set != reset;
    }
    let differ = |a: &Field<'_>, b: &Field<'_>| match (a.piece, b.piece) {
        (Piece::Const(a), Piece::Const(b)) => a.len() == b.len() && a != b,
        _ => false,
    };
    keeps_others(value, key)
        && keeps_others(other, other_key)
        && changed(value, key).all(|field| matches!(field.piece, Piece::Const(_)))
        && changed(value, key).any(|field| {
            changed(other, other_key).any(|other| field.overlaps(&other) && differ(&field, &other))
        })
}

/// Whether a write changes nothing but a flag of an entry, which is packed into a word with others.
pub(super) fn sets_flag(value: &Content, key: &Content) -> bool {
    keeps_others(value, key) && changed(value, key).all(|field| field.len == Some(1))
}

/// Whether a value is a flag: fixed when the contract was written, or a truth value that the caller gives.
pub(super) fn is_flag(value: &Content, method: &Method) -> bool {
    value.labels().iter().all(|label| is_switch(label, method)) && !value.is_unknown()
}

/// Whether a field that may hold an identity is set to what the caller chose or is. Which one it is is not told where fields
/// have no fixed place, or are not all known.
pub(super) fn may_set_identity(value: &Content, key: &Content) -> bool {
    let unread = |piece: &Piece| matches!(piece, Piece::Hole { labels, .. } if labels.is_empty());
    let unread = value.pieces.iter().any(unread);
    changed(value, key).any(|field| match field.piece {
        Piece::Hole { labels, len, .. } => {
            let somewhere = unread || field.after > 0;
            let named = |l: &Label| is_argument(l) || matches!(l, Label::Caller | Label::Origin);
            !labels.is_empty()
                && labels.iter().all(named)
                && (somewhere || len.is_none_or(|len| len >= LEAST_IDENTITY))
        }
        Piece::Const(_) => false,
    })
}

/// The parts of a value that are not what was stored there.
fn changed<'v>(value: &'v Content, key: &Content) -> impl Iterator<Item = Field<'v>> {
    let (mut after, mut at) = (0, 0_u32);
    let fields: Vec<Field<'v>> = value
        .pieces
        .iter()
        .filter_map(|piece| {
            let len = match piece {
                Piece::Const(bytes) => u32::try_from(bytes.len()).ok(),
                Piece::Hole { len, .. } => *len,
            };
            let field = Field {
                after,
                at,
                len,
                piece,
            };
            match len {
                Some(len) => at = at.saturating_add(len),
                None => (after, at) = (after + 1, 0),
            }
            (!is_kept(piece, key)).then_some(field)
        })
        .collect();
    fields.into_iter()
}

impl Field<'_> {
    fn overlaps(&self, other: &Field<'_>) -> bool {
        let end = |field: &Field<'_>| {
            field
                .len
                .map_or(u32::MAX, |len| field.at.saturating_add(len))
        };
        let same = match (self.piece, other.piece) {
            (Piece::Const(a), Piece::Const(b)) => a != b,
            _ => true,
        };
        same && self.after == other.after && self.at < end(other) && other.at < end(self)
    }
}

/// Whether a part of a value is what was stored there.
fn is_kept(piece: &Piece, key: &Content) -> bool {
    let Piece::Hole { labels, .. } = piece else {
        return false;
    };
    let stored = |l: &Label| matches!(l, Label::Storage(of) if of.may_equal(key));
    !labels.is_empty() && labels.iter().all(stored)
}

/// Whether a part of a value is what the caller chose. Where fields have no fixed place, what lies around it is in it, too;
/// only of numbers it is not known then whether they were added to what was there.
fn is_chosen(piece: &Piece, key: &Content, method: &Method) -> bool {
    let Piece::Hole { labels, .. } = piece else {
        return false;
    };
    let stored = |l: &Label| matches!(l, Label::Storage(of) if of.may_equal(key));
    let given: Labels = labels.iter().filter(|l| !stored(l)).cloned().collect();
    only_arguments(&given)
        && (given.len() == labels.len() || given.iter().all(|l| is_switch(l, method)))
}

/// Whether a part of a value comes from the call and from what was stored there, and from nothing else.
fn is_given(piece: &Piece, key: &Content) -> bool {
    let Piece::Hole { labels, .. } = piece else {
        return true;
    };
    labels.iter().all(|label| match label {
        Label::Storage(of) => of.may_equal(key),
        Label::CallResult | Label::AttachedValue | Label::Balance => false,
        _ => true,
    })
}

/// Whether an argument is a truth value.
fn is_switch(label: &Label, method: &Method) -> bool {
    let Label::Param(index) = label else {
        return false;
    };
    let param = method.params.get(*index as usize);
    param
        .and_then(|p| p.ty.as_deref())
        .is_some_and(|ty| ty.eq_ignore_ascii_case("bool"))
}
