//! Named arguments that the host writes into the contract's memory before a method runs (ChainMaker): a list of keys and
//! values, among them who calls. Which keys a method asks for is found out by running it on a list whose keys are open:
//! none of them is taken to be the one that is asked for, and what it was compared with is a name.

use std::collections::BTreeSet;

use super::arena::{Arena, Bytes, Label, LabelSet};
use super::interp::Machine;
use super::memory::State;
use super::method::{Request, Run, run};
use super::program::Program;
use super::record::Ctx;
use crate::facts::Param;
use crate::host::{Encoding, ExportedEntry, HostModel};

/// Runs until no further name is found: behind an argument that must be there, the method asks for others.
const MAX_ROUNDS: usize = 12;
/// The lengths of names that are found.
const NAME_LENGTHS: std::ops::Range<u32> = 1..33;
/// The length of values.
const VALUE: u32 = 32;

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
        let mut items = Vec::new();
        let fields = layout(host)
            .map(|layout| &layout.fields[..])
            .unwrap_or_default();
        for field in fields {
            let labels = match &*field.what {
                "caller" => arena.label(Label::Caller),
                "origin" => arena.label(Label::Origin),
                "time" => arena.label(Label::Time),
                "block-info" => arena.label(Label::BlockInfo),
                "account" => arena.label(Label::Chain),
                _ => LabelSet::NONE,
            };
            let key = arena.constant_bytes(field.name.as_bytes());
            items.push((key, field.name.len() as u32, labels));
        }
        for (number, name) in (0..).zip(&self.names) {
            let labels = arena.label(Label::Param(number));
            let key = arena.constant_bytes(name.as_bytes());
            items.push((key, name.len() as u32, labels));
        }
        if self.open {
            let selector = arena.label(Label::Selector);
            let labels = arena.label(Label::Input);
            for len in NAME_LENGTHS {
                let key = arena.hole(selector, Some(len));
                items.push((key, len, labels));
            }
        }
        let mut head = b"cmecv1.0\xff\xff\xff\xff\xff\xff\xff\xff".to_vec();
        head.extend((items.len() as u32).to_le_bytes());
        let mut parts = vec![arena.constant_bytes(&head)];
        for (key, len, labels) in items {
            parts.push(words(arena, [USER, len]));
            parts.push(key);
            parts.push(words(arena, [BYTES, VALUE]));
            parts.push(arena.hole(labels, Some(VALUE)));
        }
        arena.long(&parts)
    }
}

/// Keys that users chose.
const USER: u32 = 1;
/// Values that are bytes.
const BYTES: u32 = 2;

fn words(arena: &mut Arena, words: [u32; 2]) -> Bytes {
    arena.constant_bytes(&words.map(u32::to_le_bytes).concat())
}

fn layout(host: &HostModel) -> Option<&crate::host::Layout> {
    host.layouts
        .iter()
        .find(|layout| layout.of == "calldata" && layout.encoding == Encoding::EasyCodec)
}
