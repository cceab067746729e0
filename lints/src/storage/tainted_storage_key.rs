//! `tainted-storage-key`.

use contract_lint_analyzer::facts::{Content, Facts, Method, Piece};

use super::raw::raw_key;
use crate::declare_lint;
use crate::events::{global, is_argument, name_of, open_to_all, step, writes};
use crate::finding::Finding;
use crate::lint::{Confidence, Context};

declare_lint! {
    /// ### What it does
    /// Looks for writes by anyone whose whole key comes from the call's arguments, without a prefix of its own.
    ///
    /// ### Why is this bad?
    /// The caller chooses which entry is overwritten: also that of the owner, if it is in the same store.
    ///
    /// ### Example
    /// ```rust
    /// pub fn save(key: Vec<u8>, value: Vec<u8>) { storage_write(&key, &value); }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn save(key: Vec<u8>, value: Vec<u8>) { storage_write(&[b"data/", &key[..]].concat(), &value); }
    /// ```
    ///
    /// ### Known problems
    /// Only where the contract also keeps entries under keys of its own in the same store: a store that anyone is meant to
    /// write, such as one of evidence, has nothing to lose. Keys behind handles of the host are not looked at. Shown by
    /// `--profile audit` only: a prefix that the analysis lost looks like none.
    pub TAINTED_STORAGE_KEY {
        name: "tainted-storage-key",
        summary: "the caller chooses which storage entry is written",
        domain: Storage,
        severity: Critical,
        confidence: Low,
        level: Warn,
        cwe: [20, 123],
        references: ["SCWE-057", "SWC-124"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let Some(own) = own_entry(cx.facts) else {
        return Vec::new();
    };
    let methods = cx.facts.methods.iter().filter(|m| open_to_all(m));
    let mut findings: Vec<Finding> = Vec::new();
    for finding in methods.filter_map(|method| in_method(cx, method, &own)) {
        // A helper of many methods is told of once.
        let place = |f: &Finding| f.site().map(|site| (site.func, site.offset));
        if findings.iter().all(|f| place(f) != place(&finding)) {
            findings.push(finding);
        }
    }
    findings
}

/// An entry that the contract reads under a key of its own.
fn own_entry(facts: &Facts) -> Option<Content> {
    let effects = facts.methods.iter().flat_map(|m| m.graph.effects());
    effects
        .filter(|(_, effect)| !writes(effect))
        .filter_map(|(_, effect)| raw_key(&facts.host, effect))
        .find(|key| global(key).is_some())
        .cloned()
}

/// Whether all of a key is an argument of the call, as it is.
fn is_chosen(key: &Content) -> bool {
    !key.pieces.is_empty()
        && key.pieces.iter().all(|piece| match piece {
            Piece::Const(_) => false,
            // One or two bytes are a prefix, however they were made.
            Piece::Hole { labels, len, .. } => {
                !labels.is_empty()
                    && labels.iter().all(is_argument)
                    && len.is_none_or(|len| len > 8)
            }
        })
}

fn in_method(cx: &Context<'_>, method: &Method, own: &Content) -> Option<Finding> {
    let lint = TAINTED_STORAGE_KEY.meta;
    let graph = &method.graph;
    let (node, key) = graph
        .effects()
        .filter(|(_, effect)| writes(effect))
        .filter_map(|(node, effect)| Some((node, raw_key(&cx.facts.host, effect)?)))
        .find(|(node, key)| is_chosen(key) && graph.guard(*node).is_none())?;
    let message = "the caller chooses the key that is written".to_owned();
    Some(Finding {
        lint,
        severity: lint.severity,
        confidence: if method.reasons.is_empty() {
            lint.confidence
        } else {
            Confidence::Low
        },
        trace: vec![step(graph, node, message.clone())],
        message,
        method: method.name.clone(),
        primary: 0,
        notes: vec![format!(
            "the contract keeps {} in the same store",
            name_of(own)
        )],
        help: "put a constant prefix before the argument".to_owned(),
        also: Vec::new(),
        subject: key.to_string(),
    })
}
