//! What each operator without control flow is in the IR.

use wasmparser::{MemArg as WasmMemArg, MemArgTarget, Operator};

use super::opaque;
use crate::entity::Entity;
use crate::ir::{Func, MemArg, NumericOp, Op, Type, for_each_numeric_op};
use crate::module::{Global, Module, Table};

/// An operator of the IR, how many operands it takes and what it gives.
pub(super) struct Plain {
    pub(super) op: Op,
    pub(super) operands: usize,
    pub(super) results: &'static [Type],
}

impl Plain {
    pub(super) fn new(op: Op, operands: usize, results: &'static [Type]) -> Self {
        Plain {
            op,
            operands,
            results,
        }
    }

    pub(super) fn opaque(
        name: &'static str,
        writes_memory: bool,
        operands: usize,
        results: &'static [Type],
    ) -> Self {
        let op = Op::Opaque {
            name,
            writes_memory,
        };
        Plain::new(op, operands, results)
    }
}

/// A list of one type.
pub(super) fn one(ty: Type) -> &'static [Type] {
    match ty {
        Type::I32 => &[Type::I32],
        Type::I64 => &[Type::I64],
        Type::F32 => &[Type::F32],
        Type::F64 => &[Type::F64],
        Type::V128 => &[Type::V128],
        Type::Ref => &[Type::Ref],
    }
}

/// The operator as one that moves values without control flow; `None` if the IR has none for it. Locals, `select` and
/// calls are left to the caller.
pub(super) fn plain(operator: &Operator<'_>, module: &Module) -> Option<Plain> {
    common(operator)
        .or_else(|| global(operator, module))
        .or_else(|| memory(operator, module))
        .or_else(|| table(operator, module))
        .or_else(|| reference(operator))
        .or_else(|| opaque::opaque(operator))
}

/// Constants, numeric operators and memory accesses: nearly all of the code, so that one `match` tells them apart.
fn common(operator: &Operator<'_>) -> Option<Plain> {
    macro_rules! with_numeric {
        ($($variant:ident $name:literal [$($param:ident),*] $result:ident;)*) => {
            match operator {
                $(Operator::$variant => Some(Plain::new(
                    Op::Numeric(NumericOp::$variant),
                    [$(Type::$param),*].len(),
                    one(Type::$result),
                )),)*
                Operator::I32Const { value } => Some(constant(Type::I32, value.cast_unsigned().into())),
                Operator::I64Const { value } => Some(constant(Type::I64, value.cast_unsigned())),
                Operator::F32Const { value } => Some(constant(Type::F32, value.bits().into())),
                Operator::F64Const { value } => Some(constant(Type::F64, value.bits())),
                Operator::I32Load { memarg } => load(memarg, Type::I32, 4, false),
                Operator::I64Load { memarg } => load(memarg, Type::I64, 8, false),
                Operator::F32Load { memarg } => load(memarg, Type::F32, 4, false),
                Operator::F64Load { memarg } => load(memarg, Type::F64, 8, false),
                Operator::V128Load { memarg } => load(memarg, Type::V128, 16, false),
                Operator::I32Load8S { memarg } => load(memarg, Type::I32, 1, true),
                Operator::I32Load8U { memarg } => load(memarg, Type::I32, 1, false),
                Operator::I32Load16S { memarg } => load(memarg, Type::I32, 2, true),
                Operator::I32Load16U { memarg } => load(memarg, Type::I32, 2, false),
                Operator::I64Load8S { memarg } => load(memarg, Type::I64, 1, true),
                Operator::I64Load8U { memarg } => load(memarg, Type::I64, 1, false),
                Operator::I64Load16S { memarg } => load(memarg, Type::I64, 2, true),
                Operator::I64Load16U { memarg } => load(memarg, Type::I64, 2, false),
                Operator::I64Load32S { memarg } => load(memarg, Type::I64, 4, true),
                Operator::I64Load32U { memarg } => load(memarg, Type::I64, 4, false),
                Operator::I32Store { memarg } => store(memarg, Type::I32, 4),
                Operator::I64Store { memarg } => store(memarg, Type::I64, 8),
                Operator::F32Store { memarg } => store(memarg, Type::F32, 4),
                Operator::F64Store { memarg } => store(memarg, Type::F64, 8),
                Operator::V128Store { memarg } => store(memarg, Type::V128, 16),
                Operator::I32Store8 { memarg } => store(memarg, Type::I32, 1),
                Operator::I32Store16 { memarg } => store(memarg, Type::I32, 2),
                Operator::I64Store8 { memarg } => store(memarg, Type::I64, 1),
                Operator::I64Store16 { memarg } => store(memarg, Type::I64, 2),
                Operator::I64Store32 { memarg } => store(memarg, Type::I64, 4),
                _ => None,
            }
        };
    }
    for_each_numeric_op!(with_numeric)
}

fn constant(ty: Type, bits: u64) -> Plain {
    Plain::new(Op::Const(ty, bits), 0, one(ty))
}

fn load(memarg: &WasmMemArg, ty: Type, bytes: u8, signed: bool) -> Option<Plain> {
    let op = Op::Load {
        ty,
        bytes,
        signed,
        mem: mem_arg(memarg)?,
    };
    Some(Plain::new(op, 1, one(ty)))
}

fn store(memarg: &WasmMemArg, ty: Type, bytes: u8) -> Option<Plain> {
    let op = Op::Store {
        ty,
        bytes,
        mem: mem_arg(memarg)?,
    };
    Some(Plain::new(op, 2, &[]))
}

/// `None` for an access to a GC array, which is none to memory.
fn mem_arg(arg: &WasmMemArg) -> Option<MemArg> {
    match arg.target {
        MemArgTarget::Memory(memory) => Some(MemArg {
            offset: arg.offset,
            align: arg.align,
            memory,
        }),
        MemArgTarget::Array(_) => None,
    }
}

fn global(operator: &Operator<'_>, module: &Module) -> Option<Plain> {
    match *operator {
        Operator::GlobalGet { global_index } => {
            let global = Global::new(global_index as usize);
            let ty = module.globals.get(global)?.ty;
            Some(Plain::new(Op::GlobalGet(global), 0, one(ty)))
        }
        Operator::GlobalSet { global_index } => {
            let global = Global::new(global_index as usize);
            Some(Plain::new(Op::GlobalSet(global), 1, &[]))
        }
        _ => None,
    }
}

/// Operators on whole memories. Those on a memory other than 0 are opaque.
fn memory(operator: &Operator<'_>, module: &Module) -> Option<Plain> {
    let address = |memory: u32| module.memory_types.get(memory as usize).copied().map(one);
    Some(match *operator {
        Operator::MemorySize { mem: 0 } => Plain::new(Op::MemorySize, 0, address(0)?),
        Operator::MemorySize { mem } => Plain::opaque("memory_size", false, 0, address(mem)?),
        Operator::MemoryGrow { mem: 0 } => Plain::new(Op::MemoryGrow, 1, address(0)?),
        Operator::MemoryGrow { mem } => Plain::opaque("memory_grow", false, 1, address(mem)?),
        Operator::MemoryCopy {
            dst_mem: 0,
            src_mem: 0,
        } => Plain::new(Op::MemoryCopy, 3, &[]),
        Operator::MemoryCopy { dst_mem, .. } => Plain::opaque("memory_copy", dst_mem == 0, 3, &[]),
        Operator::MemoryFill { mem: 0 } => Plain::new(Op::MemoryFill, 3, &[]),
        Operator::MemoryFill { .. } => Plain::opaque("memory_fill", false, 3, &[]),
        Operator::MemoryInit { data_index, mem: 0 } => {
            Plain::new(Op::MemoryInit(data_index), 3, &[])
        }
        Operator::MemoryInit { .. } => Plain::opaque("memory_init", false, 3, &[]),
        Operator::MemoryDiscard { mem } => Plain::opaque("memory_discard", mem == 0, 2, &[]),
        Operator::DataDrop { data_index } => Plain::new(Op::DataDrop(data_index), 0, &[]),
        _ => return None,
    })
}

fn table(operator: &Operator<'_>, module: &Module) -> Option<Plain> {
    let index = |table: Table| module.tables.get(table).map(|decl| one(decl.index_type));
    let entity = |table: u32| Table::new(table as usize);
    Some(match *operator {
        Operator::TableGet { table } => Plain::new(Op::TableGet(entity(table)), 1, &[Type::Ref]),
        Operator::TableSet { table } => Plain::new(Op::TableSet(entity(table)), 2, &[]),
        Operator::TableSize { table } => {
            let table = entity(table);
            Plain::new(Op::TableSize(table), 0, index(table)?)
        }
        Operator::TableGrow { table } => {
            Plain::opaque("table_grow", false, 2, index(entity(table))?)
        }
        Operator::TableFill { .. } => Plain::opaque("table_fill", false, 3, &[]),
        Operator::TableCopy { .. } => Plain::opaque("table_copy", false, 3, &[]),
        Operator::TableInit { .. } => Plain::opaque("table_init", false, 3, &[]),
        Operator::ElemDrop { .. } => Plain::opaque("elem_drop", false, 0, &[]),
        _ => return None,
    })
}

fn reference(operator: &Operator<'_>) -> Option<Plain> {
    Some(match *operator {
        Operator::RefNull { .. } => Plain::new(Op::RefNull, 0, &[Type::Ref]),
        Operator::RefIsNull => Plain::new(Op::RefIsNull, 1, &[Type::I32]),
        Operator::RefAsNonNull => Plain::opaque("ref_as_non_null", false, 1, &[Type::Ref]),
        Operator::RefFunc { function_index } => {
            let func = Func::new(function_index as usize);
            Plain::new(Op::RefFunc(func), 0, &[Type::Ref])
        }
        _ => return None,
    })
}
