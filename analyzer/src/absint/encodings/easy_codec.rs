//! ChainMaker's lists of keys and values, as contracts hand them to the host.

use crate::absint::domain::arena::{Arena, Bytes};
use crate::absint::domain::memory::Image;
use crate::absint::encodings::cells::Cells;
use crate::absint::functions::program::FuncInfo;
use crate::entity::PrimaryMap;
use crate::host::{Encoding, HostFunction};
use crate::ir::{Func, Function, Op, Type};

/// What lists begin with.
pub(crate) const MARK: &[u8; 16] = b"cmecv1.0\xff\xff\xff\xff\xff\xff\xff\xff";
/// The mark at the front, and the count of items.
const HEAD: usize = MARK.len() + 4;
/// More items are not taken apart.
const MAX_ITEMS: usize = 64;

/// An item of a list.
pub(crate) struct Item {
    pub(crate) key: Vec<u8>,
    pub(crate) value: Bytes,
    /// Where the value begins.
    pub(crate) offset: u32,
}

/// The items of a list, up to where it is no longer known where they begin. Empty if it is no list.
pub(crate) fn items(arena: &mut Arena, list: Bytes) -> Vec<Item> {
    let cells = Cells::of(arena, list);
    let mut found = Vec::new();
    let mut at = Some(HEAD);
    while let Some(start) = at.filter(|_| found.len() < MAX_ITEMS) {
        let Some((item, next)) = item(arena, &cells, start) else {
            break;
        };
        found.push(item);
        at = next;
    }
    found
}

/// The item that begins there, and where the next one does.
fn item(arena: &mut Arena, cells: &Cells, at: usize) -> Option<(Item, Option<usize>)> {
    let key_len = cells.word(at + 4)?;
    let key_at = at + 8;
    let key = cells.known(key_at, key_len)?;
    let offset = key_at + key_len + 8;
    let value = cells
        .word(offset - 4)
        .and_then(|len| Some((cells.data(arena, offset, len)?, offset + len)));
    let (value, next) = match value {
        Some((value, next)) => (value, Some(next)),
        // It is not known where the value ends: all that follows may belong to it.
        None => (cells.open_data(arena, offset), None),
    };
    let item = Item {
        key,
        value,
        offset: offset as u32,
    };
    Some((item, next))
}

/// The functions that write such lists for the host: they ask nothing of it, and name the mark.
pub(crate) fn encoders(
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

    use super::{MARK, items};
    use crate::absint::domain::arena::{Arena, Label, Piece};

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
