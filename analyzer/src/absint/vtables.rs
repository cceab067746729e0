//! Which functions a call through the table can mean, beyond what its type says.
//!
//! Types alone confuse much: `Display::fmt` has the type of an iterator's `advance_by`, which asks the host for entries of
//! the storage. But a method of a trait object is found in a vtable (drop, size, alignment, then the methods), always at
//! the same place: what only stands in vtables is called by loading the index from just there.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::memory::Image;
use crate::ir::{Function, Op, Value, ValueDef};

/// Where the methods begin in a vtable.
const FIRST_METHOD: u32 = 12;
/// Traits have fewer methods than this.
const MAX_METHODS: u32 = 100;
/// No value behind a trait object is larger.
const MAX_SIZE: u32 = 1 << 20;

/// For each index of the table that stands in vtables: at which offsets.
#[derive(Debug, Default)]
pub(super) struct Vtables {
    offsets: FxHashMap<u32, SmallVec<[u32; 2]>>,
}

impl Vtables {
    /// Finds the vtables in static data. The tests say what an index of the table can be, and which of them can drop a
    /// value.
    pub(super) fn find(
        image: &Image,
        is_entry: &dyn Fn(u32) -> bool,
        drops: &dyn Fn(u32) -> bool,
    ) -> Self {
        let words: Vec<u32> = image
            .data
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        let mut vtables = Vtables::default();
        for (at, head) in words.windows(4).enumerate() {
            let [drop, size, align, first] = *head else {
                continue;
            };
            let begins = (drop == 0 || drops(drop))
                && matches!(align, 1 | 2 | 4 | 8 | 16)
                && size < MAX_SIZE
                && size % align == 0
                && is_entry(first);
            if !begins {
                continue;
            }
            for (i, word) in (0..MAX_METHODS).zip(&words[at + 3..]) {
                if !is_entry(*word) {
                    break;
                }
                let offset = FIRST_METHOD + 4 * i;
                let offsets = vtables.offsets.entry(*word).or_default();
                if !offsets.contains(&offset) {
                    offsets.push(offset);
                }
            }
        }
        vtables
    }

    /// Whether a call can mean an index that it loaded from this offset; from an unknown one, it can.
    pub(super) fn may_call(&self, index: u32, loaded_from: Option<u32>) -> bool {
        match (self.offsets.get(&index), loaded_from) {
            (Some(offsets), Some(from)) => offsets.contains(&from),
            _ => true,
        }
    }
}

/// From which offset behind a pointer an index was loaded, where that is certain. A parameter was not loaded from a vtable:
/// compilers load methods where they call them.
pub(super) fn loaded_from(function: &Function, index: Value) -> Option<u32> {
    match function.values[index].def {
        ValueDef::Param(block, _) if block == function.entry => Some(0),
        ValueDef::Result(inst, 0) => match &function.insts[inst].op {
            Op::Load { bytes: 4, mem, .. } => u32::try_from(mem.offset).ok(),
            _ => None,
        },
        _ => None,
    }
}
