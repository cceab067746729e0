//! The effect graph of a method: the control flow of everything it calls, reduced to the points that matter.

use std::sync::{Arc, OnceLock};

use petgraph::algo::dominators::simple_fast;
use petgraph::graph::{DiGraph, NodeIndex};

use super::guard::Wards;
use super::{
    Branch, Content, Effect, Label, Labels, Node, NodeData, NodeKind, Predicate, Reason, Relation,
    Site,
};
use crate::entity::{Entity, PrimaryMap};
use crate::host::EffectKind;
use crate::ir::Func;

/// The points at which a method touches the world, decides or ends, and how control goes between them.
///
/// Calls are expanded at each place where they are made, so paths are matched by construction: a path in the graph
/// enters and leaves functions as a run of the contract does.
#[derive(Debug, Clone)]
pub struct EffectGraph {
    /// The nodes; the first is the entry.
    pub nodes: PrimaryMap<Node, NodeData>,
    preds: Vec<Vec<Node>>,
    /// The immediate dominator of each node; `None` for the entry.
    idom: Vec<Option<Node>>,
    /// Whether something that lasts can still happen from here on.
    acts: Vec<bool>,
    /// Whether the method can end normally from here on.
    returns: Vec<bool>,
    /// The next node that every way from a node to a normal end passes, if there is one; found out when first asked for.
    last: OnceLock<Vec<Option<Node>>>,
    /// Who is kept out where; found out when first asked for.
    pub(super) wards: OnceLock<Wards>,
    /// What can be reached from each node, found when it is asked for: lints ask often, and from few nodes.
    reached: Vec<OnceLock<Box<[u64]>>>,
}

/// So many effects behind one decision are a list of all that can be asked for.
const MANY: usize = 5;

impl EffectGraph {
    /// A graph of these nodes, all reachable from the first.
    pub fn new(nodes: PrimaryMap<Node, NodeData>) -> Self {
        let mut preds = vec![Vec::new(); nodes.len()];
        let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(nodes.len(), nodes.len());
        for _ in nodes.keys() {
            graph.add_node(());
        }
        for (node, data) in nodes.iter() {
            for succ in &data.succs {
                preds[succ.index()].push(node);
                graph.add_edge(
                    NodeIndex::new(node.index()),
                    NodeIndex::new(succ.index()),
                    (),
                );
            }
        }
        let mut idom = vec![None; nodes.len()];
        if !nodes.is_empty() {
            let dominators = simple_fast(&graph, NodeIndex::new(0));
            for node in nodes.keys() {
                idom[node.index()] = dominators
                    .immediate_dominator(NodeIndex::new(node.index()))
                    .map(|d| Node::new(d.index()));
            }
        }
        let leads_to = |ends: &dyn Fn(&NodeKind) -> bool| {
            let mut leads = vec![false; nodes.len()];
            let found = nodes.iter().filter(|(_, data)| ends(&data.kind));
            let mut todo: Vec<Node> = found.map(|(node, _)| node).collect();
            while let Some(node) = todo.pop() {
                if !std::mem::replace(&mut leads[node.index()], true) {
                    todo.extend(&preds[node.index()]);
                }
            }
            leads
        };
        let acts = leads_to(&|kind| match kind {
            NodeKind::Effect(effect) => effect.lasts(),
            NodeKind::Unknown(_) => true,
            _ => false,
        });
        let returns = leads_to(&|kind| matches!(kind, NodeKind::Return | NodeKind::Unknown(_)));
        EffectGraph {
            reached: vec![OnceLock::new(); nodes.len()],
            nodes,
            preds,
            idom,
            acts,
            returns,
            last: OnceLock::new(),
            wards: OnceLock::new(),
        }
    }

    /// Whether an effect is one of many that a single decision leads to at once, as where an SDK works off a list of what is
    /// to be done: which of them it is was not followed.
    pub fn is_one_of_many(&self, node: Node) -> bool {
        let preds = self.preds[node.index()].iter();
        preds.map(|pred| &self.nodes[*pred]).any(|data| {
            let acts = data.succs.iter().filter(|s| self.effect(**s).is_some());
            matches!(data.kind, NodeKind::Branch(_)) && acts.count() >= MANY
        })
    }

    /// The graph of a method that could not be followed at all.
    pub fn unfollowed(func: Func, reason: Reason) -> Self {
        let site = Site {
            func,
            offset: 0,
            chain: Arc::from([]),
        };
        let mut nodes = PrimaryMap::new();
        let kinds = [
            (NodeKind::Entry, vec![Node::new(1)]),
            (NodeKind::Unknown(reason), vec![Node::new(2)]),
            (NodeKind::Return, Vec::new()),
        ];
        for (kind, succs) in kinds {
            nodes.push(NodeData {
                kind,
                site: site.clone(),
                succs,
            });
        }
        Self::new(nodes)
    }

    /// Two graphs as one: which of them it is, data from this source decides.
    pub fn either(first: &EffectGraph, second: &EffectGraph, decided_by: Label) -> Self {
        let site = first.nodes[first.entry()].site.clone();
        let labels = Labels::from([decided_by]);
        let branch = Branch {
            predicates: vec![Predicate {
                relation: Relation::Truth,
                left: Content::hole(labels, None),
                right: Content::default(),
            }],
        };
        let mut nodes = PrimaryMap::new();
        let node = |kind, succs| NodeData {
            kind,
            site: site.clone(),
            succs,
        };
        let behind = |offset: usize, node: Node| Node::new(node.index() + offset);
        let (entry_of_first, entry_of_second) = (2, 2 + first.nodes.len());
        nodes.push(node(NodeKind::Entry, vec![Node::new(1)]));
        nodes.push(node(
            NodeKind::Branch(branch),
            vec![Node::new(entry_of_first), Node::new(entry_of_second)],
        ));
        for (graph, offset) in [(first, entry_of_first), (second, entry_of_second)] {
            for data in graph.nodes.values() {
                let mut data = data.clone();
                if matches!(data.kind, NodeKind::Entry) {
                    data.kind = NodeKind::Join;
                }
                for succ in &mut data.succs {
                    *succ = behind(offset, *succ);
                }
                nodes.push(data);
            }
        }
        EffectGraph::new(nodes)
    }

    /// Where control enters.
    pub fn entry(&self) -> Node {
        Node::new(0)
    }

    /// Where control comes from.
    pub fn preds(&self, node: Node) -> &[Node] {
        &self.preds[node.index()]
    }

    /// All effects with their nodes, in the order of the nodes.
    pub fn effects(&self) -> impl Iterator<Item = (Node, &Effect)> {
        self.nodes
            .iter()
            .filter_map(|(node, data)| match &data.kind {
                NodeKind::Effect(effect) => Some((node, effect)),
                _ => None,
            })
    }

    /// The effects of one kind.
    pub fn effects_of(&self, kind: EffectKind) -> impl Iterator<Item = (Node, &Effect)> {
        self.effects().filter(move |(_, effect)| effect.is(kind))
    }

    /// The effect at a node.
    pub fn effect(&self, node: Node) -> Option<&Effect> {
        match &self.nodes[node].kind {
            NodeKind::Effect(effect) => Some(effect),
            _ => None,
        }
    }

    /// Whether something that lasts (a write, a call, a transfer, an event) can still happen from a node on, the node
    /// included.
    pub fn acts_from(&self, node: Node) -> bool {
        self.acts[node.index()]
    }

    /// Whether the method can end normally from a node on, as far as it was followed.
    pub fn returns_from(&self, node: Node) -> bool {
        self.returns[node.index()]
    }

    /// The strict dominators of a node, nearest first: every path to it passes all of them.
    pub fn dominators(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        std::iter::successors(self.idom[node.index()], |n| self.idom[n.index()])
    }

    /// Whether every path to `node` passes `by` (or they are the same).
    pub fn dominates(&self, by: Node, node: Node) -> bool {
        by == node || self.dominators(node).any(|d| d == by)
    }

    /// The nodes to which a path of at least one step leads, a bit for each.
    fn reached_from(&self, from: Node) -> Box<[u64]> {
        let mut reached = vec![0u64; self.nodes.len().div_ceil(64)];
        let mut todo = vec![from];
        while let Some(node) = todo.pop() {
            for succ in &self.nodes[node].succs {
                let (word, bit) = (succ.index() / 64, 1 << (succ.index() % 64));
                if reached[word] & bit == 0 {
                    reached[word] |= bit;
                    todo.push(*succ);
                }
            }
        }
        reached.into()
    }

    /// Whether a path of at least one step leads from one node to another.
    pub fn reaches(&self, from: Node, to: Node) -> bool {
        let reached = self.reached[from.index()].get_or_init(|| self.reached_from(from));
        reached[to.index() / 64] >> (to.index() % 64) & 1 != 0
    }

    /// A shortest path of at least one step from one node to another whose inner nodes all pass the test. Both ends are
    /// part of it.
    pub fn path(&self, from: Node, to: Node, through: impl Fn(Node) -> bool) -> Option<Vec<Node>> {
        let mut came_from: Vec<Option<Node>> = vec![None; self.nodes.len()];
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            for succ in &self.nodes[node].succs {
                if came_from[succ.index()].is_some() {
                    continue;
                }
                came_from[succ.index()] = Some(node);
                if *succ == to {
                    let mut path = vec![to];
                    let mut at = node;
                    while at != from {
                        path.push(at);
                        at = came_from[at.index()].unwrap_or(from);
                    }
                    path.push(from);
                    path.reverse();
                    return Some(path);
                }
                if through(*succ) {
                    queue.push_back(*succ);
                }
            }
        }
        None
    }

    /// The decisions that every path to a node passes and of which another outcome leads to nothing that lasts: checks.
    /// Nearest first.
    pub fn checks(&self, node: Node) -> Vec<(Node, &Branch)> {
        let mut checks = Vec::new();
        for dominator in self.dominators(node) {
            let data = &self.nodes[dominator];
            let NodeKind::Branch(branch) = &data.kind else {
                continue;
            };
            let refuses = data.succs.iter().any(|succ| !self.acts_from(*succ));
            if refuses {
                checks.push((dominator, branch));
            }
        }
        checks
    }

    /// The decisions that every way from a node to a normal end passes and of which another outcome aborts: checks that come
    /// late, for the host then undoes what happened. Nearest first.
    pub fn late_checks(&self, node: Node) -> Vec<(Node, &Branch)> {
        let next = self.last.get_or_init(|| self.next_on_all_ways());
        let mut checks = Vec::new();
        let later = std::iter::successors(next[node.index()], |n| next[n.index()]);
        for later in later {
            let data = &self.nodes[later];
            let NodeKind::Branch(branch) = &data.kind else {
                continue;
            };
            if data.succs.iter().any(|succ| !self.returns_from(*succ)) {
                checks.push((later, branch));
            }
        }
        checks
    }

    /// The immediate post-dominators, by the ways that end normally.
    fn next_on_all_ways(&self) -> Vec<Option<Node>> {
        let end = NodeIndex::new(self.nodes.len());
        let mut reversed: DiGraph<(), ()> = DiGraph::with_capacity(self.nodes.len() + 1, 0);
        for _ in 0..=self.nodes.len() {
            reversed.add_node(());
        }
        for (node, data) in self.nodes.iter() {
            let at = NodeIndex::new(node.index());
            if matches!(data.kind, NodeKind::Return | NodeKind::Unknown(_)) {
                reversed.add_edge(end, at, ());
            }
            for succ in &data.succs {
                reversed.add_edge(NodeIndex::new(succ.index()), at, ());
            }
        }
        let dominators = simple_fast(&reversed, end);
        let next = |node: Node| {
            let next = dominators.immediate_dominator(NodeIndex::new(node.index()))?;
            (next != end).then(|| Node::new(next.index()))
        };
        self.nodes.keys().map(next).collect()
    }

    /// The decisions that every path to a node passes. Nearest first.
    pub fn decisions(&self, node: Node) -> Vec<(Node, &Branch)> {
        self.dominators(node)
            .filter_map(|dominator| match &self.nodes[dominator].kind {
                NodeKind::Branch(branch) => Some((dominator, branch)),
                _ => None,
            })
            .collect()
    }
}

impl Effect {
    /// Whether it lasts beyond the call: changes state, moves assets, runs other code, publishes something.
    pub fn lasts(&self) -> bool {
        use EffectKind as E;
        self.kinds.iter().any(|kind| {
            matches!(
                kind,
                E::StorageWrite
                    | E::StorageRemove
                    | E::TransientWrite
                    | E::PrivateDataWrite
                    | E::ExternalCall
                    | E::ExternalCallAsync
                    | E::Delegatecall
                    | E::ContractCreate
                    | E::CodeUpgrade
                    | E::SelfDestruct
                    | E::ValueTransfer
                    | E::AssetMintBurn
                    | E::AccessControlWrite
                    | E::EventLog
                    | E::CrossChainSend
                    | E::ChainAdmin
                    | E::Dispatch
            )
        })
    }
}
