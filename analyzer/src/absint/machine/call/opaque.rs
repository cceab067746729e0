//! Calls of which no more is known than what they can reach.

use super::{REACH, Results};
use crate::absint::domain::arena::{Label, LabelSet, Val};
use crate::absint::domain::memory::{LINEAR, Reached, State};
use crate::absint::functions::program::Extent;
use crate::absint::machine::interp::{Frame, Machine};
use crate::absint::machine::record::EventKind;
use crate::facts::Reason;
use crate::ir::Func;

/// How far behind a pointer an unknown function is taken to write, in what is not known there otherwise.
const WRITTEN: u32 = 512;

impl<'p> Machine<'p> {
    /// Notes that code was not followed.
    pub(crate) fn unknown(&mut self, frame: &mut Frame<'p>, offset: u32, reason: Reason) {
        self.reasons.insert(reason.clone());
        self.event(frame, offset, EventKind::Unknown(reason));
    }

    /// Calls a function that is not looked into.
    pub(super) fn opaque(&mut self, state: &mut State, func: Func, args: &[Val]) -> Results {
        let labels = self.read_by_unknown(state, args);
        self.opaque_as(state, func, args, labels)
    }

    /// Calls a function that is not looked into, and all of whose results have these labels.
    pub(crate) fn opaque_as(
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
    pub(super) fn reaches_input(&mut self, state: &State, args: &[Val]) -> bool {
        let labels = self.read_by_unknown(state, args);
        self.arena.label_list(labels).any(|l| l == Label::Input)
    }

    /// Whether an example may decide in a function with these arguments.
    pub(super) fn reaches_example(&mut self, state: &State, args: &[Val]) -> bool {
        self.has_examples && self.reached(state, args).example
    }

    /// Where all that can be read through some arguments comes from.
    pub(crate) fn read_by_unknown(&mut self, state: &State, args: &[Val]) -> LabelSet {
        self.reached(state, args).labels
    }

    fn reached(&mut self, state: &State, args: &[Val]) -> Reached {
        let mut all = Reached::default();
        for arg in args {
            all.see(&mut self.arena, *arg);
            for place in self.places(*arg, 0) {
                let image = &self.program.image;
                state.reachable(&mut self.arena, image, place, (REACH, 3), &mut all);
            }
        }
        all
    }

    pub(super) fn written_by_unknown(&mut self, state: &mut State, args: &[Val], labels: LabelSet) {
        for arg in args {
            self.written(state, *arg, Extent::Unknown, labels);
        }
    }

    /// Notes what a call may have written through a pointer.
    pub(crate) fn written(
        &mut self,
        state: &mut State,
        pointer: Val,
        extent: Extent,
        labels: LabelSet,
    ) {
        let Some(place) = self.place(pointer, 0) else {
            return;
        };
        if place.space == LINEAR && place.off < 1024 {
            return;
        }
        let val = self.arena.unknown(labels);
        let (space, is_linear) = (place.space, place.space == LINEAR);
        let moved = |by: i32| place.off.saturating_add_signed(by);
        let (range, weak) = match extent {
            Extent::Nothing => return,
            Extent::Known(low, high) => (moved(low)..moved(high), !place.exact),
            Extent::Within(low, high) => (moved(low)..moved(high), true),
            Extent::Unknown if is_linear => (place.off..self.arena.reach(place.off, REACH), true),
            Extent::Unknown => (place.off..u32::MAX, true),
        };
        state.smear(&mut self.arena, space, range.clone(), val, weak);
        // A result on the stack can be large, but is not larger than the frame that it is in.
        if weak && place.exact && is_linear && self.program.image.stack.contains(&place.off) {
            let end = match extent {
                Extent::Unknown => self.arena.reach(place.off, WRITTEN),
                _ => range.end.min(moved(WRITTEN as i32)),
            };
            state.fill_unset(range.start..end, val);
        }
    }
}
