//! The pass over the operators of a body: operand stack, control stack, edges.

use smallvec::SmallVec;
use wasmparser::{BlockType, BrTable, FunctionBody, Operator, OperatorsReader};

use super::locals::Locals;
use super::operator::{self, one};
use super::ssa::{Builder, Construct, entry};
use super::{LiftError, MAX_LOOP_DEPTH, file_offset, finish, opaque};
use crate::entity::Entity;
use crate::ir::{Block, Callee, Edge, Func, FuncType, Function, Op, Sig, Terminator, Type, Value};
use crate::module::{Module, Table, value_type};

/// Lifts one body.
pub(super) fn translate(
    module: &Module,
    func: Func,
    body: &FunctionBody<'_>,
) -> Result<Function, LiftError> {
    let ty = module
        .funcs
        .get(func)
        .and_then(|decl| module.types.get(decl.sig))
        .ok_or(LiftError::NoBody)?;
    let range = body.range();
    let body_len = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let mut locals = Locals::new(entry(), body_len);
    for &param in &ty.params {
        locals.declare(1, param);
    }
    let mut reader = body.get_locals_reader()?;
    for _ in 0..reader.get_count() {
        let (count, ty) = reader.read()?;
        locals.declare(count, value_type(ty));
    }
    let builder = Builder::new(&ty.params, locals, file_offset(range.start), body_len);
    let mut translator = Translator {
        module,
        ty,
        current: Some(entry()),
        frames: vec![Frame {
            kind: FrameKind::Function,
            ty: BlockType::Empty,
            height: 0,
            construct: builder.function(),
            label: None,
        }],
        builder,
        stack: Vec::new(),
        loops: 0,
        skipped: 0,
        offset: 0,
        len: 0,
    };
    let mut reader = OperatorsReader::new(reader.get_binary_reader());
    while !reader.eof() {
        let (operator, offset) = reader.read_with_offset()?;
        translator.offset = file_offset(offset);
        translator.len = file_offset(reader.original_position() - offset);
        translator.operator(&operator)?;
    }
    if !translator.frames.is_empty() {
        return Err(translator.invalid("the body does not end"));
    }
    Ok(finish::finish(
        translator.builder,
        func,
        ty,
        file_offset(range.start),
    ))
}

struct Translator<'m> {
    module: &'m Module,
    ty: &'m FuncType,
    builder: Builder,
    /// The block that code is added to; `None` where control cannot reach.
    current: Option<Block>,
    stack: Vec<Value>,
    frames: Vec<Frame>,
    /// How many of the frames are loops.
    loops: usize,
    /// How many constructs have begun since control became unreachable.
    skipped: u32,
    /// Where the operator begins.
    offset: u32,
    /// Its length.
    len: u32,
}

/// A construct that control is in.
struct Frame {
    kind: FrameKind,
    ty: BlockType,
    /// Height of the operand stack below the construct's parameters.
    height: usize,
    construct: Construct,
    /// Where branches to the construct go: the header of a loop, else the join after it once something branches there.
    label: Option<Block>,
}

#[derive(Clone, Copy)]
enum FrameKind {
    Function,
    Block,
    Loop,
    /// The first arm of an `if`: where the condition is tested, and the saved parameters for the other arm.
    If(Block, u32),
    Else,
}

impl<'m> Translator<'m> {
    fn invalid(&self, message: &str) -> LiftError {
        LiftError::Invalid {
            offset: self.offset,
            message: message.to_owned(),
        }
    }

    fn unsupported(&self, operator: &Operator<'_>) -> LiftError {
        LiftError::Unsupported {
            offset: self.offset,
            operator: opaque::name(operator),
        }
    }

    fn operator(&mut self, operator: &Operator<'_>) -> Result<(), LiftError> {
        match self.current {
            Some(block) => self.reachable(block, operator),
            None => self.unreachable(operator),
        }
    }

    /// Control cannot reach the operator: only the nesting matters.
    fn unreachable(&mut self, operator: &Operator<'_>) -> Result<(), LiftError> {
        match operator {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Try { .. }
            | Operator::TryTable { .. } => self.skipped += 1,
            Operator::End | Operator::Delegate { .. } if self.skipped > 0 => self.skipped -= 1,
            Operator::Else if self.skipped == 0 => self.begin_else()?,
            Operator::End => self.end()?,
            _ => {}
        }
        Ok(())
    }

    fn reachable(&mut self, block: Block, operator: &Operator<'_>) -> Result<(), LiftError> {
        match operator {
            Operator::Nop => {}
            Operator::Drop => {
                self.pop()?;
            }
            Operator::LocalGet { local_index } => {
                let value = self.builder.local(block, *local_index)?;
                self.stack.push(value);
            }
            Operator::LocalSet { local_index } => {
                let value = self.pop()?;
                self.builder.locals.assign(*local_index, value, self.offset);
            }
            Operator::LocalTee { local_index } => {
                let value = self.top(1)?[0];
                self.builder.locals.assign(*local_index, value, self.offset);
            }
            Operator::Select | Operator::TypedSelect { .. } => {
                let first = self.top(3)?[0];
                let ty = self.builder.values[first].ty;
                self.emit(Op::Select, 3, one(ty))?;
            }
            Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. } => self.call(block, operator)?,
            Operator::Unreachable => self.terminate(block, Terminator::Unreachable),
            Operator::Return => {
                let results = self.top(self.ty.results.len())?.into();
                self.terminate(block, Terminator::Return(results));
            }
            Operator::Block { blockty } => {
                let height = self.height_below(self.params(*blockty))?;
                self.push_frame(FrameKind::Block, *blockty, height, block);
            }
            Operator::Loop { blockty } => self.begin_loop(block, *blockty)?,
            Operator::If { blockty } => self.begin_if(block, *blockty)?,
            Operator::Else => self.begin_else()?,
            Operator::End => self.end()?,
            Operator::Br { relative_depth } => self.branch(block, *relative_depth)?,
            Operator::BrIf { relative_depth } => self.branch_if(block, *relative_depth)?,
            Operator::BrTable { targets } => self.branch_table(block, targets)?,
            _ => match operator::plain(operator, self.module) {
                Some(plain) => self.emit(plain.op, plain.operands, plain.results)?,
                None => return Err(self.unsupported(operator)),
            },
        }
        Ok(())
    }

    // Operand stack.

    /// The operands of the innermost construct, which are all that an operator may take.
    fn top(&self, count: usize) -> Result<&[Value], LiftError> {
        let floor = self.frames.last().map_or(0, |frame| frame.height);
        match self.stack.len().checked_sub(count) {
            Some(start) if start >= floor => Ok(&self.stack[start..]),
            _ => Err(self.invalid("the operand stack is empty")),
        }
    }

    fn height_below(&self, types: &[Type]) -> Result<usize, LiftError> {
        self.top(types.len())?;
        Ok(self.stack.len() - types.len())
    }

    fn pop(&mut self) -> Result<Value, LiftError> {
        self.top(1)?;
        self.stack
            .pop()
            .ok_or_else(|| self.invalid("the operand stack is empty"))
    }

    fn emit(&mut self, op: Op, operands: usize, results: &[Type]) -> Result<(), LiftError> {
        self.builder.spend(results.len())?;
        let args: SmallVec<[Value; 3]> = self.top(operands)?.into();
        self.stack.truncate(self.stack.len() - operands);
        let inst = self
            .builder
            .add_inst(op, args, results, self.offset, self.len);
        self.stack
            .extend_from_slice(&self.builder.insts[inst].results);
        Ok(())
    }

    // Calls.

    fn call(&mut self, block: Block, operator: &Operator<'_>) -> Result<(), LiftError> {
        let (callee, tail) = match *operator {
            Operator::Call { function_index } => (direct(function_index), false),
            Operator::ReturnCall { function_index } => (direct(function_index), true),
            Operator::CallIndirect {
                type_index,
                table_index,
            } => (indirect(table_index, type_index), false),
            Operator::ReturnCallIndirect {
                type_index,
                table_index,
            } => (indirect(table_index, type_index), true),
            _ => return Err(self.unsupported(operator)),
        };
        let (sig, index_operands) = match callee {
            Callee::Direct(func) => (self.module.funcs.get(func).map(|decl| decl.sig), 0),
            Callee::Indirect(_, sig) => (Some(sig), 1),
        };
        let ty = sig
            .and_then(|sig| self.module.types.get(sig))
            .ok_or_else(|| self.invalid("unknown callee"))?;
        let operands = ty.params.len() + index_operands;
        self.emit(Op::Call(callee), operands, &ty.results)?;
        if tail {
            let results = self.top(ty.results.len())?.into();
            self.terminate(block, Terminator::ReturnCall(results));
        }
        Ok(())
    }

    // Control.

    fn params(&self, ty: BlockType) -> &'m [Type] {
        match ty {
            BlockType::Empty | BlockType::Type(_) => &[],
            BlockType::FuncType(sig) => self.signature(sig).map_or(&[], |ty| &ty.params),
        }
    }

    fn results(&self, frame: &Frame) -> &'m [Type] {
        match (frame.kind, frame.ty) {
            (FrameKind::Function, _) => &self.ty.results,
            (_, BlockType::Empty) => &[],
            (_, BlockType::Type(ty)) => one(value_type(ty)),
            (_, BlockType::FuncType(sig)) => self.signature(sig).map_or(&[], |ty| &ty.results),
        }
    }

    fn signature(&self, sig: u32) -> Option<&'m FuncType> {
        self.module.types.get(Sig::new(sig as usize))
    }

    fn push_frame(&mut self, kind: FrameKind, ty: BlockType, height: usize, from: Block) {
        self.frames.push(Frame {
            kind,
            ty,
            height,
            construct: self.construct(from),
            label: None,
        });
    }

    /// The construct that begins here.
    fn construct(&self, from: Block) -> Construct {
        Construct {
            from,
            offset: self.offset,
        }
    }

    /// Ends the current block; what follows is unreachable until a block is entered.
    fn terminate(&mut self, block: Block, terminator: Terminator) {
        self.builder.terminate(block, terminator, self.offset);
        self.current = None;
        self.skipped = 0;
    }

    fn enter(&mut self, block: Block) {
        self.builder.enter(block);
        self.current = Some(block);
    }

    /// Ends `from` by a jump that passes the topmost operands.
    fn jump(&mut self, from: Block, to: Block) -> Result<(), LiftError> {
        let operands = self.save_top(self.builder.blocks[to].operands)?;
        let edge = self.builder.add_edge(from, 0, to, operands)?;
        self.terminate(from, Terminator::Jump(edge));
        Ok(())
    }

    fn save_top(&mut self, count: usize) -> Result<u32, LiftError> {
        self.top(count)?;
        let start = self.stack.len() - count;
        Ok(self.builder.save_operands(&self.stack[start..]))
    }

    /// The block that a branch to this depth goes to.
    fn label(&mut self, depth: u32) -> Result<Block, LiftError> {
        let (index, types) = self.label_types(depth)?;
        let block = match self.frames[index].label {
            Some(label) => label,
            None => {
                let label = self.builder.add_join(self.frames[index].construct, types)?;
                self.frames[index].label = Some(label);
                label
            }
        };
        Ok(block)
    }

    /// The frame at this depth and the types of the operands that a branch to it passes.
    fn label_types(&self, depth: u32) -> Result<(usize, &'m [Type]), LiftError> {
        let index = self
            .frames
            .len()
            .checked_sub(depth as usize + 1)
            .ok_or_else(|| self.invalid("branch out of the function"))?;
        let frame = &self.frames[index];
        let types = match frame.kind {
            FrameKind::Loop => self.params(frame.ty),
            _ => self.results(frame),
        };
        Ok((index, types))
    }

    fn begin_loop(&mut self, block: Block, ty: BlockType) -> Result<(), LiftError> {
        self.loops += 1;
        if self.loops > MAX_LOOP_DEPTH {
            return Err(self.builder.limit("nested loops"));
        }
        let params = self.params(ty);
        let height = self.height_below(params)?;
        let header = self.builder.add_header(self.construct(block), params)?;
        self.jump(block, header)?;
        self.push_frame(FrameKind::Loop, ty, height, block);
        if let Some(frame) = self.frames.last_mut() {
            frame.label = Some(header);
        }
        self.enter_with_params(header, height);
        Ok(())
    }

    /// Enters a block that the operands above `height` are passed to.
    fn enter_with_params(&mut self, block: Block, height: usize) {
        self.stack.truncate(height);
        let params = self.builder.blocks[block].params.iter();
        self.stack.extend(params.map(|param| param.value));
        self.enter(block);
    }

    fn begin_if(&mut self, block: Block, ty: BlockType) -> Result<(), LiftError> {
        let cond = self.pop()?;
        let params = self.params(ty);
        let height = self.height_below(params)?;
        self.builder.spend(params.len())?;
        let saved = self.save_top(params.len())?;
        let then = self.builder.add_successor(block, 0);
        let arm = then.block;
        // Until `else` or `end` says where zero goes.
        let otherwise = then.clone();
        self.terminate(
            block,
            Terminator::Branch {
                cond,
                then,
                otherwise,
            },
        );
        self.push_frame(FrameKind::If(block, saved), ty, height, block);
        self.enter(arm);
        Ok(())
    }

    fn begin_else(&mut self) -> Result<(), LiftError> {
        if let Some(block) = self.current {
            let join = self.label(0)?;
            self.jump(block, join)?;
        }
        let Some((FrameKind::If(test, saved), ty)) = self.frames.last().map(|f| (f.kind, f.ty))
        else {
            return Err(self.invalid("`else` without `if`"));
        };
        let edge = self.builder.add_successor(test, 1);
        let arm = edge.block;
        self.set_otherwise(test, edge);
        if let Some(frame) = self.frames.last_mut() {
            frame.kind = FrameKind::Else;
            self.stack.truncate(frame.height);
        }
        let count = self.params(ty).len();
        self.stack
            .extend_from_slice(&self.builder.pool[saved as usize..][..count]);
        self.enter(arm);
        Ok(())
    }

    fn set_otherwise(&mut self, test: Block, edge: Edge) {
        if let Terminator::Branch { otherwise, .. } = &mut self.builder.blocks[test].terminator {
            *otherwise = edge;
        }
    }

    fn end(&mut self) -> Result<(), LiftError> {
        if let Some(FrameKind::If(test, saved)) = self.frames.last().map(|f| f.kind) {
            let join = self.label(0)?;
            let edge = self.builder.add_edge(test, 1, join, saved)?;
            self.set_otherwise(test, edge);
        }
        if let Some(block) = self.current {
            match self.frames.last() {
                Some(frame) if matches!(frame.kind, FrameKind::Loop) => {}
                Some(Frame {
                    label: Some(join), ..
                }) => self.jump(block, *join)?,
                _ => {}
            }
        }
        let Some(frame) = self.frames.pop() else {
            return Err(self.invalid("`end` without a construct"));
        };
        match (frame.kind, frame.label) {
            (FrameKind::Loop, Some(header)) => {
                self.loops -= 1;
                self.builder.close(header)?;
            }
            (_, Some(join)) => self.enter_with_params(join, frame.height),
            (_, None) => {}
        }
        if let (FrameKind::Function, Some(block)) = (frame.kind, self.current) {
            let results = self.top(self.ty.results.len())?.into();
            self.terminate(block, Terminator::Return(results));
        }
        if self.current.is_none() {
            self.stack.truncate(frame.height);
        }
        Ok(())
    }

    fn branch(&mut self, block: Block, depth: u32) -> Result<(), LiftError> {
        let (index, types) = self.label_types(depth)?;
        if index == 0 {
            let results = self.top(types.len())?.into();
            self.terminate(block, Terminator::Return(results));
            return Ok(());
        }
        let target = self.label(depth)?;
        self.jump(block, target)
    }

    fn branch_if(&mut self, block: Block, depth: u32) -> Result<(), LiftError> {
        let cond = self.pop()?;
        let target = self.label(depth)?;
        let count = self.builder.blocks[target].operands;
        let operands = self.save_top(count)?;
        let then = self.builder.add_edge(block, 0, target, operands)?;
        let otherwise = self.builder.add_successor(block, 1);
        let next = otherwise.block;
        self.terminate(
            block,
            Terminator::Branch {
                cond,
                then,
                otherwise,
            },
        );
        self.enter(next);
        Ok(())
    }

    fn branch_table(&mut self, block: Block, table: &BrTable<'_>) -> Result<(), LiftError> {
        let index = self.pop()?;
        // All targets take as many operands; labels may differ only in how the validator names their types.
        let (_, types) = self.label_types(table.default())?;
        let operands = self.save_top(types.len())?;
        let mut targets = Vec::with_capacity(table.len() as usize);
        for (slot, depth) in (0..).zip(table.targets()) {
            let edge = self.table_edge(block, slot, depth?, operands, types.len())?;
            targets.push(edge);
        }
        let default = table.default();
        let default = self.table_edge(block, table.len(), default, operands, types.len())?;
        let terminator = if targets.is_empty() {
            Terminator::Jump(default)
        } else {
            Terminator::Switch {
                index,
                targets,
                default,
            }
        };
        self.terminate(block, terminator);
        Ok(())
    }

    fn table_edge(
        &mut self,
        block: Block,
        slot: u32,
        depth: u32,
        operands: u32,
        count: usize,
    ) -> Result<Edge, LiftError> {
        let target = self.label(depth)?;
        if self.builder.blocks[target].operands != count {
            return Err(self.invalid("targets of `br_table` differ"));
        }
        self.builder.add_edge(block, slot, target, operands)
    }
}

fn direct(func: u32) -> Callee {
    Callee::Direct(Func::new(func as usize))
}

fn indirect(table: u32, sig: u32) -> Callee {
    Callee::Indirect(Table::new(table as usize), Sig::new(sig as usize))
}
