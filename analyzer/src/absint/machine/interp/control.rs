//! Control flow: which blocks are run, in which order, and what decided it.

use smallvec::SmallVec;

use super::{FUEL, Frame, Machine, Returned};
use crate::absint::domain::arena::{Kind, PredSet, Val};
use crate::absint::domain::memory::{LINEAR, Paths, State};
use crate::absint::machine::parting::{Led, MAX_WAYS, Parting, Way};
use crate::absint::machine::record::Exit;
use crate::entity::Entity;
use crate::graph::loops::Element;
use crate::ir::{Block, Edge, Op, Sig, Terminator, Value, ValueDef};
use crate::module::Table;

/// Passes over a loop until what still changes is given up.
const MAX_PASSES: u32 = 6;

/// The same once a quarter of the fuel is spent.
const MAX_PASSES_WHEN_TIRED: u32 = 2;

/// Passes over a loop that cannot be left.
const MAX_UNROLL: u32 = 300;

/// The same once a quarter of the fuel is spent.
const MAX_UNROLL_WHEN_TIRED: u32 = 6;

/// A longer list of functions is not looked at.
const MAX_JUMP_TABLE: usize = 16;

#[derive(Clone)]
pub(super) struct Arrival {
    /// The block and its edge.
    pub(super) from: (Block, usize),
    /// The way that leads on to a return, if it is kept apart.
    pub(super) way: u32,
    pub(super) state: State,
    pub(super) args: SmallVec<[Val; 2]>,
}

/// Control left a block both ways.
pub(super) fn merge_exits(a: &Exit, b: Exit) -> Exit {
    match (a, b) {
        (Exit::Blocks(p, preds), Exit::Blocks(q, more)) => {
            let mut targets = p.clone();
            for target in q {
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
            let preds = if *preds == PredSet::NONE {
                more
            } else {
                *preds
            };
            Exit::Blocks(targets, preds)
        }
        (Exit::Blocks(p, preds), _) => Exit::Blocks(p.clone(), *preds),
        (_, b) => b,
    }
}

impl<'p> Machine<'p> {
    /// What decides between several returns.
    pub(super) fn control_at_return(&mut self, frame: &Frame<'_>) -> PredSet {
        if frame.returns.len() < 2 {
            return PredSet::NONE;
        }
        let mut control = PredSet::NONE;
        for preds in frame.decided_by.iter().take(64) {
            control = self.arena.pred_union(control, *preds);
        }
        control
    }

    pub(super) fn process(&mut self, frame: &mut Frame<'p>, elements: &[Element]) {
        for element in elements {
            match element {
                Element::Block(block) => {
                    let waiting = frame.incoming[block.index()].len();
                    let kept = frame.info.kept[block.index()];
                    if waiting > 1 && kept.tail && self.keeps_apart() {
                        self.tail(frame, *block, |machine, frame| {
                            if let Some((state, args)) = machine.arrive(frame, *block, false) {
                                machine.block(frame, *block, state, &args, None);
                            }
                        });
                        continue;
                    }
                    let part = (2..=MAX_WAYS).contains(&waiting)
                        && self.keeps_apart()
                        && (kept.asks || kept.renders);
                    let parting = part.then(|| self.part_here(frame, *block));
                    frame.way = frame.incoming[block.index()].first().map_or(0, |a| a.way);
                    if let Some((state, args)) = self.arrive(frame, *block, false) {
                        self.block(frame, *block, state, &args, parting);
                    }
                }
                Element::Loop { header, body }
                    if frame.info.kept[header.index()].tail && self.keeps_apart() =>
                {
                    self.tail(frame, *header, |machine, frame| {
                        machine.repeat(frame, *header, body);
                    });
                }
                Element::Loop { header, body } => self.repeat(frame, *header, body),
            }
        }
    }

    /// Joins what waits at a block.
    fn arrive(
        &mut self,
        frame: &mut Frame<'p>,
        block: Block,
        widen: bool,
    ) -> Option<(State, SmallVec<[Val; 2]>)> {
        let mut arrivals = std::mem::take(&mut frame.incoming[block.index()]).into_iter();
        let Arrival {
            mut state,
            mut args,
            ..
        } = arrivals.next()?;
        let mut control = None;
        for arrival in arrivals {
            let control = *control.get_or_insert_with(|| self.control_at(frame, block));
            let paths = Paths {
                control,
                widen,
                base: frame.entry.as_ref(),
            };
            state = state.join(&arrival.state, &mut self.arena, &self.program.image, &paths);
            for (arg, other) in args.iter_mut().zip(&arrival.args) {
                *arg = self.arena.join(*arg, *other, control, widen);
            }
        }
        Some((state, args))
    }

    /// What decides between the ways to a block.
    fn control_at(&mut self, frame: &Frame<'p>, block: Block) -> PredSet {
        let mut preds = PredSet::NONE;
        for controller in &frame.info.controllers[block.index()] {
            preds = self
                .arena
                .pred_union(preds, frame.decided_by[controller.index()]);
        }
        preds
    }

    /// The ways that wait at a block.
    fn part_here(&mut self, frame: &Frame<'p>, block: Block) -> Parting {
        let params = &frame.info.ir.blocks[block].params;
        let ways = frame.incoming[block.index()]
            .iter()
            .map(|arrival| Way {
                state: arrival.state.clone(),
                brought: params
                    .iter()
                    .copied()
                    .zip(arrival.args.iter().copied())
                    .collect(),
            })
            .collect();
        Parting {
            next: 0,
            ways,
            control: self.control_at(frame, block),
        }
    }

    /// Runs what leads to a return once for each way to come there.
    fn tail(
        &mut self,
        frame: &mut Frame<'p>,
        block: Block,
        run: impl Fn(&mut Self, &mut Frame<'p>),
    ) {
        let mut all = std::mem::take(&mut frame.incoming[block.index()]);
        let mut ways: Vec<u32> = Vec::new();
        for arrival in &all {
            if !ways.contains(&arrival.way) {
                ways.push(arrival.way);
            }
        }
        // What fails leaves early: of too many ways the first ones go together.
        if let Some(excess) = ways.len().checked_sub(MAX_WAYS) {
            let together: Vec<u32> = ways.drain(..excess).collect();
            for arrival in &mut all {
                if together.contains(&arrival.way) {
                    arrival.way = ways[0];
                }
            }
        }
        let before = frame.another;
        for (number, way) in ways.into_iter().enumerate() {
            let of_way = all.iter().filter(|arrival| arrival.way == way);
            frame.incoming[block.index()] = of_way.cloned().collect();
            frame.way = way;
            frame.another = before || number > 0;
            run(self, frame);
        }
        frame.another = before;
    }

    /// Runs a loop until nothing changes.
    fn repeat(&mut self, frame: &mut Frame<'p>, header: Block, body: &[Element]) {
        let outer_unroll = frame.unroll;
        let mut entered: Option<(State, SmallVec<[Val; 2]>)> = None;
        let (mut passes, mut unrolled) = (0, 0);
        while let Some((state, args)) = self.arrive(frame, header, entered.is_some()) {
            let next = match entered {
                None => (state, args),
                Some(_) if !frame.left[header.index()] && unrolled < self.max_unroll() => {
                    unrolled += 1;
                    frame.unroll = outer_unroll.wrapping_mul(MAX_UNROLL) + unrolled;
                    (state, args)
                }
                Some((old_state, old_args)) => {
                    frame.unroll = outer_unroll;
                    let paths = Paths {
                        control: PredSet::NONE,
                        widen: true,
                        base: None,
                    };
                    let joined =
                        old_state.join(&state, &mut self.arena, &self.program.image, &paths);
                    let joined_args: SmallVec<[Val; 2]> = old_args
                        .iter()
                        .zip(&args)
                        .map(|(a, b)| self.arena.join(*a, *b, PredSet::NONE, true))
                        .collect();
                    passes += 1;
                    if passes > self.max_passes()
                        || (old_state.same(&joined) && joined_args == old_args)
                    {
                        break;
                    }
                    (joined, joined_args)
                }
            };
            frame.left[header.index()] = false;
            self.block(frame, header, next.0.clone(), &next.1, None);
            self.process(frame, body);
            entered = Some(next);
            if self.is_spent() {
                break;
            }
        }
        frame.incoming[header.index()].clear();
        frame.unroll = outer_unroll;
    }

    fn max_passes(&self) -> u32 {
        if self.fuel < FUEL / 4 * 3 {
            MAX_PASSES_WHEN_TIRED
        } else {
            MAX_PASSES
        }
    }

    fn max_unroll(&self) -> u32 {
        if self.fuel < FUEL / 4 * 3 && !self.arena.sampling {
            MAX_UNROLL_WHEN_TIRED
        } else {
            MAX_UNROLL
        }
    }

    /// Goes on where a block leads to: on each way that is kept apart where that leads, if there are such.
    pub(super) fn terminator(
        &mut self,
        frame: &mut Frame<'p>,
        block: Block,
        state: State,
        led: Vec<Led>,
        control: PredSet,
    ) -> Exit {
        let terminator = &frame.info.ir.blocks[block].terminator;
        let edges = terminator.edges();
        match terminator {
            Terminator::Jump(_) => {}
            Terminator::Branch { cond, .. } => {
                let cond = frame.vals[cond.index()];
                frame.decided_by[block.index()] = self.arena.decision(cond);
            }
            Terminator::Switch { index, targets, .. } => {
                let index = frame.vals[index.index()];
                self.decided_by_example(index);
                for case in 0..targets.len() as u64 {
                    self.arena.guess(self.arena.data(index).kind, case);
                }
                frame.decided_by[block.index()] = self.arena.decision(index);
            }
            Terminator::Return(values) | Terminator::ReturnCall(values) => {
                let results: SmallVec<[Val; 1]> =
                    values.iter().map(|v| frame.vals[v.index()]).collect();
                let offset = frame.info.ir.blocks[block].terminator_offset;
                self.hand_back(frame, offset, &state, &results);
                let (from, way) = (block, frame.way);
                let tail = frame.info.kept[block.index()].tail && self.keeps_apart();
                frame
                    .returns
                    .retain(|end| end.from != block || tail && end.way != way);
                if led.is_empty() {
                    frame.returns.push(Returned {
                        from,
                        way,
                        state,
                        results,
                    });
                }
                frame.returns.extend(led.into_iter().map(|led| Returned {
                    from,
                    way,
                    state: led.state,
                    results: led.results,
                }));
                return Exit::Return;
            }
            Terminator::Unreachable => return Exit::Never,
        }
        let mut feasible = self.feasible(frame, block);
        let taken = |edge: &usize| {
            led.iter()
                .any(|led| led.edges.iter().any(|(i, _)| i == edge))
        };
        if feasible.iter().any(taken) {
            feasible.retain(|edge| taken(edge));
        }
        if feasible.len() == 1 {
            frame.decided_by[block.index()] = PredSet::NONE;
        }
        let mut targets = SmallVec::new();
        let (mut state, mut left) = (Some(state), feasible.len());
        for i in &feasible {
            let Edge { block: to, args } = edges[*i];
            if !targets.contains(to) {
                targets.push(*to);
            }
            for header in frame.info.loops_left(block, *to) {
                frame.left[header.index()] = true;
            }
            let from = (block, *i);
            let in_tail = frame.info.kept[block.index()].tail && self.keeps_apart();
            let mut way = || {
                if !in_tail {
                    frame.ways += 1;
                    frame.way = frame.ways;
                }
                frame.way
            };
            let kept = frame.info.kept[to.index()];
            let mut arrivals: SmallVec<[Arrival; 2]> = SmallVec::new();
            for led in &led {
                let Some((_, args)) = led.edges.iter().find(|(edge, _)| edge == i) else {
                    continue;
                };
                let state = led.state.clone();
                match arrivals.last_mut() {
                    Some(joined) if !kept.apart() => {
                        let image = &self.program.image;
                        let paths = Paths {
                            control,
                            widen: false,
                            base: None,
                        };
                        joined.state = joined.state.join(&state, &mut self.arena, image, &paths);
                        for (arg, other) in joined.args.iter_mut().zip(args) {
                            *arg = self.arena.join(*arg, *other, control, false);
                        }
                    }
                    _ => arrivals.push(Arrival {
                        from,
                        way: way(),
                        state,
                        args: args.clone(),
                    }),
                }
            }
            if arrivals.is_empty() {
                arrivals.push(Arrival {
                    from,
                    way: way(),
                    // Who has it alone can change it where it is.
                    state: (if left == 1 {
                        state.take()
                    } else {
                        state.clone()
                    })
                    .unwrap_or_default(),
                    args: args.iter().map(|v| frame.vals[v.index()]).collect(),
                });
            }
            left -= 1;
            let waiting = &mut frame.incoming[to.index()];
            let way = frame.way;
            waiting.retain(|arrival| arrival.from != from || in_tail && arrival.way != way);
            waiting.extend(arrivals);
        }
        Exit::Blocks(targets, frame.decided_by[block.index()])
    }

    /// The edges that control can take from the end of a block.
    pub(crate) fn feasible(&self, frame: &Frame<'p>, block: Block) -> SmallVec<[usize; 4]> {
        let terminator = &frame.info.ir.blocks[block].terminator;
        match terminator {
            Terminator::Jump(_) => SmallVec::from_slice(&[0]),
            Terminator::Branch { cond, .. } => {
                let cond = frame.vals[cond.index()];
                let (mut then, mut otherwise) = (true, true);
                match self.arena.data(cond).kind {
                    kind if self.arena.is_non_null(kind) => otherwise = false,
                    Kind::Sample(bits) if self.arena.decides_order(self.arena.data(cond)) => {
                        then = bits as u32 != 0;
                        otherwise = !then;
                    }
                    _ => {
                        if let Some(choices) = self.arena.as_choices(cond) {
                            then = choices.iter().any(|c| *c as u32 != 0);
                            otherwise = choices.iter().any(|c| *c as u32 == 0);
                        }
                    }
                }
                [(0, then), (1, otherwise)]
                    .into_iter()
                    .filter_map(|(i, feasible)| feasible.then_some(i))
                    .collect()
            }
            Terminator::Switch { index, targets, .. } => {
                let index = frame.vals[index.index()];
                match self.arena.as_choices(index) {
                    Some(choices) => choices
                        .iter()
                        .map(|c| (*c as u32 as usize).min(targets.len()))
                        .collect(),
                    None => (0..=targets.len()).collect(),
                }
            }
            Terminator::Return(_) | Terminator::ReturnCall(_) | Terminator::Unreachable => {
                SmallVec::new()
            }
        }
    }

    /// The index of a call that was loaded at an unknown place of a list of functions in static data: one of these.
    pub(super) fn jump_table_index(
        &mut self,
        frame: &Frame<'p>,
        index: Value,
        (table, sig): (Table, Sig),
    ) -> Val {
        let val = frame.vals[index.index()];
        let ir = frame.info.ir;
        let ValueDef::Result(inst, 0) = ir.values[index].def else {
            return val;
        };
        let load = &ir.insts[inst];
        let (Op::Load { bytes: 4, mem, .. }, [address]) = (&load.op, &load.args[..]) else {
            return val;
        };
        let start = self.place(frame.vals[address.index()], mem.offset);
        let Some(start) = start.filter(|place| place.space == LINEAR && !place.exact) else {
            return val;
        };
        let program = self.program;
        let choices = program
            .image
            .words(start.off)
            .take_while(|word| program.table_entry(table, u64::from(*word), sig).is_some())
            .map(u64::from)
            .take(MAX_JUMP_TABLE)
            .collect();
        let mut data = self.arena.data(val);
        data.kind = self.arena.kind_of_choices(choices);
        self.arena.val(data)
    }
}
