//! The abstract machine: runs a function, and what it calls, over abstract values and memory.
//!
//! Control flow is followed in the order of the loop forest (Bourdoncle, "Efficient chaotic iteration strategies with
//! widenings", 1993): where paths meet, states are joined; a loop is repeated until its entry state no longer changes. A
//! loop that cannot be left yet is unrolled rather than joined, which makes the machine compute loops over constants (name
//! encoders, copies, selector tables) exactly. Calls are run at each place where they are made, with what is known there.

mod access;
mod control;

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::absint::domain::arena::{Arena, Bytes, LabelSet, PredSet, Space, Val};
use crate::absint::domain::memory::{Paths, State};
use crate::absint::functions::program::{FuncInfo, Program};
use crate::absint::machine::parting::{Alone, MAX_WAYS, Parting};
use crate::absint::machine::record::{BlockRecord, Ctx, Event, EventKind, Exit, Records};
use crate::absint::methods::arguments::{Arguments, Asked};
use crate::absint::methods::effects::Consequences;
use crate::absint::methods::fields::{Fields, Variants};
use crate::absint::methods::render::{Rendering, TO_READ};
use crate::absint::methods::stored_state::Access;
use crate::entity::Entity;
use crate::facts::Reason;
use crate::host::Role;
use crate::ir::eval::eval;
use crate::ir::{Block, Callee, Func, Inst, NumericOp, Op, Terminator, Value};
use control::{Arrival, merge_exits};

/// Instructions that one run may execute.
pub(crate) const FUEL: u64 = 300_000;
/// Calls within calls.
pub(crate) const MAX_DEPTH: usize = 90;

/// What a call came to.
pub(crate) struct Outcome {
    /// The state after it and its results; `None` if it does not return.
    pub(crate) after: Option<(State, SmallVec<[Val; 1]>)>,
    /// Whether the activation did anything worth telling.
    pub(crate) telling: bool,
    /// The ways in which it can return, if they are a few.
    pub(crate) ways: Ways,
}

/// Ways in which a call can end, and what decides between them.
pub(crate) type Ways = Option<(Vec<(State, SmallVec<[Val; 1]>)>, PredSet)>;

/// What a function returns at one place, on one way.
struct Returned {
    from: Block,
    way: u32,
    state: State,
    results: SmallVec<[Val; 1]>,
}

/// Whether control goes on after an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    Never,
}

/// Runs one entry point.
pub(crate) struct Machine<'p> {
    pub(crate) program: &'p Program<'p>,
    pub(crate) arena: Arena,
    pub(crate) records: Records,
    pub(crate) reasons: BTreeSet<Reason>,
    /// The functions being run with their activations, outermost first.
    pub(crate) stack: Vec<(Func, Ctx)>,
    pub(crate) fuel: u64,
    /// How much of the fuel the work under way has to leave.
    pub(crate) reserve: u64,
    /// How many responses were read.
    pub(crate) readings: u32,
    /// Instructions left for reading responses.
    pub(crate) to_read: u64,
    /// What the contract reads as its input.
    pub(crate) input: Bytes,
    /// Whether the input lies in regions that the host filled.
    pub(crate) in_regions: bool,
    /// Whether the input is in Solidity's ABI.
    pub(crate) in_words: bool,
    /// The named arguments, where these are the input: the contract looks them up all the time.
    pub(crate) arguments: Option<Arguments>,
    /// Those that the host was asked for, one by one.
    pub(crate) asked: Asked,
    /// The reading of a response under way.
    pub(crate) rendering: Option<Rendering>,
    /// What the host will do because of what is in the response.
    pub(crate) consequences: Consequences,
    /// Whether that is an example which the contract is still reading.
    pub(crate) reading: bool,
    /// The form of what the entry point returns to the caller, if its result is that.
    pub(crate) returned: Option<Role>,
    /// Where flags of the example come from.
    pub(crate) flags: Vec<LabelSet>,
    /// Whether examples are among the data.
    pub(crate) has_examples: bool,
    /// The record that holds the contract's state.
    pub(crate) state_record: Access<'p>,
    /// What is read of fields that tell a variant, where examples are given for them.
    pub(crate) variants: Option<Variants>,
    pub(crate) fields: Fields,
    /// The states and arguments with which a response is about to be written, if they are a few.
    pub(crate) to_render: Vec<(State, SmallVec<[Val; 1]>)>,
    /// Whether one of several ways to a response is run alone.
    pub(crate) alone: Alone,
    /// How often large functions were tried and did not come to an end.
    pub(crate) endless: FxHashMap<Func, u32>,
    /// The ways in which the last call returned, if they are a few.
    pub(crate) ended: Ways,
    /// [`Self::blank`], where it was asked for.
    blanks: FxHashMap<Func, Rc<[Val]>>,
    spaces: FxHashMap<(Ctx, u32), Space>,
    /// How large allocations are, where that is known.
    pub(crate) sizes: FxHashMap<Space, u32>,
}

/// The activation of a function.
pub(crate) struct Frame<'p> {
    pub(crate) info: &'p FuncInfo<'p>,
    pub(crate) func: Func,
    pub(crate) ctx: Ctx,
    pub(crate) vals: Vec<Val>,
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
    pub(crate) unroll: u32,
    pub(crate) telling: bool,
    pub(crate) events: Vec<Event>,
}

impl<'p> Machine<'p> {
    pub(crate) fn new(program: &'p Program<'p>, root: Func) -> Self {
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
            in_words: false,
            arguments: None,
            asked: Asked::default(),
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
            alone: Alone::No,
            endless: FxHashMap::default(),
            ended: None,
            blanks: FxHashMap::default(),
            spaces: FxHashMap::default(),
            sizes: FxHashMap::default(),
        }
    }

    /// Runs a defined function.
    pub(crate) fn run(&mut self, func: Func, args: &[Val], state: State, ctx: Ctx) -> Outcome {
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
            vals: self.blank(info).to_vec(),
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

    /// The values of a function before it runs: its constants, and nothing else.
    fn blank(&mut self, info: &FuncInfo<'_>) -> Rc<[Val]> {
        let arena = &mut self.arena;
        let blank = self.blanks.entry(info.ir.func).or_insert_with(|| {
            let mut vals = vec![Val::ANY; info.ir.values.len()];
            for (value, bits) in &info.constants {
                vals[value.index()] = arena.constant(*bits);
            }
            vals.into()
        });
        Rc::clone(blank)
    }

    /// Whether no more instructions may be executed for now.
    pub(crate) fn is_spent(&self) -> bool {
        self.fuel <= self.reserve
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
        for (next, inst) in &frame.info.code[block] {
            let next = *next;
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
    pub(crate) fn event(&mut self, frame: &mut Frame<'p>, offset: u32, kind: EventKind) {
        frame.telling |= !matches!(kind, EventKind::Trap);
        frame.events.push(Event { offset, kind });
    }

    /// Executes an instruction.
    pub(crate) fn inst(&mut self, frame: &mut Frame<'p>, state: &mut State, inst: Inst) -> Flow {
        let data = &frame.info.ir.insts[inst];
        let arg = |i: usize| frame.vals[data.args[i].index()];
        let result = match &data.op {
            Op::Const(_, bits) => self.arena.constant(*bits),
            Op::Numeric(op) => {
                if let Some(bits) = immediate(frame, *op, &data.args) {
                    self.arena.constant(bits)
                } else {
                    let args: SmallVec<[Val; 2]> =
                        data.args.iter().map(|v| frame.vals[v.index()]).collect();
                    let unchecked = frame.info.unchecked.binary_search(&inst).is_ok();
                    self.arena.computed(*op, &args, unchecked)
                }
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

    /// Results of which only the sources are known.
    pub(crate) fn unknown_results(&mut self, count: usize, labels: LabelSet) -> SmallVec<[Val; 1]> {
        let val = self.arena.unknown(labels);
        SmallVec::from_elem(val, count)
    }
}

/// The result of an operator on small constants.
fn immediate(frame: &Frame<'_>, op: NumericOp, args: &[Value]) -> Option<u64> {
    let bits = |value: &Value| frame.vals[value.index()].as_immediate();
    match args {
        [a] => eval(op, &[bits(a)?]),
        [a, b] => eval(op, &[bits(a)?, bits(b)?]),
        _ => None,
    }
}
