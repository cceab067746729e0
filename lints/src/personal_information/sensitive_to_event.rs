//! `sensitive-to-event`.

use contract_lint_analyzer::host::EffectKind;

use super::flow::{Exposure, exposed};
use crate::declare_lint;
use crate::finding::Finding;
use crate::lint::Context;
use crate::policy::SinkKind;

declare_lint! {
    /// ### What it does
    /// Looks for data that the policy declares sensitive in the topics or the data of an event, in the clear, in a zone
    /// that is not trusted enough for its class.
    ///
    /// ### Why is this bad?
    /// Events are kept with the block, indexed by many, and never deleted.
    ///
    /// ### Example
    /// ```rust
    /// Reached { person, phone }.publish(&env);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// Reached { person, commitment }.publish(&env); // a salted hash, made outside the chain
    /// ```
    ///
    /// ### Known problems
    /// Where the code does not tell arguments apart, any argument may be taken for the declared one, at low confidence.
    pub SENSITIVE_TO_EVENT {
        name: "sensitive-to-event",
        summary: "sensitive data is published in an event",
        domain: PersonalInformation,
        severity: High,
        confidence: High,
        level: Deny,
        cwe: [359, 532],
        references: ["SWC-136"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let exposure = Exposure {
        lint: SENSITIVE_TO_EVENT.meta,
        effect: EffectKind::EventLog,
        sink: SinkKind::Event,
        operands: &[],
        happens: "is published in an event",
        help: "publish a commitment, a hash over the data and a secret salt, or nothing about it",
    };
    exposed(cx, &exposure)
}
