//! `divide-before-multiply`.

use contract_lint_analyzer::facts::{Content, Label};

use super::amounts::{certainty, kept_or_moved};
use crate::declare_lint;
use crate::events::step;
use crate::finding::{Finding, once_for_each_place};
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for amounts that are a quotient multiplied by something other than its divisor.
    ///
    /// ### Why is this bad?
    /// The division drops a remainder, and the multiplication makes the loss larger: `1999 / 1000 * 500` is 500, not 999.
    /// Rounded often enough, or to zero, shares and fees come out wrong.
    ///
    /// ### Example
    /// ```rust
    /// let fee = amount / 10_000 * rate;
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// let fee = amount * rate / 10_000;
    /// ```
    ///
    /// ### Known problems
    /// Arithmetic on numbers of more than 64 bits is done by helper functions of the compiler and not seen.
    pub DIVIDE_BEFORE_MULTIPLY {
        name: "divide-before-multiply",
        summary: "an amount is divided before it is multiplied",
        domain: SmartContract,
        severity: Medium,
        confidence: Medium,
        level: Warn,
        cwe: [682, 1339],
        references: ["SCWE-124"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for (method, node, content, name) in kept_or_moved(cx.facts) {
        if !is_rescaled(content) || findings.iter().any(|f| f.method == method.name) {
            continue;
        }
        let trace = vec![step(
            &method.graph,
            node,
            format!("{name} is a quotient, multiplied"),
        )];
        findings.push(Finding {
            confidence: certainty(content, &Label::Rescaled),
            help: "multiply first, then divide; mind the width of the product".to_owned(),
            subject: name.clone(),
            ..Finding::traced(
                DIVIDE_BEFORE_MULTIPLY.meta,
                method,
                format!("{name} loses precision: it is divided before it is multiplied"),
                trace,
            )
        });
    }
    once_for_each_place(findings)
}

fn is_rescaled(content: &Content) -> bool {
    content.labels().contains(&Label::Rescaled)
}
