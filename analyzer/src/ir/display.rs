//! The IR as text: a line for each instruction, beginning with its offset in the file.

use std::fmt::{self, Display, Formatter};

use super::{Block, Callee, Edge, Function, InstData, MemArg, Op, Terminator, Type, Value};

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}{} {{", self.func, self.ty)?;
        for block in self.blocks.keys() {
            write!(f, "{}", self.block_text(block))?;
        }
        writeln!(f, "}}")
    }
}

impl Function {
    /// The text of one block.
    pub fn block_text(&self, block: Block) -> impl Display {
        BlockText {
            function: self,
            block,
        }
    }
}

struct BlockText<'a> {
    function: &'a Function,
    block: Block,
}

impl Display for BlockText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let data = &self.function.blocks[self.block];
        write!(f, "{}", self.block)?;
        if !data.params.is_empty() {
            let typed = data
                .params
                .iter()
                .map(|&param| Typed(param, self.function.values[param].ty));
            write!(f, "({})", List(typed))?;
        }
        writeln!(f, ":")?;
        for &inst in &data.insts {
            let data = &self.function.insts[inst];
            writeln!(f, "@{:06x}  {data}", data.offset)?;
        }
        writeln!(f, "@{:06x}  {}", data.terminator_offset, data.terminator)
    }
}

impl Display for InstData {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.results.is_empty() {
            write!(f, "{} = ", List(self.results.iter()))?;
        }
        write!(f, "{}{}", self.op, Spaced(&self.args))
    }
}

/// The operator with its immediates.
impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        match self {
            Op::Const(ty, bits) => write!(f, " {}", Literal(*ty, *bits)),
            Op::Load { mem, .. } | Op::Store { mem, .. } => write!(f, "{mem}"),
            Op::MemoryInit(segment) | Op::DataDrop(segment) => write!(f, " data{segment}"),
            Op::GlobalGet(global) | Op::GlobalSet(global) => write!(f, " {global}"),
            Op::Call(Callee::Direct(func)) | Op::RefFunc(func) => write!(f, " {func}"),
            Op::Call(Callee::Indirect(table, sig)) => write!(f, " {table} {sig}"),
            Op::TableGet(table) | Op::TableSet(table) | Op::TableSize(table) => {
                write!(f, " {table}")
            }
            Op::Numeric(_)
            | Op::Select
            | Op::MemoryCopy
            | Op::MemoryFill
            | Op::MemorySize
            | Op::MemoryGrow
            | Op::RefNull
            | Op::RefIsNull
            | Op::Opaque { .. } => Ok(()),
        }
    }
}

impl Display for MemArg {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.memory != 0 {
            write!(f, " memory{}", self.memory)?;
        }
        if self.offset != 0 {
            write!(f, " offset={}", self.offset)?;
        }
        Ok(())
    }
}

impl Display for Terminator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Terminator::Jump(edge) => write!(f, "jump {edge}"),
            Terminator::Branch {
                cond,
                then,
                otherwise,
            } => write!(f, "branch {cond} {then}, {otherwise}"),
            Terminator::Switch {
                index,
                targets,
                default,
            } => write!(f, "switch {index} [{}], {default}", List(targets.iter())),
            Terminator::Return(values) => write!(f, "return{}", Spaced(values)),
            Terminator::ReturnCall(values) => write!(f, "return_call{}", Spaced(values)),
            Terminator::Unreachable => f.write_str("unreachable"),
        }
    }
}

impl Display for Edge {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.block)?;
        if !self.args.is_empty() {
            write!(f, "({})", List(self.args.iter()))?;
        }
        Ok(())
    }
}

/// A value and its type.
struct Typed(Value, Type);

impl Display for Typed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0, self.1)
    }
}

/// Bits as a number of their type.
struct Literal(Type, u64);

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Literal(ty, bits) = *self;
        match ty {
            Type::I32 => write!(f, "{}", (bits as u32).cast_signed()),
            Type::I64 => write!(f, "{}", bits.cast_signed()),
            Type::F32 if f32::from_bits(bits as u32).is_nan() => write!(f, "nan:{bits:#x}"),
            Type::F64 if f64::from_bits(bits).is_nan() => write!(f, "nan:{bits:#x}"),
            Type::F32 => write!(f, "{:?}", f32::from_bits(bits as u32)),
            Type::F64 => write!(f, "{:?}", f64::from_bits(bits)),
            Type::V128 | Type::Ref => write!(f, "{bits:#x}"),
        }
    }
}

/// Values after a space, if there are any.
struct Spaced<'a>(&'a [Value]);

impl Display for Spaced<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, " {}", List(self.0.iter()))
    }
}

/// Items separated by commas.
struct List<I>(I);

impl<I: Iterator<Item: Display> + Clone> Display for List<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, item) in self.0.clone().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{item}")?;
        }
        Ok(())
    }
}
