//! Calls: to the contract's own functions, known helpers, through tables.

use smallvec::SmallVec;

use super::arena::{Bytes, Kind, Label, LabelSet, Pred, PredSet, Val, ValData};
use super::interp::{Frame, MAX_DEPTH, Machine, Outcome};
use super::intrinsics::Intrinsic;
use super::memory::{FIRST_ALLOCATION, Paths, Place, State};
use super::program::Extent;
use super::record::{Ctx, EventKind};
use super::vtables::Origin;
use crate::facts::{Reason, Relation};
use crate::ir::{Func, Sig};
use crate::module::Table;

/// Functions without effect whose code is larger than this, callees included, are not looked into: what they return and
/// write is taken to come from all that they can read.
const LARGE: u32 = 2500;
/// The same once most of the fuel is spent.
const LARGE_WHEN_TIRED: u32 = 150;
/// Work that the run of such a function may take all the same, where there are examples.
const COMPUTING: u64 = 12_000;
/// Instructions that one function may execute on an example: what follows it straight needs far less.
const ON_EXAMPLE: u64 = 80_000;
/// A function that only aborts is not looked into for what it tells the host if it is larger than this.
const LAST_WORDS: u32 = 200;
/// Instructions for which such a function is tried nevertheless.
const TRIAL: u64 = 4000;
/// More targets of one call than this are not told apart.
const MAX_TARGETS: usize = 6;
/// Room before an object of AssemblyScript.
const HEADER: u32 = 16;
/// How far behind a pointer an unknown function is taken to read and write.
const REACH: u32 = 64;

pub(super) type Results = SmallVec<[Val; 1]>;

impl<'p> Machine<'p> {
    /// Calls a function; `None` if it does not return.
    pub(super) fn call(
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
    pub(super) fn call_plainly(
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
            if let (Some((_, ctx)), Some(_)) = (around, within.next()) {
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
            let computed = if is_large || summary.dynamic {
                self.computed(frame, state, offset, func, args)
            } else {
                None
            };
            let computed = match computed {
                None if is_large && self.apart => {
                    let tried = self.try_large(frame, state, offset, func, args);
                    tried.map(Some)
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

    /// Runs a function for which an example decides; `None` if it takes suspiciously long.
    fn run_on_example(
        &mut self,
        func: Func,
        args: &[Val],
        state: State,
        ctx: Ctx,
        work: u64,
    ) -> Option<Outcome> {
        let varied: Vec<(LabelSet, State)> = self
            .flags
            .iter()
            .filter_map(|flag| Some((*flag, state.with_flags_varied(&mut self.arena, *flag)?)))
            .collect();
        let outer = self.reserve;
        let enough = self.fuel.checked_sub(work);
        let reasons = self.reasons.clone();
        self.reserve = enough.unwrap_or(0).max(outer);
        self.arena.sampling = true;
        let mut outcome = self.run(func, args, state, ctx);
        for (flag, state) in varied {
            let other = self.run(func, args, state, ctx);
            self.note_varied(flag, &mut outcome, other);
        }
        self.arena.sampling = false;
        let spent = enough.is_some_and(|enough| enough >= outer) && self.is_spent();
        self.reserve = outer;
        if spent {
            self.reasons = reasons;
            return None;
        }
        if let Some((after, _)) = &mut outcome.after {
            after.loosen_lengths(&mut self.arena, &self.program.image);
        }
        Some(outcome)
    }

    /// Joins what came of an example with what came of it with a flag the other way round: what differs is data of the flag.
    fn note_varied(&mut self, flag: LabelSet, outcome: &mut Outcome, other: Outcome) {
        let (Some((after, results)), Some((other, others))) = (&mut outcome.after, other.after)
        else {
            return;
        };
        self.arena.varied = flag;
        let image = &self.program.image;
        let paths = Paths {
            control: PredSet::NONE,
            widen: false,
            base: None,
        };
        *after = after.join(&other, &mut self.arena, image, &paths);
        for (result, other) in results.iter_mut().zip(others) {
            *result = self.arena.join(*result, other, PredSet::NONE, false);
        }
        self.arena.varied = LabelSet::NONE;
    }

    /// Runs a function that only computes and is large or writes a text, taking examples for what they are. `None` if that
    /// takes too much work.
    fn computed(
        &mut self,
        frame: &Frame<'p>,
        state: &mut State,
        offset: u32,
        func: Func,
        args: &[Val],
    ) -> Option<Option<Results>> {
        if !self.has_examples || self.is_tired() {
            return None;
        }
        let ctx = self
            .records
            .enter(frame.ctx, frame.func, offset, frame.unroll, func);
        let outcome = self.run_on_example(func, args, state.clone(), ctx, COMPUTING)?;
        let Some((after, results)) = outcome.after else {
            return Some(None);
        };
        *state = after;
        Some(Some(results))
    }

    /// Runs a large function without effect for a while: on one way alone, it may do little. `None` if it does not come to
    /// an end.
    fn try_large(
        &mut self,
        frame: &Frame<'p>,
        state: &mut State,
        offset: u32,
        func: Func,
        args: &[Val],
    ) -> Option<Results> {
        let reasons = self.reasons.clone();
        let outer = self.reserve;
        self.reserve = self.fuel.saturating_sub(TRIAL).max(outer);
        let ctx = self
            .records
            .enter(frame.ctx, frame.func, offset, frame.unroll, func);
        let outcome = self.run(func, args, state.clone(), ctx);
        let ended = !self.is_spent();
        self.reserve = outer;
        if !ended {
            self.reasons = reasons;
            return None;
        }
        let (after, results) = outcome.after?;
        *state = after;
        Some(results)
    }

    /// Notes that code was not followed.
    pub(super) fn unknown(&mut self, frame: &mut Frame<'p>, offset: u32, reason: Reason) {
        self.reasons.insert(reason.clone());
        self.event(frame, offset, EventKind::Unknown(reason));
    }

    /// Calls through a table; the last argument is the index, which comes from one of these origins.
    pub(super) fn call_indirect(
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

    pub(super) fn intrinsic(
        &mut self,
        frame: &mut Frame<'p>,
        state: &mut State,
        offset: u32,
        intrinsic: Intrinsic,
        args: &[Val],
    ) -> Results {
        let arg = |i: usize| args.get(i).copied().unwrap_or(Val::ANY);
        let result = match intrinsic {
            Intrinsic::Copy => {
                self.copy_memory(state, arg(0), arg(1), arg(2));
                arg(0)
            }
            Intrinsic::Fill => {
                self.fill_memory(state, arg(0), arg(1), arg(2));
                arg(0)
            }
            Intrinsic::Compare => self.compare_memory(state, arg(0), arg(1), arg(2)),
            Intrinsic::Allocate => {
                let address = self.allocation(frame, offset);
                self.note_size(address, arg(0));
                address
            }
            Intrinsic::AllocateZeroed => {
                let address = self.allocation(frame, offset);
                self.note_size(address, arg(0));
                let zero = self.arena.constant(0);
                self.fill_memory(state, address, zero, arg(0));
                address
            }
            Intrinsic::AllocateObject => {
                let address = self.allocation(frame, offset);
                self.with_header(state, address, arg(0), arg(1))
            }
            Intrinsic::Reallocate => {
                let len = if args.len() > 2 {
                    self.length(arg(1))
                } else {
                    None
                };
                let size = if args.len() == 4 { arg(3) } else { arg(1) };
                let old = self.place(arg(0), 0);
                if old.is_some_and(|old| old.space >= FIRST_ALLOCATION && old.exact) {
                    // An allocation is of no certain size: it grows where it is.
                    self.note_size(arg(0), size);
                    return Results::from_slice(&[arg(0)]);
                }
                let new = self.allocation(frame, offset);
                self.note_size(new, size);
                if let (Some(to), Some(from)) = (self.place(new, 0), old) {
                    state.copy(&mut self.arena, &self.program.image, to, from, len);
                }
                new
            }
            Intrinsic::Free => {
                if let Some(place) = self.place(arg(0), 0) {
                    self.free_state_buffer(state, place);
                }
                return Results::new();
            }
        };
        Results::from_slice(&[result])
    }

    fn allocation(&mut self, frame: &mut Frame<'p>, offset: u32) -> Val {
        let ctx = self
            .records
            .enter(frame.ctx, frame.func, offset, frame.unroll, frame.func);
        let allocation = self.allocate(ctx, offset);
        if let Kind::Ptr { space, .. } = self.arena.data(allocation).kind
            && !self.program.host.responses.is_empty()
            && !self.arena.sampling
        {
            self.event(frame, offset, EventKind::Allocation(space));
        }
        allocation
    }

    /// An object's address in its allocation, after its type and size.
    fn with_header(&mut self, state: &mut State, allocation: Val, size: Val, ty: Val) -> Val {
        let Some(start) = self.place(allocation, 0) else {
            return allocation;
        };
        let at = |off: u32| Place { off, ..start };
        state.store(&mut self.arena, at(HEADER - 8), 4, ty);
        state.store(&mut self.arena, at(HEADER - 4), 4, size);
        self.arena.pointer(start.space, HEADER)
    }

    /// Notes how large an allocation is.
    fn note_size(&mut self, allocation: Val, size: Val) {
        if let (Some(start), Some(size)) = (self.place(allocation, 0), self.length(size)) {
            self.sizes.insert(start.space, size);
        }
    }

    /// Compares two runs of memory: decides by their contents.
    fn compare_memory(&mut self, state: &State, a: Val, b: Val, len: Val) -> Val {
        let count = self.length(len);
        let left = self.read_bytes(state, a, count);
        let right = self.read_bytes(state, b, count);
        // Whose data equals whose is never how it is read.
        let of_two = self.arena.is_example(left) && self.arena.is_example(right);
        let deciding = |content| match of_two {
            true => self.arena.known_bytes(content),
            false => self.arena.deciding_bytes(content),
        };
        let known = (deciding(left), deciding(right), count);
        if let (Some(x), Some(y), Some(_)) = known {
            self.arena.guess_by_stand_in(&x, &y);
            let order = match x.cmp(&y) {
                std::cmp::Ordering::Less => u64::from(u32::MAX),
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => 1,
            };
            return self.arena.constant(order);
        }
        // A known byte that differs decides it, whatever the rest.
        if count.is_some() && self.arena.differ(left, right) {
            return self.arena.constant(1);
        }
        if self.arena.guess_by_content(left, right) {
            return self.arena.constant(1);
        }
        let preds = self.equality(left, right);
        self.arena.val(ValData {
            kind: Kind::Any,
            labels: LabelSet::NONE,
            preds,
            decreased: false,
        })
    }

    /// The predicate that two contents are equal.
    pub(super) fn equality(&mut self, left: Bytes, right: Bytes) -> PredSet {
        self.arena.pred(Pred {
            relation: Relation::Equal,
            left,
            right,
        })
    }

    /// Calls a function that is not looked into.
    fn opaque(&mut self, state: &mut State, func: Func, args: &[Val]) -> Results {
        let labels = self.read_by_unknown(state, args);
        self.opaque_as(state, func, args, labels)
    }

    /// Calls a function that is not looked into, and all of whose results have these labels.
    pub(super) fn opaque_as(
        &mut self,
        state: &mut State,
        func: Func,
        args: &[Val],
        labels: LabelSet,
    ) -> Results {
        let program = self.program;
        match program.info(func) {
            Some(info) => {
                for (i, arg) in args.iter().enumerate() {
                    let extent = info
                        .summary
                        .writes
                        .get(i)
                        .copied()
                        .unwrap_or(Extent::Unknown);
                    self.written(state, *arg, extent, labels);
                }
            }
            None => self.written_by_unknown(state, args, labels),
        }
        let count = program.module.func_type(func).results.len();
        self.unknown_results(count, labels)
    }

    /// Whether the input itself can be read through some arguments, rather than what was made of it.
    fn reaches_input(&mut self, state: &State, args: &[Val]) -> bool {
        let labels = self.read_by_unknown(state, args);
        self.arena.label_list(labels).any(|l| l == Label::Input)
    }

    /// Where all that can be read through some arguments comes from.
    pub(super) fn read_by_unknown(&mut self, state: &State, args: &[Val]) -> LabelSet {
        let mut labels = LabelSet::NONE;
        for arg in args {
            let more = self.arena.data(*arg).labels;
            labels = self.arena.union(labels, more);
            for place in self.places(*arg, 0) {
                let more = state.reachable(&mut self.arena, &self.program.image, place, REACH, 3);
                labels = self.arena.union(labels, more);
            }
        }
        labels
    }

    fn written_by_unknown(&mut self, state: &mut State, args: &[Val], labels: LabelSet) {
        for arg in args {
            self.written(state, *arg, Extent::Unknown, labels);
        }
    }

    /// Notes what a call may have written through a pointer.
    pub(super) fn written(
        &mut self,
        state: &mut State,
        pointer: Val,
        extent: Extent,
        labels: LabelSet,
    ) {
        let Some(place) = self.place(pointer, 0) else {
            return;
        };
        if place.space == super::memory::LINEAR && place.off < 1024 {
            return;
        }
        let val = self.arena.unknown(labels);
        match extent {
            Extent::Nothing => {}
            Extent::Known(low, high) => {
                let range =
                    place.off.saturating_add_signed(low)..place.off.saturating_add_signed(high);
                state.smear(&mut self.arena, place.space, range, val, !place.exact);
            }
            Extent::Unknown => {
                let end = if place.space == super::memory::LINEAR {
                    place.off.saturating_add(REACH)
                } else {
                    u32::MAX
                };
                state.smear(&mut self.arena, place.space, place.off..end, val, true);
            }
        }
    }

    /// The activation of a call that is only a name for a place.
    pub(super) fn is_tired(&self) -> bool {
        self.fuel + self.reserve < super::interp::FUEL / 2
    }

    /// Starts the run of an entry point.
    pub(super) fn start(&mut self, func: Func, args: &[Val], state: State) -> Option<Results> {
        let outcome = self.run(func, args, state, Ctx::ROOT);
        outcome.after.map(|(_, results)| results)
    }
}
