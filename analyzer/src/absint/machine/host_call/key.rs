//! Keys of storage, put together from what the host is given.

use smallvec::SmallVec;

use super::take::Input;
use crate::absint::domain::arena::{Arena, Bytes, Label, LabelSet, Piece};
use crate::absint::machine::interp::Machine;
use crate::host::{EffectKind, HostFunction, Role, What};

impl<'p> Machine<'p> {
    /// The storage key, where the host has it in parts or behind a handle.
    pub(super) fn add_key(
        &mut self,
        host: &HostFunction,
        inputs: &[Input<'_>],
        operands: &mut Vec<(What, Bytes)>,
    ) {
        if let Some((_, key)) = operands.iter_mut().find(|(what, _)| what == "storage-key") {
            *key = self.within_group(*key, inputs);
            return;
        }
        let whole = inputs
            .iter()
            .find(|i| i.arg.role == Role::Iterator || i.arg.what == "storage-entry");
        if let Some(input) = whole {
            let key = match (
                input.content,
                inputs.iter().find(|i| i.arg.what == "offset"),
            ) {
                (Bytes::EMPTY, Some(offset)) => self.field_of_root(offset.content),
                (key, _) => key,
            };
            operands.push(("storage-key".into(), key));
            return;
        }
        let slash = self.arena.constant_bytes(b"/");
        let mut parts: SmallVec<[Bytes; 8]> = SmallVec::new();
        for what in [
            "table",
            "scope",
            "namespace",
            "primary-key",
            "secondary-key",
            "storage-prefix",
        ] {
            if let Some(input) = inputs.iter().find(|i| i.arg.what == what) {
                if !parts.is_empty() {
                    parts.push(slash);
                }
                let part = match what {
                    // A walk finds some entry from there on, not just that one.
                    "primary-key" | "secondary-key" if host.is(EffectKind::StorageIterate) => {
                        let labels = self.arena.labels_of(input.content);
                        self.arena.hole(labels, None)
                    }
                    "primary-key" => self.readable_number(input.content),
                    _ => input.content,
                };
                parts.push(part);
            }
        }
        let stores = host.effects.iter().any(|e| {
            matches!(
                e,
                EffectKind::StorageRead
                    | EffectKind::StorageWrite
                    | EffectKind::StorageRemove
                    | EffectKind::StorageIterate
            )
        });
        if stores && !parts.is_empty() {
            let key = self.arena.concat(&parts);
            operands.push(("storage-key".into(), key));
        }
    }

    /// A key within a group of entries that the host is told by a name of its own.
    fn within_group(&mut self, key: Bytes, inputs: &[Input<'_>]) -> Bytes {
        let is_group = |input: &&Input<'_>| matches!(&*input.arg.what, "table" | "storage-prefix");
        let group = inputs.iter().find(is_group).map(|input| input.content);
        match group.filter(|group| self.arena.known_bytes(*group).is_some()) {
            Some(group) => {
                let slash = self.arena.constant_bytes(b"/");
                self.arena.concat(&[group, slash, key])
            }
            None => key,
        }
    }

    /// The key class of a part of the entry without a key, which holds a contract's whole state: its fields are told apart
    /// by where they are.
    fn field_of_root(&mut self, offset: Bytes) -> Bytes {
        let offset = self.arena.known_bytes(offset);
        let text = match offset.as_deref().and_then(|b| b.first_chunk()) {
            Some(bytes) => format!("state+{}", u32::from_le_bytes(*bytes)),
            None => "state".to_owned(),
        };
        self.arena.constant_bytes(text.as_bytes())
    }
}

impl Arena {
    /// A content as it may stand in a label: its holes name only sources that are not themselves contents, so that labels
    /// cannot nest without end.
    pub(crate) fn flattened(&mut self, content: Bytes) -> Bytes {
        let pieces = self.pieces(content).clone();
        let mut flat = Vec::with_capacity(pieces.len());
        for piece in pieces.iter() {
            flat.push(match piece {
                Piece::Const(_) => piece.clone(),
                Piece::Sample { labels, .. } => Piece::Hole {
                    labels: *labels,
                    len: None,
                    decreased: false,
                },
                Piece::Hole {
                    labels,
                    len,
                    decreased,
                } => {
                    let list: Vec<Label> = self.label_list(*labels).collect();
                    let mut kept = LabelSet::NONE;
                    for label in list {
                        let label = self.shallow(label);
                        let set = self.label(label);
                        kept = self.union(kept, set);
                    }
                    Piece::Hole {
                        labels: kept,
                        len: *len,
                        decreased: *decreased,
                    }
                }
            });
        }
        self.bytes(flat)
    }

    /// A label whose content has no contents within.
    fn shallow(&mut self, label: Label) -> Label {
        let simple = |arena: &mut Arena, content: Bytes| {
            let pieces = arena.pieces(content).clone();
            let mut flat = Vec::new();
            for piece in pieces.iter() {
                flat.push(match piece {
                    Piece::Const(_) => piece.clone(),
                    Piece::Sample { labels, .. } => Piece::Hole {
                        labels: *labels,
                        len: None,
                        decreased: false,
                    },
                    Piece::Hole { labels, len, .. } => {
                        let list: Vec<Label> = arena.label_list(*labels).collect();
                        let mut kept = LabelSet::NONE;
                        for label in list {
                            let label = match label {
                                Label::Storage(_) => Label::Storage(Bytes::EMPTY),
                                Label::AuthAnswer(_) => Label::AuthAnswer(Bytes::EMPTY),
                                Label::Digest(_) => Label::Digest(Bytes::EMPTY),
                                Label::Sealed(by, _) => Label::Sealed(by, Bytes::EMPTY),
                                label => label,
                            };
                            let set = arena.label(label);
                            kept = arena.union(kept, set);
                        }
                        Piece::Hole {
                            labels: kept,
                            len: *len,
                            decreased: false,
                        }
                    }
                });
            }
            arena.bytes(flat)
        };
        match label {
            Label::Storage(content) => Label::Storage(simple(self, content)),
            Label::AuthAnswer(content) => Label::AuthAnswer(simple(self, content)),
            Label::Digest(content) => Label::Digest(simple(self, content)),
            Label::Sealed(by, content) => Label::Sealed(by, simple(self, content)),
            label => label,
        }
    }
}
