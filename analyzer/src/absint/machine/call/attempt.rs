//! Calls that are tried: on an example, as a computation, or whole although they are large. What does not come out is undone.

use super::{COMPUTING, MAX_FAILURES, Results, TRIAL};
use crate::absint::domain::arena::{LabelSet, PredSet, Val};
use crate::absint::domain::memory::{Paths, State};
use crate::absint::machine::interp::{Frame, Machine, Outcome};
use crate::absint::machine::parting::Alone;
use crate::absint::machine::record::Ctx;
use crate::ir::Func;

impl<'p> Machine<'p> {
    /// Runs a function for which an example decides; `None` if it takes suspiciously long.
    pub(super) fn run_on_example(
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
    pub(super) fn computed(
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

    /// Whether a large function without effect may come to an end soon: on one way alone, and, where contracts encode the keys
    /// themselves by which they reach what is stored, until it did not a few times. The tag that tells which kind of key
    /// it is, is known then.
    pub(super) fn is_worth_trying(&self, func: Func) -> bool {
        self.alone == Alone::Led
            || self.program.host.named_keys
                && !self.is_tired()
                && self
                    .endless
                    .get(&func)
                    .is_none_or(|times| *times < MAX_FAILURES)
    }

    /// Runs a large function without effect for a while: on one way alone, or where a tag that is known selects what it
    /// does, it may do little. `None` if it does not come to an end.
    pub(super) fn try_large(
        &mut self,
        frame: &Frame<'p>,
        state: &mut State,
        offset: u32,
        func: Func,
        args: &[Val],
    ) -> Option<Results> {
        let reasons = self.reasons.clone();
        let outer = self.reserve;
        // A trial within another leaves it the half.
        let most = match self.alone {
            Alone::Tried => TRIAL.min(self.fuel.saturating_sub(outer) / 2),
            _ => TRIAL,
        };
        self.reserve = self.fuel.saturating_sub(most).max(outer);
        let ctx = self
            .records
            .enter(frame.ctx, frame.func, offset, frame.unroll, func);
        let before = std::mem::replace(&mut self.alone, Alone::Tried);
        let outcome = self.run(func, args, state.clone(), ctx);
        self.alone = before;
        let ended = !self.is_spent();
        self.reserve = outer;
        if !ended {
            self.reasons = reasons;
            *self.endless.entry(func).or_default() += 1;
            return None;
        }
        let (after, results) = outcome.after?;
        *state = after;
        Some(results)
    }

    /// Runs a function without effect for a while. `None` if it does not come to an end.
    pub(super) fn for_a_while(
        &mut self,
        frame: &Frame<'p>,
        state: &mut State,
        offset: u32,
        func: Func,
        args: &[Val],
        work: u64,
    ) -> Option<Option<Results>> {
        let reasons = self.reasons.clone();
        let outer = self.reserve;
        self.reserve = self.fuel.saturating_sub(work).max(outer);
        let ctx = self
            .records
            .enter(frame.ctx, frame.func, offset, frame.unroll, func);
        let mut outcome = self.run(func, args, state.clone(), ctx);
        let ended = !self.is_spent();
        self.reserve = outer;
        if !ended {
            self.reasons = reasons;
            return None;
        }
        self.ended = outcome.ways.take();
        let Some((after, results)) = outcome.after else {
            return Some(None);
        };
        *state = after;
        Some(Some(results))
    }
}
