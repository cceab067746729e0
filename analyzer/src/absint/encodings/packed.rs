//! Reading a content of which one field follows the other.

use std::collections::VecDeque;

use crate::absint::domain::arena::{Arena, Bytes, Piece};
use crate::host::Place;

/// A content that is read from the front.
pub(crate) struct Packed {
    rest: VecDeque<Piece>,
}

impl Packed {
    pub(crate) fn of(pieces: &[Piece]) -> Self {
        Packed {
            rest: pieces.iter().cloned().collect(),
        }
    }

    /// The next field. Where one of unknown length begins, all that follows may be part of it.
    pub(crate) fn field(&mut self, arena: &mut Arena, place: Place) -> Bytes {
        match place {
            Place::Bytes(len) => self.take(arena, len),
            Place::Prefixed(width) => {
                let prefix = self.take(arena, width);
                let len = arena.known_bytes(prefix).and_then(|bytes| {
                    let mut number = [0; 4];
                    number.get_mut(..bytes.len())?.copy_from_slice(&bytes);
                    Some(u32::from_le_bytes(number))
                });
                match len {
                    Some(len) => self.take(arena, len),
                    None => {
                        let pieces: Vec<Piece> = self.rest.iter().cloned().collect();
                        arena.bytes(pieces)
                    }
                }
            }
            Place::Named | Place::Out | Place::Number(_) => Bytes::EMPTY,
        }
    }

    /// The next so many bytes.
    fn take(&mut self, arena: &mut Arena, len: u32) -> Bytes {
        let mut taken = Vec::new();
        let mut missing = len;
        while missing > 0 {
            let Some(piece) = self.rest.pop_front() else {
                break;
            };
            match piece {
                Piece::Const(bytes) => {
                    let (now, later) = bytes.split_at(bytes.len().min(missing as usize));
                    missing -= now.len() as u32;
                    taken.push(Piece::Const(now.into()));
                    if !later.is_empty() {
                        self.rest.push_front(Piece::Const(later.into()));
                    }
                }
                Piece::Sample { bytes, labels } => {
                    let (now, later) = bytes.split_at(bytes.len().min(missing as usize));
                    missing -= now.len() as u32;
                    let part = |bytes: &[u8]| Piece::Sample {
                        bytes: bytes.into(),
                        labels,
                    };
                    taken.push(part(now));
                    if !later.is_empty() {
                        self.rest.push_front(part(later));
                    }
                }
                Piece::Hole {
                    labels,
                    len: known,
                    decreased,
                } => {
                    let hole = |len| Piece::Hole {
                        labels,
                        len,
                        decreased,
                    };
                    match known {
                        Some(len) if len <= missing => {
                            missing -= len;
                            taken.push(hole(Some(len)));
                        }
                        Some(len) => {
                            self.rest.push_front(hole(Some(len - missing)));
                            taken.push(hole(Some(missing)));
                            missing = 0;
                        }
                        None => {
                            self.rest.push_front(hole(None));
                            taken.push(hole(Some(missing)));
                            missing = 0;
                        }
                    }
                }
            }
        }
        arena.bytes(taken)
    }
}
