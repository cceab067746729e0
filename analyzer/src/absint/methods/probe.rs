//! Finding out which selectors a contract knows. While its bytes are unknown, each value computed from them also carries
//! what it would be for two selectors, `00 00 00 00` and `01 02 04 08`. What the two differ by tells which bytes the value
//! was computed from, and what it is compared with then tells which bytes the contract looks for, however the compiler put
//! it: byte by byte, as a word of either order, by tables after a subtraction.

use std::collections::BTreeSet;

use crate::absint::domain::arena::{
    Arena, Bytes, Kind, Label, LabelSet, Piece, PredSet, Val, ValData,
};
use crate::absint::machine::numeric::relation;
use crate::facts::Relation;
use crate::ir::{NumericOp, eval::eval};

/// Bytes of a selector.
const WIDTH: usize = 4;

/// What names are made of that stand in for those which a contract looks for.
pub(crate) const STAND_IN: u8 = 0x7f;

/// What the selector may be.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    /// What single bytes were compared with.
    pub(crate) bytes: [BTreeSet<u8>; WIDTH],
    /// What all were compared with at once.
    pub(crate) words: BTreeSet<[u8; WIDTH]>,
    /// What it was compared with in memory.
    pub(crate) contents: BTreeSet<Vec<u8>>,
}

impl Arena {
    /// The last `count` bytes of the unknown selector, if that is what these labels mean.
    pub(crate) fn selector_bytes(&mut self, labels: LabelSet, count: u32) -> Option<Vec<Val>> {
        let first = WIDTH.checked_sub(count as usize)?;
        if !self.label_list(labels).eq([Label::Selector]) {
            return None;
        }
        let byte = |i: usize| {
            let kind = self.kind_of_probe([0, 1 << i]);
            self.val(ValData {
                kind,
                labels,
                preds: PredSet::NONE,
                decreased: false,
            })
        };
        Some((first..WIDTH).map(byte).collect())
    }

    /// The result of an operator that depends on nothing but the selector.
    pub(crate) fn fold_probes(&mut self, op: NumericOp, args: &[Val]) -> Option<Kind> {
        let kinds = args.iter().map(|a| self.data(*a).kind);
        if !kinds.clone().any(|kind| matches!(kind, Kind::Probe(_))) {
            return None;
        }
        let outcomes: Vec<[u64; 2]> = kinds
            .map(|kind| self.as_probe(kind))
            .collect::<Option<_>>()?;
        let apply = |selector: usize| {
            let operands: Vec<u64> = outcomes.iter().map(|o| o[selector]).collect();
            eval(op, &operands)
        };
        match self.kind_of_probe([apply(0)?, apply(1)?]) {
            _ if relation(op).is_some() => None,
            kind @ Kind::Const(_) => is_rid(op, &outcomes).then_some(kind),
            kind => Some(kind),
        }
    }

    /// Takes note of two runs of memory that are compared. Whether they are taken to differ, because it is only to be found
    /// out what the selector is compared with.
    pub(crate) fn guess_by_content(&mut self, left: Bytes, right: Bytes) -> bool {
        for (data, wanted) in [(left, right), (right, left)] {
            if let [Piece::Hole { labels, .. }] = self.pieces(data)[..]
                && self.label_list(labels).eq([Label::Selector])
                && let Some(wanted) = self.known_bytes(wanted)
            {
                if let Ok(word) = wanted[..].try_into() {
                    self.guesses.words.insert(word);
                }
                self.guesses.contents.insert(wanted.to_vec());
                return self.unlike_all == Some(labels);
            }
        }
        false
    }

    /// Takes note of two runs of known bytes that are compared, one of which may stand in for a name that is looked for.
    pub(crate) fn guess_by_stand_in(&mut self, left: &[u8], right: &[u8]) {
        let stands_in = |name: &[u8]| !name.is_empty() && name.iter().all(|b| *b == STAND_IN);
        match (stands_in(left), stands_in(right)) {
            (true, false) => self.guesses.contents.insert(right.to_vec()),
            (false, true) => self.guesses.contents.insert(left.to_vec()),
            _ => false,
        };
    }

    /// Takes note of what the selector is compared with.
    pub(crate) fn guess_by_comparison(&mut self, op: NumericOp, args: &[Val]) {
        let kind = |i: usize| args.get(i).map(|a: &Val| self.data(*a).kind);
        let (probe, bound) = match (kind(0), kind(1)) {
            (Some(probe), None) => (probe, 0),
            (Some(probe @ Kind::Probe(_)), Some(Kind::Const(bits)))
            | (Some(Kind::Const(bits)), Some(probe @ Kind::Probe(_))) => (probe, bits),
            _ => return,
        };
        self.guess(probe, bound);
        if relation(op) == Some(Relation::Order) {
            self.guess(probe, bound.wrapping_sub(1));
            self.guess(probe, bound.wrapping_add(1));
        }
    }

    /// Takes note that the contract looks for a selector for which this value is that.
    pub(crate) fn guess(&mut self, kind: Kind, wanted: u64) {
        let Kind::Probe(_) = kind else { return };
        let Some([zero, other]) = self.as_probe(kind) else {
            return;
        };
        // The selector may have been added to something, or mixed in.
        self.guess_lanes(other.wrapping_sub(zero), wanted.wrapping_sub(zero));
        self.guess_lanes(other ^ zero, wanted ^ zero);
    }

    /// Where each byte of a value is one of the selector's: what these bytes are wanted to be.
    fn guess_lanes(&mut self, sources: u64, wanted: u64) {
        let mut found: [Option<u8>; WIDTH] = [None; WIDTH];
        for (source, byte) in sources.to_le_bytes().into_iter().zip(wanted.to_le_bytes()) {
            match source {
                0 => {}
                1 | 2 | 4 | 8 => found[source.trailing_zeros() as usize] = Some(byte),
                _ => return,
            }
        }
        if let [Some(a), Some(b), Some(c), Some(d)] = found {
            self.guesses.words.insert([a, b, c, d]);
            return;
        }
        for (byte, guesses) in found.into_iter().zip(&mut self.guesses.bytes) {
            guesses.extend(byte);
        }
    }
}

/// Whether an operator leaves nothing of the selector's unknown bytes. That the result is the same for both selectors does
/// not mean that it is for all.
fn is_rid(op: NumericOp, outcomes: &[[u64; 2]]) -> bool {
    use NumericOp as N;
    let &[data, by] = outcomes else {
        return false;
    };
    let (data, by) = if by[0] == by[1] {
        (data, by[0])
    } else {
        (by, data[0])
    };
    let unknown = (data[0] ^ data[1])
        .to_le_bytes()
        .map(|byte| if byte == 0 { 0 } else { 0xff });
    let unknown = u64::from_le_bytes(unknown);
    match op {
        N::I32And | N::I64And | N::I32ShrU | N::I64ShrU | N::I32Shl | N::I64Shl => {
            eval(op, &[unknown, by]) == Some(0)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::STAND_IN;
    use crate::absint::domain::arena::Arena;

    #[test]
    fn what_a_stand_in_is_compared_with_is_a_name() {
        let mut arena = Arena::new();
        arena.guess_by_stand_in(&[STAND_IN; 4], b"name");
        arena.guess_by_stand_in(b"to", &[STAND_IN; 2]);
        arena.guess_by_stand_in(b"else", b"what");
        arena.guess_by_stand_in(&[STAND_IN; 4], &[STAND_IN; 4]);
        let found: Vec<&[u8]> = arena
            .guesses
            .contents
            .iter()
            .map(|name| &name[..])
            .collect();
        assert_eq!(found, [&b"name"[..], b"to"]);
    }
}
