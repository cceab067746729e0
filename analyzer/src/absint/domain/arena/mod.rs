//! Hash-consed pieces of the abstract domain: label sets, contents, predicates, values. Equal things have equal ids, so
//! that comparing and joining states is comparing numbers.

mod contents;
mod join;
mod kinds;
mod labels;
mod preds;

use std::collections::BTreeSet;
use std::hash::Hash;
use std::rc::Rc;

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::absint::domain::memory::Place;
use crate::absint::methods::probe::Guesses;
use crate::facts::Relation;

pub(crate) use contents::Piece;
pub(crate) use labels::Label;
pub(crate) use preds::Pred;

/// Assigns dense ids to values and finds them again.
#[derive(Debug)]
struct Interner<T> {
    items: IndexSet<T, FxBuildHasher>,
}

impl<T: Eq + Hash> Interner<T> {
    fn with_first(first: T) -> Self {
        let mut interner = Interner {
            items: IndexSet::default(),
        };
        interner.intern(first);
        interner
    }

    fn intern(&mut self, item: T) -> u32 {
        let (id, _) = self.items.insert_full(item);
        u32::try_from(id).expect("the work limit keeps the arena small")
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(crate) struct $name(u32);
    };
}

id! {
    /// A [`Label`].
    LabelId
}
id! {
    /// A set of labels; the empty one is [`LabelSet::NONE`].
    LabelSet
}
id! {
    /// A run of bytes; the empty one is [`Bytes::EMPTY`].
    Bytes
}
id! {
    /// A set of predicates; the empty one is [`PredSet::NONE`].
    PredSet
}
id! {
    /// An abstract value.
    Val
}
id! {
    /// A set of two to [`MAX_CHOICES`](kinds::MAX_CHOICES) constants.
    Choices
}

id! {
    /// A set of [`Place`]s.
    Places
}
id! {
    /// Bytes of values.
    Mosaic
}
id! {
    /// What a value would be for two selectors.
    Probe
}

impl LabelSet {
    pub(crate) const NONE: LabelSet = LabelSet(0);
}
impl Bytes {
    pub(crate) const EMPTY: Bytes = Bytes(0);
}
impl PredSet {
    pub(crate) const NONE: PredSet = PredSet(0);
}
impl Val {
    /// A value of which nothing is known.
    pub(crate) const ANY: Val = Val(0);
    /// Marks a byte of memory that was not written.
    pub(crate) const UNSET: Val = Val(u32::MAX);

    /// Set in a constant that is its own id, and is not interned: most values are small constants that are nobody's data.
    const IMMEDIATE: u32 = 1 << 31;
    const LARGEST_IMMEDIATE: u64 = (u32::MAX - Self::IMMEDIATE - 1) as u64;

    /// The id of a constant that is small enough to be its own.
    const fn immediate(bits: u64) -> Option<Val> {
        if bits <= Self::LARGEST_IMMEDIATE {
            Some(Val(Self::IMMEDIATE | bits as u32))
        } else {
            None
        }
    }

    /// The constant that is its own id.
    pub(crate) const fn as_immediate(self) -> Option<u64> {
        if self.0 & Self::IMMEDIATE != 0 {
            Some((self.0 & !Self::IMMEDIATE) as u64)
        } else {
            None
        }
    }
}

/// No object lies below: an empty container's pointer is 0 or the alignment.
pub(crate) const LEAST_ADDRESS: u32 = 64;

/// Where a pointer points: 0 is linear memory by absolute address, others are one per allocation or host-side object.
pub(crate) type Space = u32;

/// A byte of a value: which value, and which of its bytes.
pub(crate) type Cell = (Val, u8);

/// What is known of the bits of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Kind {
    /// Nothing.
    Any,
    /// All of them.
    Const(u64),
    /// All of them in the example that is run, while other inputs have others: a number for addresses and lengths,
    /// unknown where something is decided by it. See [`crate::absint::methods::sample`].
    Sample(u64),
    /// One of a few constants.
    OneOf(Choices),
    /// An address in an allocation: exactly this offset, or (`exact` false) this or a greater one.
    Ptr { space: Space, off: u32, exact: bool },
    /// An address in an allocation, taken from 0: what has to be added to it to make 0.
    Negated { space: Space, off: u32 },
    /// Two 32-bit values in one of 64 bits, as compilers pack an address and a length.
    Pair { low: Val, high: Val },
    /// Bytes of several values, or from within one, with some of an address or handle among them: compilers move
    /// structures in pieces that do not end where fields do.
    Mosaic(Mosaic),
    /// One of a few addresses: two to [`MAX_PLACES`](kinds::MAX_PLACES), not all in linear memory.
    Places(Places),
    /// A tagged Soroban value, or a number standing for a host-side object, with this content.
    Obj(Bytes),
    /// Computed from the unknown selector: see [`crate::absint::methods::probe`].
    Probe(Probe),
}

/// An abstract value: bits, where they come from, and which decisions chose them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ValData {
    pub(crate) kind: Kind,
    /// Whose data it is (explicit flow).
    pub(crate) labels: LabelSet,
    /// Which comparisons it is the outcome of, directly or because paths that they separate were joined.
    pub(crate) preds: PredSet,
    /// Whether it is a difference whose minuend is data.
    pub(crate) decreased: bool,
}

impl ValData {
    /// A constant that is nobody's data and no outcome of a comparison.
    const fn constant(bits: u64) -> Self {
        ValData {
            kind: Kind::Const(bits),
            labels: LabelSet::NONE,
            preds: PredSet::NONE,
            decreased: false,
        }
    }

    /// The number that such a constant is.
    pub(crate) fn as_plain_constant(&self) -> Option<u64> {
        match self.kind {
            Kind::Const(bits)
                if self.labels == LabelSet::NONE
                    && self.preds == PredSet::NONE
                    && !self.decreased =>
            {
                Some(bits)
            }
            _ => None,
        }
    }
}

/// Owns everything interned while one method is analysed.
#[derive(Debug)]
pub(crate) struct Arena {
    labels: Interner<Label>,
    sets: Interner<Rc<[LabelId]>>,
    /// The set of each label alone.
    singletons: Vec<LabelSet>,
    bytes: Interner<Rc<[Piece]>>,
    preds: Interner<Pred>,
    pred_sets: Interner<Rc<[u32]>>,
    choices: Interner<Rc<[u64]>>,
    places: Interner<Rc<[Place]>>,
    mosaics: Interner<Rc<[Cell]>>,
    /// Whether examples decide as if they were constants: while the contract reads its input.
    pub(crate) sampling: bool,
    probes: Interner<[u64; 2]>,
    /// Whether the lengths of an example's texts are marked as such.
    pub(crate) marks_lengths: bool,
    /// What the selector may be, by what it was compared with.
    pub(crate) guesses: Guesses,
    /// The shadow stack: what lies there is an address rather than a number.
    pub(crate) stack: std::ops::Range<u32>,
    /// The functions being run, by where the stack pointer stood when they were entered, outermost first.
    pub(crate) frames: Vec<u32>,
    /// Where the difference comes from between states that are joined: what differs is data from there.
    pub(crate) varied: LabelSet,
    /// A source whose data is taken to equal no constant, so that only what happens otherwise is looked into.
    pub(crate) unlike_all: Option<LabelSet>,
    /// What data of one source was compared with for equality where that decided nothing open.
    compared: BTreeSet<(LabelSet, u64)>,
    vals: Interner<ValData>,
    unions: FxHashMap<(LabelSet, LabelSet), LabelSet>,
    pred_unions: FxHashMap<(PredSet, PredSet), PredSet>,
}

impl Arena {
    pub(crate) fn new() -> Self {
        Arena {
            labels: Interner::with_first(Label::Input),
            sets: Interner::with_first(Rc::from([])),
            singletons: Vec::new(),
            bytes: Interner::with_first(Rc::from([])),
            preds: Interner::with_first(Pred {
                relation: Relation::Truth,
                left: Bytes::EMPTY,
                right: Bytes::EMPTY,
            }),
            pred_sets: Interner::with_first(Rc::from([])),
            choices: Interner::with_first(Rc::from([])),
            places: Interner::with_first(Rc::from([])),
            mosaics: Interner::with_first(Rc::from([])),
            sampling: false,
            marks_lengths: false,
            probes: Interner::with_first([0, 0]),
            guesses: Guesses::default(),
            stack: 0..0,
            frames: Vec::new(),
            varied: LabelSet::NONE,
            unlike_all: None,
            compared: BTreeSet::new(),
            vals: Interner::with_first(ValData {
                kind: Kind::Any,
                labels: LabelSet::NONE,
                preds: PredSet::NONE,
                decreased: false,
            }),
            unions: FxHashMap::default(),
            pred_unions: FxHashMap::default(),
        }
    }

    /// How far something may reach that begins at an address of linear memory: on the stack, to the end of the frame that
    /// it is in.
    pub(crate) fn reach(&self, start: u32, most: u32) -> u32 {
        let end = start.saturating_add(most);
        if !self.stack.contains(&start) {
            return end;
        }
        let frame = self.frames.iter().rev().find(|top| **top > start);
        frame.map_or(end, |top| end.min(*top))
    }

    pub(crate) fn val(&mut self, data: ValData) -> Val {
        if let Some(bits) = data.as_plain_constant()
            && let Some(val) = Val::immediate(bits)
        {
            return val;
        }
        Val(self.vals.intern(data))
    }

    pub(crate) fn data(&self, val: Val) -> ValData {
        match val.as_immediate() {
            Some(bits) => ValData::constant(bits),
            None => self.vals.items[val.0 as usize],
        }
    }

    pub(crate) fn constant(&mut self, bits: u64) -> Val {
        match Val::immediate(bits) {
            Some(val) => val,
            None => Val(self.vals.intern(ValData::constant(bits))),
        }
    }

    pub(crate) fn pointer(&mut self, space: Space, off: u32) -> Val {
        self.val(ValData {
            kind: Kind::Ptr {
                space,
                off,
                exact: true,
            },
            labels: LabelSet::NONE,
            preds: PredSet::NONE,
            decreased: false,
        })
    }

    /// An unknown value from these sources.
    pub(crate) fn unknown(&mut self, labels: LabelSet) -> Val {
        self.val(ValData {
            kind: Kind::Any,
            labels,
            preds: PredSet::NONE,
            decreased: false,
        })
    }

    /// A value standing for a host-side object.
    pub(crate) fn object(&mut self, content: Bytes) -> Val {
        let labels = self.labels_of(content);
        self.val(ValData {
            kind: Kind::Obj(content),
            labels,
            preds: PredSet::NONE,
            decreased: false,
        })
    }

    /// The constant that a value is, if it is one.
    pub(crate) fn as_const(&self, val: Val) -> Option<u64> {
        if let Some(bits) = val.as_immediate() {
            return Some(bits);
        }
        match self.data(val).kind {
            Kind::Const(bits) => Some(bits),
            _ => None,
        }
    }

    /// The number that a value is, be it only in this example: enough for addresses and lengths.
    pub(crate) fn as_number(&self, val: Val) -> Option<u64> {
        match self.data(val).kind {
            Kind::Const(bits) | Kind::Sample(bits) => Some(bits),
            _ => None,
        }
    }

    /// Whether an example's value decides like a constant: while the input is read, and the framing of the input always.
    fn decides(&self, data: ValData) -> bool {
        self.sampling || self.label_list(data.labels).any(|l| l == Label::Input)
    }

    /// Whether an example's value decides what is only asked of its order: lengths of texts do. Whether a text fits, whether
    /// there is anything in it: contracts and their libraries ask that for memory's sake, and any text that would do as
    /// input answers alike.
    pub(crate) fn decides_order(&self, data: ValData) -> bool {
        self.decides(data) || self.label_list(data.labels).any(|l| l == Label::Length)
    }

    /// Notes what is compared for equality with a constant. Whether they are equal, where that is taken for known.
    pub(crate) fn note_equality(&mut self, a: ValData, b: ValData) -> Option<bool> {
        for (data, constant) in [(a, b), (b, a)] {
            let Kind::Const(bits) = constant.kind else {
                continue;
            };
            if constant.labels == LabelSet::NONE && data.labels != LabelSet::NONE {
                self.compared.insert((data.labels, bits));
                if data.kind == Kind::Any && self.unlike_all == Some(data.labels) {
                    return Some(false);
                }
            }
        }
        None
    }

    /// The numbers of 64 bits that data of one source, and of no other, was compared with for equality.
    pub(crate) fn numbers_compared_with(&mut self, label: Label) -> BTreeSet<u64> {
        let labels = self.label(label);
        let with = self.compared.iter().filter(|(of, _)| *of == labels);
        with.map(|(_, bits)| *bits).collect()
    }

    /// Whether a value is an address or a handle.
    pub(crate) fn refers(&self, val: Val) -> bool {
        matches!(
            self.data(val).kind,
            Kind::Ptr { .. } | Kind::Places(_) | Kind::Obj(_)
        )
    }

    /// Whether a value stands for something stored, of which it tells that it is there, but not what its key is.
    pub(crate) fn is_handle(&mut self, data: ValData) -> bool {
        match data.kind {
            Kind::Obj(content) => self.labels_of(content) != data.labels,
            _ => false,
        }
    }
}

/// The sorted union of two sorted slices.
fn merge<T: Copy + Ord>(a: &[T], b: &[T]) -> Vec<T> {
    let mut union: Vec<T> = a.iter().chain(b).copied().collect();
    union.sort_unstable();
    union.dedup();
    union
}
