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

/// Runs an export whose parameters are regions with these contents.
pub(super) fn attempt_in_regions(program: &Program<'_>, func: Func, contents: &[&[u8]]) -> Verdict {
    let refused = Verdict::Refused(Complaint::Other);
    let allocate = program.host.input_allocator.as_ref().and_then(|name| {
        let mut exports = program.module.exported_funcs();
        exports
            .find(|(export, _)| export == name)
            .map(|(_, func)| func)
    });
    let (Some(start), Some(allocate)) = (&program.start, allocate) else {
        return refused;
    };
    let mut machine = start.clone_for_trial(FUEL);
    machine.host = Some(TrialHost {
        functions: program.host_functions(),
        input: Vec::new(),
        registers: BTreeMap::new(),
        ending: None,
    });
    let mut args = Vec::new();
    for content in contents {
        match machine.region(allocate, content) {
            Some(region) => args.push(region),
            None => return refused,
        }
    }
    match machine.call(func, &args) {
        Some(results) => {
            let returned = results
                .first()
                .and_then(|region| machine.region_content(*region));
            match returned.and_then(complaint_of) {
                Some(complaint) => Verdict::Refused(complaint),
                None => Verdict::Passed,
            }
        }
        None => match machine.host.as_ref().and_then(|host| host.ending) {
            Some(Ending::Passed) => Verdict::Passed,
            _ => Verdict::Refused(Complaint::find(machine.written())),
        },
    }
}

/// What a returned error says of the input. Other errors are the contract's own: it has taken the input.
fn complaint_of(returned: &[u8]) -> Option<Complaint> {
    // As versions 0.8 to 3 of the standard library begin theirs.
    let markers = [
        &b"rror parsing into type"[..],
        b"parse_err",
        b"kind: Parsing",
        b"kind: Serialization",
    ];
    let is_it = markers.iter().any(|marker| {
        returned
            .windows(marker.len())
            .any(|window| window == *marker)
    });
    is_it.then(|| Complaint::find(returned))
}

impl Concrete<'_> {
    /// A new region with this content.
    fn region(&mut self, allocate: Func, content: &[u8]) -> Option<u64> {
        let len = u32::try_from(content.len()).ok()?;
        let region = *self.call(allocate, &[u64::from(len)])?.first()?;
        let address = self.word(region)?;
        self.put(address, content)?;
        self.put(region + 8, &len.to_le_bytes())?;
        Some(region)
    }

    fn region_content(&self, region: u64) -> Option<&[u8]> {
        let address = self.word(region)?;
        let len = self.word(region + 8)?;
        let range = self.range(address, 0, len)?;
        self.memory.get(range)
    }

    fn word(&self, address: u64) -> Option<u64> {
        let range = self.range(address, 0, 4)?;
        let bytes = self.memory.get(range)?.try_into().ok()?;
        Some(u64::from(u32::from_le_bytes(bytes)))
    }

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
