//! Calls to the host, by the host model alone: what a function takes from the contract, what that does to the world, and
//! what it puts into the contract's hands.

use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::arena::{Arena, Bytes, Kind, Label, LabelSet, Piece, PredSet, Val, ValData};
use super::call::Results;
use super::handle_list;
use super::interp::{Frame, Machine};
use super::intrinsics::Intrinsic;
use super::memory::{Examples, HANDLES, Place, REGISTERS, State};
use super::record::{Ctx, EffectRecord, EventKind};
use super::tagged_value;
use crate::facts::Reason;
use crate::host::{AbortsIf, EffectKind, HostArg, HostFunction, HostResult, Role, What};
use crate::ir::Func;

/// Handles that the host hands out begin here: far from those that SDKs choose themselves.
const FIRST_HANDLE: u64 = 0x6000_0000;

/// How long the account names are that the host's registers hold: of those that the examples of [`super::sample`] have.
const ACCOUNT_LEN: u32 = 10;

/// The register that stands for the host's buffer.
const ANSWER: u64 = 0xffff;

/// Longer lists of values are filled as a whole.
const MAX_ELEMENTS: u32 = 64;

/// Effects that are plumbing: not worth a node in the graph.
pub(super) const PLUMBING: &[EffectKind] = &[
    EffectKind::HostObject,
    EffectKind::Arith,
    EffectKind::MemoryOp,
    EffectKind::AddressCodec,
    EffectKind::Metering,
    EffectKind::GasQuery,
    EffectKind::GasControl,
    EffectKind::CryptoMath,
];

/// Effects that a method has before it has read its input.
pub(super) const HARMLESS: &[EffectKind] = &[
    EffectKind::CalldataRead,
    EffectKind::CallerIdentityRead,
    EffectKind::OriginIdentityRead,
    EffectKind::SelfInfo,
    EffectKind::AttachedValueRead,
    EffectKind::TimeInfo,
    EffectKind::BlockInfo,
    EffectKind::BalanceRead,
    EffectKind::NetworkIdRead,
];

/// What was handed to the host by one argument.
pub(super) struct Input<'a> {
    pub(super) arg: &'a HostArg,
    pub(super) content: Bytes,
}

impl<'p> Machine<'p> {
    /// Calls an imported function; `None` if it does not return.
    pub(super) fn call_host(
        &mut self,
        frame: &mut Frame<'p>,
        state: &mut State,
        offset: u32,
        func: Func,
        (module, name): (&str, &str),
        args: &[Val],
    ) -> Option<Results> {
        let program = self.program;
        let results = program.module.func_type(func).results.len();
        let Some(host) = program.host_function(func) else {
            self.unknown(
                frame,
                offset,
                Reason::UnknownImport(format!("{module}.{name}")),
            );
            let mut labels = LabelSet::NONE;
            for arg in args {
                let more = self.arena.data(*arg).labels;
                labels = self.arena.union(labels, more);
            }
            return Some(self.unknown_results(results, labels));
        };
        if host.is(EffectKind::MemoryOp)
            && let Some(intrinsic) = Intrinsic::of_c(&host.name)
        {
            return Some(self.intrinsic(frame, state, offset, intrinsic, args));
        }
        if let Some(AbortsIf::Zero { arg }) = host.aborts_if
            && let Some(condition) = args.get(usize::from(arg))
        {
            let condition = *condition;
            let inputs = self.inputs(state, host, args);
            let told = self.told_by_abort(host.shown(), &named(&inputs));
            return self.assert(frame, offset, condition, results, told);
        }
        let lasting =
            |kind: &EffectKind| !PLUMBING.contains(kind) && *kind != EffectKind::PanicAbort;
        if host.selector.is_some() || host.effects.iter().any(lasting) {
            self.leave_state_buffer(state);
        }
        let inputs = self.inputs(state, host, args);
        let mut operands = named(&inputs);
        let mut kinds: Arc<[EffectKind]> = Arc::from(&*host.effects);
        let mut shown = host.shown().to_owned();
        if host.selector.is_some() {
            match self.virtual_call(host, &inputs, args) {
                Some((effects, name, fields)) => {
                    kinds = effects;
                    shown = name;
                    operands = fields;
                }
                None => self.unknown(frame, offset, Reason::UnresolvedOperation(shown.clone())),
            }
        }
        let operation = host.selector.is_some().then(|| shown.clone());
        self.add_key(host, &inputs, &mut operands);
        let gives = self.gives(&kinds, &operands, &inputs);
        let telling = kinds.iter().any(|k| !PLUMBING.contains(k));
        let ends = kinds.contains(&EffectKind::Exit) || kinds.contains(&EffectKind::PanicAbort);
        let reverts = match host.aborts_if {
            Some(AbortsIf::Set { arg, mask }) => args
                .get(usize::from(arg))
                .and_then(|flags| self.arena.as_const(*flags))
                .is_some_and(|flags| flags & mask != 0),
            _ => false,
        };
        if kinds.contains(&EffectKind::PanicAbort) {
            if let Some(record) = self.told_by_abort(&shown, &operands) {
                self.event(frame, offset, EventKind::Effect(record));
            }
        } else if telling {
            // Without a method nothing of the other contract is run.
            let bare = operands.iter().any(|(what, content)| {
                what == "method-name"
                    && self
                        .arena
                        .known_bytes(*content)
                        .is_some_and(|b| b.is_empty())
            });
            let may_reenter = !bare && self.may_reenter(host, &kinds, args);
            let record = EffectRecord {
                kinds: Arc::clone(&kinds),
                host_function: shown,
                operands: operands.clone(),
                gives,
                may_reenter,
                tells_failure: host.result.tells_failure(),
                atomic: host.atomic,
            };
            for record in self.by_parts_of_state(state, host, args, record) {
                self.event(frame, offset, EventKind::Effect(record));
            }
        }
        let plumbing = |k: &EffectKind| HARMLESS.contains(k) || PLUMBING.contains(k);
        if self.is_whole_state(&kinds, &inputs) {
            self.arena.sampling = true;
        } else if self.variants.is_some() || !kinds.iter().all(plumbing) && self.arguments.is_none()
        {
            // The contract itself is at work, perhaps behind a trait object: no example decides from here on.
            self.reading = false;
            self.arena.sampling = false;
        }
        if ends {
            let kind = if reverts || kinds.contains(&EffectKind::PanicAbort) {
                EventKind::Trap
            } else {
                EventKind::Return
            };
            self.event(frame, offset, kind);
            return None;
        }
        let answer = operation
            .as_deref()
            .and_then(|operation| self.answer(host, operation, gives));
        let content = match answer {
            Some(answer) => answer,
            // What was left in the host's buffer.
            None if is_fetch(host) => {
                let number = self.arena.constant(ANSWER);
                self.slot_content(state, REGISTERS, number)
            }
            None => self.output(host, &kinds, &inputs, gives),
        };
        if host.is(EffectKind::HostBufferWrite) {
            let left = self.arena.object(content);
            state.set_slot(REGISTERS, ANSWER as u32, left);
        }
        let out = Output {
            content,
            // That of other data, and of mere examples, is not the contract's to decide by.
            len: self.arena.length_of(content).filter(|_| {
                answer.is_some()
                    || content == self.input && !self.arena.is_example(content)
                    || self.is_state(content)
                    || self.is_account(content)
            }),
            labels: gives,
            outcome: self.outcome(host, &kinds, offset),
        };
        self.give(state, host, &kinds, args, &out);
        if let Some(operation) = operation {
            self.give_by_request(state, host, args, &inputs, &operation, gives);
        }
        Some(self.result(frame, state, offset, host, &inputs, args, &out, results))
    }

    /// What the entry point returns, if the caller gets it as data. What is the same for all tells nothing.
    pub(super) fn hand_back(
        &mut self,
        frame: &mut Frame<'p>,
        offset: u32,
        state: &State,
        results: &[Val],
    ) {
        let (Some(role), Ctx::ROOT, [result]) = (self.returned, frame.ctx, results) else {
            return;
        };
        let content = match role {
            Role::Region => self.region(state, *result),
            _ => self.tagged(*result),
        };
        if self.arena.labels_of(content) == LabelSet::NONE {
            return;
        }
        let record = EffectRecord {
            kinds: Arc::from([EffectKind::ReturnData]),
            host_function: "return".to_owned(),
            operands: vec![("return-data".into(), content)],
            gives: LabelSet::NONE,
            may_reenter: false,
            tells_failure: false,
            atomic: false,
        };
        self.event(frame, offset, EventKind::Effect(record));
    }

    /// Whether a content is the name of an account that the host tells. How long it is decides nothing.
    fn is_account(&self, content: Bytes) -> bool {
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

    /// What an abort publishes: a message that is not the same for all.
    fn told_by_abort(&self, function: &str, operands: &[(What, Bytes)]) -> Option<EffectRecord> {
        let mut messages = operands.iter().filter(|(what, _)| what == "error-message");
        messages
            .any(|(_, content)| {
                self.arena.pieces(*content).iter().any(|piece| {
                matches!(piece, Piece::Hole { labels, .. } if *labels != LabelSet::NONE)
            })
            })
            .then(|| EffectRecord {
                kinds: Arc::from([EffectKind::PanicAbort]),
                host_function: function.to_owned(),
                operands: operands.to_vec(),
                gives: LabelSet::NONE,
                may_reenter: false,
                tells_failure: false,
                atomic: false,
            })
    }

    /// Aborts unless a condition holds.
    fn assert(
        &mut self,
        frame: &mut Frame<'p>,
        offset: u32,
        condition: Val,
        results: usize,
        told: Option<EffectRecord>,
    ) -> Option<Results> {
        match self.arena.as_const(condition) {
            Some(0) => {
                if let Some(record) = told {
                    self.event(frame, offset, EventKind::Effect(record));
                }
                self.event(frame, offset, EventKind::Trap);
                return None;
            }
            Some(_) => {}
            None => {
                let preds = self.arena.decision(condition);
                self.event(frame, offset, EventKind::Assert(preds, told));
            }
        }
        Some(self.unknown_results(results, LabelSet::NONE))
    }

    /// What the contract hands over.
    fn inputs<'a>(
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
                        "storage-key" | "storage-prefix" => self.below_field(content),
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

    /// The number in the upper half of a tagged value.
    fn untagged(&mut self, arg: &HostArg, val: Val) -> Val {
        match self.arena.as_const(val) {
            Some(bits) if arg.tagged => self.arena.constant(bits >> 32),
            _ => val,
        }
    }

    /// How many bytes an argument's length argument says.
    fn len_arg(
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
    fn region(&mut self, state: &State, region: Val) -> Bytes {
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

    fn slot_content(&mut self, state: &State, space: u32, number: Val) -> Bytes {
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
    fn tagged(&mut self, val: Val) -> Bytes {
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
    fn name(&mut self, val: Val) -> Bytes {
        let known = self.arena.as_const(val);
        let labels = self.arena.data(val).labels;
        match known.filter(|_| labels == LabelSet::NONE) {
            Some(bits) => {
                let text = super::names::decode(bits);
                self.arena.constant_bytes(text.as_bytes())
            }
            None => self.arena.bytes_of(val, 8),
        }
    }

    /// A known number of 64 bits as people know it: the name that it is, or in decimal.
    fn readable_number(&mut self, content: Bytes) -> Bytes {
        let Some(bits) = self
            .arena
            .known_bytes(content)
            .and_then(|bytes| Some(u64::from_le_bytes(bytes[..].try_into().ok()?)))
        else {
            return content;
        };
        let name = super::names::decode(bits);
        let is_name = !name.is_empty() && !name.contains('.') && bits > u64::from(u32::MAX);
        let text = if is_name { name } else { bits.to_string() };
        self.arena.constant_bytes(text.as_bytes())
    }

    /// The storage key, where the host has it in parts or behind a handle.
    fn add_key(
        &mut self,
        host: &HostFunction,
        inputs: &[Input<'_>],
        operands: &mut Vec<(What, Bytes)>,
    ) {
        if operands.iter().any(|(what, _)| what == "storage-key") {
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

    /// The labels of what the host gives.
    fn gives(
        &mut self,
        kinds: &[EffectKind],
        operands: &[(What, Bytes)],
        inputs: &[Input<'_>],
    ) -> LabelSet {
        use EffectKind as E;
        let operand = |name: &str| operands.iter().find(|(what, _)| what == name).map(|o| o.1);
        let mut labels = LabelSet::NONE;
        for kind in kinds {
            if *kind == E::CalldataRead
                && let Some(field) = self.field_of_input(inputs)
            {
                return field;
            }
            let label = match kind {
                E::CalldataRead | E::CallResultRead if shared_input(kinds) => {
                    // The input of the method, or what a call returned, by number.
                    let index = inputs.iter().find(|i| i.arg.what == "index");
                    let own = index
                        .and_then(|i| self.arena.known_bytes(i.content))
                        .is_some_and(|bytes| bytes.iter().all(|b| *b == 0));
                    if own { Label::Input } else { Label::CallResult }
                }
                E::StorageRead | E::StorageIterate | E::TransientRead | E::PrivateDataRead => {
                    let key = operand("storage-key").unwrap_or(Bytes::EMPTY);
                    Label::Storage(self.arena.flattened(key))
                }
                E::CallerIdentityRead => Label::Caller,
                E::OriginIdentityRead => Label::Origin,
                E::SelfInfo => Label::SelfIdentity,
                E::AttachedValueRead => Label::AttachedValue,
                E::TimeInfo => Label::Time,
                E::BlockInfo => Label::BlockInfo,
                E::Randomness => Label::Randomness,
                E::CallResultRead | E::ExternalCall | E::ExternalCallReadonly | E::Delegatecall => {
                    Label::CallResult
                }
                E::BalanceRead => Label::Balance,
                E::AuthQuery | E::SignatureVerify => {
                    let subject = operand("account")
                        .or_else(|| operand("pubkey"))
                        .unwrap_or(Bytes::EMPTY);
                    Label::AuthAnswer(self.arena.flattened(subject))
                }
                E::Hash => {
                    let parts: Vec<Bytes> = inputs
                        .iter()
                        .filter(|i| i.arg.role != Role::Len)
                        .map(|i| i.content)
                        .collect();
                    let input = self.arena.concat(&parts);
                    Label::Digest(self.arena.flattened(input))
                }
                E::ChainQuery | E::AccountQuery | E::NetworkIdRead => Label::Chain,
                E::CalldataRead => match inputs
                    .iter()
                    .find(|i| i.arg.role == Role::Scalar)
                    .and_then(|i| self.arena.known_bytes(i.content))
                {
                    Some(index) if index.len() >= 4 => {
                        Label::Param(u32::from_le_bytes([index[0], index[1], index[2], index[3]]))
                    }
                    _ => Label::Input,
                },
                _ => continue,
            };
            let set = self.arena.label(label);
            labels = self.arena.union(labels, set);
        }
        labels
    }

    /// The label of whether a call goes well, where the contract has to look.
    fn outcome(&mut self, host: &HostFunction, kinds: &[EffectKind], offset: u32) -> LabelSet {
        use EffectKind as E;
        let may_fail = kinds.iter().any(|kind| {
            matches!(
                kind,
                E::ExternalCall
                    | E::ExternalCallReadonly
                    | E::Delegatecall
                    | E::ContractCreate
                    | E::ValueTransfer
                    | E::CodeUpgrade
                    | E::SignatureVerify
                    | E::SignatureRecover
            )
        });
        if may_fail && host.result.tells_failure() {
            self.arena.label(Label::Outcome(offset))
        } else {
            LabelSet::NONE
        }
    }

    /// The content that the host gives.
    fn output(
        &mut self,
        host: &HostFunction,
        kinds: &[EffectKind],
        inputs: &[Input<'_>],
        gives: LabelSet,
    ) -> Bytes {
        if kinds.contains(&EffectKind::CalldataRead) {
            let input = self.arena.label(Label::Input);
            if gives == input && !host.args.iter().any(|a| a.what == "offset") {
                return self.input;
            }
        }
        if kinds.contains(&EffectKind::StorageRead) {
            let mut keys = inputs.iter().filter(|i| i.arg.what == "storage-key");
            let key = keys.next().map(|input| input.content);
            if let Some(record) = self.read_state(key) {
                return record;
            }
        }
        if gives != LabelSet::NONE {
            let identity = kinds.iter().any(|k| {
                matches!(
                    k,
                    EffectKind::CallerIdentityRead
                        | EffectKind::OriginIdentityRead
                        | EffectKind::SelfInfo
                )
            });
            let len = (identity && self.program.host.registers).then_some(ACCOUNT_LEN);
            return self.arena.hole(gives, len);
        }
        if kinds.contains(&EffectKind::MemoryOp)
            && let [Input { arg, content }] = inputs
            && arg.role == Role::InRegister
        {
            return *content;
        }
        let data: Vec<Bytes> = inputs
            .iter()
            .filter(|i| {
                !matches!(
                    i.arg.role,
                    Role::Len | Role::Cap | Role::Flags | Role::Scalar
                )
            })
            .map(|i| i.content)
            .collect();
        if kinds.contains(&EffectKind::HostObject) && !data.is_empty() {
            return self.arena.concat(&data);
        }
        let mut labels = LabelSet::NONE;
        for input in inputs {
            let more = self.arena.labels_of(input.content);
            labels = self.arena.union(labels, more);
        }
        let subtracts =
            kinds.contains(&EffectKind::Arith) && host.shown().to_ascii_lowercase().contains("sub");
        self.arena.bytes([Piece::Hole {
            labels,
            len: None,
            decreased: subtracts,
        }])
    }

    /// Puts what the host gives where the contract asked for it.
    fn give(
        &mut self,
        state: &mut State,
        host: &HostFunction,
        kinds: &[EffectKind],
        args: &[Val],
        out: &Output,
    ) {
        for (arg, val) in host.args.iter().zip(args) {
            if !arg.role.is_output() {
                continue;
            }
            let val = &self.untagged(arg, *val);
            match arg.role {
                Role::OutPtr | Role::InOutPtr => {
                    // An out-parameter for a length is a number.
                    let cap = self.len_arg(host, arg, state, args);
                    if arg.unit == 8 {
                        self.give_list(state, *val, out.content, cap);
                        continue;
                    }
                    let content = if let Some(len) = out.len.filter(|_| arg.what == "length") {
                        self.arena.constant_bytes(&len.to_le_bytes())
                    } else if arg.what == "status" {
                        self.arena.hole(out.outcome, Some(4))
                    } else if arg.what.contains("length") || arg.what == "size" {
                        self.arena.hole(out.labels, Some(4))
                    } else if let Some(field) = self.field(arg, cap, kinds, out.labels) {
                        field
                    } else {
                        match (arg.size, self.arena.known_bytes(out.content)) {
                            (Some(size), None) => {
                                let labels = self.arena.labels_of(out.content);
                                self.variant(arg, size, labels)
                            }
                            _ => out.content,
                        }
                    };
                    let cap = if arg.what.contains("length") {
                        Some(4)
                    } else {
                        cap
                    };
                    for place in self.places(*val, 0) {
                        state.write(&mut self.arena, place, content, cap);
                        self.note_state_buffer(place, content);
                    }
                }
                Role::OutRegion => {
                    if let Some(place) = self.place(*val, 0) {
                        let pointer = state.load(&mut self.arena, &self.program.image, place, 4);
                        if let Some(to) = self.place(pointer, 0) {
                            state.write(&mut self.arena, to, out.content, None);
                        }
                        let len = Place {
                            off: place.off.saturating_add(8),
                            ..place
                        };
                        let unknown = self.arena.unknown(out.labels);
                        state.store(&mut self.arena, len, 4, unknown);
                    }
                }
                Role::OutHandle | Role::InOutHandle | Role::Register => {
                    let space = if arg.role == Role::Register {
                        REGISTERS
                    } else {
                        HANDLES
                    };
                    let object = self.arena.object(out.content);
                    let numbers = self.arena.as_choices(*val).unwrap_or_default();
                    for number in numbers.iter().map(|number| *number as u32) {
                        let object = if numbers.len() == 1 {
                            object
                        } else {
                            let old =
                                state.slot(&mut self.arena, &self.program.image, space, number);
                            self.arena.join(old, object, PredSet::NONE, false)
                        };
                        state.set_slot(space, number, object);
                    }
                }
                _ => {}
            }
        }
    }

    /// So many bytes of which nothing is known but, where they come in several variants, which one it usually is.
    fn variant(&mut self, arg: &HostArg, size: u32, labels: LabelSet) -> Bytes {
        let begins: &[u8] = if self.variants.is_some() {
            &arg.begins
        } else {
            &[]
        };
        let front = self.arena.constant_bytes(begins);
        let rest = size.saturating_sub(begins.len() as u32);
        let rest = self.arena.hole(labels, Some(rest));
        self.arena.concat(&[front, rest])
    }

    /// Fills a list of tagged values in memory.
    fn give_list(&mut self, state: &mut State, pointer: Val, content: Bytes, cap: Option<u32>) {
        let labels = self.arena.labels_of(content);
        let element = self.arena.hole(labels, Some(8));
        let element = self.arena.object(element);
        for place in self.places(pointer, 0) {
            let Some(cap) = cap.filter(|cap| place.exact && cap / 8 <= MAX_ELEMENTS) else {
                let content = self.arena.hole(labels, cap);
                state.write(&mut self.arena, place, content, cap);
                continue;
            };
            for i in 0..cap / 8 {
                let at = Place {
                    off: place.off.saturating_add(8 * i),
                    ..place
                };
                state.store(&mut self.arena, at, 8, element);
            }
        }
    }

    /// The value that the call returns.
    #[allow(
        clippy::too_many_arguments,
        reason = "all of the call's context decides it"
    )]
    fn result(
        &mut self,
        frame: &Frame<'p>,
        state: &mut State,
        offset: u32,
        host: &HostFunction,
        inputs: &[Input<'_>],
        args: &[Val],
        out: &Output,
        count: usize,
    ) -> Results {
        let val = match host.result {
            HostResult::None => {
                return self.unknown_results(count, LabelSet::NONE);
            }
            HostResult::Answer | HostResult::Order
                if inputs.len() == 2 && out.labels == LabelSet::NONE =>
            {
                // Whether two objects are equal.
                let preds = self.equality(inputs[0].content, inputs[1].content);
                let kind = self.arena.kind_of_choices(match host.result {
                    HostResult::Order => smallvec![0, 1, u64::MAX],
                    _ => smallvec![0, 1],
                });
                self.arena.val(ValData {
                    kind,
                    labels: LabelSet::NONE,
                    preds,
                    decreased: false,
                })
            }
            // What was left in the host's buffer is there to be fetched.
            HostResult::Status { ok: Some(ok) } if is_fetch(host) => {
                self.arena.constant(ok.cast_unsigned())
            }
            HostResult::Answer if self.is_state(out.content) => self.arena.constant(1),
            HostResult::Status { .. } | HostResult::Answer => {
                // Of a read, whether there is something; of a call, whether it went well.
                let labels = self.arena.union(out.labels, out.outcome);
                self.arena.unknown(labels)
            }
            HostResult::Filled => {
                let asked = host
                    .args
                    .iter()
                    .position(|a| matches!(a.role, Role::Len | Role::Cap));
                match asked.and_then(|i| args.get(i)) {
                    Some(asked) if self.arena.as_const(*asked).is_some() => *asked,
                    _ => self.arena.unknown(out.labels),
                }
            }
            HostResult::Length => match (out.len, self.arena.known_bytes(out.content)) {
                (Some(len), _) => self.arena.constant(u64::from(len)),
                (None, Some(bytes)) if out.labels == LabelSet::NONE => {
                    self.arena.constant(bytes.len() as u64)
                }
                _ => match self.arena.length_of(out.content) {
                    Some(len) => {
                        let labels = self.arena.labels_of(out.content);
                        self.arena.example_number(u64::from(len), labels)
                    }
                    None => self.arena.unknown(out.labels),
                },
            },
            HostResult::Number | HostResult::Order => {
                let labels = match out.labels {
                    LabelSet::NONE => self.arena.labels_of(out.content),
                    labels => labels,
                };
                self.arena.unknown(labels)
            }
            HostResult::Val => match self.arena.known_bytes(out.content) {
                _ if inputs.is_empty() && out.labels == LabelSet::NONE => Val::ANY,
                _ => self.arena.object(out.content),
            },
            HostResult::ValOrError => {
                let labels = self.arena.labels_of(out.content);
                let labels = self.arena.union(labels, out.outcome);
                let content = self.arena.hole(labels, None);
                self.arena.object(content)
            }
            HostResult::Handle => {
                let number = self.allocate(frame.ctx, offset);
                let Kind::Ptr { space, .. } = self.arena.data(number).kind else {
                    return self.unknown_results(count, out.labels);
                };
                let number = FIRST_HANDLE + u64::from(space);
                let object = self.arena.object(out.content);
                state.set_slot(HANDLES, number as u32, object);
                self.arena.constant(number)
            }
            HostResult::Iterator => {
                let key = inputs.iter().find(|i| i.arg.role == Role::Iterator);
                let key = key.or_else(|| inputs.iter().find(|i| i.arg.what == "storage-key"));
                let content = match key {
                    Some(input) => input.content,
                    None => {
                        let mut operands = Vec::new();
                        self.add_key(host, inputs, &mut operands);
                        operands.first().map_or(Bytes::EMPTY, |o| o.1)
                    }
                };
                // Of a new entry, too, what is known is that it is stored there.
                let labels = match out.labels {
                    LabelSet::NONE => {
                        let key = self.arena.flattened(content);
                        self.arena.label(Label::Storage(key))
                    }
                    labels => labels,
                };
                self.arena.val(ValData {
                    kind: Kind::Obj(content),
                    labels,
                    preds: PredSet::NONE,
                    decreased: false,
                })
            }
            HostResult::Region | HostResult::RegionOrError | HostResult::Pointer => {
                let data = self.allocate(frame.ctx, offset);
                if let Some(place) = self.place(data, 0) {
                    state.write(&mut self.arena, place, out.content, None);
                }
                if host.result == HostResult::Pointer {
                    data
                } else {
                    let labels = self.arena.union(out.labels, out.outcome);
                    self.new_region(frame, state, offset, data, labels)
                }
            }
        };
        Results::from_elem(val, count)
    }

    /// A region around data, as the host allocates it.
    fn new_region(
        &mut self,
        frame: &Frame<'p>,
        state: &mut State,
        offset: u32,
        data: Val,
        labels: LabelSet,
    ) -> Val {
        // Odd offsets are no instruction's: a second allocation at the same call.
        let region = self.allocate(frame.ctx, offset | 0x8000_0000);
        let unknown = self.arena.unknown(labels);
        if let Some(place) = self.place(region, 0) {
            for (off, val) in [(0, data), (4, unknown), (8, unknown)] {
                let at = Place { off, ..place };
                state.store(&mut self.arena, at, 4, val);
            }
        }
        region
    }

    /// A region that the host filled before it called the contract.
    pub(super) fn given_region(&mut self, state: &mut State, number: u32, content: Bytes) -> Val {
        let ctx = super::record::Ctx::ROOT;
        let data = self.allocate(ctx, 0xffff_0000 | number << 1);
        let region = self.allocate(ctx, 0xffff_0001 | number << 1);
        let len = match self.arena.length_of(content) {
            Some(len) => self.arena.constant(u64::from(len)),
            None => {
                let labels = self.arena.labels_of(content);
                self.arena.unknown(labels)
            }
        };
        if let (Some(data_place), Some(place)) = (self.place(data, 0), self.place(region, 0)) {
            state.write(&mut self.arena, data_place, content, None);
            for (off, val) in [(0, data), (4, len), (8, len)] {
                state.store(&mut self.arena, Place { off, ..place }, 4, val);
            }
        }
        region
    }

    /// Whether the callee of this call may enter the contract again.
    fn may_reenter(&self, host: &HostFunction, kinds: &[EffectKind], args: &[Val]) -> bool {
        let flags = host
            .call_flags
            .and_then(|flags| args.get(usize::from(flags.arg)))
            .and_then(|flags| self.arena.as_const(*flags));
        self.program.host.may_reenter(host, kinds, flags)
    }
}

/// The inputs that mean something.
fn named(inputs: &[Input<'_>]) -> Vec<(What, Bytes)> {
    inputs
        .iter()
        .filter(|i| !i.arg.what.is_empty() && !matches!(i.arg.role, Role::Len | Role::Cap))
        .map(|i| (i.arg.what.clone(), i.content))
        .collect()
}

/// Whether a function only hands out what the call before it left in the host's buffer.
fn is_fetch(host: &HostFunction) -> bool {
    *host.effects == [EffectKind::HostBufferRead]
}

/// Whether one function reads the input and what calls return.
fn shared_input(kinds: &[EffectKind]) -> bool {
    [EffectKind::CalldataRead, EffectKind::CallResultRead]
        .iter()
        .all(|kind| kinds.contains(kind))
}

/// What the host gives: content, and where it comes from.
struct Output {
    content: Bytes,
    /// Its length, where the contract is told one that is known.
    len: Option<u32>,
    labels: LabelSet,
    /// Marks what depends on whether the call went well.
    outcome: LabelSet,
}

impl Arena {
    /// A content as it may stand in a label: its holes name only sources that are not themselves contents, so that labels
    /// cannot nest without end.
    pub(super) fn flattened(&mut self, content: Bytes) -> Bytes {
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
