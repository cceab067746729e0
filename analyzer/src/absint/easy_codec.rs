//! ChainMaker's lists of keys and values, as contracts hand them to the host.

use super::arena::{Arena, Bytes, Piece};
use super::memory::Image;
use super::program::FuncInfo;
use crate::entity::PrimaryMap;
use crate::host::{Encoding, HostFunction};
use crate::ir::{Func, Function, Op, Type};

/// What lists begin with.
pub(super) const MARK: &[u8; 16] = b"cmecv1.0\xff\xff\xff\xff\xff\xff\xff\xff";
/// The mark at the front, and the count of items.
const HEAD: usize = MARK.len() + 4;
/// Longer lists are not taken apart.
const MAX_SIZE: usize = 16 << 10;
/// More items are not taken apart.
const MAX_ITEMS: usize = 64;

/// An item of a list.
pub(super) struct Item {
    pub(super) key: Vec<u8>,
    pub(super) value: Bytes,
    /// Where the value begins.
    pub(super) offset: u32,
}

/// The items of a list, up to where it is no longer known where they begin. Empty if it is no list.
pub(super) fn items(arena: &mut Arena, list: Bytes) -> Vec<Item> {
    let mut cells: Vec<Piece> = Vec::new();
    let mut rest = None;
    for piece in arena.pieces(list).clone().iter() {
        if cells.len() > MAX_SIZE {
            break;
        }
        match piece {
            Piece::Const(bytes) => {
                cells.extend(bytes.iter().map(|b| Piece::Const([*b].into())));
            }
            Piece::Sample { bytes, labels } => {
                let one = |b: &u8| Piece::Sample {
                    bytes: [*b].into(),
                    labels: *labels,
                };
                cells.extend(bytes.iter().map(one));
            }
            Piece::Hole {
                labels,
                len: Some(len),
                decreased,
            } => {
                let one = Piece::Hole {
                    labels: *labels,
                    len: Some(1),
                    decreased: *decreased,
                };
                cells.extend(vec![one; (*len as usize).min(MAX_SIZE)]);
            }
            piece => {
                rest = Some(piece.clone());
                break;
            }
        }
    }
    let mut found = Vec::new();
    let mut at = HEAD;
    while found.len() < MAX_ITEMS {
        let Some(item) = next(arena, &cells, rest.as_ref(), &mut at) else {
            break;
        };
        found.push(item);
    }
    found
}

fn next(arena: &mut Arena, cells: &[Piece], rest: Option<&Piece>, at: &mut usize) -> Option<Item> {
    let key_len = word(cells, *at + 4)?;
    let key_at = *at + 8;
    let key = known(cells.get(key_at..key_at.checked_add(key_len)?)?)?;
    let value_at = key_at.checked_add(key_len)?.checked_add(8)?;
    let value = match word(cells, value_at - 4) {
        Some(len) if value_at.checked_add(len)? <= cells.len() => {
            *at = value_at + len;
            cells[value_at..*at].to_vec()
        }
        // It is not known where the value ends: all that follows may belong to it.
        _ => {
            *at = usize::MAX - 64;
            let mut open = cells.get(value_at..).unwrap_or_default().to_vec();
            open.extend(rest.cloned());
            open
        }
    };
    Some(Item {
        key,
        value: arena.bytes(value.into_iter().map(data)),
        offset: value_at as u32,
    })
}

/// What an example has there stands for whatever data is there.
fn data(piece: Piece) -> Piece {
    match piece {
        Piece::Sample { bytes, labels } => Piece::Hole {
            labels,
            len: u32::try_from(bytes.len()).ok(),
            decreased: false,
        },
        piece => piece,
    }
}

/// A length, be it that of an example.
fn word(cells: &[Piece], at: usize) -> Option<usize> {
    let byte = |cell: &Piece| match cell {
        Piece::Const(bytes) | Piece::Sample { bytes, .. } => bytes.first().copied(),
        Piece::Hole { .. } => None,
    };
    let bytes: Option<Vec<u8>> = cells
        .get(at..at.checked_add(4)?)?
        .iter()
        .map(byte)
        .collect();
    Some(u32::from_le_bytes(bytes?.try_into().ok()?) as usize)
}

fn known(cells: &[Piece]) -> Option<Vec<u8>> {
    cells
        .iter()
        .map(|cell| match cell {
            Piece::Const(bytes) => bytes.first().copied(),
            _ => None,
        })
        .collect()
}

/// The functions that write such lists for the host: they ask nothing of it, and name the mark.
pub(super) fn encoders(
    host: &PrimaryMap<Func, Option<&HostFunction>>,
    image: &Image,
    infos: &PrimaryMap<Func, Option<FuncInfo<'_>>>,
) -> Vec<Func> {
    let takes_lists = |function: &HostFunction| {
        let encoding = function.body.as_ref().map(|body| body.encoding);
        encoding == Some(Encoding::EasyCodec)
    };
    if !host
        .values()
        .flatten()
        .any(|function| takes_lists(function))
    {
        return Vec::new();
    }
    let writes = |info: &FuncInfo<'_>| info.summary.pure && names_mark(info.ir, image);
    infos
        .iter()
        .filter(|(_, info)| info.as_ref().is_some_and(writes))
        .map(|(func, _)| func)
        .collect()
}

/// Whether a function's constants are the mark's first bytes, or point to them in static data.
fn names_mark(ir: &Function, image: &Image) -> bool {
    ir.insts.values().any(|inst| {
        let Op::Const(ty, bits) = inst.op else {
            return false;
        };
        let bytes = bits.to_le_bytes();
        let width = if ty == Type::I32 { 4 } else { 8 };
        let pointed = || image.data.get(bits as u32 as usize..);
        MARK.starts_with(&bytes[..width])
            || ty == Type::I32 && pointed().is_some_and(|data| data.starts_with(&MARK[..4]))
    })
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::arena::{Arena, Label, Piece};
    use super::{MARK, items};

    /// An item as it stands in a list, up to its value.
    fn front(key: &str, len: &[u8; 4]) -> Vec<u8> {
        let key_len = (key.len() as u32).to_le_bytes();
        [
            &[1, 0, 0, 0],
            &key_len[..],
            key.as_bytes(),
            &[1, 0, 0, 0],
            len,
        ]
        .concat()
    }

    #[test]
    fn lists_are_taken_apart_around_examples() {
        let mut arena = Arena::new();
        let labels = arena.label(Label::Param(3));
        let known = |bytes: Vec<u8>| Piece::Const(bytes.into());
        let sample = |bytes: &[u8]| Piece::Sample {
            bytes: Rc::from(bytes),
            labels,
        };
        let mut head = [&MARK[..], &[2, 0, 0, 0]].concat();
        // The length of the first value is that of the example, and data like it.
        head.extend(front("key", &[0; 4]));
        head.truncate(head.len() - 4);
        let list = arena.all_bytes([
            known(head),
            sample(&[5, 0, 0, 0]),
            sample(b"alice"),
            known(front("value", &[2, 0, 0, 0])),
            known(b"hi".to_vec()),
        ]);
        let found = items(&mut arena, list);
        let keys: Vec<&[u8]> = found.iter().map(|item| &item.key[..]).collect();
        assert_eq!(keys, [&b"key"[..], b"value"]);
        let whose: Vec<Label> = {
            let labels = arena.labels_of(found[0].value);
            arena.label_list(labels).collect()
        };
        assert_eq!(whose, [Label::Param(3)]);
        assert_eq!(arena.length_of(found[0].value), Some(5));
        assert_eq!(
            arena.known_bytes(found[1].value).as_deref(),
            Some(&b"hi"[..])
        );
    }

    #[test]
    fn what_is_cut_off_is_no_item() {
        let mut arena = Arena::new();
        let whole = [
            &MARK[..],
            &[1, 0, 0, 0],
            &front("key", &[255, 255, 255, 255]),
            b"x",
        ]
        .concat();
        for len in 0..whole.len() - 2 {
            let list = arena.constant_bytes(&whole[..len]);
            items(&mut arena, list);
        }
        let list = arena.constant_bytes(&whole);
        let found = items(&mut arena, list);
        assert_eq!(found.len(), 1);
    }
}
