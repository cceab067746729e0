//! A concrete machine for the contract's own helper functions: with it the analyzer finds out what a stripped function
//! does by trying it, on memory as the module starts with. Of the host it knows no more than assertions and the memory
//! helpers of C; bounded work, depth and memory.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::absint::functions::intrinsics::Intrinsic;
use crate::absint::functions::pages::Pages;
use crate::absint::methods::sample::Listener;
use crate::absint::methods::trial::{TrialHost, Watch};
use crate::entity::{Entity, PrimaryMap};
use crate::graph::callgraph::Lifted;
use crate::ir::{Callee, Func, NumericOp, Op, Terminator, eval::eval};
use crate::module::Module;

/// The largest memory a trial may have, in bytes.
const MAX_MEMORY: usize = 8 << 20;
const MAX_DEPTH: usize = 80;

/// What an imported function does, as far as helpers need the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HostHelper {
    /// Aborts if this argument is 0.
    Assert(u8),
    /// A helper of C.
    C(Intrinsic),
}

/// The imported functions that are helpers.
pub(crate) type HostHelpers = PrimaryMap<Func, Option<HostHelper>>;

/// Memory, globals and the work left.
#[derive(Clone, Debug)]
pub(crate) struct Concrete<'a> {
    module: &'a Module,
    lifted: &'a Lifted,
    helpers: Arc<HostHelpers>,
    /// Linear memory.
    pub(crate) memory: Pages,
    globals: Vec<u64>,
    fuel: u32,
    depth: usize,
    /// Who answers calls of imports; without, they end the trial.
    pub(crate) host: Option<TrialHost<'a>>,
    /// Whose loads are noted.
    pub(crate) watch: Option<Watch>,
    /// Who hears what is compared.
    pub(crate) listener: Option<Listener>,
    /// The end of the highest run of memory that was written.
    top: usize,
    /// The end of static data.
    data_end: usize,
}

impl<'a> Concrete<'a> {
    /// The module's initial state; `None` if its memory is too large to try anything.
    pub(crate) fn new(
        module: &'a Module,
        lifted: &'a Lifted,
        helpers: Arc<HostHelpers>,
        fuel: u32,
    ) -> Option<Self> {
        let pages = usize::try_from(module.memory_pages?).ok()?;
        pages.checked_mul(65536).filter(|s| *s <= MAX_MEMORY)?;
        let mut memory = Pages::new(pages);
        for segment in &module.data {
            let Some(address) = segment.address else {
                continue;
            };
            let bytes = &module.bytes[segment.range.clone()];
            let start = usize::try_from(address).ok()?;
            memory.put(start, bytes)?;
        }
        let data_end = module
            .data
            .iter()
            .filter_map(|segment| Some(segment.address? as usize + segment.range.len()))
            .max()
            .unwrap_or(0);
        let globals = module
            .globals
            .values()
            .map(|g| g.init.unwrap_or(0))
            .collect();
        Some(Concrete {
            module,
            lifted,
            helpers,
            memory,
            globals,
            fuel,
            depth: 0,
            host: None,
            watch: None,
            listener: None,
            top: data_end,
            data_end,
        })
    }

    /// The memory above static data, as far as it was written: the heap.
    pub(crate) fn written(&self) -> Vec<u8> {
        self.memory.get(self.data_end..self.top).unwrap_or_default()
    }

    /// The memory from address 0 on, as far as it was written or is static data.
    pub(crate) fn initial(&self) -> Vec<u8> {
        self.memory.get(0..self.top).unwrap_or_default()
    }

    /// How much of memory that is.
    pub(crate) fn initial_len(&self) -> usize {
        self.top
    }

    /// The same with the memory of another, everything else as it was.
    pub(crate) fn with_memory_of(self, other: Self) -> Self {
        Concrete {
            memory: other.memory,
            top: other.top,
            ..self
        }
    }

    /// Writes to memory; `None` if it does not fit.
    pub(crate) fn put(&mut self, address: u64, bytes: &[u8]) -> Option<()> {
        let to = self.range(address, 0, bytes.len() as u64)?;
        self.top = self.top.max(to.end);
        self.memory.put(to.start, bytes)
    }

    /// A copy with fresh fuel.
    pub(crate) fn clone_for_trial(&self, fuel: u32) -> Self {
        Concrete {
            fuel,
            depth: 0,
            ..self.clone()
        }
    }

    /// Calls a function. `None` if it traps, asks the host for something, or takes too long.
    pub(crate) fn call(&mut self, func: Func, args: &[u64]) -> Option<Vec<u64>> {
        if let Some(helper) = self.helpers[func] {
            return self.help(helper, args);
        }
        if self.host.is_some() && self.module.import(func).is_some() {
            return self.ask(func, args);
        }
        if let ([to, from, len], Some(watch)) = (args, &mut self.watch)
            && watch.copies.contains(&func)
        {
            watch.note(*from as usize, u32::try_from(*len).unwrap_or(u32::MAX));
            self.op(&Op::MemoryCopy, args)?;
            let results = &self.module.func_type(func).results;
            return Some(results.iter().map(|_| *to).collect());
        }
        if let Some(listener) = &mut self.listener {
            listener.hear(&self.memory, args);
        }
        let function = self.lifted.get(func)?;
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let mut values = vec![0u64; function.values.len()];
        let mut block = function.entry;
        let mut passed: SmallVec<[u64; 8]> = args.into();
        loop {
            let data = &function.blocks[block];
            for (param, arg) in data.params.iter().zip(&passed) {
                values[param.index()] = *arg;
            }
            for inst in &data.insts {
                self.fuel = self.fuel.checked_sub(1)?;
                let inst = &function.insts[*inst];
                // What most instructions are.
                let computed = match (&inst.op, &inst.args[..]) {
                    (Op::Const(_, bits), _) => Some(*bits),
                    (Op::Numeric(op), [a]) => Some(eval(*op, &[values[a.index()]])?),
                    (Op::Numeric(op), [a, b]) => {
                        Some(eval(*op, &[values[a.index()], values[b.index()]])?)
                    }
                    _ => None,
                };
                if let (Some(result), Some(value)) = (computed, inst.results.first()) {
                    values[value.index()] = result;
                    continue;
                }
                let args: SmallVec<[u64; 4]> =
                    inst.args.iter().map(|v| values[v.index()]).collect();
                let results = self.op(&inst.op, &args)?;
                for (value, result) in inst.results.iter().zip(results) {
                    values[value.index()] = result;
                }
            }
            self.fuel = self.fuel.checked_sub(1)?;
            let edge = match &data.terminator {
                Terminator::Jump(edge) => edge,
                Terminator::Branch {
                    cond,
                    then,
                    otherwise,
                } => {
                    if values[cond.index()] as u32 != 0 {
                        then
                    } else {
                        otherwise
                    }
                }
                Terminator::Switch {
                    index,
                    targets,
                    default,
                } => targets
                    .get(values[index.index()] as u32 as usize)
                    .unwrap_or(default),
                Terminator::Return(results) | Terminator::ReturnCall(results) => {
                    self.depth -= 1;
                    return Some(results.iter().map(|v| values[v.index()]).collect());
                }
                Terminator::Unreachable => return None,
            };
            passed = edge.args.iter().map(|v| values[v.index()]).collect();
            block = edge.block;
        }
    }

    fn help(&mut self, helper: HostHelper, args: &[u64]) -> Option<Vec<u64>> {
        match (helper, args) {
            (HostHelper::Assert(condition), args) => {
                (*args.get(usize::from(condition))? as u32 != 0).then(Vec::new)
            }
            (HostHelper::C(Intrinsic::Copy), [to, _, _]) => {
                self.op(&Op::MemoryCopy, args)?;
                Some(vec![*to])
            }
            (HostHelper::C(Intrinsic::Fill), [to, _, _]) => {
                self.op(&Op::MemoryFill, args)?;
                Some(vec![*to])
            }
            _ => None,
        }
    }

    fn op(&mut self, op: &Op, args: &[u64]) -> Option<SmallVec<[u64; 1]>> {
        let one = |value| Some(SmallVec::from_slice(&[value]));
        let none = Some(SmallVec::new());
        match op {
            Op::Const(_, bits) => one(*bits),
            Op::Numeric(op) => one(eval(*op, args)?),
            Op::Select => one(if args[2] as u32 != 0 {
                args[0]
            } else {
                args[1]
            }),
            Op::Load {
                ty,
                bytes,
                signed,
                mem,
            } => {
                let from = self.range(args[0], mem.offset, u64::from(*bytes))?;
                if let Some(watch) = &mut self.watch {
                    watch.note(from.start, u32::from(*bytes));
                }
                let bits = self.memory.number(from.start, usize::from(*bytes))?;
                one(if *signed {
                    extend(bits, *bytes, *ty)?
                } else {
                    bits
                })
            }
            Op::Store { bytes, mem, .. } => {
                let to = self.range(args[0], mem.offset, u64::from(*bytes))?;
                self.top = self.top.max(to.end);
                let stored = args[1].to_le_bytes();
                self.memory
                    .put(to.start, stored.get(..usize::from(*bytes))?)?;
                none
            }
            Op::MemoryCopy => {
                let to = self.range(args[0], 0, args[2])?;
                let from = self.range(args[1], 0, args[2])?;
                self.spend(args[2])?;
                self.top = self.top.max(to.end);
                let copied = self.memory.get(from)?;
                self.memory.put(to.start, &copied)?;
                none
            }
            Op::MemoryFill => {
                let to = self.range(args[0], 0, args[2])?;
                self.spend(args[2])?;
                self.top = self.top.max(to.end);
                self.memory.fill(to, args[1] as u8)?;
                none
            }
            Op::MemorySize => one((self.memory.len() / 65536) as u64),
            Op::MemoryGrow => {
                let pages = usize::try_from(args[0]).ok()?;
                let old = self.memory.len();
                let new = old.checked_add(pages.checked_mul(65536)?)?;
                if new > MAX_MEMORY {
                    return None;
                }
                self.memory.grow(pages);
                one((old / 65536) as u64)
            }
            Op::GlobalGet(global) => one(self.globals[global.index()]),
            Op::GlobalSet(global) => {
                self.globals[global.index()] = args[0];
                none
            }
            Op::Call(Callee::Direct(func)) => Some(self.call(*func, args)?.into()),
            Op::Call(Callee::Indirect(table, sig)) => {
                let (index, args) = args.split_last()?;
                let entries = &self.module.tables[*table].entries;
                let func = (*entries.get(*index as usize)?)?;
                if self.module.types[self.module.funcs[func].sig] != self.module.types[*sig] {
                    return None;
                }
                Some(self.call(func, args)?.into())
            }
            _ => None,
        }
    }

    pub(crate) fn range(&self, base: u64, offset: u64, len: u64) -> Option<std::ops::Range<usize>> {
        let start = usize::try_from(base.checked_add(offset)?).ok()?;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        (end <= self.memory.len()).then_some(start..end)
    }

    fn spend(&mut self, bytes: u64) -> Option<()> {
        self.fuel = self.fuel.checked_sub(u32::try_from(bytes / 8).ok()?)?;
        Some(())
    }
}

/// The sign-extending operator for a load.
fn extend(bits: u64, bytes: u8, ty: crate::ir::Type) -> Option<u64> {
    use crate::ir::Type;
    let op = match (ty, bytes) {
        (Type::I32, 1) => NumericOp::I32Extend8S,
        (Type::I32, 2) => NumericOp::I32Extend16S,
        (Type::I64, 1) => NumericOp::I64Extend8S,
        (Type::I64, 2) => NumericOp::I64Extend16S,
        (Type::I64, 4) => NumericOp::I64Extend32S,
        _ => return Some(bits),
    };
    eval(op, &[bits])
}
