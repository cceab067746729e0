//! The abstract machine: runs a function, and what it calls, over abstract values and memory.
//!
//! Control flow is followed in the order of the loop forest (Bourdoncle, "Efficient chaotic iteration strategies with
//! widenings", 1993): where paths meet, states are joined; a loop is repeated until its entry state no longer changes. A
//! loop that cannot be left yet is unrolled rather than joined, which makes the machine compute loops over constants (name
//! encoders, copies, selector tables) exactly. Calls are run at each place where they are made, with what is known there.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::arena::{Arena, Bytes, Kind, LEAST_ADDRESS, LabelSet, PredSet, Space, Val};
use super::arguments::Arguments;
use super::effects::Consequences;
use super::fields::{Fields, Variants};
use super::memory::{FIRST_ALLOCATION, LINEAR, Paths, Place, State};
use super::parting::{Led, MAX_WAYS, Parting, Way};
use super::program::{FuncInfo, Program};
use super::record::{BlockRecord, Ctx, Event, EventKind, Exit, Records};
use super::render::{Rendering, TO_READ};
use super::stored_state::Access;
use crate::entity::Entity;
use crate::facts::Reason;
use crate::graph::loops::Element;
use crate::host::Role;
use crate::ir::{Block, Callee, Edge, Func, Inst, MemArg, Op, Sig, Terminator, Value, ValueDef};
use crate::module::Table;

/// Instructions that one run may execute.
pub(super) const FUEL: u64 = 400_000;
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
/// A copy that can go more ways is not followed byte by byte.
const MAX_COPIES: usize = 6;
/// Calls within calls.
pub(super) const MAX_DEPTH: usize = 90;

/// What a call came to.
pub(super) struct Outcome {
    /// The state after it and its results; `None` if it does not return.
    pub(super) after: Option<(State, SmallVec<[Val; 1]>)>,
    /// Whether the activation did anything worth telling.
    pub(super) telling: bool,
    /// The ways in which it can return, if they are a few.
    pub(super) ways: Ways,
}

/// Ways in which a call can end, and what decides between them.
pub(super) type Ways = Option<(Vec<(State, SmallVec<[Val; 1]>)>, PredSet)>;

/// What a function returns at one place, on one way.
struct Returned {
    from: Block,
    way: u32,
    state: State,
    results: SmallVec<[Val; 1]>,
}

/// Whether control goes on after an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Never,
}

/// Runs one entry point.
pub(super) struct Machine<'p> {
    pub(super) program: &'p Program<'p>,
    pub(super) arena: Arena,
    pub(super) records: Records,
    pub(super) reasons: BTreeSet<Reason>,
    /// The functions being run with their activations, outermost first.
    pub(super) stack: Vec<(Func, Ctx)>,
    pub(super) fuel: u64,
    /// How much of the fuel the work under way has to leave.
    pub(super) reserve: u64,
    /// How many responses were read.
    pub(super) readings: u32,
    /// Instructions left for reading responses.
    pub(super) to_read: u64,
    /// What the contract reads as its input.
    pub(super) input: Bytes,
    /// Whether the input lies in regions that the host filled.
    pub(super) in_regions: bool,
    /// The named arguments, where these are the input: the contract looks them up all the time.
    pub(super) arguments: Option<Arguments>,
    /// The reading of a response under way.
    pub(super) rendering: Option<Rendering>,
    /// What the host will do because of what is in the response.
    pub(super) consequences: Consequences,
    /// Whether that is an example which the contract is still reading.
    pub(super) reading: bool,
    /// The form of what the entry point returns to the caller, if its result is that.
    pub(super) returned: Option<Role>,
    /// Where flags of the example come from.
    pub(super) flags: Vec<LabelSet>,
    /// Whether examples are among the data.
    pub(super) has_examples: bool,
    /// The record that holds the contract's state.
    pub(super) state_record: Access<'p>,
    /// What is read of fields that tell a variant, where examples are given for them.
    pub(super) variants: Option<Variants>,
    pub(super) fields: Fields,
    /// The states and arguments with which a response is about to be written, if they are a few.
    pub(super) to_render: Vec<(State, SmallVec<[Val; 1]>)>,
    /// Whether one of several ways to a response is run alone.
    pub(super) apart: bool,
    /// The ways in which the last call returned, if they are a few.
    pub(super) ended: Ways,
    spaces: FxHashMap<(Ctx, u32), Space>,
    /// How large allocations are, where that is known.
    pub(super) sizes: FxHashMap<Space, u32>,
}

/// The activation of a function.
pub(super) struct Frame<'p> {
    pub(super) info: &'p FuncInfo<'p>,
    pub(super) func: Func,
    pub(super) ctx: Ctx,
    pub(super) vals: Vec<Val>,
    /// The state that it was entered with, where the host is asked for each field: every such question is answered by an
    /// enum.
    entry: Option<State>,
    /// States waiting at the entry of each block, by the edge they came on.
    incoming: Vec<Vec<Arrival>>,
    /// What decided the terminator of each block, where it was not certain.
    decided_by: Vec<PredSet>,
    /// Loops left since their header was last entered, by header.
    left: Vec<bool>,
    returns: Vec<Returned>,
    /// Which of the ways that lead to a return is run, where they are kept apart.
    way: u32,
    /// How many such ways there are.
    ways: u32,
    /// Whether the current block was run for another way before.
    another: bool,
    /// Which pass over an unrolled loop this is; 0 outside of such.
    pub(super) unroll: u32,
    pub(super) telling: bool,
    pub(super) events: Vec<Event>,
}

#[derive(Clone)]
struct Arrival {
    /// The block and its edge.
    from: (Block, usize),
    /// The way that leads on to a return, if it is kept apart.
    way: u32,
    state: State,
    args: SmallVec<[Val; 2]>,
}

impl<'p> Machine<'p> {
    pub(super) fn new(program: &'p Program<'p>, root: Func) -> Self {
        let mut arena = Arena::new();
        arena.stack = program.image.stack.clone();
        Machine {
            program,
            arena,
            records: Records::new(root),
            reasons: BTreeSet::new(),
            stack: Vec::new(),
            fuel: FUEL,
            reserve: 0,
            to_read: TO_READ,
            readings: 0,
            input: Bytes::EMPTY,
            in_regions: false,
            arguments: None,
            rendering: None,
            returned: None,
            consequences: Consequences::default(),
            reading: false,
            flags: Vec::new(),
            has_examples: false,
            state_record: Access::default(),
            variants: None,
            fields: Fields::default(),
            to_render: Vec::new(),
            apart: false,
            ended: None,
            spaces: FxHashMap::default(),
            sizes: FxHashMap::default(),
        }
    }

    /// Runs a defined function.
    pub(super) fn run(&mut self, func: Func, args: &[Val], state: State, ctx: Ctx) -> Outcome {
        let Some(info) = self.program.info(func) else {
            return Outcome {
                after: None,
                telling: false,
                ways: None,
            };
        };
        self.stack.push((func, ctx));
        let ir = &info.ir;
        let mut frame = Frame {
            info,
            func,
            ctx,
            vals: vec![Val::ANY; ir.values.len()],
            entry: self.program.typed.then(|| state.clone()),
            incoming: std::iter::repeat_with(Vec::new)
                .take(ir.blocks.len())
                .collect(),
            decided_by: vec![PredSet::NONE; ir.blocks.len()],
            left: vec![false; ir.blocks.len()],
            returns: Vec::new(),
            way: 0,
            ways: 0,
            another: false,
            unroll: 0,
            telling: false,
            events: Vec::new(),
        };
        let stack_pointer = state.stack_pointer(&mut self.arena, &self.program.image);
        let top = stack_pointer.and_then(|sp| self.arena.as_const(sp));
        let top = top
            .map(|top| top as u32)
            .or(self.arena.frames.last().copied());
        self.arena.frames.push(top.unwrap_or(u32::MAX));
        frame.incoming[ir.entry.index()].push(Arrival {
            from: (ir.entry, usize::MAX),
            way: 0,
            state,
            args: SmallVec::from_slice(args),
        });
        self.process(&mut frame, &info.forest.elements);
        self.stack.pop();
        self.arena.frames.pop();
        let telling = frame.telling;
        let control = self.control_at_return(&frame);
        let apart = (1..=MAX_WAYS).contains(&frame.returns.len()) && self.keeps_apart();
        let mut ways: Vec<(State, SmallVec<[Val; 1]>)> = Vec::new();
        if apart {
            let all = frame.returns.iter();
            ways.extend(all.map(|end| (end.state.clone(), end.results.clone())));
        }
        let mut after: Option<(State, SmallVec<[Val; 1]>)> = None;
        for Returned { state, results, .. } in std::mem::take(&mut frame.returns) {
            after = Some(match after {
                None => (state, results),
                Some((joined, values)) => {
                    let paths = Paths {
                        control,
                        widen: false,
                        base: frame.entry.as_ref(),
                    };
                    let joined = joined.join(&state, &mut self.arena, &self.program.image, &paths);
                    let values = values
                        .iter()
                        .zip(&results)
                        .map(|(a, b)| self.arena.join(*a, *b, control, false))
                        .collect();
                    (joined, values)
                }
            });
        }
        if let Some(sp) = stack_pointer
            && let Some(sp) = self.arena.as_const(sp)
        {
            let dead = self.program.image.stack.start..(sp as u32);
            for (state, _) in ways.iter_mut().chain(&mut after) {
                state.kill(dead.clone());
            }
        }
        Outcome {
            after,
            telling,
            ways: apart.then_some((ways, control)),
        }
    }

    /// What decides between several returns.
    fn control_at_return(&mut self, frame: &Frame<'_>) -> PredSet {
        if frame.returns.len() < 2 {
            return PredSet::NONE;
        }
        let mut control = PredSet::NONE;
        for preds in frame.decided_by.iter().take(64) {
            control = self.arena.pred_union(control, *preds);
        }
        control
    }

    fn process(&mut self, frame: &mut Frame<'p>, elements: &[Element]) {
        for element in elements {
            match element {
                Element::Block(block) => {
                    let waiting = frame.incoming[block.index()].len();
                    let kept = frame.info.kept[block.index()];
                    if waiting > 1 && kept.tail && self.keeps_apart() {
                        self.tail(frame, *block);
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
    fn tail(&mut self, frame: &mut Frame<'p>, block: Block) {
        let mut all = std::mem::take(&mut frame.incoming[block.index()]);
        let mut ways: Vec<u32> = Vec::new();
        for arrival in &mut all {
            if !ways.contains(&arrival.way) {
                if ways.len() < MAX_WAYS {
                    ways.push(arrival.way);
                } else {
                    arrival.way = ways[MAX_WAYS - 1];
                }
            }
        }
        for (number, way) in ways.into_iter().enumerate() {
            let of_way = all.iter().filter(|arrival| arrival.way == way);
            frame.incoming[block.index()] = of_way.cloned().collect();
            if let Some((state, args)) = self.arrive(frame, block, false) {
                frame.way = way;
                frame.another = number > 0;
                self.block(frame, block, state, &args, None);
            }
        }
        frame.another = false;
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

    /// Whether no more instructions may be executed for now.
    pub(super) fn is_spent(&self) -> bool {
        self.fuel <= self.reserve
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

    /// Runs a block; where the ways that lead into it are kept apart, also for each of them.
    fn block(
        &mut self,
        frame: &mut Frame<'p>,
        block: Block,
        mut state: State,
        args: &[Val],
        mut parting: Option<Parting>,
    ) {
        let data = &frame.info.ir.blocks[block];
        for (param, arg) in data.params.iter().zip(args) {
            frame.vals[param.index()] = *arg;
        }
        let mut flow = Flow::Next;
        frame.events.clear();
        for (inst, next) in data.insts.iter().zip(1..) {
            if self.is_spent() {
                self.reasons.insert(Reason::Limit("work"));
                flow = Flow::Never;
                break;
            }
            self.fuel -= 1;
            if parting.is_some() && self.program.is_rendering(frame.info.ir, *inst) {
                let parting = parting.take();
                let ways = parting.map(|p| self.led_to_call(frame, block, p, next - 1));
                self.to_render = ways.unwrap_or_default();
            }
            flow = self.inst(frame, &mut state, *inst);
            if flow == Flow::Never {
                break;
            }
            // Ways that were told apart before lead to the end of the block.
            if self.ended.is_some() && parting.is_none() {
                let results = &frame.info.ir.insts[*inst].results;
                parting = self.part(frame, block, next, results);
            }
        }
        let exit = if flow == Flow::Never {
            Exit::Never
        } else {
            let control = parting.as_ref().map_or(PredSet::NONE, |p| p.control);
            let led = parting.map(|parting| self.lead(frame, block, parting));
            self.terminator(frame, block, state, led.unwrap_or_default(), control)
        };
        if matches!(data.terminator, Terminator::Unreachable) && flow == Flow::Next {
            self.event(frame, data.terminator_offset, EventKind::Trap);
        }
        let events = std::mem::take(&mut frame.events);
        let record = self
            .records
            .blocks
            .entry((frame.ctx, block))
            .or_insert_with(|| BlockRecord {
                events: Vec::new(),
                exit: Exit::Never,
                exit_offset: data.terminator_offset,
            });
        if frame.another {
            record.exit = merge_exits(&record.exit, exit);
        } else if frame.unroll == 0 || record.events.len() > 64 {
            record.events = events;
            record.exit = exit;
        } else {
            record.events.extend(events);
            record.exit = merge_exits(&record.exit, exit);
        }
    }

    /// Writes down that something happened.
    pub(super) fn event(&mut self, frame: &mut Frame<'p>, offset: u32, kind: EventKind) {
        frame.telling |= !matches!(kind, EventKind::Trap);
        frame.events.push(Event { offset, kind });
    }

    /// Goes on where a block leads to: on each way that is kept apart where that leads, if there are such.
    fn terminator(
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
                let (from, way, tail) = (block, frame.way, frame.info.kept[block.index()].tail);
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
            let in_tail = frame.info.kept[block.index()].tail;
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
    pub(super) fn feasible(&self, frame: &Frame<'p>, block: Block) -> SmallVec<[usize; 4]> {
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

    /// The place that an address operand means.
    pub(super) fn place(&self, address: Val, offset: u64) -> Option<Place> {
        let delta = offset as u32;
        match self.arena.data(address).kind {
            Kind::Const(base) | Kind::Sample(base) => Some(Place {
                space: LINEAR,
                off: (base as u32).wrapping_add(delta),
                exact: true,
            }),
            Kind::Ptr { space, off, exact } => Some(Place {
                space,
                off: off.wrapping_add(delta),
                exact,
            }),
            _ => None,
        }
    }

    /// The few places that an address operand may mean; empty if unknown.
    pub(super) fn places(&self, address: Val, offset: u64) -> SmallVec<[Place; 2]> {
        if let Some(place) = self.place(address, offset) {
            return SmallVec::from_slice(&[place]);
        }
        if let Some(places) = self.arena.as_places(self.arena.data(address).kind, false) {
            return places
                .iter()
                .filter(|place| place.space != LINEAR || place.off >= LEAST_ADDRESS)
                .map(|place| place.moved(offset as u32 as i32))
                .collect();
        }
        match self.arena.as_choices(address) {
            Some(choices) => choices
                .iter()
                .filter(|base| **base != 0)
                .map(|base| Place {
                    space: LINEAR,
                    off: (*base as u32).wrapping_add(offset as u32),
                    exact: true,
                })
                .collect(),
            None => SmallVec::new(),
        }
    }

    fn load(&mut self, state: &State, address: Val, mem: MemArg, width: u32) -> Val {
        let mut loaded: Option<Val> = None;
        let (labels, preds) = {
            let data = self.arena.data(address);
            (data.labels, data.preds)
        };
        if let Some(example) = self.read_nowhere(address, width) {
            return example;
        }
        let places = self.places(address, mem.offset);
        let image = &self.program.image;
        // Of a few places, none is meant to which nothing was written yet.
        let is_empty = |place: &Place| places.len() > 1 && state.is_empty(image, *place, width);
        let all_empty = places.iter().all(is_empty);
        for place in places.iter().copied().filter(|p| all_empty || !is_empty(p)) {
            self.reads(place);
            if let Some(header) = self.chunk_size(place) {
                return header;
            }
            let val = state.load(&mut self.arena, image, place, width);
            loaded = Some(match loaded {
                None => val,
                Some(old) => self.arena.join(old, val, preds, false),
            });
        }
        // Behind a pointer from somewhere is data from there.
        let mut val = loaded.unwrap_or_else(|| self.arena.unknown(labels));
        // What an example finds in a table, other inputs do not.
        if labels != LabelSet::NONE
            && let Kind::Sample(at) = self.arena.data(address).kind
            && let Some(bits) = self.arena.as_const(val)
            && self.program.image.is_static(at.wrapping_add(mem.offset))
        {
            val = self.arena.example_number(bits, labels);
        }
        let val = self.looked_up(val, labels);
        self.settle(val, width)
    }

    fn store(&mut self, state: &mut State, address: Val, mem: MemArg, width: u32, val: Val) {
        // What is written digit by digit is a text, and the arithmetic was that of its digits.
        let val = match width {
            ..=2 => self.arena.without_arithmetic(val),
            _ => val,
        };
        let places = self.places(address, mem.offset);
        if let [place] = places[..] {
            self.writes(place);
            state.store(&mut self.arena, place, width, val);
            return;
        }
        // Somewhere in one of several allocations would be everywhere.
        for place in places.into_iter().filter(|place| place.exact) {
            let image = &self.program.image;
            let joined = if state.is_empty(image, place, width) {
                val
            } else {
                let old = state.load(&mut self.arena, image, place, width);
                self.arena.join(old, val, PredSet::NONE, false)
            };
            state.store(&mut self.arena, place, width, joined);
        }
    }

    /// Executes an instruction.
    pub(super) fn inst(&mut self, frame: &mut Frame<'p>, state: &mut State, inst: Inst) -> Flow {
        let data = &frame.info.ir.insts[inst];
        let arg = |i: usize| frame.vals[data.args[i].index()];
        let result = match &data.op {
            Op::Const(_, bits) => self.arena.constant(*bits),
            Op::Numeric(op) => {
                let args: SmallVec<[Val; 2]> =
                    data.args.iter().map(|v| frame.vals[v.index()]).collect();
                let unchecked = frame.info.unchecked.binary_search(&inst).is_ok();
                self.arena.computed(*op, &args, unchecked)
            }
            Op::Select => {
                let cond = arg(2);
                match self.arena.as_choices(cond).as_deref() {
                    Some([0]) => arg(1),
                    Some(choices) if !choices.contains(&0) => arg(0),
                    _ => {
                        let control = self.arena.decision(cond);
                        self.arena.join(arg(0), arg(1), control, false)
                    }
                }
            }
            Op::Load {
                ty,
                bytes,
                signed,
                mem,
            } => {
                let val = self.load(state, arg(0), *mem, u32::from(*bytes));
                if *signed {
                    self.sign_extend(val, u32::from(*bytes), *ty)
                } else {
                    val
                }
            }
            Op::Store { bytes, mem, .. } => {
                self.store(state, arg(0), *mem, u32::from(*bytes), arg(1));
                return Flow::Next;
            }
            Op::MemoryCopy => {
                self.copy_memory(state, arg(0), arg(1), arg(2));
                return Flow::Next;
            }
            Op::MemoryFill => {
                self.fill_memory(state, arg(0), arg(1), arg(2));
                return Flow::Next;
            }
            Op::GlobalGet(global) => state.global(global.index()),
            Op::GlobalSet(global) => {
                state.set_global(global.index(), arg(0));
                return Flow::Next;
            }
            Op::Call(callee) => {
                self.ended = None;
                let mut args: SmallVec<[Val; 8]> =
                    data.args.iter().map(|v| frame.vals[v.index()]).collect();
                let results = match callee {
                    Callee::Direct(func) => self.call(frame, state, data.offset, *func, &args),
                    Callee::Indirect(table, sig) => {
                        let from = data
                            .args
                            .last()
                            .map(|index| self.program.origins(frame.info.ir, *index));
                        let from = from.unwrap_or_default();
                        if let (Some(index), Some(last)) = (data.args.last(), args.last_mut()) {
                            *last = self.jump_table_index(frame, *index, (*table, *sig));
                        }
                        self.call_indirect(frame, state, data.offset, (*table, *sig), &from, &args)
                    }
                };
                let Some(results) = results else {
                    return Flow::Never;
                };
                let defined: SmallVec<[Value; 1]> = data.results.clone();
                for (i, value) in defined.iter().enumerate() {
                    frame.vals[value.index()] = results.get(i).copied().unwrap_or(Val::ANY);
                }
                return Flow::Next;
            }
            _ => Val::ANY,
        };
        for value in &data.results {
            frame.vals[value.index()] = result;
        }
        Flow::Next
    }

    /// The index of a call that was loaded at an unknown place of a list of functions in static data: one of these.
    fn jump_table_index(
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

    fn sign_extend(&mut self, val: Val, bytes: u32, ty: crate::ir::Type) -> Val {
        let mut data = self.arena.data(val);
        let choices = match data.kind {
            Kind::Sample(bits) => SmallVec::from_slice(&[bits]),
            _ => match self.arena.as_choices(val) {
                Some(choices) => choices,
                None => return val,
            },
        };
        let shift = 64 - 8 * bytes;
        let mask = if ty == crate::ir::Type::I32 {
            u64::from(u32::MAX)
        } else {
            u64::MAX
        };
        let extended = choices
            .iter()
            .map(|c| ((((c << shift) as i64) >> shift) as u64) & mask)
            .collect();
        data.kind = match (data.kind, self.arena.kind_of_choices(extended)) {
            (Kind::Sample(_), Kind::Const(bits)) => Kind::Sample(bits),
            (_, kind) => kind,
        };
        self.arena.val(data)
    }

    /// The number that a length operand is, where it is one.
    pub(super) fn length(&self, val: Val) -> Option<u32> {
        self.arena.as_number(val).map(|bits| bits as u32)
    }

    pub(super) fn copy_memory(&mut self, state: &mut State, to: Val, from: Val, len: Val) {
        let count = self.length(len);
        if count == Some(0) {
            return;
        }
        let targets = self.places(to, 0);
        if targets.len() > 1 {
            // One of them is meant.
            for to in targets.into_iter().filter(|to| to.exact) {
                let content = self.read_bytes(state, from, count);
                state.write(&mut self.arena, to, content, count);
            }
            return;
        }
        let Some(to) = targets.first().copied() else {
            return;
        };
        self.writes(to);
        if let Some(content) = count.and_then(|count| self.content_nowhere(from, count)) {
            state.write(&mut self.arena, to, content, count);
            return;
        }
        let sources = self.places(from, 0);
        if let Some(copied) = self.copied(state, to, &sources, len) {
            *state = copied;
            return;
        }
        match sources[..] {
            [from] => {
                self.reads(from);
                state.copy(&mut self.arena, &self.program.image, to, from, count);
            }
            [] => {
                // Behind a pointer from somewhere is data from there.
                let labels = self.arena.data(from).labels;
                let content = self.arena.hole(labels, count);
                state.write(&mut self.arena, to, content, count);
            }
            _ => {
                let content = self.read_bytes(state, from, count);
                state.write(&mut self.arena, to, content, count);
            }
        }
    }

    /// The state after a copy from one of a few places, or of one of a few lengths; `None` if there are not a few. Of
    /// unknown length, lists of objects are copied as far as they go.
    fn copied(&mut self, state: &State, to: Place, from: &[Place], len: Val) -> Option<State> {
        let lens = self.arena.as_choices(len);
        let mut ways: SmallVec<[(Place, u32); 4]> = SmallVec::new();
        for from in from {
            match &lens {
                // Of nothing, nothing can be seen.
                Some(lens) => {
                    let lens = lens.iter().filter(|len| **len > 0);
                    ways.extend(lens.map(|len| (*from, *len as u32)));
                }
                None => ways.push((
                    *from,
                    state
                        .extent(&self.arena, *from)
                        .filter(|_| is_allocated(to))?,
                )),
            }
        }
        let is_exact = to.exact && ways.iter().all(|(from, _)| from.exact);
        if !is_exact || !(1..=MAX_COPIES).contains(&ways.len()) {
            return None;
        }
        let image = &self.program.image;
        let paths = Paths {
            control: PredSet::NONE,
            widen: false,
            base: None,
        };
        let mut after: Option<State> = None;
        for (from, len) in ways {
            self.reads(from);
            let mut way = state.clone();
            way.copy(&mut self.arena, image, to, from, Some(len));
            after = Some(match after {
                None => way,
                Some(other) => other.join(&way, &mut self.arena, image, &paths),
            });
        }
        after
    }

    pub(super) fn fill_memory(&mut self, state: &mut State, to: Val, byte: Val, len: Val) {
        let Some(place) = self.place(to, 0) else {
            return;
        };
        match (self.length(len), self.arena.as_const(byte)) {
            (Some(count), Some(byte)) if count <= 4096 => {
                let content = self.arena.constant_bytes(&vec![byte as u8; count as usize]);
                state.write(&mut self.arena, place, content, Some(count));
            }
            (count, _) => {
                let labels = self.arena.data(byte).labels;
                let content = self.arena.hole(labels, count);
                state.write(&mut self.arena, place, content, count);
            }
        }
    }

    /// The content of memory behind a pointer.
    pub(super) fn read_bytes(&mut self, state: &State, pointer: Val, len: Option<u32>) -> Bytes {
        let mut content = None;
        for place in self.places(pointer, 0) {
            let read = state.read(&mut self.arena, &self.program.image, place, len);
            content = Some(match content {
                None => read,
                Some(old) => self.arena.join_bytes(old, read),
            });
        }
        content.unwrap_or_else(|| {
            let labels = self.arena.data(pointer).labels;
            self.arena.hole(labels, len)
        })
    }

    /// What the next allocation will be.
    pub(super) fn next_space(&self) -> Space {
        FIRST_ALLOCATION + self.spaces.len() as Space
    }

    /// A fresh allocation for this place in this activation.
    pub(super) fn allocate(&mut self, ctx: Ctx, offset: u32) -> Val {
        let next = self.next_space();
        let space = *self.spaces.entry((ctx, offset)).or_insert(next);
        self.arena.pointer(space, 0)
    }

    /// Results of which only the sources are known.
    pub(super) fn unknown_results(&mut self, count: usize, labels: LabelSet) -> SmallVec<[Val; 1]> {
        let val = self.arena.unknown(labels);
        SmallVec::from_elem(val, count)
    }
}

/// Whether a place is in an allocation of its own.
fn is_allocated(place: Place) -> bool {
    place.space >= FIRST_ALLOCATION
}

/// Control left a block both ways.
fn merge_exits(a: &Exit, b: Exit) -> Exit {
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
