//! `analysis-incomplete`: not a defect of the contract, but what its other findings may lack.

use contract_lint_analyzer::facts::NodeKind;

use crate::declare_lint;
use crate::finding::Finding;
use crate::lint::Context;
use crate::reasons::sentences;

declare_lint! {
    /// ### What it does
    /// Reports methods of which a part could not be analysed: a call whose target is not known, an import that the host
    /// model lacks, more work than the limit allows.
    ///
    /// ### Why is this bad?
    /// A defect in that part is not found, and silence says less there than elsewhere. Deny it where every method has to be
    /// analysed wholly before it is deployed. Otherwise, reports only note it.
    ///
    /// ### Example
    /// ```toml
    /// # An import of the chain's own is not described by any host model.
    /// [lints]
    /// analysis-incomplete = "deny"
    /// ```
    ///
    /// ### Use instead
    /// ```toml
    /// # `--host my-chain.toml` says what the import does.
    /// [[function]]
    /// name = "settle"
    /// effects = ["value-transfer"]
    /// ```
    ///
    /// ### Known problems
    /// Code that formats text for errors calls through tables that are hard to follow; nothing of importance is usually lost
    /// there.
    pub ANALYSIS_INCOMPLETE {
        name: "analysis-incomplete",
        summary: "a part of a method could not be analysed",
        domain: Deployment,
        severity: Info,
        confidence: High,
        level: Allow,
        cwe: [],
        references: [],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for method in &cx.facts.methods {
        let reasons = sentences(method, &cx.facts.module);
        let Some((first, rest)) = reasons.split_first() else {
            continue;
        };
        let graph = &method.graph;
        let place = graph
            .nodes
            .iter()
            .find(|(_, data)| matches!(data.kind, NodeKind::Unknown(_)))
            .map_or(graph.entry(), |(node, _)| node);
        let mut finding = Finding::new(
            &ANALYSIS_INCOMPLETE,
            method,
            format!("`{}` was not analysed completely", method.name),
            "",
        )
        .here(method, place, first.clone())
        .help(
            "describe unknown imports with `--host`; read this method by hand before trusting it",
        );
        for reason in rest {
            finding = finding.note(reason.clone());
        }
        findings.push(finding);
    }
    findings
}
