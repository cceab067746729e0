//! Methods: finds out what outsiders can call, and runs each.
//!
//! Where one export serves many methods, it is first run with an unknown selector, which shows the constants that the
//! selector is compared with. Then it is run again with each of them: the dispatcher is followed exactly, and what the
//! run does is what this method does. No dispatcher has to be recognised by its shape.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::absint::domain::arena::{Arena, Bytes, Kind, Label, LabelSet, PredSet, Val, ValData};
use crate::absint::domain::memory::State;
use crate::absint::encodings::names;
use crate::absint::functions::program::Program;
use crate::absint::machine::interp::Machine;
use crate::absint::methods::arguments::Arguments;
use crate::absint::methods::effects;
use crate::absint::methods::fields::{self, Variants};
use crate::absint::methods::messages::{self, Example};
use crate::absint::methods::probe::Guesses;
use crate::absint::methods::sample::{Sample, Samples};
use crate::absint::methods::selector;
use crate::absint::methods::stored_state::StoredState;
use crate::facts::{self, EffectGraph, Method, NodeKind, Param, Reason};
use crate::host::{Dispatch, EffectKind, EntryKind, ExportedEntry, Role};
use crate::ir::Func;
use crate::spec::encoded::Part;
use crate::spec::{self, Specs};

/// Stand for the contract's own account and for another's: no name that a contract would compare with.
const OWN_ACCOUNT: u64 = 0x1234_5678_9abc_def0;
const OTHER_ACCOUNT: u64 = 0x0fed_cba9_8765_4320;
/// The length of parameters behind a selector that nothing describes.
const ROOM: u32 = 508;
/// More methods behind one export than this are not told apart.
const MAX_METHODS: usize = 300;
/// What the front of an action's data is taken for where nothing describes it: that many parameters of 64 bits, such as
/// accounts. What is smaller or larger is then told apart as far as these are.
const UNDESCRIBED: u32 = 8;

/// How many parameters the input has that nothing describes, where each has a word of 32 bytes.
const WORDS: u32 = 16;
/// The input of a method without parameters.
const NO_ARGUMENTS: &[u8] = b"{}";

/// How an export is entered in one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request<'a> {
    /// Whether it is only to be found out what the selector is compared with.
    pub(crate) discover: bool,
    /// The name, selector or variant asked for; `None` for an unknown one.
    pub(crate) selector: Option<Selector>,
    /// The account whose action it is, where that is not the contract itself.
    pub(crate) first_receiver: Option<FirstReceiver>,
    pub(crate) layout: Layout<'a>,
    /// An input that the export takes, where one was found.
    pub(crate) sample: Option<Sample>,
    /// What is in the regions that are passed, where examples were found.
    pub(crate) regions: Vec<Example>,
    /// What the host puts into memory first.
    pub(crate) arguments: Option<Arguments>,
    /// An example of the record in which the contract keeps its state.
    pub(crate) state: Option<&'a StoredState>,
    /// What is read of fields that tell a variant; `None` for anything.
    pub(crate) variants: Option<Variants>,
    /// The export's parameters as a description has them.
    pub(crate) params: &'a [Param],
}

/// Parameters that the input consists of one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) enum Layout<'a> {
    /// The input is no such sequence.
    #[default]
    None,
    /// These, by size; `None` where that varies.
    Of(Vec<Option<u32>>),
    /// Nothing describes them.
    Unknown,
    /// These, after the selector, as a caller would encode them.
    Encoded(&'a [Part]),
    /// After the selector, a word of 32 bytes for each: Solidity's ABI, where no description says more.
    Words,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Selector {
    /// A number among the export's parameters.
    Name(u64),
    /// Bytes at the front of the input; others of the four that make a selector are unknown.
    Bytes(Vec<u8>),
    /// There is none: the input has nothing but parameters.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstReceiver {
    Own,
    Of(u64),
    Unknown,
}

/// What one run found.
pub(crate) struct Run {
    pub(crate) graph: EffectGraph,
    pub(crate) reasons: Vec<Reason>,
    /// Whether the example of the state was decoded.
    decoded_state: bool,
    /// What selectors of four bytes may be.
    pub(crate) guesses: Guesses,
    /// Names that the selector was compared with.
    names: BTreeSet<u64>,
    /// Names that the account of the action was compared with.
    accounts: BTreeSet<u64>,
    /// The parameters, where the host was asked for each by its name.
    asked: Option<Vec<Param>>,
}

impl Run {
    /// Whether the method can end well, or may where it was not followed.
    pub(crate) fn returns(&self) -> bool {
        does_end(&self.graph)
    }

    /// Whether it took more work than it may.
    fn is_spent(&self) -> bool {
        self.reasons.contains(&Reason::Limit("work"))
    }

    /// The same, or the other run: what is in the input decides.
    fn or_on(self, other: Run) -> Run {
        let graph = EffectGraph::either(&self.graph, &other.graph, facts::Label::Input);
        let mut reasons = self.reasons;
        reasons.extend(other.reasons);
        reasons.sort();
        reasons.dedup();
        Run {
            graph,
            reasons,
            ..self
        }
    }
}

/// Notes where a method was seen to abort on every way, although it makes decisions: of what it does when it goes well,
/// nothing is known.
fn note_no_good_end(mut method: Method) -> Method {
    let decides = |graph: &EffectGraph| {
        let mut nodes = graph.nodes.values();
        nodes.any(|node| matches!(node.kind, NodeKind::Branch(_)))
    };
    if method.reasons.is_empty() && !does_end(&method.graph) && decides(&method.graph) {
        method.reasons.push(Reason::NoGoodEnd);
    }
    method
}

/// Whether a method can end well, or may where it was not followed.
pub(crate) fn does_end(graph: &EffectGraph) -> bool {
    graph
        .nodes
        .values()
        .any(|node| matches!(node.kind, NodeKind::Return | NodeKind::Unknown(_)))
}

/// Runs everything that outsiders and the host can call.
pub(crate) fn methods(
    program: &Program<'_>,
    entries: &[ExportedEntry<'_>],
    specs: &Specs,
) -> Vec<Method> {
    let entries: Vec<_> = entries
        .iter()
        .filter(|entry| entry.kind != EntryKind::Support)
        .collect();
    let samples: Vec<Option<Samples>> = entries
        .par_iter()
        .map(|entry| Samples::find(program, entry.func))
        .collect();
    let inputs: Vec<(Func, Vec<u8>)> = entries
        .iter()
        .zip(&samples)
        .map(|(entry, sample)| {
            let input = sample.as_ref().map_or(NO_ARGUMENTS, |s| &s.whole.bytes);
            (entry.func, input.to_vec())
        })
        .collect();
    let state = StoredState::find(program, &inputs);
    entries
        .into_par_iter()
        .zip(samples)
        .flat_map_iter(|(entry, sample)| of_entry(program, entry, specs, sample, state.as_ref()))
        .map(note_no_good_end)
        .collect()
}

fn of_entry(
    program: &Program<'_>,
    entry: &ExportedEntry<'_>,
    specs: &Specs,
    samples: Option<Samples>,
    state: Option<&StoredState>,
) -> Vec<Method> {
    let found = match program.host.dispatch {
        Dispatch::ApplyName if entry.entry.args.iter().any(|a| a.what == "method-name") => {
            by_name(program, entry, specs)
        }
        Dispatch::Selector4 => selector::methods(program, entry, specs),
        Dispatch::JsonVariant => messages::methods(program, entry, specs),
        _ => Vec::new(),
    };
    if !found.is_empty() {
        return found;
    }
    let spec = specs.of_export(entry.export);
    let plain = Request {
        // The parameters are all there is.
        selector: spec
            .filter(|s| s.encoded.is_some())
            .map(|_| Selector::Nothing),
        layout: spec
            .and_then(|s| s.encoded.as_deref())
            .map_or(Layout::None, Layout::Encoded),
        params: spec.map_or(&[], |s| &s.params),
        ..Request::default()
    };
    // On the example of the state, and where the method does not go on with that, on any state. Where it has decoded both
    // examples, or has not come to the end of the first, the state is not to blame.
    let on_state = |request: &Request<'_>| {
        let on_example = state.map(|state| {
            let state = Some(state);
            let request = request.clone();
            run(program, entry, &Request { state, ..request })
        });
        on_example
            .filter(|run| {
                let blameless = request.sample.is_some() && (run.decoded_state || run.is_spent());
                run.returns() || blameless
            })
            .unwrap_or_else(|| run(program, entry, request))
    };
    let on_sample = |sample: &Sample| {
        on_state(&Request {
            sample: Some(sample.clone()),
            ..Request::default()
        })
    };
    let has_samples = samples.is_some();
    let sampled = samples.and_then(|samples| {
        let run = on_sample(&samples.whole);
        let (whole, unfinished) = match run.returns() {
            true => (Some(run), None),
            // What took too much work takes no less on any input.
            false => (
                None,
                Some(run).filter(|run| run.decoded_state && run.is_spent()),
            ),
        };
        // What changes nothing is the same either way.
        let bare = match &whole {
            Some(run) if !run.graph.acts_from(run.graph.entry()) => None,
            _ => samples.bare.as_ref().map(on_sample).filter(Run::returns),
        };
        // What it does without them is mostly what it does anyway.
        let run = match (whole, bare) {
            (Some(whole), Some(bare)) if goes_elsewhere(&bare, &whole) => whole.or_on(bare),
            (whole, bare) => whole.or(bare).or(unfinished)?,
        };
        Some((run, samples.whole.params))
    });
    let given = || Arguments::run(program, entry).filter(|(run, _)| run.returns());
    let (run, found) = match sampled.or_else(given) {
        Some((run, params)) => (run, Some(params)),
        None if program.typed => (fields::run_typed(program, entry, &plain), None),
        // Reading any input on the example of the state takes long, and that did not go on with the example of the input.
        None if has_samples => (run(program, entry, &plain), None),
        None => (on_state(&plain), None),
    };
    vec![Method {
        name: entry.export.to_owned(),
        kind: entry.kind,
        export: entry.export.to_owned(),
        selector: None,
        params: spec
            .map(|s| s.params.clone())
            .or(found)
            .or(run.asked)
            .unwrap_or_else(|| unnamed_params(program, entry)),
        graph: run.graph,
        reasons: run.reasons,
    }]
}

fn unnamed_params(program: &Program<'_>, entry: &ExportedEntry<'_>) -> Vec<Param> {
    if !entry.entry.args.is_empty() {
        return Vec::new();
    }
    let count = program.module.func_type(entry.func).params.len();
    vec![
        Param {
            name: None,
            ty: None
        };
        count
    ]
}

/// Antelope's `apply`: actions by name, and notifications of other accounts' actions.
fn by_name(program: &Program<'_>, entry: &ExportedEntry<'_>, specs: &Specs) -> Vec<Method> {
    let unknown = run(
        program,
        entry,
        &Request {
            discover: true,
            first_receiver: Some(FirstReceiver::Unknown),
            layout: Layout::Unknown,
            ..Request::default()
        },
    );
    let mut names = unknown.names;
    names.extend(specs.methods().filter_map(|m| names::encode(&m.name)));
    let transfer = spec::antelope::token_transfer();
    let described = |text: &str| {
        let convention = (text == transfer.name).then_some(&transfer);
        specs.method(text).or(convention)
    };
    let ask = |name: u64, first: FirstReceiver| {
        let text = names::decode(name);
        run(
            program,
            entry,
            &Request {
                discover: false,
                selector: Some(Selector::Name(name)),
                first_receiver: Some(first),
                layout: described(&text).map_or(Layout::Unknown, |m| Layout::Of(m.sizes.clone())),
                ..Request::default()
            },
        )
    };
    // No action is called `zzzz…`: what this does, every name does.
    let fallback = |first| shape(&ask(u64::MAX, first).graph);
    let own_fallback = fallback(FirstReceiver::Own);
    let other_fallback = fallback(FirstReceiver::Of(OTHER_ACCOUNT));
    let of_name = |name: u64| {
        let mut methods = Vec::new();
        let text = names::decode(name);
        let own = ask(name, FirstReceiver::Own);
        let params = described(&text).map_or_else(Vec::new, |m| m.params.clone());
        let method = |kind, selector: &str, run: Run| Method {
            name: text.clone(),
            kind,
            export: entry.export.to_owned(),
            selector: Some(selector.to_owned()),
            params: params.clone(),
            graph: run.graph,
            reasons: run.reasons,
        };
        if shape(&own.graph) != own_fallback {
            let native = program.host.native_actions.iter().any(|name| *name == text);
            let kind = if native && is_system(program) {
                EntryKind::Admin
            } else {
                EntryKind::Call
            };
            methods.push(method(kind, "action", own));
        }
        let anyone = ask(name, FirstReceiver::Of(OTHER_ACCOUNT));
        let by_anyone = shape(&anyone.graph);
        let accounts = anyone.accounts.clone();
        if by_anyone != other_fallback {
            methods.push(method(EntryKind::Notification, Method::FROM_ANYONE, anyone));
        }
        for account in &accounts {
            let run = ask(name, FirstReceiver::Of(*account));
            let this = shape(&run.graph);
            if this != other_fallback && this != by_anyone {
                let from = format!("notification from {}", names::decode(*account));
                methods.push(method(EntryKind::Notification, &from, run));
            }
        }
        methods
    };
    let names: Vec<u64> = names.into_iter().take(MAX_METHODS).collect();
    names.into_par_iter().flat_map_iter(of_name).collect()
}

/// Whether this is the system's own contract: it imports what hosts offer to no other.
fn is_system(program: &Program<'_>) -> bool {
    let mut imported = program.host_functions().values().flatten();
    imported.any(|f| f.effects.contains(&EffectKind::ChainAdmin))
}

/// Whether a run passes places that another does not.
fn goes_elsewhere(this: &Run, that: &Run) -> bool {
    let known = shape(&that.graph);
    shape(&this.graph)
        .iter()
        .any(|place| known.binary_search(place).is_err())
}

/// What tells the graphs of two methods apart: which places they pass.
pub(crate) fn shape(graph: &EffectGraph) -> Vec<(u32, u32)> {
    let mut places: Vec<(u32, u32)> = graph
        .nodes
        .values()
        .filter(|n| match &n.kind {
            // What is refused is no trait of a method.
            NodeKind::Effect(effect) => !effect.is(EffectKind::PanicAbort),
            kind => matches!(kind, NodeKind::Unknown(_)),
        })
        .map(|n| {
            let outer = n.site.chain.last().map_or(0, |c| c.1);
            (n.site.offset, outer)
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

pub(crate) fn run<'p>(
    program: &'p Program<'p>,
    entry: &ExportedEntry<'_>,
    request: &Request<'p>,
) -> Run {
    let mut machine = Machine::new(program, entry.func);
    machine.state_record.example = request.state;
    let globals = program
        .module
        .globals
        .values()
        .map(|global| match global.init {
            Some(bits) => machine.arena.constant(bits),
            None => Val::ANY,
        })
        .collect();
    let mut state = State::new(globals);
    machine.input = input(&mut machine.arena, program.host.dispatch, request);
    if request.discover {
        machine.arena.unlike_all = Some(machine.arena.label(Label::Selector));
    }
    machine.in_regions = !request.regions.is_empty();
    machine.in_words = selector::is_solidity(entry);
    machine.variants = request.variants;
    machine.arena.marks_lengths = machine.in_regions;
    machine.arguments.clone_from(&request.arguments);
    machine.reading = request.sample.is_some() || machine.in_regions || machine.arguments.is_some();
    machine.returned = entry.entry.returned;
    let flags = request.sample.iter().flat_map(|sample| &sample.flags);
    machine.flags = flags
        .map(|param| machine.arena.label(Label::Param(*param)))
        .collect();
    machine.has_examples = request.sample.is_some() || request.state.is_some();
    let args = arguments(&mut machine, &mut state, program, entry, request);
    if let Some(arguments) = &request.arguments {
        state = arguments.give(&mut machine, state);
    }
    if program.info(entry.func).is_some() {
        machine.start(entry.func, &args, state);
    } else {
        machine.reasons.insert(Reason::NotLifted(entry.func));
    }
    let (graph, whole) = effects::graph(
        &machine.arena,
        &machine.records,
        &machine.consequences,
        entry.func,
        &|func| program.info(func).map(|info| info.ir.entry),
    );
    if !whole {
        machine.reasons.insert(Reason::Limit("points of interest"));
    }
    let names = machine.arena.numbers_compared_with(Label::Selector);
    let accounts = machine.arena.numbers_compared_with(Label::FirstReceiver);
    Run {
        graph,
        reasons: machine.reasons.into_iter().collect(),
        decoded_state: machine.state_record.was_decoded(),
        names,
        guesses: std::mem::take(&mut machine.arena.guesses),
        accounts,
        asked: machine.asked.params(),
    }
}

/// The input as the contract will read it.
fn input(arena: &mut Arena, dispatch: Dispatch, request: &Request<'_>) -> Bytes {
    if let Some(sample) = &request.sample {
        return sample.content(arena);
    }
    match &request.layout {
        Layout::Of(sizes) => return sequence(arena, sizes.iter().copied()),
        Layout::Unknown => {
            let front = sequence(arena, (0..UNDESCRIBED).map(|_| Some(8)));
            let labels = arena.label(Label::Input);
            let rest = arena.hole(labels, None);
            return arena.concat(&[front, rest]);
        }
        Layout::None | Layout::Encoded(_) | Layout::Words => {}
    }
    let labels = arena.label(Label::Input);
    let rest = match (&request.layout, &request.selector) {
        (Layout::Encoded(parts), _) => sampled(arena, parts),
        (Layout::Words, _) => sequence(arena, (0..WORDS).map(|_| Some(32))),
        (_, Some(Selector::Bytes(_))) => arena.hole(labels, Some(ROOM)),
        _ => arena.hole(labels, None),
    };
    let front = match &request.selector {
        Some(Selector::Bytes(bytes)) => {
            let known = arena.constant_bytes(bytes);
            let selector = arena.label(Label::Selector);
            match 4 - bytes.len().min(4) {
                0 => known,
                open => {
                    let open = arena.hole(selector, Some(open as u32));
                    arena.concat(&[known, open])
                }
            }
        }
        Some(Selector::Nothing) => Bytes::EMPTY,
        // The export is the method.
        None if dispatch == Dispatch::Exports => Bytes::EMPTY,
        _ => {
            let selector = arena.label(Label::Selector);
            arena.hole(selector, Some(4))
        }
    };
    arena.concat(&[front, rest])
}

/// An input that is a plain sequence of parameters.
fn sequence(arena: &mut Arena, sizes: impl Iterator<Item = Option<u32>>) -> Bytes {
    let parts: Vec<Bytes> = (0..)
        .zip(sizes)
        .map(|(number, size)| {
            let labels = arena.label(Label::Param(number));
            arena.hole(labels, size)
        })
        .collect();
    arena.concat(&parts)
}

/// The parameters in the input, each with its label.
fn sampled(arena: &mut Arena, parts: &[Part]) -> Bytes {
    let pieces: Vec<Bytes> = parts
        .iter()
        .map(|part| match part {
            Part::Known(bytes) => arena.constant_bytes(bytes),
            Part::Data { param, len } => {
                let labels = arena.label(Label::Param(*param));
                arena.hole(labels, Some(*len))
            }
        })
        .collect();
    arena.concat(&pieces)
}

/// What the export's parameters are.
fn arguments(
    machine: &mut Machine<'_>,
    state: &mut State,
    program: &Program<'_>,
    entry: &ExportedEntry<'_>,
    request: &Request<'_>,
) -> Vec<Val> {
    let types = program.module.func_type(entry.func).params.clone();
    let mut args = Vec::new();
    for (i, _) in types.iter().enumerate() {
        let number = u32::try_from(i).unwrap_or(u32::MAX);
        let val = match entry.entry.args.get(i) {
            // Of a truth value, the tag is all.
            None if program.host.tagged_values() && !is_truth(request.params.get(i)) => {
                let labels = machine.arena.label(Label::Param(number));
                let content = machine.arena.hole(labels, Some(8));
                machine.arena.object(content)
            }
            None => labelled(machine, &[Label::Param(number)]),
            Some(arg) => match (arg.role, &*arg.what) {
                (Role::Region, what) => {
                    let content = match (request.regions.get(i), what) {
                        (Some(example), _) => example.content(&mut machine.arena),
                        (None, "calldata" | "reply") => machine.input,
                        _ => {
                            let labels = labels_of_what(machine, what, number);
                            machine.arena.hole(labels, None)
                        }
                    };
                    machine.given_region(state, number, content)
                }
                (Role::Scalar, "length") => match machine.arena.length_of(machine.input) {
                    // Room for any method's parameters: nothing is decided by it.
                    Some(len) => {
                        let len = u64::from(len);
                        machine.arena.example_number(len, LabelSet::NONE)
                    }
                    None => labelled(machine, &[Label::Input]),
                },
                (_, "self") => account(machine, Some(OWN_ACCOUNT), Label::SelfIdentity),
                (_, "first-receiver") => {
                    let known = match request.first_receiver {
                        Some(FirstReceiver::Own) => Some(OWN_ACCOUNT),
                        Some(FirstReceiver::Of(account)) => Some(account),
                        _ => None,
                    };
                    let label = match request.first_receiver {
                        Some(FirstReceiver::Own) => Label::SelfIdentity,
                        _ => Label::FirstReceiver,
                    };
                    account(machine, known, label)
                }
                (_, "method-name") => match request.selector {
                    Some(Selector::Name(name)) => machine.arena.constant(name),
                    _ => labelled(machine, &[Label::Selector]),
                },
                (Role::Len | Role::Cap, _) => Val::ANY,
                (_, what) => {
                    let labels = labels_of_what(machine, what, number);
                    machine.arena.unknown(labels)
                }
            },
        };
        args.push(val);
    }
    args
}

fn is_truth(param: Option<&Param>) -> bool {
    param.and_then(|p| p.ty.as_deref()) == Some("bool")
}

fn labelled(machine: &mut Machine<'_>, labels: &[Label]) -> Val {
    let mut set = LabelSet::NONE;
    for label in labels {
        let one = machine.arena.label(*label);
        set = machine.arena.union(set, one);
    }
    machine.arena.unknown(set)
}

fn account(machine: &mut Machine<'_>, known: Option<u64>, label: Label) -> Val {
    let labels = machine.arena.label(label);
    machine.arena.val(ValData {
        kind: known.map_or(Kind::Any, Kind::Const),
        labels,
        preds: PredSet::NONE,
        decreased: false,
    })
}

/// Where an entry point's parameter comes from, by what the host model says it is.
fn labels_of_what(machine: &mut Machine<'_>, what: &str, number: u32) -> LabelSet {
    let labels: &[Label] = match what {
        "message-info" => &[Label::Caller, Label::AttachedValue],
        "env" => &[Label::BlockInfo, Label::SelfIdentity],
        "caller" => &[Label::Caller],
        "self" => &[Label::SelfIdentity],
        "amount" | "attached-value" => &[Label::AttachedValue],
        "calldata" | "data" => &[Label::Input],
        "call-result" | "reply" => &[Label::CallResult],
        _ => &[Label::Param(number)],
    };
    let mut set = LabelSet::NONE;
    for label in labels {
        let one = machine.arena.label(*label);
        set = machine.arena.union(set, one);
    }
    set
}
