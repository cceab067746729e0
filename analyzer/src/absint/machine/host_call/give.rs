//! What a function of the host puts into the contract's hands.

use smallvec::smallvec;

use super::HARMLESS;
use super::take::{ACCOUNT_LEN, Input, MAX_ELEMENTS};
use super::{is_fetch, shared_input};
use crate::absint::domain::arena::{Bytes, Kind, Label, LabelSet, Piece, PredSet, Val, ValData};
use crate::absint::domain::memory::{HANDLES, Place, REGISTERS, State};
use crate::absint::machine::call::Results;
use crate::absint::machine::interp::{Frame, Machine};
use crate::host::{EffectKind, HostArg, HostFunction, HostResult, Role, What};

/// Handles that the host hands out begin here: far from those that SDKs choose themselves.
const FIRST_HANDLE: u64 = 0x6000_0000;

/// The register that stands for the host's buffer.
pub(super) const ANSWER: u64 = 0xffff;

/// What the host gives: content, and where it comes from.
pub(super) struct Output {
    pub(super) content: Bytes,
    /// Its length, where the contract is told one that is known.
    pub(super) len: Option<u32>,
    pub(super) labels: LabelSet,
    /// Marks what depends on whether the call went well.
    pub(super) outcome: LabelSet,
}

impl<'p> Machine<'p> {
    /// The labels of what the host gives.
    pub(super) fn gives(
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
                E::CalldataRead => {
                    let index = inputs.iter().find(|i| i.arg.role == Role::Scalar);
                    let index = index.and_then(|i| self.arena.known_bytes(i.content));
                    let index = index.and_then(|bytes| bytes.first_chunk().copied());
                    let name = operand("arg-name").and_then(|name| self.arena.known_bytes(name));
                    let number = match (index, name) {
                        (Some(index), _) => Some(u32::from_le_bytes(index)),
                        (None, Some(name)) => self.asked.number(&name),
                        (None, None) => None,
                    };
                    number.map_or(Label::Input, Label::Param)
                }
                _ => continue,
            };
            let set = self.arena.label(label);
            labels = self.arena.union(labels, set);
        }
        labels
    }

    /// The label of whether a call goes well, where the contract has to look.
    pub(super) fn outcome(
        &mut self,
        host: &HostFunction,
        kinds: &[EffectKind],
        offset: u32,
    ) -> LabelSet {
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
    pub(super) fn output(
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
    pub(super) fn give(
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
    pub(super) fn result(
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
            // Who calls and what with is there to be told.
            HostResult::Status { ok: Some(ok) }
                if host.effects.iter().all(|kind| HARMLESS.contains(kind)) =>
            {
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
                    Some(asked) if self.arena.as_number(*asked).is_some() => *asked,
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
                    // That there is something, or nothing, says something of where it comes from.
                    None => {
                        let labels = self.arena.labels_of(out.content);
                        let labels = self.arena.union(labels, out.labels);
                        self.arena.unknown(labels)
                    }
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
    pub(crate) fn given_region(&mut self, state: &mut State, number: u32, content: Bytes) -> Val {
        let ctx = crate::absint::machine::record::Ctx::ROOT;
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
}
