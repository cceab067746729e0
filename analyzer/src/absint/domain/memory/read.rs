//! Reading memory: values, contents, texts, and all that can be reached from a place.

use smallvec::SmallVec;

use super::examples::Examples;
use super::image::Image;
use super::join::image_covers;
use super::write::{INDEX_REACH, Smear};
use super::{FIRST_ALLOCATION, LINEAR, Place, State, key};
use crate::absint::domain::arena::{
    Arena, Bytes, Cell, Kind, LabelSet, Piece, PredSet, Space, Val, ValData,
};
use crate::absint::domain::trie::Granule;

/// More of a response is not read.
const MAX_RESPONSE: u32 = 16_384;

/// Longer runs are read as a hole.
const MAX_READ: u32 = 4096;

impl State {
    /// The values that make up `width` bytes, each with the index of its byte.
    pub(super) fn byte(
        &self,
        arena: &mut Arena,
        image: &Image,
        space: Space,
        off: u32,
    ) -> (Val, u8) {
        if let Some(granule) = self.cells.get(key(space, off / 8)) {
            let lane = (off % 8) as usize;
            if granule.vals[lane] != Val::UNSET {
                return (granule.vals[lane], granule.index[lane]);
            }
        }
        (self.unwritten(arena, image, space, off), 0)
    }

    /// What a byte holds that no store of known place wrote.
    pub(super) fn unwritten(
        &self,
        arena: &mut Arena,
        image: &Image,
        space: Space,
        off: u32,
    ) -> Val {
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
    pub(super) fn is_overwritten(&self, space: Space, off: u32) -> bool {
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
    pub(crate) fn is_empty(&self, image: &Image, place: Place, width: u32) -> bool {
        let byte = |i: u32| place.off.checked_add(i);
        let untouched = |off| {
            let smeared = |s: &Smear| s.space == place.space && (s.start..s.end).contains(&off);
            self.is_garbage(image, place.space, off) && !self.smears.iter().any(smeared)
        };
        place.exact && (0..width.min(8)).filter_map(byte).all(untouched)
    }

    /// How far an allocation was written to from a place on, if all of that is known byte by byte.
    pub(crate) fn extent(&self, arena: &Arena, from: Place) -> Option<u32> {
        if from.space < FIRST_ALLOCATION || self.smears.iter().any(|s| s.space == from.space) {
            return None;
        }
        let (last, granule) = self.cells_from(arena, from).pop()?;
        let lane = granule.vals.iter().rposition(|val| *val != Val::UNSET)?;
        let end = (last as u32).checked_mul(8)?.checked_add(lane as u32 + 1)?;
        end.checked_sub(from.off)
    }

    /// Reads `width` bytes, zero-extended.
    pub(crate) fn load(&self, arena: &mut Arena, image: &Image, place: Place, width: u32) -> Val {
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
            if nothing(low) && nothing(high) && !of_several(arena, &[(low, 0), (high, 0)]) {
                Kind::Any
            } else {
                Kind::Pair { low, high }
            }
        } else if cells.iter().any(|cell| arena.refers(cell.0)) || of_several(arena, &cells) {
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

    /// The text that ends with a zero in static data, where nothing was written to just there.
    pub(crate) fn static_text<'i>(&self, image: &'i Image, place: Place) -> Option<&'i [u8]> {
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
    pub(crate) fn written_from(&self, arena: &Arena, place: Place) -> Vec<(Option<u8>, LabelSet)> {
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
    pub(crate) fn read(
        &self,
        arena: &mut Arena,
        image: &Image,
        place: Place,
        len: Option<u32>,
    ) -> Bytes {
        self.read_as(arena, image, place, len, Examples::Holes)
    }

    /// The same, with the bytes of examples as they are or without.
    pub(crate) fn read_as(
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
                        labels: arena.told_by(data),
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

    /// What can be reached through a pointer: the bytes that follow, so far, and what is behind pointers there, so deep.
    pub(crate) fn reachable(
        &self,
        arena: &mut Arena,
        image: &Image,
        place: Place,
        (reach, depth): (u32, u32),
        all: &mut Reached,
    ) {
        if place.space == LINEAR && image_covers(image, place.off) {
            return;
        }
        let end = if place.space == LINEAR {
            place.off.saturating_add(reach)
        } else {
            u32::MAX
        };
        let rest = self.unwritten(arena, image, place.space, place.off);
        all.see(arena, rest);
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
                all.see(arena, val);
                if depth == 0 {
                    continue;
                }
                let next = match arena.data(val).kind {
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
                    self.reachable(arena, image, place, (reach, depth - 1), all);
                }
            }
        }
    }
}

/// What is known of data that can be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reached {
    /// Where it comes from.
    pub(crate) labels: LabelSet,
    /// Whether some of it is of an example.
    pub(crate) example: bool,
}

impl Default for Reached {
    fn default() -> Self {
        Reached {
            labels: LabelSet::NONE,
            example: false,
        }
    }
}

impl Reached {
    pub(crate) fn see(&mut self, arena: &mut Arena, val: Val) {
        let data = arena.data(val);
        self.labels = arena.union(self.labels, data.labels);
        self.example |= matches!(data.kind, Kind::Sample(_));
    }
}

/// Whether bytes come from different sources, each of which is known: fields that a compiler moves together.
fn of_several(arena: &Arena, cells: &[Cell]) -> bool {
    let data = cells.iter().map(|cell| arena.data(cell.0));
    let is_known = |data: ValData| data.kind != Kind::Any || data.labels != LabelSet::NONE;
    let mut labels = data.clone().map(|data| data.labels);
    let first = labels.next();
    labels.any(|labels| Some(labels) != first) && data.clone().all(is_known)
}
