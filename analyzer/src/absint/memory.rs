//! The memory of the contract and of the host, as the abstract machine sees it at one point.
//!
//! Space 0 is linear memory by absolute address. An allocation is a space of its own, since its address is of no
//! interest. So are the host's second memories: registers and object tables. What was written is kept byte by byte, each
//! as "byte i of value v"; what was written without knowing exactly what or where is kept as a list of smears.

use std::rc::Rc;

use smallvec::SmallVec;

use super::arena::{
    Arena, Bytes, Cell, Kind, Label, LabelSet, Piece, PredSet, Space, Val, ValData,
};
use super::sample::{FALSE, TRUE};
use super::trie::{Granule, Merge, Trie};
use crate::entity::Entity;
use crate::module::Global;

/// Linear memory.
pub(super) const LINEAR: Space = 0;
/// The host's registers (NEAR), by number.
pub(super) const REGISTERS: Space = 1;
/// The host's objects, by handle.
pub(super) const HANDLES: Space = 2;
/// The first space that an allocation can have.
pub(super) const FIRST_ALLOCATION: Space = 16;

/// More of a response is not read.
const MAX_RESPONSE: u32 = 16_384;
/// Longer runs are read as a hole.
const MAX_READ: u32 = 4096;
/// Longer runs are copied as a smear.
const MAX_COPY: u32 = 8192;
/// How far a write at an unknown index is taken to reach.
const INDEX_REACH: u32 = 64;
/// Longer texts are in no example.
const MAX_TEXT: u32 = 256;
/// No contract has as many of the host's objects.
const MAX_HANDLES: i32 = 100_000;
/// How much of memory is searched for the texts of an example.
const MAX_GRANULES: usize = 20_000;
/// More smears than this, and the oldest are forgotten.
const MAX_SMEARS: usize = 96;

/// Where the module keeps the pointer to its shadow stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StackPointer {
    Global(Global),
    /// At this address, as compilers had it before WebAssembly had mutable globals.
    Memory(u32),
}

/// The memory that the module starts with.
#[derive(Debug)]
pub(super) struct Image {
    /// Static data from address 0.
    pub(super) data: Vec<u8>,
    pub(super) stack_pointer: Option<StackPointer>,
    /// Whether the contract numbers the host's objects itself, each below the last.
    pub(super) counted_handles: bool,
    /// The shadow stack: addresses where unwritten bytes are garbage rather than zero.
    pub(super) stack: std::ops::Range<u32>,
}

impl Image {
    /// The words of static data from an address on.
    pub(super) fn words(&self, address: u32) -> impl Iterator<Item = u32> + '_ {
        let data = match self.stack.contains(&address) {
            true => None,
            false => self.data.get(address as usize..),
        };
        data.unwrap_or_default()
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
    }

    /// Whether static data is at an address.
    pub(super) fn is_static(&self, address: u64) -> bool {
        address < self.data.len() as u64 && !self.stack.contains(&(address as u32))
    }

    /// Whether these are values of the stack pointer, of which the lower is good for both: what one path took of the stack
    /// stays untouched.
    fn are_tops(&self, arena: &Arena, x: Val, y: Val) -> Option<Val> {
        let top = |val| {
            let bits = arena.as_const(val)?;
            let inside = u64::from(self.stack.start) <= bits && bits <= u64::from(self.stack.end);
            inside.then_some(bits)
        };
        Some(if top(x)? <= top(y)? { x } else { y })
    }

    /// Which of two values of the counter in static data from which handles are taken is good for both: the lower, since
    /// what one path took is not used by the other. In a loop, each pass takes the same handles again.
    fn next_handle(&self, arena: &Arena, off: u32, (x, y): (Val, Val), again: bool) -> Option<Val> {
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
    fn initial(&self, address: u32) -> Option<u8> {
        if self.stack.contains(&address) {
            return None;
        }
        Some(self.data.get(address as usize).copied().unwrap_or(0))
    }
}

/// A write of unknown content or extent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Smear {
    space: Space,
    start: u32,
    end: u32,
    val: Val,
    /// Whether what was there before may still be there.
    weak: bool,
}

/// A resolved address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Place {
    pub(super) space: Space,
    pub(super) off: u32,
    /// Whether it is just there, or there or further up.
    pub(super) exact: bool,
}

/// What is read of the bytes of examples.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Examples {
    /// That they are data, and whose.
    Holes,
    /// What they are in this example, too: enough to take apart what the contract built around them.
    Shown,
}

impl Place {
    /// As many bytes further up. What is in an allocation, but it is not known where, stays in it.
    pub(super) fn moved(self, by: i32) -> Place {
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
pub(super) struct State {
    cells: Trie,
    smears: Rc<Vec<Smear>>,
    globals: Rc<Vec<Val>>,
}

fn key(space: Space, granule: u32) -> u64 {
    u64::from(space) << 32 | u64::from(granule)
}

impl State {
    pub(super) fn new(globals: Vec<Val>) -> Self {
        State {
            cells: Trie::default(),
            smears: Rc::new(Vec::new()),
            globals: Rc::new(globals),
        }
    }

    /// Where the shadow stack ends at the moment.
    pub(super) fn stack_pointer(&self, arena: &mut Arena, image: &Image) -> Option<Val> {
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

    pub(super) fn global(&self, index: usize) -> Val {
        self.globals.get(index).copied().unwrap_or(Val::ANY)
    }

    pub(super) fn set_global(&mut self, index: usize, val: Val) {
        if let Some(slot) = Rc::make_mut(&mut self.globals).get_mut(index) {
            *slot = val;
        }
    }

    /// The values that make up `width` bytes, each with the index of its byte.
    fn byte(&self, arena: &mut Arena, image: &Image, space: Space, off: u32) -> (Val, u8) {
        if let Some(granule) = self.cells.get(key(space, off / 8)) {
            let lane = (off % 8) as usize;
            if granule.vals[lane] != Val::UNSET {
                return (granule.vals[lane], granule.index[lane]);
            }
        }
        (self.unwritten(arena, image, space, off), 0)
    }

    /// What a byte holds that no store of known place wrote.
    fn unwritten(&self, arena: &mut Arena, image: &Image, space: Space, off: u32) -> Val {
        let mut labels = LabelSet::NONE;
        for smear in self.smears.iter().rev() {
            if smear.space == space && (smear.start..smear.end).contains(&off) {
                let smeared = arena.data(smear.val).labels;
                labels = arena.union(labels, smeared);
                if !smear.weak {
                    return if labels == smeared {
                        smear.val
                    } else {
                        arena.unknown(labels)
                    };
                }
            }
        }
        if labels != LabelSet::NONE {
            return arena.unknown(labels);
        }
        if space == LINEAR
            && let Some(byte) = image.initial(off)
        {
            return arena.constant(u64::from(byte));
        }
        Val::ANY
    }

    /// Whether a byte was written for certain by something of unknown content.
    fn is_overwritten(&self, space: Space, off: u32) -> bool {
        let covers = |s: &Smear| !s.weak && s.space == space && (s.start..s.end).contains(&off);
        self.smears.iter().any(covers)
    }

    /// Whether nothing was ever written to a byte of the stack or of an allocation.
    fn is_garbage(&self, image: &Image, space: Space, off: u32) -> bool {
        let unset = self
            .cells
            .get(key(space, off / 8))
            .is_none_or(|granule| granule.vals[(off % 8) as usize] == Val::UNSET);
        unset && (space >= FIRST_ALLOCATION || space == LINEAR && image.stack.contains(&off))
    }

    /// Whether nothing was ever written to a run of bytes of the stack or of an allocation.
    pub(super) fn is_empty(&self, image: &Image, place: Place, width: u32) -> bool {
        let byte = |i: u32| place.off.checked_add(i);
        let untouched = |off| {
            let smeared = |s: &Smear| s.space == place.space && (s.start..s.end).contains(&off);
            self.is_garbage(image, place.space, off) && !self.smears.iter().any(smeared)
        };
        place.exact && (0..width.min(8)).filter_map(byte).all(untouched)
    }

    /// How far an allocation was written to from a place on, if all of that is known byte by byte.
    pub(super) fn extent(&self, arena: &Arena, from: Place) -> Option<u32> {
        if from.space < FIRST_ALLOCATION || self.smears.iter().any(|s| s.space == from.space) {
            return None;
        }
        let (last, granule) = self.cells_from(arena, from).pop()?;
        let lane = granule.vals.iter().rposition(|val| *val != Val::UNSET)?;
        let end = (last as u32).checked_mul(8)?.checked_add(lane as u32 + 1)?;
        end.checked_sub(from.off)
    }

    /// Reads `width` bytes, zero-extended.
    pub(super) fn load(&self, arena: &mut Arena, image: &Image, place: Place, width: u32) -> Val {
        if !place.exact {
            let labels = self.labels_from(arena, image, place);
            let kind = match width {
                // Parsers of samples walk over buffers in which addresses are no list.
                4 if !arena.sampling => self.pointers_from(arena, place),
                _ => Kind::Any,
            };
            return arena.val(ValData {
                kind,
                labels,
                preds: PredSet::NONE,
                decreased: false,
            });
        }
        if let Some(val) = self.load_whole(arena, image, place, width) {
            return val;
        }
        let (first, index) = self.byte(arena, image, place.space, place.off);
        let mut whole = index == 0;
        let mut cells: SmallVec<[Cell; 8]> = SmallVec::new();
        let mut data = arena.data(first);
        // What it would be for each of two selectors, if it depends on no more than that.
        let mut bits = [0u64; 2];
        let (mut known, mut example) = (true, false);
        let mut garbage = 0;
        for i in 0..width.min(8) {
            let Some(off) = place.off.checked_add(i) else {
                return Val::ANY;
            };
            let (val, index) = self.byte(arena, image, place.space, off);
            let byte = arena.data(val);
            whole &= val == first && u32::from(index) == i;
            whole &= width >= 4 || !matches!(byte.kind, Kind::Ptr { .. } | Kind::Places(_));
            cells.push((val, index));
            let values = match byte.kind {
                Kind::Sample(value) => {
                    example = true;
                    Some([value; 2])
                }
                kind => arena.as_probe(kind),
            };
            match values {
                Some(values) => {
                    for (bits, value) in bits.iter_mut().zip(values) {
                        *bits |= (value >> (8 * u32::from(index)) & 0xff) << (8 * i);
                    }
                }
                // Padding, beside what is known: compilers move both together.
                None if val == Val::ANY && self.is_garbage(image, place.space, off) => garbage += 1,
                None => known = false,
            }
            data.labels = arena.union(data.labels, byte.labels);
            data.preds = arena.pred_union(data.preds, byte.preds);
            data.decreased |= byte.decreased;
        }
        known &= garbage < width.min(8) && !(garbage > 0 && example);
        data.kind = if known && example {
            Kind::Sample(bits[0])
        } else if known {
            arena.kind_of_probe(bits)
        } else if whole {
            match data.kind {
                Kind::OneOf(_) => {
                    let mask = if width >= 8 {
                        u64::MAX
                    } else {
                        (1 << (8 * width)) - 1
                    };
                    let choices = arena.as_choices(first).unwrap_or_default();
                    arena.kind_of_choices(choices.iter().map(|c| c & mask).collect())
                }
                kind => kind,
            }
        } else if width == 8 {
            // Such as an address and a length, moved together.
            let low = self.load(arena, image, place, 4);
            let upper = Place {
                off: place.off.wrapping_add(4),
                ..place
            };
            let high = self.load(arena, image, upper, 4);
            let nothing = |val: Val| matches!(arena.data(val).kind, Kind::Any);
            if nothing(low) && nothing(high) {
                Kind::Any
            } else {
                Kind::Pair { low, high }
            }
        } else if cells.iter().any(|cell| arena.refers(cell.0)) {
            arena.mosaic(&cells)
        } else {
            Kind::Any
        };
        arena.val(data)
    }

    /// Reads what most reads are: a value of this width, as it was stored, or static data that nothing was written to.
    fn load_whole(
        &self,
        arena: &mut Arena,
        image: &Image,
        place: Place,
        width: u32,
    ) -> Option<Val> {
        let lane = (place.off % 8) as usize;
        let lanes = lane..lane + width.min(8) as usize;
        let Some(granule) = self.cells.get(key(place.space, place.off / 8)) else {
            let untouched = place.space == LINEAR
                && lanes.end <= 8
                && image_covers(image, place.off)
                && self.smears.iter().all(|smear| {
                    smear.space != LINEAR
                        || smear.end <= place.off
                        || smear.start >= place.off + width
                });
            let at = place.off as usize;
            let bytes = image.data.get(at..at.checked_add(lanes.len())?);
            let bytes = bytes.filter(|_| untouched)?;
            let bits = bytes
                .iter()
                .rev()
                .fold(0, |bits, b| bits << 8 | u64::from(*b));
            return Some(arena.constant(bits));
        };
        let (vals, index) = (granule.vals.get(lanes.clone())?, &granule.index[lanes]);
        let first = *vals.first()?;
        let whole = first != Val::UNSET
            && vals.iter().all(|val| *val == first)
            && (0..).zip(index).all(|(i, byte)| i == *byte);
        if !whole {
            return None;
        }
        let mut data = arena.data(first);
        if width < 8 {
            let mask = (1u64 << (8 * width)) - 1;
            match &mut data.kind {
                Kind::Const(bits) | Kind::Sample(bits) if *bits & !mask != 0 => *bits &= mask,
                Kind::Const(_) | Kind::Sample(_) => {}
                Kind::Ptr { .. } | Kind::Places(_) if width == 4 => {}
                Kind::Any => {}
                _ => return None,
            }
        }
        Some(arena.val(data))
    }

    /// Where the data comes from that may be read at an unknown index from a place on.
    fn labels_from(&self, arena: &mut Arena, image: &Image, place: Place) -> LabelSet {
        let rest = self.unwritten(arena, image, place.space, place.off);
        let mut labels = arena.data(rest).labels;
        for (_, granule) in self.cells_from(arena, place) {
            for val in granule.vals {
                if val != Val::UNSET {
                    let more = arena.data(val).labels;
                    labels = arena.union(labels, more);
                }
            }
        }
        labels
    }

    /// The addresses that may be read at an unknown index from a place on, if there is one at the place itself: a list of
    /// objects.
    fn pointers_from(&self, arena: &mut Arena, place: Place) -> Kind {
        let address = |arena: &Arena, val: Val| match val {
            Val::UNSET => None,
            val => arena.as_places(arena.data(val).kind, false),
        };
        let first = self.cells.get(key(place.space, place.off / 8));
        let first = first.map(|granule| granule.vals[(place.off % 8) as usize]);
        if place.space < FIRST_ALLOCATION || first.is_none_or(|val| address(arena, val).is_none()) {
            return Kind::Any;
        }
        let mut found = Vec::new();
        for (_, granule) in self.cells_from(arena, place) {
            for lane in [0, 4] {
                if granule.index[lane] == 0
                    && let Some(places) = address(arena, granule.vals[lane])
                {
                    found.extend(places.iter().copied());
                }
            }
        }
        arena.kind_of_places(found)
    }

    /// What was written at a place and further up, as far as an index is taken to reach.
    fn cells_from(&self, arena: &Arena, place: Place) -> Vec<(u64, Granule)> {
        let end = if place.space == LINEAR {
            arena.reach(place.off, INDEX_REACH)
        } else {
            u32::MAX
        };
        let (first, last) = (key(place.space, place.off / 8), key(place.space, end / 8));
        self.cells.range(first, last, 64)
    }

    /// Writes the low `width` bytes of a value.
    pub(super) fn store(&mut self, arena: &mut Arena, place: Place, width: u32, val: Val) {
        if !place.exact {
            let reach = if place.space == LINEAR {
                arena.reach(place.off, INDEX_REACH)
            } else {
                u32::MAX
            };
            self.smear(arena, place.space, place.off..reach, val, true);
            return;
        }
        if let Kind::Pair { low, high } = arena.data(val).kind {
            self.store(arena, place, width.min(4), low);
            if width > 4
                && let Some(off) = place.off.checked_add(4)
            {
                self.store(arena, Place { off, ..place }, 4, high);
            }
            return;
        }
        if let Kind::Mosaic(mosaic) = arena.data(val).kind {
            let cells = arena.cells(mosaic);
            let byte = |i: u32| cells.get(i as usize).copied().unwrap_or((Val::ANY, 0));
            self.put(place.space, place.off, width.min(8), byte);
            return;
        }
        self.put(place.space, place.off, width.min(8), |i| (val, i as u8));
    }

    fn put(&mut self, space: Space, off: u32, width: u32, byte: impl Fn(u32) -> (Val, u8)) {
        let mut i = 0;
        while i < width {
            let Some(at) = off.checked_add(i) else { return };
            let mut granule = self
                .cells
                .get(key(space, at / 8))
                .copied()
                .unwrap_or(Granule::UNSET);
            let lane = at % 8;
            let run = (8 - lane).min(width - i);
            for j in 0..run {
                let (val, index) = byte(i + j);
                granule.vals[(lane + j) as usize] = val;
                granule.index[(lane + j) as usize] = index;
            }
            self.cells.insert(key(space, at / 8), granule);
            i += run;
        }
    }

    /// Notes that a value was written somewhere in a range (`weak`), or all over it.
    pub(super) fn smear(
        &mut self,
        arena: &mut Arena,
        space: Space,
        range: std::ops::Range<u32>,
        val: Val,
        weak: bool,
    ) {
        if range.is_empty() {
            return;
        }
        let labels = arena.data(val).labels;
        let smeared = arena.unknown(labels);
        let (start, end) = (range.start, range.end);
        if weak {
            let near = start.saturating_add(INDEX_REACH).min(end);
            let cells = self
                .cells
                .range(key(space, start / 8), key(space, near.div_ceil(8)), 16);
            for (at, mut granule) in cells {
                for (lane, val) in granule.vals.iter_mut().enumerate() {
                    let off = ((at as u32) * 8).saturating_add(lane as u32);
                    if *val != Val::UNSET && (start..near).contains(&off) {
                        let mut data = arena.data(*val);
                        if !matches!(data.kind, Kind::Ptr { .. } | Kind::Obj(_)) {
                            data.kind = Kind::Any;
                            data.labels = arena.union(data.labels, labels);
                            *val = arena.val(data);
                        }
                    }
                }
                self.cells.insert(at, granule);
            }
        } else {
            let (low, high) = (start.div_ceil(8), end / 8);
            self.cells.remove_range(key(space, low), key(space, high));
            // What the range covers of the granules at its ends.
            for granule in [start / 8, high] {
                if let Some(mut cells) = self.cells.get(key(space, granule)).copied() {
                    for lane in 0..8u32 {
                        if (start..end).contains(&(granule * 8 + lane)) {
                            cells.vals[lane as usize] = Val::UNSET;
                        }
                    }
                    self.cells.insert(key(space, granule), cells);
                }
            }
        }
        let smear = Smear {
            space,
            start,
            end,
            val: smeared,
            weak,
        };
        if self.smears.last() == Some(&smear) {
            return;
        }
        let smears = Rc::make_mut(&mut self.smears);
        if weak {
            if smears.contains(&smear) {
                return;
            }
        } else {
            smears.retain(|s| s.space != space || s.start < start || s.end > end);
        }
        if smears.len() >= MAX_SMEARS {
            smears.remove(0);
        }
        smears.push(smear);
    }

    /// Forgets the dead part of the shadow stack.
    pub(super) fn kill(&mut self, dead: std::ops::Range<u32>) {
        self.cells.remove_range(
            key(LINEAR, dead.start.div_ceil(8)),
            key(LINEAR, dead.end / 8),
        );
        if self
            .smears
            .iter()
            .any(|s| s.space == LINEAR && s.start >= dead.start && s.end <= dead.end)
        {
            Rc::make_mut(&mut self.smears)
                .retain(|s| s.space != LINEAR || s.start < dead.start || s.end > dead.end);
        }
    }

    /// Copies a run of bytes.
    pub(super) fn copy(
        &mut self,
        arena: &mut Arena,
        image: &Image,
        to: Place,
        from: Place,
        len: Option<u32>,
    ) {
        match len {
            Some(len) if len <= MAX_COPY && to.exact && from.exact => {
                let bytes: Vec<(Val, u8)> = (0..len)
                    .map_while(|i| {
                        let byte = from.moved(i32::try_from(i).ok()?);
                        // What was never written stays so.
                        if self.is_empty(image, byte, 1) {
                            return Some((Val::UNSET, 0));
                        }
                        Some(self.byte(arena, image, byte.space, byte.off))
                    })
                    .collect();
                self.put(to.space, to.off, bytes.len() as u32, |i| bytes[i as usize]);
            }
            _ => {
                let content = self.read(arena, image, from, len);
                self.write(arena, to, content, len);
            }
        }
    }

    /// The text that ends with a zero in static data, where nothing was written to just there.
    pub(super) fn static_text<'i>(&self, image: &'i Image, place: Place) -> Option<&'i [u8]> {
        if place.space != LINEAR || !place.exact || !image_covers(image, place.off) {
            return None;
        }
        let rest = image.data.get(place.off as usize..)?;
        let len = rest
            .iter()
            .take(MAX_READ as usize)
            .position(|byte| *byte == 0)?;
        let end = place.off.saturating_add(len as u32);
        let (first, last) = (key(LINEAR, place.off / 8), key(LINEAR, end / 8 + 1));
        let untouched = self.cells.range(first, last, 1).is_empty();
        untouched.then_some(&rest[..len])
    }

    /// The bytes written from a place on, up to the first that was not: each with where it comes from, none where it is not
    /// known.
    pub(super) fn written_from(&self, arena: &Arena, place: Place) -> Vec<(Option<u8>, LabelSet)> {
        let byte = |off: u32| {
            let granule = self.cells.get(key(place.space, off / 8))?;
            let lane = (off % 8) as usize;
            let val = granule.vals[lane];
            if val == Val::UNSET {
                return None;
            }
            let data = arena.data(val);
            let byte = match data.kind {
                Kind::Const(bits) | Kind::Sample(bits) => {
                    Some((bits >> (8 * u32::from(granule.index[lane]))) as u8)
                }
                _ => None,
            };
            Some((byte, data.labels))
        };
        (0..MAX_RESPONSE)
            .map_while(|i| byte(place.off.checked_add(i)?))
            .collect()
    }

    /// The content of a run of bytes; of unknown length, what is known of its beginning.
    pub(super) fn read(
        &self,
        arena: &mut Arena,
        image: &Image,
        place: Place,
        len: Option<u32>,
    ) -> Bytes {
        self.read_as(arena, image, place, len, Examples::Holes)
    }

    /// The same, with the bytes of examples as they are or without.
    pub(super) fn read_as(
        &self,
        arena: &mut Arena,
        image: &Image,
        place: Place,
        len: Option<u32>,
        examples: Examples,
    ) -> Bytes {
        if !place.exact {
            let labels = self.labels_from(arena, image, place);
            return arena.hole(labels, len);
        }
        let mut pieces = Vec::new();
        let mut i = 0;
        let limit = len.unwrap_or(MAX_READ).min(MAX_READ);
        let mut run: Vec<u8> = Vec::new();
        while i < limit {
            let Some(off) = place.off.checked_add(i) else {
                break;
            };
            let written = self
                .cells
                .get(key(place.space, off / 8))
                .is_some_and(|g| g.vals[(off % 8) as usize] != Val::UNSET);
            if !written && len.is_none() {
                break;
            }
            let (val, index) = self.byte(arena, image, place.space, off);
            let data = arena.data(val);
            match data.kind {
                // One that is labelled stands for what differs from case to case, such as the contract's own account.
                Kind::Const(bits) if data.labels == LabelSet::NONE => {
                    run.push((bits >> (8 * u32::from(index))) as u8);
                    i += 1;
                }
                Kind::Sample(bits) if arena.is_framing(data.labels) => {
                    run.push((bits >> (8 * u32::from(index))) as u8);
                    i += 1;
                }
                Kind::Sample(bits)
                    if arena.sampling || examples == Examples::Shown && !data.decreased =>
                {
                    pieces.push(Piece::Const(std::mem::take(&mut run).into()));
                    pieces.push(Piece::Sample {
                        bytes: [(bits >> (8 * u32::from(index))) as u8].into(),
                        labels: data.labels,
                    });
                    i += 1;
                }
                Kind::Obj(content) if index == 0 => {
                    pieces.push(Piece::Const(std::mem::take(&mut run).into()));
                    pieces.extend(arena.pieces(content).iter().cloned());
                    i += 8;
                }
                _ => {
                    pieces.push(Piece::Const(std::mem::take(&mut run).into()));
                    pieces.push(Piece::Hole {
                        labels: data.labels,
                        len: Some(1),
                        decreased: data.decreased,
                    });
                    i += 1;
                }
            }
        }
        pieces.push(Piece::Const(run.into()));
        if len.is_none_or(|len| len > limit) {
            let rest = match place.off.checked_add(i) {
                Some(off) if place.space != LINEAR || !image_covers(image, off) => {
                    let val = self.unwritten(arena, image, place.space, off);
                    arena.data(val).labels
                }
                _ => self.labels_from(arena, image, place),
            };
            pieces.push(Piece::Hole {
                labels: rest,
                len: len.map(|len| len - limit),
                decreased: false,
            });
        }
        match examples {
            Examples::Holes => arena.bytes(pieces),
            Examples::Shown => arena.all_bytes(pieces),
        }
    }

    /// Writes a content of which at most `cap` bytes fit.
    pub(super) fn write(
        &mut self,
        arena: &mut Arena,
        place: Place,
        content: Bytes,
        cap: Option<u32>,
    ) {
        let labels = arena.labels_of(content);
        let whole = arena.unknown(labels);
        if !place.exact {
            let end = if place.space == LINEAR {
                arena.reach(place.off, INDEX_REACH)
            } else {
                u32::MAX
            };
            self.smear(arena, place.space, place.off..end, whole, true);
            return;
        }
        let end = match cap {
            Some(cap) => place.off.saturating_add(cap),
            None if place.space == LINEAR => {
                let len = arena.length_of(content).unwrap_or(0);
                place.off.saturating_add(len.max(INDEX_REACH))
            }
            None => u32::MAX,
        };
        let mut at = place.off;
        let pieces = arena.pieces(content).clone();
        for (i, piece) in pieces.iter().enumerate() {
            if at >= end {
                return;
            }
            match piece {
                Piece::Const(bytes) => {
                    let room = (end - at).min(MAX_COPY) as usize;
                    let vals: Vec<Val> = bytes
                        .iter()
                        .take(room)
                        .map(|b| arena.constant(u64::from(*b)))
                        .collect();
                    self.put(place.space, at, vals.len() as u32, |i| {
                        (vals[i as usize], 0)
                    });
                    at = at.saturating_add(vals.len() as u32);
                }
                Piece::Hole {
                    labels,
                    len: Some(len),
                    decreased,
                } => {
                    let stop = at.saturating_add(*len).min(end);
                    let val = arena.val(ValData {
                        kind: Kind::Any,
                        labels: *labels,
                        preds: PredSet::NONE,
                        decreased: *decreased,
                    });
                    if let Some(bytes) = arena.selector_bytes(*labels, stop - at) {
                        self.put(place.space, at, stop - at, |i| (bytes[i as usize], 0));
                    } else if stop - at <= 64 {
                        self.put(place.space, at, stop - at, |_| (val, 0));
                    } else {
                        self.smear(arena, place.space, at..stop, val, false);
                    }
                    at = stop;
                }
                Piece::Sample { bytes, labels } => {
                    let room = (end - at).min(MAX_COPY) as usize;
                    let vals: Vec<Val> = bytes
                        .iter()
                        .take(room)
                        .map(|b| {
                            arena.val(ValData {
                                kind: Kind::Sample(u64::from(*b)),
                                labels: *labels,
                                preds: PredSet::NONE,
                                decreased: false,
                            })
                        })
                        .collect();
                    self.put(place.space, at, vals.len() as u32, |i| {
                        (vals[i as usize], 0)
                    });
                    at = at.saturating_add(vals.len() as u32);
                }
                Piece::Hole { len: None, .. } => {
                    // From here on it is not known where what follows begins.
                    let mut labels = LabelSet::NONE;
                    for piece in &pieces[i..] {
                        if let Piece::Hole { labels: more, .. } = piece {
                            labels = arena.union(labels, *more);
                        }
                    }
                    let rest = arena.unknown(labels);
                    self.smear(arena, place.space, at..end, rest, false);
                    return;
                }
            }
        }
    }

    /// Where the data comes from that can be reached through a pointer: the bytes that follow, and behind pointers there.
    pub(super) fn reachable(
        &self,
        arena: &mut Arena,
        image: &Image,
        place: Place,
        reach: u32,
        depth: u32,
    ) -> LabelSet {
        if place.space == LINEAR && image_covers(image, place.off) {
            return LabelSet::NONE;
        }
        let end = if place.space == LINEAR {
            place.off.saturating_add(reach)
        } else {
            u32::MAX
        };
        let rest = self.unwritten(arena, image, place.space, place.off);
        let mut labels = arena.data(rest).labels;
        let mut last = Val::UNSET;
        let cells = self.cells.range(
            key(place.space, place.off / 8),
            key(place.space, end / 8),
            32,
        );
        for (_, granule) in cells {
            for val in granule.vals {
                if val == Val::UNSET || val == last {
                    continue;
                }
                last = val;
                let data = arena.data(val);
                labels = arena.union(labels, data.labels);
                if depth == 0 {
                    continue;
                }
                let next = match data.kind {
                    Kind::Ptr { space, off, .. } if space != place.space => Some((space, off)),
                    Kind::Const(address) if image.stack.contains(&(address as u32)) => {
                        Some((LINEAR, address as u32))
                    }
                    _ => None,
                };
                if let Some((space, off)) = next {
                    let place = Place {
                        space,
                        off,
                        exact: true,
                    };
                    let more = self.reachable(arena, image, place, reach, depth - 1);
                    labels = arena.union(labels, more);
                }
            }
        }
        labels
    }

    /// The same with other values of the flags that an example has in data with these labels; `None` if none is there.
    pub(super) fn with_flags_varied(&self, arena: &mut Arena, labels: LabelSet) -> Option<State> {
        let mut varied = self.clone();
        let mut found = false;
        for (at, mut granule) in self.cells.range(0, u64::MAX, MAX_GRANULES) {
            let mut changed = false;
            for val in granule.vals.iter_mut().filter(|val| **val != Val::UNSET) {
                let data = arena.data(*val);
                if data.labels == labels
                    && let Kind::Sample(bits) = data.kind
                    && let Some(i) = TRUE.iter().position(|byte| u64::from(*byte) == bits)
                {
                    *val = arena.example_number(u64::from(FALSE[i]), labels);
                    changed = true;
                }
            }
            if changed {
                varied.cells.insert(at, granule);
                found = true;
            }
        }
        found.then_some(varied)
    }

    /// Where the text of an example lies, the words beside its address that say how long it is hold for this example only.
    pub(super) fn loosen_lengths(&mut self, arena: &mut Arena, image: &Image) {
        for (at, granule) in self.cells.range(0, u64::MAX, MAX_GRANULES) {
            let space = (at >> 32) as Space;
            if space == REGISTERS || space == HANDLES {
                continue;
            }
            for lane in [0u32, 4] {
                let address = granule.vals[lane as usize];
                if address == Val::UNSET || granule.index[lane as usize] != 0 {
                    continue;
                }
                let Kind::Ptr {
                    space: to,
                    off: start,
                    exact: true,
                } = arena.data(address).kind
                else {
                    continue;
                };
                let (count, labels) = self.example_from(arena, image, to, start);
                if count == 0 {
                    continue;
                }
                let off = (at as u32).wrapping_mul(8).wrapping_add(lane);
                // Of a capacity and a length on both sides, the length is the later one: the other says which variant it
                // is where it has values that no capacity has.
                let after = Place {
                    space,
                    off: off.wrapping_add(4),
                    exact: true,
                };
                let after = self.load(arena, image, after, 4);
                let has_len = arena.as_number(after) == Some(u64::from(count));
                let beside: &[i32] = if has_len { &[4, 8] } else { &[-8, -4, 8] };
                for beside in beside.iter().copied() {
                    let Some(off) = off.checked_add_signed(beside) else {
                        continue;
                    };
                    let place = Place {
                        space,
                        off,
                        exact: true,
                    };
                    let word = self.load(arena, image, place, 4);
                    if arena.as_const(word) == Some(u64::from(count)) {
                        let labels = arena.of_length(labels);
                        let loose = arena.example_number(u64::from(count), labels);
                        self.store(arena, place, 4, loose);
                    }
                }
            }
        }
    }

    /// How many bytes from an address on are of one piece of an example's data, and where they come from.
    fn example_from(
        &self,
        arena: &mut Arena,
        image: &Image,
        space: Space,
        start: u32,
    ) -> (u32, LabelSet) {
        let mut labels = None;
        let mut count = 0;
        while count < MAX_TEXT {
            let (val, _) = self.byte(arena, image, space, start.wrapping_add(count));
            let data = arena.data(val);
            let is_data = matches!(data.kind, Kind::Sample(_))
                && !arena.label_list(data.labels).any(|l| l == Label::Input);
            if !is_data || *labels.get_or_insert(data.labels) != data.labels {
                break;
            }
            count += 1;
        }
        (count, labels.unwrap_or(LabelSet::NONE))
    }

    /// The host-side object or register of that number.
    pub(super) fn slot(&self, arena: &mut Arena, image: &Image, space: Space, number: u32) -> Val {
        self.byte(arena, image, space, number.wrapping_mul(8)).0
    }

    /// Sets a host-side object or register.
    pub(super) fn set_slot(&mut self, space: Space, number: u32, val: Val) {
        self.put(space, number.wrapping_mul(8), 1, |_| (val, 0));
    }

    /// The least state that covers both, chosen between as the paths say; this state itself where nothing changed.
    pub(super) fn join(
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
    pub(super) fn same(&self, joined: &State) -> bool {
        self.cells.same(&joined.cells)
            && (Rc::ptr_eq(&self.smears, &joined.smears) || self.smears == joined.smears)
            && (Rc::ptr_eq(&self.globals, &joined.globals) || self.globals == joined.globals)
    }
}

fn image_covers(image: &Image, off: u32) -> bool {
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
pub(super) struct Paths<'a> {
    /// What decided between them.
    pub(super) control: PredSet,
    /// Whether this is one more pass over a loop.
    pub(super) widen: bool,
    /// What both began with, where enums are to be told apart from what was there before: see
    /// [`Joiner::settle_variants`].
    pub(super) base: Option<&'a State>,
}

struct Joiner<'a> {
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

impl Joiner<'_> {
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
            let same_byte = !both || a.index[lane] == b.index[lane];
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
