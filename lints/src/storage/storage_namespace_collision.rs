//! `storage-namespace-collision`.

use std::collections::BTreeMap;

use contract_lint_analyzer::facts::{Content, Label, Piece};

use super::raw::raw_key;
use crate::declare_lint;
use crate::events::{is_argument, step, writes};
use crate::finding::{Finding, Step};
use crate::lint::{Confidence, Context};

declare_lint! {
    /// ### What it does
    /// Looks for two groups of entries of which one's constant prefix begins with the other's, where what follows the
    /// shorter one is an argument of any length.
    ///
    /// ### Why is this bad?
    /// With `"a" ‖ name` and `"admin" ‖ role`, whoever is called `dmin…` writes into the other group.
    ///
    /// ### Example
    /// ```rust
    /// storage_write(&[b"a", name].concat(), balance);
    /// storage_write(&[b"admin", role].concat(), account);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// storage_write(&[b"balance/", name].concat(), balance);
    /// storage_write(&[b"admin/", role].concat(), account);
    /// ```
    ///
    /// ### Known problems
    /// Two collections under the very same prefix are not found: the bytecode does not tell them from one. Nor does it tell
    /// a single entry of its own from one of the shorter prefix's entries that the contract knows by name, so a constant key
    /// is reported with low confidence.
    pub STORAGE_NAMESPACE_COLLISION {
        name: "storage-namespace-collision",
        summary: "keys of different groups of entries can be equal",
        domain: Storage,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [694, 664],
        references: ["SCWE-040", "SCWE-099"],
        since: "0.1.0",
    }
}

/// A use of a group of entries.
struct Use {
    method: String,
    step: Step,
    /// Whether it writes, with an argument of any length right after the prefix.
    reaches_out: bool,
    /// Whether nothing follows the prefix: a single entry, perhaps one of another group's.
    is_entry: bool,
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut groups: BTreeMap<Vec<u8>, Use> = BTreeMap::new();
    for method in &cx.facts.methods {
        let graph = &method.graph;
        for (node, effect) in graph.effects() {
            let Some((prefix, rest)) = raw_key(&cx.facts.host, effect).and_then(split) else {
                continue;
            };
            let reaches_out = writes(effect) && is_free(rest);
            let name = String::from_utf8_lossy(prefix).into_owned();
            let this = Use {
                method: method.name.clone(),
                step: step(graph, node, format!("`{name}` is used here")),
                reaches_out,
                is_entry: rest.is_empty(),
            };
            let known = groups.get(prefix);
            let told = |this: &Use| (this.reaches_out, !this.is_entry);
            if known.is_none_or(|known| told(known) < told(&this)) {
                groups.insert(prefix.to_vec(), this);
            }
        }
    }
    let mut findings = Vec::new();
    for (short, reaching) in groups.iter().filter(|(_, this)| this.reaches_out) {
        let longer = groups
            .iter()
            .filter(|(long, _)| long.len() > short.len() && long.starts_with(short))
            .min_by_key(|(_, this)| this.is_entry);
        if let Some((long, reached)) = longer {
            findings.push(finding(short, reaching, long, reached));
        }
    }
    findings
}

/// The constant before the first unknown part of a key, and the rest.
fn split(key: &Content) -> Option<(&[u8], &[Piece])> {
    match key.pieces.as_slice() {
        [Piece::Const(prefix), rest @ ..] => Some((prefix, rest)),
        _ => None,
    }
}

/// Whether a key goes on with arguments, and one of them is of any length.
fn is_free(rest: &[Piece]) -> bool {
    let argument = |piece: &&Piece| {
        matches!(piece, Piece::Hole { labels, .. }
            if !labels.is_empty() && labels.iter().all(is_argument) && !labels.contains(&Label::Drawn))
    };
    let mut arguments = rest.iter().take_while(argument);
    arguments.any(|piece| matches!(piece, Piece::Hole { len: None, .. }))
}

fn finding(short: &[u8], reaching: &Use, long: &[u8], reached: &Use) -> Finding {
    let lint = STORAGE_NAMESPACE_COLLISION.meta;
    let (a, b) = (shown(short), shown(long));
    let message = format!("an argument after the prefix {a} can make a key that begins with {b}");
    Finding {
        lint,
        severity: lint.severity,
        confidence: if reached.is_entry {
            Confidence::Low
        } else {
            lint.confidence
        },
        trace: vec![reaching.step.clone(), reached.step.clone()],
        message,
        method: reaching.method.clone(),
        primary: 0,
        notes: vec![format!("`{}` uses keys with {b}", reached.method)],
        help: "end each prefix with a character that no other prefix has there, or write the argument's length before it"
            .to_owned(),
        also: Vec::new(),
        subject: format!("{a} {b}"),
    }
}

fn shown(bytes: &[u8]) -> String {
    format!(
        "`{}`",
        Content::constant(bytes).to_string().replace('"', "")
    )
}
