//! What the machine writes down while it runs: for each block in each calling context, what happened there last. The
//! effect graph is built from these records once the run is over.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::arena::{Bytes, LabelSet, PredSet, Space};
use crate::facts::Reason;
use crate::host::{EffectKind, What};
use crate::ir::{Block, Func};

/// A function activation: where it was called, in which activation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Ctx(pub(super) u32);

impl Ctx {
    pub(super) const ROOT: Ctx = Ctx(0);
}

/// A call on the way to an activation.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallSite {
    pub(super) parent: Ctx,
    pub(super) caller: Func,
    pub(super) offset: u32,
}

/// Something that happened in a block.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) offset: u32,
    pub(super) kind: EventKind,
}

#[derive(Clone, Debug)]
pub(super) enum EventKind {
    Effect(EffectRecord),
    /// A call of which something is worth telling. One of several, if the target was not certain.
    Call(Vec<(Ctx, Func)>),
    /// The host aborts unless a condition holds, and publishes this, if it is data.
    Assert(PredSet, Option<EffectRecord>),
    /// Memory was allocated, which may hold something that the host will act on.
    Allocation(Space),
    Trap,
    Return,
    Unknown(Reason),
}

/// [`crate::facts::Effect`] with interned contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EffectRecord {
    pub(super) kinds: Arc<[EffectKind]>,
    pub(super) host_function: String,
    pub(super) operands: Vec<(What, Bytes)>,
    pub(super) gives: LabelSet,
    pub(super) may_reenter: bool,
    pub(super) tells_failure: bool,
    pub(super) atomic: bool,
}

/// How control left a block.
#[derive(Clone, Debug)]
pub(super) enum Exit {
    /// To these blocks, decided by these predicates if there are several.
    Blocks(SmallVec<[Block; 2]>, PredSet),
    Return,
    /// Not at all: trap, or a call that does not return.
    Never,
}

#[derive(Clone, Debug)]
pub(super) struct BlockRecord {
    pub(super) events: Vec<Event>,
    pub(super) exit: Exit,
    pub(super) exit_offset: u32,
}

/// The records of one run.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) blocks: FxHashMap<(Ctx, Block), BlockRecord>,
    pub(super) sites: Vec<CallSite>,
    ids: FxHashMap<(Ctx, u32, u32, Func), Ctx>,
}

impl Records {
    pub(super) fn new(root: Func) -> Self {
        Records {
            blocks: FxHashMap::default(),
            sites: vec![CallSite {
                parent: Ctx::ROOT,
                caller: root,
                offset: 0,
            }],
            ids: FxHashMap::default(),
        }
    }

    /// The activation of `callee` by the call at `offset` of `caller`, in the given pass of an unrolled loop.
    pub(super) fn enter(
        &mut self,
        parent: Ctx,
        caller: Func,
        offset: u32,
        unroll: u32,
        callee: Func,
    ) -> Ctx {
        let next = Ctx(u32::try_from(self.sites.len()).expect("the work limit bounds activations"));
        let ctx = *self
            .ids
            .entry((parent, offset, unroll, callee))
            .or_insert(next);
        if ctx == next {
            self.sites.push(CallSite {
                parent,
                caller,
                offset,
            });
        }
        ctx
    }
}
