//! Floating-point code, which no single method shows.

use std::collections::BTreeSet;

use crate::facts::FloatUse;
use crate::graph::callgraph::Lifted;
use crate::ir::{Callee, Func, NumericOp, Op};
use crate::module::Module;

/// The functions with floating-point arithmetic that direct calls lead to from the entry points, in the order of
/// functions.
pub(crate) fn floats(module: &Module, lifted: &Lifted, roots: &[Func]) -> Vec<FloatUse> {
    let mut reached: BTreeSet<Func> = BTreeSet::new();
    let mut todo: Vec<Func> = roots.to_vec();
    let mut found = Vec::new();
    while let Some(func) = todo.pop() {
        if module.import(func).is_some() || !reached.insert(func) {
            continue;
        }
        let Some(function) = lifted.get(func) else {
            continue;
        };
        for inst in function.insts.values() {
            if let Op::Call(Callee::Direct(callee)) = inst.op {
                todo.push(callee);
            }
        }
        let first = function
            .insts
            .values()
            .find(|inst| matches!(&inst.op, Op::Numeric(op) if computes(*op)));
        if let Some(inst) = first {
            found.push(FloatUse {
                func,
                offset: inst.offset,
            });
        }
    }
    found.sort();
    found
}

/// Whether an operator rounds, or makes a value that is not the same everywhere (NaN).
fn computes(op: NumericOp) -> bool {
    let name = op.name();
    let exact = [
        "const",
        "abs",
        "neg",
        "copysign",
        "reinterpret",
        "eq",
        "ne",
        "lt",
        "gt",
        "le",
        "ge",
    ];
    name.starts_with('f') && !exact.iter().any(|part| name.contains(part))
}
