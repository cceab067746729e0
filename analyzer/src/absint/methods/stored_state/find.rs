//! Finding the record by trial: a constructor is run to see what it writes, and another method on changes of that, to see
//! which of them it takes.

use std::collections::BTreeMap;

use super::{LENGTH, Part, PartKind, StoredState};
use crate::absint::functions::concrete::Concrete;
use crate::absint::functions::program::Program;
use crate::absint::methods::trial::{Storage, rehearse};
use crate::ir::Func;

/// Methods that are tried as readers of the record.
const MAX_READERS: usize = 40;
/// Changes that are tried.
const MAX_TRIALS: u32 = 400;
/// Larger records are not looked at.
const MAX_RECORD: usize = 2048;
/// Longer runs of bytes are no prefix of a collection.
const MAX_PREFIX: usize = 64;
/// What can be in an option or a list, as it is encoded.
const PAYLOADS: &[&[u8]] = &[
    b"\x0a\0\0\0alice.near",
    &[0; 16],
    &[0; 8],
    &[0; 4],
    &[0; 1],
    &[0; 32],
];

impl StoredState {
    /// Finds the record of a contract from its methods, each with an input that it takes.
    pub(crate) fn find(program: &Program<'_>, methods: &[(Func, Vec<u8>)]) -> Option<StoredState> {
        let key = program.host.state_key.as_ref()?.as_bytes();
        let start = program.start.as_ref()?;
        let written = |method: &(Func, Vec<u8>)| {
            let trial = rehearse(program, start, method.0, &method.1, Storage::new(), &[]);
            let mut storage = trial.storage.filter(|_| trial.accepted)?;
            storage
                .remove(key)
                .filter(|record| record.len() <= MAX_RECORD)
        };
        let (constructor, record) = methods
            .iter()
            .enumerate()
            .filter_map(|(i, method)| Some((i, written(method)?)))
            .max_by_key(|(i, record)| (record.len(), std::cmp::Reverse(*i)))?;
        let input = &methods[constructor].1;
        let readers = methods.iter().take(MAX_READERS).enumerate();
        let mut readers = readers.filter(|(i, _)| *i != constructor);
        readers.find_map(|(_, reader)| {
            let mut finder = Finder {
                program,
                start,
                key,
                reader,
                input,
                record: record.clone(),
                loads: BTreeMap::new(),
                left: MAX_TRIALS,
            };
            finder.parts().map(|parts| StoredState {
                key: key.to_vec(),
                parts,
            })
        })
    }
}

struct Finder<'a> {
    program: &'a Program<'a>,
    start: &'a Concrete<'a>,
    key: &'a [u8],
    /// A method that reads the record.
    reader: &'a (Func, Vec<u8>),
    /// What the constructor was called with.
    input: &'a [u8],
    record: Vec<u8>,
    /// The widths with which the record is read, by offset.
    loads: BTreeMap<u32, u32>,
    left: u32,
}

impl Finder<'_> {
    /// The parts of the record; `None` if the method does not read it, or the trials do not suffice.
    fn parts(&mut self) -> Option<Vec<Part>> {
        let mut cut = self.record.clone();
        cut.pop()?;
        if !self.takes(&self.record.clone()) || self.takes(&cut) {
            return None;
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut at = 0;
        while at < self.record.len() {
            let (kind, len) = self.part(at);
            parts.push(Part {
                kind,
                offset: u32::try_from(at).ok()?,
                bytes: self.record[at..at + len].to_vec(),
            });
            at += len;
        }
        (self.left > 0).then_some(parts)
    }

    /// The part that begins at an offset: its kind and size.
    fn part(&mut self, at: usize) -> (PartKind, usize) {
        let width = self.width_at(at);
        let mut changed = self.record.clone();
        changed[at] ^= 1;
        if self.takes(&changed) {
            return (PartKind::Number, width);
        }
        let Some(len) = self.length_at(at) else {
            let found = self.present(at).or_else(|| self.optional(at, 1));
            return found.unwrap_or((PartKind::Number, 1));
        };
        let content = at + LENGTH..at + LENGTH + len;
        if len == 0 {
            let found = self.optional(at, LENGTH).or_else(|| self.optional(at, 1));
            return found.unwrap_or((PartKind::Number, 1));
        }
        // Texts take no such bytes.
        changed.clone_from(&self.record);
        changed[content.clone()].fill(0xff);
        let given = self
            .input
            .windows(len)
            .any(|window| *window == self.record[content.clone()]);
        let is_prefix = len <= MAX_PREFIX && !given && self.takes(&changed);
        let kind = match is_prefix {
            true => PartKind::Fixed,
            false => PartKind::Text,
        };
        (kind, LENGTH + len)
    }

    /// How many bytes are read at once from an offset on, up to where something else is read.
    fn width_at(&self, at: usize) -> usize {
        let width = self.loads.get(&(at as u32)).copied().unwrap_or(1) as usize;
        let next = self.loads.range(at as u32 + 1..).next();
        let room = next.map_or(self.record.len(), |(next, _)| *next as usize) - at;
        width.clamp(1, room.max(1))
    }

    /// The length that stands at an offset, if as many bytes follow.
    fn length_at(&self, at: usize) -> Option<usize> {
        let bytes = self.record.get(at..at + LENGTH)?;
        let len = u32::from_le_bytes(bytes.try_into().ok()?) as usize;
        (len <= self.record.len() - at - LENGTH).then_some(len)
    }

    /// The option at an offset, if something is in it: without that, the record is one as well.
    fn present(&mut self, at: usize) -> Option<(PartKind, usize)> {
        if self.record.get(at) != Some(&1) {
            return None;
        }
        let text = self.length_at(at + 1).map(|len| LENGTH + len);
        let fixed = PAYLOADS.iter().map(|payload| payload.len());
        let room = self.record.len() - at - 1;
        for len in text.into_iter().chain(fixed).filter(|len| *len <= room) {
            let mut emptied = self.record.clone();
            emptied[at] = 0;
            emptied.drain(at + 1..at + 1 + len);
            if self.takes(&emptied) {
                // How this one is read.
                let record = self.record.clone();
                self.takes(&record);
                let until = (at + 1 + len) as u32;
                return Some((PartKind::Count { until }, 1));
            }
        }
        None
    }

    /// Puts something into an option or list that is empty, whose tag or length of this width stands at an offset.
    fn optional(&mut self, at: usize, width: usize) -> Option<(PartKind, usize)> {
        let tag = self.record.get(at..at + width)?;
        if tag.iter().any(|byte| *byte != 0) {
            return None;
        }
        for payload in PAYLOADS {
            let mut filled = self.record.clone();
            filled[at] = 1;
            filled.splice(at + width..at + width, payload.iter().copied());
            if self.takes(&filled) {
                self.record.clone_from(&filled);
                // How this one is read.
                self.takes(&filled);
                let until = (at + width + payload.len()) as u32;
                return Some((PartKind::Count { until }, width));
            }
        }
        None
    }

    /// Whether the method takes a record.
    fn takes(&mut self, record: &[u8]) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let storage = Storage::from([(self.key.to_vec(), record.to_vec())]);
        let (func, input) = self.reader;
        let trial = rehearse(self.program, self.start, *func, input, storage, record);
        if trial.accepted && record == self.record {
            self.loads = trial.loads;
        }
        trial.accepted
    }
}
