//! Named arguments that the host writes into the contract's memory before a method runs (ChainMaker): a list of keys and
//! values, among them who calls. Which keys a method asks for is found out by running it on a list whose keys are open:
//! none of them is taken to be the one that is asked for, and what it was compared with is a name.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::arena::{Arena, Bytes, Label, LabelSet};
use super::easy_codec::MARK;
use super::interp::Machine;
use super::memory::State;
use super::method::{Request, Run, run};
use super::probe::STAND_IN;
use super::program::Program;
use super::record::Ctx;
use crate::facts::Param;
use crate::host::{Encoding, ExportedEntry, HostModel};

/// Runs until no further name is found: behind an argument that must be there, the method asks for others.
const MAX_ROUNDS: usize = 12;
/// The lengths of names that are found.
const NAME_LENGTHS: std::ops::Range<usize> = 1..33;
/// What values are: as texts, numbers and hexadecimal digits they all pass.
const VALUE: &[u8] = b"12345678";
/// What the host's own handle is.
const HANDLE: &[u8] = b"1234";

/// Which arguments a call brings along.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    /// Their names; the number of each is that of its parameter.
    pub(super) names: Vec<String>,
    /// Whether there are others whose names are open.
    open: bool,
}

impl Arguments {
    /// Runs a method with the arguments that it asks for; `None` if the host passes none this way.
    pub(super) fn run(
        program: &Program<'_>,
        entry: &ExportedEntry<'_>,
    ) -> Option<(Run, Vec<Param>)> {
        program.host.input_allocator.as_ref()?;
        layout(program.host)?;
        let mut names: Vec<String> = Vec::new();
        for _ in 0..MAX_ROUNDS {
            let request = Request {
                discover: true,
                arguments: Some(Arguments {
                    names: names.clone(),
                    open: true,
                }),
                ..Request::default()
            };
            let found: BTreeSet<String> = run(program, entry, &request)
                .guesses
                .contents
                .into_iter()
                .filter_map(|bytes| String::from_utf8(bytes).ok())
                .filter(|name| !names.contains(name))
                .collect();
            if found.is_empty() {
                break;
            }
            names.extend(found);
        }
        let params = names
            .iter()
            .map(|name| Param {
                name: Some(name.clone()),
                ty: None,
            })
            .collect();
        let request = Request {
            arguments: Some(Arguments { names, open: false }),
            ..Request::default()
        };
        Some((run(program, entry, &request), params))
    }

    /// Puts the arguments where the contract wants them.
    pub(super) fn give(&self, machine: &mut Machine<'_>, state: State) -> State {
        let program = machine.program;
        let content = self.content(&mut machine.arena, program.host);
        let len = machine.arena.length_of(content).unwrap_or(0);
        let allocator = program.host.input_allocator.as_deref().unwrap_or_default();
        let exported = program
            .module
            .exported_funcs()
            .find(|(name, _)| *name == allocator);
        let Some((_, allocate)) = exported else {
            return state;
        };
        let size = machine.arena.constant(u64::from(len));
        // An activation that nothing leads to: no part of the method.
        let ctx = machine
            .records
            .enter(Ctx::ROOT, allocate, u32::MAX, 0, allocate);
        let args = vec![size; program.module.func_type(allocate).params.len()];
        let Some((mut state, results)) = machine.run(allocate, &args, state.clone(), ctx).after
        else {
            return state;
        };
        for place in results
            .iter()
            .flat_map(|val| machine.places(*val, 0))
            .collect::<Vec<_>>()
        {
            state.write(&mut machine.arena, place, content, Some(len));
        }
        state
    }

    /// The list as ChainMaker encodes it: a mark, the count, and of each its kind, key, kind of value, value.
    fn content(&self, arena: &mut Arena, host: &HostModel) -> Bytes {
        let mut items: Vec<(Vec<u8>, &[u8], Label)> = Vec::new();
        let fields = layout(host)
            .map(|layout| &layout.fields[..])
            .unwrap_or_default();
        for field in fields {
            let (value, label) = match &*field.what {
                "caller" => (VALUE, Label::Caller),
                "origin" => (VALUE, Label::Origin),
                "time" => (VALUE, Label::Time),
                "block-info" => (VALUE, Label::BlockInfo),
                "account" => (VALUE, Label::Chain),
                // What the host itself wants back: nobody's data.
                _ => (HANDLE, Label::Input),
            };
            items.push((field.name.as_bytes().to_vec(), value, label));
        }
        for (number, name) in (0..).zip(&self.names) {
            items.push((name.as_bytes().to_vec(), VALUE, Label::Param(number)));
        }
        if self.open {
            for len in NAME_LENGTHS {
                items.push((vec![STAND_IN; len], VALUE, Label::Input));
            }
        }
        let mut head = MARK.to_vec();
        head.extend((items.len() as u32).to_le_bytes());
        let framing = arena.label(Label::Input);
        let mut runs: Vec<(Rc<[u8]>, LabelSet)> = Vec::new();
        for (key, value, label) in items {
            head.extend(word(USER));
            head.extend(word(key.len() as u32));
            head.extend(key);
            head.extend(word(BYTES));
            head.extend(word(value.len() as u32));
            runs.push((std::mem::take(&mut head).into(), framing));
            runs.push((value.into(), arena.label(label)));
        }
        arena.example(runs)
    }
}

/// Keys that users chose.
const USER: u32 = 1;
/// Values that are bytes.
const BYTES: u32 = 2;

fn word(word: u32) -> [u8; 4] {
    word.to_le_bytes()
}

fn layout(host: &HostModel) -> Option<&crate::host::Layout> {
    host.layouts
        .iter()
        .find(|layout| layout.of == "calldata" && layout.encoding == Encoding::EasyCodec)
}
