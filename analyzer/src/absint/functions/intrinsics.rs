//! Helper functions whose meaning is known: memory copies and comparisons, the allocator, wide arithmetic. Compilers and
//! SDKs bring their own, mostly without names, so they are recognised by what they do: each candidate of a fitting type is
//! run by the [concrete machine](crate::absint::functions::concrete) on a few inputs, and what comes out must be right every time.

use crate::absint::functions::allocators::{Order, allocates, could_free, frees, reallocates};
use crate::absint::functions::concrete::Concrete;
use crate::absint::functions::summary::Summary;
use crate::entity::PrimaryMap;
use crate::graph::callgraph::Lifted;
use crate::ir::{Func, FuncType, Type};
use crate::module::Module;

/// A function whose meaning is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Intrinsic {
    /// `(to, from, len)`: copies; returns `to` if it returns anything.
    Copy,
    /// `(to, byte, len)`: fills; returns `to` if it returns anything.
    Fill,
    /// `(a, b, len) → order`: compares.
    Compare,
    /// `(out, text, len)`: hands the text out as one in UTF-8: `Ok`, its address, its length (Rust's `str::from_utf8`).
    CheckUtf8,
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
    pub(crate) fn of_c(name: &str) -> Option<Self> {
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
pub(crate) const TRIAL_FUEL: u32 = 20_000;

/// Work that an entry point may take to set up memory.
const WARM_UP_FUEL: u32 = 100_000;
/// Entry points tried for setting up memory.
const MAX_WARM_UPS: usize = 2;

/// Finds out which functions copy, compare, allocate, free.
pub(crate) fn find(
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
    for (func, intrinsic) in named_allocators(module) {
        if found[func].is_none() && lifted.get(func).is_some() {
            found[func] = Some(intrinsic);
        }
    }
    found
}

/// C's allocator where the module names it: one that asks the host for memory cannot be tried.
fn named_allocators(module: &Module) -> impl Iterator<Item = (Func, Intrinsic)> + '_ {
    let by_name = module
        .funcs
        .iter()
        .filter_map(|(func, decl)| Some((decl.name.as_deref()?, func)));
    by_name
        .chain(module.exported_funcs())
        .filter_map(|(name, func)| {
            let intrinsic = Intrinsic::of_c(name)?;
            let ty = module.func_type(func);
            let fits = match intrinsic {
                Intrinsic::Allocate => ty.params == [Type::I32] && ty.results == [Type::I32],
                Intrinsic::Free => ty.params == [Type::I32] && ty.results.is_empty(),
                _ => false,
            };
            fits.then_some((func, intrinsic))
        })
}

/// Whether a function of this type could be an intrinsic that is found by trial.
fn is_candidate(ty: &FuncType) -> bool {
    let i32s = |n: usize| ty.params.len() == n && ty.params.iter().all(|p| *p == Type::I32);
    i32s(3) && matches!(ty.results[..], [] | [Type::I32])
}

/// Whether a function hands out what it is given if that is a text in UTF-8, and else tells from where on it is none.
fn checks_utf8(start: &Concrete<'_>, base: usize, func: Func, ty: &FuncType) -> bool {
    let (out, at) = (base as u32, (base + 64) as u32);
    let answer = |text: &[u8]| {
        let mut machine = start.clone_for_trial(TRIAL_FUEL);
        let place = at as usize;
        machine.memory.fill(base..base + WINDOW, 0xa5)?;
        machine.memory.put(place, text)?;
        machine.call(func, &[u64::from(out), u64::from(at), text.len() as u64])?;
        let word = |i: usize| machine.memory.word(base + 4 * i);
        let kept = machine.memory.get(place..place + text.len())? == text;
        kept.then_some([word(0)?, word(1)?, word(2)?])
    };
    let texts = [
        "plain",
        "two lines of text\n, of more than sixteen bytes",
        "Grüße, 区块链",
        "",
    ];
    ty.results.is_empty()
        && texts
            .iter()
            .all(|text| answer(text.as_bytes()) == Some([0, at, text.len() as u32]))
        && answer(b"plain, \xff then not")
            .is_some_and(|[tag, valid, _]| tag & 0xff == 1 && valid == 7)
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
        let before: Vec<u8> = (0..WINDOW).map(|i| (i * 7 + 3) as u8).collect();
        machine.memory.put(base, &before)?;
        let results = machine.call(func, &[(base + a) as u64, b, len as u64])?;
        let after = machine.memory.get(base..base + WINDOW)?;
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
    if checks_utf8(start, base, func, ty) {
        return Some(Intrinsic::CheckUtf8);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::module::decode;

    /// Takes texts without a byte `ff`; `$kept` says so of all texts.
    const CHECKS: &str = r#"
        (module (memory (export "memory") 2)
          (func $take (param i32 i32 i32) (local i32)
            (block $end (loop $next
              (br_if $end (i32.ge_u (local.get 3) (local.get 2)))
              (if (i32.eq (i32.load8_u (i32.add (local.get 1) (local.get 3))) (i32.const 255))
                (then
                  (i32.store offset=4 (local.get 0) (local.get 3))
                  (i32.store (local.get 0) (i32.const 1))
                  (return)))
              (local.set 3 (i32.add (local.get 3) (i32.const 1)))
              (br $next)))
            (call $kept (local.get 0) (local.get 1) (local.get 2)))
          (func $kept (param i32 i32 i32)
            (i32.store (local.get 0) (i32.const 0))
            (i32.store offset=4 (local.get 0) (local.get 1))
            (i32.store offset=8 (local.get 0) (local.get 2))))"#;

    #[test]
    fn what_refuses_other_bytes_checks_texts() {
        let module = decode(wat::parse_str(CHECKS).expect("a module")).expect("a right module");
        let lifted = Lifted::new(&module, module.funcs.keys());
        let helpers = Arc::new(module.funcs.keys().map(|_| None).collect());
        let start = Concrete::new(&module, &lifted, helpers, 0).expect("little memory");
        let found: Vec<_> = module
            .funcs
            .keys()
            .map(|func| by_trial(&start, func, module.func_type(func)))
            .collect();
        assert_eq!(found, [Some(Intrinsic::CheckUtf8), None]);
    }
}
