//! What a well-formed [`Function`] is, and the check of it.
//!
//! - The entry block has the parameters of the function's type, and no edge leads to it. Control can reach every block.
//! - Every value has one definition: the block parameter or result that it names lists it in that place. Every
//!   instruction is in one block, once.
//! - Operands and results have the number and types that the operator asks for; those of [`Op::Opaque`] are not known
//!   here. Conditions and indices of terminators are i32. Constants are numbers without bits outside their type.
//! - Each edge leads to a block of the function and passes one argument of the right type for each of its parameters.
//! - What is returned has the types of the function's results. A tail call is the last instruction of its block, and
//!   its results are returned as they are.
//! - A use of a value is dominated by its definition; an edge uses its arguments at the end of the block it leaves.
//! - Every function, type, table, global, memory and data segment named exists in the module.
//! - Every instruction and terminator lies in the body of the function. Only the zeros that locals begin with have no
//!   length; they stand at the start of the body.

use std::fmt;
use std::ops::Range;

use smallvec::SmallVec;

use super::{Block, Callee, Edge, Function, Inst, InstData, MemArg, Op, Terminator, Type, Value};
use super::{FuncType, ValueDef};
use crate::entity::Entity;
use crate::graph::Dominators;
use crate::graph::cfg::Cfg;
use crate::module::{FuncKind, Module, Table};

/// A rule that a function breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// In which block.
    pub block: Option<Block>,
    /// At which instruction.
    pub inst: Option<Inst>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(block) = self.block {
            write!(f, "{block}: ")?;
        }
        if let Some(inst) = self.inst {
            write!(f, "{inst}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for VerifyError {}

/// Checks that a function is well formed.
///
/// # Errors
/// Every rule that it breaks, in the order of the function. References to what does not exist are reported alone,
/// because nothing else can be checked then.
pub fn verify(function: &Function, module: &Module) -> Result<(), Vec<VerifyError>> {
    let mut verifier = Verifier {
        function,
        module,
        body: 0..0,
        block: None,
        inst: None,
        errors: Vec::new(),
    };
    verifier.references();
    if verifier.errors.is_empty() {
        verifier.entry();
        verifier.definitions();
        verifier.blocks();
        verifier.dominance();
    }
    if verifier.errors.is_empty() {
        Ok(())
    } else {
        Err(verifier.errors)
    }
}

struct Verifier<'a> {
    function: &'a Function,
    module: &'a Module,
    body: Range<usize>,
    /// Where the check is.
    block: Option<Block>,
    inst: Option<Inst>,
    errors: Vec<VerifyError>,
}

impl<'a> Verifier<'a> {
    fn check(&mut self, holds: bool, message: impl FnOnce() -> String) {
        if !holds {
            self.errors.push(VerifyError {
                block: self.block,
                inst: self.inst,
                message: message(),
            });
        }
    }

    fn ty(&self, value: Value) -> Type {
        self.function.values[value].ty
    }

    fn types(&self, values: &[Value]) -> SmallVec<[Type; 4]> {
        values.iter().map(|&value| self.ty(value)).collect()
    }

    fn check_types(&mut self, what: &str, values: &[Value], expected: &[Type]) {
        let actual = self.types(values);
        self.check(actual.as_slice() == expected, || {
            format!("{what} are {actual:?}, not {expected:?}")
        });
    }

    /// That all blocks, instructions and values named exist.
    fn references(&mut self) {
        let function = self.function;
        match self.module.funcs.get(function.func).map(|decl| &decl.kind) {
            Some(FuncKind::Local { body }) => self.body = body.clone(),
            _ => self.check(false, || format!("{} has no body", function.func)),
        }
        self.check(function.blocks.get(function.entry).is_some(), || {
            "the entry does not exist".to_owned()
        });
        for (block, data) in function.blocks.iter() {
            self.block = Some(block);
            for &param in &data.params {
                self.value_exists(param);
            }
            for &inst in &data.insts {
                self.check(function.insts.get(inst).is_some(), || {
                    format!("{inst} does not exist")
                });
            }
            for value in data.terminator.uses() {
                self.value_exists(value);
            }
            for edge in data.terminator.edges() {
                self.check(function.blocks.get(edge.block).is_some(), || {
                    format!("{} does not exist", edge.block)
                });
            }
        }
        self.block = None;
        for (inst, data) in function.insts.iter() {
            self.inst = Some(inst);
            for &value in data.args.iter().chain(&data.results) {
                self.value_exists(value);
            }
        }
        self.inst = None;
    }

    fn value_exists(&mut self, value: Value) {
        self.check(self.function.values.get(value).is_some(), || {
            format!("{value} does not exist")
        });
    }

    fn entry(&mut self) {
        let function = self.function;
        self.block = Some(function.entry);
        let params = &function.blocks[function.entry].params;
        self.check_types("the types of the parameters", params, &function.ty.params);
        let declared = self.module.types.get(self.module.funcs[function.func].sig);
        self.check(declared == Some(&function.ty), || {
            "the function's type is not the declared one".to_owned()
        });
        self.block = None;
    }

    /// That values and their definitions name each other, and that instructions are in one block.
    fn definitions(&mut self) {
        let function = self.function;
        let mut defined = vec![false; function.values.len()];
        let mut placed = vec![false; function.insts.len()];
        for (block, data) in function.blocks.iter() {
            self.block = Some(block);
            for (&param, i) in data.params.iter().zip(0..) {
                self.defines(&mut defined, param, ValueDef::Param(block, i));
            }
            for &inst in &data.insts {
                self.inst = Some(inst);
                let again = std::mem::replace(&mut placed[inst.index()], true);
                self.check(!again, || "placed twice".to_owned());
                for (&result, i) in function.insts[inst].results.iter().zip(0..) {
                    self.defines(&mut defined, result, ValueDef::Result(inst, i));
                }
            }
            self.inst = None;
        }
        self.block = None;
        for (value, _) in function.values.keys().zip(&defined).filter(|(_, d)| !**d) {
            self.check(false, || format!("{value} is not defined"));
        }
        for (inst, _) in function.insts.keys().zip(&placed).filter(|(_, p)| !**p) {
            self.check(false, || format!("{inst} is in no block"));
        }
    }

    fn defines(&mut self, defined: &mut [bool], value: Value, def: ValueDef) {
        defined[value.index()] = true;
        let names = self.function.values[value].def;
        self.check(names == def, || {
            format!("{value} is defined by {def:?}, and says {names:?}")
        });
    }

    fn blocks(&mut self) {
        for (block, data) in self.function.blocks.iter() {
            self.block = Some(block);
            for &inst in &data.insts {
                self.inst = Some(inst);
                self.inst(&self.function.insts[inst]);
            }
            self.inst = None;
            self.terminator(&data.terminator, data.insts.last().copied());
            let at = data.terminator_offset as usize;
            self.check(self.body.contains(&at), || {
                format!("the terminator is at {at:#x}, outside the body")
            });
        }
        self.block = None;
    }

    fn inst(&mut self, data: &InstData) {
        let start = data.offset as usize;
        let end = start + data.len as usize;
        let zero = data.len == 0 && start == self.body.start && data.args.is_empty();
        let inside = self.body.start <= start && end <= self.body.end;
        self.check(zero || (inside && data.len > 0), || {
            format!("at {start:#x}..{end:#x}, outside the body")
        });
        self.op(data);
    }

    fn op(&mut self, data: &InstData) {
        match &data.op {
            Op::Const(ty, bits) => {
                self.signature(data, &[], &[*ty]);
                let width = match ty {
                    Type::I32 | Type::F32 => u64::from(u32::MAX),
                    Type::I64 | Type::F64 => u64::MAX,
                    Type::V128 | Type::Ref => 0,
                };
                self.check(width != 0 && bits & !width == 0, || {
                    format!("{bits:#x} is no {ty}")
                });
            }
            Op::Numeric(op) => self.signature(data, op.params(), &[op.result()]),
            Op::Select => {
                let ty = data.args.first().map_or(Type::I32, |&first| self.ty(first));
                self.signature(data, &[ty, ty, Type::I32], &[ty]);
            }
            Op::Load { ty, bytes, mem, .. } => {
                let address = self.memory(*mem);
                self.width(*ty, *bytes);
                self.signature(data, &[address], &[*ty]);
            }
            Op::Store { ty, bytes, mem } => {
                let address = self.memory(*mem);
                self.width(*ty, *bytes);
                self.signature(data, &[address, *ty], &[]);
            }
            Op::MemoryCopy => {
                let address = self.address(0);
                self.signature(data, &[address, address, address], &[]);
            }
            Op::MemoryFill => {
                let address = self.address(0);
                self.signature(data, &[address, Type::I32, address], &[]);
            }
            Op::MemoryInit(segment) => {
                self.data_segment(*segment);
                let address = self.address(0);
                self.signature(data, &[address, Type::I32, Type::I32], &[]);
            }
            Op::DataDrop(segment) => {
                self.data_segment(*segment);
                self.signature(data, &[], &[]);
            }
            Op::MemorySize => {
                let address = self.address(0);
                self.signature(data, &[], &[address]);
            }
            Op::MemoryGrow => {
                let address = self.address(0);
                self.signature(data, &[address], &[address]);
            }
            Op::GlobalGet(global) => match self.module.globals.get(*global) {
                Some(decl) => self.signature(data, &[], &[decl.ty]),
                None => self.check(false, || format!("{global} does not exist")),
            },
            Op::GlobalSet(global) => match self.module.globals.get(*global) {
                Some(decl) => {
                    self.check(decl.mutable, || format!("{global} is constant"));
                    self.signature(data, &[decl.ty], &[]);
                }
                None => self.check(false, || format!("{global} does not exist")),
            },
            Op::Call(callee) => self.call(data, *callee),
            Op::RefFunc(func) => {
                let exists = self.module.funcs.get(*func).is_some();
                self.check(exists, || format!("{func} does not exist"));
                self.signature(data, &[], &[Type::Ref]);
            }
            Op::RefNull => self.signature(data, &[], &[Type::Ref]),
            Op::RefIsNull => self.signature(data, &[Type::Ref], &[Type::I32]),
            Op::TableGet(table) => {
                let index = self.index_type(*table);
                self.signature(data, &[index], &[Type::Ref]);
            }
            Op::TableSet(table) => {
                let index = self.index_type(*table);
                self.signature(data, &[index, Type::Ref], &[]);
            }
            Op::TableSize(table) => {
                let index = self.index_type(*table);
                self.signature(data, &[], &[index]);
            }
            Op::Opaque { .. } => {}
        }
    }

    fn signature(&mut self, data: &InstData, params: &[Type], results: &[Type]) {
        self.check_types("the types of the operands", &data.args, params);
        self.check_types("the types of the results", &data.results, results);
    }

    fn memory(&mut self, mem: MemArg) -> Type {
        self.address(mem.memory)
    }

    /// The type of addresses of a memory.
    fn address(&mut self, memory: u32) -> Type {
        let ty = self.module.memory_types.get(memory as usize).copied();
        self.check(ty.is_some(), || format!("memory {memory} does not exist"));
        ty.unwrap_or(Type::I32)
    }

    fn index_type(&mut self, table: Table) -> Type {
        let decl = self.module.tables.get(table);
        self.check(decl.is_some(), || format!("{table} does not exist"));
        decl.map_or(Type::I32, |decl| decl.index_type)
    }

    fn data_segment(&mut self, segment: u32) {
        let exists = (segment as usize) < self.module.data.len();
        self.check(exists, || format!("data segment {segment} does not exist"));
    }

    fn width(&mut self, ty: Type, bytes: u8) {
        let holds = bytes.is_power_of_two() && u32::from(bytes) <= ty.bytes();
        self.check(holds, || format!("{bytes} bytes of {ty}"));
    }

    fn call(&mut self, data: &InstData, callee: Callee) {
        match self.callee_type(callee) {
            Some(ty) => {
                let mut params = ty.params.clone();
                if let Callee::Indirect(table, _) = callee {
                    params.push(self.index_type(table));
                }
                self.signature(data, &params, &ty.results);
            }
            None => self.check(false, || "the callee does not exist".to_owned()),
        }
    }

    fn callee_type(&self, callee: Callee) -> Option<&'a FuncType> {
        let sig = match callee {
            Callee::Direct(func) => self.module.funcs.get(func)?.sig,
            Callee::Indirect(_, sig) => sig,
        };
        self.module.types.get(sig)
    }

    fn terminator(&mut self, terminator: &Terminator, last: Option<Inst>) {
        let results = &self.function.ty.results;
        match terminator {
            Terminator::Jump(_) | Terminator::Unreachable => {}
            Terminator::Branch { cond: value, .. } | Terminator::Switch { index: value, .. } => {
                self.check_types("the types of the condition", &[*value], &[Type::I32]);
            }
            Terminator::Return(values) => {
                self.check_types("the types of what is returned", values, results)
            }
            Terminator::ReturnCall(values) => {
                self.check_types("the types of what is returned", values, results);
                let call = last.map(|inst| &self.function.insts[inst]);
                let holds = call.is_some_and(|call| {
                    matches!(call.op, Op::Call(_)) && call.results.as_slice() == values.as_slice()
                });
                self.check(holds, || "the tail call is not the last".to_owned());
            }
        }
        for edge in terminator.edges() {
            self.edge(edge);
        }
    }

    fn edge(&mut self, edge: &Edge) {
        let target = edge.block;
        self.check(target != self.function.entry, || {
            "an edge leads to the entry".to_owned()
        });
        let expected = self.types(&self.function.blocks[target].params);
        self.check_types(
            &format!("the types of the arguments for {target}"),
            &edge.args,
            &expected,
        );
    }

    fn dominance(&mut self) {
        let function = self.function;
        let cfg = Cfg::new(function);
        let dominators = Dominators::new(&cfg);
        // Where in its block each instruction stands.
        let mut place = vec![(function.entry, 0); function.insts.len()];
        for (block, data) in function.blocks.iter() {
            for (i, inst) in data.insts.iter().enumerate() {
                place[inst.index()] = (block, i + 1);
            }
        }
        let available = |value: Value, block: Block, at: usize| {
            let (defined_in, defined_at) = match function.values[value].def {
                ValueDef::Param(block, _) => (block, 0),
                ValueDef::Result(inst, _) => place[inst.index()],
            };
            if defined_in == block {
                defined_at < at
            } else {
                dominators.dominates(defined_in, block)
            }
        };
        for (block, data) in function.blocks.iter() {
            self.block = Some(block);
            self.check(cfg.position(block).is_some(), || {
                "control cannot reach the block".to_owned()
            });
            for (i, &inst) in data.insts.iter().enumerate() {
                self.inst = Some(inst);
                for &arg in &function.insts[inst].args {
                    self.check(available(arg, block, i + 1), || {
                        format!("{arg} is not defined here")
                    });
                }
            }
            self.inst = None;
            for value in data.terminator.uses() {
                self.check(available(value, block, usize::MAX), || {
                    format!("{value} is not defined at the end")
                });
            }
        }
        self.block = None;
    }
}
