//! Arguments that the host passes by name, among them who calls: in a list in the contract's memory (ChainMaker), or in the
//! answer to a request (XuperChain). Which names a method asks for is found out by running it with stand-ins: none of them
//! is the name that is asked for, and what they were compared with is. Where the host hands them out one by one, each call
//! says which ([`Asked`]).

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::absint::domain::arena::{Arena, Bytes, Label, LabelSet};
use crate::absint::domain::memory::State;
use crate::absint::encodings::easy_codec::MARK;
use crate::absint::functions::program::Program;
use crate::absint::machine::interp::Machine;
use crate::absint::machine::record::Ctx;
use crate::absint::methods::method::{Request, Run, run};
use crate::absint::methods::probe::STAND_IN;
use crate::facts::{self, EffectGraph, Labels, NodeData, NodeKind, Param};
use crate::host::{Encoding, ExportedEntry, Field, HostModel, Place};
use crate::ir::{Callee, Func, Function, Op, Value, ValueDef};

/// Runs until no further name is found: behind an argument that must be there, the method asks for others.
const MAX_ROUNDS: usize = 12;
/// The lengths of names that are found.
const NAME_LENGTHS: std::ops::Range<usize> = 1..33;
/// How many calls deep names are looked for that a method mentions.
const MENTION_DEPTH: usize = 2;
/// More names are not tried.
const MAX_MENTIONED: usize = 40;
/// What values are: as texts, numbers and hexadecimal digits they all pass.
pub(crate) const VALUE: &[u8] = b"12345678";
/// What the host's own handle is.
const HANDLE: &[u8] = b"1234";

/// Which arguments a call brings along.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    /// Their names; the number of each is that of its parameter.
    names: Vec<String>,
    stand_ins: StandIns,
}

/// What stands in for arguments whose names are not known.
#[derive(Clone, Copy, Debug, Default)]
enum StandIns {
    #[default]
    None,
    /// One that is longer than any name: those who sort names compare as many bytes as both have.
    Long,
    /// One of each length: others compare only names of the same length.
    EachLength,
}

/// The names of arguments that a method asked the host for, one call for each (Casper), in the order of the first calls.
#[derive(Debug, Default)]
pub(crate) struct Asked(Vec<String>);

impl Asked {
    /// The number of the argument of a name; `None` if it does not look like one.
    pub(crate) fn number(&mut self, name: &[u8]) -> Option<u32> {
        if !NAME_LENGTHS.contains(&name.len()) || !name.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let name = String::from_utf8_lossy(name);
        let known = self.0.iter().position(|asked| *asked == name);
        let number = known.unwrap_or_else(|| {
            self.0.push(name.into_owned());
            self.0.len() - 1
        });
        u32::try_from(number).ok()
    }

    /// What was asked for as the method's parameters; `None` if nothing was.
    pub(crate) fn params(self) -> Option<Vec<Param>> {
        (!self.0.is_empty()).then(|| self.0.into_iter().map(Param::named).collect())
    }
}

impl Arguments {
    /// Runs a method with the arguments that it asks for; `None` if the host passes none this way.
    pub(crate) fn run(
        program: &Program<'_>,
        entry: &ExportedEntry<'_>,
    ) -> Option<(Run, Vec<Param>)> {
        let passes = allocator(program).is_some() && layout(program.host).is_some()
            || answers_with_arguments(program);
        if !passes {
            return None;
        }
        let mut names: Vec<String> = Vec::new();
        for stand_ins in [StandIns::Long, StandIns::EachLength] {
            for _ in 0..MAX_ROUNDS {
                let arguments = Arguments {
                    names: names.clone(),
                    stand_ins,
                };
                let found = arguments.asked_for(program, entry);
                if found.is_empty() {
                    break;
                }
                names.extend(found);
            }
            if !names.is_empty() {
                break;
            }
        }
        if names.is_empty() {
            names = mentioned_names(program, entry.func);
            // Names that nothing comes of are none of arguments.
            let (run, _) = with_names(program, entry, names.clone());
            let used = params_in(&run.graph);
            let mut number = 0..;
            names.retain(|_| number.next().is_some_and(|n| used.contains(&n)));
        }
        Some(with_names(program, entry, names))
    }

    /// Further names that the method asks for.
    fn asked_for(&self, program: &Program<'_>, entry: &ExportedEntry<'_>) -> BTreeSet<String> {
        let request = Request {
            discover: true,
            arguments: Some(self.clone()),
            ..Request::default()
        };
        let contents = run(program, entry, &request).guesses.contents;
        let is_name = |name: &String| {
            name.len() < NAME_LENGTHS.end && !name.contains(char::is_control) && !self.has(name)
        };
        contents
            .into_iter()
            .filter_map(|bytes| String::from_utf8(bytes).ok())
            .filter(is_name)
            .collect()
    }

    fn has(&self, name: &String) -> bool {
        self.names.contains(name)
    }

    /// The arguments, those that stand in for others included: their names, and whose data they are.
    pub(crate) fn named(&self) -> Vec<(Vec<u8>, Label)> {
        let lengths = match self.stand_ins {
            StandIns::None => 0..0,
            StandIns::Long => NAME_LENGTHS.end..NAME_LENGTHS.end + 1,
            StandIns::EachLength => NAME_LENGTHS,
        };
        let known = (0..).zip(&self.names);
        known
            .map(|(number, name)| (name.as_bytes().to_vec(), Label::Param(number)))
            .chain(lengths.map(|len| (vec![STAND_IN; len], Label::Input)))
            .collect()
    }

    /// Puts the arguments where the contract wants them.
    pub(crate) fn give(&self, machine: &mut Machine<'_>, state: State) -> State {
        let program = machine.program;
        let content = self.content(&mut machine.arena, program.host);
        let len = machine.arena.length_of(content).unwrap_or(0);
        let (Some(allocate), Some(_)) = (allocator(program), layout(program.host)) else {
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
            let (value, label) = match label_of(&field.what) {
                Some(label) => (VALUE, label),
                // What the host itself wants back: nobody's data.
                None => (HANDLE, Label::Input),
            };
            items.push((field.name.as_bytes().to_vec(), value, label));
        }
        items.extend(
            self.named()
                .into_iter()
                .map(|(name, label)| (name, VALUE, label)),
        );
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

/// Runs a method with arguments of these names.
fn with_names(
    program: &Program<'_>,
    entry: &ExportedEntry<'_>,
    names: Vec<String>,
) -> (Run, Vec<Param>) {
    let params = names.iter().cloned().map(Param::named).collect();
    let request = Request {
        arguments: Some(Arguments {
            names,
            stand_ins: StandIns::None,
        }),
        ..Request::default()
    };
    (run(program, entry, &request), params)
}

/// The parameters that anything comes of.
fn params_in(graph: &EffectGraph) -> BTreeSet<u32> {
    let labels_of = |node: &NodeData| match &node.kind {
        NodeKind::Effect(effect) => effect
            .operands
            .iter()
            .flat_map(|operand| operand.content.labels_through_digests())
            .collect(),
        NodeKind::Branch(branch) => branch.labels(),
        _ => Labels::default(),
    };
    let mut found = BTreeSet::new();
    for label in graph.nodes.values().flat_map(labels_of) {
        params_of(&label, &mut found);
    }
    found
}

fn params_of(label: &facts::Label, found: &mut BTreeSet<u32>) {
    match label {
        facts::Label::Param(number) => {
            found.insert(*number);
        }
        facts::Label::Storage(content) => {
            for label in content.labels() {
                params_of(&label, found);
            }
        }
        _ => {}
    }
}

/// The texts that look like names among the constants which a method and what it calls hand to other functions as address
/// and length. Some look names up by what they hash to, and others compare byte by byte (Go).
fn mentioned_names(program: &Program<'_>, root: Func) -> Vec<String> {
    let mut names = Vec::new();
    let mut level = vec![root];
    let mut seen = BTreeSet::from([root]);
    for _ in 0..MENTION_DEPTH {
        let mut next = Vec::new();
        for info in level.iter().filter_map(|func| program.info(*func)) {
            for inst in info.ir.insts.values() {
                let Op::Call(Callee::Direct(callee)) = inst.op else {
                    continue;
                };
                let pairs = inst.args.windows(2);
                names.extend(pairs.filter_map(|pair| mentioned(program, info.ir, pair)));
                if seen.insert(callee) {
                    next.push(callee);
                }
            }
        }
        level = next;
    }
    let mut known = BTreeSet::new();
    names.retain(|name| known.insert(name.clone()));
    names.truncate(MAX_MENTIONED);
    names
}

/// The name that an address and a length mean, if they are constants and it looks like one.
fn mentioned(program: &Program<'_>, function: &Function, pair: &[Value]) -> Option<String> {
    let constant = |value: &Value| match function.values[*value].def {
        ValueDef::Result(inst, 0) => match function.insts[inst].op {
            Op::Const(_, bits) => usize::try_from(bits).ok(),
            _ => None,
        },
        _ => None,
    };
    let (address, len) = (constant(&pair[0])?, constant(&pair[1])?);
    if !NAME_LENGTHS.contains(&len) {
        return None;
    }
    let bytes = program.image.data.get(address..address.checked_add(len)?)?;
    let is_name = bytes[0].is_ascii_alphabetic()
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b));
    is_name.then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Whose data it is what the host passes along.
pub(crate) fn label_of(what: &str) -> Option<Label> {
    Some(match what {
        "caller" => Label::Caller,
        "origin" => Label::Origin,
        "attached-value" => Label::AttachedValue,
        "time" => Label::Time,
        "block-info" => Label::BlockInfo,
        "account" => Label::Chain,
        "method-name" => Label::SelfIdentity,
        _ => return None,
    })
}

/// The function that makes room for the arguments in the contract's memory.
fn allocator(program: &Program<'_>) -> Option<Func> {
    let allocator = program.host.input_allocator.as_deref()?;
    let mut exports = program.module.exported_funcs();
    let (_, func) = exports.find(|(name, _)| *name == allocator)?;
    Some(func)
}

/// Whether the arguments are in what the host answers to a request of the module's.
fn answers_with_arguments(program: &Program<'_>) -> bool {
    let gives_them = |via: &str| {
        let answers =
            |field: &Field| field.what == "calldata" && matches!(field.place, Place::Number(_));
        let mut operations = program.host.virtual_functions.iter();
        operations.any(|v| v.via == via && v.gives.iter().any(answers))
    };
    program
        .host_functions()
        .values()
        .flatten()
        .filter(|function| function.selector.is_some())
        .any(|function| gives_them(&format!("{}.{}", function.module, function.name)))
}

fn layout(host: &HostModel) -> Option<&crate::host::Layout> {
    host.layouts
        .iter()
        .find(|layout| layout.of == "calldata" && layout.encoding == Encoding::EasyCodec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_numbered_as_they_are_asked_for() {
        let mut asked = Asked::default();
        assert_eq!(asked.number(b"patient"), Some(0));
        assert_eq!(asked.number(b"id_card"), Some(1));
        assert_eq!(asked.number(b"patient"), Some(0));
        assert_eq!(asked.number(b"\x00\x01"), None, "no name");
        let names: Option<Vec<_>> = asked
            .params()
            .map(|all| all.into_iter().map(|p| p.name).collect());
        let expected = ["patient", "id_card"].map(|name| Some(name.to_owned()));
        assert_eq!(names.as_deref(), Some(&expected[..]));
    }
}
