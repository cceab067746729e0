//! Sets of predicates: what was decided on the way.

use std::hash::Hash;
use std::rc::Rc;

use super::contents::Piece;
use super::labels::Label;
use super::{Arena, Bytes, PredSet, merge};
use crate::facts::Relation;

/// A decision that more predicates than this lead to is not told apart by them.
const MAX_PREDICATES: usize = 8;

/// A comparison that decides something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Pred {
    pub(crate) relation: Relation,
    pub(crate) left: Bytes,
    pub(crate) right: Bytes,
}

impl Arena {
    pub(crate) fn pred(&mut self, pred: Pred) -> PredSet {
        let id = self.preds.intern(pred);
        PredSet(self.pred_sets.intern(Rc::from([id])))
    }

    pub(crate) fn pred_list(&self, set: PredSet) -> impl Iterator<Item = Pred> + '_ {
        self.pred_sets.items[set.0 as usize]
            .iter()
            .map(|id| self.preds.items[*id as usize])
    }

    pub(crate) fn pred_union(&mut self, a: PredSet, b: PredSet) -> PredSet {
        if a == b || b == PredSet::NONE {
            return a;
        }
        if a == PredSet::NONE {
            return b;
        }
        let key = (a.min(b), a.max(b));
        if let Some(union) = self.pred_unions.get(&key) {
            return *union;
        }
        let mut union = merge(
            &self.pred_sets.items[a.0 as usize],
            &self.pred_sets.items[b.0 as usize],
        );
        if union.len() > MAX_PREDICATES {
            // Who the caller is, and whether a call went well: what else decides matters less.
            union.sort_by_key(|id| (!self.matters_most(*id), *id));
            union.truncate(MAX_PREDICATES);
            union.sort_unstable();
        }
        let union = PredSet(self.pred_sets.intern(union.into()));
        self.pred_unions.insert(key, union);
        union
    }

    fn matters_most(&self, pred: u32) -> bool {
        let pred = self.preds.items[pred as usize];
        [pred.left, pred.right].into_iter().any(|side| {
            self.pieces(side).iter().any(|piece| match piece {
                Piece::Hole { labels, .. } => self.label_list(*labels).any(|l| {
                    matches!(
                        l,
                        Label::Caller | Label::Origin | Label::AuthAnswer(_) | Label::Outcome(_)
                    )
                }),
                Piece::Const(_) | Piece::Sample { .. } => false,
            })
        })
    }
}
