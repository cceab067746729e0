//! Messages that the host puts into regions (CosmWasm): which variants an entry point takes, with which fields, and
//! examples of them. Names and types come from the contract itself: it is run on guesses, and says what it expected.

use std::rc::Rc;

use rayon::prelude::*;

use crate::absint::domain::arena::{Arena, Bytes, Label, LabelSet};
use crate::absint::encodings::json_text::Text;
use crate::absint::functions::program::Program;
use crate::absint::methods::method::{Request, Run, run};
use crate::absint::methods::sample::{Complaint, Json, Sample};
use crate::absint::methods::trial::{self, Verdict};
use crate::facts::{self, EffectGraph, Method, Param, Reason};
use crate::host::{EffectKind, ExportedEntry, Layout, Role};
use crate::spec::{MethodSpec, Specs};

/// Guesses for one message.
const MAX_TRIALS: usize = 120;
/// More objects within one message are not asked for what else they can have.
const MAX_OBJECTS: usize = 6;
/// More variants than this are not told apart.
const MAX_VARIANTS: usize = 150;

/// A message that an entry point takes.
#[derive(Clone, Debug)]
struct Message {
    /// The variant, if there are such.
    variant: Option<String>,
    /// The fields.
    params: Vec<Param>,
    /// Examples of all regions. Where there are several, what the host passes beside the message differs.
    examples: Vec<Vec<Example>>,
    /// Whether the examples are of equal rank, such as the outcomes of a call; otherwise the first is usual.
    equal: bool,
}

/// An example of what is in a region.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    bytes: Vec<u8>,
    /// Of each byte, whose data it is. The framing is the input's.
    labels: Vec<Label>,
}

impl Example {
    fn of_layout(example: &str, layout: &Layout) -> Self {
        let mut text = Text::default();
        text.extend(example.as_bytes(), LabelSet::NONE);
        let root = text.parse();
        let bytes = example.as_bytes().to_vec();
        let mut labels = vec![Label::Input; bytes.len()];
        for field in layout.fields.iter() {
            let Some(label) = label_of(&field.what) else {
                continue;
            };
            let value = root.as_ref().and_then(|root| {
                field
                    .name
                    .split('.')
                    .try_fold(root, |at, name| at.field(name))
            });
            // What base64 says lies behind the text.
            if let Some(run) = value.and_then(|value| labels.get_mut(value.span.clone())) {
                run.fill(label);
            }
        }
        Example { bytes, labels }
    }

    fn of_message(sample: &Sample) -> Self {
        Example {
            bytes: sample.bytes.clone(),
            labels: sample
                .owners
                .iter()
                .map(|owner| owner.map_or(Label::Input, Label::Param))
                .collect(),
        }
    }

    /// The content of the region.
    pub(crate) fn content(&self, arena: &mut Arena) -> Bytes {
        let mut runs: Vec<(Rc<[u8]>, LabelSet)> = Vec::new();
        let mut from = 0;
        for run in self.labels.chunk_by(|a, b| a == b) {
            let bytes = Rc::from(&self.bytes[from..from + run.len()]);
            runs.push((bytes, arena.label(run[0])));
            from += run.len();
        }
        arena.example(runs)
    }
}

/// Where a part of what the host passes comes from.
fn label_of(what: &str) -> Option<Label> {
    Some(match what {
        "caller" => Label::Caller,
        "attached-value" => Label::AttachedValue,
        "time" => Label::Time,
        "block-info" => Label::BlockInfo,
        "network-id" => Label::Chain,
        "self" => Label::SelfIdentity,
        "call-result" | "closure" => Label::CallResult,
        "id" => Label::Selector,
        _ => return None,
    })
}

/// The messages that an entry point takes, each as a method.
pub(crate) fn methods(
    program: &Program<'_>,
    entry: &ExportedEntry<'_>,
    specs: &Specs,
) -> Vec<Method> {
    let found = find(program, entry);
    let method = |message: &Message| {
        let run = run_message(program, entry, message);
        let followed = run.as_ref().is_some_and(Run::returns);
        let (graph, reasons) = match run {
            Some(run) => (run.graph, run.reasons),
            None => {
                let reason = Reason::Limit("reading its input");
                let graph = EffectGraph::unfollowed(entry.func, reason.clone());
                (graph, vec![reason])
            }
        };
        let name = message.variant.as_deref().unwrap_or(entry.export);
        let spec = specs
            .methods()
            .find(|m| m.name == name && m.export.as_deref() == Some(entry.export));
        let selector = message.variant.as_ref();
        let mut params = described(&message.params, spec);
        tell_accounts(program, &graph, &mut params);
        let method = Method {
            name: name.to_owned(),
            kind: entry.kind,
            export: entry.export.to_owned(),
            selector: selector.map(|_| format!("message of `{}`", entry.export)),
            params,
            graph,
            reasons,
        };
        (method, followed)
    };
    let (methods, followed): (Vec<Method>, Vec<bool>) = found.par_iter().map(method).unzip();
    // If none can be followed, what they do is not lost: all are run as one.
    match followed.contains(&true) {
        true => methods,
        false => Vec::new(),
    }
}

/// Where the host checks what is the address of an account, a text that a method does not have checked is none.
fn tell_accounts(program: &Program<'_>, graph: &EffectGraph, params: &mut [Param]) {
    let mut functions = program.host.functions.iter();
    if !functions.any(|function| function.is(EffectKind::AccountCheck)) {
        return;
    }
    for (param, number) in params.iter_mut().zip(0..) {
        if !matches!(param.ty.as_deref(), None | Some("string")) {
            continue;
        }
        let label = facts::Label::Param(number);
        let is_account = graph
            .effects_of(EffectKind::AccountCheck)
            .filter_map(|(_, effect)| effect.operand("account"))
            .any(|account| account.labels().contains(&label));
        let ty = if is_account { "address" } else { "text" };
        param.ty = Some(ty.to_owned());
    }
}

/// Parameters in the order in which they are numbered, with what a specification says of their types.
fn described(params: &[Param], spec: Option<&MethodSpec>) -> Vec<Param> {
    let of_spec = |param: &Param| {
        let mut described = spec.into_iter().flat_map(|spec| &spec.params);
        described.find(|other| other.name == param.name).cloned()
    };
    params
        .iter()
        .map(|param| of_spec(param).unwrap_or_else(|| param.clone()))
        .collect()
}

/// Runs a message on its examples; `None` if it has none.
fn run_message(program: &Program<'_>, entry: &ExportedEntry<'_>, message: &Message) -> Option<Run> {
    let run_on = |examples: &Vec<Example>| {
        let request = Request {
            regions: examples.clone(),
            ..Request::default()
        };
        run(program, entry, &request)
    };
    let mut refused = None;
    let mut runs = message.examples.iter().filter_map(|examples| {
        let run = run_on(examples);
        if run.returns() {
            return Some(run);
        }
        refused.get_or_insert(run);
        None
    });
    let usual = runs.next();
    if !message.equal {
        let acts = |run: &Run| run.graph.acts_from(run.graph.entry());
        // Such as a message that must come without funds.
        let other = match &usual {
            Some(usual) if !acts(usual) => runs.find(acts),
            _ => None,
        };
        drop(runs);
        return other.or(usual).or(refused.map(not_followed));
    }
    let Some(mut together) = usual else {
        drop(runs);
        return refused.map(not_followed);
    };
    for other in runs {
        together.graph =
            EffectGraph::either(&together.graph, &other.graph, facts::Label::CallResult);
        together.reasons.extend(other.reasons);
        together.reasons.sort();
        together.reasons.dedup();
    }
    Some(together)
}

/// What the contract takes when it is tried, the machine did not follow: what the message does then is not known.
fn not_followed(mut run: Run) -> Run {
    if run.reasons.is_empty() {
        run.reasons.push(Reason::Limit("reading its input"));
    }
    run
}

/// The messages that an entry point takes. None if it takes no regions, or if no example was found that it accepts.
fn find(program: &Program<'_>, entry: &ExportedEntry<'_>) -> Vec<Message> {
    let args = &entry.entry.args;
    if args.is_empty() || args.iter().any(|arg| arg.role != Role::Region) {
        return Vec::new();
    }
    // For each region what can be in it; nothing for the one with the message.
    let layouts: Vec<Vec<Example>> = args
        .iter()
        .map(|arg| {
            let layout = program.host.layout(&arg.what);
            let examples = layout.into_iter().flat_map(|layout| {
                let of = |example| Example::of_layout(example, layout);
                layout.examples.iter().map(move |example| of(example))
            });
            examples.collect()
        })
        .collect();
    // The forms of what comes first changed most between versions of the host.
    for first in 0..layouts[0].len().max(1) {
        let mut finder = Finder {
            program,
            entry,
            layouts: layouts.clone(),
        };
        if let Some(chosen) = finder.layouts[0].get(first).cloned() {
            finder.layouts[0] = vec![chosen];
        }
        let messages = finder.messages();
        if !messages.is_empty() {
            return messages;
        }
    }
    Vec::new()
}

/// A variant of which no example was found.
fn unread(name: &str) -> Message {
    Message {
        variant: Some(name.to_owned()),
        params: Vec::new(),
        examples: Vec::new(),
        equal: false,
    }
}

struct Finder<'a> {
    program: &'a Program<'a>,
    entry: &'a ExportedEntry<'a>,
    layouts: Vec<Vec<Example>>,
}

impl Finder<'_> {
    fn messages(&self) -> Vec<Message> {
        if self.layouts.iter().all(|examples| !examples.is_empty()) {
            return self.outcomes();
        }
        for unknown in [&b"\"?\""[..], b"{\"?\":{}}"] {
            if let Verdict::Refused(Complaint::ExpectedOneOf(names)) = self.attempt(unknown) {
                let names = names.iter().take(MAX_VARIANTS);
                return names.flat_map(|name| self.variant(name)).collect();
            }
        }
        // What takes anything reads no JSON.
        if matches!(self.attempt(b"?"), Verdict::Passed) {
            return Vec::new();
        }
        self.search(&|sample| sample)
            .map(|json| self.message(None, json.render()))
            .into_iter()
            .collect()
    }

    /// Where the host determines all that is passed: what it can be.
    fn outcomes(&self) -> Vec<Message> {
        let last = self.layouts.len() - 1;
        let all = self.layouts[last].iter().map(|outcome| {
            let mut regions = self.usual();
            regions[last] = outcome.clone();
            regions
        });
        let examples: Vec<_> = all
            .filter(|regions| {
                let contents: Vec<&[u8]> = regions.iter().map(|region| &*region.bytes).collect();
                matches!(self.run(&contents), Verdict::Passed)
            })
            .collect();
        if examples.is_empty() {
            return Vec::new();
        }
        vec![Message {
            variant: None,
            params: Vec::new(),
            examples,
            equal: true,
        }]
    }

    /// A variant; where there is a message in it that is an enum, too, each of that one's.
    fn variant(&self, name: &str) -> Vec<Message> {
        let front = format!("{{\"{name}\":");
        let place = |sample: Sample| sample.within(&front, "}");
        let Some(json) = self.search(&place) else {
            // A name alone.
            let sample = Sample::framing(&format!("\"{name}\""));
            let passes = matches!(self.attempt(&sample.bytes), Verdict::Passed);
            let known = passes.then(|| self.message(Some(name.to_owned()), sample));
            return vec![known.unwrap_or_else(|| unread(name))];
        };
        let within = json.inner_variants();
        if within.is_empty() {
            return vec![self.message(Some(name.to_owned()), place(json.render()))];
        }
        let of_inner = |inner: &String| {
            let name = format!("{name}.{inner}");
            let mut json = json.clone();
            json.choose_inner(inner);
            match self.improve(&mut json, &place) {
                Some(()) => {
                    self.add_optional(&mut json, &place);
                    self.message(Some(name), place(json.render()))
                }
                None => unread(&name),
            }
        };
        within.iter().take(MAX_VARIANTS).map(of_inner).collect()
    }

    fn message(&self, variant: Option<String>, sample: Sample) -> Message {
        let message = Example::of_message(&sample);
        let others = self.layouts.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let examples = (0..others)
            .map(|i| {
                let choose = |examples: &Vec<Example>| match examples.get(i).or(examples.last()) {
                    Some(example) => example.clone(),
                    None => message.clone(),
                };
                self.layouts.iter().map(choose).collect()
            })
            .collect();
        Message {
            variant,
            params: sample.params,
            examples,
            equal: false,
        }
    }

    /// Finds an object that is taken, optional fields included, for the place where it belongs.
    fn search(&self, place: &dyn Fn(Sample) -> Sample) -> Option<Json> {
        let mut json = Json::message();
        self.improve(&mut json, place)?;
        if let Some(names) = self.add_optional_to(&mut json, &[], place) {
            json.order(&names);
        }
        if json.inner_variants().is_empty() {
            self.add_optional(&mut json, place);
        }
        Some(json)
    }

    /// Adds the fields that objects further in may have.
    fn add_optional(&self, json: &mut Json, place: &dyn Fn(Sample) -> Sample) {
        let objects = json.objects().into_iter().filter(|path| !path.is_empty());
        for object in objects.take(MAX_OBJECTS) {
            self.add_optional_to(json, &object, place);
        }
    }

    /// Adds the fields that an object may have. Which it can have, if it says so.
    fn add_optional_to(
        &self,
        json: &mut Json,
        object: &[usize],
        place: &dyn Fn(Sample) -> Sample,
    ) -> Option<Vec<String>> {
        let mut extra = json.clone();
        extra.add(object, "?").then_some(())?;
        let refused = self.attempt(&place(extra.render()).bytes);
        let Verdict::Refused(Complaint::ExpectedOneOf(names)) = refused else {
            return None;
        };
        for name in &names {
            let mut more = json.clone();
            if more.add(object, name) && self.improve(&mut more, place).is_some() {
                *json = more;
            }
        }
        Some(names)
    }

    /// Improves an object until it is taken.
    fn improve(&self, json: &mut Json, place: &dyn Fn(Sample) -> Sample) -> Option<()> {
        for _ in 0..MAX_TRIALS {
            match self.attempt(&place(json.render()).bytes) {
                Verdict::Passed => return Some(()),
                Verdict::Refused(complaint) => json.improve(&complaint).then_some(())?,
            }
        }
        None
    }

    /// The usual examples of what the host determines.
    fn usual(&self) -> Vec<Example> {
        self.layouts
            .iter()
            .filter_map(|examples| examples.first().cloned())
            .collect()
    }

    fn attempt(&self, message: &[u8]) -> Verdict {
        let contents: Vec<&[u8]> = self
            .layouts
            .iter()
            .map(|examples| examples.first().map_or(message, |example| &example.bytes))
            .collect();
        self.run(&contents)
    }

    fn run(&self, contents: &[&[u8]]) -> Verdict {
        trial::attempt_in_regions(self.program, self.entry.func, contents)
    }
}
