//! What arithmetic does to amounts: quotients that are multiplied again, and differences and products that may wrap around.
//! Sums of amounts that exist do not: what they add up is bounded by what was issued.
//!
//! Amounts are numbers of 64 bits, or of several such words. Arithmetic on 32 bits is mostly on addresses and lengths, and
//! is left out.

use crate::absint::domain::arena::{Arena, Label, LabelSet, Val};
use crate::entity::Entity;
use crate::ir::{Function, Inst, NumericOp, Op, Value, ValueDef};

/// Numbers below this are steps of a counter, fixed fees or units.
const SMALL: u64 = 1 << 32;

impl Arena {
    /// [`Self::numeric`], with a note of what was computed where that can lose value.
    pub(crate) fn computed(&mut self, op: NumericOp, args: &[Val], unchecked: bool) -> Val {
        use NumericOp as N;
        let val = self.numeric(op, args);
        let labels = self.data(val).labels;
        // What parsers and serializers compute are digits.
        if labels == LabelSet::NONE || self.sampling {
            return val;
        }
        let noted = match op {
            N::I64DivU | N::I64DivS if self.is_data(args[0]) && !self.is_period(args[0]) => {
                let by = self.plain_operand(args[1]);
                self.label(Label::Quotient(by))
            }
            N::I64Mul if self.rescales(args[0], args[1]) || self.rescales(args[1], args[0]) => {
                self.label(Label::Rescaled)
            }
            N::I64Xor | N::I64Rotl | N::I64Rotr | N::I32Xor | N::I32Rotl | N::I32Rotr => {
                // A hash, not an amount.
                return self.without_arithmetic(val);
            }
            _ => LabelSet::NONE,
        };
        let wraps = if unchecked && args.iter().all(|a| self.is_data(*a)) {
            self.label(Label::Unchecked)
        } else {
            LabelSet::NONE
        };
        let noted = self.union(noted, wraps);
        if noted == LabelSet::NONE {
            return val;
        }
        let mut data = self.data(val);
        data.labels = self.union(labels, noted);
        self.val(data)
    }

    /// Whether a value is how long something took: what is counted of it is whole days.
    fn is_period(&self, val: Val) -> bool {
        let labels = self.label_list(self.data(val).labels);
        let (mut timed, mut other) = (false, false);
        for label in labels {
            timed |= label == Label::Time;
            other |= !matches!(label, Label::Time | Label::Storage(_));
        }
        timed && !other
    }

    /// Of labels, those of how calls went.
    pub(crate) fn outcomes(&mut self, labels: LabelSet) -> LabelSet {
        let outcomes: Vec<Label> = self
            .label_list(labels)
            .filter(|label| matches!(label, Label::Outcome(_)))
            .collect();
        let mut kept = LabelSet::NONE;
        for outcome in outcomes {
            let outcome = self.label(outcome);
            kept = self.union(kept, outcome);
        }
        kept
    }

    /// Whether a value is the contract's or the caller's data.
    fn is_data(&self, val: Val) -> bool {
        self.label_list(self.data(val).labels).any(|label| {
            matches!(
                label,
                Label::Param(_) | Label::Input | Label::Storage(_) | Label::AttachedValue
            )
        })
    }

    /// Whether a product multiplies a quotient by something other than its divisor.
    fn rescales(&mut self, quotient: Val, factor: Val) -> bool {
        let divisors: Vec<_> = self
            .label_list(self.data(quotient).labels)
            .filter_map(|label| match label {
                Label::Quotient(by) => Some(by),
                _ => None,
            })
            .collect();
        let factor = self.plain_operand(factor);
        !divisors.is_empty() && !divisors.contains(&factor)
    }

    /// An operand as it may stand in a label: notes about arithmetic left out, since they name operands.
    fn plain_operand(&mut self, val: Val) -> crate::absint::domain::arena::Bytes {
        let plain = self.without_arithmetic(val);
        let bytes = self.bytes_of(plain, 8);
        self.flattened(bytes)
    }

    /// A value without the notes about how it was computed.
    pub(crate) fn without_arithmetic(&mut self, val: Val) -> Val {
        let mut data = self.data(val);
        if data.labels == LabelSet::NONE {
            return val;
        }
        let labels: Vec<Label> = self.label_list(data.labels).collect();
        let mut kept = LabelSet::NONE;
        for label in labels {
            if !matches!(
                label,
                Label::Quotient(_) | Label::Rescaled | Label::Unchecked
            ) {
                let label = self.label(label);
                kept = self.union(kept, label);
            }
        }
        data.labels = kept;
        self.val(data)
    }
}

/// The differences and products of a function that nothing in it tests for overflow, in order.
///
/// The tests that compilers make of a checked operation compare its result with an operand, or the operands with each other;
/// of numbers of several words it is the highest word that matters, into which a carry may have been added.
pub(crate) fn unchecked(function: &Function) -> Vec<Inst> {
    let arithmetic: Vec<Inst> = function
        .insts
        .iter()
        .filter(|(_, data)| is_arithmetic(&data.op) && !has_small_operand(function, &data.args))
        .map(|(inst, _)| inst)
        .collect();
    if arithmetic.is_empty() {
        return arithmetic;
    }
    // For each value, what it is compared with (itself included) or divided into.
    let mut tested = vec![false; function.values.len()];
    for data in function.insts.values() {
        if let Op::Numeric(op) = &data.op
            && is_test(*op)
        {
            for arg in &data.args {
                mark(function, *arg, &mut tested);
            }
        }
    }
    arithmetic
        .into_iter()
        .filter(|inst| {
            let data = &function.insts[*inst];
            let result = data.results.iter().any(|r| tested[r.index()]);
            // The operands are tested beforehand.
            let operands = match data.op {
                Op::Numeric(NumericOp::I64Sub) => data.args.iter().all(|a| tested[a.index()]),
                _ => data.args.iter().any(|a| tested[a.index()]),
            };
            !result && !operands
        })
        .collect()
}

/// Marks a tested value, and what it is made of.
fn mark(function: &Function, value: Value, tested: &mut [bool]) {
    use NumericOp as N;
    let mut at = vec![value];
    for _ in 0..16 {
        let Some(value) = at.pop() else { break };
        if std::mem::replace(&mut tested[value.index()], true) {
            continue;
        }
        if let ValueDef::Result(inst, _) = function.values[value].def
            && let Op::Numeric(
                N::I64Add | N::I64Sub | N::I64And | N::I64Or | N::I64Xor | N::I64ShrU | N::I64ShrS,
            ) = function.insts[inst].op
        {
            at.extend(function.insts[inst].args.iter().copied());
        }
    }
}

fn is_arithmetic(op: &Op) -> bool {
    matches!(op, Op::Numeric(NumericOp::I64Sub | NumericOp::I64Mul))
}

/// Whether an operator is one by which overflow is noticed.
fn is_test(op: NumericOp) -> bool {
    use NumericOp as N;
    matches!(
        op,
        N::I64LtS
            | N::I64LtU
            | N::I64GtS
            | N::I64GtU
            | N::I64LeS
            | N::I64LeU
            | N::I64GeS
            | N::I64GeU
            | N::I64DivU
            | N::I64DivS
            | N::I64Clz
            | N::I64Eqz
            | N::I64Eq
            | N::I64Ne
    )
}

fn has_small_operand(function: &Function, args: &[Value]) -> bool {
    args.iter().any(|arg| {
        let ValueDef::Result(inst, _) = function.values[*arg].def else {
            return false;
        };
        match function.insts[inst].op {
            Op::Const(_, bits) => bits < SMALL || bits.wrapping_neg() < SMALL,
            Op::Numeric(NumericOp::I64ExtendI32U | NumericOp::I64ExtendI32S) => true,
            _ => false,
        }
    })
}
