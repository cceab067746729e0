//! Dominators and post-dominators, after Lengauer and Tarjan, *A Fast Algorithm for Finding Dominators in a Flowgraph*
//! (1979), with path compression: O(m log n) whatever the graph.

use super::cfg::Cfg;
use crate::entity::Entity;
use crate::ir::Block;

/// Which blocks every path from the entry to a block passes.
#[derive(Clone, Debug)]
pub struct Dominators {
    idom: Vec<Option<Block>>,
    /// When a walk of the tree enters and leaves each block: an ancestor's interval contains those of its descendants.
    interval: Vec<Option<(usize, usize)>>,
}

impl Dominators {
    /// The dominators of a graph.
    pub fn new(cfg: &Cfg) -> Self {
        let order = &cfg.search.preorder;
        let idoms = immediate_dominators(cfg);
        // A dominator comes before what it dominates in the preorder: one pass up gives the sizes of the subtrees, one
        // pass down their intervals.
        let mut size = vec![1; order.len()];
        for i in (1..order.len()).rev() {
            size[idoms[i]] += size[i];
        }
        let mut idom = vec![None; cfg.len()];
        let mut interval = vec![None; cfg.len()];
        let mut next = vec![0; order.len()];
        for (i, block) in order.iter().enumerate() {
            let mut enter = 0;
            if i > 0 {
                idom[block.index()] = Some(order[idoms[i]]);
                enter = next[idoms[i]];
                next[idoms[i]] += size[i];
            }
            next[i] = enter + 1;
            interval[block.index()] = Some((enter, enter + size[i]));
        }
        Self { idom, interval }
    }

    /// The closest dominator of a block other than itself; none for the entry and for blocks that control cannot reach.
    pub fn idom(&self, block: Block) -> Option<Block> {
        self.idom[block.index()]
    }

    /// Whether every path from the entry to `b` passes `a`; every block dominates itself. Says no for blocks that
    /// control cannot reach.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        match (self.interval[a.index()], self.interval[b.index()]) {
            (Some((enter, leave)), Some((at, _))) => enter <= at && at < leave,
            _ => false,
        }
    }
}

/// Which blocks every path from a block to an end of the function passes, be it a return or a trap.
#[derive(Clone, Debug)]
pub struct PostDominators {
    /// Of the reversed graph, with one more block after every end.
    reversed: Dominators,
    exit: Block,
}

impl PostDominators {
    /// The post-dominators of a graph.
    pub fn new(cfg: &Cfg) -> Self {
        let exit = Block::new(cfg.len());
        let ends: Vec<Block> = (0..cfg.len())
            .map(Block::new)
            .filter(|&block| cfg.succs(block).is_empty())
            .collect();
        let reversed = Cfg::from_successors(exit, cfg.len() + 1, |block| {
            if block == exit {
                ends.clone()
            } else {
                cfg.preds(block).to_vec()
            }
        });
        Self {
            reversed: Dominators::new(&reversed),
            exit,
        }
    }

    /// The closest post-dominator of a block other than itself. None if that is the end of the function, or if the
    /// function cannot end from there.
    pub fn ipdom(&self, block: Block) -> Option<Block> {
        self.reversed
            .idom(block)
            .filter(|&parent| parent != self.exit)
    }

    /// Whether every path from `b` to an end of the function passes `a`; every block post-dominates itself. Says no for
    /// blocks from which the function cannot end.
    pub fn post_dominates(&self, a: Block, b: Block) -> bool {
        self.reversed.dominates(a, b)
    }
}

const NONE: usize = usize::MAX;

/// The immediate dominator of each place in the preorder; that of the entry is meaningless.
fn immediate_dominators(cfg: &Cfg) -> Vec<usize> {
    let search = &cfg.search;
    let count = search.preorder.len();
    let mut forest = Forest {
        ancestor: vec![NONE; count],
        label: (0..count).collect(),
        semi: (0..count).collect(),
        path: Vec::new(),
    };
    let mut idom = vec![0; count];
    // For each place, a list of those whose semidominator it is.
    let mut bucket = vec![NONE; count];
    let mut next_in_bucket = vec![NONE; count];
    for w in (1..count).rev() {
        for &pred in cfg.preds(search.preorder[w]) {
            if let Some(pred) = search.number(pred) {
                let best = forest.eval(pred);
                forest.semi[w] = forest.semi[w].min(forest.semi[best]);
            }
        }
        next_in_bucket[w] = std::mem::replace(&mut bucket[forest.semi[w]], w);
        let parent = search.parent[w];
        forest.ancestor[w] = parent;
        let mut v = std::mem::replace(&mut bucket[parent], NONE);
        while v != NONE {
            let best = forest.eval(v);
            let same = forest.semi[best] == forest.semi[v];
            idom[v] = if same { parent } else { best };
            v = next_in_bucket[v];
        }
    }
    for w in 1..count {
        if idom[w] != forest.semi[w] {
            idom[w] = idom[idom[w]];
        }
    }
    idom
}

/// The part of the search tree that has been processed, with paths compressed.
struct Forest {
    ancestor: Vec<usize>,
    /// The place with the least semidominator on the path to the ancestor.
    label: Vec<usize>,
    semi: Vec<usize>,
    /// Room for the path being compressed.
    path: Vec<usize>,
}

impl Forest {
    /// The place with the least semidominator on the path from below the root of its tree.
    fn eval(&mut self, v: usize) -> usize {
        let mut root = v;
        while self.ancestor[root] != NONE {
            self.path.push(root);
            root = self.ancestor[root];
        }
        let mut above = None;
        while let Some(node) = self.path.pop() {
            if let Some(above) = above {
                let candidate: usize = self.label[above];
                if self.semi[candidate] < self.semi[self.label[node]] {
                    self.label[node] = candidate;
                }
                self.ancestor[node] = root;
            }
            above = Some(node);
        }
        self.label[v]
    }
}
