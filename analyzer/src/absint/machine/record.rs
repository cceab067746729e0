//! What the machine writes down while it runs: for each block in each calling context, what happened there last. The
//! effect graph is built from these records once the run is over.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::absint::domain::arena::{Bytes, LabelSet, PredSet, Space};
use crate::facts::Reason;
use crate::host::{EffectKind, What};
use crate::ir::{Block, Func};

/// A function activation: where it was called, in which activation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Ctx(pub(crate) u32);

impl Ctx {
    pub(crate) const ROOT: Ctx = Ctx(0);
}

/// A call on the way to an activation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallSite {
    pub(crate) parent: Ctx,
    pub(crate) caller: Func,
    pub(crate) offset: u32,
}

/// Something that happened in a block.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) offset: u32,
    pub(crate) kind: EventKind,
}

#[derive(Clone, Debug)]
pub(crate) enum EventKind {
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
pub(crate) struct EffectRecord {
    pub(crate) kinds: Arc<[EffectKind]>,
    pub(crate) host_function: String,
    pub(crate) operands: Vec<(What, Bytes)>,
    pub(crate) gives: LabelSet,
    pub(crate) may_reenter: bool,
    pub(crate) tells_failure: bool,
    pub(crate) atomic: bool,
}

/// How control left a block.
#[derive(Clone, Debug)]
pub(crate) enum Exit {
    /// To these blocks, decided by these predicates if there are several.
    Blocks(SmallVec<[Block; 2]>, PredSet),
    Return,
    /// Not at all: trap, or a call that does not return.
    Never,
}

#[derive(Clone, Debug)]
pub(crate) struct BlockRecord {
    pub(crate) events: Vec<Event>,
    pub(crate) exit: Exit,
    pub(crate) exit_offset: u32,
}

/// The records of one run.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) blocks: FxHashMap<(Ctx, Block), BlockRecord>,
    pub(crate) sites: Vec<CallSite>,
    ids: FxHashMap<(Ctx, u32, u32, Func), Ctx>,
}

impl Records {
    pub(crate) fn new(root: Func) -> Self {
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
    pub(crate) fn enter(
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
