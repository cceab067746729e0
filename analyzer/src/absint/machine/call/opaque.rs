//! Calls of which no more is known than what they can reach.

use super::{REACH, Results};
use crate::absint::domain::arena::{Label, LabelSet, Val};
use crate::absint::domain::memory::State;
use crate::absint::functions::program::Extent;
use crate::absint::machine::interp::{Frame, Machine};
use crate::absint::machine::record::EventKind;
use crate::facts::Reason;
use crate::ir::Func;

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

    /// Where all that can be read through some arguments comes from.
    pub(crate) fn read_by_unknown(&mut self, state: &State, args: &[Val]) -> LabelSet {
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
        if place.space == crate::absint::domain::memory::LINEAR && place.off < 1024 {
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
                let end = if place.space == crate::absint::domain::memory::LINEAR {
                    place.off.saturating_add(REACH)
                } else {
                    u32::MAX
                };
                state.smear(&mut self.arena, place.space, place.off..end, val, true);
            }
        }
    }
}
