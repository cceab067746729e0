//! Lists of handles in a buffer of the host, as MultiversX passes arguments, topics and payments.

use crate::absint::domain::arena::{Arena, Bytes, Kind};
use crate::absint::domain::memory::{HANDLES, Image, State};
use crate::absint::encodings::cursor::Cursor;

/// Longer lists are left as they are.
const MAX_ITEMS: usize = 32;

/// What an item of a list consists of.
enum Part {
    /// The number of a buffer or big number.
    Handle,
    /// So many bytes.
    Bytes(u32),
}

/// The items of the lists that have this meaning.
fn item(what: &str) -> Option<&'static [Part]> {
    match what {
        "topics" | "calldata" => Some(&[Part::Handle]),
        // Token, nonce, amount.
        "token-transfers" => Some(&[Part::Handle, Part::Bytes(8), Part::Handle]),
        _ => None,
    }
}

/// What the handles in a list stand for; the content itself, where it is no such list.
pub(crate) fn resolve(
    arena: &mut Arena,
    image: &Image,
    state: &State,
    what: &str,
    content: Bytes,
) -> Bytes {
    let Some(item) = item(what) else {
        return content;
    };
    let mut cursor = Cursor::new(arena, content);
    let mut parts = Vec::new();
    while !cursor.is_at_end() && parts.len() < MAX_ITEMS * item.len() {
        for part in item {
            let found = match part {
                Part::Bytes(count) => cursor.take(arena, *count),
                Part::Handle => cursor
                    .take(arena, 4)
                    .and_then(|number| behind(arena, image, state, number)),
            };
            let Some(found) = found else {
                return content;
            };
            parts.push(found);
        }
    }
    arena.concat(&parts)
}

/// What the handle with this number stands for, the highest byte first.
fn behind(arena: &mut Arena, image: &Image, state: &State, number: Bytes) -> Option<Bytes> {
    let bytes = arena.known_bytes(number)?;
    let number = u32::from_be_bytes(bytes[..].try_into().ok()?);
    let val = state.slot(arena, image, HANDLES, number);
    match arena.data(val).kind {
        Kind::Obj(content) => Some(content),
        _ => None,
    }
}
