//! Writing memory: values, contents, copies, and writes of unknown content or extent.

use std::rc::Rc;

use super::image::Image;
use super::{LINEAR, Place, State, key};
use crate::absint::domain::arena::{
    Arena, Bytes, Kind, LabelSet, Piece, PredSet, Space, Val, ValData,
};
use crate::absint::domain::trie::Granule;

/// Longer runs are copied as a smear.
const MAX_COPY: u32 = 8192;

/// How far a write at an unknown index is taken to reach.
pub(super) const INDEX_REACH: u32 = 64;

/// More smears than this, and the oldest are forgotten.
pub(super) const MAX_SMEARS: usize = 96;

/// A write of unknown content or extent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Smear {
    pub(super) space: Space,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) val: Val,
    /// Whether what was there before may still be there.
    pub(super) weak: bool,
}

impl State {
    /// Writes the low `width` bytes of a value.
    pub(crate) fn store(&mut self, arena: &mut Arena, place: Place, width: u32, val: Val) {
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

    pub(super) fn put(
        &mut self,
        space: Space,
        off: u32,
        width: u32,
        byte: impl Fn(u32) -> (Val, u8),
    ) {
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
    pub(crate) fn smear(
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

    /// Notes that a value may have been written to all bytes of the stack in a range to which nothing was: where paths meet,
    /// they are then no garbage.
    pub(crate) fn fill_unset(&mut self, range: std::ops::Range<u32>, val: Val) {
        for off in range {
            let granule = self.cells.get(key(LINEAR, off / 8));
            if granule.is_none_or(|granule| granule.vals[(off % 8) as usize] == Val::UNSET) {
                self.put(LINEAR, off, 1, |_| (val, 0));
            }
        }
    }

    /// Forgets the dead part of the shadow stack.
    pub(crate) fn kill(&mut self, dead: std::ops::Range<u32>) {
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
    pub(crate) fn copy(
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

    /// Writes a content of which at most `cap` bytes fit.
    pub(crate) fn write(
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
                // What is on the stack has room in its frame.
                arena.reach(place.off, len.max(INDEX_REACH))
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
}
