//! Paths that met and are told apart once more. A `Result` that a function hands back is joined from all the ways it can
//! end, and what the caller does next is to ask which it was. So the ways are kept apart until it has asked: each is run
//! to the end of the block, and goes where its own state leads rather than where the joined one may.

use smallvec::SmallVec;

use crate::absint::domain::arena::{PredSet, Val};
use crate::absint::domain::memory::State;
use crate::absint::functions::intrinsics::Intrinsic;
use crate::absint::functions::program::{FuncInfo, Program};
use crate::absint::machine::interp::{Flow, Frame, Machine};
use crate::entity::Entity;
use crate::ir::{Block, Callee, Func, Function, Inst, Op, Terminator, Value};

/// More ways than this are not kept apart.
pub(crate) const MAX_WAYS: usize = 16;
/// Passes over a function's blocks until no more are found that only lead to a return.
const MAX_ROUNDS: usize = 4;
/// Blocks with more instructions than this are not run for each way.
const MAX_INSTS: usize = 60;

/// Loops of more blocks than this do not only tidy up.
const MAX_TIDYING: usize = 12;

/// Ways to come to a point in a block.
pub(crate) struct Parting {
    /// The first instruction after it.
    pub(crate) next: usize,
    pub(crate) ways: Vec<Way>,
    /// What decides between them.
    pub(crate) control: PredSet,
}

/// One of them.
pub(crate) struct Way {
    pub(crate) state: State,
    /// The values that are known on this way.
    pub(crate) brought: SmallVec<[(Value, Val); 2]>,
}

/// What came of a way at the end of the block.
pub(crate) struct Led {
    pub(crate) state: State,
    /// The edges that it can take, with their arguments.
    pub(crate) edges: SmallVec<[(usize, SmallVec<[Val; 2]>); 2]>,
    /// What it returns, if it does.
    pub(crate) results: SmallVec<[Val; 1]>,
}

/// Whether one way is run alone that leads to a response.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Alone {
    #[default]
    No,
    /// It is: what is large may do little on it.
    Led,
    /// It is, and a large function is tried.
    Tried,
}

/// Which blocks it is worth to keep ways apart in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Kept {
    /// It only leads to a return, tidying up.
    pub(crate) tail: bool,
    /// It only asks something.
    pub(crate) asks: bool,
    /// It writes a response.
    pub(crate) renders: bool,
}

impl Kept {
    /// Whether ways that lead there arrive apart.
    pub(crate) fn apart(self) -> bool {
        self.tail || self.asks || self.renders
    }
}

/// For each block of a function, whether it is worth to keep ways apart in it. `harmless` are functions that only tidy up,
/// `renderers` those that write responses, and `returns` those that return.
pub(crate) fn kept(
    info: &FuncInfo<'_>,
    renderers: &[Func],
    harmless: &dyn Fn(Func) -> bool,
    returns: &dyn Fn(Func) -> bool,
) -> Vec<Kept> {
    let ir = info.ir;
    let callees = |block: Block| {
        let insts = ir.blocks[block].insts.iter();
        insts.filter_map(|inst| match &ir.insts[*inst].op {
            Op::Call(Callee::Direct(func)) => Some(Some(*func)),
            Op::Call(_) => Some(None),
            _ => None,
        })
    };
    let short = |block: Block| ir.blocks[block].insts.len() <= MAX_INSTS;
    // Where an abort is certain, ways need not be told apart.
    let aborts = |block: Block| {
        matches!(ir.blocks[block].terminator, Terminator::Unreachable)
            || callees(block).any(|func| func.is_some_and(|func| !returns(func)))
    };
    let mut kept: Vec<Kept> = ir
        .blocks
        .iter()
        .map(|(block, data)| Kept {
            tail: false,
            asks: short(block)
                && callees(block).next().is_none()
                && matches!(
                    data.terminator,
                    Terminator::Branch { .. } | Terminator::Switch { .. }
                ),
            renders: callees(block)
                .flatten()
                .any(|func| renderers.binary_search(&func).is_ok()),
        })
        .collect();
    // Blocks mostly lead to later ones.
    let order: Vec<Block> = ir.blocks.keys().collect();
    for _ in 0..MAX_ROUNDS {
        let mut changed = false;
        for block in order.iter().copied().rev() {
            if kept[block.index()].tail {
                continue;
            }
            // A loop that frees one thing after the other leads there, too.
            let within = info.forest.innermost(block);
            let together: SmallVec<[Block; 8]> = match within {
                None => SmallVec::from_slice(&[block]),
                Some(header) if header == block && info.forest.outer(header).is_none() => order
                    .iter()
                    .copied()
                    .filter(|inner| info.forest.contains(header, *inner))
                    .take(MAX_TIDYING + 1)
                    .collect(),
                Some(_) => continue,
            };
            let leads = |to: Block| {
                kept[to.index()].tail || aborts(to) || within.is_some() && together.contains(&to)
            };
            let tidies = |block: &Block| callees(*block).next().is_some();
            let tail = together.len() <= MAX_TIDYING
                && (within.is_none() || together.iter().any(tidies))
                && together.iter().all(|block| {
                    short(*block)
                        && match &ir.blocks[*block].terminator {
                            Terminator::Return(_) => true,
                            Terminator::ReturnCall(_) | Terminator::Unreachable => false,
                            other => other.edges().iter().all(|edge| leads(edge.block)),
                        }
                        && callees(*block).all(|func| func.is_some_and(harmless))
                });
            if tail {
                for block in together {
                    kept[block.index()].tail = true;
                }
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    kept
}

impl Program<'_> {
    /// Whether nothing happens from an instruction on but computing and moving data: to the end of the block, or until a
    /// response is written.
    fn is_quiet(&self, ir: &Function, block: Block, next: usize) -> bool {
        let insts = &ir.blocks[block].insts;
        let rendered = self.rendered_at(ir, block, next);
        let until = rendered.unwrap_or(insts.len());
        let renders = rendered.is_some() || self.renders_next(ir, block);
        until.saturating_sub(next) <= MAX_INSTS
            && insts[..until]
                .iter()
                .skip(next)
                .all(|inst| match &ir.insts[*inst].op {
                    Op::Call(Callee::Direct(func)) => self.info(*func).is_some_and(|info| {
                        matches!(
                            info.intrinsic,
                            Some(Intrinsic::Copy | Intrinsic::Fill | Intrinsic::Compare)
                        ) || renders && info.summary.pure
                    }),
                    Op::Call(_) => false,
                    _ => true,
                })
    }

    /// The first instruction from this one on that writes a response.
    pub(crate) fn rendered_at(&self, ir: &Function, block: Block, next: usize) -> Option<usize> {
        let mut insts = ir.blocks[block].insts.iter().skip(next);
        Some(next + insts.position(|inst| self.is_rendering(ir, *inst))?)
    }

    /// Whether a block goes on at one that writes a response.
    fn renders_next(&self, ir: &Function, block: Block) -> bool {
        let Terminator::Jump(edge) = &ir.blocks[block].terminator else {
            return false;
        };
        self.info(ir.func)
            .is_some_and(|info| info.kept[edge.block.index()].renders)
    }

    /// Whether an instruction writes a response.
    pub(crate) fn is_rendering(&self, ir: &Function, inst: Inst) -> bool {
        matches!(&ir.insts[inst].op, Op::Call(Callee::Direct(func)) if self.renders(*func))
    }
}

impl<'p> Machine<'p> {
    /// Whether ways are kept apart where functions end: where contracts hand back what the host is to do, it is decided by
    /// the ways that end well; where they decode Solidity's words, what a failure would tell lies where the words do. An
    /// example takes one way only.
    pub(crate) fn keeps_apart(&self) -> bool {
        (self.in_regions || self.in_words) && !self.arena.sampling
    }

    /// The ways in which the call before this instruction ended, if it is worth to keep them apart.
    pub(crate) fn part(
        &mut self,
        frame: &Frame<'p>,
        block: Block,
        next: usize,
        results: &[Value],
    ) -> Option<Parting> {
        let (ways, control) = self.ended.take()?;
        let ir = frame.info.ir;
        let renders = self.program.rendered_at(ir, block, next).is_some()
            || self.program.renders_next(ir, block);
        let leads_on = match &ir.blocks[block].terminator {
            Terminator::Jump(edge) => frame.info.kept[edge.block.index()].apart(),
            Terminator::Unreachable => false,
            _ => true,
        };
        if ways.len() < 2 && !renders {
            return None;
        }
        if !leads_on && !renders || !self.program.is_quiet(ir, block, next) {
            return None;
        }
        let ways = ways
            .into_iter()
            .map(|(state, values)| Way {
                state,
                brought: results.iter().copied().zip(values).collect(),
            })
            .collect();
        Some(Parting {
            next,
            ways,
            control,
        })
    }

    /// Runs each way to the end of the block.
    pub(crate) fn lead(
        &mut self,
        frame: &mut Frame<'p>,
        block: Block,
        parting: Parting,
    ) -> Vec<Led> {
        let data = &frame.info.ir.blocks[block];
        let mut all = Vec::with_capacity(parting.ways.len());
        let renders = self.program.renders_next(frame.info.ir, block);
        let before = self.lead_alone(renders);
        self.each_way(
            frame,
            block,
            parting,
            data.insts.len(),
            |machine, frame, state| {
                let vals =
                    |values: &[Value]| values.iter().map(|v| frame.vals[v.index()]).collect();
                let edges = machine.feasible(frame, block);
                all.push(Led {
                    edges: edges
                        .iter()
                        .map(|i| (*i, vals(&data.terminator.edges()[*i].args)))
                        .collect(),
                    results: match &data.terminator {
                        Terminator::Return(values) | Terminator::ReturnCall(values) => {
                            values.iter().map(|v| frame.vals[v.index()]).collect()
                        }
                        _ => SmallVec::new(),
                    },
                    state,
                });
            },
        );
        self.alone = before;
        all
    }

    /// From here on, one way is run alone if it leads to a response. What was the case before.
    fn lead_alone(&mut self, renders: bool) -> Alone {
        let before = self.alone;
        if before != Alone::Tried {
            self.alone = if renders { Alone::Led } else { Alone::No };
        }
        before
    }

    /// Runs each way up to an instruction that writes a response; gives the states and arguments with which it is called.
    pub(crate) fn led_to_call(
        &mut self,
        frame: &mut Frame<'p>,
        block: Block,
        parting: Parting,
        call: usize,
    ) -> Vec<(State, SmallVec<[Val; 1]>)> {
        let ir = frame.info.ir;
        let args = &ir.insts[ir.blocks[block].insts[call]].args;
        let mut all = Vec::with_capacity(parting.ways.len());
        let before = self.lead_alone(true);
        self.each_way(frame, block, parting, call, |_, frame, state| {
            all.push((state, args.iter().map(|v| frame.vals[v.index()]).collect()));
        });
        self.alone = before;
        all
    }

    /// Runs each way up to an instruction, and does something there. Afterwards the values are those of all ways again.
    fn each_way(
        &mut self,
        frame: &mut Frame<'p>,
        block: Block,
        parting: Parting,
        until: usize,
        mut there: impl FnMut(&mut Self, &Frame<'p>, State),
    ) {
        let info = frame.info;
        let insts = &info.ir.blocks[block].insts;
        let rest = &insts[parting.next.min(until)..until];
        let mut changed: SmallVec<[Value; 16]> = rest
            .iter()
            .flat_map(|inst| info.ir.insts[*inst].results.iter().copied())
            .collect();
        if let Some(way) = parting.ways.first() {
            changed.extend(way.brought.iter().map(|(value, _)| *value));
        }
        let joined: SmallVec<[Val; 16]> = changed.iter().map(|v| frame.vals[v.index()]).collect();
        // What happens on the ways happens on all of them together, too. What is noted of them must not mix with that.
        let (events, unroll) = (frame.events.len(), frame.unroll);
        for (number, mut way) in (1..).zip(parting.ways) {
            frame.unroll = u32::MAX - number;
            for (value, val) in way.brought {
                frame.vals[value.index()] = val;
            }
            let mut flow = Flow::Next;
            for inst in rest {
                self.fuel = self.fuel.saturating_sub(1);
                flow = self.inst(frame, &mut way.state, *inst);
                if flow == Flow::Never {
                    break;
                }
            }
            if flow == Flow::Next {
                there(self, frame, way.state);
            }
        }
        frame.unroll = unroll;
        frame.events.truncate(events);
        for (value, val) in changed.iter().zip(joined) {
            frame.vals[value.index()] = val;
        }
    }
}
