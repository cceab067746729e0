//! The memory of the contract and of the host, as the abstract machine sees it at one point.
//!
//! Space 0 is linear memory by absolute address. An allocation is a space of its own, since its address is of no
//! interest. So are the host's second memories: registers and object tables. What was written is kept byte by byte, each
//! as "byte i of value v"; what was written without knowing exactly what or where is kept as a list of smears.

mod examples;
mod image;
mod join;
mod read;
mod write;

use std::rc::Rc;

use crate::absint::domain::arena::{Arena, Space, Val};
use crate::absint::domain::trie::Trie;
use crate::entity::Entity;
use write::Smear;

pub(crate) use examples::Examples;
pub(crate) use image::{Image, StackPointer};
pub(crate) use join::Paths;
pub(crate) use read::Reached;

/// Linear memory.
pub(crate) const LINEAR: Space = 0;
/// The host's registers (NEAR), by number.
pub(crate) const REGISTERS: Space = 1;
/// The host's objects, by handle.
pub(crate) const HANDLES: Space = 2;
/// The first space that an allocation can have.
pub(crate) const FIRST_ALLOCATION: Space = 16;

/// A resolved address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Place {
    pub(crate) space: Space,
    pub(crate) off: u32,
    /// Whether it is just there, or there or further up.
    pub(crate) exact: bool,
}

impl Place {
    /// As many bytes further up. What is in an allocation, but it is not known where, stays in it.
    pub(crate) fn moved(self, by: i32) -> Place {
        let off = if self.exact || self.space == LINEAR {
            self.off.wrapping_add_signed(by)
        } else {
            self.off.saturating_add_signed(by)
        };
        Place { off, ..self }
    }
}

/// Memory and globals at one point.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    cells: Trie,
    smears: Rc<Vec<Smear>>,
    globals: Rc<Vec<Val>>,
}

fn key(space: Space, granule: u32) -> u64 {
    u64::from(space) << 32 | u64::from(granule)
}

impl State {
    pub(crate) fn new(globals: Vec<Val>) -> Self {
        State {
            cells: Trie::default(),
            smears: Rc::new(Vec::new()),
            globals: Rc::new(globals),
        }
    }

    /// Where the shadow stack ends at the moment.
    pub(crate) fn stack_pointer(&self, arena: &mut Arena, image: &Image) -> Option<Val> {
        Some(match image.stack_pointer? {
            StackPointer::Global(global) => self.global(global.index()),
            StackPointer::Memory(off) => {
                let place = Place {
                    space: LINEAR,
                    off,
                    exact: true,
                };
                self.load(arena, image, place, 4)
            }
        })
    }

    pub(crate) fn global(&self, index: usize) -> Val {
        self.globals.get(index).copied().unwrap_or(Val::ANY)
    }

    pub(crate) fn set_global(&mut self, index: usize, val: Val) {
        if let Some(slot) = Rc::make_mut(&mut self.globals).get_mut(index) {
            *slot = val;
        }
    }

    /// The host-side object or register of that number.
    pub(crate) fn slot(&self, arena: &mut Arena, image: &Image, space: Space, number: u32) -> Val {
        self.byte(arena, image, space, number.wrapping_mul(8)).0
    }

    /// Sets a host-side object or register.
    pub(crate) fn set_slot(&mut self, space: Space, number: u32, val: Val) {
        self.put(space, number.wrapping_mul(8), 1, |_| (val, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::absint::domain::arena::{Kind, Label};

    /// A result that one path wrote, but it is not known how, and of which the other wrote the tag alone.
    #[test]
    fn what_may_have_been_written_is_no_garbage_where_paths_meet() {
        let (mut arena, mut written) = (Arena::new(), State::new(Vec::new()));
        let mut tagged = written.clone();
        let image = Image {
            data: Vec::new(),
            stack_pointer: None,
            counted_handles: false,
            stack: 0..4096,
        };
        let tag = Place {
            space: LINEAR,
            off: 152,
            exact: true,
        };
        let none = arena.constant(4);
        tagged.store(&mut arena, tag, 1, none);
        written.fill_unset(64..160, Val::ANY);
        let paths = Paths {
            control: crate::absint::domain::arena::PredSet::NONE,
            widen: false,
            base: None,
        };
        let joined = written.join(&tagged, &mut arena, &image, &paths);
        let read = joined.load(&mut arena, &image, tag, 1);
        assert_eq!(arena.as_const(read), None);
    }

    #[test]
    fn data_of_unknown_length_ends_with_the_frame_that_it_is_written_to() {
        let (mut arena, mut state) = (Arena::new(), State::new(Vec::new()));
        let image = Image {
            data: vec![7; 8192],
            stack_pointer: None,
            counted_handles: false,
            stack: 0..4096,
        };
        arena.stack = image.stack.clone();
        arena.frames.push(4096);
        let at = |off| Place {
            space: LINEAR,
            off,
            exact: true,
        };
        let labels = arena.label(Label::Input);
        let content = arena.hole(labels, None);
        state.write(&mut arena, at(4080), content, None);
        let written = state.load(&mut arena, &image, at(4088), 1);
        assert_eq!(arena.data(written).labels, labels);
        let text = state.load(&mut arena, &image, at(4096), 1);
        assert_eq!(arena.as_const(text), Some(7));
    }

    #[test]
    fn an_address_that_is_moved_in_pieces_stays_one() {
        let (mut arena, mut state) = (Arena::new(), State::new(Vec::new()));
        let image = Image {
            data: Vec::new(),
            stack_pointer: None,
            counted_handles: false,
            stack: 0..4096,
        };
        let at = |off: u32| Place {
            space: LINEAR,
            off,
            exact: true,
        };
        let (address, len) = (arena.pointer(FIRST_ALLOCATION, 8), arena.constant(41));
        state.store(&mut arena, at(64), 4, address);
        state.store(&mut arena, at(68), 4, len);
        // A byte, then four that reach into the length.
        for (off, width) in [(0, 1), (1, 4), (5, 3)] {
            let piece = state.load(&mut arena, &image, at(64 + off), width);
            state.store(&mut arena, at(128 + off), width, piece);
        }
        let moved = state.load(&mut arena, &image, at(128), 4);
        assert_eq!(arena.data(moved).kind, arena.data(address).kind);
        let both = state.load(&mut arena, &image, at(128), 8);
        assert!(matches!(arena.data(both).kind, Kind::Pair { .. }));
    }

    #[test]
    fn fields_that_are_moved_together_stay_apart() {
        let (mut arena, mut state) = (Arena::new(), State::new(Vec::new()));
        let image = Image {
            data: Vec::new(),
            stack_pointer: None,
            counted_handles: false,
            stack: 0..4096,
        };
        let at = |off: u32| Place {
            space: LINEAR,
            off,
            exact: true,
        };
        let (caller, param) = (arena.label(Label::Caller), arena.label(Label::Param(0)));
        let (caller, param) = (arena.unknown(caller), arena.unknown(param));
        let flag = arena.constant(1);
        state.store(&mut arena, at(64), 8, caller);
        state.store(&mut arena, at(68), 4, param);
        state.store(&mut arena, at(67), 1, flag);
        let word = state.load(&mut arena, &image, at(64), 8);
        state.store(&mut arena, at(128), 8, word);
        let moved = state.read(&mut arena, &image, at(128), Some(8));
        let stayed = state.read(&mut arena, &image, at(64), Some(8));
        assert_eq!(moved, stayed);
        assert_eq!(arena.pieces(moved).len(), 3);
    }
}
