//! Recognises the allocator: candidates are run by the [concrete machine](crate::absint::functions::concrete), and what
//! they give and take is watched.

use crate::absint::functions::concrete::Concrete;
use crate::absint::functions::intrinsics::{Intrinsic, TRIAL_FUEL};
use crate::graph::callgraph::Lifted;
use crate::ir::{Callee, Func, FuncType, Function, NumericOp, Op, Type, Value, ValueDef};
use crate::module::Module;

/// Functions tried for freeing memory.
const MAX_FREEING: usize = 16;
/// Instructions of a function that only computes an address.
const TINY: usize = 8;
/// How much stands at most before what an allocator gives.
const HEADER: i32 = 16;

/// In which order an allocator takes the size and an alignment, a type, or (rarely) a flag.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    SizeFirst,
    SizeLast,
}

/// What an allocator is given beside the size.
const BESIDE_SIZE: u64 = 8;
/// Where an allocator is told that it is itself, if it is told.
const ITSELF: u64 = 1024;

impl Order {
    /// The arguments of an allocator with so many parameters.
    pub(crate) fn args(self, size: u64, params: usize) -> Vec<u64> {
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
pub(crate) fn allocates(
    start: &Concrete<'_>,
    func: Func,
    ty: &FuncType,
    order: Order,
) -> Option<Intrinsic> {
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
        let word = |at: u64| machine.memory.word(at as usize);
        let (first, then) = (word(address)?, word(address + 4)?);
        if first != 0 && first == then && word(address + 8) != Some(0) {
            // A new array: twice the address of its elements, then their size.
            return None;
        }
        headers &=
            word(address - 8) == Some(BESIDE_SIZE as u32) && word(address - 4) == Some(size as u32);
        // What is written there must stay: an allocator does not use what it gave away.
        machine
            .memory
            .fill(address as usize..(address + size) as usize, 0xa5)?;
        runs.push((address, size));
    }
    let kept = runs.iter().all(|(address, len)| {
        let run = *address as usize..(address + len) as usize;
        machine.memory.is_filled(run, 0xa5)
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
        dirty.memory.fill(run.clone(), 0xa5)?;
        let again = allocate(&mut dirty)?;
        Some(again == run && dirty.memory.is_filled(run, 0))
    };
    attempt() == Some(true)
}

/// Whether a function reallocates: the content moves along. `allocate` is the module's allocator.
pub(crate) fn reallocates(
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
    let run = old as usize..old as usize + 24;
    if machine.memory.fill(run, 0x5a).is_none() {
        return false;
    }
    let args: &[u64] = match ty.params.len() {
        2 => &[old, 96],
        3 => &[old, 24, 96],
        _ => &[old, 24, 8, 96],
    };
    let Some(new) = machine.call(func, args) else {
        return false;
    };
    let new = new[0] as u32 as usize;
    new >= 16 && machine.memory.is_filled(new..new + 24, 0x5a)
}

/// The functions that could free memory: they look at what stands before the address that they are given.
pub(crate) fn could_free<'a>(
    module: &'a Module,
    lifted: &'a Lifted,
) -> impl Iterator<Item = Func> + 'a {
    let is_candidate = |function: &&Function| {
        let ty = module.func_type(function.func);
        let addresses = matches!(ty.params.len(), 1..=3)
            && ty.params.iter().all(|p| *p == Type::I32)
            && ty.results.is_empty();
        addresses && (looks_before(function) || asks_what_is_before(function, lifted))
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

/// Whether a function has a tiny one subtract that, as where the compiler saved space.
fn asks_what_is_before(function: &Function, lifted: &Lifted) -> bool {
    let first = function.blocks[function.entry].params.first();
    function.insts.values().any(|inst| match inst.op {
        Op::Call(Callee::Direct(helper)) if inst.args.first() == first => lifted
            .get(helper)
            .is_some_and(|helper| helper.insts.len() <= TINY && looks_before(helper)),
        _ => false,
    })
}

/// Whether a function frees: what it is given is given out again, and nothing else changes.
pub(crate) fn frees(
    start: &Concrete<'_>,
    func: Func,
    ty: &FuncType,
    allocate: &(Func, Vec<u64>),
) -> bool {
    let attempt = || {
        let mut machine = start.clone_for_trial(TRIAL_FUEL * 4);
        let new = |machine: &mut Concrete<'_>| {
            let address = machine.call(allocate.0, &allocate.1)?[0] as u32 as usize;
            machine.memory.fill(address..address + 24, 0xa5)?;
            Some(address)
        };
        // Between two others, so that it is not merged with what is free.
        let [before, freed, after] = [new(&mut machine)?, new(&mut machine)?, new(&mut machine)?];
        let args = [freed as u64, 24, BESIDE_SIZE];
        machine.call(func, &args[..ty.params.len()])?;
        let kept = |other: &usize| machine.memory.is_filled(*other..other + 24, 0xa5);
        Some([before, after].iter().all(kept) && (0..3).any(|_| new(&mut machine) == Some(freed)))
    };
    attempt() == Some(true)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::module::decode;

    /// A bump allocator that gives out again what was freed last; in `$clearing` what it gives is zero.
    const ALLOCATORS: &str = r#"
        (module (memory (export "memory") 2) (global $top (mut i32) (i32.const 4096)) (global $freed (mut i32) (i32.const 0))
          (func $take (param i32) (result i32) (local i32)
            (if (i32.and (i32.ne (global.get $freed) (i32.const 0)) (i32.le_u (local.get 0) (i32.const 24)))
              (then (local.set 1 (global.get $freed)) (global.set $freed (i32.const 0)) (return (local.get 1))))
            (local.set 1 (i32.add (global.get $top) (i32.const 16)))
            (global.set $top (i32.add (local.get 1) (local.get 0)))
            (local.get 1))
          (func $clearing (param i32) (result i32) (local i32)
            (memory.fill (local.tee 1 (call $take (local.get 0))) (i32.const 0) (local.get 0))
            (local.get 1))
          (func $free (param i32 i32)
            (i32.store (i32.add (local.get 0) (i32.const -4)) (i32.const 1))
            (global.set $freed (local.get 0)))
          (func $forget (param i32 i32)
            (i32.store (i32.add (local.get 0) (i32.const -4)) (i32.const 1)))
          (func $before (param i32) (result i32) (i32.add (local.get 0) (i32.const -8)))
          (func $asking (param i32)
            (i32.store (call $before (local.get 0)) (i32.const 1))
            (global.set $freed (local.get 0)))
          (func $move (param i32 i32 i32) (result i32) (local i32)
            (memory.copy (local.tee 3 (call $take (local.get 2))) (local.get 0) (local.get 1))
            (local.get 3)))"#;

    fn with_allocators(check: impl Fn(&Module, &Lifted, &Concrete<'_>)) {
        let bytes = wat::parse_str(ALLOCATORS).expect("a module");
        let module = decode(bytes).expect("a right module");
        let lifted = Lifted::new(&module, module.funcs.keys());
        let helpers = Arc::new(module.funcs.keys().map(|_| None).collect());
        let start = Concrete::new(&module, &lifted, helpers, 0).expect("little memory");
        check(&module, &lifted, &start);
    }

    fn func(module: &Module, index: usize) -> (Func, &FuncType) {
        let func = module.funcs.keys().nth(index).expect("a function");
        (func, module.func_type(func))
    }

    #[test]
    fn allocators_are_told_apart_by_what_they_leave_in_memory() {
        with_allocators(|module, _, start| {
            let how = |index| {
                let (func, ty) = func(module, index);
                allocates(start, func, ty, Order::SizeFirst)
            };
            assert_eq!(how(0), Some(Intrinsic::Allocate));
            assert_eq!(how(1), Some(Intrinsic::AllocateZeroed));
            assert_eq!(how(2), None);
        });
    }

    #[test]
    fn what_is_freed_is_given_out_again() {
        with_allocators(|module, lifted, start| {
            let allocator = (func(module, 0).0, vec![24]);
            let candidates: Vec<Func> = could_free(module, lifted).collect();
            let expected = [2, 3, 5].map(|index| func(module, index).0);
            assert_eq!(candidates, expected);
            let freeing = |index| {
                let (func, ty) = func(module, index);
                frees(start, func, ty, &allocator)
            };
            assert!(freeing(2));
            assert!(!freeing(3));
            assert!(freeing(5));
        });
    }

    #[test]
    fn content_moves_along_whatever_the_arguments() {
        with_allocators(|module, _, start| {
            let allocator = (func(module, 0).0, vec![24]);
            let moving = |index| {
                let (func, ty) = func(module, index);
                reallocates(start, func, ty, &allocator)
            };
            assert!(moving(6));
            assert!(!moving(0));
        });
    }
}
