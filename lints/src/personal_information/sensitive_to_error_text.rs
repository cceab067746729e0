//! `sensitive-to-error-text`.

use super::flow::{Exposure, findings};
use crate::declare_lint;
use crate::finding::Finding;
use crate::lint::Context;
use crate::policy::SinkKind;

declare_lint! {
    /// ### What it does
    /// Looks for data that the policy declares sensitive in the message with which a method aborts.
    ///
    /// ### Why is this bad?
    /// Most chains keep the text of failed transactions in their receipts, where everybody reads it.
    ///
    /// ### Example
    /// ```rust
    /// env::panic_str(&format!("no entry for {}", id_card));
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// env::panic_str("no such entry");
    /// ```
    ///
    /// ### Known problems
    /// Of a function that only aborts, the message is not computed: all that its arguments point to counts.
    pub SENSITIVE_TO_ERROR_TEXT {
        name: "sensitive-to-error-text",
        summary: "an error message contains sensitive data",
        domain: PersonalInformation,
        severity: Medium,
        confidence: Medium,
        level: Deny,
        cwe: [359, 209],
        references: ["SCWE-152"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let exposure = Exposure {
        lint: SENSITIVE_TO_ERROR_TEXT.meta,
        sink: SinkKind::Error,
        happens: "is part of an error message",
        instead: "say in the message only what is wrong, or name the data by",
    };
    findings(cx, &exposure)
}
