//! The record in which a contract keeps its whole structure under one key (NEAR's `STATE`).
//!
//! Read as unknown bytes, such a record tells nothing: where one field ends and the next begins depends on lengths in it,
//! and the prefixes of the contract's collections are lost. So the contract is handed the record that its own constructor
//! writes. Lengths and prefixes in it are constants. Everything else is an example with a label of its own for each part,
//! so that the parts count as separate places of storage: `STATE+5` is what begins at byte 5.

mod find;

use std::ops::Range;

use crate::absint::domain::arena::{Arena, Bytes, Label, LabelSet, Piece, Space, Val};
use crate::absint::domain::memory::{LINEAR, Place, State};
use crate::absint::machine::interp::Machine;
use crate::absint::machine::record::EffectRecord;
use crate::host::{EffectKind, HostFunction, Role};

/// An example of the record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StoredState {
    key: Vec<u8>,
    parts: Vec<Part>,
}

/// A part of the record.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    kind: PartKind,
    /// Where it begins.
    offset: u32,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PartKind {
    /// The same in every record, such as the prefix of a collection, with its length.
    Fixed,
    /// A number, or anything else that has always this size.
    Number,
    /// Bytes behind their length.
    Text,
    /// How many times there is what follows, up to this offset.
    Count { until: u32 },
}

/// The bytes of a length.
const LENGTH: usize = 4;

impl StoredState {
    /// The content that the contract reads.
    fn content(&self, arena: &mut Arena) -> Bytes {
        let mut runs = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let (fixed, data) = match part.kind {
                PartKind::Fixed => part.bytes.split_at(part.bytes.len()),
                PartKind::Text => part.bytes.split_at(LENGTH.min(part.bytes.len())),
                PartKind::Number | PartKind::Count { .. } => part.bytes.split_at(0),
            };
            runs.push(Piece::Const(fixed.into()));
            if !data.is_empty() {
                let labels = self.label(arena, part);
                let bytes = data.into();
                runs.push(Piece::Sample { bytes, labels });
            }
        }
        arena.all_bytes(runs)
    }

    /// The key of a part as a place of storage of its own.
    fn key_of(&self, arena: &mut Arena, part: &Part) -> Bytes {
        let mut key = self.key.clone();
        key.extend_from_slice(format!("+{}", part.offset).as_bytes());
        arena.constant_bytes(&key)
    }

    fn label(&self, arena: &mut Arena, part: &Part) -> LabelSet {
        let key = self.key_of(arena, part);
        arena.label(Label::Storage(key))
    }

    /// Whether data is of the record alone, and of this part among others: numbers may be read in several parts.
    fn is_own(&self, arena: &mut Arena, part: &Part, labels: LabelSet) -> bool {
        let own = self.label(arena, part);
        if labels == own {
            return true;
        }
        let mut all = LabelSet::NONE;
        for part in &self.parts {
            let label = self.label(arena, part);
            all = arena.union(all, label);
        }
        arena.union(labels, own) == labels && arena.union(labels, all) == all
    }

    /// The parts of a record that differ from the example, each with where it stands in the record now. `None` if that
    /// cannot be told.
    fn changes(
        &self,
        arena: &mut Arena,
        record: &[(Option<u8>, LabelSet)],
    ) -> Option<Vec<(&Part, Range<usize>)>> {
        let mut changes: Vec<(&Part, Range<usize>)> = Vec::new();
        let (mut at, mut absent_until) = (0, 0);
        for part in &self.parts {
            if part.offset < absent_until {
                continue;
            }
            let len = match part.kind {
                PartKind::Text => LENGTH + count(record, at, LENGTH)?,
                _ => part.bytes.len(),
            };
            let now = at..at.checked_add(len)?;
            let bytes = record.get(now.clone())?;
            at = now.end;
            let same = len == part.bytes.len()
                && bytes.iter().zip(&part.bytes).enumerate().all(
                    |(i, ((byte, labels), example))| {
                        let is_fixed = match part.kind {
                            PartKind::Fixed => true,
                            PartKind::Text => i < LENGTH,
                            // Whether there is something: what it is, shows behind it.
                            PartKind::Count { .. } => true,
                            PartKind::Number => false,
                        };
                        *byte == Some(*example) && (is_fixed || self.is_own(arena, part, *labels))
                    },
                );
            if let PartKind::Count { until } = part.kind
                && !bytes
                    .iter()
                    .zip(&part.bytes)
                    .all(|((byte, _), example)| *byte == Some(*example))
            {
                match count(record, now.start, len)? {
                    0 => absent_until = until,
                    // What there are more of, or fewer, has an unknown size.
                    _ => return None,
                }
            }
            if same {
                continue;
            }
            // A number that is read byte by byte is written as one.
            match changes.last_mut() {
                Some((last, before)) if goes_on(record, (*last, before), (part, &now)) => {
                    before.end = now.end;
                }
                _ => changes.push((part, now)),
            }
        }
        (at == record.len()).then_some(changes)
    }
}

/// Whether a changed part goes on with the number that the part before it has changed.
fn goes_on(
    record: &[(Option<u8>, LabelSet)],
    (last, before): (&Part, &Range<usize>),
    (part, now): (&Part, &Range<usize>),
) -> bool {
    let is_byte = |part: &Part| part.kind == PartKind::Number && part.bytes.len() == 1;
    let labels = |at: usize| record.get(at).map(|(_, labels)| *labels);
    is_byte(last)
        && is_byte(part)
        && before.end == now.start
        && labels(before.start) == labels(now.start)
}

/// The number in so many bytes of a record.
fn count(record: &[(Option<u8>, LabelSet)], at: usize, width: usize) -> Option<usize> {
    let bytes = record.get(at..at.checked_add(width)?)?;
    bytes.iter().rev().try_fold(0usize, |sum, (byte, _)| {
        sum.checked_mul(256)?.checked_add(usize::from((*byte)?))
    })
}

/// What a run knows of the record.
#[derive(Debug, Default)]
pub(crate) struct Access<'p> {
    /// The example, if there is one.
    pub(crate) example: Option<&'p StoredState>,
    content: Option<Bytes>,
    /// Whether the contract has read it.
    read: bool,
    /// Whether it has set about decoding it.
    decoded: bool,
    /// Where the contract has the bytes that it read, until it turns to something else.
    buffer: Option<Space>,
}

impl Access<'_> {
    /// Whether the contract has set about decoding the example.
    pub(crate) fn was_decoded(&self) -> bool {
        self.decoded
    }
}

impl Machine<'_> {
    /// What a read of the storage gives, if it is the record. Then it is there.
    pub(crate) fn read_state(&mut self, key: Option<Bytes>) -> Option<Bytes> {
        let example = self.state_record.example?;
        let key = self.arena.known_bytes(key?)?;
        if *key != *example.key {
            return None;
        }
        let content = example.content(&mut self.arena);
        self.state_record.content = Some(content);
        self.state_record.read = true;
        Some(content)
    }

    /// Whether a content is the record.
    pub(crate) fn is_state(&self, content: Bytes) -> bool {
        self.state_record.content == Some(content)
    }

    /// Notes that the host put a content into memory. If it is the record, the contract is about to decode it: the example
    /// decides until it is done with that.
    pub(crate) fn note_state_buffer(&mut self, place: Place, content: Bytes) {
        if self.is_state(content) && place.space != LINEAR {
            self.state_record.buffer = Some(place.space);
            self.state_record.decoded = true;
            self.arena.sampling = true;
        }
    }

    /// Notes that memory is freed.
    pub(crate) fn free_state_buffer(&mut self, state: &mut State, place: Place) {
        if self.state_record.buffer == Some(place.space) {
            self.leave_state_buffer(state);
        }
    }

    /// Notes that the contract turns to something else than decoding the record.
    pub(crate) fn leave_state_buffer(&mut self, state: &mut State) {
        if self.state_record.buffer.take().is_some() {
            self.arena.sampling = false;
            state.loosen_lengths(&mut self.arena, &self.program.image);
        }
    }

    /// A write of the record as writes of the parts that it changes; any other effect as it is.
    pub(crate) fn by_parts_of_state(
        &mut self,
        state: &State,
        host: &HostFunction,
        args: &[Val],
        record: EffectRecord,
    ) -> Vec<EffectRecord> {
        match self.changed_parts(state, host, args, &record) {
            Some(mut parts) => {
                if !self.state_record.read {
                    // A new record.
                    parts.insert(0, record);
                }
                parts
            }
            None => vec![record],
        }
    }

    fn changed_parts(
        &mut self,
        state: &State,
        host: &HostFunction,
        args: &[Val],
        record: &EffectRecord,
    ) -> Option<Vec<EffectRecord>> {
        let example = self.state_record.example?;
        if !record.kinds.contains(&EffectKind::StorageWrite) {
            return None;
        }
        let mut keys = record
            .operands
            .iter()
            .filter(|(what, _)| what == "storage-key");
        let key = self.arena.known_bytes(keys.next()?.1)?;
        if *key != *example.key {
            return None;
        }
        let value = host
            .args
            .iter()
            .position(|arg| arg.role == Role::InPtr && arg.what == "storage-value")?;
        let len = *args.get(usize::from(host.args[value].len?))?;
        let len = self.length(len)?;
        let start = self
            .place(*args.get(value)?, 0)
            .filter(|place| place.exact)?;
        let mut bytes = state.written_from(&self.arena, start);
        bytes.truncate(len as usize);
        if bytes.len() < len as usize {
            return None;
        }
        let changes = example.changes(&mut self.arena, &bytes)?;
        let image = &self.program.image;
        let mut records = Vec::with_capacity(changes.len());
        for (part, range) in changes {
            let skipped = match part.kind {
                PartKind::Text => LENGTH,
                _ => 0,
            };
            let from = Place {
                off: start.off.saturating_add((range.start + skipped) as u32),
                ..start
            };
            let len = range.len().saturating_sub(skipped) as u32;
            let becomes = state.read(&mut self.arena, image, from, Some(len));
            let key = example.key_of(&mut self.arena, part);
            let mut record = record.clone();
            for (what, content) in &mut record.operands {
                match &**what {
                    "storage-key" => *content = key,
                    "storage-value" => *content = becomes,
                    _ => {}
                }
            }
            records.push(record);
        }
        Some(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An owner, a counter, the prefix of a map, and an option with a number in it.
    fn example() -> StoredState {
        let part = |kind, offset, bytes: &[u8]| Part {
            kind,
            offset,
            bytes: bytes.to_vec(),
        };
        StoredState {
            key: b"STATE".to_vec(),
            parts: vec![
                part(PartKind::Text, 0, b"\x03\0\0\0bob"),
                part(PartKind::Number, 7, &[9, 0]),
                part(PartKind::Fixed, 9, b"\x01\0\0\0m"),
                part(PartKind::Count { until: 16 }, 14, &[1]),
                part(PartKind::Number, 15, &[5]),
            ],
        }
    }

    /// The record as it was read.
    fn unchanged(arena: &mut Arena) -> Vec<(Option<u8>, LabelSet)> {
        let content = example().content(arena);
        let pieces = arena.pieces(content).clone();
        let bytes = pieces.iter().flat_map(|piece| match piece {
            Piece::Const(bytes) => bytes.iter().map(|b| (Some(*b), LabelSet::NONE)).collect(),
            Piece::Sample { bytes, labels } => bytes.iter().map(|b| (Some(*b), *labels)).collect(),
            Piece::Hole { .. } => Vec::new(),
        });
        bytes.collect()
    }

    fn changed_offsets(arena: &mut Arena, record: &[(Option<u8>, LabelSet)]) -> Option<Vec<u32>> {
        let example = example();
        let changes = example.changes(arena, record)?;
        Some(changes.iter().map(|(part, _)| part.offset).collect())
    }

    #[test]
    fn what_was_read_is_no_change() {
        let mut arena = Arena::new();
        let record = unchanged(&mut arena);
        assert_eq!(changed_offsets(&mut arena, &record), Some(vec![]));
    }

    #[test]
    fn parts_change_one_by_one() {
        let mut arena = Arena::new();
        let mut record = unchanged(&mut arena);
        // The same number, but from elsewhere.
        let param = arena.label(Label::Param(0));
        record[7].1 = param;
        assert_eq!(changed_offsets(&mut arena, &record), Some(vec![7]));
        record[7].0 = None;
        assert_eq!(changed_offsets(&mut arena, &record), Some(vec![7]));
    }

    #[test]
    fn numbers_that_are_read_byte_by_byte_are_written_as_one() {
        let mut arena = Arena::new();
        let byte = |offset| Part {
            kind: PartKind::Number,
            offset,
            bytes: vec![0],
        };
        let example = StoredState {
            key: b"STATE".to_vec(),
            parts: vec![byte(0), byte(1), byte(2)],
        };
        let labels: Vec<LabelSet> = (0..3)
            .map(|i| example.label(&mut arena, &example.parts[i]))
            .collect();
        // The first two are one number that was read and written back.
        let both = arena.union(labels[0], labels[1]);
        let mut record = vec![(Some(0), both), (Some(0), both), (Some(0), labels[2])];
        let changes = example.changes(&mut arena, &record);
        assert_eq!(changes.map(|changes| changes.len()), Some(0));
        let param = arena.label(Label::Param(0));
        record[0].1 = param;
        record[1].1 = param;
        let changes = example
            .changes(&mut arena, &record)
            .expect("it can be told");
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].0.offset, &changes[0].1), (0, &(0..2)));
    }

    #[test]
    fn a_text_of_another_length_moves_what_follows() {
        let mut arena = Arena::new();
        let mut record = unchanged(&mut arena);
        let param = arena.label(Label::Param(0));
        record[0].0 = Some(4);
        record.insert(7, (Some(b'!'), param));
        assert_eq!(changed_offsets(&mut arena, &record), Some(vec![0]));
    }

    #[test]
    fn an_option_can_become_empty() {
        let mut arena = Arena::new();
        let mut record = unchanged(&mut arena);
        record[14] = (Some(0), LabelSet::NONE);
        record.pop();
        assert_eq!(changed_offsets(&mut arena, &record), Some(vec![14]));
    }

    #[test]
    fn what_cannot_be_told_apart_is_not_told_apart() {
        let mut arena = Arena::new();
        let mut record = unchanged(&mut arena);
        record.push((Some(0), LabelSet::NONE));
        assert_eq!(changed_offsets(&mut arena, &record), None);
        let mut record = unchanged(&mut arena);
        record[0].0 = None;
        assert_eq!(changed_offsets(&mut arena, &record), None);
    }
}
