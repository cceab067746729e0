//! Evaluation of numeric operators over constants.
//!
//! Values are bits, as in [`Op::Const`](super::Op::Const): an i32 is extended with zeros, a float is its
//! representation. Where the specification leaves open which NaN an operator gives, the result is the canonical one
//! (positive, only the highest bit of the payload set), which is among the allowed results; `abs`, `neg`, `copysign`
//! and the reinterpretations are exact on all bits.

use std::cmp::Ordering;

use super::NumericOp;

const F32_SIGN: u32 = 1 << 31;
const F64_SIGN: u64 = 1 << 63;

/// The floats strictly between which the integer part fits the integer type. All bounds but that of i64 are one beyond
/// the type; the float next below `i64::MIN` is 2048 below.
const I32_RANGE: (f64, f64) = (-2_147_483_649.0, 2_147_483_648.0);
const U32_RANGE: (f64, f64) = (-1.0, 4_294_967_296.0);
const I64_RANGE: (f64, f64) = (-9_223_372_036_854_777_856.0, 9_223_372_036_854_775_808.0);
const U64_RANGE: (f64, f64) = (-1.0, 18_446_744_073_709_551_616.0);

/// The result of an operator; `None` if it traps, or if operands are missing.
#[expect(
    clippy::too_many_lines,
    reason = "one line for each operator of the specification"
)]
pub fn eval(op: NumericOp, args: &[u64]) -> Option<u64> {
    let args = args.get(..op.params().len())?;
    let a = *args.first()?;
    let b = args.get(1).copied().unwrap_or(0);
    // The operands as each type reads them.
    let (x, y) = (a as u32, b as u32);
    let (f, g) = (f32::from_bits(x), f32::from_bits(y));
    let (d, e) = (f64::from_bits(a), f64::from_bits(b));
    Some(match op {
        NumericOp::I32Eqz => (x == 0).bits(),
        NumericOp::I32Eq => (x == y).bits(),
        NumericOp::I32Ne => (x != y).bits(),
        NumericOp::I32LtS => (x.cast_signed() < y.cast_signed()).bits(),
        NumericOp::I32LtU => (x < y).bits(),
        NumericOp::I32GtS => (x.cast_signed() > y.cast_signed()).bits(),
        NumericOp::I32GtU => (x > y).bits(),
        NumericOp::I32LeS => (x.cast_signed() <= y.cast_signed()).bits(),
        NumericOp::I32LeU => (x <= y).bits(),
        NumericOp::I32GeS => (x.cast_signed() >= y.cast_signed()).bits(),
        NumericOp::I32GeU => (x >= y).bits(),
        NumericOp::I64Eqz => (a == 0).bits(),
        NumericOp::I64Eq => (a == b).bits(),
        NumericOp::I64Ne => (a != b).bits(),
        NumericOp::I64LtS => (a.cast_signed() < b.cast_signed()).bits(),
        NumericOp::I64LtU => (a < b).bits(),
        NumericOp::I64GtS => (a.cast_signed() > b.cast_signed()).bits(),
        NumericOp::I64GtU => (a > b).bits(),
        NumericOp::I64LeS => (a.cast_signed() <= b.cast_signed()).bits(),
        NumericOp::I64LeU => (a <= b).bits(),
        NumericOp::I64GeS => (a.cast_signed() >= b.cast_signed()).bits(),
        NumericOp::I64GeU => (a >= b).bits(),
        NumericOp::F32Eq => (f == g).bits(),
        NumericOp::F32Ne => (f != g).bits(),
        NumericOp::F32Lt => (f < g).bits(),
        NumericOp::F32Gt => (f > g).bits(),
        NumericOp::F32Le => (f <= g).bits(),
        NumericOp::F32Ge => (f >= g).bits(),
        NumericOp::F64Eq => (d == e).bits(),
        NumericOp::F64Ne => (d != e).bits(),
        NumericOp::F64Lt => (d < e).bits(),
        NumericOp::F64Gt => (d > e).bits(),
        NumericOp::F64Le => (d <= e).bits(),
        NumericOp::F64Ge => (d >= e).bits(),
        NumericOp::I32Clz => x.leading_zeros().bits(),
        NumericOp::I32Ctz => x.trailing_zeros().bits(),
        NumericOp::I32Popcnt => x.count_ones().bits(),
        NumericOp::I32Add => x.wrapping_add(y).bits(),
        NumericOp::I32Sub => x.wrapping_sub(y).bits(),
        NumericOp::I32Mul => x.wrapping_mul(y).bits(),
        NumericOp::I32DivS => x.cast_signed().checked_div(y.cast_signed())?.bits(),
        NumericOp::I32DivU => x.checked_div(y)?.bits(),
        NumericOp::I32RemS => (y != 0)
            .then(|| x.cast_signed().wrapping_rem(y.cast_signed()))?
            .bits(),
        NumericOp::I32RemU => x.checked_rem(y)?.bits(),
        NumericOp::I32And => (x & y).bits(),
        NumericOp::I32Or => (x | y).bits(),
        NumericOp::I32Xor => (x ^ y).bits(),
        NumericOp::I32Shl => x.wrapping_shl(y).bits(),
        NumericOp::I32ShrS => x.cast_signed().wrapping_shr(y).bits(),
        NumericOp::I32ShrU => x.wrapping_shr(y).bits(),
        NumericOp::I32Rotl => x.rotate_left(y % u32::BITS).bits(),
        NumericOp::I32Rotr => x.rotate_right(y % u32::BITS).bits(),
        NumericOp::I64Clz => a.leading_zeros().bits(),
        NumericOp::I64Ctz => a.trailing_zeros().bits(),
        NumericOp::I64Popcnt => a.count_ones().bits(),
        NumericOp::I64Add => a.wrapping_add(b).bits(),
        NumericOp::I64Sub => a.wrapping_sub(b).bits(),
        NumericOp::I64Mul => a.wrapping_mul(b).bits(),
        NumericOp::I64DivS => a.cast_signed().checked_div(b.cast_signed())?.bits(),
        NumericOp::I64DivU => a.checked_div(b)?.bits(),
        NumericOp::I64RemS => (b != 0)
            .then(|| a.cast_signed().wrapping_rem(b.cast_signed()))?
            .bits(),
        NumericOp::I64RemU => a.checked_rem(b)?.bits(),
        NumericOp::I64And => (a & b).bits(),
        NumericOp::I64Or => (a | b).bits(),
        NumericOp::I64Xor => (a ^ b).bits(),
        NumericOp::I64Shl => a.wrapping_shl(y).bits(),
        NumericOp::I64ShrS => a.cast_signed().wrapping_shr(y).bits(),
        NumericOp::I64ShrU => a.wrapping_shr(y).bits(),
        NumericOp::I64Rotl => a.rotate_left(y % u64::BITS).bits(),
        NumericOp::I64Rotr => a.rotate_right(y % u64::BITS).bits(),
        NumericOp::F32Abs => (x & !F32_SIGN).bits(),
        NumericOp::F32Neg => (x ^ F32_SIGN).bits(),
        NumericOp::F32Ceil => f.ceil().bits(),
        NumericOp::F32Floor => f.floor().bits(),
        NumericOp::F32Trunc => f.trunc().bits(),
        NumericOp::F32Nearest => f.round_ties_even().bits(),
        NumericOp::F32Sqrt => f.sqrt().bits(),
        NumericOp::F32Add => (f + g).bits(),
        NumericOp::F32Sub => (f - g).bits(),
        NumericOp::F32Mul => (f * g).bits(),
        NumericOp::F32Div => (f / g).bits(),
        NumericOp::F32Min => min_f32(f, g).bits(),
        NumericOp::F32Max => max_f32(f, g).bits(),
        NumericOp::F32Copysign => (x & !F32_SIGN | y & F32_SIGN).bits(),
        NumericOp::F64Abs => (a & !F64_SIGN).bits(),
        NumericOp::F64Neg => (a ^ F64_SIGN).bits(),
        NumericOp::F64Ceil => d.ceil().bits(),
        NumericOp::F64Floor => d.floor().bits(),
        NumericOp::F64Trunc => d.trunc().bits(),
        NumericOp::F64Nearest => d.round_ties_even().bits(),
        NumericOp::F64Sqrt => d.sqrt().bits(),
        NumericOp::F64Add => (d + e).bits(),
        NumericOp::F64Sub => (d - e).bits(),
        NumericOp::F64Mul => (d * e).bits(),
        NumericOp::F64Div => (d / e).bits(),
        NumericOp::F64Min => min_f64(d, e).bits(),
        NumericOp::F64Max => max_f64(d, e).bits(),
        NumericOp::F64Copysign => (a & !F64_SIGN | b & F64_SIGN).bits(),
        NumericOp::I32WrapI64 => x.bits(),
        NumericOp::I32TruncF32S => (trunc(f64::from(f), I32_RANGE)? as i32).bits(),
        NumericOp::I32TruncF32U => (trunc(f64::from(f), U32_RANGE)? as u32).bits(),
        NumericOp::I32TruncF64S => (trunc(d, I32_RANGE)? as i32).bits(),
        NumericOp::I32TruncF64U => (trunc(d, U32_RANGE)? as u32).bits(),
        NumericOp::I64ExtendI32S => i64::from(x.cast_signed()).bits(),
        NumericOp::I64ExtendI32U => x.bits(),
        NumericOp::I64TruncF32S => (trunc(f64::from(f), I64_RANGE)? as i64).bits(),
        NumericOp::I64TruncF32U => (trunc(f64::from(f), U64_RANGE)? as u64).bits(),
        NumericOp::I64TruncF64S => (trunc(d, I64_RANGE)? as i64).bits(),
        NumericOp::I64TruncF64U => (trunc(d, U64_RANGE)? as u64).bits(),
        NumericOp::F32ConvertI32S => (x.cast_signed() as f32).bits(),
        NumericOp::F32ConvertI32U => (x as f32).bits(),
        NumericOp::F32ConvertI64S => (a.cast_signed() as f32).bits(),
        NumericOp::F32ConvertI64U => (a as f32).bits(),
        NumericOp::F32DemoteF64 => (d as f32).bits(),
        NumericOp::F64ConvertI32S => f64::from(x.cast_signed()).bits(),
        NumericOp::F64ConvertI32U => f64::from(x).bits(),
        NumericOp::F64ConvertI64S => (a.cast_signed() as f64).bits(),
        NumericOp::F64ConvertI64U => (a as f64).bits(),
        NumericOp::F64PromoteF32 => f64::from(f).bits(),
        NumericOp::I32ReinterpretF32 | NumericOp::F32ReinterpretI32 => x.bits(),
        NumericOp::I64ReinterpretF64 | NumericOp::F64ReinterpretI64 => a,
        NumericOp::I32Extend8S => i32::from(a as i8).bits(),
        NumericOp::I32Extend16S => i32::from(a as i16).bits(),
        NumericOp::I64Extend8S => i64::from(a as i8).bits(),
        NumericOp::I64Extend16S => i64::from(a as i16).bits(),
        NumericOp::I64Extend32S => i64::from(a as i32).bits(),
        NumericOp::I32TruncSatF32S => (f as i32).bits(),
        NumericOp::I32TruncSatF32U => (f as u32).bits(),
        NumericOp::I32TruncSatF64S => (d as i32).bits(),
        NumericOp::I32TruncSatF64U => (d as u32).bits(),
        NumericOp::I64TruncSatF32S => (f as i64).bits(),
        NumericOp::I64TruncSatF32U => (f as u64).bits(),
        NumericOp::I64TruncSatF64S => (d as i64).bits(),
        NumericOp::I64TruncSatF64U => (d as u64).bits(),
    })
}

/// A result as bits.
trait Bits {
    fn bits(self) -> u64;
}

impl Bits for bool {
    fn bits(self) -> u64 {
        u64::from(self)
    }
}

impl Bits for u32 {
    fn bits(self) -> u64 {
        u64::from(self)
    }
}

impl Bits for i32 {
    fn bits(self) -> u64 {
        u64::from(self.cast_unsigned())
    }
}

impl Bits for u64 {
    fn bits(self) -> u64 {
        self
    }
}

impl Bits for i64 {
    fn bits(self) -> u64 {
        self.cast_unsigned()
    }
}

impl Bits for f32 {
    fn bits(self) -> u64 {
        if self.is_nan() {
            return 0x7fc0_0000;
        }
        u64::from(self.to_bits())
    }
}

impl Bits for f64 {
    fn bits(self) -> u64 {
        if self.is_nan() {
            return 0x7ff8_0000_0000_0000;
        }
        self.to_bits()
    }
}

/// The integer part, if the number lies strictly between the bounds.
fn trunc(number: f64, (low, high): (f64, f64)) -> Option<f64> {
    (low < number && number < high).then(|| number.trunc())
}

/// Rust's `min` and `max` ignore a NaN, and may take either of two zeros.
fn min_f32(f: f32, g: f32) -> f32 {
    match f.partial_cmp(&g) {
        None => f32::NAN,
        Some(Ordering::Less) => f,
        Some(Ordering::Greater) => g,
        Some(Ordering::Equal) => f32::from_bits(f.to_bits() | g.to_bits()),
    }
}

fn max_f32(f: f32, g: f32) -> f32 {
    match f.partial_cmp(&g) {
        None => f32::NAN,
        Some(Ordering::Less) => g,
        Some(Ordering::Greater) => f,
        Some(Ordering::Equal) => f32::from_bits(f.to_bits() & g.to_bits()),
    }
}

fn min_f64(d: f64, e: f64) -> f64 {
    match d.partial_cmp(&e) {
        None => f64::NAN,
        Some(Ordering::Less) => d,
        Some(Ordering::Greater) => e,
        Some(Ordering::Equal) => f64::from_bits(d.to_bits() | e.to_bits()),
    }
}

fn max_f64(d: f64, e: f64) -> f64 {
    match d.partial_cmp(&e) {
        None => f64::NAN,
        Some(Ordering::Less) => e,
        Some(Ordering::Greater) => d,
        Some(Ordering::Equal) => f64::from_bits(d.to_bits() & e.to_bits()),
    }
}
