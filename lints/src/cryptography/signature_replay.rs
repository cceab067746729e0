//! `signature-replay`.

use contract_lint_analyzer::facts::{EffectGraph, Label, Labels, Method, Node};
use contract_lint_analyzer::host::EffectKind;

use crate::declare_lint;
use crate::events::{arguments, is_argument, step};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for signatures on whose strength assets move or other code is called, where what is signed comes from the
    /// call's arguments alone, and nothing remembers that it was used.
    ///
    /// ### Why is this bad?
    /// Whoever saw the call sends it again, and it counts again; or sends it to a copy of the contract elsewhere.
    ///
    /// ### Example
    /// ```rust
    /// require!(verify(&signature, &sha256((to, amount)), &self.signer));
    /// transfer(to, amount);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// require!(verify(&signature, &sha256((contract, nonce, to, amount)), &self.signer));
    /// require!(self.used.insert(nonce));
    /// transfer(to, amount);
    /// ```
    ///
    /// ### Known problems
    /// Which part of the signed bytes is a nonce is not known: any entry that is read before and written, under a key from
    /// the arguments, counts as memory.
    pub SIGNATURE_REPLAY {
        name: "signature-replay",
        summary: "a signature can be used again",
        domain: Cryptography,
        severity: High,
        confidence: Low,
        level: Warn,
        cwe: [294],
        references: ["SCWE-055", "SWC-121"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    cx.facts.methods.iter().filter_map(in_method).collect()
}

fn in_method(method: &Method) -> Option<Finding> {
    let lint = SIGNATURE_REPLAY.meta;
    let graph = &method.graph;
    let (verify, paid) = graph
        .effects_of(EffectKind::SignatureVerify)
        .chain(graph.effects_of(EffectKind::SignatureRecover))
        .find_map(|(node, effect)| {
            let message = effect
                .operand("message")
                .or_else(|| effect.operand("hash"))?;
            let signed = arguments(message);
            let only = message
                .labels_through_digests()
                .iter()
                .all(|l| is_argument(l) || matches!(l, Label::Digest(_)));
            if signed.is_empty() || !only || remembers(graph) {
                return None;
            }
            Some((node, payout(graph, node)?))
        })?;
    let message = "what is signed holds nothing that makes it count once".to_owned();
    Some(Finding {
        lint,
        severity: lint.severity,
        confidence: lint.confidence,
        trace: vec![
            step(graph, verify, message.clone()),
            step(graph, paid, "this happens again for the same signature"),
        ],
        message,
        method: method.name.clone(),
        primary: 0,
        notes: Vec::new(),
        help: "sign the contract's own address and a number that is used up, and store which were used".to_owned(),
        also: Vec::new(),
        subject: "signature".to_owned(),
    })
}

/// Assets that move, or code that is called, after a node.
fn payout(graph: &EffectGraph, after: Node) -> Option<Node> {
    let pays = [
        EffectKind::ValueTransfer,
        EffectKind::AssetMintBurn,
        EffectKind::ExternalCall,
        EffectKind::ExternalCallAsync,
    ];
    graph
        .effects()
        .filter(|(_, effect)| pays.iter().any(|kind| effect.is(*kind)))
        .map(|(node, _)| node)
        .find(|node| graph.reaches(after, *node))
}

/// Whether an entry is read, and written too, so that a second time is told from the first.
fn remembers(graph: &EffectGraph) -> bool {
    let read: Labels = graph
        .effects_of(EffectKind::StorageRead)
        .flat_map(|(_, e)| e.gives.iter().cloned())
        .collect();
    graph
        .effects_of(EffectKind::StorageWrite)
        .filter_map(|(_, e)| e.key())
        .any(|key| {
            read.iter()
                .any(|l| matches!(l, Label::Storage(k) if k.may_equal(key)))
        })
}
