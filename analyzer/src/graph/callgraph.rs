//! Lifting what entry points reach, and the calls among it.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::indirect::IndirectTargets;
use crate::entity::Entity;
use crate::ir::{Callee, Func, Function, Op, Sig};
use crate::lift::{LiftError, lift};
use crate::module::{FuncKind, Module, Table};

/// The functions that roots reach, lifted.
#[derive(Debug)]
pub struct Lifted {
    functions: Vec<Option<Function>>,
    errors: Vec<(Func, LiftError)>,
}

impl Lifted {
    /// Lifts the roots and all functions that they may call, in parallel. A function counts as called where it is
    /// named by a call or a reference, and where an indirect call can find it in its table.
    pub fn new(module: &Module, roots: impl IntoIterator<Item = Func>) -> Self {
        let mut lifted = Lifted {
            functions: vec![None; module.funcs.len()],
            errors: Vec::new(),
        };
        let mut reached = Reached {
            module,
            seen: vec![false; module.funcs.len()],
            targets: IndirectTargets::new(module),
            called: FxHashSet::default(),
            wave: Vec::new(),
        };
        for root in roots {
            reached.func(root);
        }
        while !reached.wave.is_empty() {
            let wave = std::mem::take(&mut reached.wave);
            let results: Vec<_> = wave.par_iter().map(|&func| lift(module, func)).collect();
            for (func, result) in wave.into_iter().zip(results) {
                match result {
                    Ok(function) => {
                        reached.callees(&function);
                        lifted.functions[func.index()] = Some(function);
                    }
                    Err(error) => lifted.errors.push((func, error)),
                }
            }
        }
        lifted.errors.sort_by_key(|(func, _)| *func);
        lifted
    }

    /// A lifted function; `None` for imports and for functions that were not reached or could not be lifted.
    pub fn get(&self, func: Func) -> Option<&Function> {
        self.functions.get(func.index())?.as_ref()
    }

    /// The lifted functions, in the order of the module.
    pub fn iter(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().flatten()
    }

    /// The functions that were reached and could not be lifted, in the order of the module.
    pub fn errors(&self) -> &[(Func, LiftError)] {
        &self.errors
    }
}

/// What has been reached so far.
struct Reached<'m> {
    module: &'m Module,
    seen: Vec<bool>,
    targets: IndirectTargets,
    /// The types by which each table has been called.
    called: FxHashSet<(Table, Sig)>,
    /// Functions to lift next.
    wave: Vec<Func>,
}

impl Reached<'_> {
    fn func(&mut self, func: Func) {
        let Some(decl) = self.module.funcs.get(func) else {
            return;
        };
        if !std::mem::replace(&mut self.seen[func.index()], true)
            && matches!(decl.kind, FuncKind::Local { .. })
        {
            self.wave.push(func);
        }
    }

    fn callees(&mut self, function: &Function) {
        for inst in function.insts.values() {
            match inst.op {
                Op::Call(Callee::Direct(func)) | Op::RefFunc(func) => self.func(func),
                Op::Call(Callee::Indirect(table, sig))
                    if self.called.insert((table, self.targets.canonical(sig))) =>
                {
                    for func in self.targets.get(table, sig).to_vec() {
                        self.func(func);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Which functions call which.
///
/// Indirect calls lead to every function that they can find in their table. Such a call stands in the graph as one
/// node for its table and type: functions times table entries would be too many edges.
#[derive(Debug)]
pub struct CallGraph {
    direct: Vec<Vec<Func>>,
    /// For each function, indices of `indirect`.
    tables: Vec<Vec<usize>>,
    /// What each pair of table and type leads to.
    indirect: Vec<Vec<Func>>,
    sccs: Vec<Vec<Func>>,
}

impl CallGraph {
    /// The calls among lifted functions, and from them to imports.
    pub fn new(module: &Module, lifted: &Lifted) -> Self {
        let mut graph = CallGraph {
            direct: vec![Vec::new(); module.funcs.len()],
            tables: vec![Vec::new(); module.funcs.len()],
            indirect: Vec::new(),
            sccs: Vec::new(),
        };
        let targets = IndirectTargets::new(module);
        let mut known = FxHashMap::default();
        for function in lifted.iter() {
            let direct = &mut graph.direct[function.func.index()];
            let tables = &mut graph.tables[function.func.index()];
            for inst in function.insts.values() {
                match inst.op {
                    Op::Call(Callee::Direct(func)) => direct.push(func),
                    Op::Call(Callee::Indirect(table, sig)) => {
                        let key = (table, targets.canonical(sig));
                        tables.push(*known.entry(key).or_insert_with(|| {
                            graph.indirect.push(targets.get(table, sig).to_vec());
                            graph.indirect.len() - 1
                        }));
                    }
                    _ => {}
                }
            }
            direct.sort_unstable();
            direct.dedup();
            tables.sort_unstable();
            tables.dedup();
        }
        graph.sccs = graph.components();
        graph
    }

    /// The functions that a function may call. One that it calls in several ways may be repeated.
    pub fn callees(&self, func: Func) -> impl Iterator<Item = Func> {
        let indirect = self.tables[func.index()]
            .iter()
            .flat_map(|&table| &self.indirect[table]);
        self.direct[func.index()].iter().chain(indirect).copied()
    }

    /// Sets of functions that call each other, callees before callers; each set in the order of the module.
    pub fn sccs(&self) -> &[Vec<Func>] {
        &self.sccs
    }

    /// Whether each function is one of the roots or may be called from one.
    pub fn reachable(&self, roots: impl IntoIterator<Item = Func>) -> Vec<bool> {
        let mut reachable = vec![false; self.direct.len()];
        let mut table_reached = vec![false; self.indirect.len()];
        let mut stack: Vec<Func> = roots.into_iter().collect();
        while let Some(func) = stack.pop() {
            if std::mem::replace(&mut reachable[func.index()], true) {
                continue;
            }
            stack.extend(&self.direct[func.index()]);
            for &table in &self.tables[func.index()] {
                if !std::mem::replace(&mut table_reached[table], true) {
                    stack.extend(&self.indirect[table]);
                }
            }
        }
        reachable
    }

    fn components(&self) -> Vec<Vec<Func>> {
        let mut graph = DiGraph::<(), ()>::new();
        for _ in 0..self.direct.len() + self.indirect.len() {
            graph.add_node(());
        }
        let func_node = |func: Func| NodeIndex::new(func.index());
        let table_node = |table: usize| NodeIndex::new(self.direct.len() + table);
        for (func, (direct, tables)) in self.direct.iter().zip(&self.tables).enumerate() {
            let func = NodeIndex::new(func);
            for &callee in direct {
                graph.add_edge(func, func_node(callee), ());
            }
            for &table in tables {
                graph.add_edge(func, table_node(table), ());
            }
        }
        for (table, targets) in self.indirect.iter().enumerate() {
            for &target in targets {
                graph.add_edge(table_node(table), func_node(target), ());
            }
        }
        // Not Tarjan's, which petgraph runs recursively.
        let mut components: Vec<Vec<Func>> = kosaraju_scc(&graph)
            .into_iter()
            .map(|component| {
                let funcs = component.into_iter().map(NodeIndex::index);
                let mut funcs: Vec<Func> = funcs
                    .filter(|&node| node < self.direct.len())
                    .map(Func::new)
                    .collect();
                funcs.sort_unstable();
                funcs
            })
            .collect();
        components.retain(|component| !component.is_empty());
        components
    }
}
