//! What a function of the host takes from the contract.

use smallvec::SmallVec;

use crate::absint::domain::arena::{Bytes, Kind, Label, LabelSet, Piece, Val};
use crate::absint::domain::memory::{Examples, HANDLES, Place, REGISTERS, State};
use crate::absint::encodings::{handle_list, tagged_value};
use crate::absint::machine::interp::Machine;
use crate::host::{HostArg, HostFunction, Role};

/// How long the account names are that the host's registers hold: of those that the examples of [`crate::absint::methods::sample`] have.
pub(super) const ACCOUNT_LEN: u32 = 10;

/// Longer lists of values are filled as a whole.
pub(super) const MAX_ELEMENTS: u32 = 64;

/// What was handed to the host by one argument.
pub(crate) struct Input<'a> {
    pub(crate) arg: &'a HostArg,
    pub(crate) content: Bytes,
}

impl<'p> Machine<'p> {
    /// Whether a content is the name of an account that the host tells. How long it is decides nothing.
    pub(super) fn is_account(&self, content: Bytes) -> bool {
        let [
            Piece::Hole {
                labels,
                len: Some(ACCOUNT_LEN),
                ..
            },
        ] = &self.arena.pieces(content)[..]
        else {
            return false;
        };
        let told = |label| matches!(label, Label::Caller | Label::Origin | Label::SelfIdentity);
        self.program.host.registers
            && *labels != LabelSet::NONE
            && self.arena.label_list(*labels).all(told)
    }

    /// What the contract hands over.
    pub(super) fn inputs<'a>(
        &mut self,
        state: &State,
        host: &'a HostFunction,
        args: &[Val],
    ) -> Vec<Input<'a>> {
        let mut inputs = Vec::new();
        // Of what is written back, an example is what was read.
        let sampling = self.arena.sampling;
        self.arena.sampling &= self.variants.is_none();
        for (i, arg) in host.args.iter().enumerate() {
            let Some(val) = args.get(i).copied() else {
                continue;
            };
            let val = self.untagged(arg, val);
            if !arg.role.is_input() {
                continue;
            }
            let content = match arg.role {
                Role::InPtr | Role::InOutPtr => {
                    let content = self.pointed(host, state, arg, val, args);
                    match &*arg.what {
                        "storage-key" | "storage-prefix" => {
                            let key = self.below_field(content);
                            self.name_of_key(key)
                        }
                        _ => content,
                    }
                }
                Role::Cstr => self.c_string(state, val),
                Role::Region => self.region(state, val),
                Role::Handle | Role::InOutHandle => {
                    let content = self.slot_content(state, HANDLES, val);
                    let image = &self.program.image;
                    handle_list::resolve(&mut self.arena, image, state, &arg.what, content)
                }
                Role::InRegister => self.slot_content(state, REGISTERS, val),
                Role::Val => self.tagged(val),
                Role::Name => self.name(val),
                _ => {
                    let width = host.params.get(i).map_or(8, |t| t.bytes());
                    // Behind an example, fields are where they are in the example.
                    let val = match self.arena.as_number(val) {
                        Some(bits) if arg.what == "offset" => self.arena.constant(bits),
                        _ => val,
                    };
                    let name = self.arena.as_const(val).and_then(|bits| {
                        let program = self.program;
                        program.host.value_name(&arg.what, bits.cast_signed())
                    });
                    match name {
                        Some(name) => self.arena.constant_bytes(name.as_bytes()),
                        None => self.arena.bytes_of(val, width),
                    }
                }
            };
            inputs.push(Input { arg, content });
        }
        self.arena.sampling = sampling;
        inputs
    }

    /// The name under which a key was found, where keys are stored under names: a tag and rights may stand around it. It is
    /// the bare text, so that the entry is not taken for the one that tells its key, which the name's length precedes.
    fn name_of_key(&mut self, key: Bytes) -> Bytes {
        if !self.program.host.named_keys {
            return key;
        }
        let mut name = None;
        for piece in self.arena.pieces(key).iter() {
            let labels = match piece {
                Piece::Const(bytes) if bytes.len() == 1 => continue,
                Piece::Hole { labels, .. } => *labels,
                _ => return key,
            };
            let mut labels = self.arena.label_list(labels);
            match (labels.next(), labels.next()) {
                (Some(Label::Storage(of)), None) if name.is_none_or(|name| name == of) => {
                    name = Some(of);
                }
                _ => return key,
            }
        }
        let bare = name
            .and_then(|name| self.arena.known_bytes(name))
            .and_then(|name| {
                let (len, text) = name.split_first_chunk()?;
                (u32::from_le_bytes(*len) as usize == text.len()).then(|| text.to_vec())
            });
        match bare {
            Some(text) => self.arena.constant_bytes(&text),
            None => key,
        }
    }

    /// The number in the upper half of a tagged value.
    pub(super) fn untagged(&mut self, arg: &HostArg, val: Val) -> Val {
        match self.arena.as_const(val) {
            Some(bits) if arg.tagged => self.arena.constant(bits >> 32),
            _ => val,
        }
    }

    /// How many bytes an argument's length argument says.
    pub(super) fn len_arg(
        &mut self,
        host: &HostFunction,
        arg: &HostArg,
        state: &State,
        args: &[Val],
    ) -> Option<u32> {
        if let Some(size) = arg.size {
            return Some(size);
        }
        let program = self.program;
        let index = usize::from(arg.len?);
        let mut len = *args.get(index)?;
        // The length of an output is often behind a pointer, where the host also puts the true length.
        if let Some(place) = self.place(len, 0)
            && host.args.get(index).is_some_and(|a| a.role.is_pointer())
        {
            len = state.load(&mut self.arena, &program.image, place, 4);
        }
        let bits = match host.selector {
            // A request that the contract built around an example is as long as that.
            Some(_) => self.arena.as_number(len)?,
            None => self.arena.as_const(len).or_else(|| {
                // Of nothing and something, it is the something that matters.
                let choices = self.arena.as_choices(len).filter(|_| program.typed)?;
                let mut some = choices.iter().filter(|len| **len > 0);
                some.next().filter(|_| some.next().is_none()).copied()
            })?,
        };
        let tagged = host.args.get(index).is_some_and(|len| len.tagged);
        let bits = if tagged { bits >> 32 } else { bits };
        u32::try_from(bits).ok()?.checked_mul(arg.unit.max(1))
    }

    fn pointed(
        &mut self,
        host: &HostFunction,
        state: &State,
        arg: &HostArg,
        val: Val,
        args: &[Val],
    ) -> Bytes {
        let given = arg.len.and_then(|i| args.get(usize::from(i)));
        if self.program.host.registers
            && given.is_some_and(|len| self.arena.as_const(*len) == Some(u64::MAX))
        {
            return self.slot_content(state, REGISTERS, val);
        }
        let len = self.len_arg(host, arg, state, args);
        if arg.what == "field-names" {
            return self.slices(state, val, len);
        }
        if arg.unit == 8 {
            return self.tagged_list(state, val, len);
        }
        if host.selector.is_some()
            && let Some(place) = self.place(val, 0)
        {
            let image = &self.program.image;
            return state.read_as(&mut self.arena, image, place, len, Examples::Shown);
        }
        self.read_bytes(state, val, len)
    }

    /// A list of tagged values in memory.
    fn tagged_list(&mut self, state: &State, pointer: Val, len: Option<u32>) -> Bytes {
        let (Some(place), Some(len)) = (self.place(pointer, 0), len) else {
            return self.read_bytes(state, pointer, len);
        };
        let mut parts = Vec::new();
        for i in 0..(len / 8).min(32) {
            let at = Place {
                off: place.off.saturating_add(8 * i),
                ..place
            };
            let val = state.load(&mut self.arena, &self.program.image, at, 8);
            parts.push(self.tagged(val));
        }
        self.arena.concat(&parts)
    }

    /// Texts behind a list of addresses and lengths in memory, with commas between them.
    fn slices(&mut self, state: &State, pointer: Val, len: Option<u32>) -> Bytes {
        let (Some(place), Some(len)) = (self.place(pointer, 0), len) else {
            return Bytes::EMPTY;
        };
        let comma = self.arena.constant_bytes(b",");
        let mut parts = Vec::new();
        for i in 0..(len / 8).min(32) {
            let [address, len] = [0, 4].map(|half| {
                let at = Place {
                    off: place.off.saturating_add(8 * i + half),
                    ..place
                };
                state.load(&mut self.arena, &self.program.image, at, 4)
            });
            let len = self.length(len);
            if i > 0 {
                parts.push(comma);
            }
            parts.push(self.read_bytes(state, address, len));
        }
        self.arena.concat(&parts)
    }

    fn c_string(&mut self, state: &State, pointer: Val) -> Bytes {
        let fixed = self
            .place(pointer, 0)
            .and_then(|place| state.static_text(&self.program.image, place));
        if let Some(text) = fixed {
            return self.arena.constant_bytes(text);
        }
        let content = self.read_bytes(state, pointer, Some(256));
        let pieces = self.arena.pieces(content).clone();
        let mut kept = Vec::new();
        for piece in pieces.iter() {
            if let Piece::Const(bytes) = piece
                && let Some(end) = bytes.iter().position(|b| *b == 0)
            {
                kept.push(Piece::Const(bytes[..end].into()));
                break;
            }
            kept.push(piece.clone());
        }
        self.arena.bytes(kept)
    }

    /// The content of a CosmWasm region.
    pub(super) fn region(&mut self, state: &State, region: Val) -> Bytes {
        let Some(place) = self.place(region, 0) else {
            let labels = self.arena.data(region).labels;
            return self.arena.hole(labels, None);
        };
        let image = &self.program.image;
        let field = |off: u32| Place {
            off: place.off.saturating_add(off),
            ..place
        };
        let pointer = state.load(&mut self.arena, image, field(0), 4);
        let len = state.load(&mut self.arena, image, field(8), 4);
        let len = self.length(len);
        self.read_bytes(state, pointer, len)
    }

    pub(super) fn slot_content(&mut self, state: &State, space: u32, number: Val) -> Bytes {
        match self.arena.data(number).kind {
            Kind::Const(number) => {
                let val = state.slot(&mut self.arena, &self.program.image, space, number as u32);
                let data = self.arena.data(val);
                match data.kind {
                    Kind::Obj(content) => content,
                    _ => self.arena.hole(data.labels, None),
                }
            }
            Kind::Obj(content) => content,
            Kind::OneOf(_) => {
                let numbers = self.arena.as_choices(number).unwrap_or_default();
                let contents = numbers.iter().map(|number| {
                    let number = self.arena.constant(*number);
                    self.slot_content(state, space, number)
                });
                let contents: SmallVec<[Bytes; 4]> = contents.collect();
                contents
                    .into_iter()
                    .reduce(|a, b| self.arena.join_bytes(a, b))
                    .unwrap_or(Bytes::EMPTY)
            }
            _ => {
                let labels = self.arena.data(number).labels;
                self.arena.hole(labels, None)
            }
        }
    }

    /// The content of a tagged Soroban value. What is not known has the length of a value, so that the parts of a list
    /// can be told apart.
    pub(super) fn tagged(&mut self, val: Val) -> Bytes {
        if let Kind::Const(bits) = self.arena.data(val).kind {
            return match tagged_value::text(bits) {
                Some(text) => self.arena.constant_bytes(text.as_bytes()),
                None => self.arena.constant_bytes(&bits.to_le_bytes()),
            };
        }
        let content = self.arena.bytes_of(val, 8);
        match self.arena.pieces(content)[..] {
            [
                Piece::Hole {
                    labels,
                    len: None,
                    decreased,
                },
            ] => self.arena.bytes([Piece::Hole {
                labels,
                len: Some(8),
                decreased,
            }]),
            _ => content,
        }
    }

    /// An Antelope name as the text that people know it by.
    pub(super) fn name(&mut self, val: Val) -> Bytes {
        let known = self.arena.as_const(val);
        let labels = self.arena.data(val).labels;
        match known.filter(|_| labels == LabelSet::NONE) {
            Some(bits) => {
                let text = crate::absint::encodings::names::decode(bits);
                self.arena.constant_bytes(text.as_bytes())
            }
            None => self.arena.bytes_of(val, 8),
        }
    }

    /// A known number of 64 bits as people know it: the name that it is, or in decimal.
    pub(super) fn readable_number(&mut self, content: Bytes) -> Bytes {
        let Some(bits) = self
            .arena
            .known_bytes(content)
            .and_then(|bytes| Some(u64::from_le_bytes(bytes[..].try_into().ok()?)))
        else {
            return content;
        };
        let name = crate::absint::encodings::names::decode(bits);
        let is_name = !name.is_empty() && !name.contains('.') && bits > u64::from(u32::MAX);
        let text = if is_name { name } else { bits.to_string() };
        self.arena.constant_bytes(text.as_bytes())
    }
}
