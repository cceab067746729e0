//! ChainMaker's lists of keys and values, as contracts hand them to the host.

use super::arena::{Arena, Bytes, Piece};

/// The mark at the front, and the count of items.
const HEAD: usize = 20;
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
    let value_at = key_at + key_len + 8;
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
        value: arena.bytes(value),
        offset: value_at as u32,
    })
}

fn word(cells: &[Piece], at: usize) -> Option<usize> {
    let bytes = known(cells.get(at..at.checked_add(4)?)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
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
