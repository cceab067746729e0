//! Contents as single bytes, for reading formats that say themselves where things are. Where a length is only that of an
//! example, it counts.

use crate::absint::domain::arena::{Arena, Bytes, Piece};

/// Longer contents are not taken apart.
const MAX_SIZE: usize = 16 << 10;

/// A content, one piece for each byte.
pub(crate) struct Cells {
    cells: Vec<Piece>,
    /// What follows and is of unknown length.
    rest: Option<Piece>,
}

impl Cells {
    pub(crate) fn of(arena: &Arena, content: Bytes) -> Self {
        let mut cells = Vec::new();
        let mut rest = None;
        for piece in arena.pieces(content).iter() {
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
        Cells { cells, rest }
    }

    /// How many bytes there are before what is of unknown length.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// A byte, be it that of an example.
    pub(crate) fn byte(&self, at: usize) -> Option<u8> {
        match self.cells.get(at)? {
            Piece::Const(bytes) | Piece::Sample { bytes, .. } => bytes.first().copied(),
            Piece::Hole { .. } => None,
        }
    }

    /// A number of 32 bits, the lowest byte first, be it that of an example.
    pub(crate) fn word(&self, at: usize) -> Option<usize> {
        let byte = |i: usize| self.byte(at.checked_add(i)?);
        let bytes = [byte(0)?, byte(1)?, byte(2)?, byte(3)?];
        Some(u32::from_le_bytes(bytes) as usize)
    }

    /// Bytes that are known for certain.
    pub(crate) fn known(&self, at: usize, len: usize) -> Option<Vec<u8>> {
        let cells = self.cells.get(at..at.checked_add(len)?)?;
        cells
            .iter()
            .map(|cell| match cell {
                Piece::Const(bytes) => bytes.first().copied(),
                _ => None,
            })
            .collect()
    }

    /// The data there. What an example has stands for whatever there is.
    pub(crate) fn data(&self, arena: &mut Arena, at: usize, len: usize) -> Option<Bytes> {
        let cells = self.cells.get(at..at.checked_add(len)?)?;
        Some(arena.bytes(cells.iter().cloned().map(data)))
    }

    /// The data from there to the end.
    pub(crate) fn open_data(&self, arena: &mut Arena, at: usize) -> Bytes {
        let cells = self.cells.get(at..).unwrap_or_default().iter();
        let rest = self.rest.iter();
        arena.bytes(cells.chain(rest).cloned().map(data))
    }
}

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
