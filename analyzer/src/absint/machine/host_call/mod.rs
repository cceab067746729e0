//! Calls to the host, by the host model alone: what a function takes from the contract, what that does to the world, and
//! what it puts into the contract's hands.

mod give;
mod key;
mod take;

use std::sync::Arc;

use crate::absint::domain::arena::{Bytes, LabelSet, Piece, Val};
use crate::absint::domain::memory::{REGISTERS, State};
use crate::absint::functions::intrinsics::Intrinsic;
use crate::absint::machine::call::Results;
use crate::absint::machine::interp::{Frame, Machine};
use crate::absint::machine::record::{Ctx, EffectRecord, EventKind};
use crate::facts::Reason;
use crate::host::{AbortsIf, EffectKind, HostFunction, Role, What};
use crate::ir::Func;
use give::{ANSWER, Output};

pub(crate) use take::Input;

/// Effects that are plumbing: not worth a node in the graph.
pub(crate) const PLUMBING: &[EffectKind] = &[
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
pub(crate) const HARMLESS: &[EffectKind] = &[
    EffectKind::CalldataRead,
    EffectKind::CallerIdentityRead,
    EffectKind::OriginIdentityRead,
    EffectKind::SelfInfo,
    EffectKind::AttachedValueRead,
    EffectKind::TimeInfo,
    EffectKind::BlockInfo,
    EffectKind::BalanceRead,
    EffectKind::NetworkIdRead,
    EffectKind::AccountCheck,
];

impl<'p> Machine<'p> {
    /// Calls an imported function; `None` if it does not return.
    pub(crate) fn call_host(
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
    pub(crate) fn hand_back(
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
