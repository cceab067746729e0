//! The last step: drop needless block parameters, number values and blocks in the order of the code, fill in edges.

use smallvec::SmallVec;

use super::ssa::{Builder, Pred};
use crate::entity::{Entity, PrimaryMap};
use crate::ir::{
    Block, BlockData, Edge, Func, FuncType, Function, InstData, Op, Terminator, Type, Value,
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
    let used = used_values(&mut builder);
    add_zeros(&mut builder, &used, body_offset);
    let numbering = Numbering::new(&builder, &used);
    numbering.fill_edges(&mut builder);
    let insts = std::mem::take(&mut builder.insts);
    let insts = insts
        .into_values()
        .map(|inst| numbering.inst(&mut builder, inst))
        .collect();
    let layout = std::mem::take(&mut builder.layout);
    let blocks = layout
        .iter()
        .map(|&block| numbering.block(&mut builder, block))
        .collect();
    Function {
        func,
        ty: ty.clone(),
        entry: Block::new(0),
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

/// Which values an instruction or a terminator uses, or a parameter that is itself used.
fn used_values(builder: &mut Builder) -> Vec<bool> {
    let mut marks = Marks {
        used: vec![false; builder.values.len()],
        params: Vec::new(),
    };
    for i in 0..builder.layout.len() {
        let block = builder.layout[i];
        for j in 0..builder.blocks[block].insts.len() {
            let inst = builder.blocks[block].insts[j];
            for k in 0..builder.insts[inst].args.len() {
                marks.mark(builder, builder.insts[inst].args[k]);
            }
        }
        for value in builder.blocks[block].terminator.uses() {
            marks.mark(builder, value);
        }
    }
    while let Some((block, param)) = marks.params.pop() {
        for pred in 0..builder.blocks[block].preds.len() {
            if let Some(argument) = builder.argument(block, param, pred) {
                marks.mark(builder, argument);
            }
        }
    }
    marks.used
}

struct Marks {
    used: Vec<bool>,
    /// Used parameters whose arguments are not marked.
    params: Vec<(Block, usize)>,
}

impl Marks {
    fn mark(&mut self, builder: &mut Builder, value: Value) {
        let value = builder.resolve(value);
        if std::mem::replace(&mut self.used[value.index()], true) {
            return;
        }
        if let ValueDef::Param(block, param) = builder.values[value].def {
            self.params.push((block, param as usize));
        }
    }
}

/// Makes the instructions for the zeros that are used, at the start of the function.
fn add_zeros(builder: &mut Builder, used: &[bool], offset: u32) {
    let mut zeros = Vec::new();
    for value in std::mem::take(&mut builder.zeros) {
        if !used[value.index()] {
            continue;
        }
        let ty = builder.values[value].ty;
        let inst = builder.insts.push(InstData {
            op: zero(ty),
            args: SmallVec::new(),
            results: SmallVec::from_elem(value, 1),
            offset,
            len: 0,
        });
        builder.values[value].def = ValueDef::Result(inst, 0);
        zeros.push(inst);
    }
    let entry = builder.entry();
    builder.blocks[entry].insts.splice(0..0, zeros);
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
    values: PrimaryMap<Value, ValueData>,
    new_value: Vec<Option<Value>>,
    new_block: Vec<Block>,
    /// For each old block, which of its parameters stay.
    kept: Vec<SmallVec<[usize; 2]>>,
}

impl Numbering {
    fn new(builder: &Builder, used: &[bool]) -> Self {
        let mut this = Numbering {
            values: PrimaryMap::new(),
            new_value: vec![None; builder.values.len()],
            new_block: vec![builder.entry(); builder.blocks.len()],
            kept: vec![SmallVec::new(); builder.blocks.len()],
        };
        for (number, &block) in builder.layout.iter().enumerate() {
            let new_block = Block::new(number);
            this.new_block[block.index()] = new_block;
            let state = &builder.blocks[block];
            for (i, param) in state.params.iter().enumerate() {
                let stays = block == builder.entry()
                    || (used[param.value.index()] && !builder.is_replaced(param.value));
                if stays {
                    let index = this.kept[block.index()].len();
                    this.kept[block.index()].push(i);
                    let index = u32::try_from(index).unwrap_or(u32::MAX);
                    this.add(builder, param.value, ValueDef::Param(new_block, index));
                }
            }
            for &inst in &state.insts {
                for (i, &result) in (0..).zip(&builder.insts[inst].results) {
                    this.add(builder, result, ValueDef::Result(inst, i));
                }
            }
        }
        this
    }

    fn add(&mut self, builder: &Builder, old: Value, def: ValueDef) {
        let ty = builder.values[old].ty;
        self.new_value[old.index()] = Some(self.values.push(ValueData { ty, def }));
    }

    fn value(&self, builder: &mut Builder, old: Value) -> Value {
        self.new_value[builder.resolve(old).index()]
            .expect("what a used value stands for is numbered")
    }

    fn inst(&self, builder: &mut Builder, mut inst: InstData) -> InstData {
        for arg in &mut inst.args {
            *arg = self.value(builder, *arg);
        }
        for result in &mut inst.results {
            *result = self.value(builder, *result);
        }
        inst
    }

    /// Gives each edge the arguments for the parameters that stay.
    fn fill_edges(&self, builder: &mut Builder) {
        for i in 0..builder.layout.len() {
            let block = builder.layout[i];
            for pred in 0..builder.blocks[block].preds.len() {
                let args = self.kept[block.index()]
                    .iter()
                    .filter_map(|&param| builder.argument(block, param, pred))
                    .filter_map(|argument| self.new_value[argument.index()])
                    .collect();
                let Pred { from, slot, .. } = builder.blocks[block].preds[pred];
                if let Some(edge) = edge_mut(&mut builder.blocks[from].terminator, slot) {
                    edge.args = args;
                }
            }
        }
    }

    fn block(&self, builder: &mut Builder, old: Block) -> BlockData {
        let state = &mut builder.blocks[old];
        let insts = std::mem::take(&mut state.insts);
        let terminator_offset = state.terminator_offset;
        let mut terminator = std::mem::replace(&mut state.terminator, Terminator::Unreachable);
        let params = self.kept[old.index()]
            .iter()
            .filter_map(|&param| self.new_value[state.params[param].value.index()])
            .collect();
        match &mut terminator {
            Terminator::Branch { cond: value, .. } | Terminator::Switch { index: value, .. } => {
                *value = self.value(builder, *value);
            }
            Terminator::Return(values) | Terminator::ReturnCall(values) => {
                for value in values {
                    *value = self.value(builder, *value);
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
            insts,
            terminator,
            terminator_offset,
        }
    }
}

/// The edge at a place in the order of [`Terminator::edges`].
fn edge_mut(terminator: &mut Terminator, slot: usize) -> Option<&mut Edge> {
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
            if slot == targets.len() {
                Some(default)
            } else {
                targets.get_mut(slot)
            }
        }
        Terminator::Return(_) | Terminator::ReturnCall(_) | Terminator::Unreachable => None,
    }
}
