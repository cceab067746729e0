//! The intermediate representation: SSA with block parameters over the operators of WebAssembly, one to one.
//!
//! A [`Function`] is a control-flow graph of basic blocks. A block has parameters (instead of φ-functions), a list of
//! instructions, and one [`Terminator`]. A value is defined once, by a block parameter or by an instruction. The
//! parameters of the entry block are those of the function. What well formed means is written in [`verify`].
//!
//! The shape follows Cranelift's IR and waffle; unlike the latter every instruction keeps its byte range in the file.

use smallvec::SmallVec;

use crate::entity::{PrimaryMap, entity};
use crate::module::Table;

mod display;
pub mod eval;
mod op;
pub mod verify;

pub use contract_lint_hosts::{FuncType, Type};
pub(crate) use op::for_each_numeric_op;
pub use op::{MemArg, NumericOp, Op};

entity! {
    /// A function of the module, imported ones first, as in the file.
    Func, "func"
}
entity! {
    /// A function type of the module.
    Sig, "sig"
}
entity! {
    /// A basic block of one function.
    Block, "block"
}
entity! {
    /// An SSA value of one function.
    Value, "v"
}
entity! {
    /// An instruction of one function.
    Inst, "inst"
}

/// A lifted function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Which function of the module this is.
    pub func: Func,
    /// Its type.
    pub ty: FuncType,
    /// The block that control enters; its parameters are the function's.
    pub entry: Block,
    /// All blocks. Blocks that control cannot reach are absent.
    pub blocks: PrimaryMap<Block, BlockData>,
    /// All values.
    pub values: PrimaryMap<Value, ValueData>,
    /// All instructions.
    pub insts: PrimaryMap<Inst, InstData>,
}

/// A basic block.
#[derive(Clone, Debug)]
pub struct BlockData {
    /// Values bound on entry; each edge to this block passes as many arguments.
    pub params: SmallVec<[Value; 2]>,
    /// Instructions in order.
    pub insts: Vec<Inst>,
    /// How control leaves.
    pub terminator: Terminator,
    /// Byte offset of the instruction that made the terminator.
    pub terminator_offset: u32,
}

/// A value's type and definition.
#[derive(Clone, Copy, Debug)]
pub struct ValueData {
    /// Its type.
    pub ty: Type,
    /// Where it is defined.
    pub def: ValueDef,
}

/// Where a value is defined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueDef {
    /// The n-th parameter of a block.
    Param(Block, u32),
    /// The n-th result of an instruction.
    Result(Inst, u32),
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct InstData {
    /// What it does.
    pub op: Op,
    /// Its operands.
    pub args: SmallVec<[Value; 3]>,
    /// The values it defines.
    pub results: SmallVec<[Value; 1]>,
    /// Where it begins in the file.
    pub offset: u32,
    /// Its length in bytes.
    pub len: u32,
}

/// An edge to a block with the arguments for its parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Where it goes.
    pub block: Block,
    /// One value for each parameter of the target.
    pub args: SmallVec<[Value; 2]>,
}

/// How control leaves a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Terminator {
    /// Goes on at one block.
    Jump(Edge),
    /// Goes to `then` if the i32 `cond` is not zero, else to `otherwise`.
    Branch {
        /// The condition.
        cond: Value,
        /// Taken on non-zero.
        then: Edge,
        /// Taken on zero.
        otherwise: Edge,
    },
    /// Goes to `targets[index]`, or to `default` if the index is out of range.
    Switch {
        /// The i32 index.
        index: Value,
        /// One edge for each index from 0.
        targets: Vec<Edge>,
        /// For every other index.
        default: Edge,
    },
    /// Returns from the function.
    Return(SmallVec<[Value; 1]>),
    /// Returns what another function returns (tail call). The call is the last instruction of the block, and its
    /// results are these.
    ReturnCall(SmallVec<[Value; 1]>),
    /// Traps.
    Unreachable,
}

impl Terminator {
    /// The edges, in order: `then` before `otherwise`, targets before the default.
    pub fn edges(&self) -> SmallVec<[&Edge; 2]> {
        match self {
            Terminator::Jump(edge) => SmallVec::from_slice(&[edge]),
            Terminator::Branch {
                then, otherwise, ..
            } => SmallVec::from_slice(&[then, otherwise]),
            Terminator::Switch {
                targets, default, ..
            } => targets.iter().chain([default]).collect(),
            Terminator::Return(_) | Terminator::ReturnCall(_) | Terminator::Unreachable => {
                SmallVec::new()
            }
        }
    }

    /// The edges, in the order of [`edges`](Self::edges), to change.
    pub fn edges_mut(&mut self) -> SmallVec<[&mut Edge; 2]> {
        let mut edges = SmallVec::new();
        match self {
            Terminator::Jump(edge) => edges.push(edge),
            Terminator::Branch {
                then, otherwise, ..
            } => edges.extend([then, otherwise]),
            Terminator::Switch {
                targets, default, ..
            } => edges.extend(targets.iter_mut().chain([default])),
            Terminator::Return(_) | Terminator::ReturnCall(_) | Terminator::Unreachable => {}
        }
        edges
    }

    /// The values used, edge arguments included.
    pub fn uses(&self) -> SmallVec<[Value; 4]> {
        let mut uses = SmallVec::new();
        match self {
            Terminator::Branch { cond, .. } => uses.push(*cond),
            Terminator::Switch { index, .. } => uses.push(*index),
            Terminator::Return(values) | Terminator::ReturnCall(values) => {
                uses.extend_from_slice(values);
            }
            Terminator::Jump(_) | Terminator::Unreachable => {}
        }
        for edge in self.edges() {
            uses.extend_from_slice(&edge.args);
        }
        uses
    }
}

/// A callee as an instruction names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    /// A function of the module.
    Direct(Func),
    /// The entry of a table at a run-time index (the last operand), which must have this type.
    Indirect(Table, Sig),
}
