//! Hash-consed pieces of the abstract domain: label sets, contents, predicates, values. Equal things have equal ids, so
//! that comparing and joining states is comparing numbers.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

use super::memory::{LINEAR, Place};
use super::probe::Guesses;
use crate::facts::{Relation, Seal};

/// Assigns dense ids to values and finds them again.
#[derive(Debug)]
struct Interner<T> {
    items: Vec<T>,
    ids: FxHashMap<T, u32>,
}

impl<T: Clone + Eq + Hash> Interner<T> {
    fn with_first(first: T) -> Self {
        let mut interner = Interner {
            items: Vec::new(),
            ids: FxHashMap::default(),
        };
        interner.intern(first);
        interner
    }

    fn intern(&mut self, item: T) -> u32 {
        if let Some(id) = self.ids.get(&item) {
            return *id;
        }
        let id = u32::try_from(self.items.len()).expect("the work limit keeps the arena small");
        self.items.push(item.clone());
        self.ids.insert(item, id);
        id
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(super) struct $name(u32);
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
    /// A set of two to [`MAX_CHOICES`] constants.
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
    pub(super) const NONE: LabelSet = LabelSet(0);
}
impl Bytes {
    pub(super) const EMPTY: Bytes = Bytes(0);
}
impl PredSet {
    pub(super) const NONE: PredSet = PredSet(0);
}
impl Val {
    /// A value of which nothing is known.
    pub(super) const ANY: Val = Val(0);
    /// Marks a byte of memory that was not written.
    pub(super) const UNSET: Val = Val(u32::MAX);
}

/// More constants than this are just "unknown".
const MAX_CHOICES: usize = 8;

/// More addresses than this are just "unknown".
const MAX_PLACES: usize = 4;

/// No object lies below: an empty container's pointer is 0 or the alignment.
pub(super) const LEAST_ADDRESS: u32 = 64;

/// A decision that more predicates than this lead to is not told apart by them.
const MAX_PREDICATES: usize = 8;

/// Contents longer than this are cut to a hole.
const MAX_PIECES: usize = 24;

/// [`crate::facts::Label`] with interned contents.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Label {
    Selector,
    FirstReceiver,
    Param(u32),
    Input,
    Caller,
    Origin,
    SelfIdentity,
    AttachedValue,
    Time,
    BlockInfo,
    Randomness,
    Storage(Bytes),
    CallResult,
    Balance,
    AuthAnswer(Bytes),
    Digest(Bytes),
    Sealed(Seal, Bytes),
    Marked(u32),
    Chain,
    Outcome(u32),
    Quotient(Bytes),
    Rescaled,
    Unchecked,
    Drawn,
    /// The length of an example's text, or computed from it. See [`Arena::decides_order`].
    Length,
    /// A number that stands for one of which nothing is known, while a response is read.
    MadeUp,
}

/// [`crate::facts::Piece`] with interned labels.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Piece {
    Const(Rc<[u8]>),
    Hole {
        labels: LabelSet,
        len: Option<u32>,
        decreased: bool,
    },
    /// Bytes of an example that the contract is given for data with these labels.
    Sample {
        bytes: Rc<[u8]>,
        labels: LabelSet,
    },
}

/// A comparison that decides something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Pred {
    pub(super) relation: Relation,
    pub(super) left: Bytes,
    pub(super) right: Bytes,
}

/// Where a pointer points: 0 is linear memory by absolute address, others are one per allocation or host-side object.
pub(super) type Space = u32;

/// A byte of a value: which value, and which of its bytes.
pub(super) type Cell = (Val, u8);

/// What is known of the bits of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    /// Nothing.
    Any,
    /// All of them.
    Const(u64),
    /// All of them in the example that is run, while other inputs have others: a number for addresses and lengths,
    /// unknown where something is decided by it. See [`super::sample`].
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
    /// One of a few addresses: two to [`MAX_PLACES`], not all in linear memory.
    Places(Places),
    /// A tagged Soroban value, or a number standing for a host-side object, with this content.
    Obj(Bytes),
    /// Computed from the unknown selector: see [`super::probe`].
    Probe(Probe),
}

/// An abstract value: bits, where they come from, and which decisions chose them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ValData {
    pub(super) kind: Kind,
    /// Whose data it is (explicit flow).
    pub(super) labels: LabelSet,
    /// Which comparisons it is the outcome of, directly or because paths that they separate were joined.
    pub(super) preds: PredSet,
    /// Whether it is a difference whose minuend is data.
    pub(super) decreased: bool,
}

/// Owns everything interned while one method is analysed.
#[derive(Debug)]
pub(super) struct Arena {
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
    pub(super) sampling: bool,
    probes: Interner<[u64; 2]>,
    /// Whether the lengths of an example's texts are marked as such.
    pub(super) marks_lengths: bool,
    /// What the selector may be, by what it was compared with.
    pub(super) guesses: Guesses,
    /// The shadow stack: what lies there is an address rather than a number.
    pub(super) stack: std::ops::Range<u32>,
    /// The functions being run, by where the stack pointer stood when they were entered, outermost first.
    pub(super) frames: Vec<u32>,
    /// Where the difference comes from between states that are joined: what differs is data from there.
    pub(super) varied: LabelSet,
    /// A source whose data is taken to equal no constant, so that only what happens otherwise is looked into.
    pub(super) unlike_all: Option<LabelSet>,
    /// What data of one source was compared with for equality where that decided nothing open.
    compared: BTreeSet<(LabelSet, u64)>,
    vals: Interner<ValData>,
    unions: FxHashMap<(LabelSet, LabelSet), LabelSet>,
    pred_unions: FxHashMap<(PredSet, PredSet), PredSet>,
}

impl Arena {
    pub(super) fn new() -> Self {
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
    pub(super) fn reach(&self, start: u32, most: u32) -> u32 {
        let end = start.saturating_add(most);
        if !self.stack.contains(&start) {
            return end;
        }
        let frame = self.frames.iter().rev().find(|top| **top > start);
        frame.map_or(end, |top| end.min(*top))
    }

    pub(super) fn val(&mut self, data: ValData) -> Val {
        Val(self.vals.intern(data))
    }

    pub(super) fn data(&self, val: Val) -> ValData {
        self.vals.items[val.0 as usize]
    }

    pub(super) fn constant(&mut self, bits: u64) -> Val {
        self.val(ValData {
            kind: Kind::Const(bits),
            labels: LabelSet::NONE,
            preds: PredSet::NONE,
            decreased: false,
        })
    }

    pub(super) fn pointer(&mut self, space: Space, off: u32) -> Val {
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
    pub(super) fn unknown(&mut self, labels: LabelSet) -> Val {
        self.val(ValData {
            kind: Kind::Any,
            labels,
            preds: PredSet::NONE,
            decreased: false,
        })
    }

    /// A value standing for a host-side object.
    pub(super) fn object(&mut self, content: Bytes) -> Val {
        let labels = self.labels_of(content);
        self.val(ValData {
            kind: Kind::Obj(content),
            labels,
            preds: PredSet::NONE,
            decreased: false,
        })
    }

    /// The constant that a value is, if it is one.
    pub(super) fn as_const(&self, val: Val) -> Option<u64> {
        match self.data(val).kind {
            Kind::Const(bits) => Some(bits),
            _ => None,
        }
    }

    /// The number that a value is, be it only in this example: enough for addresses and lengths.
    pub(super) fn as_number(&self, val: Val) -> Option<u64> {
        match self.data(val).kind {
            Kind::Const(bits) | Kind::Sample(bits) => Some(bits),
            _ => None,
        }
    }

    /// Whether an example's value decides like a constant: while the input is read, and the framing of the input always.
    fn decides(&self, data: ValData) -> bool {
        self.sampling || self.label_list(data.labels).any(|l| l == Label::Input)
    }

    /// Whether what has these labels is the framing of an example: the same whatever the data.
    pub(super) fn is_framing(&self, labels: LabelSet) -> bool {
        self.label_list(labels).eq([Label::Input])
    }

    /// Whether an example's value decides what is only asked of its order: lengths of texts do. Whether a text fits, whether
    /// there is anything in it: contracts and their libraries ask that for memory's sake, and any text that would do as
    /// input answers alike.
    pub(super) fn decides_order(&self, data: ValData) -> bool {
        self.decides(data) || self.label_list(data.labels).any(|l| l == Label::Length)
    }

    /// The constants that a value may be, if they are few.
    pub(super) fn as_choices(&self, val: Val) -> Option<SmallVec<[u64; MAX_CHOICES]>> {
        let data = self.data(val);
        match data.kind {
            Kind::Sample(bits) if self.decides(data) => Some(smallvec![bits]),
            kind => self.choices_of(kind),
        }
    }

    /// The constants that these bits may be, if they are few.
    pub(super) fn choices_of(&self, kind: Kind) -> Option<SmallVec<[u64; MAX_CHOICES]>> {
        match kind {
            Kind::Const(bits) => Some(smallvec![bits]),
            Kind::OneOf(id) => Some(self.choices.items[id.0 as usize].iter().copied().collect()),
            _ => None,
        }
    }

    /// The addresses that a value may be, if it is certainly an address and they are few. Constants count only if asked
    /// for, since numbers are constants too.
    pub(super) fn as_places(
        &self,
        kind: Kind,
        constants: bool,
    ) -> Option<SmallVec<[Place; MAX_PLACES]>> {
        match kind {
            Kind::Ptr { space, off, exact } => Some(smallvec![Place { space, off, exact }]),
            Kind::Places(id) => Some(self.places.items[id.0 as usize].iter().copied().collect()),
            Kind::Const(bits) if constants && bits <= u64::from(u32::MAX) => {
                Some(smallvec![Place {
                    space: LINEAR,
                    off: bits as u32,
                    exact: true,
                }])
            }
            _ => None,
        }
    }

    /// Whether a value is certainly an address other than 0.
    pub(super) fn is_non_null(&self, kind: Kind) -> bool {
        match kind {
            Kind::Ptr { .. } => true,
            Kind::Places(id) => {
                let places = &self.places.items[id.0 as usize];
                !places.iter().any(|p| p.space == LINEAR && p.off == 0)
            }
            _ => false,
        }
    }

    /// The kind for bytes of several values.
    pub(super) fn mosaic(&mut self, cells: &[Cell]) -> Kind {
        Kind::Mosaic(Mosaic(self.mosaics.intern(cells.into())))
    }

    /// The bytes that a value is made of.
    pub(super) fn cells(&self, mosaic: Mosaic) -> Rc<[Cell]> {
        self.mosaics.items[mosaic.0 as usize].clone()
    }

    /// The kind for a set of possible addresses. Of too many, those in one allocation are taken together: the lowest of
    /// them, or further up.
    pub(super) fn kind_of_places(&mut self, mut places: Vec<Place>) -> Kind {
        let many = places.len() > MAX_PLACES;
        for place in &mut places {
            // An index from no address is none, either.
            if many && place.space == LINEAR && place.off < LEAST_ADDRESS {
                place.off = 0;
            }
        }
        places.sort_unstable();
        places.dedup();
        let together = |p: &Place| p.space != LINEAR && (places.len() > MAX_PLACES || !p.exact);
        let spaces: BTreeSet<Space> = places
            .iter()
            .filter(|p| together(p))
            .map(|p| p.space)
            .collect();
        let mut last = None;
        places.retain_mut(|place| {
            if !spaces.contains(&place.space) {
                return true;
            }
            place.exact = false;
            last.replace(place.space) != Some(place.space)
        });
        match places[..] {
            [] => Kind::Any,
            [
                Place {
                    space: LINEAR,
                    off,
                    exact: true,
                },
            ] => Kind::Const(u64::from(off)),
            [Place { space, off, exact }] => Kind::Ptr { space, off, exact },
            _ if places.len() > MAX_PLACES => Kind::Any,
            _ => Kind::Places(Places(self.places.intern(places.into()))),
        }
    }

    /// The kind for a set of possible constants.
    pub(super) fn kind_of_choices(&mut self, mut choices: SmallVec<[u64; MAX_CHOICES]>) -> Kind {
        choices.sort_unstable();
        choices.dedup();
        match &choices[..] {
            [] => Kind::Any,
            [bits] => Kind::Const(*bits),
            more if more.len() > MAX_CHOICES => Kind::Any,
            some => Kind::OneOf(Choices(self.choices.intern(Rc::from(some)))),
        }
    }

    /// The kind of a value that would be these for the two selectors of [`super::probe`].
    pub(super) fn kind_of_probe(&mut self, outcomes: [u64; 2]) -> Kind {
        match outcomes {
            [a, b] if a == b => Kind::Const(a),
            _ => Kind::Probe(Probe(self.probes.intern(outcomes))),
        }
    }

    /// What a value would be for the two selectors, if it depends on nothing else.
    pub(super) fn as_probe(&self, kind: Kind) -> Option<[u64; 2]> {
        match kind {
            Kind::Const(bits) => Some([bits, bits]),
            Kind::Probe(id) => Some(self.probes.items[id.0 as usize]),
            _ => None,
        }
    }

    pub(super) fn label(&mut self, label: Label) -> LabelSet {
        let id = self.labels.intern(label);
        for new in self.singletons.len() as u32..=id {
            let set = self.sets.intern(Rc::from([LabelId(new)]));
            self.singletons.push(LabelSet(set));
        }
        self.singletons[id as usize]
    }

    pub(super) fn label_list(&self, set: LabelSet) -> impl Iterator<Item = Label> + '_ {
        self.sets.items[set.0 as usize]
            .iter()
            .map(|id| self.labels.items[id.0 as usize])
    }

    pub(super) fn union(&mut self, a: LabelSet, b: LabelSet) -> LabelSet {
        if a == b || b == LabelSet::NONE {
            return a;
        }
        if a == LabelSet::NONE {
            return b;
        }
        let key = (a.min(b), a.max(b));
        if let Some(union) = self.unions.get(&key) {
            return *union;
        }
        let union = merge(
            &self.sets.items[a.0 as usize],
            &self.sets.items[b.0 as usize],
        );
        let union = LabelSet(self.sets.intern(union.into()));
        self.unions.insert(key, union);
        union
    }

    /// Where the length of a text comes from that comes from there.
    pub(super) fn of_length(&mut self, labels: LabelSet) -> LabelSet {
        if !self.marks_lengths {
            return labels;
        }
        let length = self.label(Label::Length);
        self.union(labels, length)
    }

    /// A set without one label.
    pub(super) fn without(&mut self, set: LabelSet, label: Label) -> LabelSet {
        let rest: Vec<LabelId> = self.sets.items[set.0 as usize]
            .iter()
            .copied()
            .filter(|id| self.labels.items[id.0 as usize] != label)
            .collect();
        LabelSet(self.sets.intern(rest.into()))
    }

    pub(super) fn pred(&mut self, pred: Pred) -> PredSet {
        let id = self.preds.intern(pred);
        PredSet(self.pred_sets.intern(Rc::from([id])))
    }

    pub(super) fn pred_list(&self, set: PredSet) -> impl Iterator<Item = Pred> + '_ {
        self.pred_sets.items[set.0 as usize]
            .iter()
            .map(|id| self.preds.items[*id as usize])
    }

    pub(super) fn pred_union(&mut self, a: PredSet, b: PredSet) -> PredSet {
        if a == b || b == PredSet::NONE {
            return a;
        }
        if a == PredSet::NONE {
            return b;
        }
        let key = (a.min(b), a.max(b));
        if let Some(union) = self.pred_unions.get(&key) {
            return *union;
        }
        let mut union = merge(
            &self.pred_sets.items[a.0 as usize],
            &self.pred_sets.items[b.0 as usize],
        );
        if union.len() > MAX_PREDICATES {
            // Who the caller is, and whether a call went well: what else decides matters less.
            union.sort_by_key(|id| (!self.matters_most(*id), *id));
            union.truncate(MAX_PREDICATES);
            union.sort_unstable();
        }
        let union = PredSet(self.pred_sets.intern(union.into()));
        self.pred_unions.insert(key, union);
        union
    }

    fn matters_most(&self, pred: u32) -> bool {
        let pred = self.preds.items[pred as usize];
        [pred.left, pred.right].into_iter().any(|side| {
            self.pieces(side).iter().any(|piece| match piece {
                Piece::Hole { labels, .. } => self.label_list(*labels).any(|l| {
                    matches!(
                        l,
                        Label::Caller | Label::Origin | Label::AuthAnswer(_) | Label::Outcome(_)
                    )
                }),
                Piece::Const(_) | Piece::Sample { .. } => false,
            })
        })
    }

    /// Notes what is compared for equality with a constant. Whether they are equal, where that is taken for known.
    pub(super) fn note_equality(&mut self, a: ValData, b: ValData) -> Option<bool> {
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
    pub(super) fn numbers_compared_with(&mut self, label: Label) -> BTreeSet<u64> {
        let labels = self.label(label);
        let with = self.compared.iter().filter(|(of, _)| *of == labels);
        with.map(|(_, bits)| *bits).collect()
    }

    /// A run of bytes from its pieces; neighbouring constants and equal holes are merged.
    pub(super) fn bytes(&mut self, pieces: impl IntoIterator<Item = Piece>) -> Bytes {
        self.merged(pieces, MAX_PIECES)
    }

    /// The same, however many pieces there are.
    pub(super) fn all_bytes(&mut self, pieces: impl IntoIterator<Item = Piece>) -> Bytes {
        self.merged(pieces, usize::MAX)
    }

    fn merged(&mut self, pieces: impl IntoIterator<Item = Piece>, limit: usize) -> Bytes {
        let mut merged: Vec<Piece> = Vec::new();
        for piece in pieces {
            let full = merged.len() >= limit;
            match (merged.last_mut(), piece) {
                (_, Piece::Const(bytes)) if bytes.is_empty() => {}
                (Some(Piece::Const(last)), Piece::Const(bytes)) => {
                    *last = last.iter().chain(bytes.iter()).copied().collect();
                }
                (
                    Some(Piece::Sample { bytes, labels }),
                    Piece::Sample {
                        bytes: more,
                        labels: same,
                    },
                ) if *labels == same => {
                    *bytes = bytes.iter().chain(more.iter()).copied().collect();
                }
                (
                    Some(Piece::Hole {
                        labels,
                        len,
                        decreased,
                    }),
                    Piece::Hole {
                        labels: more,
                        len: more_len,
                        decreased: more_decreased,
                    },
                ) if full || *labels == more => {
                    *len = len.zip(more_len).map(|(a, b)| a.saturating_add(b));
                    *decreased |= more_decreased;
                    *labels = self.union(*labels, more);
                }
                (_, piece) if !full => merged.push(piece),
                // What follows is cut off.
                _ => {}
            }
        }
        Bytes(self.bytes.intern(merged.into()))
    }

    pub(super) fn pieces(&self, bytes: Bytes) -> &Rc<[Piece]> {
        &self.bytes.items[bytes.0 as usize]
    }

    pub(super) fn constant_bytes(&mut self, bytes: &[u8]) -> Bytes {
        self.bytes([Piece::Const(bytes.into())])
    }

    pub(super) fn hole(&mut self, labels: LabelSet, len: Option<u32>) -> Bytes {
        self.bytes([Piece::Hole {
            labels,
            len,
            decreased: false,
        }])
    }

    pub(super) fn concat(&mut self, parts: &[Bytes]) -> Bytes {
        let pieces: Vec<Piece> = parts
            .iter()
            .flat_map(|part| self.pieces(*part).to_vec())
            .collect();
        self.bytes(pieces)
    }

    /// The bytes of an example, each run with the labels of the data that it stands for.
    pub(super) fn example(
        &mut self,
        runs: impl IntoIterator<Item = (Rc<[u8]>, LabelSet)>,
    ) -> Bytes {
        let pieces: Rc<[Piece]> = runs
            .into_iter()
            .map(|(bytes, labels)| Piece::Sample { bytes, labels })
            .collect();
        Bytes(self.bytes.intern(pieces))
    }

    /// How many bytes there are, be it only in this example.
    pub(super) fn length_of(&self, bytes: Bytes) -> Option<u32> {
        self.pieces(bytes).iter().try_fold(0u32, |sum, piece| {
            sum.checked_add(match piece {
                Piece::Const(bytes) | Piece::Sample { bytes, .. } => {
                    u32::try_from(bytes.len()).ok()?
                }
                Piece::Hole { len, .. } => (*len)?,
            })
        })
    }

    /// Whether any of the bytes are only an example.
    pub(super) fn is_example(&self, bytes: Bytes) -> bool {
        let is_it = |piece: &Piece| matches!(piece, Piece::Sample { .. });
        self.pieces(bytes).iter().any(is_it)
    }

    /// A number that holds in this example only.
    pub(super) fn example_number(&mut self, bits: u64, labels: LabelSet) -> Val {
        self.val(ValData {
            kind: Kind::Sample(bits),
            labels,
            preds: PredSet::NONE,
            decreased: false,
        })
    }

    /// All bytes, if all are known.
    pub(super) fn known_bytes(&self, bytes: Bytes) -> Option<Rc<[u8]>> {
        match &self.pieces(bytes)[..] {
            [] => Some(Rc::from([])),
            [Piece::Const(bytes)] => Some(bytes.clone()),
            _ => None,
        }
    }

    /// All bytes, if all are known, those of examples only while these decide.
    pub(super) fn deciding_bytes(&self, bytes: Bytes) -> Option<Rc<[u8]>> {
        if !self.sampling {
            return self.known_bytes(bytes);
        }
        let pieces = self.pieces(bytes).iter();
        let known: Option<Vec<&[u8]>> = pieces
            .map(|piece| match piece {
                Piece::Const(bytes) | Piece::Sample { bytes, .. } => Some(&bytes[..]),
                Piece::Hole { .. } => None,
            })
            .collect();
        Some(known?.concat().into())
    }

    /// Whether two runs of equal length differ for certain, in the bytes that both begin with.
    pub(super) fn differ(&self, a: Bytes, b: Bytes) -> bool {
        match (&self.pieces(a)[..], &self.pieces(b)[..]) {
            ([Piece::Const(x), ..], [Piece::Const(y), ..]) => {
                x.iter().zip(y.iter()).any(|(p, q)| p != q)
            }
            _ => false,
        }
    }

    /// Where any of the bytes come from.
    pub(super) fn labels_of(&mut self, bytes: Bytes) -> LabelSet {
        let pieces = self.pieces(bytes).clone();
        let mut labels = LabelSet::NONE;
        for piece in pieces.iter() {
            if let Piece::Hole { labels: more, .. } | Piece::Sample { labels: more, .. } = piece {
                labels = self.union(labels, *more);
            }
        }
        labels
    }

    /// The content that a value has as bytes of this width.
    pub(super) fn bytes_of(&mut self, val: Val, width: u32) -> Bytes {
        let data = self.data(val);
        match data.kind {
            Kind::Const(bits) if data.labels == LabelSet::NONE => {
                let bytes = bits.to_le_bytes();
                self.constant_bytes(&bytes[..(width as usize).min(8)])
            }
            Kind::Obj(content) => content,
            _ => self.bytes([Piece::Hole {
                labels: data.labels,
                len: Some(width),
                decreased: data.decreased,
            }]),
        }
    }

    /// Whether a value is an address or a handle.
    pub(super) fn refers(&self, val: Val) -> bool {
        matches!(
            self.data(val).kind,
            Kind::Ptr { .. } | Kind::Places(_) | Kind::Obj(_)
        )
    }

    /// Whether a value stands for something stored, of which it tells that it is there, but not what its key is.
    pub(super) fn is_handle(&mut self, data: ValData) -> bool {
        match data.kind {
            Kind::Obj(content) => self.labels_of(content) != data.labels,
            _ => false,
        }
    }

    /// The least value that covers both, chosen between by the given predicates.
    pub(super) fn join(&mut self, a: Val, b: Val, control: PredSet, widen: bool) -> Val {
        if a == b {
            return a;
        }
        if a == Val::UNSET || b == Val::UNSET {
            return if a == Val::UNSET { b } else { a };
        }
        let (x, y) = (self.data(a), self.data(b));
        let kind = if x.kind == y.kind {
            x.kind
        } else {
            match (x.kind, y.kind) {
                (
                    Kind::Ptr { space, off: o1, .. },
                    Kind::Ptr {
                        space: s2, off: o2, ..
                    },
                ) if space == s2 => Kind::Ptr {
                    space,
                    off: o1.min(o2),
                    exact: false,
                },
                (Kind::Obj(p), Kind::Obj(q)) => Kind::Obj(self.join_bytes(p, q)),
                // Where one path has a handle of something stored, it is what the other path's number stands for, too.
                (Kind::Obj(p), _) if self.is_handle(x) => Kind::Obj(p),
                (_, Kind::Obj(q)) if self.is_handle(y) => Kind::Obj(q),
                (Kind::Sample(p), Kind::Const(q)) | (Kind::Const(q), Kind::Sample(p)) if p == q => {
                    Kind::Sample(p)
                }
                (Kind::Sample(_), _) | (_, Kind::Sample(_)) => Kind::Any,
                (p, q) if self.are_addresses(p, q) => {
                    match (self.as_places(p, true), self.as_places(q, true)) {
                        (Some(p), Some(q)) => {
                            self.kind_of_places(p.iter().chain(q.iter()).copied().collect())
                        }
                        _ => Kind::Any,
                    }
                }
                _ if widen => Kind::Any,
                _ => match (self.as_choices(a), self.as_choices(b)) {
                    (Some(p), Some(q)) => {
                        self.kind_of_choices(p.iter().chain(q.iter()).copied().collect())
                    }
                    _ => Kind::Any,
                },
            }
        };
        let preds = self.pred_union(x.preds, y.preds);
        let preds = if x.kind == y.kind {
            preds
        } else {
            self.pred_union(preds, control)
        };
        let mut labels = self.union(x.labels, y.labels);
        if x.kind != y.kind {
            labels = self.union(labels, self.varied);
        }
        self.val(ValData {
            kind,
            labels,
            preds,
            decreased: x.decreased || y.decreased,
        })
    }

    /// Whether of two kinds at least one is certainly an address.
    fn are_addresses(&self, p: Kind, q: Kind) -> bool {
        [p, q]
            .into_iter()
            .any(|k| matches!(k, Kind::Ptr { .. } | Kind::Places(_)))
    }

    /// The least content that covers both: what they begin with alike, then a hole.
    pub(super) fn join_bytes(&mut self, a: Bytes, b: Bytes) -> Bytes {
        if a == b {
            return a;
        }
        let (p, q) = (self.pieces(a).clone(), self.pieces(b).clone());
        let same = p.iter().zip(q.iter()).take_while(|(x, y)| x == y).count();
        let mut pieces = p[..same].to_vec();
        let mut labels = LabelSet::NONE;
        let mut decreased = false;
        for piece in p[same..].iter().chain(&q[same..]) {
            match piece {
                Piece::Const(_) => {}
                Piece::Sample { labels: more, .. } => labels = self.union(labels, *more),
                Piece::Hole {
                    labels: more,
                    decreased: less,
                    ..
                } => {
                    labels = self.union(labels, *more);
                    decreased |= less;
                }
            }
        }
        pieces.push(Piece::Hole {
            labels,
            len: None,
            decreased,
        });
        self.bytes(pieces)
    }
}

/// The sorted union of two sorted slices.
fn merge<T: Copy + Ord>(a: &[T], b: &[T]) -> Vec<T> {
    let mut union: Vec<T> = a.iter().chain(b).copied().collect();
    union.sort_unstable();
    union.dedup();
    union
}
