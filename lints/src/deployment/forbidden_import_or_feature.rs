//! `forbidden-import-or-feature`.

use contract_lint_analyzer::host::EffectKind;

use crate::declare_lint;
use crate::events::step;
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for calls of host functions that exist only in tests, in debug builds of the node, or off the chain.
    ///
    /// ### Why is this bad?
    /// The chain rejects the contract, or aborts each call that comes so far.
    ///
    /// ### Example
    /// ```rust
    /// stylus_sdk::console!("balance {}", balance);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// evm::log(Balance { balance });
    /// ```
    ///
    /// ### Known problems
    /// Imports that the host model does not know are not reported here: the method is then not analysed completely.
    pub FORBIDDEN_IMPORT_OR_FEATURE {
        name: "forbidden-import-or-feature",
        summary: "the contract calls a function that the chain does not have",
        domain: Deployment,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [1357, 439],
        references: ["SCWE-033"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let lint = FORBIDDEN_IMPORT_OR_FEATURE.meta;
    let kinds = [
        (EffectKind::TestOnly, "in tests"),
        (EffectKind::DebugOnly, "in debug builds of the node"),
        (EffectKind::OffchainOnly, "off the chain"),
    ];
    let mut findings: Vec<Finding> = Vec::new();
    for method in &cx.facts.methods {
        for (node, effect) in method.graph.effects() {
            let Some((_, place)) = kinds.iter().find(|(kind, _)| effect.is(*kind)) else {
                continue;
            };
            let function = &effect.host_function;
            if findings.iter().any(|f| f.subject == *function) {
                continue;
            }
            let message = format!("`{function}` exists only {place}");
            findings.push(Finding {
                lint,
                severity: lint.severity,
                confidence: lint.confidence,
                trace: vec![step(&method.graph, node, message.clone())],
                message,
                method: method.name.clone(),
                primary: 0,
                notes: Vec::new(),
                help: "leave the call out of the build that is deployed".to_owned(),
                also: Vec::new(),
                subject: function.clone(),
            });
        }
    }
    findings
}
