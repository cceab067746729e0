//! The control-flow graph of a function as dense vectors.

use super::search::Search;
use crate::entity::Entity;
use crate::ir::{Block, Function};

/// Successors, predecessors and an order of the blocks of a function.
#[derive(Clone, Debug)]
pub struct Cfg {
    entry: Block,
    succs: Adjacency,
    preds: Adjacency,
    pub(super) search: Search,
    reverse_post_order: Vec<Block>,
    /// The place of each block in that order.
    position: Vec<Option<usize>>,
}

impl Cfg {
    /// The control-flow graph of a function.
    pub fn new(function: &Function) -> Self {
        Self::from_successors(function.entry, function.blocks.len(), |block| {
            let edges = function.blocks[block].terminator.edges();
            edges.into_iter().map(|edge| edge.block).collect()
        })
    }

    /// A graph of `len` blocks by the successors of each.
    pub fn from_successors(
        entry: Block,
        len: usize,
        successors: impl Fn(Block) -> Vec<Block>,
    ) -> Self {
        let mut edges = Vec::new();
        // The last block for which a successor was noted: each is noted once.
        let mut noted_for = vec![None; len];
        for from in (0..len).map(Block::new) {
            for to in successors(from) {
                if noted_for[to.index()] != Some(from) {
                    noted_for[to.index()] = Some(from);
                    edges.push((from, to));
                }
            }
        }
        let succs = Adjacency::new(len, &edges);
        for (from, to) in &mut edges {
            std::mem::swap(from, to);
        }
        let preds = Adjacency::new(len, &edges);
        let search = Search::new(&succs, entry);
        let reverse_post_order: Vec<Block> = search.post_order.iter().rev().copied().collect();
        let mut position = vec![None; len];
        for (i, block) in reverse_post_order.iter().enumerate() {
            position[block.index()] = Some(i);
        }
        Self {
            entry,
            succs,
            preds,
            search,
            reverse_post_order,
            position,
        }
    }

    /// The block that control enters.
    pub fn entry(&self) -> Block {
        self.entry
    }

    /// The number of blocks.
    pub fn len(&self) -> usize {
        self.position.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.position.is_empty()
    }

    /// Where control may go from a block, each block once.
    pub fn succs(&self, block: Block) -> &[Block] {
        self.succs.of(block)
    }

    /// Where control may come from, each block once.
    pub fn preds(&self, block: Block) -> &[Block] {
        self.preds.of(block)
    }

    /// The blocks that control can reach, each before those it leads to unless they close a loop.
    pub fn reverse_post_order(&self) -> &[Block] {
        &self.reverse_post_order
    }

    /// The place of a block in the reverse post-order; `None` if control cannot reach it.
    pub fn position(&self, block: Block) -> Option<usize> {
        self.position[block.index()]
    }
}

/// Lists of blocks, one for each block, in one vector.
#[derive(Clone, Debug)]
pub(super) struct Adjacency {
    starts: Vec<usize>,
    items: Vec<Block>,
}

impl Adjacency {
    fn new(len: usize, edges: &[(Block, Block)]) -> Self {
        let mut starts = vec![0; len + 1];
        for (from, _) in edges {
            starts[from.index() + 1] += 1;
        }
        for i in 0..len {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut items = vec![Block::new(0); edges.len()];
        for (from, to) in edges {
            let slot = &mut next[from.index()];
            items[*slot] = *to;
            *slot += 1;
        }
        Self { starts, items }
    }

    /// The number of lists.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn of(&self, block: Block) -> &[Block] {
        &self.items[self.starts[block.index()]..self.starts[block.index() + 1]]
    }
}
