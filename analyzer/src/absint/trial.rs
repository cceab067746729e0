//! Trials of whole methods: the concrete machine runs a method on an example of its input, with a host that answers what
//! contracts ask before they have read their input, and nothing else. So it shows whether the contract takes the example.

use std::collections::BTreeMap;

use super::concrete::Concrete;
use super::host_call::{HARMLESS, PLUMBING};
use super::program::Program;
use super::sample::Complaint;
use crate::host::{EffectKind, HostFunction, HostResult, Role};
use crate::ir::Func;

/// Work that one trial may take.
const FUEL: u32 = 300_000;
/// Who everybody is in a trial: so the checks of the caller pass that come before the input is read.
const ACCOUNT: &[u8] = b"alice.near";
/// Longer register contents are not kept.
const MAX_CONTENT: u64 = 1 << 16;

/// How a trial ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// The contract aborted.
    Refused,
    /// It went on to do something else: it has taken its input.
    Passed,
}

/// What one trial came to.
#[derive(Debug)]
pub(super) enum Verdict {
    Passed,
    Refused(Complaint),
}

/// The host as far as a trial needs it.
#[derive(Clone, Debug)]
pub(super) struct TrialHost<'a> {
    functions: &'a crate::entity::PrimaryMap<Func, Option<&'a HostFunction>>,
    input: Vec<u8>,
    registers: BTreeMap<u64, Vec<u8>>,
    /// How the method ended, once it has.
    ending: Option<Ending>,
}

/// Runs an exported function on an input.
pub(super) fn attempt(
    program: &Program<'_>,
    start: &Concrete<'_>,
    func: Func,
    input: &[u8],
) -> Verdict {
    let mut machine = start.clone_for_trial(FUEL);
    machine.host = Some(TrialHost {
        functions: program.host_functions(),
        input: input.to_vec(),
        registers: BTreeMap::new(),
        ending: None,
    });
    let returned = machine.call(func, &[]).is_some();
    let ending = machine.host.as_ref().and_then(|host| host.ending);
    match ending {
        _ if returned => Verdict::Passed,
        Some(Ending::Passed) => Verdict::Passed,
        // A trap without asking the host is an abort too.
        _ => Verdict::Refused(Complaint::find(machine.written())),
    }
}

impl Concrete<'_> {
    /// Asks the host; `None` if that ends the trial.
    pub(super) fn ask(&mut self, func: Func, args: &[u64]) -> Option<Vec<u64>> {
        let host = self.host.as_mut()?;
        let Some(function) = host.functions[func] else {
            host.ending = Some(Ending::Passed);
            return None;
        };
        if function.is(EffectKind::PanicAbort) {
            host.ending = Some(Ending::Refused);
            return None;
        }
        let harmless = function
            .effects
            .iter()
            .all(|kind| HARMLESS.contains(kind) || PLUMBING.contains(kind));
        let answered = if harmless {
            self.answer(function, args)
        } else {
            None
        };
        if answered.is_none()
            && let Some(host) = self.host.as_mut()
        {
            host.ending = Some(Ending::Passed);
        }
        answered
    }

    fn answer(&mut self, function: &HostFunction, args: &[u64]) -> Option<Vec<u64>> {
        let mut content: Vec<u8> = Vec::new();
        if function.is(EffectKind::CalldataRead) {
            content.clone_from(&self.host.as_ref()?.input);
        } else if function.is(EffectKind::CallerIdentityRead)
            || function.is(EffectKind::OriginIdentityRead)
            || function.is(EffectKind::SelfInfo)
        {
            content.extend_from_slice(ACCOUNT);
        }
        let mut absent = false;
        for (arg, val) in function.args.iter().zip(args) {
            match arg.role {
                Role::InRegister => match self.host.as_ref()?.registers.get(val) {
                    Some(register) => content.clone_from(register),
                    None => absent = true,
                },
                Role::InPtr => {
                    let len = args.get(usize::from(arg.len?)).copied()?;
                    let range =
                        self.range(*val, 0, Some(len).filter(|len| *len <= MAX_CONTENT)?)?;
                    content = self.memory[range].to_vec();
                }
                _ => {}
            }
        }
        for (arg, val) in function.args.iter().zip(args) {
            match arg.role {
                Role::Register => {
                    self.host.as_mut()?.registers.insert(*val, content.clone());
                }
                Role::OutPtr => {
                    // Amounts are zero.
                    let out = match arg.size {
                        Some(size) => vec![0; size as usize],
                        None => content.clone(),
                    };
                    self.put(*val, &out)?;
                }
                Role::InRegister | Role::InPtr | Role::Len => {}
                _ => return None,
            }
        }
        Some(match function.result {
            HostResult::None => Vec::new(),
            HostResult::Number => vec![0],
            HostResult::Length if absent => vec![u64::MAX],
            HostResult::Length => vec![content.len() as u64],
            _ => return None,
        })
    }
}
