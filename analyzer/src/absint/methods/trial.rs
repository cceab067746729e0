//! Trials of whole methods: the concrete machine runs a method on an example of its input, with a host that answers what
//! contracts ask before they have read their input, and nothing else. So it shows whether the contract takes the example.

use std::collections::BTreeMap;

use crate::absint::functions::concrete::Concrete;
use crate::absint::functions::program::Program;
use crate::absint::machine::host_call::{HARMLESS, PLUMBING};
use crate::absint::methods::sample::{Complaint, Listener};
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
pub(crate) enum Ending {
    /// The contract aborted.
    Refused,
    /// It went on to do something else: it has taken its input.
    Passed,
}

/// What one trial came to.
#[derive(Debug)]
pub(crate) enum Verdict {
    Passed,
    Refused(Complaint),
}

/// What is stored, by key.
pub(crate) type Storage = BTreeMap<Vec<u8>, Vec<u8>>;

/// What a run of a method with a storage came to.
#[derive(Debug)]
pub(crate) struct Rehearsal {
    /// Whether it did not abort.
    pub(crate) accepted: bool,
    /// What is stored afterwards.
    pub(crate) storage: Option<Storage>,
    /// How the watched content was read: the widths of loads and copies by their offsets in it.
    pub(crate) loads: BTreeMap<u32, u32>,
}

/// The loads of a content that the host put into memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    content: Vec<u8>,
    /// Where the content is, once it is there.
    place: std::ops::Range<usize>,
    loads: BTreeMap<u32, u32>,
    /// The functions that copy memory.
    pub(crate) copies: Vec<Func>,
}

impl Watch {
    /// Notes that a part of memory is read.
    pub(crate) fn note(&mut self, address: usize, bytes: u32) {
        if self.place.contains(&address) && (bytes as usize) < self.content.len() {
            let offset = (address - self.place.start) as u32;
            let width = self.loads.entry(offset).or_default();
            *width = bytes.max(*width);
        }
    }
}

/// The host as far as a trial needs it.
#[derive(Clone, Debug)]
pub(crate) struct TrialHost<'a> {
    functions: &'a crate::entity::PrimaryMap<Func, Option<&'a HostFunction>>,
    input: Vec<u8>,
    registers: BTreeMap<u64, Vec<u8>>,
    /// What is stored; without, a question about it ends the trial.
    storage: Option<Storage>,
    /// How the method ended, once it has.
    ending: Option<Ending>,
}

impl<'a> TrialHost<'a> {
    /// A host that hands over this input, and has no storage.
    fn new(program: &'a Program<'_>, input: &[u8]) -> Self {
        TrialHost {
            functions: program.host_functions(),
            input: input.to_vec(),
            registers: BTreeMap::new(),
            storage: None,
            ending: None,
        }
    }
}

/// Runs an exported function on an input.
pub(crate) fn attempt(
    program: &Program<'_>,
    start: &Concrete<'_>,
    func: Func,
    input: &[u8],
) -> Verdict {
    let mut machine = start.clone_for_trial(FUEL);
    machine.host = Some(TrialHost::new(program, input));
    let returned = machine.call(func, &[]).is_some();
    let ending = machine.host.as_ref().and_then(|host| host.ending);
    match ending {
        _ if returned => Verdict::Passed,
        Some(Ending::Passed) => Verdict::Passed,
        // A trap without asking the host is an abort too.
        _ => Verdict::Refused(Complaint::find(&machine.written())),
    }
}

/// Runs an exported function on an input, and hears what it compares names with.
pub(crate) fn listen(
    program: &Program<'_>,
    start: &Concrete<'_>,
    func: Func,
    input: &[u8],
) -> Listener {
    let mut machine = start.clone_for_trial(FUEL);
    machine.host = Some(TrialHost::new(program, input));
    machine.listener = Some(Listener::default());
    machine.call(func, &[]);
    machine.listener.unwrap_or_default()
}

/// Runs an exported function on an input, with a storage; it is watched how a content is read that the host hands over.
pub(crate) fn rehearse(
    program: &Program<'_>,
    start: &Concrete<'_>,
    func: Func,
    input: &[u8],
    storage: Storage,
    watched: &[u8],
) -> Rehearsal {
    let mut machine = start.clone_for_trial(FUEL);
    machine.host = Some(TrialHost {
        storage: Some(storage),
        ..TrialHost::new(program, input)
    });
    machine.watch = (!watched.is_empty()).then(|| Watch {
        content: watched.to_vec(),
        copies: program.copies(),
        ..Watch::default()
    });
    let returned = machine.call(func, &[]).is_some();
    let host = machine.host.take();
    let ending = host.as_ref().and_then(|host| host.ending);
    Rehearsal {
        accepted: returned || ending == Some(Ending::Passed),
        storage: host.and_then(|host| host.storage),
        loads: machine.watch.map(|watch| watch.loads).unwrap_or_default(),
    }
}

/// Runs an export whose parameters are regions with these contents.
pub(crate) fn attempt_in_regions(program: &Program<'_>, func: Func, contents: &[&[u8]]) -> Verdict {
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
    machine.host = Some(TrialHost::new(program, &[]));
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
            match returned.and_then(|returned| complaint_of(&returned)) {
                Some(complaint) => Verdict::Refused(complaint),
                None => Verdict::Passed,
            }
        }
        None => match machine.host.as_ref().and_then(|host| host.ending) {
            Some(Ending::Passed) => Verdict::Passed,
            _ => Verdict::Refused(Complaint::find(&machine.written())),
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
        // Sylvia.
        b"Unsupported message received: ",
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

    fn region_content(&self, region: u64) -> Option<Vec<u8>> {
        let address = self.word(region)?;
        let len = self.word(region + 8)?;
        let range = self.range(address, 0, len)?;
        self.memory.get(range)
    }

    fn word(&self, address: u64) -> Option<u64> {
        let range = self.range(address, 0, 4)?;
        self.memory.word(range.start).map(u64::from)
    }

    /// Asks the host; `None` if that ends the trial.
    pub(crate) fn ask(&mut self, func: Func, args: &[u64]) -> Option<Vec<u64>> {
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
            self.store(function, args)
        };
        if answered.is_none()
            && let Some(host) = self.host.as_mut()
        {
            host.ending = Some(Ending::Passed);
        }
        answered
    }

    /// Answers questions about the storage, and lets what is only told to others pass.
    fn store(&mut self, function: &HostFunction, args: &[u64]) -> Option<Vec<u64>> {
        use EffectKind as E;
        self.host.as_ref()?.storage.as_ref()?;
        if function.is(E::EventLog) || function.is(E::ReturnData) {
            return (function.result == HostResult::None).then(Vec::new);
        }
        let key = self.operand(function, args, "storage-key")?;
        let value = self.operand(function, args, "storage-value");
        let host = self.host.as_mut()?;
        let storage = host.storage.as_mut()?;
        let found = if function.is(E::StorageWrite) {
            storage.insert(key, value?)
        } else if function.is(E::StorageRemove) {
            storage.remove(&key)
        } else if function.is(E::StorageRead) {
            storage.get(&key).cloned()
        } else {
            return None;
        };
        let answer = u64::from(found.is_some());
        let mut registers = function.args.iter().zip(args);
        if let Some(found) = found
            && let Some((_, number)) = registers.find(|(arg, _)| arg.role == Role::Register)
        {
            host.registers.insert(*number, found);
        }
        (function.result == HostResult::Answer).then(|| vec![answer])
    }

    /// The bytes that an argument of this meaning points to.
    fn operand(&self, function: &HostFunction, args: &[u64], what: &str) -> Option<Vec<u8>> {
        let index = function
            .args
            .iter()
            .position(|arg| arg.role == Role::InPtr && arg.what == what)?;
        let len = *args.get(usize::from(function.args[index].len?))?;
        let len = Some(len).filter(|len| *len <= MAX_CONTENT)?;
        let range = self.range(*args.get(index)?, 0, len)?;
        self.memory.get(range)
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
                    content = self.memory.get(range)?;
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
                    if let Some(watch) = self.watch.as_mut().filter(|watch| watch.content == out) {
                        watch.place = *val as usize..*val as usize + out.len();
                    }
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
