//! Loops, nested.
//!
//! The forest is that of Havlak, *Nesting of Reducible and Irreducible Loops* (1997): the header of a loop is its block
//! that a depth-first search meets first, and the body is what can get back to the header without leaving the blocks
//! found below it. Control flow of WebAssembly is reducible, so that the header is the only way in; for other graphs
//! the result is still a weak topological order in the sense of Bourdoncle (1993): an edge that goes back in the order
//! of the elements goes to the header of a loop that contains its source. An analysis that stabilises each loop at its
//! header has therefore stabilised everything.

use super::cfg::Cfg;
use crate::entity::Entity;
use crate::ir::Block;

/// A part of a function in the order of execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// A block that is in no loop but those around this element.
    Block(Block),
    /// A loop.
    Loop {
        /// Where it is entered, and where it begins again.
        header: Block,
        /// The rest of it.
        body: Vec<Element>,
    },
}

/// The loops of a function.
#[derive(Clone, Debug)]
pub struct LoopForest {
    /// All blocks that control can reach, in reverse post-order but for loops, which are kept together.
    pub elements: Vec<Element>,
    /// The header of the innermost loop that each block is in, itself for a header.
    innermost: Vec<Option<Block>>,
    /// For each header, that of the loop around.
    outer: Vec<Option<Block>>,
    depth: Vec<u32>,
}

impl LoopForest {
    /// The loops of a graph.
    pub fn new(cfg: &Cfg) -> Self {
        let Nesting {
            header_of,
            is_header,
        } = Nesting::new(cfg);
        let mut forest = LoopForest {
            elements: Vec::new(),
            innermost: vec![None; cfg.len()],
            outer: vec![None; cfg.len()],
            depth: vec![0; cfg.len()],
        };
        // A header comes before its body in reverse post-order.
        for &block in cfg.reverse_post_order() {
            let around = header_of[block.index()];
            let depth = around.map_or(0, |header| forest.depth[header.index()]);
            if is_header[block.index()] {
                forest.innermost[block.index()] = Some(block);
                forest.outer[block.index()] = around;
                forest.depth[block.index()] = depth + 1;
            } else {
                forest.innermost[block.index()] = around;
                forest.depth[block.index()] = depth;
            }
        }
        // Inner loops come later, so that each body is complete when it moves into the loop around it.
        let mut bodies: Vec<Vec<Element>> = vec![Vec::new(); cfg.len()];
        for &block in cfg.reverse_post_order().iter().rev() {
            let element = if is_header[block.index()] {
                let mut body = std::mem::take(&mut bodies[block.index()]);
                body.reverse();
                Element::Loop {
                    header: block,
                    body,
                }
            } else {
                Element::Block(block)
            };
            match header_of[block.index()] {
                Some(header) => bodies[header.index()].push(element),
                None => forest.elements.push(element),
            }
        }
        forest.elements.reverse();
        forest
    }

    /// The header of the innermost loop that a block is in; for a header, itself.
    pub fn innermost(&self, block: Block) -> Option<Block> {
        self.innermost[block.index()]
    }

    /// The header of the loop around the loop with this header.
    pub fn outer(&self, header: Block) -> Option<Block> {
        self.outer[header.index()]
    }

    /// How many loops a block is in.
    pub fn depth(&self, block: Block) -> u32 {
        self.depth[block.index()]
    }

    /// Whether a block is the header of a loop.
    pub fn is_header(&self, block: Block) -> bool {
        self.innermost(block) == Some(block)
    }

    /// Whether a block is in the loop with this header.
    pub fn contains(&self, header: Block, block: Block) -> bool {
        let mut at = self.innermost(block);
        while let Some(inner) = at {
            if inner == header {
                return true;
            }
            at = self.outer(inner);
        }
        false
    }
}

/// For each block, the header of the innermost loop around it, other than itself.
struct Nesting {
    header_of: Vec<Option<Block>>,
    is_header: Vec<bool>,
}

impl Nesting {
    fn new(cfg: &Cfg) -> Self {
        let search = &cfg.search;
        let mut nesting = Nesting {
            header_of: vec![None; cfg.len()],
            is_header: vec![false; cfg.len()],
        };
        // Blocks whose loop is known are represented by the header of the outermost loop known around them.
        let mut representative: Vec<Block> = (0..cfg.len()).map(Block::new).collect();
        // Ways into a loop beside its header count as ways into the header, for the loops around.
        let mut extra_preds: Vec<Vec<Block>> = vec![Vec::new(); cfg.len()];
        // The header for which a block was last added to a body.
        let mut added_for: Vec<Option<Block>> = vec![None; cfg.len()];
        for &header in search.preorder.iter().rev() {
            let mut body = Vec::new();
            for &pred in cfg.preds(header) {
                if !search.is_ancestor(header, pred) {
                    continue;
                }
                nesting.is_header[header.index()] = true;
                let member = find(&mut representative, pred);
                if member != header && added_for[member.index()] != Some(header) {
                    added_for[member.index()] = Some(header);
                    body.push(member);
                }
            }
            let mut next = 0;
            while next < body.len() {
                let member = body[next];
                next += 1;
                let extra = std::mem::take(&mut extra_preds[member.index()]);
                for &pred in cfg.preds(member).iter().chain(&extra) {
                    if search.is_ancestor(member, pred) || search.number(pred).is_none() {
                        continue;
                    }
                    let pred = find(&mut representative, pred);
                    if !search.is_ancestor(header, pred) {
                        extra_preds[header.index()].push(pred);
                    } else if pred != header && added_for[pred.index()] != Some(header) {
                        added_for[pred.index()] = Some(header);
                        body.push(pred);
                    }
                }
            }
            for member in body {
                nesting.header_of[member.index()] = Some(header);
                representative[member.index()] = header;
            }
        }
        nesting
    }
}

fn find(representative: &mut [Block], block: Block) -> Block {
    let mut root = block;
    while representative[root.index()] != root {
        root = representative[root.index()];
    }
    let mut at = block;
    while at != root {
        at = std::mem::replace(&mut representative[at.index()], root);
    }
    root
}
