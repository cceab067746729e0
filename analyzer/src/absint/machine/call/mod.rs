//! Calls: to the contract's own functions, known helpers, through tables.

mod attempt;
mod known;
mod opaque;

use smallvec::SmallVec;

use crate::absint::domain::arena::{Kind, Val};
use crate::absint::domain::memory::{Paths, State};
use crate::absint::functions::vtables::Origin;
use crate::absint::machine::interp::{Frame, MAX_DEPTH, Machine};
use crate::absint::machine::parting::Alone;
use crate::absint::machine::record::{Ctx, EventKind};
use crate::facts::Reason;
use crate::ir::{Func, Sig};
use crate::module::Table;

/// Functions without effect whose code is larger than this, callees included, are not looked into: what they return and
/// write is taken to come from all that they can read.
const LARGE: u32 = 2500;
/// The same once most of the fuel is spent.
const LARGE_WHEN_TIRED: u32 = 150;
/// Work that the run of such a function may take all the same, where there are examples.
const COMPUTING: u64 = 9000;
/// Instructions that one function may execute on an example: what follows it straight needs far less.
const ON_EXAMPLE: u64 = 60_000;
/// A function that only aborts is not looked into for what it tells the host if it is larger than this.
const LAST_WORDS: u32 = 200;
/// Instructions for which such a function is tried nevertheless.
const TRIAL: u64 = 3000;
/// So many times that did not come to an end, it is not tried again.
const MAX_FAILURES: u32 = 2;
/// More targets of one call than this are not told apart.
const MAX_TARGETS: usize = 6;
/// Room before an object of AssemblyScript.
const HEADER: u32 = 16;
/// How far behind a pointer an unknown function is taken to read and write.
const REACH: u32 = 64;

pub(crate) type Results = SmallVec<[Val; 1]>;

impl<'p> Machine<'p> {
    /// Calls a function; `None` if it does not return.
    pub(crate) fn call(
        &mut self,
        frame: &mut Frame<'p>,
        state: &mut State,
        offset: u32,
        func: Func,
        args: &[Val],
    ) -> Option<Results> {
        match self.program.info(func).map(|info| &info.seal) {
            Some(seal) if !seal.is_nothing() => self.call_sealing(frame, state, offset, func, args),
            _ => self.call_plainly(frame, state, offset, func, args),
        }
    }

    /// Calls a function of which nothing was declared.
    pub(crate) fn call_plainly(
        &mut self,
        frame: &mut Frame<'p>,
        state: &mut State,
        offset: u32,
        func: Func,
        args: &[Val],
    ) -> Option<Results> {
        if let Some((module, name)) = self.program.module.import(func) {
            return self.call_host(frame, state, offset, func, (module, name), args);
        }
        let Some(info) = self.program.info(func) else {
            self.unknown(frame, offset, Reason::NotLifted(func));
            return Some(self.opaque(state, func, args));
        };
        if let Some(intrinsic) = info.intrinsic {
            return Some(self.intrinsic(frame, state, offset, intrinsic, args));
        }
        let summary = &info.summary;
        let tells = summary.speaks
            && summary.size <= LAST_WORDS
            && !self.is_tired()
            && self.stack.len() < MAX_DEPTH
            && self.stack.iter().all(|(running, _)| *running != func);
        if !summary.returns && !summary.ends && !tells {
            self.event(frame, offset, EventKind::Trap);
            return None;
        }
        // Parsers of sampled input go as deep as the input.
        if !self.arena.sampling {
            let mut within = self.stack.iter().rev().filter(|(f, _)| *f == func);
            let around = within.next().copied();
            // Of what nothing is known, it does nothing new.
            let blind = |arg: &Val| matches!(self.arena.data(*arg).kind, Kind::Any);
            if let Some((_, ctx)) = around
                && (within.next().is_some() || args.iter().any(blind))
            {
                // What a call further in would do is what the one around it does.
                if !summary.pure {
                    self.event(frame, offset, EventKind::Call(vec![(ctx, func)]));
                }
                return Some(self.opaque(state, func, args));
            }
        }
        if self.stack.len() >= MAX_DEPTH {
            if !summary.pure {
                self.unknown(frame, offset, Reason::Limit("depth of calls"));
            }
            return Some(self.opaque(state, func, args));
        }
        let large = if self.is_tired() {
            LARGE_WHEN_TIRED
        } else {
            LARGE
        };
        // Where the input lies in regions, it is there before the contract runs, and handlers reach the host through
        // trait objects: only what certainly does not is the reader.
        let alone = if self.in_regions || self.arguments.is_some() {
            summary.pure
        } else {
            summary.quiet
        };
        // Named arguments lie where only the code knows: what would not be looked into may be what reads them.
        let samples = self.reading
            && alone
            && !self.arena.sampling
            && (self.arguments.is_some() && summary.size > large
                || self.reaches_input(state, args)
                || self.program.writes_requests(func));
        if !self.arena.sampling && self.program.renders(func) {
            let mut ways = std::mem::take(&mut self.to_render);
            if ways.is_empty() {
                ways.push((state.clone(), Results::from_slice(args)));
            }
            for (state, args) in ways {
                self.render(frame, &state, offset, func, &args);
            }
        }
        let writes_json = self.in_regions && self.program.writes_json(func);
        if summary.pure && !samples && !self.arena.sampling && !writes_json {
            let is_large = summary.size > large;
            let unclear = is_large || summary.dynamic;
            let on_example = unclear && self.reaches_example(state, args);
            let computed = if on_example {
                self.computed(frame, state, offset, func, args)
            } else {
                None
            };
            let computed = match computed {
                None if is_large && self.is_worth_trying(func) => {
                    let tried = self.try_large(frame, state, offset, func, args);
                    tried.map(Some)
                }
                // That an error is written out does not hide that it is one.
                None if summary.dynamic && self.alone == Alone::Tried => {
                    return Some(self.opaque(state, func, args));
                }
                // Where no example decides, what decodes or writes texts can go round in circles.
                None if unclear
                    && self.has_examples
                    && !(is_large && (on_example || self.is_tired())) =>
                {
                    let work = if is_large { TRIAL } else { COMPUTING };
                    let came = self.for_a_while(frame, state, offset, func, args, work);
                    Some(came.unwrap_or_else(|| Some(self.opaque(state, func, args))))
                }
                computed => computed,
            };
            match computed {
                Some(results) => return results,
                None if is_large => return Some(self.opaque(state, func, args)),
                None => {}
            }
        }
        // What writes JSON only writes: examples decide there, too.
        let writes =
            self.in_regions && !samples && !self.arena.sampling && self.program.writes_json(func);
        if writes {
            let first = self.next_space();
            self.begin_rendering(0, first);
        }
        let ctx = self
            .records
            .enter(frame.ctx, frame.func, offset, frame.unroll, func);
        let args: Results = if writes {
            args.iter().map(|arg| self.settle(*arg, 4)).collect()
        } else {
            Results::from_slice(args)
        };
        let args = &args[..];
        let mut outcome = if samples || writes {
            let before = if writes {
                state.clone()
            } else {
                State::default()
            };
            let outcome = self.run_on_example(func, args, std::mem::take(state), ctx, ON_EXAMPLE);
            self.rendering = self.rendering.take().filter(|_| !writes);
            match outcome {
                Some(outcome) => outcome,
                None if writes => {
                    *state = before;
                    return Some(self.opaque(state, func, args));
                }
                // The contract does not read the example straight: it is none.
                None => {
                    self.reasons.insert(Reason::Limit("work"));
                    self.fuel = self.reserve;
                    return None;
                }
            }
        } else {
            self.run(func, args, std::mem::take(state), ctx)
        };
        self.ended = outcome.ways.take().filter(|_| !samples);
        if outcome.telling {
            self.event(frame, offset, EventKind::Call(vec![(ctx, func)]));
        }
        let Some((after, results)) = outcome.after else {
            if !outcome.telling {
                self.event(frame, offset, EventKind::Trap);
            }
            return None;
        };
        *state = after;
        Some(results)
    }

    /// Calls through a table; the last argument is the index, which comes from one of these origins.
    pub(crate) fn call_indirect(
        &mut self,
        frame: &mut Frame<'p>,
        state: &mut State,
        offset: u32,
        (table, sig): (Table, Sig),
        origins: &[Origin],
        args: &[Val],
    ) -> Option<Results> {
        let (index, args) = args.split_last()?;
        let program = self.program;
        let choices = self
            .arena
            .as_choices(*index)
            .filter(|_| !program.is_open(table));
        let targets: Vec<Func> = match &choices {
            Some(choices) => choices
                .iter()
                .filter_map(|i| program.table_entry(table, *i, sig))
                .collect(),
            None => program.table_candidates(table, sig, origins),
        };
        let all_pure = targets.iter().all(|t| program.is_pure(*t));
        match targets.as_slice() {
            [] if choices.is_some() => {
                self.event(frame, offset, EventKind::Trap);
                return None;
            }
            [target] if !program.is_open(table) => {
                return self.call(frame, state, offset, *target, args);
            }
            [_, ..] if choices.is_some() && targets.len() <= MAX_TARGETS => {}
            // One of two methods of traits.
            [_, _] if choices.is_none() && !origins.is_empty() && !program.is_open(table) => {}
            // Nothing that could be called so is in the table: the call can only abort.
            [] if !program.is_open(table)
                && program.table_candidates(table, sig, &[]).is_empty() =>
            {
                self.event(frame, offset, EventKind::Trap);
                return None;
            }
            _ => {
                // Whichever it is, it asks nothing of the host: only then is not knowing it no loss.
                if program.is_open(table) || targets.is_empty() || !all_pure {
                    let reason = Reason::UnresolvedIndirectCall {
                        func: frame.func,
                        offset,
                    };
                    self.unknown(frame, offset, reason);
                }
                let labels = self.read_by_unknown(state, args);
                self.written_by_unknown(state, args, labels);
                let count = program.module.types[sig].results.len();
                return Some(self.unknown_results(count, labels));
            }
        }
        self.ended = None;
        // One of a few: run each on the same state and join.
        let control = self.arena.decision(*index);
        let mut after: Option<(State, Results)> = None;
        let mut told = Vec::new();
        for target in targets {
            let before = frame.events.len();
            let mut branch = state.clone();
            let results = self.call(frame, &mut branch, offset, target, args);
            for event in frame.events.split_off(before) {
                match event.kind {
                    EventKind::Call(calls) => told.extend(calls),
                    // That one of the targets aborts says nothing of the others.
                    EventKind::Trap => {}
                    _ => frame.events.push(event),
                }
            }
            let Some(results) = results else { continue };
            after = Some(match after {
                None => (branch, results),
                Some((joined, values)) => {
                    let paths = Paths {
                        control,
                        widen: false,
                        base: None,
                    };
                    let joined = joined.join(&branch, &mut self.arena, &self.program.image, &paths);
                    let values = values
                        .iter()
                        .zip(&results)
                        .map(|(a, b)| self.arena.join(*a, *b, control, false))
                        .collect();
                    (joined, values)
                }
            });
        }
        if !told.is_empty() {
            self.event(frame, offset, EventKind::Call(told));
        }
        self.ended = None;
        let (joined, results) = after?;
        *state = joined;
        Some(results)
    }

    /// Whether half of the work is done: what is left is kept for what matters.
    pub(crate) fn is_tired(&self) -> bool {
        self.fuel + self.reserve < crate::absint::machine::interp::FUEL / 2
    }

    /// Starts the run of an entry point.
    pub(crate) fn start(&mut self, func: Func, args: &[Val], state: State) -> Option<Results> {
        let outcome = self.run(func, args, state, Ctx::ROOT);
        outcome.after.map(|(_, results)| results)
    }
}
