//! Dominators and loops against their definitions, on random graphs.

mod support;

use arbtest::arbitrary;
use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::graph::cfg::Cfg;
use contract_lint_analyzer::graph::loops::{Element, LoopForest};
use contract_lint_analyzer::graph::{Dominators, PostDominators};
use contract_lint_analyzer::ir::Block;
use support::for_seeds;

/// A graph of up to 12 blocks with any edges: irreducible ones and unreachable blocks included.
fn random_graph(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<Vec<Vec<Block>>> {
    let len = u.int_in_range(1..=12)?;
    let mut succs = vec![Vec::new(); len];
    for list in &mut succs {
        for _ in 0..u.int_in_range(0..=3)? {
            list.push(Block::new(u.int_in_range(0..=len - 1)?));
        }
    }
    Ok(succs)
}

fn cfg(succs: &[Vec<Block>]) -> Cfg {
    Cfg::from_successors(Block::new(0), succs.len(), |b| succs[b.index()].clone())
}

fn blocks(cfg: &Cfg) -> impl Iterator<Item = Block> + use<> {
    (0..cfg.len()).map(Block::new)
}

/// The blocks reached from `from` without entering `avoid`.
fn reached(succs: &[Vec<Block>], from: Block, avoid: Option<Block>) -> Vec<bool> {
    let mut seen = vec![false; succs.len()];
    let mut stack = vec![from];
    while let Some(block) = stack.pop() {
        if Some(block) != avoid && !std::mem::replace(&mut seen[block.index()], true) {
            stack.extend(&succs[block.index()]);
        }
    }
    seen
}

#[test]
fn dominators_are_what_every_path_passes() {
    for_seeds(500, 64, |u| {
        let succs = random_graph(u)?;
        let cfg = cfg(&succs);
        let dominators = Dominators::new(&cfg);
        let reachable = reached(&succs, cfg.entry(), None);
        for a in blocks(&cfg) {
            let without = reached(&succs, cfg.entry(), Some(a));
            for b in blocks(&cfg) {
                let expected = reachable[b.index()] && reachable[a.index()] && !without[b.index()];
                assert_eq!(dominators.dominates(a, b), expected, "{a} {b} in {succs:?}");
            }
        }
        for b in blocks(&cfg) {
            // The strict dominator that all others dominate.
            let strict: Vec<Block> = blocks(&cfg)
                .filter(|&a| a != b && dominators.dominates(a, b))
                .collect();
            let closest = strict
                .iter()
                .copied()
                .find(|&a| strict.iter().all(|&c| dominators.dominates(c, a)));
            assert_eq!(dominators.idom(b), closest, "{b} in {succs:?}");
        }
        Ok(())
    });
}

#[test]
fn post_dominators_are_what_every_path_to_an_end_passes() {
    for_seeds(500, 64, |u| {
        let succs = random_graph(u)?;
        let cfg = cfg(&succs);
        let post = PostDominators::new(&cfg);
        let ends = |from: Block, avoid: Option<Block>| {
            let seen = reached(&succs, from, avoid);
            blocks(&cfg).any(|b| seen[b.index()] && succs[b.index()].is_empty())
        };
        for b in blocks(&cfg) {
            for a in blocks(&cfg) {
                let expected = ends(b, None) && ends(a, None) && !ends(b, Some(a));
                assert_eq!(post.post_dominates(a, b), expected, "{a} {b} in {succs:?}");
            }
            if let Some(a) = post.ipdom(b) {
                assert!(a != b && post.post_dominates(a, b), "{a} {b} in {succs:?}");
            }
        }
        Ok(())
    });
}

/// The blocks in the order of the elements, each with the headers of the loops it is in, outermost first.
fn flatten(elements: &[Element], headers: &mut Vec<Block>, out: &mut Vec<(Block, Vec<Block>)>) {
    for element in elements {
        match element {
            Element::Block(block) => out.push((*block, headers.clone())),
            Element::Loop { header, body } => {
                headers.push(*header);
                out.push((*header, headers.clone()));
                flatten(body, headers, out);
                headers.pop();
            }
        }
    }
}

#[test]
fn loops_are_a_weak_topological_order() {
    for_seeds(500, 64, |u| {
        let succs = random_graph(u)?;
        let cfg = cfg(&succs);
        let forest = LoopForest::new(&cfg);
        let mut order = Vec::new();
        flatten(&forest.elements, &mut Vec::new(), &mut order);

        let mut listed: Vec<Block> = order.iter().map(|(block, _)| *block).collect();
        listed.sort();
        let mut expected = cfg.reverse_post_order().to_vec();
        expected.sort();
        assert_eq!(listed, expected, "each reachable block once in {succs:?}");

        let place = |block: Block| order.iter().position(|(b, _)| *b == block).unwrap();
        for (i, (from, headers)) in order.iter().enumerate() {
            assert_eq!(forest.depth(*from) as usize, headers.len());
            assert_eq!(forest.innermost(*from), headers.last().copied());
            for header in blocks(&cfg) {
                assert_eq!(forest.contains(header, *from), headers.contains(&header));
            }
            for to in cfg.succs(*from) {
                if place(*to) <= i {
                    assert!(headers.contains(to), "{from} back to {to} in {succs:?}");
                }
            }
        }
        Ok(())
    });
}

#[test]
fn a_loop_is_strongly_connected() {
    for_seeds(500, 64, |u| {
        let succs = random_graph(u)?;
        let cfg = cfg(&succs);
        let forest = LoopForest::new(&cfg);
        for block in cfg.reverse_post_order() {
            let Some(header) = forest.innermost(*block) else {
                continue;
            };
            assert!(reached(&succs, header, None)[block.index()], "{succs:?}");
            let back = cfg
                .succs(*block)
                .iter()
                .any(|next| reached(&succs, *next, None)[header.index()]);
            assert!(back, "{block} returns to {header} in {succs:?}");
        }
        Ok(())
    });
}

#[test]
fn reducible_loops_are_the_natural_ones() {
    // 0 → 1 → 2 → 3, where 2 repeats itself, 3 goes back to 1 or on to 4.
    let edges: &[&[usize]] = &[&[1], &[2], &[2, 3], &[1, 4], &[]];
    let succs: Vec<Vec<Block>> = edges
        .iter()
        .map(|list| list.iter().copied().map(Block::new).collect())
        .collect();
    let block = |n| Element::Block(Block::new(n));
    let forest = LoopForest::new(&cfg(&succs));
    assert_eq!(
        forest.elements,
        [
            block(0),
            Element::Loop {
                header: Block::new(1),
                body: vec![
                    Element::Loop {
                        header: Block::new(2),
                        body: vec![]
                    },
                    block(3)
                ]
            },
            block(4)
        ]
    );
}

#[test]
fn long_graphs_take_no_time_and_no_stack() {
    const LEN: usize = 200_000;
    // A chain of checks that all leave for the same block, and that each may go back to the first.
    let succs = |b: Block| {
        let next = (b.index() + 1).min(LEN - 1);
        if b.index() == LEN - 1 {
            vec![]
        } else {
            vec![Block::new(next), Block::new(LEN - 1), Block::new(1)]
        }
    };
    let cfg = Cfg::from_successors(Block::new(0), LEN, succs);
    let dominators = Dominators::new(&cfg);
    assert_eq!(dominators.idom(Block::new(LEN - 1)), Some(Block::new(0)));
    assert!(dominators.dominates(Block::new(LEN / 2), Block::new(LEN - 2)));
    let post = PostDominators::new(&cfg);
    assert_eq!(post.ipdom(Block::new(0)), Some(Block::new(LEN - 1)));
    let forest = LoopForest::new(&cfg);
    assert_eq!(forest.elements.len(), 3);
    assert_eq!(forest.depth(Block::new(LEN - 2)), 1);
}
