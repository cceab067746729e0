//! Operations behind one import: which one is meant, and what the fields of its request hold.

use std::sync::Arc;

use super::arena::{Bytes, Piece, Val};
use super::host_call::Input;
use super::interp::Machine;
use super::packed::Packed;
use crate::host::{EffectKind, Encoding, Field, HostFunction, Place, VirtualFunction, What};

/// What a virtual call is: its effects, its name, and its operands.
type VirtualCall = (Arc<[EffectKind]>, String, Vec<(What, Bytes)>);

impl Machine<'_> {
    /// The operation that a dispatching import performs; `None` if that is not certain.
    pub(super) fn virtual_call(
        &mut self,
        host: &HostFunction,
        inputs: &[Input<'_>],
        args: &[Val],
    ) -> Option<VirtualCall> {
        let selector = host.selector.as_ref()?;
        let program = self.program;
        let via = format!("{}.{}", host.module, host.name);
        let candidates = program
            .host
            .virtual_functions
            .iter()
            .filter(|v| v.via == via);
        let arg = host.args.get(usize::from(selector.arg))?;
        let content = inputs
            .iter()
            .find(|i| std::ptr::eq(i.arg, arg))
            .map(|i| i.content);
        if selector.encoding == Encoding::AntelopeAction {
            let action = self.inline_action(content?);
            let chosen = self.operation_of(&action, candidates)?;
            let operands = self.operands_of(&action, &chosen.body);
            return Some((
                Arc::from(&*chosen.effects),
                chosen.name.clone().into_owned(),
                operands,
            ));
        }
        let chosen: &VirtualFunction = match selector.encoding {
            Encoding::Number => {
                let number = self.arena.as_const(*args.get(usize::from(selector.arg))?)?;
                let text = number.to_string();
                candidates.into_iter().find(|v| v.selector == text)?
            }
            _ => {
                let text = self.text_of(content?);
                // The longest selector wins: one may be part of another.
                candidates
                    .filter(|v| contains(&text, v.selector.as_bytes()))
                    .max_by_key(|v| v.selector.len())?
            }
        };
        let body = host
            .body
            .as_ref()
            .and_then(|body| host.args.get(usize::from(body.arg)))
            .and_then(|arg| inputs.iter().find(|i| std::ptr::eq(i.arg, arg)))
            .map_or(Bytes::EMPTY, |i| i.content);
        let operands = self.fields(body, &chosen.body);
        Some((
            Arc::from(&*chosen.effects),
            chosen.name.clone().into_owned(),
            operands,
        ))
    }

    /// The known bytes of a content, holes left out.
    fn text_of(&self, content: Bytes) -> Vec<u8> {
        let mut text = Vec::new();
        for piece in self.arena.pieces(content).iter() {
            match piece {
                Piece::Const(bytes) => text.extend_from_slice(bytes),
                Piece::Hole { .. } | Piece::Sample { .. } => text.push(0),
            }
        }
        text
    }

    /// What the fields of a request hold: a named one what follows its name, up to the next name.
    fn fields(&mut self, body: Bytes, fields: &[Field]) -> Vec<(What, Bytes)> {
        let pieces = self.arena.pieces(body).clone();
        let mut operands = Vec::new();
        let mut packed = Packed::of(&pieces);
        // Where each name stands: piece, first byte, byte after it.
        let mut marks: Vec<(usize, usize, usize, &Field)> = Vec::new();
        for field in fields {
            if field.name == "*" {
                operands.push((field.what.clone(), body));
                continue;
            }
            if let Place::Bytes(_) | Place::Prefixed(_) = field.place {
                let value = packed.field(&mut self.arena, field.place);
                operands.push((field.what.clone(), value));
                continue;
            }
            if !matches!(field.place, Place::Named | Place::Out) {
                continue;
            }
            for (i, piece) in pieces.iter().enumerate() {
                if let Piece::Const(bytes) = piece
                    && let Some(at) = find(bytes, field.name.as_bytes())
                {
                    marks.push((i, at, at + field.name.len(), field));
                    break;
                }
            }
        }
        marks.sort_by_key(|m| (m.0, m.1));
        for (n, mark) in marks.iter().enumerate() {
            let end = marks.get(n + 1).map(|next| (next.0, next.1));
            let value = self.between(&pieces, (mark.0, mark.2), end);
            operands.push((mark.3.what.clone(), value));
        }
        operands
    }

    /// The pieces between two positions, without the framing (types, lengths) at both ends.
    fn between(
        &mut self,
        pieces: &[Piece],
        from: (usize, usize),
        to: Option<(usize, usize)>,
    ) -> Bytes {
        let last = to.map_or(pieces.len(), |(piece, _)| piece + 1);
        let mut kept = Vec::new();
        for (i, piece) in pieces.iter().enumerate().take(last).skip(from.0) {
            match piece {
                Piece::Const(bytes) => {
                    let start = if i == from.0 { from.1 } else { 0 };
                    let end = match to {
                        Some((piece, at)) if piece == i => at,
                        _ => bytes.len(),
                    };
                    let text = printable(&bytes[start.min(end)..end]);
                    kept.push(Piece::Const(text.into()));
                }
                Piece::Hole { .. } | Piece::Sample { .. } => kept.push(piece.clone()),
            }
        }
        self.arena.bytes(kept)
    }
}

/// The printable bytes: framing is made of small numbers.
fn printable(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .copied()
        .filter(|b| (0x20..0x7f).contains(b) || *b >= 0x80)
        .collect()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    find(haystack, needle).is_some()
}
