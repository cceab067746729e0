//! `float-nondeterminism`.

use contract_lint_analyzer::facts::Site;
use contract_lint_analyzer::host::Floats;

use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for floating-point arithmetic that outsiders can reach, on hosts that reject it.
    ///
    /// ### Why is this bad?
    /// The bits of a NaN differ between processors. Nodes that disagree about one bit split the chain, which is why many
    /// hosts refuse such contracts at upload.
    ///
    /// ### Example
    /// ```rust
    /// let fee = (amount as f64 * 0.003) as u64;
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// let fee = amount * 3 / 1000;
    /// ```
    ///
    /// ### Known problems
    /// Code that only a call through a table leads to is not looked at: formatting is linked that way and rarely runs.
    pub FLOAT_NONDETERMINISM {
        name: "float-nondeterminism",
        summary: "floating-point arithmetic where the host does not take it",
        domain: Consensus,
        severity: Medium,
        confidence: High,
        level: Warn,
        cwe: [1339, 758],
        references: ["SCWE-033"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let lint = FLOAT_NONDETERMINISM.meta;
    let facts = cx.facts;
    let Some(first) = facts.floats.first() else {
        return Vec::new();
    };
    if facts.host.floats != Floats::Forbidden {
        return Vec::new();
    }
    let message =
        "the contract computes with floating-point numbers, which its host rejects".to_owned();
    vec![Finding {
        lint,
        severity: lint.severity,
        confidence: lint.confidence,
        trace: vec![Step {
            message: message.clone(),
            site: Some(Site {
                func: first.func,
                offset: first.offset,
                chain: [].into(),
            }),
        }],
        message,
        method: String::new(),
        primary: 0,
        notes: vec![format!("{} functions do", facts.floats.len())],
        help: "compute with integers of a fixed number of decimals".to_owned(),
        also: Vec::new(),
        subject: "floats".to_owned(),
    }]
}
