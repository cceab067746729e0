//! The effect graph of a method: the control flow of everything it calls, reduced to the points that matter.

use super::{Node, NodeData, NodeKind};
use crate::entity::{Entity, PrimaryMap};

/// The points at which a method touches the world, decides or ends, and how control goes between them.
///
/// Calls are expanded at each place where they are made, so paths are matched by construction: a path in the graph
/// enters and leaves functions as a run of the contract does.
#[derive(Debug, Clone)]
pub struct EffectGraph {
    /// The nodes; the first is the entry.
    pub nodes: PrimaryMap<Node, NodeData>,
}

impl EffectGraph {
    /// Where control enters.
    pub fn entry(&self) -> Node {
        Node::new(0)
    }

    /// All effects with their nodes, in the order of the nodes.
    pub fn effects(&self) -> impl Iterator<Item = (Node, &super::Effect)> {
        self.nodes
            .iter()
            .filter_map(|(node, data)| match &data.kind {
                NodeKind::Effect(effect) => Some((node, effect)),
                _ => None,
            })
    }
}
