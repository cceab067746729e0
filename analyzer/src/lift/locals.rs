//! The locals of a body: their types, and where which value was put into them.

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::ir::{Block, Type, Value};

/// For locals below this the latest definition is found without hashing. The rest are too many to make room for them
/// in every function: a declaration of a few bytes may declare 50 000.
const DENSE: u32 = 1024;

/// How many bytes of code there are for each definition that has to be kept, roughly.
const BYTES_PER_DEFINITION: usize = 16;

pub(super) struct Locals {
    /// The end of each run of locals of one type.
    runs: Vec<(u32, Type)>,
    /// The block that the code read now belongs to.
    current: Block,
    /// The last definitions in blocks that were current.
    latest: Vec<Latest>,
    /// All other definitions: the value of a local at the end of a block.
    earlier: FxHashMap<(Block, u32), Value>,
}

/// The latest definition of a local, and where in the code it was last assigned.
#[derive(Clone, Copy)]
struct Latest {
    definition: Option<(Block, Value)>,
    assigned: u32,
}

impl Locals {
    /// No locals, in a function that control enters at this block.
    pub(super) fn new(entry: Block, body_len: usize) -> Self {
        Locals {
            runs: Vec::new(),
            current: entry,
            latest: Vec::new(),
            earlier: FxHashMap::with_capacity_and_hasher(
                body_len / BYTES_PER_DEFINITION,
                FxBuildHasher,
            ),
        }
    }

    /// Declares locals, after those declared before.
    pub(super) fn declare(&mut self, count: u32, ty: Type) {
        let end = self.runs.last().map_or(0, |&(end, _)| end);
        let end = end.saturating_add(count);
        self.runs.push((end, ty));
        let none = Latest {
            definition: None,
            assigned: 0,
        };
        self.latest.resize(end.min(DENSE) as usize, none);
    }

    /// The type of a local.
    pub(super) fn ty(&self, local: u32) -> Option<Type> {
        let run = self.runs.partition_point(|&(end, _)| end <= local);
        self.runs.get(run).map(|&(_, ty)| ty)
    }

    /// Goes on to a block.
    pub(super) fn enter(&mut self, block: Block) {
        self.current = block;
    }

    /// The value of a local at the end of a block (of the current block: so far), if it is known.
    pub(super) fn get(&self, block: Block, local: u32) -> Option<Value> {
        if let Some(latest) = self.latest.get(local as usize)
            && let Some((defined_in, value)) = latest.definition
            && defined_in == block
        {
            return Some(value);
        }
        self.earlier.get(&(block, local)).copied()
    }

    /// Notes the value of a local at the end of a block.
    pub(super) fn define(&mut self, block: Block, local: u32, value: Value) {
        let Some(latest) = self.latest.get_mut(local as usize) else {
            self.earlier.insert((block, local), value);
            return;
        };
        if block != self.current {
            self.earlier.insert((block, local), value);
            return;
        }
        if let Some((defined_in, old)) = latest.definition.replace((block, value))
            && defined_in != block
        {
            self.earlier.insert((defined_in, local), old);
        }
    }

    /// Puts a value into a local in the current block, at an offset of the code.
    pub(super) fn assign(&mut self, local: u32, value: Value, offset: u32) {
        self.define(self.current, local, value);
        if let Some(latest) = self.latest.get_mut(local as usize) {
            latest.assigned = offset;
        }
    }

    /// Whether no code from this offset on assigns the local, as far as the code has been read.
    pub(super) fn unassigned_since(&self, local: u32, offset: u32) -> bool {
        self.latest
            .get(local as usize)
            .is_some_and(|latest| latest.assigned < offset)
    }
}
