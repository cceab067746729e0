//! Reading what a contract hands back as data (CosmWasm's response). Which messages are in it, the contract's serializer
//! knows. So it is run once more on what it was given, with an example for whatever is unknown there: what it writes is
//! JSON of which each byte knows whose data it is. The run is for reading only; nothing of it stays.

use crate::absint::domain::arena::{Bytes, Kind, Label, LabelSet, PredSet, Space, Val, ValData};
use crate::absint::domain::memory::{FIRST_ALLOCATION, Place, State};
use crate::absint::encodings::json_text::Text;
use crate::absint::machine::call::Results;
use crate::absint::machine::interp::{Frame, Machine};
use crate::absint::machine::record::{EffectRecord, EventKind};
use crate::absint::methods::response::{self, Consequence};
use crate::facts::Reason;
use crate::ir::Func;

/// Instructions that one reading may take.
const FUEL: u64 = 45_000;
/// Instructions that all readings of a run may take.
pub(crate) const TO_READ: u64 = 150_000;
/// Where a value may be one of several, so many of them are tried.
const MAX_READINGS: usize = 12;
/// Nothing lies below this address: here are texts of which nothing is known.
const NOWHERE: u64 = 1024;
/// The example for unknown numbers, lengths and addresses. It is an address where nothing lies.
const NUMBER: u64 = 4;
/// The example for an unknown character.
const CHARACTER: u8 = b'1';
/// The least chunk of memory that Rust's allocator hands out, and its flags for one that is in use.
const LEAST_CHUNK: u32 = 16;
const IN_USE: u32 = 3;
/// How far behind a pointer the serializer's result is looked for.
const REACH: u32 = 64;

/// A reading under way.
#[derive(Debug)]
pub(crate) struct Rendering {
    /// Allocations from here on are the serializer's.
    first: Space,
    /// Which of several values is taken.
    choice: usize,
    /// The most values that there were to choose from.
    choices: usize,
    /// Whether a whole response is read.
    whole: bool,
    /// The work that was left when a choice between several was made for a number of which nothing is known.
    guessed: Option<u64>,
    /// The allocation of the contract's that was read last.
    read: Option<Space>,
    /// What of the serializer's was written, and what had been read last before.
    written: Vec<(Space, u32, Option<Space>)>,
}

impl Rendering {
    /// What was read last before this byte was written.
    fn source(&self, space: Space, off: u32) -> Option<Space> {
        let before = self.written.iter().filter(|w| w.0 == space && w.1 <= off);
        before.max_by_key(|w| w.1)?.2
    }
}

impl<'p> Machine<'p> {
    /// Reads what a serializer of responses would write, and notes what the host does because of it.
    pub(crate) fn render(
        &mut self,
        frame: &mut Frame<'p>,
        state: &State,
        offset: u32,
        func: Func,
        args: &[Val],
    ) {
        let reasons = self.reasons.clone();
        let fuel = (self.fuel, std::mem::take(&mut self.reserve));
        let (mut choice, mut read) = (0, false);
        loop {
            // Each reading has allocations of its own.
            let first = self.next_space();
            self.readings += 1;
            self.begin_rendering(choice, first);
            if let Some(rendering) = &mut self.rendering {
                rendering.whole = true;
            }
            self.arena.sampling = true;
            let allowed = FUEL.min(self.to_read);
            self.fuel = allowed;
            let ctx = self.records.enter(
                frame.ctx,
                frame.func,
                offset,
                u32::MAX - self.readings,
                func,
            );
            let outcome = self.run(func, args, state.clone(), ctx);
            self.arena.sampling = false;
            self.fuel += self.rendering.as_ref().and_then(|r| r.guessed).unwrap_or(0);
            self.to_read = self.to_read.saturating_sub(allowed - self.fuel);
            let Some(rendering) = self.rendering.take() else {
                break;
            };
            if let Some((after, results)) = outcome.after {
                read |= self.read_rendered(frame, offset, &after, args, &results, &rendering);
            }
            choice += 1;
            if choice >= rendering.choices.min(MAX_READINGS) || self.to_read == 0 {
                break;
            }
        }
        (self.fuel, self.reserve) = fuel;
        self.reasons = reasons;
        if !read {
            self.reasons.insert(Reason::UnreadResponse);
        }
    }

    /// From here on, what is read and not known is replaced by examples.
    pub(crate) fn begin_rendering(&mut self, choice: usize, first: Space) {
        self.rendering = Some(Rendering {
            first,
            choice,
            choices: 1,
            whole: false,
            guessed: None,
            read: None,
            written: Vec::new(),
        });
    }

    /// Looks for the JSON behind what the serializer was given and what it returned. Whether a response was found.
    fn read_rendered(
        &mut self,
        frame: &mut Frame<'p>,
        offset: u32,
        after: &State,
        args: &[Val],
        results: &Results,
        rendering: &Rendering,
    ) -> bool {
        let program = self.program;
        let mut read = false;
        for pointer in results.iter().chain(args) {
            let Some(place) = self.place(*pointer, 0) else {
                continue;
            };
            for off in (0..REACH).step_by(4) {
                let at = Place {
                    off: place.off.saturating_add(off),
                    ..place
                };
                let word = after.load(&mut self.arena, &program.image, at, 4);
                let Kind::Ptr {
                    space,
                    off,
                    exact: true,
                } = self.arena.data(word).kind
                else {
                    continue;
                };
                if space < rendering.first {
                    continue;
                }
                let from = Place {
                    space,
                    off,
                    exact: true,
                };
                let mut text = Text::default();
                for (byte, labels) in after.written_from(&self.arena, from) {
                    text.extend(&[byte.unwrap_or(CHARACTER)], labels);
                }
                let Some(found) = response::consequences(&mut self.arena, program.host, text)
                else {
                    continue;
                };
                read = true;
                for consequence in found {
                    let at = u32::try_from(consequence.at).unwrap_or(u32::MAX);
                    let source = rendering.source(space, off.saturating_add(at));
                    self.follow(frame, offset, consequence, source);
                }
            }
        }
        read
    }

    /// Notes what the host does, where the contract made up its mind: at the allocation that holds the message.
    fn follow(
        &mut self,
        frame: &mut Frame<'p>,
        offset: u32,
        consequence: Consequence,
        source: Option<Space>,
    ) {
        let record = EffectRecord {
            kinds: consequence.kinds,
            host_function: consequence.path,
            operands: consequence.operands,
            gives: LabelSet::NONE,
            may_reenter: false,
            tells_failure: false,
            // Messages of a response are part of the transaction.
            atomic: true,
        };
        match source {
            Some(space) => {
                let known = self.consequences.entry(space).or_default();
                if !known.contains(&record) {
                    known.push(record);
                }
            }
            None => self.event(frame, offset, EventKind::Effect(record)),
        }
    }

    /// Notes that a choice between several is made. If it is made for a number of which nothing is known, what is written
    /// is no response of the contract's, and it is not read on.
    pub(crate) fn decided_by_example(&mut self, index: Val) {
        let labels = self.arena.data(index).labels;
        if let Some(rendering) = &mut self.rendering
            && rendering.whole
            && rendering.guessed.is_none()
            && self.arena.label_list(labels).any(|l| l == Label::MadeUp)
        {
            rendering.guessed = Some(self.fuel.saturating_sub(self.reserve));
            self.fuel = self.reserve;
        }
    }

    /// An example for a value that was read, where it is not known.
    pub(crate) fn settle(&mut self, val: Val, width: u32) -> Val {
        let Some(choice) = self.rendering.as_ref().map(|r| r.choice) else {
            return val;
        };
        let mut data = self.arena.data(val);
        let mut count = 1;
        if data.kind == Kind::Any && width > 1 {
            let made_up = self.arena.label(Label::MadeUp);
            data.labels = self.arena.union(data.labels, made_up);
        }
        if width == 1
            && self
                .arena
                .label_list(data.labels)
                .any(|l| l == Label::MadeUp)
        {
            // A text of which nothing is known, copied by words.
            data.kind = Kind::Any;
            data.labels = self.arena.without(data.labels, Label::MadeUp);
        }
        let kind = match data.kind {
            Kind::Any if width == 1 => Kind::Sample(u64::from(CHARACTER)),
            Kind::Any => Kind::Sample(NUMBER),
            Kind::Ptr { space, off, .. } => Kind::Ptr {
                space,
                off,
                exact: true,
            },
            Kind::OneOf(_) => {
                let choices = self.arena.as_choices(val).unwrap_or_default();
                count = choices.len();
                // The greatest first: a list with something in it.
                match choices
                    .iter()
                    .rev()
                    .nth(choice.min(count.saturating_sub(1)))
                {
                    Some(bits) => Kind::Const(*bits),
                    None => Kind::Sample(NUMBER),
                }
            }
            Kind::Places(_) => {
                let places = self.arena.as_places(data.kind, true).unwrap_or_default();
                count = places.len();
                match places.iter().rev().nth(choice.min(count.saturating_sub(1))) {
                    Some(place) => self.arena.kind_of_places(vec![*place]),
                    None => Kind::Sample(NUMBER),
                }
            }
            Kind::Pair { low, high } => Kind::Pair {
                low: self.settle(low, 4),
                high: self.settle(high, 4),
            },
            kind => kind,
        };
        if let Some(rendering) = &mut self.rendering {
            rendering.choices = rendering.choices.max(count);
        }
        self.arena.val(ValData { kind, ..data })
    }

    /// A word that is written while a response is, or a part of one. Lengths that follow from examples are taken for what
    /// they are: what comes next is written behind the text.
    pub(crate) fn measured(&mut self, val: Val) -> Val {
        let data = self.arena.data(val);
        match data.kind {
            Kind::Sample(bits)
                if self.rendering.is_some()
                    && self
                        .arena
                        .label_list(data.labels)
                        .any(|label| matches!(label, Label::Length | Label::MadeUp)) =>
            {
                self.arena.constant(bits)
            }
            _ => val,
        }
    }

    /// The word before an allocation, as Rust's allocator (dlmalloc) keeps it: the size of the chunk, and that it is in use.
    /// Its deallocator, which compilers inline, checks it.
    pub(crate) fn chunk_size(&mut self, place: Place) -> Option<Val> {
        self.rendering.as_ref()?;
        let is_header = place.space >= FIRST_ALLOCATION && place.off == 4u32.wrapping_neg();
        is_header.then_some(())?;
        let size = self.sizes.get(&place.space).copied().unwrap_or(0);
        let chunk = size.saturating_add(4 + 7) & !7;
        let header = u64::from(chunk.max(LEAST_CHUNK) | IN_USE);
        Some(self.arena.constant(header))
    }

    /// What is looked up in a table by unknown data comes from that.
    pub(crate) fn looked_up(&mut self, val: Val, by: Val) -> Val {
        let data = self.arena.data(val);
        let ValData {
            labels, decreased, ..
        } = self.arena.data(by);
        match data.kind {
            Kind::Const(bits)
                if (self.rendering.is_some() || self.in_regions && self.arena.sampling)
                    && labels != LabelSet::NONE =>
            {
                self.arena.val(ValData {
                    kind: Kind::Sample(bits),
                    labels,
                    decreased,
                    ..data
                })
            }
            _ => val,
        }
    }

    /// What is read at an address where nothing lies: an example of unknown text.
    pub(crate) fn read_nowhere(&mut self, address: Val, offset: u64, width: u32) -> Option<Val> {
        self.rendering.as_ref()?;
        // What is looked up in a table at a constant offset is there.
        self.arena
            .as_number(address)
            .filter(|address| address.saturating_add(offset) < NOWHERE)?;
        let mut data = self.arena.data(address);
        let bits = if width == 1 {
            // Only where the text is was made up, and that decides nothing.
            data.labels = self.arena.without(data.labels, Label::MadeUp);
            u64::from(CHARACTER)
        } else {
            let made_up = self.arena.label(Label::MadeUp);
            data.labels = self.arena.union(data.labels, made_up);
            NUMBER
        };
        Some(self.arena.val(ValData {
            kind: Kind::Sample(bits),
            preds: PredSet::NONE,
            ..data
        }))
    }

    /// The content of some bytes at an address where nothing lies.
    pub(crate) fn content_nowhere(&mut self, address: Val, len: u32) -> Option<Bytes> {
        let val = self.read_nowhere(address, 0, 1)?;
        let labels = self.arena.data(val).labels;
        let text = vec![CHARACTER; len.min(256) as usize];
        Some(self.arena.example([(text.into(), labels)]))
    }

    /// Notes that memory is read.
    pub(crate) fn reads(&mut self, place: Place) {
        if let Some(rendering) = &mut self.rendering
            && (FIRST_ALLOCATION..rendering.first).contains(&place.space)
        {
            rendering.read = Some(place.space);
        }
    }

    /// Notes that memory is written.
    pub(crate) fn writes(&mut self, place: Place) {
        if let Some(rendering) = &mut self.rendering
            && place.space >= rendering.first
        {
            let entry = (place.space, place.off, rendering.read);
            rendering.written.push(entry);
        }
    }
}
