//! Contents: what is known of a run of bytes. A storage key's content is its key class.

use super::{Label, Labels};

/// A run of bytes as a sequence of known pieces and labelled holes: `"balances/" ‖ ⟨caller⟩`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Content {
    /// The pieces, in order. Neighbouring constants are merged.
    pub pieces: Vec<Piece>,
}

/// A piece of a [`Content`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// Known bytes.
    Const(Vec<u8>),
    /// Unknown bytes, and where they come from.
    Hole {
        /// Where the bytes come from; empty if that is unknown.
        labels: Labels,
        /// How many, where known.
        len: Option<u32>,
        /// Whether the value is the result of a subtraction from data with these labels (a decrease).
        decreased: bool,
    },
}

impl Content {
    /// Known bytes only.
    pub fn constant(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            pieces: vec![Piece::Const(bytes.into())],
        }
    }

    /// One hole.
    pub fn hole(labels: Labels, len: Option<u32>) -> Self {
        Self {
            pieces: vec![Piece::Hole {
                labels,
                len,
                decreased: false,
            }],
        }
    }

    /// All bytes, if all are known.
    pub fn as_constant(&self) -> Option<&[u8]> {
        match self.pieces.as_slice() {
            [Piece::Const(bytes)] => Some(bytes),
            [] => Some(&[]),
            _ => None,
        }
    }

    /// The known bytes that it begins with.
    pub fn front(&self) -> Option<&[u8]> {
        match self.pieces.first() {
            Some(Piece::Const(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Whether nothing is known: no constant byte and no label.
    pub fn is_unknown(&self) -> bool {
        self.pieces
            .iter()
            .all(|p| matches!(p, Piece::Hole { labels, .. } if labels.is_empty()))
    }

    /// Where any of the bytes come from.
    pub fn labels(&self) -> Labels {
        let mut all = Labels::new();
        for piece in &self.pieces {
            if let Piece::Hole { labels, .. } = piece {
                all.extend(labels.iter().cloned());
            }
        }
        all
    }

    /// Where any of the bytes come from, digests replaced by what was digested.
    pub fn labels_through_digests(&self) -> Labels {
        fn collect(content: &Content, into: &mut Labels) {
            for label in content.labels() {
                if let Label::Digest(input) = &label {
                    collect(input, into);
                }
                into.insert(label);
            }
        }
        let mut all = Labels::new();
        collect(self, &mut all);
        all
    }
}
