//! The operators: WebAssembly's own, one to one, grouped by what an analysis has to know about them.

use std::fmt;

use super::{Callee, Func, Type};
use crate::module::{Global, Table};

/// Calls a macro with the table of numeric operators: variant, text name, operand types, result type. Everything that
/// is known about a numeric operator without evaluating it comes from here, and the lifter names its wasmparser
/// counterpart by the same variant.
macro_rules! for_each_numeric_op {
    ($then:ident) => {
        $then! {
            I32Eqz "i32.eqz" [I32] I32;
            I32Eq "i32.eq" [I32, I32] I32;
            I32Ne "i32.ne" [I32, I32] I32;
            I32LtS "i32.lt_s" [I32, I32] I32;
            I32LtU "i32.lt_u" [I32, I32] I32;
            I32GtS "i32.gt_s" [I32, I32] I32;
            I32GtU "i32.gt_u" [I32, I32] I32;
            I32LeS "i32.le_s" [I32, I32] I32;
            I32LeU "i32.le_u" [I32, I32] I32;
            I32GeS "i32.ge_s" [I32, I32] I32;
            I32GeU "i32.ge_u" [I32, I32] I32;
            I64Eqz "i64.eqz" [I64] I32;
            I64Eq "i64.eq" [I64, I64] I32;
            I64Ne "i64.ne" [I64, I64] I32;
            I64LtS "i64.lt_s" [I64, I64] I32;
            I64LtU "i64.lt_u" [I64, I64] I32;
            I64GtS "i64.gt_s" [I64, I64] I32;
            I64GtU "i64.gt_u" [I64, I64] I32;
            I64LeS "i64.le_s" [I64, I64] I32;
            I64LeU "i64.le_u" [I64, I64] I32;
            I64GeS "i64.ge_s" [I64, I64] I32;
            I64GeU "i64.ge_u" [I64, I64] I32;
            F32Eq "f32.eq" [F32, F32] I32;
            F32Ne "f32.ne" [F32, F32] I32;
            F32Lt "f32.lt" [F32, F32] I32;
            F32Gt "f32.gt" [F32, F32] I32;
            F32Le "f32.le" [F32, F32] I32;
            F32Ge "f32.ge" [F32, F32] I32;
            F64Eq "f64.eq" [F64, F64] I32;
            F64Ne "f64.ne" [F64, F64] I32;
            F64Lt "f64.lt" [F64, F64] I32;
            F64Gt "f64.gt" [F64, F64] I32;
            F64Le "f64.le" [F64, F64] I32;
            F64Ge "f64.ge" [F64, F64] I32;
            I32Clz "i32.clz" [I32] I32;
            I32Ctz "i32.ctz" [I32] I32;
            I32Popcnt "i32.popcnt" [I32] I32;
            I32Add "i32.add" [I32, I32] I32;
            I32Sub "i32.sub" [I32, I32] I32;
            I32Mul "i32.mul" [I32, I32] I32;
            I32DivS "i32.div_s" [I32, I32] I32;
            I32DivU "i32.div_u" [I32, I32] I32;
            I32RemS "i32.rem_s" [I32, I32] I32;
            I32RemU "i32.rem_u" [I32, I32] I32;
            I32And "i32.and" [I32, I32] I32;
            I32Or "i32.or" [I32, I32] I32;
            I32Xor "i32.xor" [I32, I32] I32;
            I32Shl "i32.shl" [I32, I32] I32;
            I32ShrS "i32.shr_s" [I32, I32] I32;
            I32ShrU "i32.shr_u" [I32, I32] I32;
            I32Rotl "i32.rotl" [I32, I32] I32;
            I32Rotr "i32.rotr" [I32, I32] I32;
            I64Clz "i64.clz" [I64] I64;
            I64Ctz "i64.ctz" [I64] I64;
            I64Popcnt "i64.popcnt" [I64] I64;
            I64Add "i64.add" [I64, I64] I64;
            I64Sub "i64.sub" [I64, I64] I64;
            I64Mul "i64.mul" [I64, I64] I64;
            I64DivS "i64.div_s" [I64, I64] I64;
            I64DivU "i64.div_u" [I64, I64] I64;
            I64RemS "i64.rem_s" [I64, I64] I64;
            I64RemU "i64.rem_u" [I64, I64] I64;
            I64And "i64.and" [I64, I64] I64;
            I64Or "i64.or" [I64, I64] I64;
            I64Xor "i64.xor" [I64, I64] I64;
            I64Shl "i64.shl" [I64, I64] I64;
            I64ShrS "i64.shr_s" [I64, I64] I64;
            I64ShrU "i64.shr_u" [I64, I64] I64;
            I64Rotl "i64.rotl" [I64, I64] I64;
            I64Rotr "i64.rotr" [I64, I64] I64;
            F32Abs "f32.abs" [F32] F32;
            F32Neg "f32.neg" [F32] F32;
            F32Ceil "f32.ceil" [F32] F32;
            F32Floor "f32.floor" [F32] F32;
            F32Trunc "f32.trunc" [F32] F32;
            F32Nearest "f32.nearest" [F32] F32;
            F32Sqrt "f32.sqrt" [F32] F32;
            F32Add "f32.add" [F32, F32] F32;
            F32Sub "f32.sub" [F32, F32] F32;
            F32Mul "f32.mul" [F32, F32] F32;
            F32Div "f32.div" [F32, F32] F32;
            F32Min "f32.min" [F32, F32] F32;
            F32Max "f32.max" [F32, F32] F32;
            F32Copysign "f32.copysign" [F32, F32] F32;
            F64Abs "f64.abs" [F64] F64;
            F64Neg "f64.neg" [F64] F64;
            F64Ceil "f64.ceil" [F64] F64;
            F64Floor "f64.floor" [F64] F64;
            F64Trunc "f64.trunc" [F64] F64;
            F64Nearest "f64.nearest" [F64] F64;
            F64Sqrt "f64.sqrt" [F64] F64;
            F64Add "f64.add" [F64, F64] F64;
            F64Sub "f64.sub" [F64, F64] F64;
            F64Mul "f64.mul" [F64, F64] F64;
            F64Div "f64.div" [F64, F64] F64;
            F64Min "f64.min" [F64, F64] F64;
            F64Max "f64.max" [F64, F64] F64;
            F64Copysign "f64.copysign" [F64, F64] F64;
            I32WrapI64 "i32.wrap_i64" [I64] I32;
            I32TruncF32S "i32.trunc_f32_s" [F32] I32;
            I32TruncF32U "i32.trunc_f32_u" [F32] I32;
            I32TruncF64S "i32.trunc_f64_s" [F64] I32;
            I32TruncF64U "i32.trunc_f64_u" [F64] I32;
            I64ExtendI32S "i64.extend_i32_s" [I32] I64;
            I64ExtendI32U "i64.extend_i32_u" [I32] I64;
            I64TruncF32S "i64.trunc_f32_s" [F32] I64;
            I64TruncF32U "i64.trunc_f32_u" [F32] I64;
            I64TruncF64S "i64.trunc_f64_s" [F64] I64;
            I64TruncF64U "i64.trunc_f64_u" [F64] I64;
            F32ConvertI32S "f32.convert_i32_s" [I32] F32;
            F32ConvertI32U "f32.convert_i32_u" [I32] F32;
            F32ConvertI64S "f32.convert_i64_s" [I64] F32;
            F32ConvertI64U "f32.convert_i64_u" [I64] F32;
            F32DemoteF64 "f32.demote_f64" [F64] F32;
            F64ConvertI32S "f64.convert_i32_s" [I32] F64;
            F64ConvertI32U "f64.convert_i32_u" [I32] F64;
            F64ConvertI64S "f64.convert_i64_s" [I64] F64;
            F64ConvertI64U "f64.convert_i64_u" [I64] F64;
            F64PromoteF32 "f64.promote_f32" [F32] F64;
            I32ReinterpretF32 "i32.reinterpret_f32" [F32] I32;
            I64ReinterpretF64 "i64.reinterpret_f64" [F64] I64;
            F32ReinterpretI32 "f32.reinterpret_i32" [I32] F32;
            F64ReinterpretI64 "f64.reinterpret_i64" [I64] F64;
            I32Extend8S "i32.extend8_s" [I32] I32;
            I32Extend16S "i32.extend16_s" [I32] I32;
            I64Extend8S "i64.extend8_s" [I64] I64;
            I64Extend16S "i64.extend16_s" [I64] I64;
            I64Extend32S "i64.extend32_s" [I64] I64;
            I32TruncSatF32S "i32.trunc_sat_f32_s" [F32] I32;
            I32TruncSatF32U "i32.trunc_sat_f32_u" [F32] I32;
            I32TruncSatF64S "i32.trunc_sat_f64_s" [F64] I32;
            I32TruncSatF64U "i32.trunc_sat_f64_u" [F64] I32;
            I64TruncSatF32S "i64.trunc_sat_f32_s" [F32] I64;
            I64TruncSatF32U "i64.trunc_sat_f32_u" [F32] I64;
            I64TruncSatF64S "i64.trunc_sat_f64_s" [F64] I64;
            I64TruncSatF64U "i64.trunc_sat_f64_u" [F64] I64;
        }
    };
}
pub(crate) use for_each_numeric_op;

macro_rules! define_numeric_op {
    ($($variant:ident $name:literal [$($arg:ident),*] $result:ident;)*) => {
        /// An operator that computes one value from values alone.
        #[allow(missing_docs, reason = "the variants are WebAssembly's operators, named as there")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum NumericOp {
            $($variant,)*
        }

        impl NumericOp {
            /// Every operator.
            pub const ALL: &'static [NumericOp] = &[$(NumericOp::$variant,)*];

            /// The name in the text format.
            pub fn name(self) -> &'static str {
                match self {
                    $(NumericOp::$variant => $name,)*
                }
            }

            /// The types of the operands.
            pub fn params(self) -> &'static [Type] {
                match self {
                    $(NumericOp::$variant => &[$(Type::$arg),*],)*
                }
            }

            /// The type of the result.
            pub fn result(self) -> Type {
                match self {
                    $(NumericOp::$variant => Type::$result,)*
                }
            }
        }
    };
}
for_each_numeric_op!(define_numeric_op);

impl fmt::Display for NumericOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The static part of a memory access.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MemArg {
    /// Added to the address.
    pub offset: u64,
    /// log2 of the promised alignment.
    pub align: u8,
    /// Which memory; 0 but for multi-memory modules.
    pub memory: u32,
}

/// An operator.
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    /// A constant of a numeric type, as bits (floats by their representation).
    Const(Type, u64),
    /// A numeric operator.
    Numeric(NumericOp),
    /// `select`: operands `a`, `b`, `cond`; the result is `a` where `cond` is not zero.
    Select,
    /// Reads `bytes` bytes and extends them to the result type. Operand: address.
    Load {
        /// The result type.
        ty: Type,
        /// How many bytes are read: 1, 2, 4, 8 or 16.
        bytes: u8,
        /// Whether the extension repeats the sign bit.
        signed: bool,
        /// Offset, alignment, memory.
        mem: MemArg,
    },
    /// Writes the low `bytes` bytes. Operands: address, value.
    Store {
        /// The type of the value.
        ty: Type,
        /// How many bytes are written: 1, 2, 4, 8 or 16.
        bytes: u8,
        /// Offset, alignment, memory.
        mem: MemArg,
    },
    /// `memory.copy`. Operands: destination, source, length.
    MemoryCopy,
    /// `memory.fill`. Operands: destination, byte, length.
    MemoryFill,
    /// `memory.init` of a data segment. Operands: destination, source, length.
    MemoryInit(u32),
    /// `data.drop`.
    DataDrop(u32),
    /// `memory.size`.
    MemorySize,
    /// `memory.grow`. Operand: pages.
    MemoryGrow,
    /// `global.get`.
    GlobalGet(Global),
    /// `global.set`. Operand: value.
    GlobalSet(Global),
    /// A call; operands are the arguments, for an indirect one followed by the table index.
    Call(Callee),
    /// `ref.func`.
    RefFunc(Func),
    /// `ref.null`.
    RefNull,
    /// `ref.is_null`. Operand: reference.
    RefIsNull,
    /// `table.get`. Operand: index.
    TableGet(Table),
    /// `table.set`. Operands: index, reference.
    TableSet(Table),
    /// `table.size`.
    TableSize(Table),
    /// Any other operator: vector instructions, table.grow/copy/fill/init, elem.drop. Operands and results follow the
    /// operator's type; the analyses treat the results as unknown, and `writes_memory` as a write to an unknown place.
    Opaque {
        /// The operator's name: that of the text format with `_` for `.`.
        name: &'static str,
        /// Whether it stores to memory 0.
        writes_memory: bool,
    },
}

impl Op {
    /// The name in the text format, without immediates.
    pub fn name(&self) -> String {
        match self {
            Op::Const(ty, _) => format!("{ty}.const"),
            Op::Numeric(op) => op.name().to_owned(),
            Op::Select => "select".to_owned(),
            Op::Load {
                ty, bytes, signed, ..
            } => {
                if u32::from(*bytes) == ty.bytes() {
                    format!("{ty}.load")
                } else {
                    let sign = if *signed { 's' } else { 'u' };
                    format!("{ty}.load{}_{sign}", u32::from(*bytes) * 8)
                }
            }
            Op::Store { ty, bytes, .. } => {
                if u32::from(*bytes) == ty.bytes() {
                    format!("{ty}.store")
                } else {
                    format!("{ty}.store{}", u32::from(*bytes) * 8)
                }
            }
            Op::MemoryCopy => "memory.copy".to_owned(),
            Op::MemoryFill => "memory.fill".to_owned(),
            Op::MemoryInit(_) => "memory.init".to_owned(),
            Op::DataDrop(_) => "data.drop".to_owned(),
            Op::MemorySize => "memory.size".to_owned(),
            Op::MemoryGrow => "memory.grow".to_owned(),
            Op::GlobalGet(_) => "global.get".to_owned(),
            Op::GlobalSet(_) => "global.set".to_owned(),
            Op::Call(Callee::Direct(_)) => "call".to_owned(),
            Op::Call(Callee::Indirect(..)) => "call_indirect".to_owned(),
            Op::RefFunc(_) => "ref.func".to_owned(),
            Op::RefNull => "ref.null".to_owned(),
            Op::RefIsNull => "ref.is_null".to_owned(),
            Op::TableGet(_) => "table.get".to_owned(),
            Op::TableSet(_) => "table.set".to_owned(),
            Op::TableSize(_) => "table.size".to_owned(),
            Op::Opaque { name, .. } => (*name).to_owned(),
        }
    }
}
