//! Graphs as DOT, the language of Graphviz.

use petgraph::dot::{Config, Dot};
use petgraph::graph::{DiGraph, NodeIndex};

use super::callgraph::{CallGraph, Lifted};
use crate::entity::Entity;
use crate::ir::{Func, Function, Terminator};
use crate::module::Module;

/// The control-flow graph of a function, with the code of each block.
pub fn cfg(function: &Function) -> String {
    let mut graph = DiGraph::new();
    for block in function.blocks.keys() {
        graph.add_node(function.block_text(block).to_string());
    }
    for (block, data) in function.blocks.iter() {
        let edges = data.terminator.edges();
        let last = edges.len().saturating_sub(1);
        for (i, edge) in edges.iter().enumerate() {
            let label = match data.terminator {
                Terminator::Branch { .. } => ["then", "else"][i.min(1)].to_owned(),
                Terminator::Switch { .. } if i == last => "default".to_owned(),
                Terminator::Switch { .. } => i.to_string(),
                _ => String::new(),
            };
            graph.add_edge(
                NodeIndex::new(block.index()),
                NodeIndex::new(edge.block.index()),
                label,
            );
        }
    }
    render(&graph)
}

/// The calls among lifted functions, and from them to imports. Every function is named by `name`.
pub fn calls(
    module: &Module,
    lifted: &Lifted,
    calls: &CallGraph,
    name: impl Fn(Func) -> String,
) -> String {
    let mut graph = DiGraph::new();
    let mut nodes = vec![None; module.funcs.len()];
    let called = lifted.iter().map(|function| function.func);
    let shown = calls.reachable(called);
    for func in module.funcs.keys().filter(|func| shown[func.index()]) {
        nodes[func.index()] = Some(graph.add_node(name(func)));
    }
    for function in lifted.iter() {
        let mut callees: Vec<Func> = calls.callees(function.func).collect();
        callees.sort_unstable();
        callees.dedup();
        for callee in callees {
            if let (Some(from), Some(to)) = (nodes[function.func.index()], nodes[callee.index()]) {
                graph.add_edge(from, to, String::new());
            }
        }
    }
    render(&graph)
}

fn render(graph: &DiGraph<String, String>) -> String {
    let dot = Dot::with_attr_getters(
        graph,
        &[Config::NodeNoLabel, Config::EdgeNoLabel],
        &|_, edge| match edge.weight().as_str() {
            "" => String::new(),
            label => format!("label=\"{}\"", escape(label)),
        },
        &|_, (_, label)| format!("shape=box label=\"{}\"", escape(label)),
    );
    format!("{dot:?}")
}

/// Text inside quotes, its lines aligned to the left.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\l"),
            c if c.is_control() => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped
}
