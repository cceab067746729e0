//! Protobuf messages: what contracts ask the host with, and what it answers (XuperChain).

use std::rc::Rc;

use crate::absint::domain::arena::{Arena, Bytes, Label, LabelSet};
use crate::absint::encodings::cells::Cells;
use crate::absint::methods::arguments::{Arguments, VALUE, label_of};
use crate::host::{Encoding, Field, HostModel, Place};

/// More fields are not taken apart.
const MAX_FIELDS: usize = 64;
/// How things are written.
const VARINT: usize = 0;
const EIGHT_BYTES: usize = 1;
const WITH_LENGTH: usize = 2;
const FOUR_BYTES: usize = 5;
/// The numbers of keys and values in the entries of maps.
const KEY: u32 = 1;
const ENTRY: u32 = 2;
/// The status of an answer that is well.
const OK: u32 = 200;

/// The fields of a message that have a length, by number, up to where it is no longer known where they begin.
pub(crate) fn fields(arena: &mut Arena, message: Bytes) -> Vec<(u32, Bytes)> {
    let cells = Cells::of(arena, message);
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() < MAX_FIELDS && at < cells.len() {
        let Some(tag) = varint(&cells, &mut at) else {
            break;
        };
        let skipped = match tag & 7 {
            VARINT => varint(&cells, &mut at).map(|_| 0),
            EIGHT_BYTES => Some(8),
            FOUR_BYTES => Some(4),
            WITH_LENGTH => {
                let len = varint(&cells, &mut at);
                let value = len.and_then(|len| cells.data(arena, at, len));
                let number = (tag >> 3) as u32;
                match value {
                    Some(value) => found.push((number, value)),
                    // It is not known where the value ends: all that follows may belong to it.
                    None => found.push((number, cells.open_data(arena, at))),
                }
                value.and(len)
            }
            _ => None,
        };
        let Some(next) = skipped.and_then(|len| at.checked_add(len)) else {
            break;
        };
        at = next;
    }
    found
}

/// The number that begins there, be it that of an example; goes on behind it.
fn varint(cells: &Cells, at: &mut usize) -> Option<usize> {
    let mut number = 0;
    for shift in [0, 7, 14, 21, 28] {
        let byte = cells.byte(*at)?;
        *at += 1;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// A message that is being written: runs of bytes, each with whose data they are.
#[derive(Default)]
struct Message {
    runs: Vec<(Vec<u8>, Option<LabelSet>)>,
}

impl Message {
    fn len(&self) -> usize {
        self.runs.iter().map(|(bytes, _)| bytes.len()).sum()
    }

    fn varint(&mut self, mut number: usize) {
        let mut bytes = Vec::new();
        while number >= 0x80 {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        self.runs.push((bytes, None));
    }

    fn number(&mut self, field: u32, number: u32) {
        self.varint((field as usize) << 3 | VARINT);
        self.varint(number as usize);
    }

    fn bytes(&mut self, field: u32, bytes: &[u8], labels: Option<LabelSet>) {
        self.varint((field as usize) << 3 | WITH_LENGTH);
        self.varint(bytes.len());
        self.runs.push((bytes.to_vec(), labels));
    }

    fn message(&mut self, field: u32, message: Message) {
        self.varint((field as usize) << 3 | WITH_LENGTH);
        self.varint(message.len());
        self.runs.extend(message.runs);
    }

    /// An entry of a map, or a pair like it.
    fn entry(&mut self, field: u32, key: &[u8], key_labels: Option<LabelSet>, value: LabelSet) {
        let mut entry = Message::default();
        entry.bytes(KEY, key, key_labels);
        entry.bytes(ENTRY, VALUE, Some(value));
        self.message(field, entry);
    }
}

/// An example of what the host answers. What its model does not say more of is data with these labels.
pub(crate) fn answer(
    arena: &mut Arena,
    host: &HostModel,
    fields: &[Field],
    arguments: Option<&Arguments>,
    labels: LabelSet,
) -> Bytes {
    let message = message(arena, host, fields, arguments, labels);
    let framing = arena.label(Label::Input);
    let mut runs: Vec<(Vec<u8>, LabelSet)> = Vec::new();
    for (bytes, labels) in message.runs {
        let labels = labels.unwrap_or(framing);
        match runs.last_mut() {
            Some((run, of)) if *of == labels => run.extend(bytes),
            _ => runs.push((bytes, labels)),
        }
    }
    arena.example(
        runs.into_iter()
            .map(|(bytes, labels)| (Rc::from(bytes), labels)),
    )
}

fn message(
    arena: &mut Arena,
    host: &HostModel,
    fields: &[Field],
    arguments: Option<&Arguments>,
    labels: LabelSet,
) -> Message {
    let mut message = Message::default();
    for field in fields {
        let Place::Number(number) = field.place else {
            continue;
        };
        let layout = host
            .layouts
            .iter()
            .find(|layout| layout.of == field.what && layout.encoding == Encoding::Protobuf);
        let own = label_of(&field.what).map_or(labels, |label| arena.label(label));
        match &*field.what {
            "calldata" => {
                for (name, label) in arguments.iter().flat_map(|arguments| arguments.named()) {
                    let value = arena.label(label);
                    message.entry(number, &name, None, value);
                }
            }
            "storage-entry" => message.entry(number, VALUE, Some(own), own),
            "status" => message.number(number, OK),
            _ => match layout {
                Some(layout) => {
                    let inner = self::message(arena, host, &layout.fields, arguments, labels);
                    message.message(number, inner);
                }
                None => message.bytes(number, VALUE, Some(own)),
            },
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::{Message, fields};
    use crate::absint::domain::arena::{Arena, Bytes, Label, Piece};

    fn content(arena: &mut Arena, message: Message) -> Bytes {
        arena.all_bytes(
            message
                .runs
                .into_iter()
                .map(|(bytes, labels)| match labels {
                    Some(labels) => Piece::Sample {
                        bytes: bytes.into(),
                        labels,
                    },
                    None => Piece::Const(bytes.into()),
                }),
        )
    }

    #[test]
    fn messages_are_read_as_they_are_written() {
        let mut arena = Arena::new();
        let labels = arena.label(Label::Param(1));
        let long = vec![b'x'; 300];
        let mut message = Message::default();
        message.number(1, 4711);
        message.bytes(2, &long, None);
        message.bytes(19, b"data", Some(labels));
        let message = content(&mut arena, message);
        let found = fields(&mut arena, message);
        let numbers: Vec<u32> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [2, 19]);
        assert_eq!(arena.known_bytes(found[0].1).as_deref(), Some(&long[..]));
        assert_eq!(arena.known_bytes(found[1].1), None);
        assert_eq!(arena.labels_of(found[1].1), labels);
        assert_eq!(arena.length_of(found[1].1), Some(4));
    }

    #[test]
    fn what_follows_an_unknown_length_may_belong_to_it() {
        let mut arena = Arena::new();
        let labels = arena.label(Label::Caller);
        let open = Piece::Hole {
            labels,
            len: None,
            decreased: false,
        };
        let message = arena.bytes([Piece::Const([0x12].into()), open]);
        let found = fields(&mut arena, message);
        assert_eq!(found.len(), 1);
        assert_eq!(arena.labels_of(found[0].1), labels);
        let hole = arena.hole(labels, Some(1));
        let tag = arena.constant_bytes(&[0x12]);
        let message = arena.concat(&[tag, hole, tag]);
        let found = fields(&mut arena, message);
        assert_eq!(found.len(), 1);
        assert_eq!(arena.labels_of(found[0].1), labels);
    }

    #[test]
    fn hostile_messages_end() {
        let mut arena = Arena::new();
        for bytes in [
            &[0xff; 40][..],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f, 1],
            &[0x0b; 9],
        ] {
            let message = arena.constant_bytes(bytes);
            assert!(fields(&mut arena, message).len() <= 1);
        }
    }
}
