//! Takes contents apart, byte by byte from the front.

use crate::absint::domain::arena::{Arena, Bytes, Piece};

/// A place in a content.
pub(crate) struct Cursor {
    /// What is still to be read, last piece first.
    rest: Vec<Piece>,
}

impl Cursor {
    pub(crate) fn new(arena: &Arena, content: Bytes) -> Self {
        Cursor {
            rest: arena.pieces(content).iter().rev().cloned().collect(),
        }
    }

    /// The next bytes, that many; `None` if it is not known which these are.
    pub(crate) fn take(&mut self, arena: &mut Arena, count: u32) -> Option<Bytes> {
        let mut taken = Vec::new();
        let mut missing = count;
        while missing > 0 {
            match self.rest.pop()? {
                Piece::Const(bytes) => {
                    let cut = bytes.len().min(missing as usize);
                    taken.push(Piece::Const(bytes[..cut].into()));
                    self.put_back(Piece::Const(bytes[cut..].into()));
                    missing -= cut as u32;
                }
                Piece::Hole {
                    labels,
                    len: Some(len),
                    decreased,
                } => {
                    let hole = |len| Piece::Hole {
                        labels,
                        len: Some(len),
                        decreased,
                    };
                    let cut = len.min(missing);
                    taken.push(hole(cut));
                    self.put_back(hole(len - cut));
                    missing -= cut;
                }
                unknown @ (Piece::Hole { len: None, .. } | Piece::Sample { .. }) => {
                    self.rest.push(unknown);
                    return None;
                }
            }
        }
        Some(arena.bytes(taken))
    }

    fn put_back(&mut self, piece: Piece) {
        let is_empty = match &piece {
            Piece::Const(bytes) | Piece::Sample { bytes, .. } => bytes.is_empty(),
            Piece::Hole { len, .. } => *len == Some(0),
        };
        if !is_empty {
            self.rest.push(piece);
        }
    }

    /// A number of seven bits a byte, the lowest first, where it is known.
    pub(crate) fn take_varint(&mut self, arena: &mut Arena) -> Option<u32> {
        let mut number = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.take(arena, 1)?;
            let byte = *arena.known_bytes(byte)?.first()?;
            number |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that was not yet read.
    pub(crate) fn rest(self, arena: &mut Arena) -> Bytes {
        arena.bytes(self.rest.into_iter().rev())
    }
}
