//! The abstract machine: runs a function, and what it calls, over abstract values and memory.
//!
//! Control flow is followed in the order of the loop forest (Bourdoncle, "Efficient chaotic iteration strategies with
//! widenings", 1993): where paths meet, states are joined; a loop is repeated until its entry state no longer changes. A
//! loop that cannot be left yet is unrolled rather than joined, which makes the machine compute loops over constants (name
//! encoders, copies, selector tables) exactly. Calls are run at each place where they are made, with what is known there.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::arena::{Arena, Bytes, Kind, LabelSet, PredSet, Space, Val};
use super::arguments::Arguments;
use super::effects::Consequences;
use super::fields::{Fields, Variants};
use super::memory::{FIRST_ALLOCATION, LINEAR, Paths, Place, State};
use super::program::{FuncInfo, Program};
use super::record::{BlockRecord, Ctx, Event, EventKind, Exit, Records};
use super::render::Rendering;
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
/// Calls within calls.
pub(super) const MAX_DEPTH: usize = 90;

/// What a call came to.
pub(super) struct Outcome {
    /// The state after it and its results; `None` if it does not return.
    pub(super) after: Option<(State, SmallVec<[Val; 1]>)>,
    /// Whether the activation did anything worth telling.
    pub(super) telling: bool,
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
    spaces: FxHashMap<(Ctx, u32), Space>,
}

/// The activation of a function.
pub(super) struct Frame<'p> {
    info: &'p FuncInfo<'p>,
    pub(super) func: Func,
    pub(super) ctx: Ctx,
    vals: Vec<Val>,
    /// The state that it was entered with, where the host is asked for each field: every such question is answered by an
    /// enum.
    entry: Option<State>,
    /// States waiting at the entry of each block, by the edge they came on.
    incoming: Vec<Vec<Arrival>>,
    /// What decided the terminator of each block, where it was not certain.
    decided_by: Vec<PredSet>,
    /// Loops left since their header was last entered, by header.
    left: Vec<bool>,
    returns: Vec<(Block, State, SmallVec<[Val; 1]>)>,
    /// Which pass over an unrolled loop this is; 0 outside of such.
    pub(super) unroll: u32,
    pub(super) telling: bool,
    pub(super) events: Vec<Event>,
}

struct Arrival {
    from: (Block, usize),
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
            spaces: FxHashMap::default(),
        }
    }

    /// Runs a defined function.
    pub(super) fn run(&mut self, func: Func, args: &[Val], state: State, ctx: Ctx) -> Outcome {
        let Some(info) = self.program.info(func) else {
            return Outcome {
                after: None,
                telling: false,
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
            state,
            args: SmallVec::from_slice(args),
        });
        self.process(&mut frame, &info.forest.elements);
        self.stack.pop();
        self.arena.frames.pop();
        let telling = frame.telling;
        let control = self.control_at_return(&frame);
        let mut after: Option<(State, SmallVec<[Val; 1]>)> = None;
        for (_, state, results) in std::mem::take(&mut frame.returns) {
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
        if let (Some((state, _)), Some(sp)) = (&mut after, stack_pointer)
            && let Some(sp) = self.arena.as_const(sp)
        {
            let dead = self.program.image.stack.start..(sp as u32);
            state.kill(dead);
        }
        Outcome { after, telling }
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
                    if let Some((state, args)) = self.arrive(frame, *block, false) {
                        self.block(frame, *block, state, &args);
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
            let control = *control.get_or_insert_with(|| {
                let mut preds = PredSet::NONE;
                for controller in &frame.info.controllers[block.index()] {
                    preds = self
                        .arena
                        .pred_union(preds, frame.decided_by[controller.index()]);
                }
                preds
            });
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
            self.block(frame, header, next.0.clone(), &next.1);
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

    fn block(&mut self, frame: &mut Frame<'p>, block: Block, mut state: State, args: &[Val]) {
        let data = &frame.info.ir.blocks[block];
        for (param, arg) in data.params.iter().zip(args) {
            frame.vals[param.index()] = *arg;
        }
        let mut flow = Flow::Next;
        frame.events.clear();
        for inst in &data.insts {
            if self.is_spent() {
                self.reasons.insert(Reason::Limit("work"));
                flow = Flow::Never;
                break;
            }
            self.fuel -= 1;
            flow = self.inst(frame, &mut state, *inst);
            if flow == Flow::Never {
                break;
            }
        }
        let exit = if flow == Flow::Never {
            Exit::Never
        } else {
            self.terminator(frame, block, state)
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
        if frame.unroll == 0 || record.events.len() > 64 {
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

    fn terminator(&mut self, frame: &mut Frame<'p>, block: Block, state: State) -> Exit {
        let terminator = &frame.info.ir.blocks[block].terminator;
        let edges = terminator.edges();
        let feasible: SmallVec<[usize; 4]> = match terminator {
            Terminator::Jump(_) => SmallVec::from_slice(&[0]),
            Terminator::Branch { cond, .. } => {
                let cond = frame.vals[cond.index()];
                let (mut then, mut otherwise) = (true, true);
                match self.arena.data(cond).kind {
                    kind if self.arena.is_non_null(kind) => otherwise = false,
                    _ => {
                        if let Some(choices) = self.arena.as_choices(cond) {
                            then = choices.iter().any(|c| *c as u32 != 0);
                            otherwise = choices.iter().any(|c| *c as u32 == 0);
                        }
                    }
                }
                if then && otherwise {
                    frame.decided_by[block.index()] = self.arena.decision(cond);
                }
                [(0, then), (1, otherwise)]
                    .into_iter()
                    .filter_map(|(i, feasible)| feasible.then_some(i))
                    .collect()
            }
            Terminator::Switch { index, targets, .. } => {
                let index = frame.vals[index.index()];
                let choices = self.arena.as_choices(index);
                for case in 0..targets.len() as u64 {
                    self.arena.guess(self.arena.data(index).kind, case);
                }
                if choices.as_ref().is_none_or(|c| c.len() > 1) {
                    frame.decided_by[block.index()] = self.arena.decision(index);
                }
                match choices {
                    Some(choices) => choices
                        .iter()
                        .map(|c| (*c as u32 as usize).min(targets.len()))
                        .collect(),
                    None => (0..edges.len()).collect(),
                }
            }
            Terminator::Return(values) | Terminator::ReturnCall(values) => {
                let results: SmallVec<[Val; 1]> =
                    values.iter().map(|v| frame.vals[v.index()]).collect();
                let offset = frame.info.ir.blocks[block].terminator_offset;
                self.hand_back(frame, offset, &state, &results);
                frame.returns.retain(|(from, ..)| *from != block);
                frame.returns.push((block, state, results));
                return Exit::Return;
            }
            Terminator::Unreachable => return Exit::Never,
        };
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
            let arrival = Arrival {
                from: (block, *i),
                // Who has it alone can change it where it is.
                state: (if left == 1 {
                    state.take()
                } else {
                    state.clone()
                })
                .unwrap_or_default(),
                args: args.iter().map(|v| frame.vals[v.index()]).collect(),
            };
            left -= 1;
            for header in frame.info.loops_left(block, *to) {
                frame.left[header.index()] = true;
            }
            let waiting = &mut frame.incoming[to.index()];
            match waiting.iter_mut().find(|a| a.from == arrival.from) {
                Some(old) => *old = arrival,
                None => waiting.push(arrival),
            }
        }
        Exit::Blocks(targets, frame.decided_by[block.index()])
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
                // An empty container's pointer is 0 or the alignment.
                .filter(|(space, off)| *space != LINEAR || *off >= 64)
                .map(|(space, off)| Place {
                    space: *space,
                    off: off.wrapping_add(offset as u32),
                    exact: true,
                })
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
        for place in self.places(address, mem.offset) {
            self.reads(place);
            let val = state.load(&mut self.arena, &self.program.image, place, width);
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
        for place in places {
            let old = state.load(&mut self.arena, &self.program.image, place, width);
            let joined = self.arena.join(old, val, PredSet::NONE, false);
            state.store(&mut self.arena, place, width, joined);
        }
    }

    fn inst(&mut self, frame: &mut Frame<'p>, state: &mut State, inst: Inst) -> Flow {
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
            for to in targets {
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
