//! `unchecked-signature-result`.

use contract_lint_analyzer::facts::{EffectGraph, Label, Labels, Method, Node, NodeKind};
use contract_lint_analyzer::host::EffectKind;

use crate::declare_lint;
use crate::events::step;
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for signatures that are verified by a host function that answers, where storage is written, assets move or
    /// other code is called on a way on which nothing depends on the answer.
    ///
    /// ### Why is this bad?
    /// A forged signature passes like a true one.
    ///
    /// ### Example
    /// ```rust
    /// let _ = env::ed25519_verify(&signature, &message, &key);
    /// self.mint(to, amount);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// require!(env::ed25519_verify(&signature, &message, &key));
    /// self.mint(to, amount);
    /// ```
    ///
    /// ### Known problems
    /// Recovering the signer is not covered: whether the recovered key is compared with the right one is not known.
    pub UNCHECKED_SIGNATURE_RESULT {
        name: "unchecked-signature-result",
        summary: "the outcome of verifying a signature decides nothing",
        domain: Cryptography,
        severity: Critical,
        confidence: High,
        level: Deny,
        cwe: [347, 252],
        references: ["SCWE-019", "SWC-122"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = &cx.facts.methods;
    methods.iter().flat_map(|m| in_method(cx, m)).collect()
}

fn in_method(cx: &Context<'_>, method: &Method) -> Vec<Finding> {
    let lint = UNCHECKED_SIGNATURE_RESULT.meta;
    let graph = &method.graph;
    let mut findings: Vec<Finding> = Vec::new();
    for (node, effect) in graph.effects_of(EffectKind::SignatureVerify) {
        let answers: Labels = effect
            .gives
            .iter()
            .filter(|l| matches!(l, Label::AuthAnswer(_)))
            .cloned()
            .collect();
        if answers.is_empty() || !cx.facts.host.answers(&effect.host_function) {
            continue;
        }
        let Some(done) = unconditional(graph, node, &answers) else {
            continue;
        };
        if findings
            .iter()
            .any(|f| f.trace[0].site == Some(graph.nodes[node].site.clone()))
        {
            continue;
        }
        let message = "a signature is verified, and nothing depends on the outcome".to_owned();
        findings.push(Finding {
            lint,
            severity: lint.severity,
            confidence: lint.confidence,
            trace: vec![
                step(graph, node, message.clone()),
                step(graph, done, "this happens whether it is right or not"),
            ],
            message,
            method: method.name.clone(),
            primary: 0,
            notes: Vec::new(),
            help: "abort unless the signature is right".to_owned(),
            also: Vec::new(),
            subject: "signature".to_owned(),
        });
    }
    findings
}

/// Something lasting that a way leads to on which no decision rests on the answers. What stores or publishes the answer
/// itself is no such thing.
fn unconditional(graph: &EffectGraph, verify: Node, answers: &Labels) -> Option<Node> {
    let decides = |node: Node| match &graph.nodes[node].kind {
        NodeKind::Branch(branch) => !branch.labels().is_disjoint(answers),
        _ => false,
    };
    graph
        .effects()
        .filter(|(_, effect)| effect.lasts() && !effect.is(EffectKind::EventLog))
        .filter(|(_, effect)| {
            let data = effect.operands.iter().flat_map(|o| o.content.labels());
            !data.into_iter().any(|label| answers.contains(&label))
        })
        .map(|(node, _)| node)
        .find(|done| graph.path(verify, *done, |node| !decides(node)).is_some())
}
