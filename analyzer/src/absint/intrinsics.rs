//! Helper functions whose meaning is known: memory copies and comparisons, the allocator, wide arithmetic. Compilers and
//! SDKs bring their own, mostly without names, so they are recognised by what they do: each candidate of a fitting type is
//! run by the [concrete machine](super::concrete) on a few inputs, and what comes out must be right every time.

use super::concrete::Concrete;
use super::summary::Summary;
use crate::entity::PrimaryMap;
use crate::graph::callgraph::Lifted;
use crate::ir::{Func, FuncType, Function, NumericOp, Op, Type, Value, ValueDef};
use crate::module::Module;

/// A function whose meaning is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Intrinsic {
    /// `(to, from, len)`: copies; returns `to` if it returns anything.
    Copy,
    /// `(to, byte, len)`: fills; returns `to` if it returns anything.
    Fill,
    /// `(a, b, len) → order`: compares.
    Compare,
    /// `(size, …) → address`: allocates.
    Allocate,
    /// The same, and what is allocated is zero (Go).
    AllocateZeroed,
    /// `(size, type) → address`: allocates an object of AssemblyScript, whose type and size stand before it.
    AllocateObject,
    /// `(address, old size, align, new size)`, where the alignment may be left out or both it and the old size, → address:
    /// allocates anew and copies.
    Reallocate,
    /// `(address, …)`: frees.
    Free,
}

impl Intrinsic {
    /// The helper that has this name in C, where the host supplies it.
    pub(super) fn of_c(name: &str) -> Option<Self> {
        match name.trim_start_matches('_') {
            "memcpy" | "memmove" => Some(Intrinsic::Copy),
            "memset" => Some(Intrinsic::Fill),
            "memcmp" | "bcmp" => Some(Intrinsic::Compare),
            "malloc" => Some(Intrinsic::Allocate),
            "free" => Some(Intrinsic::Free),
            _ => None,
        }
    }
}

/// What is looked at around the runs: more than they take, since a buffer that appends to itself keeps its length behind.
const WINDOW: usize = 4096;
/// Work that a trial may take.
const TRIAL_FUEL: u32 = 20_000;

/// Work that an entry point may take to set up memory.
const WARM_UP_FUEL: u32 = 100_000;
/// Entry points tried for setting up memory.
const MAX_WARM_UPS: usize = 2;

/// Functions tried for freeing memory.
const MAX_FREEING: usize = 16;
/// How much stands at most before what an allocator gives.
const HEADER: i32 = 16;

/// Finds out which functions copy, compare, allocate, free.
pub(super) fn find(
    module: &Module,
    lifted: &Lifted,
    start: &Concrete<'_>,
    summaries: &PrimaryMap<Func, Option<Summary>>,
) -> PrimaryMap<Func, Option<Intrinsic>> {
    let mut found: PrimaryMap<Func, Option<Intrinsic>> =
        module.funcs.keys().map(|_| None).collect();
    // Allocators may assert that there is memory.
    let alone = |func: Func| summaries[func].as_ref().filter(|s| s.alone);
    let mut growing = Vec::new();
    for func in module.funcs.keys() {
        let Some(summary) = &summaries[func] else {
            continue;
        };
        if summary.alone && !summary.grows && summary.size < 2000 {
            found[func] = by_trial(start, func, module.func_type(func));
        } else if summary.grows && summary.size < 40_000 {
            // Where there is no memory left, some tell the host (Go): a trial does not come that far.
            growing.push((func, summary.size));
        }
    }
    // Some allocators are only ready when an entry point has set up memory.
    let warm = module
        .exported_funcs()
        .filter(|(_, func)| lifted.get(*func).is_some())
        .take(MAX_WARM_UPS)
        .map(|(_, func)| {
            let mut warm = start.clone_for_trial(WARM_UP_FUEL);
            // How far it comes does not matter.
            let _ = warm.call(func, &vec![0; module.func_type(func).params.len()]);
            warm
        });
    for start in std::iter::once(start.clone()).chain(warm) {
        // The simplest: others allocate what they return, and more.
        let mut allocator: Option<(u32, (Func, Vec<u64>))> = None;
        for (func, size) in &growing {
            let ty = module.func_type(*func);
            if *size >= 20_000 {
                continue;
            }
            let orders = [Order::SizeFirst, Order::SizeLast];
            if let Some((order, how)) = orders
                .into_iter()
                .find_map(|order| Some((order, allocates(&start, *func, ty, order)?)))
            {
                found[*func] = Some(how);
                if allocator.as_ref().is_none_or(|(least, _)| size < least) {
                    allocator = Some((*size, (*func, order.args(24, ty.params.len()))));
                }
            }
        }
        let Some((_, allocator)) = allocator else {
            continue;
        };
        for (func, _) in &growing {
            let ty = module.func_type(*func);
            if found[*func].is_none() && reallocates(&start, *func, ty, &allocator) {
                found[*func] = Some(Intrinsic::Reallocate);
            }
        }
        for func in could_free(module, lifted) {
            if found[func].is_none()
                && alone(func).is_some()
                && frees(&start, func, module.func_type(func), &allocator)
            {
                found[func] = Some(Intrinsic::Free);
            }
        }
        break;
    }
    found
}

/// Whether a function of this type could be an intrinsic that is found by trial.
fn is_candidate(ty: &FuncType) -> bool {
    let i32s = |n: usize| ty.params.len() == n && ty.params.iter().all(|p| *p == Type::I32);
    i32s(3) && matches!(ty.results[..], [] | [Type::I32])
}

/// Finds out by trial whether a function copies, fills or compares memory.
fn by_trial(start: &Concrete<'_>, func: Func, ty: &FuncType) -> Option<Intrinsic> {
    let size = start.memory.len();
    // Somewhere in the middle of memory, away from what the function may keep for itself.
    let base = (size / 2) & !15;
    if size < 4 * WINDOW || !is_candidate(ty) {
        return None;
    }
    let trial = |a: usize, b: u64, len: usize| {
        let mut machine = start.clone_for_trial(TRIAL_FUEL);
        for (i, byte) in machine.memory[base..base + WINDOW].iter_mut().enumerate() {
            *byte = (i * 7 + 3) as u8;
        }
        let before = machine.memory[base..base + WINDOW].to_vec();
        let results = machine.call(func, &[(base + a) as u64, b, len as u64])?;
        let after = machine.memory[base..base + WINDOW].to_vec();
        Some((before, after, results))
    };
    let returns_first =
        |results: &[u64], a: usize| results.is_empty() || results[0] as u32 as usize == base + a;
    let copies = [
        (64, 256, 37),
        (67, 301, 16),
        (128, 64, 8),
        (99, 401, 1),
        (64, 200, 0),
    ];
    if copies.iter().all(|&(a, b, len)| {
        trial(a, (base + b) as u64, len).is_some_and(|(before, after, results)| {
            let mut expected = before.clone();
            expected.copy_within(b..b + len, a);
            after == expected && returns_first(&results, a)
        })
    }) {
        return Some(Intrinsic::Copy);
    }
    let fills = [(64, 0u8, 37), (67, 0xab, 16), (99, 1, 1), (64, 7, 0)];
    if fills.iter().all(|&(a, byte, len)| {
        trial(a, u64::from(byte), len).is_some_and(|(before, after, results)| {
            let mut expected = before.clone();
            expected[a..a + len].fill(byte);
            after == expected && returns_first(&results, a)
        })
    }) {
        return Some(Intrinsic::Fill);
    }
    // The pattern repeats every 256 bytes: runs that far apart are equal.
    let compares = [
        (0, 256, 37, true),
        (3, 259, 8, true),
        (0, 300, 5, false),
        (9, 9, 0, true),
        (1, 2, 1, false),
    ];
    let compared = !ty.results.is_empty()
        && compares.iter().all(|&(a, b, len, equal)| {
            trial(a, (base + b) as u64, len).is_some_and(|(before, after, results)| {
                after == before && (results[0] as u32 == 0) == equal
            })
        });
    compared.then_some(Intrinsic::Compare)
}

/// In which order an allocator takes the size and an alignment, a type, or (rarely) a flag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    SizeFirst,
    SizeLast,
}

/// What an allocator is given beside the size.
const BESIDE_SIZE: u64 = 8;
/// Where an allocator is told that it is itself, if it is told.
const ITSELF: u64 = 1024;

impl Order {
    /// The arguments of an allocator with so many parameters.
    fn args(self, size: u64, params: usize) -> Vec<u64> {
        match (self, params) {
            (_, 1) => vec![size],
            (Order::SizeFirst, 2) => vec![size, BESIDE_SIZE],
            (Order::SizeLast, 2) => vec![BESIDE_SIZE, size],
            (Order::SizeFirst, _) => vec![ITSELF, size, BESIDE_SIZE],
            (Order::SizeLast, _) => vec![ITSELF, BESIDE_SIZE, size],
        }
    }
}

/// Whether and how a function allocates: called again and again it returns addresses of runs that do not overlap.
fn allocates(start: &Concrete<'_>, func: Func, ty: &FuncType, order: Order) -> Option<Intrinsic> {
    let i32s = ty.params.iter().all(|p| *p == Type::I32);
    if !i32s || !matches!(ty.params.len(), 1..=3) || ty.results != [Type::I32] {
        return None;
    }
    let mut machine = start.clone_for_trial(TRIAL_FUEL * 4);
    let mut runs: Vec<(u64, u64)> = Vec::new();
    let mut headers = true;
    for size in [24u64, 200, 8, 64] {
        let results = machine.call(func, &order.args(size, ty.params.len()))?;
        let address = u64::from(results[0] as u32);
        if address < 16 || address + size > machine.memory.len() as u64 {
            return None;
        }
        let overlaps = |(other, len): &(u64, u64)| address < other + len && *other < address + size;
        if runs.iter().any(overlaps) {
            return None;
        }
        let word = |at: u64| {
            let bytes = machine.memory.get(at as usize..at as usize + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        let (first, then) = (word(address)?, word(address + 4)?);
        if first != 0 && first == then && word(address + 8) != Some(0) {
            // A new array: twice the address of its elements, then their size.
            return None;
        }
        headers &=
            word(address - 8) == Some(BESIDE_SIZE as u32) && word(address - 4) == Some(size as u32);
        // What is written there must stay: an allocator does not use what it gave away.
        machine.memory[address as usize..(address + size) as usize].fill(0xa5);
        runs.push((address, size));
    }
    let kept = runs.iter().all(|(address, len)| {
        machine.memory[*address as usize..(address + len) as usize]
            .iter()
            .all(|b| *b == 0xa5)
    });
    if !kept {
        return None;
    }
    Some(if headers && ty.params.len() == 2 {
        Intrinsic::AllocateObject
    } else if zeroes(start, func, &order.args(200, ty.params.len())) {
        Intrinsic::AllocateZeroed
    } else {
        Intrinsic::Allocate
    })
}

/// Whether an allocator clears what it gives: what stood there before is gone.
fn zeroes(start: &Concrete<'_>, func: Func, args: &[u64]) -> bool {
    let attempt = || {
        let allocate = |machine: &mut Concrete<'_>| {
            let address = machine.call(func, args)?[0] as u32 as usize;
            Some(address..address + 200)
        };
        let mut first = start.clone_for_trial(TRIAL_FUEL);
        let run = allocate(&mut first)?;
        let mut dirty = start.clone_for_trial(TRIAL_FUEL);
        dirty.memory.get_mut(run.clone())?.fill(0xa5);
        let again = allocate(&mut dirty)?;
        Some(again == run && dirty.memory.get(run)?.iter().all(|b| *b == 0))
    };
    attempt() == Some(true)
}

/// Whether a function reallocates: the content moves along. `allocate` is the module's allocator.
fn reallocates(
    start: &Concrete<'_>,
    func: Func,
    ty: &FuncType,
    allocate: &(Func, Vec<u64>),
) -> bool {
    let i32s = ty.params.iter().all(|p| *p == Type::I32);
    if !i32s || !matches!(ty.params.len(), 2..=4) || ty.results != [Type::I32] {
        return false;
    }
    let mut machine = start.clone_for_trial(TRIAL_FUEL * 4);
    let Some(old) = machine.call(allocate.0, &allocate.1) else {
        return false;
    };
    let old = u64::from(old[0] as u32);
    let Some(run) = machine.memory.get_mut(old as usize..old as usize + 24) else {
        return false;
    };
    run.fill(0x5a);
    let args: &[u64] = match ty.params.len() {
        2 => &[old, 96],
        3 => &[old, 24, 96],
        _ => &[old, 24, 8, 96],
    };
    let Some(new) = machine.call(func, args) else {
        return false;
    };
    let new = new[0] as u32 as usize;
    new >= 16
        && machine
            .memory
            .get(new..new + 24)
            .is_some_and(|run| run.iter().all(|b| *b == 0x5a))
}

/// The functions that could free memory: they look at what stands before the address that they are given.
fn could_free<'a>(module: &'a Module, lifted: &'a Lifted) -> impl Iterator<Item = Func> + 'a {
    let is_candidate = |function: &&Function| {
        let ty = module.func_type(function.func);
        let addresses = matches!(ty.params.len(), 1..=3)
            && ty.params.iter().all(|p| *p == Type::I32)
            && ty.results.is_empty();
        addresses && looks_before(function)
    };
    lifted
        .iter()
        .filter(is_candidate)
        .map(|function| function.func)
        .take(MAX_FREEING)
}

/// Whether a function subtracts a little from its first parameter.
fn looks_before(function: &Function) -> bool {
    let first = function.blocks[function.entry].params.first();
    let constant = |value: Value| match function.values[value].def {
        ValueDef::Result(inst, 0) => match function.insts[inst].op {
            Op::Const(_, bits) => Some(bits as u32 as i32),
            _ => None,
        },
        _ => None,
    };
    function.insts.values().any(|inst| match inst.op {
        Op::Numeric(NumericOp::I32Add) => {
            Some(&inst.args[0]) == first
                && constant(inst.args[1]).is_some_and(|by| (-HEADER..0).contains(&by))
        }
        Op::Numeric(NumericOp::I32Sub) => {
            Some(&inst.args[0]) == first
                && constant(inst.args[1]).is_some_and(|by| (1..=HEADER).contains(&by))
        }
        _ => false,
    })
}

/// Whether a function frees: what it is given is given out again, and nothing else changes.
fn frees(start: &Concrete<'_>, func: Func, ty: &FuncType, allocate: &(Func, Vec<u64>)) -> bool {
    let attempt = || {
        let mut machine = start.clone_for_trial(TRIAL_FUEL * 4);
        let new = |machine: &mut Concrete<'_>| {
            let address = machine.call(allocate.0, &allocate.1)?[0] as u32 as usize;
            machine.memory.get_mut(address..address + 24)?.fill(0xa5);
            Some(address)
        };
        // Between two others, so that it is not merged with what is free.
        let [before, freed, after] = [new(&mut machine)?, new(&mut machine)?, new(&mut machine)?];
        let args = [freed as u64, 24, BESIDE_SIZE];
        machine.call(func, &args[..ty.params.len()])?;
        let kept = |other: &usize| {
            machine.memory[*other..other + 24]
                .iter()
                .all(|b| *b == 0xa5)
        };
        Some([before, after].iter().all(kept) && (0..3).any(|_| new(&mut machine) == Some(freed)))
    };
    attempt() == Some(true)
}
