//! Loads, stores and copies at addresses of which not everything is known.

use smallvec::SmallVec;

use super::Machine;
use crate::absint::domain::arena::{
    Bytes, Kind, LEAST_ADDRESS, LabelSet, PredSet, Space, Val, ValData,
};
use crate::absint::domain::memory::{FIRST_ALLOCATION, LINEAR, Paths, Place, State};
use crate::absint::machine::record::Ctx;
use crate::ir::MemArg;

/// A copy that can go more ways is not followed byte by byte.
const MAX_COPIES: usize = 6;

/// Whether a place is in an allocation of its own.
fn is_allocated(place: Place) -> bool {
    place.space >= FIRST_ALLOCATION
}

impl<'p> Machine<'p> {
    /// The place that an address operand means.
    pub(crate) fn place(&self, address: Val, offset: u64) -> Option<Place> {
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
    pub(crate) fn places(&self, address: Val, offset: u64) -> SmallVec<[Place; 2]> {
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

    pub(super) fn load(&mut self, state: &State, address: Val, mem: MemArg, width: u32) -> Val {
        let data = self.arena.data(address);
        let (labels, preds) = (data.labels, data.preds);
        // As most: one place, and nobody's choice.
        if labels == LabelSet::NONE
            && self.rendering.is_none()
            && let Some(place) = self.place(address, mem.offset)
        {
            return state.load(&mut self.arena, &self.program.image, place, width);
        }
        let mut loaded: Option<Val> = None;
        if let Some(example) = self.read_nowhere(address, mem.offset, width) {
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
            let example = self.arena.example_number(bits, labels);
            val = self.arena.val(ValData {
                decreased: self.arena.data(address).decreased,
                ..self.arena.data(example)
            });
        }
        let val = self.looked_up(val, address);
        self.settle(val, width)
    }

    pub(super) fn store(
        &mut self,
        state: &mut State,
        address: Val,
        mem: MemArg,
        width: u32,
        val: Val,
    ) {
        // What is written digit by digit is a text, and the arithmetic was that of its digits.
        let val = match width {
            ..=2 => self.arena.without_arithmetic(val),
            4 => self.measured(val),
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

    pub(super) fn sign_extend(&mut self, val: Val, bytes: u32, ty: crate::ir::Type) -> Val {
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
    pub(crate) fn length(&self, val: Val) -> Option<u32> {
        self.arena.as_number(val).map(|bits| bits as u32)
    }

    pub(crate) fn copy_memory(&mut self, state: &mut State, to: Val, from: Val, len: Val) {
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
    pub(super) fn copied(
        &mut self,
        state: &State,
        to: Place,
        from: &[Place],
        len: Val,
    ) -> Option<State> {
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

    pub(crate) fn fill_memory(&mut self, state: &mut State, to: Val, byte: Val, len: Val) {
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
    pub(crate) fn read_bytes(&mut self, state: &State, pointer: Val, len: Option<u32>) -> Bytes {
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
    pub(crate) fn next_space(&self) -> Space {
        FIRST_ALLOCATION + self.spaces.len() as Space
    }

    /// A fresh allocation for this place in this activation.
    pub(crate) fn allocate(&mut self, ctx: Ctx, offset: u32) -> Val {
        let next = self.next_space();
        let space = *self.spaces.entry((ctx, offset)).or_insert(next);
        self.arena.pointer(space, 0)
    }
}
