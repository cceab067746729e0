//! Runs of bytes, in pieces: constants, holes and values.

use std::hash::Hash;
use std::rc::Rc;

use super::{Arena, Bytes, Kind, LabelSet, PredSet, Val, ValData};

/// Contents longer than this are cut to a hole.
const MAX_PIECES: usize = 24;

/// [`crate::facts::Piece`] with interned labels.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Piece {
    Const(Rc<[u8]>),
    Hole {
        labels: LabelSet,
        len: Option<u32>,
        decreased: bool,
    },
    /// Bytes of an example that the contract is given for data with these labels.
    Sample {
        bytes: Rc<[u8]>,
        labels: LabelSet,
    },
}

impl Arena {
    /// A run of bytes from its pieces; neighbouring constants and equal holes are merged.
    pub(crate) fn bytes(&mut self, pieces: impl IntoIterator<Item = Piece>) -> Bytes {
        self.merged(pieces, MAX_PIECES)
    }

    /// The same, however many pieces there are.
    pub(crate) fn all_bytes(&mut self, pieces: impl IntoIterator<Item = Piece>) -> Bytes {
        self.merged(pieces, usize::MAX)
    }

    fn merged(&mut self, pieces: impl IntoIterator<Item = Piece>, limit: usize) -> Bytes {
        let mut merged: Vec<Piece> = Vec::new();
        for piece in pieces {
            let full = merged.len() >= limit;
            match (merged.last_mut(), piece) {
                (_, Piece::Const(bytes)) if bytes.is_empty() => {}
                (Some(Piece::Const(last)), Piece::Const(bytes)) => {
                    *last = last.iter().chain(bytes.iter()).copied().collect();
                }
                (
                    Some(Piece::Sample { bytes, labels }),
                    Piece::Sample {
                        bytes: more,
                        labels: same,
                    },
                ) if *labels == same => {
                    *bytes = bytes.iter().chain(more.iter()).copied().collect();
                }
                (
                    Some(Piece::Hole {
                        labels,
                        len,
                        decreased,
                    }),
                    Piece::Hole {
                        labels: more,
                        len: more_len,
                        decreased: more_decreased,
                    },
                ) if full || *labels == more => {
                    *len = len.zip(more_len).map(|(a, b)| a.saturating_add(b));
                    *decreased |= more_decreased;
                    *labels = self.union(*labels, more);
                }
                (_, piece) if !full => merged.push(piece),
                // What follows is cut off.
                _ => {}
            }
        }
        Bytes(self.bytes.intern(merged.into()))
    }

    pub(crate) fn pieces(&self, bytes: Bytes) -> &Rc<[Piece]> {
        &self.bytes.items[bytes.0 as usize]
    }

    pub(crate) fn constant_bytes(&mut self, bytes: &[u8]) -> Bytes {
        self.bytes([Piece::Const(bytes.into())])
    }

    pub(crate) fn hole(&mut self, labels: LabelSet, len: Option<u32>) -> Bytes {
        self.bytes([Piece::Hole {
            labels,
            len,
            decreased: false,
        }])
    }

    pub(crate) fn concat(&mut self, parts: &[Bytes]) -> Bytes {
        let pieces: Vec<Piece> = parts
            .iter()
            .flat_map(|part| self.pieces(*part).to_vec())
            .collect();
        self.bytes(pieces)
    }

    /// The bytes of an example, each run with the labels of the data that it stands for.
    pub(crate) fn example(
        &mut self,
        runs: impl IntoIterator<Item = (Rc<[u8]>, LabelSet)>,
    ) -> Bytes {
        let pieces: Rc<[Piece]> = runs
            .into_iter()
            .map(|(bytes, labels)| Piece::Sample { bytes, labels })
            .collect();
        Bytes(self.bytes.intern(pieces))
    }

    /// How many bytes there are, be it only in this example.
    pub(crate) fn length_of(&self, bytes: Bytes) -> Option<u32> {
        self.pieces(bytes).iter().try_fold(0u32, |sum, piece| {
            sum.checked_add(match piece {
                Piece::Const(bytes) | Piece::Sample { bytes, .. } => {
                    u32::try_from(bytes.len()).ok()?
                }
                Piece::Hole { len, .. } => (*len)?,
            })
        })
    }

    /// Whether any of the bytes are only an example.
    pub(crate) fn is_example(&self, bytes: Bytes) -> bool {
        let is_it = |piece: &Piece| matches!(piece, Piece::Sample { .. });
        self.pieces(bytes).iter().any(is_it)
    }

    /// A number that holds in this example only.
    pub(crate) fn example_number(&mut self, bits: u64, labels: LabelSet) -> Val {
        self.val(ValData {
            kind: Kind::Sample(bits),
            labels,
            preds: PredSet::NONE,
            decreased: false,
        })
    }

    /// All bytes, if all are known.
    pub(crate) fn known_bytes(&self, bytes: Bytes) -> Option<Rc<[u8]>> {
        match &self.pieces(bytes)[..] {
            [] => Some(Rc::from([])),
            [Piece::Const(bytes)] => Some(bytes.clone()),
            _ => None,
        }
    }

    /// All bytes, if all are known, those of examples only while these decide.
    pub(crate) fn deciding_bytes(&self, bytes: Bytes) -> Option<Rc<[u8]>> {
        if !self.sampling {
            return self.known_bytes(bytes);
        }
        let pieces = self.pieces(bytes).iter();
        let known: Option<Vec<&[u8]>> = pieces
            .map(|piece| match piece {
                Piece::Const(bytes) | Piece::Sample { bytes, .. } => Some(&bytes[..]),
                Piece::Hole { .. } => None,
            })
            .collect();
        Some(known?.concat().into())
    }

    /// Whether two runs of equal length differ for certain, in the bytes that both begin with.
    pub(crate) fn differ(&self, a: Bytes, b: Bytes) -> bool {
        match (&self.pieces(a)[..], &self.pieces(b)[..]) {
            ([Piece::Const(x), ..], [Piece::Const(y), ..]) => {
                x.iter().zip(y.iter()).any(|(p, q)| p != q)
            }
            _ => false,
        }
    }

    /// Where any of the bytes come from.
    pub(crate) fn labels_of(&mut self, bytes: Bytes) -> LabelSet {
        let pieces = self.pieces(bytes).clone();
        let mut labels = LabelSet::NONE;
        for piece in pieces.iter() {
            if let Piece::Hole { labels: more, .. } | Piece::Sample { labels: more, .. } = piece {
                labels = self.union(labels, *more);
            }
        }
        labels
    }

    /// The content that a value has as bytes of this width.
    pub(crate) fn bytes_of(&mut self, val: Val, width: u32) -> Bytes {
        let data = self.data(val);
        match data.kind {
            Kind::Const(bits) if data.labels == LabelSet::NONE => {
                let bytes = bits.to_le_bytes();
                self.constant_bytes(&bytes[..(width as usize).min(8)])
            }
            Kind::Obj(content) => content,
            _ => {
                let labels = self.told_by(data);
                self.bytes([Piece::Hole {
                    labels,
                    len: Some(width),
                    decreased: data.decreased,
                }])
            }
        }
    }
}
