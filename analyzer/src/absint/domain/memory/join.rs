//! Joining the memories of two paths that meet.

use std::rc::Rc;

use super::image::{Image, StackPointer};
use super::write::{MAX_SMEARS, Smear};
use super::{LINEAR, State, key};
use crate::absint::domain::arena::{Arena, Cell, Kind, LabelSet, PredSet, Space, Val, ValData};
use crate::absint::domain::trie::{Granule, Merge, Trie};
use crate::entity::Entity;

pub(super) fn image_covers(image: &Image, off: u32) -> bool {
    (off as usize) < image.data.len() && !image.stack.contains(&off)
}

/// Smears that both have stay as they are; what only one has may or may not have happened.
fn join_smears(a: &Rc<Vec<Smear>>, b: &Rc<Vec<Smear>>) -> Rc<Vec<Smear>> {
    if Rc::ptr_eq(a, b) || a == b {
        return Rc::clone(a);
    }
    let common = a.iter().zip(b.iter()).take_while(|(x, y)| x == y).count();
    let mut joined: Vec<Smear> = a[..common].to_vec();
    for smear in a[common..].iter().chain(&b[common..]) {
        let smear = Smear {
            weak: true,
            ..smear.clone()
        };
        if !joined.contains(&smear) {
            joined.push(smear);
        }
    }
    let excess = joined.len().saturating_sub(MAX_SMEARS);
    joined.drain(..excess);
    if joined == **a {
        return Rc::clone(a);
    }
    Rc::new(joined)
}

/// How two states that are joined came about.
pub(crate) struct Paths<'a> {
    /// What decided between them.
    pub(crate) control: PredSet,
    /// Whether this is one more pass over a loop.
    pub(crate) widen: bool,
    /// What both began with, where enums are to be told apart from what was there before: see
    /// [`Joiner::settle_variants`].
    pub(crate) base: Option<&'a State>,
}

pub(super) struct Joiner<'a> {
    arena: &'a mut Arena,
    image: &'a Image,
    a: &'a State,
    b: &'a State,
    paths: &'a Paths<'a>,
    /// Where both paths wrote, and each another constant.
    tags: Vec<u64>,
    /// Where only one of them wrote, and what; and the other.
    halves: Vec<(u64, Cell, &'a State)>,
}

/// No list has room for so many bytes: Rust marks with it, and the numbers that follow, that there is none.
const NO_CAPACITY: u64 = 0x8000_0000;

/// How far the data of a variant is from the tag that tells it.
const VARIANT_REACH: u64 = 64;

impl Merge for Joiner<'_> {
    fn merge(&mut self, key: u64, a: Option<&Granule>, b: Option<&Granule>) -> Option<Granule> {
        let a = a.copied().unwrap_or(Granule::UNSET);
        let b = b.copied().unwrap_or(Granule::UNSET);
        if a == b {
            return Some(a);
        }
        let base = self.paths.base.map(|base| {
            let granule = base.cells.get(key);
            granule.copied().unwrap_or(Granule::UNSET)
        });
        let mut merged = a;
        // The value that the first lane of a run joined to, so that the bytes of one value stay together.
        let mut memo: Option<(Val, Val, Val)> = None;
        for lane in 0..8 {
            let (mut x, mut y) = (a.vals[lane], b.vals[lane]);
            if x == y && a.index[lane] == b.index[lane] {
                continue;
            }
            if let Some(base) = base {
                let cell = |granule: &Granule| (granule.vals[lane], granule.index[lane]);
                let address = key.wrapping_mul(8).wrapping_add(lane as u64);
                self.note_writers(address, cell(&base), cell(&a), cell(&b));
            }
            if x == Val::UNSET {
                x = self.missing(self.a, key, lane);
            }
            if y == Val::UNSET {
                y = self.missing(self.b, key, lane);
            }
            let index = if a.vals[lane] == Val::UNSET {
                b.index[lane]
            } else {
                a.index[lane]
            };
            let both = a.vals[lane] != Val::UNSET && b.vals[lane] != Val::UNSET;
            let (mut at, mut bt) = (a.index[lane], b.index[lane]);
            if both && at != bt {
                if self.arena.is_non_null(self.arena.data(y).kind) {
                    (x, at) = self.recut((x, at), bt);
                } else if self.arena.is_non_null(self.arena.data(x).kind) {
                    (y, bt) = self.recut((y, bt), at);
                }
            }
            let index = if both { at } else { index };
            let top = match self.image.stack_pointer {
                Some(StackPointer::Memory(at)) if key == self::key(LINEAR, at / 8) => {
                    self.image.are_tops(self.arena, x, y)
                }
                _ if key >> 32 == u64::from(LINEAR) => {
                    let off = (key as u32).wrapping_mul(8);
                    self.image
                        .next_handle(self.arena, off, (x, y), self.paths.widen)
                }
                _ => None,
            };
            let joined = match (memo, top) {
                (_, Some(top)) => top,
                (Some((p, q, joined)), _) if (p, q) == (x, y) => joined,
                _ => self.arena.join(x, y, self.paths.control, self.paths.widen),
            };
            memo = Some((x, y, joined));
            let same_byte = !both || at == bt;
            let (val, index) = if same_byte {
                (joined, index)
            } else {
                let data = self.arena.data(joined);
                (self.arena.unknown(data.labels), 0)
            };
            merged.vals[lane] = val;
            merged.index[lane] = index;
        }
        Some(merged)
    }
}

impl State {
    /// The least state that covers both, chosen between as the paths say; this state itself where nothing changed.
    pub(crate) fn join(
        &self,
        other: &State,
        arena: &mut Arena,
        image: &Image,
        paths: &Paths<'_>,
    ) -> State {
        let Paths { control, widen, .. } = *paths;
        let mut joiner = Joiner {
            arena,
            image,
            a: self,
            b: other,
            paths,
            tags: Vec::new(),
            halves: Vec::new(),
        };
        let mut cells = Trie::merge(&self.cells, &other.cells, &mut joiner);
        joiner.settle_variants(&mut cells);
        let globals = if Rc::ptr_eq(&self.globals, &other.globals) || self.globals == other.globals
        {
            Rc::clone(&self.globals)
        } else {
            let joined = self.globals.iter().zip(other.globals.iter()).enumerate();
            Rc::new(
                joined
                    .map(|(i, (x, y))| {
                        match image.stack_pointer {
                            Some(StackPointer::Global(global)) if global.index() == i => {
                                image.are_tops(arena, *x, *y)
                            }
                            _ => None,
                        }
                        .unwrap_or_else(|| arena.join(*x, *y, control, widen))
                    })
                    .collect(),
            )
        };
        State {
            cells,
            smears: join_smears(&self.smears, &other.smears),
            globals,
        }
    }

    /// Whether a join with another state left this one as it was.
    pub(crate) fn same(&self, joined: &State) -> bool {
        self.cells.same(&joined.cells)
            && (Rc::ptr_eq(&self.smears, &joined.smears) || self.smears == joined.smears)
            && (Rc::ptr_eq(&self.globals, &joined.globals) || self.globals == joined.globals)
    }
}

impl Joiner<'_> {
    /// The byte of a constant as a byte of another constant, whose number there is the given one: compilers write the
    /// fields of an empty list at once, and those of others one by one, the address among them.
    fn recut(&mut self, (val, index): Cell, wanted: u8) -> Cell {
        let data = self.arena.data(val);
        let Kind::Const(bits) = data.kind else {
            return (val, index);
        };
        let kind = Kind::Const(if index >= wanted {
            bits >> (8 * u32::from(index - wanted))
        } else {
            bits << (8 * u32::from(wanted - index))
        });
        (self.arena.val(ValData { kind, ..data }), wanted)
    }

    /// Notes who wrote to a byte.
    fn note_writers(&mut self, address: u64, base: Cell, a: Cell, b: Cell) {
        let is_written = |cell: Cell| cell != base && cell.0 != Val::UNSET;
        match (is_written(a), is_written(b)) {
            (true, true) if a.1 == 0 && b.1 == 0 && self.are_variants(a.0, b.0) => {
                self.tags.push(address);
            }
            (true, false) => self.halves.push((address, a, self.b)),
            (false, true) => self.halves.push((address, b, self.a)),
            _ => {}
        }
    }

    /// Whether two values tell two variants: different constants, or a capacity and what is none.
    fn are_variants(&self, a: Val, b: Val) -> bool {
        let bare = |val: Val| self.arena.data(val).labels == LabelSet::NONE;
        let no_capacity = |val: Val| {
            let bits = self.arena.as_const(val);
            bits.is_some_and(|bits| (NO_CAPACITY..NO_CAPACITY + 16).contains(&bits)) && bare(val)
        };
        match (self.arena.as_choices(a), self.arena.as_choices(b)) {
            (Some(x), Some(y)) => bare(a) && bare(b) && !x.iter().any(|x| y.contains(x)),
            _ => no_capacity(a) || no_capacity(b),
        }
    }

    /// Of an enum that either path left in another variant, the data of a variant is what the path with that variant
    /// wrote: what the other left there is not looked at.
    fn settle_variants(&mut self, cells: &mut Trie) {
        let (Some(base), false) = (self.paths.base, self.tags.is_empty()) else {
            return;
        };
        for (address, (val, index), other) in std::mem::take(&mut self.halves) {
            let near = |tag: &u64| tag.abs_diff(address) <= VARIANT_REACH;
            if !self.tags.iter().any(near) {
                continue;
            }
            let (space, off) = ((address >> 35) as Space, address as u32);
            let left = other.byte(self.arena, self.image, space, off);
            // A write of unknown extent is none that left the bytes alone.
            if base.byte(self.arena, self.image, space, off) != left {
                continue;
            }
            let mut granule = cells.get(address / 8).copied().unwrap_or(Granule::UNSET);
            granule.vals[(address % 8) as usize] = val;
            granule.index[(address % 8) as usize] = index;
            cells.insert(address / 8, granule);
        }
    }

    /// What the other side has where it wrote nothing; `UNSET` where that is garbage, which the defined side may replace.
    fn missing(&mut self, state: &State, key: u64, lane: usize) -> Val {
        let space = (key >> 32) as Space;
        let off = (key as u32).wrapping_mul(8).wrapping_add(lane as u32);
        if space == LINEAR && self.image.stack.contains(&off) && !state.is_overwritten(space, off) {
            return Val::UNSET;
        }
        match state.unwritten(self.arena, self.image, space, off) {
            Val::ANY => Val::UNSET,
            val => val,
        }
    }
}
