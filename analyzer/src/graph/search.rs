//! Depth-first search, the base of everything here.

use super::cfg::Adjacency;
use crate::entity::Entity;
use crate::ir::Block;

/// What a depth-first search from the entry finds.
#[derive(Clone, Debug)]
pub(super) struct Search {
    /// The blocks in the order in which they are entered.
    pub(super) preorder: Vec<Block>,
    /// The blocks in the order in which they are left.
    pub(super) post_order: Vec<Block>,
    /// For each block of the preorder, the place there of the block that it was found from.
    pub(super) parent: Vec<usize>,
    /// The places in the preorder of each block and of what was found from it.
    interval: Vec<Option<(usize, usize)>>,
}

impl Search {
    pub(super) fn new(succs: &Adjacency, entry: Block) -> Self {
        let mut search = Search {
            preorder: Vec::new(),
            post_order: Vec::new(),
            parent: Vec::new(),
            interval: vec![None; succs.len()],
        };
        if entry.index() >= succs.len() {
            return search;
        }
        // A block, its place in the preorder and how many of its successors were looked at. The last successor comes
        // first, so that the reversed post-order follows the code.
        let mut stack = vec![(entry, 0, 0)];
        search.enter(entry, 0);
        while let Some((block, number, seen)) = stack.last_mut() {
            let successors = succs.of(*block);
            let Some(next) = successors.len().checked_sub(*seen + 1) else {
                search.leave(*block, *number);
                stack.pop();
                continue;
            };
            *seen += 1;
            let next = successors[next];
            if search.number(next).is_none() {
                let number = search.enter(next, *number);
                stack.push((next, number, 0));
            }
        }
        search
    }

    fn enter(&mut self, block: Block, parent: usize) -> usize {
        let number = self.preorder.len();
        self.interval[block.index()] = Some((number, number + 1));
        self.preorder.push(block);
        self.parent.push(parent);
        number
    }

    fn leave(&mut self, block: Block, number: usize) {
        self.interval[block.index()] = Some((number, self.preorder.len()));
        self.post_order.push(block);
    }

    /// The place of a block in the preorder; `None` if it is not reached.
    pub(super) fn number(&self, block: Block) -> Option<usize> {
        self.interval[block.index()].map(|(number, _)| number)
    }

    /// Whether the search found `b` from `a`, or they are the same.
    pub(super) fn is_ancestor(&self, a: Block, b: Block) -> bool {
        match (self.interval[a.index()], self.number(b)) {
            (Some((enter, leave)), Some(number)) => enter <= number && number < leave,
            _ => false,
        }
    }
}
