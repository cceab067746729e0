//! SSA construction while the code is read, after Braun et al., *Simple and Efficient Construction of Static Single
//! Assignment Form* (2013): the value of a local is looked up backwards through the predecessors, and a block that has
//! several gets a parameter for it. A loop header gets its parameters before its back edges are known; their arguments
//! are filled in when the loop is closed.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::LiftError;
use crate::entity::{Entity, PrimaryMap};
use crate::ir::{Block, Edge, Inst, InstData, Op, Terminator, Type, Value, ValueData, ValueDef};

/// Work allowed for a function: this much for each byte of its body, and `BASE_BUDGET` for any.
const BUDGET_PER_BYTE: u64 = 64;
const BASE_BUDGET: u64 = 1 << 16;

/// A function under construction.
pub(super) struct Builder {
    pub(super) values: PrimaryMap<Value, ValueData>,
    pub(super) insts: PrimaryMap<Inst, InstData>,
    pub(super) blocks: PrimaryMap<Block, BlockState>,
    /// Blocks in the order in which control was seen to enter them.
    pub(super) layout: Vec<Block>,
    /// What stands for each value: itself, or the value that a needless parameter always has.
    alias: Vec<Value>,
    /// Arguments of parameters, in runs.
    pub(super) pool: Vec<Value>,
    /// The zero of each type, for locals read before they are set.
    pub(super) zeros: Vec<Value>,
    /// The value of a local at the end of a block (of the current block: so far).
    defs: FxHashMap<(Block, u32), Value>,
    /// Parameters whose arguments have to be looked up.
    unfilled: Vec<(Block, usize)>,
    locals: Locals,
    budget: u64,
    body_offset: u32,
}

/// A block under construction.
pub(super) struct BlockState {
    pub(super) insts: Vec<Inst>,
    pub(super) terminator: Terminator,
    pub(super) terminator_offset: u32,
    pub(super) preds: SmallVec<[Pred; 2]>,
    pub(super) params: Vec<Param>,
    /// How many operands each edge passes; the first parameters are for them.
    pub(super) operands: usize,
    /// Whether predecessors may be added: the header of a loop that is not closed.
    open: bool,
}

/// One edge to a block.
pub(super) struct Pred {
    pub(super) from: Block,
    /// Which of the edges of `from`, in the order of [`Terminator::edges`].
    pub(super) slot: usize,
    /// Where in the pool the operands begin that the edge passes.
    operands: usize,
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
    Operand(usize),
    /// A local whose arguments are still to be looked up.
    Unfilled(u32),
    /// A local; one argument for each predecessor from here in the pool.
    Local(usize),
}

impl Builder {
    pub(super) fn new(params: &[Type], locals: Locals, body_offset: u32, body_len: usize) -> Self {
        let mut builder = Builder {
            values: PrimaryMap::new(),
            insts: PrimaryMap::new(),
            blocks: PrimaryMap::new(),
            layout: Vec::new(),
            alias: Vec::new(),
            pool: Vec::new(),
            zeros: Vec::new(),
            defs: FxHashMap::default(),
            unfilled: Vec::new(),
            locals,
            budget: BASE_BUDGET + BUDGET_PER_BYTE * body_len as u64,
            body_offset,
        };
        let entry = builder.add_block(false);
        builder.layout.push(entry);
        for (&ty, local) in params.iter().zip(0..) {
            let value = builder.add_param(entry, ty, Source::Argument);
            builder.defs.insert((entry, local), value);
        }
        builder
    }

    /// The block that control enters.
    pub(super) fn entry(&self) -> Block {
        Block::new(0)
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
        value
    }

    fn add_block(&mut self, open: bool) -> Block {
        self.blocks.push(BlockState {
            insts: Vec::new(),
            terminator: Terminator::Unreachable,
            terminator_offset: 0,
            preds: SmallVec::new(),
            params: Vec::new(),
            operands: 0,
            open,
        })
    }

    /// A new block to which each edge passes operands of these types. A loop header is `open` until
    /// [`close`](Self::close).
    pub(super) fn block_with_operands(
        &mut self,
        types: &[Type],
        open: bool,
    ) -> Result<Block, LiftError> {
        self.spend(types.len())?;
        let block = self.add_block(open);
        self.blocks[block].operands = types.len();
        for (i, &ty) in types.iter().enumerate() {
            self.add_param(block, ty, Source::Operand(i));
        }
        Ok(block)
    }

    fn add_param(&mut self, block: Block, ty: Type, source: Source) -> Value {
        let index = u32::try_from(self.blocks[block].params.len()).unwrap_or(u32::MAX);
        let value = self.add_value(ty, ValueDef::Param(block, index));
        self.blocks[block].params.push(Param { value, source });
        value
    }

    /// Keeps operands that one or more edges pass; the result names them to [`add_edge`](Self::add_edge).
    pub(super) fn save_operands(&mut self, operands: &[Value]) -> usize {
        let start = self.pool.len();
        self.pool.extend_from_slice(operands);
        start
    }

    /// Notes that an edge of the terminator of `from` goes to `to`.
    pub(super) fn add_edge(
        &mut self,
        from: Block,
        slot: usize,
        to: Block,
        operands: usize,
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

    pub(super) fn set_local(&mut self, block: Block, local: u32, value: Value) {
        self.defs.insert((block, local), value);
    }

    /// The value of a local at the end of a block.
    pub(super) fn local(&mut self, block: Block, local: u32) -> Result<Value, LiftError> {
        let value = self.look_up(block, local)?;
        self.fill()?;
        Ok(self.resolve(value))
    }

    /// Ends a loop: its header gets no more predecessors.
    pub(super) fn close(&mut self, header: Block) -> Result<(), LiftError> {
        let state = &mut self.blocks[header];
        state.open = false;
        for (i, param) in state.params.iter().enumerate() {
            if matches!(param.source, Source::Unfilled(_)) {
                self.unfilled.push((header, i));
            }
        }
        self.fill()
    }

    /// Walks back to a definition of the local, through blocks with one predecessor. A block with more gets a
    /// parameter, and the walk ends there: its arguments are looked up later, so that cycles and long chains of joins
    /// need no recursion.
    fn look_up(&mut self, from: Block, local: u32) -> Result<Value, LiftError> {
        let mut block = from;
        let value = loop {
            if let Some(&value) = self.defs.get(&(block, local)) {
                break self.resolve(value);
            }
            self.spend(1)?;
            let state = &self.blocks[block];
            match state.preds.as_slice() {
                [pred] if !state.open => block = pred.from,
                [] if !state.open => break self.zero(local)?,
                _ => {
                    let ty = self.local_type(local)?;
                    let param = self.add_param(block, ty, Source::Unfilled(local));
                    let state = &self.blocks[block];
                    if !state.open {
                        self.unfilled.push((block, state.params.len() - 1));
                    }
                    break param;
                }
            }
        };
        // Every block on the way remembers, so that no part of the way is walked twice.
        let end = block;
        let mut block = from;
        loop {
            self.defs.insert((block, local), value);
            if block == end {
                return Ok(value);
            }
            match self.blocks[block].preds.first() {
                Some(pred) => block = pred.from,
                None => return Ok(value),
            }
        }
    }

    fn fill(&mut self) -> Result<(), LiftError> {
        while let Some((block, index)) = self.unfilled.pop() {
            let Source::Unfilled(local) = self.blocks[block].params[index].source else {
                continue;
            };
            let count = self.blocks[block].preds.len();
            self.spend(count)?;
            let mut args: SmallVec<[Value; 8]> = SmallVec::with_capacity(count);
            for i in 0..count {
                let from = self.blocks[block].preds[i].from;
                args.push(self.look_up(from, local)?);
            }
            let start = self.save_operands(&args);
            self.blocks[block].params[index].source = Source::Local(start);
            self.simplify(block, index);
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
            Source::Operand(i) => state.preds[pred].operands + i,
            Source::Local(start) => start + pred,
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

    /// Adds an instruction to a block and gives its results.
    pub(super) fn add_inst(
        &mut self,
        block: Block,
        op: Op,
        args: SmallVec<[Value; 3]>,
        results: &[Type],
        offset: u32,
        len: u32,
    ) -> Inst {
        let inst = self.insts.next_key();
        let results = (0..)
            .zip(results)
            .map(|(i, &ty)| self.add_value(ty, ValueDef::Result(inst, i)))
            .collect();
        self.insts.push(InstData {
            op,
            args,
            results,
            offset,
            len,
        });
        self.blocks[block].insts.push(inst);
        inst
    }
}

/// The types of the locals, run by run: a declaration of a few bytes may declare 50 000.
#[derive(Default)]
pub(super) struct Locals {
    /// The end of each run and its type.
    runs: Vec<(u32, Type)>,
}

impl Locals {
    pub(super) fn push(&mut self, count: u32, ty: Type) {
        let end = self.runs.last().map_or(0, |&(end, _)| end);
        self.runs.push((end.saturating_add(count), ty));
    }

    fn ty(&self, local: u32) -> Option<Type> {
        let run = self.runs.partition_point(|&(end, _)| end <= local);
        self.runs.get(run).map(|&(_, ty)| ty)
    }
}
