//! The memory that the module starts with.

use super::join::image_covers;
use crate::absint::domain::arena::{Arena, Val};
use crate::module::Global;

/// No contract has as many of the host's objects.
const MAX_HANDLES: i32 = 100_000;

/// Where the module keeps the pointer to its shadow stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StackPointer {
    Global(Global),
    /// At this address, as compilers had it before WebAssembly had mutable globals.
    Memory(u32),
}

/// The memory that the module starts with.
#[derive(Debug)]
pub(crate) struct Image {
    /// Static data from address 0.
    pub(crate) data: Vec<u8>,
    pub(crate) stack_pointer: Option<StackPointer>,
    /// Whether the contract numbers the host's objects itself, each below the last.
    pub(crate) counted_handles: bool,
    /// The shadow stack: addresses where unwritten bytes are garbage rather than zero.
    pub(crate) stack: std::ops::Range<u32>,
}

impl Image {
    /// The words of static data from an address on.
    pub(crate) fn words(&self, address: u32) -> impl Iterator<Item = u32> + '_ {
        let data = match self.stack.contains(&address) {
            true => None,
            false => self.data.get(address as usize..),
        };
        data.unwrap_or_default()
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
    }

    /// Whether static data is at an address.
    pub(crate) fn is_static(&self, address: u64) -> bool {
        address < self.data.len() as u64 && !self.stack.contains(&(address as u32))
    }

    /// Whether these are values of the stack pointer, of which the lower is good for both: what one path took of the stack
    /// stays untouched.
    pub(super) fn are_tops(&self, arena: &Arena, x: Val, y: Val) -> Option<Val> {
        let top = |val| {
            let bits = arena.as_const(val)?;
            let inside = u64::from(self.stack.start) <= bits && bits <= u64::from(self.stack.end);
            inside.then_some(bits)
        };
        Some(if top(x)? <= top(y)? { x } else { y })
    }

    /// Which of two values of the counter in static data from which handles are taken is good for both: the lower, since
    /// what one path took is not used by the other. In a loop, each pass takes the same handles again.
    pub(super) fn next_handle(
        &self,
        arena: &Arena,
        off: u32,
        (x, y): (Val, Val),
        again: bool,
    ) -> Option<Val> {
        if !self.counted_handles || !image_covers(self, off) {
            return None;
        }
        let count = |val| {
            let bits = arena.as_const(val)? as u32 as i32;
            (-MAX_HANDLES..0).contains(&bits).then_some(bits)
        };
        let (first, second) = (count(x)?, count(y)?);
        Some(if again || first <= second { x } else { y })
    }

    /// The byte that the module starts with; `None` where it is garbage.
    pub(super) fn initial(&self, address: u32) -> Option<u8> {
        if self.stack.contains(&address) {
            return None;
        }
        Some(self.data.get(address as usize).copied().unwrap_or(0))
    }
}
