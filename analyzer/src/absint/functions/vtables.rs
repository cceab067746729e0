//! Which functions a call through the table can mean, beyond what its type says.
//!
//! Types alone confuse much: `Display::fmt` has the type of an iterator's `advance_by`, which asks the host for entries of
//! the storage. But a method of a trait object is found in a vtable (drop, size, alignment, then the methods), always at
//! the same place: what only stands in vtables is called by loading the index from just there.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::absint::domain::memory::Image;
use crate::graph::callgraph::Lifted;
use crate::ir::{Callee, Func, Function, Inst, NumericOp, Op, Value, ValueDef};

/// Where the methods begin in a vtable.
const FIRST_METHOD: u32 = 12;
/// Traits have fewer methods than this.
const MAX_METHODS: u32 = 100;
/// How many calls up it is followed what is passed.
const MAX_PASSED: u32 = 4;
/// No value behind a trait object is larger.
const MAX_SIZE: u32 = 1 << 20;

/// Where an index of the table can come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// It is a constant.
    Constant(u32),
    /// It was loaded from this offset behind a pointer.
    Offset(u32),
    /// It was loaded from the front of a vtable: it drops a value.
    Drop,
}

/// All that an index can come from; nothing if that is not known.
pub(crate) type Origins = SmallVec<[Origin; 2]>;

/// Where indices of the table come from.
#[derive(Debug, Default)]
pub(crate) struct Vtables {
    /// For each index that stands in vtables: at which offsets.
    offsets: FxHashMap<u32, SmallVec<[u32; 2]>>,
    /// What stands at the front of vtables.
    drops: FxHashSet<u32>,
    /// For parameters that are called: where what is passed comes from.
    params: FxHashMap<(Func, u32), Origins>,
}

impl Vtables {
    /// Finds the vtables in static data. The tests say what an index of the table can be, and which of them can drop a
    /// value.
    pub(crate) fn find(
        image: &Image,
        is_entry: &dyn Fn(u32) -> bool,
        drops: &dyn Fn(u32) -> bool,
    ) -> Self {
        let words: Vec<u32> = image
            .data
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        let mut vtables = Vtables::default();
        for (at, head) in words.windows(4).enumerate() {
            let [drop, size, align, first] = *head else {
                continue;
            };
            let begins = (drop == 0 || drops(drop))
                && matches!(align, 1 | 2 | 4 | 8 | 16)
                && size < MAX_SIZE
                && size % align == 0
                && is_entry(first);
            if !begins {
                continue;
            }
            vtables.drops.insert(drop);
            for (i, word) in (0..MAX_METHODS).zip(&words[at + 3..]) {
                if !is_entry(*word) {
                    break;
                }
                let offset = FIRST_METHOD + 4 * i;
                let offsets = vtables.offsets.entry(*word).or_default();
                if !offsets.contains(&offset) {
                    offsets.push(offset);
                }
            }
        }
        vtables
    }

    /// Whether a call can mean an index if it comes from one of these.
    pub(crate) fn may_call(&self, index: u32, origins: &[Origin]) -> bool {
        if matches!(origins, [Origin::Drop]) {
            return self.drops.contains(&index);
        }
        match self.offsets.get(&index) {
            Some(offsets) if !origins.is_empty() => origins.iter().any(|origin| match origin {
                Origin::Constant(constant) => *constant == index,
                Origin::Offset(offset) => offsets.contains(offset),
                Origin::Drop => self.drops.contains(&index),
            }),
            _ => true,
        }
    }

    /// What an index of the table can come from.
    pub(crate) fn origins(&self, function: &Function, index: Value) -> Origins {
        match source(function, index) {
            Some(Source::Known(origin)) => SmallVec::from_slice(&[origin]),
            Some(Source::Param(param)) => {
                let found = self.params.get(&(function.func, param));
                found.cloned().unwrap_or_default()
            }
            None => SmallVec::new(),
        }
    }

    /// Finds out what is passed for parameters that are called: compilers pass a method rather than the vtable, where a
    /// function calls just one. The test says which functions can be called through tables.
    pub(crate) fn trace_params(&mut self, lifted: &Lifted, is_entry: &dyn Fn(Func) -> bool) {
        let mut calls: FxHashMap<Func, Vec<(&Function, Inst)>> = FxHashMap::default();
        let mut called: Vec<(Func, u32)> = Vec::new();
        for function in lifted.iter() {
            for (inst, data) in function.insts.iter() {
                match data.op {
                    Op::Call(Callee::Direct(callee)) => {
                        calls.entry(callee).or_default().push((function, inst));
                    }
                    Op::Call(Callee::Indirect(..)) => {
                        if let Some(index) = data.args.last()
                            && let Some(Source::Param(param)) = source(function, *index)
                        {
                            called.push((function.func, param));
                        }
                    }
                    _ => {}
                }
            }
        }
        for (func, param) in called {
            let mut found = Origins::new();
            if passed(&calls, is_entry, (func, param), &mut found, 0) {
                self.params.insert((func, param), found);
            }
        }
    }
}

/// Where a value comes from in its function.
enum Source {
    Known(Origin),
    /// A parameter of the function.
    Param(u32),
}

fn source(function: &Function, value: Value) -> Option<Source> {
    match function.values[value].def {
        ValueDef::Param(block, param) if block == function.entry => Some(Source::Param(param)),
        ValueDef::Result(inst, 0) => match &function.insts[inst].op {
            Op::Load { bytes: 4, mem, .. } => {
                let base = function.insts[inst].args[0];
                let offset = u32::try_from(mem.offset).ok()?;
                let offset = offset.checked_add(added(function, base))?;
                if offset == 0 && reads_size(function, base) {
                    return Some(Source::Known(Origin::Drop));
                }
                Some(Source::Known(Origin::Offset(offset)))
            }
            Op::Const(_, bits) => Some(Source::Known(Origin::Constant(*bits as u32))),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the size of a value is read from a vtable: whoever drops a value behind a trait object frees it, too.
fn reads_size(function: &Function, vtable: Value) -> bool {
    function.insts.values().any(|inst| match &inst.op {
        Op::Load { bytes: 4, mem, .. } => mem.offset == 4 && inst.args[0] == vtable,
        _ => false,
    })
}

/// The constant that an address has been moved by.
fn added(function: &Function, address: Value) -> u32 {
    let ValueDef::Result(inst, 0) = function.values[address].def else {
        return 0;
    };
    let inst = &function.insts[inst];
    let constant = |value: Value| match source(function, value) {
        Some(Source::Known(Origin::Constant(bits))) => Some(bits),
        _ => None,
    };
    match inst.op {
        Op::Numeric(NumericOp::I32Add) => constant(inst.args[1])
            .or_else(|| constant(inst.args[0]))
            .unwrap_or(0),
        _ => 0,
    }
}

/// Collects where what is passed for a parameter comes from. Whether that is known for all calls.
fn passed(
    calls: &FxHashMap<Func, Vec<(&Function, Inst)>>,
    is_entry: &dyn Fn(Func) -> bool,
    (func, param): (Func, u32),
    found: &mut Origins,
    depth: u32,
) -> bool {
    if depth > MAX_PASSED || is_entry(func) {
        return false;
    }
    let sites = calls.get(&func).map_or(&[][..], Vec::as_slice);
    sites.iter().all(|(caller, inst)| {
        let Some(value) = caller.insts[*inst].args.get(param as usize) else {
            return false;
        };
        match source(caller, *value) {
            Some(Source::Known(origin)) => {
                if !found.contains(&origin) {
                    found.push(origin);
                }
                true
            }
            Some(Source::Param(outer)) => {
                passed(calls, is_entry, (caller.func, outer), found, depth + 1)
            }
            None => false,
        }
    })
}
