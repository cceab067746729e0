//! The last step: drop needless block parameters, number values and blocks in the order of the code, fill in edges.

use smallvec::SmallVec;

use super::ssa::{Builder, Pred, entry};
use crate::entity::{Entity, PrimaryMap};
use crate::ir::{
    Block, BlockData, Edge, Func, FuncType, Function, Inst, InstData, Op, Terminator, Type, Value,
    ValueData, ValueDef,
};

/// Parameters of nested loops can become needless one after the other. Each round finds all of them but in contrived
/// code, and one that stays is only superfluous.
const MAX_ROUNDS: usize = 8;

pub(super) fn finish(
    mut builder: Builder,
    func: Func,
    ty: &FuncType,
    body_offset: u32,
) -> Function {
    drop_trivial(&mut builder);
    mark_used(&mut builder);
    drop_unused(&mut builder);
    let zeros = add_zeros(&mut builder, body_offset);
    let mut insts = std::mem::take(&mut builder.insts);
    let mut numbering = Numbering::new(builder);
    // What defines a value comes before its uses in the order of the code, but for the arguments of edges.
    for i in 0..numbering.builder.layout.len() {
        numbering.block(i, &zeros, &mut insts);
    }
    let blocks = numbering.blocks(&zeros);
    Function {
        func,
        ty: ty.clone(),
        entry: entry(),
        blocks,
        values: numbering.values,
        insts,
    }
}

/// Replaces parameters that are always the same value. Later blocks come first: what an inner loop does not change,
/// the outer one often does not either.
fn drop_trivial(builder: &mut Builder) {
    for _ in 0..MAX_ROUNDS {
        let mut changed = false;
        for i in (0..builder.layout.len()).rev() {
            let block = builder.layout[i];
            for param in 0..builder.blocks[block].params.len() {
                let value = builder.blocks[block].params[param].value;
                if !builder.is_replaced(value) {
                    changed |= builder.simplify(block, param);
                }
            }
        }
        if !changed {
            break;
        }
    }
}

/// What is used by an instruction or a terminator is marked already. This marks what stands for that, and what
/// parameters in use are given.
fn mark_used(builder: &mut Builder) {
    let mut params = Vec::new();
    for i in 0..builder.layout.len() {
        let block = builder.layout[i];
        for param in 0..builder.blocks[block].params.len() {
            let value = builder.blocks[block].params[param].value;
            if !builder.used[value.index()] {
                continue;
            }
            let stands_for = builder.resolve(value);
            if stands_for == value {
                params.push((block, param));
            } else {
                mark(builder, &mut params, stands_for);
            }
        }
    }
    while let Some((block, param)) = params.pop() {
        for pred in 0..builder.blocks[block].preds.len() {
            if let Some(argument) = builder.argument(block, param, pred) {
                mark(builder, &mut params, argument);
            }
        }
    }
}

fn mark(builder: &mut Builder, params: &mut Vec<(Block, usize)>, value: Value) {
    if !std::mem::replace(&mut builder.used[value.index()], true)
        && let ValueDef::Param(block, param) = builder.values[value].def
    {
        params.push((block, param as usize));
    }
}

/// Forgets all parameters but those of the function and those that are used.
fn drop_unused(builder: &mut Builder) {
    for &block in &builder.layout {
        if block != entry() {
            let mut params = std::mem::take(&mut builder.blocks[block].params);
            params.retain(|param| {
                builder.used[param.value.index()] && !builder.is_replaced(param.value)
            });
            builder.blocks[block].params = params;
        }
    }
}

/// Makes the instructions for the zeros that are used; they stand at the start of the function.
fn add_zeros(builder: &mut Builder, offset: u32) -> Vec<Inst> {
    let mut zeros = Vec::new();
    for value in std::mem::take(&mut builder.zeros) {
        if builder.used[value.index()] {
            zeros.push(builder.insts.push(InstData {
                op: zero(builder.values[value].ty),
                args: SmallVec::new(),
                results: SmallVec::from_elem(value, 1),
                offset,
                len: 0,
            }));
        }
    }
    zeros
}

fn zero(ty: Type) -> Op {
    match ty {
        Type::I32 | Type::I64 | Type::F32 | Type::F64 => Op::Const(ty, 0),
        Type::V128 => Op::Opaque {
            name: "v128_const",
            writes_memory: false,
        },
        Type::Ref => Op::RefNull,
    }
}

/// The values and blocks that stay, in the order of the code.
struct Numbering {
    builder: Builder,
    values: PrimaryMap<Value, ValueData>,
    new_value: Vec<Option<Value>>,
    new_block: Vec<Block>,
}

impl Numbering {
    fn new(builder: Builder) -> Self {
        let mut new_block = vec![entry(); builder.blocks.len()];
        for (i, block) in builder.layout.iter().enumerate() {
            new_block[block.index()] = Block::new(i);
        }
        Numbering {
            values: PrimaryMap::with_capacity(builder.values.len()),
            new_value: vec![None; builder.values.len()],
            new_block,
            builder,
        }
    }

    /// Numbers what the i-th block defines, and names what its instructions use by the new numbers.
    fn block(&mut self, i: usize, zeros: &[Inst], insts: &mut PrimaryMap<Inst, InstData>) {
        let block = self.builder.layout[i];
        for param in 0..self.builder.blocks[block].params.len() {
            let value = self.builder.blocks[block].params[param].value;
            let n = u32::try_from(param).unwrap_or(u32::MAX);
            self.define(value, ValueDef::Param(Block::new(i), n));
        }
        if i == 0 {
            for &zero in zeros {
                self.inst(zero, &mut insts[zero]);
            }
        }
        let (start, end) = self.builder.blocks[block].insts;
        for inst in (start.index()..end.index()).map(Inst::new) {
            self.inst(inst, &mut insts[inst]);
        }
    }

    fn inst(&mut self, inst: Inst, data: &mut InstData) {
        for arg in &mut data.args {
            *arg = self.value(*arg);
        }
        for (n, result) in (0..).zip(&mut data.results) {
            *result = self.define(*result, ValueDef::Result(inst, n));
        }
    }

    fn define(&mut self, old: Value, def: ValueDef) -> Value {
        let ty = self.builder.values[old].ty;
        let new = self.values.push(ValueData { ty, def });
        self.new_value[old.index()] = Some(new);
        new
    }

    fn value(&mut self, old: Value) -> Value {
        let old = self.builder.resolve(old);
        self.new_value[old.index()].expect("what is used is defined before, and stays")
    }

    fn blocks(&mut self, zeros: &[Inst]) -> PrimaryMap<Block, BlockData> {
        let layout = std::mem::take(&mut self.builder.layout);
        for &block in &layout {
            self.fill_edges(block);
        }
        let mut blocks: PrimaryMap<Block, BlockData> =
            layout.iter().map(|&block| self.block_data(block)).collect();
        if !zeros.is_empty() {
            blocks[entry()].insts.splice(0..0, zeros.iter().copied());
        }
        blocks
    }

    /// Gives each edge to a block the arguments for its parameters.
    fn fill_edges(&mut self, block: Block) {
        let params = self.builder.blocks[block].params.len();
        if params == 0 {
            return;
        }
        for i in 0..self.builder.blocks[block].preds.len() {
            let args = (0..params)
                .filter_map(|param| self.builder.argument(block, param, i))
                .filter_map(|argument| self.new_value[argument.index()])
                .collect();
            let Pred { from, slot, .. } = self.builder.blocks[block].preds[i];
            if let Some(edge) = edge_mut(&mut self.builder.blocks[from].terminator, slot) {
                edge.args = args;
            }
        }
    }

    fn block_data(&mut self, old: Block) -> BlockData {
        let state = &mut self.builder.blocks[old];
        let terminator_offset = state.terminator_offset;
        let mut terminator = std::mem::replace(&mut state.terminator, Terminator::Unreachable);
        let (start, end) = state.insts;
        let params = state
            .params
            .iter()
            .filter_map(|param| self.new_value[param.value.index()])
            .collect();
        match &mut terminator {
            Terminator::Branch { cond: value, .. } | Terminator::Switch { index: value, .. } => {
                *value = self.value(*value);
            }
            Terminator::Return(values) | Terminator::ReturnCall(values) => {
                for value in values {
                    *value = self.value(*value);
                }
            }
            Terminator::Jump(_) | Terminator::Unreachable => {}
        }
        for slot in 0.. {
            let Some(edge) = edge_mut(&mut terminator, slot) else {
                break;
            };
            edge.block = self.new_block[edge.block.index()];
        }
        BlockData {
            params,
            insts: (start.index()..end.index()).map(Inst::new).collect(),
            terminator,
            terminator_offset,
        }
    }
}

/// The edge at a place in the order of [`Terminator::edges`].
fn edge_mut(terminator: &mut Terminator, slot: u32) -> Option<&mut Edge> {
    match terminator {
        Terminator::Jump(edge) => (slot == 0).then_some(edge),
        Terminator::Branch {
            then, otherwise, ..
        } => match slot {
            0 => Some(then),
            1 => Some(otherwise),
            _ => None,
        },
        Terminator::Switch {
            targets, default, ..
        } => {
            let slot = slot as usize;
            if slot == targets.len() {
                Some(default)
            } else {
                targets.get_mut(slot)
            }
        }
        Terminator::Return(_) | Terminator::ReturnCall(_) | Terminator::Unreachable => None,
    }
}
