//! Numeric operators over abstract values.

use smallvec::{SmallVec, smallvec};

use crate::absint::domain::arena::{
    Arena, Bytes, Kind, Label, LabelSet, Piece, Pred, PredSet, Val, ValData,
};
use crate::absint::domain::memory::{LINEAR, Place};
use crate::absint::encodings::tagged_value::TAG_MASK;
use crate::facts::Relation;
use crate::ir::{NumericOp, eval::eval};

/// Numbers below this are not taken for the base address of an array.
const LEAST_ADDRESS: u64 = 1024;

/// Bytes that an allocation of unknown size on the shadow stack is taken to need.
const DYNAMIC_FRAME: u32 = 1024;

/// Whether a value is certainly one of 32 bits.
fn is_half(kind: Kind) -> bool {
    match kind {
        Kind::Const(bits) | Kind::Sample(bits) => bits <= u64::from(u32::MAX),
        Kind::Ptr { .. } | Kind::Places(_) => true,
        _ => false,
    }
}

/// Whether two addresses are certainly different, since they are of different allocations, or one is of none.
fn apart(a: Kind, b: Kind) -> bool {
    let space = |kind| match kind {
        Kind::Ptr { space, .. } => Some(space),
        Kind::Const(_) => Some(LINEAR),
        _ => None,
    };
    matches!((space(a), space(b)), (Some(a), Some(b)) if a != b)
}

/// What an operator is, as far as the abstract domain cares.
enum Class {
    Compare(Relation),
    Add,
    Sub,
    And,
    /// Changes the width or nothing else.
    Width,
    Other,
}

fn class(op: NumericOp) -> Class {
    use NumericOp as N;
    match op {
        N::I32Eqz | N::I64Eqz => Class::Compare(Relation::Truth),
        N::I32Eq | N::I32Ne | N::I64Eq | N::I64Ne => Class::Compare(Relation::Equal),
        N::I32Add | N::I64Add => Class::Add,
        N::I32Sub | N::I64Sub => Class::Sub,
        N::I32And | N::I64And => Class::And,
        N::I32WrapI64 | N::I64ExtendI32U | N::I64ExtendI32S => Class::Width,
        N::I32LtS
        | N::I32LtU
        | N::I32GtS
        | N::I32GtU
        | N::I32LeS
        | N::I32LeU
        | N::I32GeS
        | N::I32GeU
        | N::I64LtS
        | N::I64LtU
        | N::I64GtS
        | N::I64GtU
        | N::I64LeS
        | N::I64LeU
        | N::I64GeS
        | N::I64GeU
        | N::F32Eq
        | N::F32Ne
        | N::F32Lt
        | N::F32Gt
        | N::F32Le
        | N::F32Ge
        | N::F64Eq
        | N::F64Ne
        | N::F64Lt
        | N::F64Gt
        | N::F64Le
        | N::F64Ge => Class::Compare(Relation::Order),
        _ => Class::Other,
    }
}

/// How an operator compares, if it does.
pub(crate) fn relation(op: NumericOp) -> Option<Relation> {
    match class(op) {
        Class::Compare(relation) => Some(relation),
        _ => None,
    }
}

/// The result for constants that are nobody's data and no outcome of a comparison, as most are.
fn plain(op: NumericOp, data: &[ValData]) -> Option<u64> {
    let bits: Option<SmallVec<[u64; 2]>> = data.iter().map(ValData::as_plain_constant).collect();
    eval(op, &bits?)
}

impl Arena {
    /// Applies an operator.
    pub(crate) fn numeric(&mut self, op: NumericOp, args: &[Val]) -> Val {
        let data: SmallVec<[ValData; 2]> = args.iter().map(|a| self.data(*a)).collect();
        if let Some(bits) = plain(op, &data) {
            return self.constant(bits);
        }
        if let (Class::And, [tagged, mask]) = (class(op), &data[..])
            && matches!(tagged.kind, Kind::Obj(_))
            && mask.kind == Kind::Const(TAG_MASK)
        {
            // Of which type a value is tells nothing of the value, only whether it is an error.
            let outcome = self.outcomes(tagged.labels);
            return self.unknown(outcome);
        }
        let mut labels = LabelSet::NONE;
        let mut preds = PredSet::NONE;
        for d in &data {
            labels = self.union(labels, d.labels);
            preds = self.pred_union(preds, d.preds);
        }
        let decreased = data.iter().any(|d| d.decreased)
            || matches!(class(op), Class::Sub) && {
                let (minuend, subtrahend) = (data[0].labels, data[1].labels);
                // What is stored as text is read digit by digit, less `'0'`.
                let by_data = subtrahend != LabelSet::NONE && subtrahend != minuend;
                (by_data || !self.marks_lengths)
                    && self
                        .label_list(minuend)
                        .any(|l| matches!(l, Label::Storage(_)))
            };
        if matches!(
            op,
            NumericOp::I32Xor | NumericOp::I32Or | NumericOp::I64Xor | NumericOp::I64Or
        ) && self.marks_lengths
        {
            // Such as two comparisons for equality in one: not of lengths alone.
            labels = self.without(labels, Label::Length);
        }
        let mut kind = match self.known(op, &data) {
            Some(bits) => Some(Kind::Const(bits)),
            None => self.fold(op, args),
        };
        let example = data.iter().any(|d| matches!(d.kind, Kind::Sample(_)));
        if example && let Some(Kind::Const(bits)) = kind {
            if self.sampling || !matches!(class(op), Class::Compare(_)) {
                return self.val(ValData {
                    kind: Kind::Sample(bits),
                    labels,
                    preds,
                    decreased,
                });
            }
            kind = Some(Kind::Const(bits));
        }
        if let Class::Compare(relation) = class(op) {
            let noted = match data[..] {
                [a, b] if relation == Relation::Equal => self.note_equality(a, b),
                _ => None,
            };
            let differs = matches!(op, NumericOp::I32Ne | NumericOp::I64Ne);
            let kind = noted
                .map(|equal| Kind::Const(u64::from(equal != differs)))
                .or(kind);
            if let Some(kind @ Kind::Const(_)) = kind {
                return self.val(ValData {
                    kind,
                    labels: LabelSet::NONE,
                    preds,
                    decreased: false,
                });
            }
            self.guess_by_comparison(op, args);
            let pred = self.comparison(relation, op, args);
            let preds = self.pred_union(preds, pred);
            let kind = self.kind_of_choices(smallvec![0, 1]);
            return self.val(ValData {
                kind,
                labels: LabelSet::NONE,
                preds,
                decreased: false,
            });
        }
        let kind = kind.unwrap_or_else(|| self.approximate(op, &data));
        if matches!(kind, Kind::Const(_)) && data.iter().any(|d| !matches!(d.kind, Kind::Const(_)))
        {
            // Such as `x & 0`: nothing of the operands is left.
            labels = LabelSet::NONE;
        }
        if labels != LabelSet::NONE && self.draws(op, &data) {
            let drawn = self.label(Label::Drawn);
            labels = self.union(labels, drawn);
        }
        self.val(ValData {
            kind,
            labels,
            preds,
            decreased,
        })
    }

    /// Whether an operator reduces what the block says, or a digest, to one of a few numbers. Compilers write a remainder
    /// by a constant as `x - x / c * c`.
    fn draws(&self, op: NumericOp, data: &[ValData]) -> bool {
        use NumericOp as N;
        let [a, b] = data else { return false };
        let reduces = match op {
            N::I32RemU | N::I32RemS | N::I64RemU | N::I64RemS => true,
            // A byte is a tag, or on its way into an encoding.
            N::I32And | N::I64And => {
                matches!(b.kind, Kind::Const(mask) if mask < 0xff && (mask + 1).is_power_of_two())
            }
            N::I32Sub | N::I64Sub => a.labels == b.labels,
            _ => false,
        };
        let of_block = |label: Label| {
            matches!(
                label,
                Label::Time | Label::BlockInfo | Label::Randomness | Label::Digest(_)
            )
        };
        let mut labels = self.label_list(a.labels);
        reduces
            && match op {
                // A difference of stored times is a duration.
                N::I32Sub | N::I64Sub => labels.all(of_block),
                _ => labels.any(of_block),
            }
    }

    /// The result for constants and examples, where those decide: what is most often computed while an example is read.
    fn known(&self, op: NumericOp, data: &[ValData]) -> Option<u64> {
        if !self.sampling && matches!(class(op), Class::Compare(_)) {
            return None;
        }
        let mut bits: SmallVec<[u64; 2]> = SmallVec::new();
        for d in data {
            match d.kind {
                Kind::Const(known) | Kind::Sample(known) => bits.push(known),
                _ => return None,
            }
        }
        eval(op, &bits)
    }

    /// The exact result, where it follows from what is known.
    fn fold(&mut self, op: NumericOp, args: &[Val]) -> Option<Kind> {
        if let Some(kind) = self.fold_probes(op, args) {
            return Some(kind);
        }
        let compares = matches!(class(op), Class::Compare(_));
        // Whether anything is there is a question of order, too.
        let of_order = match class(op) {
            Class::Compare(Relation::Order) => true,
            Class::Compare(_) => args
                .get(1)
                .is_none_or(|other| self.as_const(*other) == Some(0)),
            _ => false,
        };
        let choices: SmallVec<[_; 2]> = args
            .iter()
            .map(|a| match self.data(*a) {
                ValData {
                    kind: Kind::Sample(bits),
                    ..
                } if !compares => Some(smallvec![bits]),
                data @ ValData {
                    kind: Kind::Sample(bits),
                    ..
                } if of_order && self.decides_order(data) => Some(smallvec![bits]),
                _ => self.as_choices(*a),
            })
            .collect();
        match choices.as_slice() {
            [Some(a)] => {
                let results = a.iter().map(|x| eval(op, &[*x])).collect::<Option<_>>()?;
                Some(self.kind_of_choices(results))
            }
            [Some(a), Some(b)] => {
                let mut results = SmallVec::new();
                for x in a.iter() {
                    for y in b.iter() {
                        results.push(eval(op, &[*x, *y])?);
                    }
                }
                match self.kind_of_choices(results) {
                    Kind::Any => None,
                    kind => Some(kind),
                }
            }
            _ => self.fold_pointers(op, args),
        }
    }

    fn fold_pointers(&mut self, op: NumericOp, args: &[Val]) -> Option<Kind> {
        use NumericOp as N;
        let compares = matches!(class(op), Class::Compare(_));
        let kind = |arena: &Arena, i: usize| {
            args.get(i).map(|a| match arena.data(*a).kind {
                Kind::Sample(bits) if !compares => Kind::Const(bits),
                kind => kind,
            })
        };
        match (op, kind(self, 0)?, kind(self, 1)) {
            (N::I64Shl, _, Some(Kind::Const(32))) => Some(Kind::Pair {
                low: self.constant(0),
                high: args[0],
            }),
            (N::I64Or, Kind::Pair { low, high }, Some(half))
                if self.as_const(low) == Some(0) && is_half(half) =>
            {
                Some(Kind::Pair { low: args[1], high })
            }
            (N::I64Or, half, Some(Kind::Pair { low, high }))
                if self.as_const(low) == Some(0) && is_half(half) =>
            {
                Some(Kind::Pair { low: args[0], high })
            }
            // A length that is known beside an address.
            (N::I64Or, Kind::Ptr { .. } | Kind::Places(_), Some(Kind::Const(bits)))
                if bits & u64::from(u32::MAX) == 0 =>
            {
                let high = self.upper_half(args[1], bits);
                Some(Kind::Pair { low: args[0], high })
            }
            (N::I64Or, Kind::Const(bits), Some(Kind::Ptr { .. } | Kind::Places(_)))
                if bits & u64::from(u32::MAX) == 0 =>
            {
                let high = self.upper_half(args[0], bits);
                Some(Kind::Pair { low: args[1], high })
            }
            (N::I32WrapI64, Kind::Pair { low, .. }, None) => Some(self.data(low).kind),
            (N::I64ShrU, Kind::Pair { high, .. }, Some(Kind::Const(32))) => {
                Some(self.data(high).kind)
            }
            (N::I32Eqz | N::I64Eqz, kind, _) if self.is_non_null(kind) => Some(Kind::Const(0)),
            (N::I32Add | N::I32Sub, places @ Kind::Places(_), Some(Kind::Const(delta)))
            | (N::I32Add, Kind::Const(delta), Some(places @ Kind::Places(_))) => {
                let delta = if op == N::I32Sub {
                    (delta as i32).wrapping_neg()
                } else {
                    delta as i32
                };
                let places = self.as_places(places, false)?;
                let moved = places.iter().map(|place| place.moved(delta));
                Some(self.kind_of_places(moved.collect()))
            }
            (N::I32Add | N::I64Add, Kind::Ptr { space, off, exact }, Some(Kind::Const(delta)))
            | (N::I32Add | N::I64Add, Kind::Const(delta), Some(Kind::Ptr { space, off, exact })) => {
                let place = Place { space, off, exact }.moved(delta as i32);
                Some(self.kind_of_places(vec![place]))
            }
            (N::I32Sub | N::I64Sub, Kind::Ptr { space, off, exact }, Some(Kind::Const(delta))) => {
                let place = Place { space, off, exact }.moved((delta as i32).wrapping_neg());
                Some(self.kind_of_places(vec![place]))
            }
            (
                _,
                Kind::Ptr {
                    space,
                    off,
                    exact: true,
                },
                Some(Kind::Ptr {
                    space: other,
                    off: other_off,
                    exact: true,
                }),
            ) if space == other && !matches!(class(op), Class::Add) => {
                let bits = eval(op, &[u64::from(off), u64::from(other_off)])?;
                matches!(class(op), Class::Sub | Class::Compare(_)).then_some(Kind::Const(bits))
            }
            (N::I32Eq | N::I64Eq | N::I32Ne | N::I64Ne, a, Some(b)) if apart(a, b) => {
                Some(Kind::Const(u64::from(matches!(op, N::I32Ne | N::I64Ne))))
            }
            // How far an address is from the next that is aligned, as `(0 - address) & 3`.
            (
                N::I32Sub,
                Kind::Const(0),
                Some(Kind::Ptr {
                    space,
                    off,
                    exact: true,
                }),
            ) => Some(Kind::Negated { space, off }),
            (N::I32And, Kind::Negated { off, .. }, Some(Kind::Const(mask))) if mask < 16 => {
                Some(Kind::Const(u64::from(off.wrapping_neg()) & mask))
            }
            (
                N::I32Add,
                Kind::Ptr {
                    space,
                    off,
                    exact: true,
                },
                Some(Kind::Negated {
                    space: other,
                    off: less,
                }),
            )
            | (
                N::I32Add,
                Kind::Negated {
                    space: other,
                    off: less,
                },
                Some(Kind::Ptr {
                    space,
                    off,
                    exact: true,
                }),
            ) if space == other => Some(Kind::Const(u64::from(off.wrapping_sub(less)))),
            (N::I32Add, Kind::Negated { space, off }, Some(Kind::Const(delta)))
            | (N::I32Add, Kind::Const(delta), Some(Kind::Negated { space, off })) => {
                Some(Kind::Negated {
                    space,
                    off: off.wrapping_sub(delta as u32),
                })
            }
            // How far apart the ends of a list are that is in one of a few allocations.
            (
                N::I32Sub,
                a @ (Kind::Places(_) | Kind::Ptr { .. }),
                Some(b @ (Kind::Places(_) | Kind::Ptr { .. })),
            ) => {
                let (mut a, b) = (self.as_places(a, false)?, self.as_places(b, false)?);
                // That there may be no list says nothing of how long it is.
                a.retain(|place| place.space != LINEAR || place.off != 0);
                let apart = a.iter().flat_map(|x| {
                    let same = b.iter().filter(|y| y.space == x.space);
                    same.map(|y| {
                        (x.exact && y.exact).then_some(u64::from(x.off.wrapping_sub(y.off)))
                    })
                });
                let apart = apart.collect::<Option<_>>()?;
                match self.kind_of_choices(apart) {
                    Kind::Any => None,
                    kind => Some(kind),
                }
            }
            (
                N::I32Add,
                base @ (Kind::Ptr { .. } | Kind::Places(_)),
                Some(index @ Kind::OneOf(_)),
            )
            | (
                N::I32Add,
                index @ Kind::OneOf(_),
                Some(base @ (Kind::Ptr { .. } | Kind::Places(_))),
            ) => {
                let (base, index) = (self.as_places(base, false)?, self.choices_of(index)?);
                let places = base.iter().flat_map(|place| {
                    let place = *place;
                    index.iter().map(move |by| place.moved(*by as i32))
                });
                Some(self.kind_of_places(places.collect()))
            }
            (N::I32Eq | N::I64Eq, kind, Some(Kind::Const(0))) if self.is_non_null(kind) => {
                Some(Kind::Const(0))
            }
            (N::I32Ne | N::I64Ne, kind, Some(Kind::Const(0))) if self.is_non_null(kind) => {
                Some(Kind::Const(1))
            }
            // Aligning down: allocations are aligned.
            (N::I32And, Kind::Ptr { space, off, exact }, Some(Kind::Const(mask)))
                if (mask as u32) >= 0xffff_fff0 =>
            {
                Some(Kind::Ptr {
                    space,
                    off: off & mask as u32,
                    exact,
                })
            }
            (
                N::I32And,
                Kind::Ptr {
                    off, exact: true, ..
                },
                Some(Kind::Const(mask)),
            ) if mask < 16 => Some(Kind::Const(u64::from(off) & mask)),
            (_, Kind::Obj(content), None) if matches!(class(op), Class::Width) => {
                Some(Kind::Obj(content))
            }
            (_, ptr @ (Kind::Ptr { .. } | Kind::Places(_)), None)
                if matches!(class(op), Class::Width) =>
            {
                Some(ptr)
            }
            (N::I32Mul | N::I64Mul | N::I32And | N::I64And, Kind::Const(0), _)
            | (N::I32Mul | N::I64Mul | N::I32And | N::I64And, _, Some(Kind::Const(0))) => {
                Some(Kind::Const(0))
            }
            _ => None,
        }
    }

    /// The upper half of a number.
    fn upper_half(&mut self, val: Val, bits: u64) -> Val {
        let mut data = self.data(val);
        data.kind = match data.kind {
            Kind::Sample(_) => Kind::Sample(bits >> 32),
            _ => Kind::Const(bits >> 32),
        };
        self.val(data)
    }

    /// What is still known where the result is not.
    fn approximate(&mut self, op: NumericOp, data: &[ValData]) -> Kind {
        use NumericOp as N;
        match (op, data[0].kind, data.get(1).map(|d| d.kind)) {
            // Indexing: from the base on.
            (N::I32Add | N::I64Add, Kind::Ptr { space, off, .. }, _)
            | (N::I32Add | N::I64Add, _, Some(Kind::Ptr { space, off, .. })) => Kind::Ptr {
                space,
                off,
                exact: false,
            },
            (N::I32Add, places @ Kind::Places(_), _)
            | (N::I32Add, _, Some(places @ Kind::Places(_))) => {
                let places = self.as_places(places, false).unwrap_or_default();
                let further = places
                    .iter()
                    .filter(|p| p.space != LINEAR)
                    .map(|p| Place { exact: false, ..*p });
                self.kind_of_places(further.collect())
            }
            (N::I32Add, Kind::Const(base), _) | (N::I32Add, _, Some(Kind::Const(base)))
                if (LEAST_ADDRESS..0x1000_0000).contains(&base) =>
            {
                Kind::Ptr {
                    space: LINEAR,
                    off: base as u32,
                    exact: false,
                }
            }
            // Room of unknown size on the stack: taken to be of this size.
            (N::I32Sub, Kind::Const(top), Some(Kind::Any))
                if self.stack.contains(&(top as u32)) || u64::from(self.stack.end) == top =>
            {
                Kind::Const(top.saturating_sub(u64::from(DYNAMIC_FRAME)))
            }
            // Nothing added, nothing taken away.
            (
                N::I32Or
                | N::I64Or
                | N::I32Xor
                | N::I64Xor
                | N::I32Shl
                | N::I64Shl
                | N::I32ShrU
                | N::I64ShrU
                | N::I32Sub
                | N::I64Sub
                | N::I32Add
                | N::I64Add,
                kind,
                Some(Kind::Const(0)),
            )
            | (N::I32Or | N::I64Or | N::I32Xor | N::I64Xor, Kind::Const(0), Some(kind)) => kind,
            (N::I32And | N::I64And, _, Some(Kind::Const(mask))) if mask < 8 => {
                self.kind_of_choices((0..=mask).filter(|c| c & !mask == 0).collect())
            }
            _ => Kind::Any,
        }
    }

    /// The predicate that a comparison of two values states; none where neither is data.
    fn comparison(&mut self, relation: Relation, op: NumericOp, args: &[Val]) -> PredSet {
        let width = op.params()[0].bytes();
        let has_data = args.iter().any(|a| {
            let data = self.data(*a);
            data.labels != LabelSet::NONE
        });
        if !has_data {
            return PredSet::NONE;
        }
        let left = self.compared(args[0], width);
        let right = match args.get(1) {
            Some(arg) => self.compared(*arg, width),
            None => crate::absint::domain::arena::Bytes::EMPTY,
        };
        self.pred(Pred {
            relation,
            left,
            right,
        })
    }

    /// What a comparison says of a value. A handle of something stored tells whether it is there, not what its key is.
    fn compared(&mut self, val: Val, width: u32) -> Bytes {
        let data = self.data(val);
        if self.is_handle(data) {
            self.hole(data.labels, Some(width))
        } else {
            self.bytes_of(val, width)
        }
    }

    /// The predicates that a branch on this value decides by.
    pub(crate) fn decision(&mut self, cond: Val) -> PredSet {
        let data = self.data(cond);
        if data.labels == LabelSet::NONE {
            return data.preds;
        }
        self.guess(data.kind, 0);
        let left = self.bytes([Piece::Hole {
            labels: data.labels,
            len: None,
            decreased: data.decreased,
        }]);
        let truth = self.pred(Pred {
            relation: Relation::Truth,
            left,
            right: crate::absint::domain::arena::Bytes::EMPTY,
        });
        self.pred_union(data.preds, truth)
    }
}
