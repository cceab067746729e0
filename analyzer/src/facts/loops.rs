//! Loops of an effect graph: parts of it that can be run again and again.

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::{Branch, EffectGraph, Node, NodeKind};
use crate::entity::Entity;

/// A part of an effect graph each point of which can be reached from each other.
#[derive(Debug, Clone)]
pub struct Loop {
    /// Its points, in order.
    pub nodes: Vec<Node>,
}

impl Loop {
    /// Whether a node is part of it.
    pub fn contains(&self, node: Node) -> bool {
        self.nodes.binary_search(&node).is_ok()
    }

    /// The decisions that can end it.
    pub fn exits<'g>(&'g self, graph: &'g EffectGraph) -> impl Iterator<Item = (Node, &'g Branch)> {
        self.nodes.iter().filter_map(|node| {
            let data = &graph.nodes[*node];
            match &data.kind {
                NodeKind::Branch(branch) if data.succs.iter().any(|s| !self.contains(*s)) => {
                    Some((*node, branch))
                }
                _ => None,
            }
        })
    }
}

impl EffectGraph {
    /// The outermost loops, in the order of their first nodes.
    pub fn loops(&self) -> Vec<Loop> {
        let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(self.nodes.len(), self.nodes.len());
        for _ in self.nodes.keys() {
            graph.add_node(());
        }
        for (node, data) in self.nodes.iter() {
            for succ in &data.succs {
                let (from, to) = (NodeIndex::new(node.index()), NodeIndex::new(succ.index()));
                graph.add_edge(from, to, ());
            }
        }
        let mut loops: Vec<Loop> = tarjan_scc(&graph)
            .into_iter()
            .map(|component| {
                let mut nodes: Vec<Node> = component.iter().map(|n| Node::new(n.index())).collect();
                nodes.sort_unstable();
                Loop { nodes }
            })
            .filter(|l| {
                let first = l.nodes[0];
                l.nodes.len() > 1 || self.nodes[first].succs.contains(&first)
            })
            .collect();
        loops.sort_by_key(|l| l.nodes[0]);
        loops
    }
}
