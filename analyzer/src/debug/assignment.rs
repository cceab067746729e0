//! The statement of a method that changes the state.
//!
//! Platforms that keep a contract's state in one value write it where a macro wraps the method, so the write itself leads
//! to an attribute that all methods share. What the author wrote is an assignment to a field: of the method's own
//! statements, one that stores and calls nothing.

use std::collections::BTreeMap;

use super::{SourceMap, SourcePosition, plain_name};
use crate::ir::{Func, Op};
use crate::lift::lift;
use crate::module::{FuncKind, Module};

/// What the instructions of a statement do.
#[derive(Default)]
struct Deeds {
    stores: bool,
    calls: bool,
}

impl SourceMap<'_> {
    /// The one assignment in the contract's own functions of that name; `None` if there is none or there are several.
    pub fn assignment(&self, module: &Module, name: &str) -> Option<SourcePosition> {
        let mut statements: BTreeMap<(String, u32), (SourcePosition, Deeds)> = BTreeMap::new();
        let wanted = plain_name(name);
        for function in self.expansions.named(|name| plain_name(name) == wanted) {
            // What was inlined everywhere is described once more without a place.
            let begin = function.begin().and_then(|begin| self.offset_of(begin));
            let func = begin.and_then(|begin| func_around(module, begin));
            let Some(Ok(body)) = func.map(|func| lift(module, func)) else {
                continue;
            };
            for inst in body.insts.values() {
                let stores = matches!(inst.op, Op::Store { .. } | Op::MemoryCopy);
                let calls = matches!(inst.op, Op::Call(_));
                let Some(address) = self.address_of(inst.offset).filter(|_| stores || calls) else {
                    continue;
                };
                if !self.expansions.is_directly_in(address, function) {
                    continue;
                }
                let Some((position, false)) = self.own(inst.offset).into_iter().next() else {
                    continue;
                };
                let line = (position.path.clone(), position.line);
                let (_, deeds) = statements
                    .entry(line)
                    .or_insert((position, Deeds::default()));
                deeds.stores |= stores;
                deeds.calls |= calls;
            }
        }
        let mut assignments = statements
            .into_values()
            .filter(|(_, deeds)| deeds.stores && !deeds.calls);
        let (only, _) = assignments.next()?;
        assignments.next().is_none().then_some(only)
    }
}

/// The function with an offset in its body.
fn func_around(module: &Module, offset: u32) -> Option<Func> {
    let (func, _) = module.funcs.iter().find(|(_, decl)| {
        matches!(&decl.kind, FuncKind::Local { body } if body.contains(&(offset as usize)))
    })?;
    Some(func)
}
