//! SSA construction while the code is read, after Braun et al., *Simple and Efficient Construction of Static Single
//! Assignment Form* (2013): the value of a local is looked up backwards through the predecessors, and a block that has
//! several gets a parameter for it. A loop header gets its parameters before its back edges are known; their arguments
//! are filled in when the loop is closed.
//!
//! Structure helps: what a construct does not assign has after it the value that it had before, so that the lookup
//! need not go through the construct.

use smallvec::SmallVec;

use super::LiftError;
use super::locals::Locals;
use crate::entity::{Entity, PrimaryMap};
use crate::ir::{Block, Edge, Inst, InstData, Op, Terminator, Type, Value, ValueData, ValueDef};

/// Work allowed for a function: this much for each byte of its body, and `BASE_BUDGET` for any.
const BUDGET_PER_BYTE: u64 = 64;
const BASE_BUDGET: u64 = 1 << 16;

/// How many bytes of code there are for each instruction of the IR, roughly.
const BYTES_PER_INST: usize = 4;

/// A function under construction.
pub(super) struct Builder {
    pub(super) values: PrimaryMap<Value, ValueData>,
    pub(super) insts: PrimaryMap<Inst, InstData>,
    pub(super) blocks: PrimaryMap<Block, BlockState>,
    /// Blocks in the order in which control was seen to enter them.
    pub(super) layout: Vec<Block>,
    /// The zero of each type, for locals read before they are set.
    pub(super) zeros: Vec<Value>,
    /// Whether an instruction or terminator uses each value.
    pub(super) used: Vec<bool>,
    pub(super) locals: Locals,
    /// What stands for each value: itself, or the value that a needless parameter always has.
    alias: Vec<Value>,
    /// Arguments of parameters, in runs.
    pub(super) pool: Vec<Value>,
    /// Parameters whose arguments have to be looked up.
    unfilled: Vec<(Block, u32)>,
    budget: u64,
    body_offset: u32,
}

/// A block under construction.
pub(super) struct BlockState {
    /// The first instruction, and the one after the last: code is read block by block.
    pub(super) insts: (Inst, Inst),
    pub(super) terminator: Terminator,
    pub(super) terminator_offset: u32,
    pub(super) preds: SmallVec<[Pred; 2]>,
    pub(super) params: Vec<Param>,
    /// How many operands each edge passes; the first parameters are for them.
    pub(super) operands: usize,
    /// Whether predecessors may be added: the header of a loop that is not closed.
    open: bool,
    /// The construct that the block begins or follows.
    construct: Construct,
}

/// Where a construct begins.
#[derive(Clone, Copy)]
pub(super) struct Construct {
    /// The block that enters it.
    pub(super) from: Block,
    /// The offset of its first operator.
    pub(super) offset: u32,
}

/// One edge to a block.
#[derive(Clone, Copy)]
pub(super) struct Pred {
    pub(super) from: Block,
    /// Which of the edges of `from`, in the order of [`Terminator::edges`].
    pub(super) slot: u32,
    /// Where in the pool the operands begin that the edge passes.
    operands: u32,
}

/// A parameter that may turn out to be needless.
pub(super) struct Param {
    pub(super) value: Value,
    source: Source,
}

#[derive(Clone, Copy)]
enum Source {
    /// The parameter of the function with this index.
    Argument,
    /// The n-th operand that edges pass.
    Operand(u32),
    /// A local whose arguments are still to be looked up.
    Unfilled(u32),
    /// A local; one argument for each predecessor from here in the pool.
    Local(u32),
}

impl Builder {
    pub(super) fn new(params: &[Type], locals: Locals, body_offset: u32, body_len: usize) -> Self {
        let mut builder = Builder {
            values: PrimaryMap::with_capacity(body_len / BYTES_PER_INST),
            insts: PrimaryMap::with_capacity(body_len / BYTES_PER_INST),
            blocks: PrimaryMap::new(),
            layout: Vec::new(),
            alias: Vec::with_capacity(body_len / BYTES_PER_INST),
            used: Vec::with_capacity(body_len / BYTES_PER_INST),
            pool: Vec::new(),
            zeros: Vec::new(),
            unfilled: Vec::new(),
            locals,
            budget: BASE_BUDGET + BUDGET_PER_BYTE * body_len as u64,
            body_offset,
        };
        let entry = entry();
        let construct = builder.function();
        builder.add_block(construct, false);
        builder.layout.push(entry);
        for (&ty, local) in params.iter().zip(0..) {
            let value = builder.add_param(entry, ty, Source::Argument);
            builder.locals.define(entry, local, value);
        }
        builder
    }

    /// The construct that is the whole body.
    pub(super) fn function(&self) -> Construct {
        Construct {
            from: entry(),
            offset: self.body_offset,
        }
    }

    /// Charges for work or memory.
    pub(super) fn spend(&mut self, amount: usize) -> Result<(), LiftError> {
        match self.budget.checked_sub(amount as u64) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(self.limit("values for its size")),
        }
    }

    pub(super) fn limit(&self, what: &'static str) -> LiftError {
        LiftError::Limit {
            offset: self.body_offset,
            what,
        }
    }

    pub(super) fn add_value(&mut self, ty: Type, def: ValueDef) -> Value {
        let value = self.values.push(ValueData { ty, def });
        self.alias.push(value);
        self.used.push(false);
        value
    }

    fn add_block(&mut self, construct: Construct, open: bool) -> Block {
        let next = self.insts.next_key();
        self.blocks.push(BlockState {
            insts: (next, next),
            terminator: Terminator::Unreachable,
            terminator_offset: 0,
            preds: SmallVec::new(),
            params: Vec::new(),
            operands: 0,
            open,
            construct,
        })
    }

    /// A new block with one edge to it.
    pub(super) fn add_successor(&mut self, from: Block, slot: u32) -> Edge {
        // With one predecessor, there is nothing to skip.
        let construct = self.function();
        let block = self.add_block(construct, false);
        self.blocks[block].preds.push(Pred {
            from,
            slot,
            operands: 0,
        });
        Edge {
            block,
            args: SmallVec::new(),
        }
    }

    /// A new block that follows a construct, and to which each edge passes operands of these types.
    pub(super) fn add_join(
        &mut self,
        construct: Construct,
        types: &[Type],
    ) -> Result<Block, LiftError> {
        let block = self.add_block(construct, false);
        self.add_operands(block, types)?;
        Ok(block)
    }

    /// The header of a new loop, which is open until [`close`](Self::close).
    pub(super) fn add_header(
        &mut self,
        construct: Construct,
        types: &[Type],
    ) -> Result<Block, LiftError> {
        let block = self.add_block(construct, true);
        self.add_operands(block, types)?;
        Ok(block)
    }

    fn add_operands(&mut self, block: Block, types: &[Type]) -> Result<(), LiftError> {
        self.spend(types.len())?;
        self.blocks[block].operands = types.len();
        for (i, &ty) in (0..).zip(types) {
            self.add_param(block, ty, Source::Operand(i));
        }
        Ok(())
    }

    /// Makes a block the one that instructions are added to.
    pub(super) fn enter(&mut self, block: Block) {
        let next = self.insts.next_key();
        self.blocks[block].insts = (next, next);
        self.layout.push(block);
        self.locals.enter(block);
    }

    /// Ends a block.
    pub(super) fn terminate(&mut self, block: Block, terminator: Terminator, offset: u32) {
        match &terminator {
            Terminator::Branch { cond: value, .. } | Terminator::Switch { index: value, .. } => {
                self.used[value.index()] = true;
            }
            Terminator::Return(values) | Terminator::ReturnCall(values) => {
                for value in values {
                    self.used[value.index()] = true;
                }
            }
            Terminator::Jump(_) | Terminator::Unreachable => {}
        }
        let end = self.insts.next_key();
        let state = &mut self.blocks[block];
        state.insts.1 = end;
        state.terminator = terminator;
        state.terminator_offset = offset;
    }

    fn add_param(&mut self, block: Block, ty: Type, source: Source) -> Value {
        let n = index(self.blocks[block].params.len());
        let value = self.add_value(ty, ValueDef::Param(block, n));
        self.blocks[block].params.push(Param { value, source });
        value
    }

    /// Keeps operands that one or more edges pass; the result names them to [`add_edge`](Self::add_edge).
    pub(super) fn save_operands(&mut self, operands: &[Value]) -> u32 {
        let start = index(self.pool.len());
        self.pool.extend_from_slice(operands);
        start
    }

    /// Notes that an edge of the terminator of `from` goes to `to`.
    pub(super) fn add_edge(
        &mut self,
        from: Block,
        slot: u32,
        to: Block,
        operands: u32,
    ) -> Result<Edge, LiftError> {
        self.spend(self.blocks[to].operands)?;
        self.blocks[to].preds.push(Pred {
            from,
            slot,
            operands,
        });
        Ok(Edge {
            block: to,
            args: SmallVec::new(),
        })
    }

    /// The value of a local at the end of a block.
    pub(super) fn local(&mut self, block: Block, local: u32) -> Result<Value, LiftError> {
        if let Some(value) = self.locals.get(block, local) {
            return Ok(self.resolve(value));
        }
        let value = self.look_up(block, local)?;
        self.fill()?;
        Ok(self.resolve(value))
    }

    /// Ends a loop: its header gets no more predecessors.
    pub(super) fn close(&mut self, header: Block) -> Result<(), LiftError> {
        let state = &mut self.blocks[header];
        state.open = false;
        for (i, param) in (0..).zip(&state.params) {
            if matches!(param.source, Source::Unfilled(_)) {
                self.unfilled.push((header, i));
            }
        }
        self.fill()
    }

    /// Walks back to a definition of the local, through blocks with one predecessor and around constructs that do not
    /// assign it. Another block with several predecessors gets a parameter, and the walk ends there: its arguments are
    /// looked up later, so that cycles and long chains of joins need no recursion.
    fn look_up(&mut self, from: Block, local: u32) -> Result<Value, LiftError> {
        let mut block = from;
        let value = loop {
            if let Some(value) = self.locals.get(block, local) {
                break self.resolve(value);
            }
            self.spend(1)?;
            let state = &self.blocks[block];
            match state.preds.as_slice() {
                _ if state.open => break self.add_local_param(block, local)?,
                [] => break self.zero(local)?,
                [pred] => block = pred.from,
                _ if self.locals.unassigned_since(local, state.construct.offset) => {
                    block = state.construct.from;
                }
                _ => {
                    let param = self.add_local_param(block, local)?;
                    let last = self.blocks[block].params.len() - 1;
                    self.unfilled.push((block, index(last)));
                    break param;
                }
            }
        };
        self.locals.define(block, local, value);
        if block != from {
            self.locals.define(from, local, value);
        }
        Ok(value)
    }

    fn add_local_param(&mut self, block: Block, local: u32) -> Result<Value, LiftError> {
        let ty = self.local_type(local)?;
        Ok(self.add_param(block, ty, Source::Unfilled(local)))
    }

    fn fill(&mut self) -> Result<(), LiftError> {
        while let Some((block, param)) = self.unfilled.pop() {
            let Source::Unfilled(local) = self.blocks[block].params[param as usize].source else {
                continue;
            };
            let count = self.blocks[block].preds.len();
            self.spend(count)?;
            let start = self.pool.len();
            for i in 0..count {
                let from = self.blocks[block].preds[i].from;
                let value = self.look_up(from, local)?;
                self.pool.push(value);
            }
            self.blocks[block].params[param as usize].source = Source::Local(index(start));
            self.simplify(block, param as usize);
        }
        Ok(())
    }

    fn local_type(&self, local: u32) -> Result<Type, LiftError> {
        self.locals.ty(local).ok_or_else(|| LiftError::Invalid {
            offset: self.body_offset,
            message: format!("unknown local {local}"),
        })
    }

    fn zero(&mut self, local: u32) -> Result<Value, LiftError> {
        let ty = self.local_type(local)?;
        if let Some(&zero) = self.zeros.iter().find(|&&zero| self.values[zero].ty == ty) {
            return Ok(zero);
        }
        // The instruction is made by `finish`, if the value is used.
        let zero = self.add_value(ty, ValueDef::Result(Inst::new(0), 0));
        self.zeros.push(zero);
        Ok(zero)
    }

    /// What stands for a value.
    pub(super) fn resolve(&mut self, value: Value) -> Value {
        let mut root = value;
        while self.alias[root.index()] != root {
            root = self.alias[root.index()];
        }
        let mut at = value;
        while at != root {
            at = std::mem::replace(&mut self.alias[at.index()], root);
        }
        root
    }

    /// The argument of a parameter on the i-th edge to its block; `None` for a parameter of the function.
    pub(super) fn argument(&mut self, block: Block, param: usize, pred: usize) -> Option<Value> {
        let state = &self.blocks[block];
        let at = match state.params[param].source {
            Source::Operand(i) => (state.preds[pred].operands + i) as usize,
            Source::Local(start) => start as usize + pred,
            Source::Argument | Source::Unfilled(_) => return None,
        };
        let value = self.pool[at];
        Some(self.resolve(value))
    }

    /// Replaces a parameter whose arguments are all the same value, or itself, by that value. Says whether it did.
    pub(super) fn simplify(&mut self, block: Block, param: usize) -> bool {
        let value = self.blocks[block].params[param].value;
        let mut same = None;
        for pred in 0..self.blocks[block].preds.len() {
            let Some(argument) = self.argument(block, param, pred) else {
                return false;
            };
            if argument == value || same == Some(argument) {
                continue;
            }
            if same.is_some() {
                return false;
            }
            same = Some(argument);
        }
        if let Some(same) = same {
            self.alias[value.index()] = same;
        }
        same.is_some()
    }

    /// Whether another value stands for this one.
    pub(super) fn is_replaced(&self, value: Value) -> bool {
        self.alias[value.index()] != value
    }

    /// Adds an instruction to the block entered last.
    pub(super) fn add_inst(
        &mut self,
        op: Op,
        args: SmallVec<[Value; 3]>,
        results: &[Type],
        offset: u32,
        len: u32,
    ) -> Inst {
        for arg in &args {
            self.used[arg.index()] = true;
        }
        let inst = self.insts.next_key();
        let mut values = SmallVec::new();
        for (i, &ty) in (0..).zip(results) {
            values.push(self.add_value(ty, ValueDef::Result(inst, i)));
        }
        self.insts.push(InstData {
            op,
            args,
            results: values,
            offset,
            len,
        })
    }
}

/// The block that control enters first.
pub(super) fn entry() -> Block {
    Block::new(0)
}

/// An index into one of the vectors, which the budget keeps far below this size.
fn index(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
