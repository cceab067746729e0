//! Joining values and contents of two paths that meet.

use super::contents::Piece;
use super::{Arena, Bytes, Kind, LabelSet, PredSet, Val, ValData};
use crate::absint::methods::sample::{FALSE, TRUE};

impl Arena {
    /// The least value that covers both, chosen between by the given predicates.
    pub(crate) fn join(&mut self, a: Val, b: Val, control: PredSet, widen: bool) -> Val {
        if a == b {
            return a;
        }
        if a == Val::UNSET || b == Val::UNSET {
            return if a == Val::UNSET { b } else { a };
        }
        let (x, y) = (self.data(a), self.data(b));
        if self.varied != LabelSet::NONE && self.varied == x.labels && is_flag(x.kind, y.kind) {
            return a;
        }
        let kind = if x.kind == y.kind {
            x.kind
        } else {
            match (x.kind, y.kind) {
                (
                    Kind::Ptr { space, off: o1, .. },
                    Kind::Ptr {
                        space: s2, off: o2, ..
                    },
                ) if space == s2 => Kind::Ptr {
                    space,
                    off: o1.min(o2),
                    exact: false,
                },
                (Kind::Obj(p), Kind::Obj(q)) => Kind::Obj(self.join_bytes(p, q)),
                // Where one path has a handle of something stored, it is what the other path's number stands for, too.
                (Kind::Obj(p), _) if self.is_handle(x) => Kind::Obj(p),
                (_, Kind::Obj(q)) if self.is_handle(y) => Kind::Obj(q),
                (Kind::Sample(p), Kind::Const(q)) | (Kind::Const(q), Kind::Sample(p)) if p == q => {
                    Kind::Sample(p)
                }
                (Kind::Sample(_), _) | (_, Kind::Sample(_)) => Kind::Any,
                (p, q) if self.are_addresses(p, q) => {
                    match (self.as_places(p, true), self.as_places(q, true)) {
                        (Some(p), Some(q)) => {
                            self.kind_of_places(p.iter().chain(q.iter()).copied().collect())
                        }
                        _ => Kind::Any,
                    }
                }
                _ if widen => Kind::Any,
                _ => match (self.as_choices(a), self.as_choices(b)) {
                    (Some(p), Some(q)) => {
                        self.kind_of_choices(p.iter().chain(q.iter()).copied().collect())
                    }
                    _ => Kind::Any,
                },
            }
        };
        let preds = self.pred_union(x.preds, y.preds);
        let preds = if x.kind == y.kind {
            preds
        } else {
            self.pred_union(preds, control)
        };
        let mut labels = self.union(x.labels, y.labels);
        if x.kind != y.kind {
            labels = self.union(labels, self.varied);
        }
        self.val(ValData {
            kind,
            labels,
            preds,
            decreased: x.decreased || y.decreased,
        })
    }

    /// Whether of two kinds at least one is certainly an address.
    fn are_addresses(&self, p: Kind, q: Kind) -> bool {
        [p, q]
            .into_iter()
            .any(|k| matches!(k, Kind::Ptr { .. } | Kind::Places(_)))
    }

    /// The least content that covers both: what they begin with alike, then a hole.
    pub(crate) fn join_bytes(&mut self, a: Bytes, b: Bytes) -> Bytes {
        if a == b {
            return a;
        }
        let (p, q) = (self.pieces(a).clone(), self.pieces(b).clone());
        let same = p.iter().zip(q.iter()).take_while(|(x, y)| x == y).count();
        let mut pieces = p[..same].to_vec();
        let mut labels = LabelSet::NONE;
        let mut decreased = false;
        for piece in p[same..].iter().chain(&q[same..]) {
            match piece {
                Piece::Const(_) => {}
                Piece::Sample { labels: more, .. } => labels = self.union(labels, *more),
                Piece::Hole {
                    labels: more,
                    decreased: less,
                    ..
                } => {
                    labels = self.union(labels, *more);
                    decreased |= less;
                }
            }
        }
        pieces.push(Piece::Hole {
            labels,
            len: None,
            decreased,
        });
        self.bytes(pieces)
    }
}

/// Whether this is how a flag is written that is set, and that one how it is written where it is not: nothing was made of
/// it yet.
fn is_flag(this: Kind, that: Kind) -> bool {
    let mut letters = TRUE.iter().zip(FALSE);
    letters.any(|(set, unset)| {
        this == Kind::Sample(u64::from(*set)) && that == Kind::Sample(u64::from(*unset))
    })
}
