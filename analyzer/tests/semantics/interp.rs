//! An interpreter of the IR, as plain as can be: what an engine does with a module, its lifted form must do here.

use std::collections::HashMap;
use std::rc::Rc;

use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::ir::eval::eval;
use contract_lint_analyzer::ir::{
    Callee, Edge, Func, Function, Inst, MemArg, NumericOp, Op, Terminator, Type, Value,
};
use contract_lint_analyzer::lift::lift;
use contract_lint_analyzer::module::{FuncKind, Module};

const PAGE: usize = 1 << 16;

/// Why a call did not return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A trap.
    Trap,
    /// The interpreter does not know the operator, or the function was not lifted.
    Unsupported,
}

/// The state of an instance. Values are bits; a reference is the index of its function plus 1, or 0 for null.
pub(crate) struct Interp<'m> {
    module: &'m Module,
    functions: HashMap<Func, Option<Rc<Function>>>,
    pub(crate) memory: Vec<u8>,
    pub(crate) max_pages: usize,
    pub(crate) globals: Vec<u64>,
    pub(crate) tables: Vec<Vec<u64>>,
    dropped: Vec<bool>,
    /// Instructions executed.
    pub(crate) steps: u64,
}

impl<'m> Interp<'m> {
    /// The state after instantiation, but for the start function; `None` if not all of it is known statically.
    pub(crate) fn new(module: &'m Module, table_sizes: &[usize], max_pages: usize) -> Option<Self> {
        let globals = module.globals.values().map(|global| match global.ty {
            Type::Ref => Some(0),
            _ => global.init,
        });
        let mut interp = Interp {
            module,
            functions: HashMap::new(),
            memory: vec![0; module.memory_pages.unwrap_or(0) as usize * PAGE],
            max_pages,
            globals: globals.collect::<Option<_>>()?,
            tables: Vec::new(),
            dropped: vec![false; module.data.len()],
            steps: 0,
        };
        for (segment, dropped) in module.data.iter().zip(&mut interp.dropped) {
            if let Some(address) = segment.address {
                let bytes = &module.bytes[segment.range.clone()];
                let start = address as usize;
                interp.memory[start..start + bytes.len()].copy_from_slice(bytes);
                *dropped = true;
            }
        }
        for (decl, &size) in module.tables.values().zip(table_sizes) {
            let entries = decl.entries.iter();
            let mut table: Vec<u64> = entries.map(|e| e.map_or(0, reference)).collect();
            table.resize(size, 0);
            interp.tables.push(table);
        }
        Some(interp)
    }

    pub(crate) fn call(&mut self, func: Func, args: &[u64]) -> Result<Vec<u64>, Stop> {
        let function = self.function(func).ok_or(Stop::Unsupported)?;
        let mut values = vec![0; function.values.len()];
        let mut block = function.entry;
        bind(&mut values, &function.blocks[block].params, args);
        loop {
            let data = &function.blocks[block];
            for &inst in &data.insts {
                self.steps += 1;
                let args: Vec<u64> = read(&values, &function.insts[inst].args);
                let results = self.inst(&function, inst, &args)?;
                bind(&mut values, &function.insts[inst].results, &results);
            }
            let edge: &Edge = match &data.terminator {
                Terminator::Jump(edge) => edge,
                Terminator::Branch {
                    cond,
                    then,
                    otherwise,
                } => {
                    if values[cond.index()] == 0 {
                        otherwise
                    } else {
                        then
                    }
                }
                Terminator::Switch {
                    index,
                    targets,
                    default,
                } => {
                    let index = values[index.index()] as usize;
                    targets.get(index).unwrap_or(default)
                }
                Terminator::Return(results) | Terminator::ReturnCall(results) => {
                    return Ok(read(&values, results));
                }
                Terminator::Unreachable => return Err(Stop::Trap),
            };
            let args = read(&values, &edge.args);
            block = edge.block;
            bind(&mut values, &function.blocks[block].params, &args);
        }
    }

    fn function(&mut self, func: Func) -> Option<Rc<Function>> {
        let module = self.module;
        let lifted = || lift(module, func).ok().map(Rc::new);
        self.functions.entry(func).or_insert_with(lifted).clone()
    }

    fn inst(&mut self, function: &Function, inst: Inst, args: &[u64]) -> Result<Vec<u64>, Stop> {
        let result = match &function.insts[inst].op {
            Op::Const(_, bits) => *bits,
            // The payload of a NaN is the engine's choice, and wasm-smith hides it everywhere but here.
            Op::Numeric(NumericOp::F64PromoteF32) if f32::from_bits(args[0] as u32).is_nan() => {
                return Err(Stop::Unsupported);
            }
            Op::Numeric(NumericOp::F32DemoteF64) if f64::from_bits(args[0]).is_nan() => {
                return Err(Stop::Unsupported);
            }
            Op::Numeric(op) => eval(*op, args).ok_or(Stop::Trap)?,
            Op::Select => {
                if args[2] == 0 {
                    args[1]
                } else {
                    args[0]
                }
            }
            Op::Load {
                ty,
                bytes,
                signed,
                mem,
            } => {
                let range = self.range(args[0], *mem, *bytes)?;
                let mut buffer = [0; 8];
                buffer[..range.len()].copy_from_slice(&self.memory[range]);
                extend(u64::from_le_bytes(buffer), *bytes, *signed, *ty)
            }
            Op::Store { bytes, mem, .. } => {
                let range = self.range(args[0], *mem, *bytes)?;
                let count = range.len();
                self.memory[range].copy_from_slice(&args[1].to_le_bytes()[..count]);
                return Ok(vec![]);
            }
            Op::MemoryCopy => {
                let from = span(self.memory.len(), args[1], args[2])?;
                let to = span(self.memory.len(), args[0], args[2])?;
                self.memory.copy_within(from, to.start);
                return Ok(vec![]);
            }
            Op::MemoryFill => {
                let range = span(self.memory.len(), args[0], args[2])?;
                self.memory[range].fill(args[1] as u8);
                return Ok(vec![]);
            }
            Op::MemoryInit(segment) => {
                let index = *segment as usize;
                let mut bytes = &self.module.bytes[self.module.data[index].range.clone()];
                if self.dropped[index] {
                    bytes = &[];
                }
                let from = span(bytes.len(), args[1], args[2])?;
                let to = span(self.memory.len(), args[0], args[2])?;
                self.memory[to].copy_from_slice(&bytes[from]);
                return Ok(vec![]);
            }
            Op::DataDrop(segment) => {
                self.dropped[*segment as usize] = true;
                return Ok(vec![]);
            }
            Op::MemorySize => (self.memory.len() / PAGE) as u64,
            Op::MemoryGrow => {
                let old = self.memory.len() / PAGE;
                let new = old.saturating_add(args[0] as usize);
                if new > self.max_pages {
                    u64::from(u32::MAX)
                } else {
                    self.memory.resize(new * PAGE, 0);
                    old as u64
                }
            }
            Op::GlobalGet(global) => self.globals[global.index()],
            Op::GlobalSet(global) => {
                self.globals[global.index()] = args[0];
                return Ok(vec![]);
            }
            Op::Call(Callee::Direct(func)) => return self.call(*func, args),
            Op::Call(Callee::Indirect(table, sig)) => {
                let (index, args) = args.split_last().expect("a table index");
                let entry = self.tables[table.index()].get(*index as usize);
                let callee = entry.copied().and_then(referenced).ok_or(Stop::Trap)?;
                if *self.module.func_type(callee) != self.module.types[*sig] {
                    return Err(Stop::Trap);
                }
                return self.call(callee, args);
            }
            Op::RefFunc(func) => reference(*func),
            Op::RefNull => 0,
            Op::RefIsNull => u64::from(args[0] == 0),
            Op::TableGet(table) => {
                let entry = self.tables[table.index()].get(args[0] as usize);
                *entry.ok_or(Stop::Trap)?
            }
            Op::TableSet(table) => {
                let entry = self.tables[table.index()].get_mut(args[0] as usize);
                *entry.ok_or(Stop::Trap)? = args[1];
                return Ok(vec![]);
            }
            Op::TableSize(table) => self.tables[table.index()].len() as u64,
            Op::Opaque { .. } => return Err(Stop::Unsupported),
        };
        Ok(vec![result])
    }

    fn range(&self, address: u64, mem: MemArg, bytes: u8) -> Result<std::ops::Range<usize>, Stop> {
        span(self.memory.len(), address + mem.offset, u64::from(bytes))
    }
}

/// The functions defined in the module that it exports.
pub(crate) fn exported(module: &Module) -> Vec<(String, Func)> {
    let defined = |func: &Func| matches!(module.funcs[*func].kind, FuncKind::Local { .. });
    let funcs = module.exported_funcs().filter(|(_, func)| defined(func));
    funcs.map(|(name, func)| (name.to_owned(), func)).collect()
}

fn reference(func: Func) -> u64 {
    func.index() as u64 + 1
}

fn referenced(reference: u64) -> Option<Func> {
    Some(Func::new(reference.checked_sub(1)? as usize))
}

fn read(values: &[u64], which: &[Value]) -> Vec<u64> {
    which.iter().map(|value| values[value.index()]).collect()
}

fn bind(values: &mut [u64], which: &[Value], what: &[u64]) {
    assert_eq!(which.len(), what.len());
    for (value, bits) in which.iter().zip(what) {
        values[value.index()] = *bits;
    }
}

fn span(len: usize, start: u64, count: u64) -> Result<std::ops::Range<usize>, Stop> {
    match start.checked_add(count) {
        Some(end) if end <= len as u64 => Ok(start as usize..end as usize),
        _ => Err(Stop::Trap),
    }
}

fn extend(bits: u64, bytes: u8, signed: bool, ty: Type) -> u64 {
    let bits = match (signed, bytes) {
        (true, 1) => bits as i8 as u64,
        (true, 2) => bits as i16 as u64,
        (true, 4) => bits as i32 as u64,
        _ => bits,
    };
    match ty {
        Type::I32 | Type::F32 => bits & u64::from(u32::MAX),
        _ => bits,
    }
}
