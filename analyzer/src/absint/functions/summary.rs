//! What a function can do at most, found once per function without running it, callees first.

use smallvec::SmallVec;

use crate::absint::functions::vtables::Vtables;
use crate::entity::{Entity, PrimaryMap};
use crate::graph::callgraph::{CallGraph, Lifted};
use crate::host::{AbortsIf, EffectKind, HostFunction};
use crate::ir::{Callee, Func, Function, NumericOp, Op, Terminator, Value, ValueDef};
use crate::module::Module;

/// Which bytes behind a pointer parameter a function writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    Nothing,
    /// From the first offset up to and without the second.
    Known(i32, i32),
    /// Not all of it, or nothing: copies among others.
    Within(i32, i32),
    Unknown,
}

impl Extent {
    fn join(self, other: Extent) -> Extent {
        match (self, other) {
            (Extent::Nothing, e) | (e, Extent::Nothing) => e,
            (Extent::Known(a, b), Extent::Known(c, d)) => Extent::Known(a.min(c), b.max(d)),
            (Extent::Unknown, _) | (_, Extent::Unknown) => Extent::Unknown,
            (
                Extent::Known(a, b) | Extent::Within(a, b),
                Extent::Known(c, d) | Extent::Within(c, d),
            ) => Extent::Within(a.min(c), b.max(d)),
        }
    }

    fn shift(self, by: i32) -> Extent {
        match self {
            Extent::Known(a, b) => Extent::Known(a.saturating_add(by), b.saturating_add(by)),
            Extent::Within(a, b) => Extent::Within(a.saturating_add(by), b.saturating_add(by)),
            extent => extent,
        }
    }
}

/// What a function can do at most.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    /// Whether nothing it reaches asks anything of the host.
    pub(crate) pure: bool,
    /// Whether it asks the host for nothing but to abort unless a condition holds.
    pub(crate) alone: bool,
    /// Whether nothing it reaches, calls through tables left out, asks anything of the host.
    pub(crate) quiet: bool,
    /// Whether it can return.
    pub(crate) returns: bool,
    /// Whether it can end the method with success.
    pub(crate) ends: bool,
    /// Whether it can hand the host a message that says why it aborts.
    pub(crate) speaks: bool,
    /// Whether it reaches a call through a table, as what writes texts does.
    pub(crate) dynamic: bool,
    /// Whether it reaches `memory.grow`.
    pub(crate) grows: bool,
    /// Instructions, callees included (each once per call).
    pub(crate) size: u32,
    /// What it writes behind each of its parameters.
    pub(crate) writes: SmallVec<[Extent; 4]>,
}

impl Summary {
    /// What is assumed of a function in a cycle before it is looked at.
    fn assumed(params: usize) -> Self {
        Summary {
            pure: true,
            alone: true,
            quiet: true,
            returns: true,
            ends: false,
            speaks: false,
            dynamic: false,
            grows: false,
            size: 0,
            writes: SmallVec::from_elem(Extent::Nothing, params),
        }
    }
}

/// Whether a call of this host function never returns.
pub(crate) fn aborts(host: &HostFunction) -> bool {
    !matches!(host.aborts_if, Some(AbortsIf::Zero { .. }))
        && (host.is(EffectKind::PanicAbort) || host.is(EffectKind::Exit))
}

/// Summarises all lifted functions. `known` are those whose meaning is known, which are not looked into.
pub(crate) fn summarise(
    module: &Module,
    lifted: &Lifted,
    graph: &CallGraph,
    effects: &dyn Fn(Func) -> HostSummary,
    known: &dyn Fn(Func) -> Known,
    vtables: &Vtables,
) -> PrimaryMap<Func, Option<Summary>> {
    let mut all: PrimaryMap<Func, Option<Summary>> =
        (0..module.funcs.len()).map(|_| None).collect();
    let returning = returning(module, lifted, graph, effects);
    for component in graph.sccs() {
        let cyclic = component.len() > 1
            || component
                .iter()
                .any(|f| graph.callees(*f).any(|callee| callee == *f));
        // A cycle is looked at until its summaries no longer change; they only grow, and soon.
        for _ in 0..if cyclic { 4 } else { 1 } {
            for func in component {
                if let Some(function) = lifted.get(*func) {
                    let context = Context {
                        module,
                        all: &all,
                        returning: &returning,
                        effects,
                        known,
                        vtables,
                    };
                    all[*func] = Some(context.one(function));
                }
            }
        }
    }
    all
}

/// Which functions can return: those from whose entry a return can be reached past calls that do. Found before anything
/// else, since what only leads to an abort does not count: a panic's message is formatted by functions that can panic.
fn returning(
    module: &Module,
    lifted: &Lifted,
    graph: &CallGraph,
    effects: &dyn Fn(Func) -> HostSummary,
) -> PrimaryMap<Func, bool> {
    let mut returning: PrimaryMap<Func, bool> = module
        .funcs
        .keys()
        .map(|func| match module.import(func) {
            Some(_) => effects(func).returns,
            None => lifted.get(func).is_none(),
        })
        .collect();
    for component in graph.sccs() {
        // Each pass finds at least one more, or it is the last.
        let mut changed = true;
        while changed {
            changed = false;
            for func in component {
                if let Some(function) = lifted.get(*func)
                    && !returning[*func]
                    && returns(function, &returning)
                {
                    returning[*func] = true;
                    changed = true;
                }
            }
        }
    }
    returning
}

/// Whether a function has to be looked into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    /// It has.
    Nothing,
    /// It is a helper whose meaning is known.
    Helper,
    /// It is the core of a digest or a cipher, which is never run.
    Core,
}

/// What matters of a host function here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostSummary {
    pub(crate) pure: bool,
    /// Whether it aborts unless a condition holds, and does nothing else.
    pub(crate) asserts: bool,
    pub(crate) returns: bool,
    pub(crate) ends: bool,
    pub(crate) speaks: bool,
}

impl HostSummary {
    /// The host undoes what was done before an abort: nothing comes of it.
    fn is_pure(self) -> bool {
        self.pure || !self.returns && !self.ends
    }
}

/// A value as a parameter plus a constant, where it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    Param(usize, Option<i32>),
    Other,
}

/// What is known while a function is summarised.
struct Context<'a> {
    module: &'a Module,
    all: &'a PrimaryMap<Func, Option<Summary>>,
    returning: &'a PrimaryMap<Func, bool>,
    effects: &'a dyn Fn(Func) -> HostSummary,
    known: &'a dyn Fn(Func) -> Known,
    vtables: &'a Vtables,
}

impl Context<'_> {
    fn one(&self, function: &Function) -> Summary {
        let Context {
            module,
            all,
            returning,
            effects,
            known,
            vtables,
        } = *self;
        let params = function.ty.params.len();
        let mut summary = Summary::assumed(params);
        summary.returns = returning[function.func];
        let bases = bases(function);
        let base = |v: Value| bases[v.index()];
        for block in function.blocks.values() {
            let mut goes_on = true;
            for inst in &block.insts {
                let data = &function.insts[*inst];
                summary.size = summary.size.saturating_add(1);
                match &data.op {
                    Op::MemoryGrow => summary.grows = true,
                    Op::Store { bytes, mem, .. } => {
                        let offset = i32::try_from(mem.offset).unwrap_or(i32::MAX);
                        write(
                            &mut summary,
                            base(data.args[0]),
                            Extent::Known(offset, offset.saturating_add(i32::from(*bytes))),
                        );
                    }
                    Op::MemoryCopy | Op::MemoryFill => {
                        let extent = copied(function, &data.args);
                        write(&mut summary, base(data.args[0]), extent);
                    }
                    Op::MemoryInit(_) => {
                        write(&mut summary, base(data.args[0]), Extent::Unknown);
                    }
                    Op::Call(Callee::Direct(callee)) => {
                        if module.import(*callee).is_some() {
                            let host = effects(*callee);
                            summary.pure &= host.is_pure();
                            summary.quiet &= host.is_pure();
                            summary.alone &= host.is_pure() || host.asserts;
                            summary.ends |= host.ends;
                            summary.speaks |= host.speaks;
                            goes_on &= host.returns;
                            for arg in &data.args {
                                write(&mut summary, base(*arg), Extent::Unknown);
                            }
                        } else if known(*callee) == Known::Helper {
                            if let Some(to) = data.args.first() {
                                let extent = copied(function, &data.args);
                                write(&mut summary, base(*to), extent);
                            }
                        } else if !returning[*callee]
                            && all[*callee].as_ref().is_none_or(|s| !s.ends)
                        {
                            // Whatever it does, the host undoes it; but not what it says.
                            summary.speaks |= all[*callee].as_ref().is_some_and(|s| s.speaks);
                            break;
                        } else if let (callee_func, Some(callee)) = (*callee, &all[*callee]) {
                            goes_on &= callee.returns;
                            summary.speaks |= callee.speaks;
                            summary.pure &= callee.pure;
                            summary.quiet &= callee.quiet;
                            summary.alone &= callee.alone;
                            summary.ends |= callee.ends;
                            summary.grows |= callee.grows;
                            summary.dynamic |= callee.dynamic;
                            if known(callee_func) == Known::Nothing {
                                summary.size = summary.size.saturating_add(callee.size);
                            }
                            for (i, arg) in data.args.iter().enumerate() {
                                if callee.writes.get(i) != Some(&Extent::Nothing) {
                                    let extent =
                                        callee.writes.get(i).copied().unwrap_or(Extent::Unknown);
                                    write(&mut summary, base(*arg), extent);
                                }
                            }
                        }
                    }
                    Op::Call(Callee::Indirect(table, sig)) => {
                        let entries = &module.tables[*table];
                        summary.dynamic = true;
                        summary.pure &= !entries.open;
                        // Which of them it is, trials on concrete memory will show.
                        summary.alone &= !entries.open;
                        let from = data
                            .args
                            .last()
                            .map(|index| vtables.origins(function, *index));
                        let from = from.unwrap_or_default();
                        for (index, target) in (0..).zip(&entries.entries) {
                            let Some(target) = target else { continue };
                            if module.types[module.funcs[*target].sig] != module.types[*sig]
                                || !vtables.may_call(index, &from)
                            {
                                continue;
                            }
                            summary.pure &= match all.get(*target) {
                                Some(Some(target)) => {
                                    summary.grows |= target.grows;
                                    target.pure || !target.returns && !target.ends
                                }
                                // Not yet looked at: in the same cycle, where purity is what is being found out.
                                _ => module.import(*target).is_none_or(|_| effects(*target).pure),
                            };
                        }
                        summary.size = summary.size.saturating_add(50);
                        for arg in &data.args {
                            write(&mut summary, base(*arg), Extent::Unknown);
                        }
                    }
                    _ => {}
                }
                if !goes_on {
                    break;
                }
            }
        }
        summary
    }
}

/// What a function reads behind each of its parameters, where it reads at known distances from it.
pub(crate) fn reads(function: &Function) -> SmallVec<[Extent; 4]> {
    let bases = bases(function);
    let mut reads: SmallVec<[Extent; 4]> =
        SmallVec::from_elem(Extent::Nothing, function.ty.params.len());
    for inst in function.insts.values() {
        let Op::Load { bytes, mem, .. } = &inst.op else {
            continue;
        };
        if let Base::Param(i, Some(offset)) = bases[inst.args[0].index()] {
            let from = i32::try_from(mem.offset).unwrap_or(i32::MAX);
            let extent = Extent::Known(from, from.saturating_add(i32::from(*bytes)));
            reads[i] = reads[i].join(extent.shift(offset));
        }
    }
    reads
}

/// Whether a return can be reached past calls that do not return.
fn returns(function: &Function, returning: &PrimaryMap<Func, bool>) -> bool {
    let mut seen = vec![false; function.blocks.len()];
    let mut stack = vec![function.entry];
    while let Some(block) = stack.pop() {
        if std::mem::replace(&mut seen[block.index()], true) {
            continue;
        }
        let data = &function.blocks[block];
        let stops = data.insts.iter().any(|inst| {
            matches!(&function.insts[*inst].op, Op::Call(Callee::Direct(callee)) if !returning[*callee])
        });
        if stops {
            continue;
        }
        match &data.terminator {
            Terminator::Return(_) | Terminator::ReturnCall(_) => return true,
            terminator => stack.extend(terminator.edges().iter().map(|e| e.block)),
        }
    }
    false
}

fn write(summary: &mut Summary, base: Base, extent: Extent) {
    if let Base::Param(i, offset) = base {
        let extent = match offset {
            Some(offset) => extent.shift(offset),
            None if extent == Extent::Nothing => extent,
            None => Extent::Unknown,
        };
        summary.writes[i] = summary.writes[i].join(extent);
    }
}

/// Each value as a parameter plus a constant, where it is one.
fn bases(function: &Function) -> Vec<Base> {
    let mut bases = vec![Base::Other; function.values.len()];
    for (i, param) in function.blocks[function.entry].params.iter().enumerate() {
        bases[param.index()] = Base::Param(i, Some(0));
    }
    // Definitions come before uses but for loop parameters, which stay unknown.
    for (value, data) in function.values.iter() {
        let ValueDef::Result(inst, 0) = data.def else {
            continue;
        };
        let inst = &function.insts[inst];
        bases[value.index()] = match &inst.op {
            Op::Numeric(op @ (NumericOp::I32Add | NumericOp::I32Sub)) => {
                let (a, b) = (inst.args[0], inst.args[1]);
                let (x, y) = (bases[a.index()], bases[b.index()]);
                match (x, y) {
                    (Base::Param(i, offset), Base::Other) => {
                        let delta = constant(function, b).map(|d| {
                            if *op == NumericOp::I32Sub {
                                d.wrapping_neg()
                            } else {
                                d
                            }
                        });
                        Base::Param(i, offset.zip(delta).map(|(o, d)| o.wrapping_add(d)))
                    }
                    (Base::Other, Base::Param(i, offset)) if *op == NumericOp::I32Add => {
                        let delta = constant(function, a);
                        Base::Param(i, offset.zip(delta).map(|(o, d)| o.wrapping_add(d)))
                    }
                    _ => Base::Other,
                }
            }
            Op::Select => match (bases[inst.args[0].index()], bases[inst.args[1].index()]) {
                (Base::Param(i, _), _) | (_, Base::Param(i, _)) => Base::Param(i, None),
                _ => Base::Other,
            },
            _ => Base::Other,
        };
    }
    bases
}

/// What a helper writes that copies or fills: its last argument is how much.
fn copied(function: &Function, args: &[Value]) -> Extent {
    let len = args.get(2).and_then(|len| constant(function, *len));
    match len {
        Some(len) if len >= 0 => Extent::Within(0, len),
        _ => Extent::Unknown,
    }
}

fn constant(function: &Function, value: Value) -> Option<i32> {
    let ValueDef::Result(inst, 0) = function.values[value].def else {
        return None;
    };
    match function.insts[inst].op {
        Op::Const(_, bits) => Some(bits as u32 as i32),
        _ => None,
    }
}
