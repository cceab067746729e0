//! Operations behind one import: which one is meant, and what the fields of its request hold.

use std::sync::Arc;

use crate::absint::domain::arena::{Bytes, LabelSet, Piece, Val};
use crate::absint::domain::memory::{self, State};
use crate::absint::encodings::easy_codec::{self, Item};
use crate::absint::encodings::packed::Packed;
use crate::absint::encodings::protobuf;
use crate::absint::machine::host_call::Input;
use crate::absint::machine::interp::Machine;
use crate::host::{EffectKind, Encoding, Field, HostFunction, Place, VirtualFunction, What};

/// What a virtual call is: its effects, its name, and its operands.
type VirtualCall = (Arc<[EffectKind]>, String, Vec<(What, Bytes)>);

impl Machine<'_> {
    /// The operation that a dispatching import performs; `None` if that is not certain.
    pub(crate) fn virtual_call(
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

    /// An example of what the host answers, where its model says how that is built.
    pub(crate) fn answer(
        &mut self,
        host: &HostFunction,
        operation: &str,
        labels: LabelSet,
    ) -> Option<Bytes> {
        let encoding = host.body.as_ref().map(|body| body.encoding);
        if encoding != Some(Encoding::Protobuf) || self.arguments.is_none() {
            return None;
        }
        let via = format!("{}.{}", host.module, host.name);
        let program = self.program;
        let mut operations = program.host.virtual_functions.iter();
        let fields = &operations
            .find(|v| v.via == via && v.name == operation)?
            .gives;
        let arguments = self.arguments.as_ref();
        let arena = &mut self.arena;
        Some(protobuf::answer(
            arena,
            program.host,
            fields,
            arguments,
            labels,
        ))
    }

    /// Puts what an operation gives where its request says.
    pub(crate) fn give_by_request(
        &mut self,
        state: &mut State,
        host: &HostFunction,
        args: &[Val],
        inputs: &[Input<'_>],
        operation: &str,
        labels: LabelSet,
    ) {
        let via = format!("{}.{}", host.module, host.name);
        let chosen = self.program.host.virtual_functions.iter();
        let Some(chosen) = chosen
            .filter(|v| v.via == via)
            .find(|v| v.name == operation)
        else {
            return;
        };
        let Some(index) = host.body.as_ref().map(|body| usize::from(body.arg)) else {
            return;
        };
        let request = inputs.iter().find(|i| {
            host.args
                .get(index)
                .is_some_and(|arg| std::ptr::eq(i.arg, arg))
        });
        let at = args.get(index).and_then(|body| self.place(*body, 0));
        let (Some(at), Some(request)) = (at, request) else {
            return;
        };
        let items = easy_codec::items(&mut self.arena, request.content);
        for field in chosen.body.iter().filter(|f| matches!(f.place, Place::Out)) {
            let Some(item) = items.iter().find(|i| i.key == field.name.as_bytes()) else {
                continue;
            };
            let off = at.off.saturating_add(item.offset);
            let at = memory::Place { off, ..at };
            let pointer = state.load(&mut self.arena, &self.program.image, at, 4);
            let len = matches!(&*field.what, "length" | "index" | "count" | "status").then_some(4);
            let content = self.arena.hole(labels, len);
            for place in self.places(pointer, 0) {
                state.write(&mut self.arena, place, content, len);
            }
        }
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
        let is_packed = |field: &Field| matches!(field.place, Place::Bytes(_) | Place::Prefixed(_));
        let items = match fields.iter().any(is_packed) {
            true => Vec::new(),
            false => easy_codec::items(&mut self.arena, body),
        };
        if !items.is_empty() {
            let mut operands = of_items(&items, body, fields);
            self.join_key_and_field(&mut operands);
            return operands;
        }
        if fields.iter().any(|f| matches!(f.place, Place::Number(_))) {
            let found = protobuf::fields(&mut self.arena, body);
            return of_numbers(&found, fields);
        }
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
            if is_packed(field) {
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

    /// Makes one key of a key and its field, as ChainMaker itself does.
    fn join_key_and_field(&mut self, operands: &mut [(What, Bytes)]) {
        let field = operands.iter().find(|(what, _)| what == "storage-field");
        let Some(field) = field.map(|o| o.1).filter(|field| *field != Bytes::EMPTY) else {
            return;
        };
        let mark = self.arena.constant_bytes(b"#");
        for (what, key) in operands {
            if what == "storage-key" {
                *key = self.arena.concat(&[*key, mark, field]);
            }
        }
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

/// What the fields hold of a request that is a list of keys and values.
fn of_items(items: &[Item], body: Bytes, fields: &[Field]) -> Vec<(What, Bytes)> {
    let mut operands = Vec::new();
    for field in fields {
        if field.name == "*" {
            operands.push((field.what.clone(), body));
        }
        let named = items
            .iter()
            .filter(|item| item.key == field.name.as_bytes());
        if !matches!(field.place, Place::Out) {
            operands.extend(named.map(|item| (field.what.clone(), item.value)));
        }
    }
    operands
}

/// What the fields hold of a request whose fields have numbers.
fn of_numbers(found: &[(u32, Bytes)], fields: &[Field]) -> Vec<(What, Bytes)> {
    let of = |field: &Field| {
        let number = match field.place {
            Place::Number(number) => Some(number),
            _ => None,
        };
        let what = field.what.clone();
        let values = found.iter().filter(move |(n, _)| Some(*n) == number);
        values.map(move |(_, value)| (what.clone(), *value))
    };
    fields.iter().flat_map(of).collect()
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
