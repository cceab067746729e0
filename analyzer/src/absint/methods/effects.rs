//! From the records of a run to the effect graph.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::absint::domain::arena::{Arena, Bytes, Label, LabelSet, Piece, PredSet, Space};
use crate::absint::machine::record::{BlockRecord, Ctx, EffectRecord, EventKind, Exit, Records};
use crate::entity::{Entity, PrimaryMap};
use crate::facts;
use crate::facts::{EffectGraph, Node, NodeData, NodeKind, Site};
use crate::ir::{Block, Func};

/// More points than this are not told.
const MAX_NODES: usize = 60_000;

/// What the host does because of what was put into an allocation.
pub(crate) type Consequences = FxHashMap<Space, Vec<EffectRecord>>;

/// Builds the effect graph of a run that began in `root` at `entry`. The flag says whether it is whole.
pub(crate) fn graph(
    arena: &Arena,
    records: &Records,
    consequences: &Consequences,
    root: Func,
    entry_of: &dyn Fn(Func) -> Option<Block>,
) -> (EffectGraph, bool) {
    let mut builder = Builder {
        arena,
        records,
        consequences,
        nodes: PrimaryMap::new(),
        heads: FxHashMap::default(),
        ends: FxHashMap::default(),
        todo: Vec::new(),
        funcs: FxHashMap::default(),
        contents: FxHashMap::default(),
        whole: true,
    };
    let site = Site {
        func: root,
        offset: 0,
        chain: Arc::from([]),
    };
    let start = builder.nodes.push(NodeData {
        kind: NodeKind::Entry,
        site,
        succs: Vec::new(),
    });
    builder.funcs.insert(Ctx::ROOT, root);
    if let Some(entry) = entry_of(root) {
        let head = builder.head(Ctx::ROOT, entry);
        builder.nodes[start].succs.push(head);
    }
    let end = builder.end(Ctx::ROOT);
    builder.nodes[end].kind = NodeKind::Return;
    while let Some((ctx, block)) = builder.todo.pop() {
        builder.block(ctx, block, entry_of);
    }
    let whole = builder.whole;
    (EffectGraph::new(compress(builder.nodes)), whole)
}

struct Builder<'a> {
    arena: &'a Arena,
    records: &'a Records,
    consequences: &'a Consequences,
    nodes: PrimaryMap<Node, NodeData>,
    heads: FxHashMap<(Ctx, Block), Node>,
    /// Where each activation returns to.
    ends: FxHashMap<Ctx, Node>,
    todo: Vec<(Ctx, Block)>,
    funcs: FxHashMap<Ctx, Func>,
    contents: FxHashMap<Bytes, facts::Content>,
    whole: bool,
}

impl Builder<'_> {
    fn site(&self, ctx: Ctx, offset: u32) -> Site {
        let mut chain = Vec::new();
        let mut at = ctx;
        while at != Ctx::ROOT {
            let site = self.records.sites[at.0 as usize];
            chain.push((site.caller, site.offset));
            at = site.parent;
        }
        chain.reverse();
        Site {
            func: self.funcs[&ctx],
            offset,
            chain: chain.into(),
        }
    }

    fn add(&mut self, ctx: Ctx, offset: u32, kind: NodeKind) -> Node {
        let site = self.site(ctx, offset);
        self.nodes.push(NodeData {
            kind,
            site,
            succs: Vec::new(),
        })
    }

    fn head(&mut self, ctx: Ctx, block: Block) -> Node {
        if let Some(node) = self.heads.get(&(ctx, block)) {
            return *node;
        }
        let node = self.add(ctx, 0, NodeKind::Join);
        self.heads.insert((ctx, block), node);
        if self.nodes.len() < MAX_NODES {
            self.todo.push((ctx, block));
        } else {
            self.whole = false;
        }
        node
    }

    fn end(&mut self, ctx: Ctx) -> Node {
        if let Some(node) = self.ends.get(&ctx) {
            return *node;
        }
        let node = self.add(ctx, 0, NodeKind::Join);
        self.ends.insert(ctx, node);
        node
    }

    fn link(&mut self, from: Node, to: Node) {
        let succs = &mut self.nodes[from].succs;
        if !succs.contains(&to) {
            succs.push(to);
        }
    }

    fn block(&mut self, ctx: Ctx, block: Block, entry_of: &dyn Fn(Func) -> Option<Block>) {
        let records = self.records;
        let Some(record) = records.blocks.get(&(ctx, block)) else {
            return;
        };
        let mut at = self.heads[&(ctx, block)];
        for event in &record.events {
            let next = match &event.kind {
                EventKind::Effect(effect) => {
                    let kind = NodeKind::Effect(self.effect(effect));
                    self.add(ctx, event.offset, kind)
                }
                EventKind::Call(targets) => {
                    let Some(after) = self.calls(at, targets, entry_of) else {
                        return;
                    };
                    at = after;
                    continue;
                }
                EventKind::Assert(preds, told) => {
                    let branch = self.branch(*preds);
                    let node = self.add(ctx, event.offset, NodeKind::Branch(branch));
                    let trap = self.add(ctx, event.offset, NodeKind::Trap);
                    self.link(at, node);
                    match told {
                        Some(effect) => {
                            let kind = NodeKind::Effect(self.effect(effect));
                            let told = self.add(ctx, event.offset, kind);
                            self.link(node, told);
                            self.link(told, trap);
                        }
                        None => self.link(node, trap),
                    }
                    let go_on = self.add(ctx, event.offset, NodeKind::Join);
                    self.link(node, go_on);
                    at = go_on;
                    continue;
                }
                EventKind::Allocation(space) => {
                    for effect in self.consequences.get(space).into_iter().flatten() {
                        let kind = NodeKind::Effect(self.effect(effect));
                        let node = self.add(ctx, event.offset, kind);
                        self.link(at, node);
                        at = node;
                    }
                    continue;
                }
                EventKind::Trap => self.add(ctx, event.offset, NodeKind::Trap),
                EventKind::Return => self.add(ctx, event.offset, NodeKind::Return),
                EventKind::Unknown(reason) => {
                    self.add(ctx, event.offset, NodeKind::Unknown(reason.clone()))
                }
            };
            self.link(at, next);
            at = next;
            if matches!(event.kind, EventKind::Trap | EventKind::Return) {
                return;
            }
        }
        self.exit(ctx, at, record);
    }

    fn exit(&mut self, ctx: Ctx, at: Node, record: &BlockRecord) {
        match &record.exit {
            Exit::Blocks(targets, preds) => {
                let from = if targets.len() > 1 {
                    let branch = self.branch(*preds);
                    let node = self.add(ctx, record.exit_offset, NodeKind::Branch(branch));
                    self.link(at, node);
                    node
                } else {
                    at
                };
                for target in targets {
                    let head = self.head(ctx, *target);
                    self.link(from, head);
                }
            }
            Exit::Return => {
                let end = self.end(ctx);
                self.link(at, end);
            }
            Exit::Never => {}
        }
    }

    /// Expands calls; the node after them, if they return.
    fn calls(
        &mut self,
        at: Node,
        targets: &[(Ctx, Func)],
        entry_of: &dyn Fn(Func) -> Option<Block>,
    ) -> Option<Node> {
        let mut after = None;
        for (callee_ctx, callee) in targets {
            self.funcs.insert(*callee_ctx, *callee);
            let Some(entry) = entry_of(*callee) else {
                continue;
            };
            let head = self.head(*callee_ctx, entry);
            self.link(at, head);
            let end = self.end(*callee_ctx);
            after = Some(match after {
                None => end,
                Some(first) => {
                    self.link(end, first);
                    first
                }
            });
        }
        after
    }

    fn branch(&mut self, preds: PredSet) -> facts::Branch {
        let list: Vec<_> = self.arena.pred_list(preds).collect();
        let mut predicates: Vec<facts::Predicate> = list
            .into_iter()
            .map(|pred| facts::Predicate {
                relation: pred.relation,
                left: self.content(pred.left),
                right: self.content(pred.right),
            })
            .collect();
        predicates.sort();
        facts::Branch { predicates }
    }

    fn effect(&mut self, effect: &EffectRecord) -> facts::Effect {
        facts::Effect {
            kinds: Arc::clone(&effect.kinds),
            host_function: effect.host_function.clone(),
            operands: effect
                .operands
                .iter()
                .map(|(what, content)| facts::Operand {
                    what: what.clone(),
                    content: self.content(*content),
                })
                .collect(),
            gives: self.labels(effect.gives),
            may_reenter: effect.may_reenter,
            tells_failure: effect.tells_failure,
            atomic: effect.atomic,
        }
    }

    fn content(&mut self, bytes: Bytes) -> facts::Content {
        if let Some(content) = self.contents.get(&bytes) {
            return content.clone();
        }
        let pieces = self.arena.pieces(bytes).clone();
        let content = facts::Content {
            pieces: pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Const(bytes) => facts::Piece::Const(bytes.to_vec()),
                    Piece::Sample { labels, .. } => facts::Piece::Hole {
                        labels: self.labels(*labels),
                        len: None,
                        decreased: false,
                    },
                    Piece::Hole {
                        labels,
                        len,
                        decreased,
                    } => facts::Piece::Hole {
                        labels: self.labels(*labels),
                        len: *len,
                        decreased: *decreased,
                    },
                })
                .collect(),
        };
        self.contents.insert(bytes, content.clone());
        content
    }

    fn labels(&mut self, set: LabelSet) -> facts::Labels {
        let list: Vec<Label> = self.arena.label_list(set).collect();
        list.into_iter()
            .filter(|label| !matches!(label, Label::Length | Label::MadeUp))
            .map(|label| match label {
                Label::Selector => facts::Label::Selector,
                Label::FirstReceiver => facts::Label::FirstReceiver,
                Label::Param(i) => facts::Label::Param(i),
                Label::Input => facts::Label::Input,
                Label::Caller => facts::Label::Caller,
                Label::Origin => facts::Label::Origin,
                Label::SelfIdentity => facts::Label::SelfIdentity,
                Label::AttachedValue => facts::Label::AttachedValue,
                Label::Time => facts::Label::Time,
                Label::BlockInfo => facts::Label::BlockInfo,
                Label::Randomness => facts::Label::Randomness,
                Label::Storage(key) => facts::Label::Storage(Arc::new(self.content(key))),
                Label::CallResult => facts::Label::CallResult,
                Label::Balance => facts::Label::Balance,
                Label::AuthAnswer(of) => facts::Label::AuthAnswer(Arc::new(self.content(of))),
                Label::Digest(of) => facts::Label::Digest(Arc::new(self.content(of))),
                Label::Sealed(by, of) => facts::Label::Sealed(by, Arc::new(self.content(of))),
                Label::Marked(id) => facts::Label::Marked(id),
                Label::Chain => facts::Label::Chain,
                Label::Outcome(call) => facts::Label::Outcome(call),
                Label::Quotient(by) => facts::Label::Quotient(Arc::new(self.content(by))),
                Label::Rescaled => facts::Label::Rescaled,
                Label::Unchecked => facts::Label::Unchecked,
                Label::Drawn | Label::Length | Label::MadeUp => facts::Label::Drawn,
            })
            .collect()
    }
}

/// Leaves out what is no point of interest: joins that only pass control on, and decisions that decide nothing.
fn compress(mut nodes: PrimaryMap<Node, NodeData>) -> PrimaryMap<Node, NodeData> {
    // A few rounds: leaving out a branch may make another decide nothing.
    for _ in 0..4 {
        let mut changed = false;
        let forward: Vec<Node> = nodes.keys().map(|node| passes_to(&nodes, node)).collect();
        for data in nodes.values_mut() {
            let mut succs: Vec<Node> = Vec::with_capacity(data.succs.len());
            for succ in &data.succs {
                let to = forward[succ.index()];
                if !succs.contains(&to) {
                    succs.push(to);
                }
            }
            changed |= succs != data.succs;
            data.succs = succs;
            if matches!(data.kind, NodeKind::Branch(_)) && data.succs.len() < 2 {
                data.kind = NodeKind::Join;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    renumber(nodes)
}

/// The first point of interest from a node on.
fn passes_to(nodes: &PrimaryMap<Node, NodeData>, node: Node) -> Node {
    let mut at = node;
    for _ in 0..nodes.len() {
        let data = &nodes[at];
        match (&data.kind, data.succs.as_slice()) {
            (NodeKind::Join, [next]) if *next != at && *next != node => at = *next,
            _ => break,
        }
    }
    at
}

/// Keeps what can be reached, in depth-first order.
fn renumber(nodes: PrimaryMap<Node, NodeData>) -> PrimaryMap<Node, NodeData> {
    let mut new_id: Vec<Option<Node>> = vec![None; nodes.len()];
    let mut order = Vec::new();
    let mut stack = vec![Node::new(0)];
    while let Some(node) = stack.pop() {
        if new_id[node.index()].is_some() {
            continue;
        }
        new_id[node.index()] = Some(Node::new(order.len()));
        order.push(node);
        stack.extend(nodes[node].succs.iter().rev());
    }
    order
        .iter()
        .map(|node| {
            let mut data = nodes[*node].clone();
            for succ in &mut data.succs {
                *succ = new_id[succ.index()].expect("a successor of a reached node is reached");
            }
            data
        })
        .collect()
}
