//! Input and state that the contract reads from the host field by field (Concordium).
//!
//! What a byte tells decides where the next field is: which variant of an enum this is, whether there is a value, how long
//! a list is. Were it unknown, nothing that follows would have a known place. So short fields are read as examples: those of
//! the input always decide, those of the state while the contract reads or writes its state as a whole. Which example the
//! contract takes, trying shows.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::absint::domain::arena::{Bytes, Label, LabelSet, Piece};
use crate::absint::functions::program::Program;
use crate::absint::machine::host_call::Input;
use crate::absint::machine::interp::Machine;
use crate::absint::methods::method::{Request, Run, run};
use crate::facts::{self, Content, Node, NodeKind, Site};
use crate::host::{EffectKind, ExportedEntry, HostArg, Role};

/// What a byte is read as that may tell a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variants {
    pub(crate) input: u8,
    pub(crate) state: u8,
    /// In the input, of a list with one element: what that is.
    pub(crate) element: u8,
}

/// A letter: of texts, names are asked for most.
const LETTER: u8 = b'a';

/// What is tried, in this order: in the state, values that are there tell more than those that are not; in the input,
/// accounts more than contracts, and texts more than lists of variants.
const TRIED: [Variants; 4] = [
    tried(0, 1, LETTER),
    tried(0, 0, LETTER),
    tried(0, 1, 0),
    tried(1, 1, LETTER),
];

const fn tried(input: u8, state: u8, element: u8) -> Variants {
    Variants {
        input,
        state,
        element,
    }
}

/// How many bytes the number has that the keys of a map begin with.
const MAP_NUMBER: u32 = 8;

/// How many elements a list in such a field has.
const LENGTH: u32 = 1;

/// The fields of the input that were read.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    /// Which field begins at an offset.
    numbers: BTreeMap<u32, u32>,
    next: u32,
    /// Whether the last one read was the length of what follows.
    after_length: bool,
    /// Whether the last one read followed its length.
    is_element: bool,
}

/// Runs an entry point with the first example that lets it do something; without one if none does.
pub(crate) fn run_typed(
    program: &Program<'_>,
    entry: &ExportedEntry<'_>,
    request: &Request<'_>,
) -> Run {
    let mut best: Option<(usize, Run)> = None;
    for variants in TRIED {
        let request = Request {
            variants: Some(variants),
            ..request.clone()
        };
        let mut run = run(program, entry, &request);
        if acts(&run) {
            compare(&mut run, variants, |variants| {
                let variants = Some(variants);
                let request = Request {
                    variants,
                    ..request.clone()
                };
                self::run(program, entry, &request)
            });
            return run;
        }
        let effects = effects(&run);
        if best.as_ref().is_none_or(|(most, _)| *most < effects) {
            best = Some((effects, run));
        }
    }
    let unknown = run(program, entry, request);
    match best {
        Some((_, run)) if !acts(&unknown) => run,
        _ => unknown,
    }
}

/// An enum or truth value that is written has passed through decisions: it is a constant by now, and tells neither that it
/// came with the call nor that it is written back as it was read. Runs on other examples do.
fn compare(run: &mut Run, variants: Variants, on: impl Fn(Variants) -> Run) {
    let written = bytes_of_state(run);
    let is = |content: &Content, byte: u8| content.as_constant() == Some(&[byte]);
    if !written.iter().any(|w| w.value.as_constant().is_some()) {
        return;
    }
    let of_input = bytes_of_state(&on(Variants {
        input: variants.input ^ 1,
        ..variants
    }));
    let of_state = match written.iter().any(|w| is(&w.value, variants.state)) {
        true => bytes_of_state(&on(Variants {
            state: variants.state ^ 1,
            ..variants
        })),
        false => Vec::new(),
    };
    for write in written.iter().filter(|w| w.value.as_constant().is_some()) {
        // Each variant has its own place in the code that writes it, and may move what follows in the state.
        let is_other = |w: &Written| w.key == write.key && w.value != write.value;
        let is_same = |w: &Written| w.site == write.site && w.value == write.value;
        let source = if of_input.iter().any(is_other) {
            facts::Label::Input
        } else if is(&write.value, variants.state) && !of_state.iter().any(is_same) {
            facts::Label::Storage(Arc::new(write.key.clone()))
        } else {
            continue;
        };
        let NodeKind::Effect(effect) = &mut run.graph.nodes[write.node].kind else {
            continue;
        };
        for operand in &mut effect.operands {
            if operand.what == "storage-value" {
                operand.content = Content::hole([source.clone()].into(), Some(1));
            }
        }
    }
}

/// A single byte that a method writes into the contract's state.
struct Written {
    node: Node,
    site: Site,
    key: Content,
    value: Content,
}

fn bytes_of_state(run: &Run) -> Vec<Written> {
    let effects = run.graph.effects();
    let bytes = effects.filter_map(|(node, effect)| {
        let of_whole = effect.operand("storage-entry")?.as_constant()?.is_empty();
        let value = effect.operand("storage-value")?;
        (of_whole && effect.is(EffectKind::StorageWrite) && is_byte(value)).then_some(Written {
            node,
            site: run.graph.nodes[node].site.clone(),
            key: effect.key()?.clone(),
            value: value.clone(),
        })
    });
    bytes.collect()
}

fn is_byte(content: &Content) -> bool {
    match &content.pieces[..] {
        [facts::Piece::Const(bytes)] => bytes.len() == 1,
        [facts::Piece::Hole { len, .. }] => *len == Some(1),
        _ => false,
    }
}

/// Whether it changes anything.
fn acts(run: &Run) -> bool {
    use EffectKind as E;
    let changes = [
        E::StorageWrite,
        E::StorageRemove,
        E::ValueTransfer,
        E::ExternalCall,
        E::EventLog,
        E::CodeUpgrade,
    ];
    let mut nodes = run.graph.nodes.values();
    nodes.any(|node| match &node.kind {
        NodeKind::Effect(effect) => changes.iter().any(|kind| effect.is(*kind)),
        _ => false,
    })
}

fn effects(run: &Run) -> usize {
    let nodes = run.graph.nodes.values();
    nodes
        .filter(|node| matches!(node.kind, NodeKind::Effect(_)))
        .count()
}

impl Machine<'_> {
    /// Whether this is about the entry that holds the contract's whole state, under the empty key.
    pub(crate) fn is_whole_state(&self, kinds: &[EffectKind], inputs: &[Input<'_>]) -> bool {
        use EffectKind as E;
        let storage = [E::StorageRead, E::StorageWrite];
        self.variants.is_some()
            && kinds.iter().any(|kind| storage.contains(kind))
            && inputs.iter().any(|input| {
                let what = &*input.arg.what;
                matches!(what, "storage-key" | "storage-entry") && input.content == Bytes::EMPTY
            })
    }

    /// A key that begins with a number which is itself stored, as keys of maps do that are kept in the state: where the
    /// number is stored tells which map it is.
    pub(crate) fn below_field(&mut self, key: Bytes) -> Bytes {
        if !self.program.typed {
            return key;
        }
        let pieces = self.arena.pieces(key).clone();
        let [
            Piece::Hole {
                labels,
                len: Some(MAP_NUMBER),
                ..
            },
            rest @ ..,
        ] = &pieces[..]
        else {
            return key;
        };
        let mut labels = self.arena.label_list(*labels);
        let (Some(Label::Storage(field)), None) = (labels.next(), labels.next()) else {
            return key;
        };
        drop(labels);
        let mut named = self.arena.pieces(field).to_vec();
        named.push(Piece::Const(Rc::from(*b"/")));
        named.extend_from_slice(rest);
        self.arena.bytes(named)
    }

    /// The label of what is read of the method's own input here: which field it is, counted by reads. What tells a variant
    /// or a length belongs to what follows.
    pub(crate) fn field_of_input(&mut self, inputs: &[Input<'_>]) -> Option<LabelSet> {
        if !self.program.typed {
            return None;
        }
        let number = |what: &str, role: Role| {
            let of = |input: &&Input<'_>| input.arg.role == role && input.arg.what == what;
            let bytes = self.arena.known_bytes(inputs.iter().find(of)?.content)?;
            Some(u32::from_le_bytes(*bytes.first_chunk()?))
        };
        let offset = number("offset", Role::Scalar)?;
        if number("index", Role::Scalar).unwrap_or(0) != 0 {
            return None;
        }
        let width = number("", Role::Cap)?;
        let fields = &mut self.fields;
        let number = *fields.numbers.entry(offset).or_insert_with(|| {
            let number = fields.next;
            fields.is_element = fields.after_length;
            let is_head = matches!(width, 1 | 2 | 4) && !fields.is_element;
            fields.after_length = matches!(width, 2 | 4) && is_head;
            if !is_head {
                fields.next += 1;
            }
            number
        });
        Some(self.arena.label(Label::Param(number)))
    }

    /// A field of so many bytes as an example, where its length says that it may tell how what follows is built.
    pub(crate) fn field(
        &mut self,
        arg: &HostArg,
        width: Option<u32>,
        kinds: &[EffectKind],
        labels: LabelSet,
    ) -> Option<Bytes> {
        let variants = self.variants.filter(|_| arg.typed)?;
        let bytes = match width? {
            1 if kinds.contains(&EffectKind::StorageRead) => vec![variants.state],
            1 if self.fields.is_element => vec![variants.element],
            1 => vec![variants.input],
            width @ (2 | 4) => LENGTH.to_le_bytes()[..width as usize].to_vec(),
            _ => return None,
        };
        let mut labels = labels;
        if kinds.contains(&EffectKind::CalldataRead) {
            let input = self.arena.label(Label::Input);
            labels = self.arena.union(labels, input);
        }
        Some(self.arena.example([(bytes.into(), labels)]))
    }
}
