//! Methods behind selectors of four bytes at the front of the input (ink!, Solidity's ABI).
//!
//! A specification lists them. Without one, runs with unknown bytes show which the contract looks for (see
//! [`crate::absint::methods::probe`]). Where it looks at them byte by byte, a byte at a time is fixed, so that each further run only shows
//! what is looked for behind the bytes before.

use std::collections::BTreeSet;

use crate::absint::functions::program::Program;
use crate::absint::methods::method::{Layout, Request, Run, Selector, run, shape};
use crate::facts::Method;
use crate::host::{ExportedEntry, HostArg, Role};
use crate::spec::{MethodSpec, Specs};

/// More methods behind one export than this are not told apart.
const MAX_METHODS: usize = 300;
/// Runs that are made to find selectors.
const MAX_PROBES: usize = 400;
/// So many candidates are tried at once rather than byte by byte.
const FEW: usize = 6;
/// What nobody's method is called.
const NOBODY: [u8; 4] = [0xfe, 0xed, 0xfa, 0xce];

/// The methods that an export serves; empty if it does not look at a selector.
pub(crate) fn methods(
    program: &Program<'_>,
    entry: &ExportedEntry<'_>,
    specs: &Specs,
) -> Vec<Method> {
    let ask = |bytes: &[u8], spec: Option<&MethodSpec>| {
        let request = Request {
            selector: Some(Selector::Bytes(bytes.to_vec())),
            layout: spec
                .and_then(|s| s.encoded.as_deref())
                .map_or_else(|| undescribed(entry), Layout::Encoded),
            ..Request::default()
        };
        run(program, entry, &request)
    };
    let unknown = ask(&NOBODY, None);
    let fallback = shape(&unknown.graph);
    let mut asked: BTreeSet<[u8; 4]> = specs
        .selected_in(entry.export)
        .filter_map(|m| m.selector)
        .collect();
    if asked.is_empty() {
        asked = Search {
            ask: &|bytes| ask(bytes, None),
            probes: 0,
            found: BTreeSet::new(),
        }
        .all(ask(&[], None));
    }
    let mut methods = Vec::new();
    for bytes in asked.into_iter().take(MAX_METHODS) {
        let spec = specs
            .selected_in(entry.export)
            .find(|m| m.selector == Some(bytes));
        let mut run = ask(&bytes, spec);
        if spec.is_some() && !run.returns() {
            // The contract does not accept the sample: what it does with other input is still to be seen.
            run = ask(&bytes, None);
        }
        if shape(&run.graph) == fallback {
            continue;
        }
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        methods.push(Method {
            name: spec.map_or_else(|| format!("0x{hex}"), |s| s.name.clone()),
            kind: spec.and_then(|s| s.kind).unwrap_or(entry.kind),
            export: entry.export.to_owned(),
            selector: Some(format!("selector 0x{hex}")),
            params: spec.map_or_else(Vec::new, |s| s.params.clone()),
            graph: run.graph,
            reasons: run.reasons,
        });
    }
    methods
}

/// Whether the input is in Solidity's ABI: such hosts tell its length beforehand (Stylus).
pub(crate) fn is_solidity(entry: &ExportedEntry<'_>) -> bool {
    let told = |arg: &HostArg| arg.role == Role::Scalar && arg.what == "length";
    entry.entry.args.iter().any(told)
}

/// What is behind the selector where nothing describes it.
fn undescribed<'a>(entry: &ExportedEntry<'_>) -> Layout<'a> {
    if is_solidity(entry) {
        Layout::Words
    } else {
        Layout::None
    }
}

/// Finds the selectors that a contract looks for.
struct Search<'a> {
    ask: &'a dyn Fn(&[u8]) -> Run,
    probes: usize,
    found: BTreeSet<[u8; 4]>,
}

impl Search<'_> {
    fn all(mut self, unknown: Run) -> BTreeSet<[u8; 4]> {
        self.take(&[], unknown);
        self.found
    }

    /// Takes what a run showed that began with these bytes of the selector.
    fn take(&mut self, known: &[u8], run: Run) {
        let words = run.guesses.words.iter();
        self.found
            .extend(words.filter(|word| word.starts_with(known)));
        let open = &run.guesses.bytes[known.len()..];
        let combinations: usize = open.iter().map(BTreeSet::len).product();
        if combinations == 0 {
            return;
        }
        if combinations <= FEW || known.len() == 3 {
            let mut all = vec![known.to_vec()];
            for bytes in open {
                all = all
                    .iter()
                    .flat_map(|front| {
                        bytes
                            .iter()
                            .map(move |b| [front.as_slice(), &[*b]].concat())
                    })
                    .collect();
            }
            self.found.extend(
                all.iter()
                    .filter_map(|b| <[u8; 4]>::try_from(b.as_slice()).ok()),
            );
            return;
        }
        for byte in &open[0] {
            if self.probes >= MAX_PROBES {
                return;
            }
            self.probes += 1;
            let longer = [known, &[*byte]].concat();
            let run = (self.ask)(&longer);
            self.take(&longer, run);
        }
    }
}
