//! What makes data harmless inside the contract: the cores of digests and ciphers, and functions that the user declared.
//! What comes out no longer shows what went in, but it is remembered what that was.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::absint::domain::arena::{Bytes, Kind, Label, LabelSet, Val, ValData};
use crate::absint::domain::memory::{Place, Reached, State};
use crate::absint::functions::program::Extent;
use crate::absint::functions::summary;
use crate::absint::machine::call::Results;
use crate::absint::machine::interp::{Frame, Machine};
use crate::crypto::{self, Core};
use crate::facts::Seal;
use crate::graph::callgraph::Lifted;
use crate::ir::Func;
use crate::module::Module;
use crate::{Options, Sealer};

/// How many words behind a pointer to declared data are taken to be the data.
const MARKED_WORDS: u32 = 8;

/// How long a block of data is that a core is given without a known length.
const BLOCK: i32 = 64;
/// More than this behind a pointer is not looked at.
const MOST_READ: u32 = 1024;

/// What is known of a function as one that makes data harmless, or is given data that is to be followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FuncSeal {
    core: Option<Core>,
    /// What a core reads behind each of its parameters.
    reads: SmallVec<[Extent; 4]>,
    declared: Option<Sealer>,
    /// Parameters with declared data, by the number of the declaration.
    marks: SmallVec<[(u32, u32); 1]>,
}

impl FuncSeal {
    pub(crate) fn is_nothing(&self) -> bool {
        self.core.is_none() && self.declared.is_none() && self.marks.is_empty()
    }
}

/// Everything of that kind in a module.
pub(crate) struct Seals(FxHashMap<Func, FuncSeal>);

impl Seals {
    pub(crate) fn new(module: &Module, lifted: &Lifted, options: &Options) -> Self {
        let mut all: FxHashMap<Func, FuncSeal> = FxHashMap::default();
        for (func, core) in crypto::cores(module, lifted) {
            let seal = all.entry(func).or_default();
            seal.core = Some(core);
            seal.reads = lifted.get(func).map(summary::reads).unwrap_or_default();
        }
        for sealer in &options.sealers {
            let seal = all.entry(sealer.func).or_default();
            seal.declared.get_or_insert(*sealer);
        }
        for mark in &options.marks {
            let seal = all.entry(mark.func).or_default();
            seal.marks.push((mark.param, mark.id));
        }
        Seals(all)
    }

    pub(crate) fn core(&self, func: Func) -> Option<Core> {
        self.0.get(&func)?.core
    }

    pub(crate) fn of(&self, func: Func) -> FuncSeal {
        self.0.get(&func).cloned().unwrap_or_default()
    }
}

impl<'p> Machine<'p> {
    /// Calls a function that makes data harmless, or is given declared data.
    pub(crate) fn call_sealing(
        &mut self,
        frame: &mut Frame<'p>,
        state: &mut State,
        offset: u32,
        func: Func,
        args: &[Val],
    ) -> Option<Results> {
        let info = self.program.info(func)?;
        let seal = &info.seal;
        let mut args: SmallVec<[Val; 8]> = SmallVec::from_slice(args);
        for (param, id) in &seal.marks {
            if let Some(arg) = args.get_mut(*param as usize) {
                *arg = self.mark(state, *arg, *id);
            }
        }
        if let Some(core) = seal.core.filter(|_| info.summary.pure) {
            let read = self.read_by_core(state, &args, &seal.reads);
            let labels = match core {
                Core::Digest => self.sealed(read, Label::Digest),
                Core::Cipher => self.sealed(read, |of| Label::Sealed(Seal::Cipher, of)),
            };
            return Some(self.opaque_as(state, func, &args, labels));
        }
        let Some(sealer) = seal.declared else {
            return self.call_plainly(frame, state, offset, func, &args);
        };
        let given = |i: u32| args.get(i as usize).copied();
        let parts: SmallVec<[Val; 2]> = [Some(sealer.input), sealer.salt]
            .into_iter()
            .flatten()
            .filter_map(given)
            .collect();
        let read = self.read_by_unknown(state, &parts);
        let labels = self.sealed(read, |of| Label::Sealed(Seal::Declared(sealer.id), of));
        let results = self.call_plainly(frame, state, offset, func, &args)?;
        match sealer.output.and_then(given) {
            Some(output) => {
                let writes = &info.summary.writes;
                let extent = sealer.output.and_then(|i| writes.get(i as usize).copied());
                self.written(state, output, extent.unwrap_or(Extent::Unknown), labels);
                Some(results)
            }
            None => Some(self.unknown_results(results.len(), labels)),
        }
    }

    /// Where what a core reads comes from: its state at known distances, blocks of data one after the other.
    fn read_by_core(&mut self, state: &State, args: &[Val], reads: &[Extent]) -> LabelSet {
        let mut labels = LabelSet::NONE;
        for (i, arg) in args.iter().enumerate() {
            let (from, to) = match reads.get(i) {
                Some(Extent::Known(from, to)) => (*from, *to),
                _ => (0, BLOCK),
            };
            let len = u32::try_from(to.saturating_sub(from)).unwrap_or(0);
            for place in self.places(*arg, 0) {
                let place = Place {
                    off: place.off.saturating_add_signed(from),
                    ..place
                };
                let image = &self.program.image;
                // Memory is looked at by words of 8 bytes.
                let before = place.off % 8;
                let reach = (before + len.min(MOST_READ)).next_multiple_of(8) - before;
                let mut all = Reached::default();
                state.reachable(&mut self.arena, image, place, (reach, 0), &mut all);
                labels = self.arena.union(labels, all.labels);
            }
        }
        labels
    }

    /// The label of what was made of data with these labels; none, if the data has none.
    fn sealed(&mut self, read: LabelSet, label: impl Fn(Bytes) -> Label) -> LabelSet {
        // Digests are made block by block, each with what came out before: it is all one digest.
        let mut plain = LabelSet::NONE;
        let list: Vec<Label> = self.arena.label_list(read).collect();
        for label in list {
            let more = match label {
                Label::Digest(of) | Label::Sealed(_, of) => self.arena.labels_of(of),
                label => self.arena.label(label),
            };
            plain = self.arena.union(plain, more);
        }
        if plain == LabelSet::NONE {
            return LabelSet::NONE;
        }
        let of = self.arena.hole(plain, None);
        let of = self.arena.flattened(of);
        self.arena.label(label(of))
    }

    /// Labels a value, and what it points to, as declared data.
    fn mark(&mut self, state: &mut State, arg: Val, id: u32) -> Val {
        let label = self.arena.label(Label::Marked(id));
        let places: SmallVec<[Place; 1]> = self.place(arg, 0).into_iter().collect();
        if places.is_empty() {
            return self.labelled(arg, label);
        }
        let image = &self.program.image;
        for place in places {
            for word in 0..MARKED_WORDS {
                let at = Place {
                    off: place.off.saturating_add(8 * word),
                    ..place
                };
                let held = state.load(&mut self.arena, image, at, 8);
                let held = self.labelled(held, label);
                state.store(&mut self.arena, at, 8, held);
            }
        }
        arg
    }

    fn labelled(&mut self, val: Val, more: LabelSet) -> Val {
        let data = self.arena.data(val);
        let (kind, labels) = match data.kind {
            Kind::Obj(content) => (Kind::Any, self.arena.labels_of(content)),
            kind => (kind, data.labels),
        };
        let labels = self.arena.union(labels, more);
        self.arena.val(ValData {
            kind,
            labels,
            ..data
        })
    }
}
