//! `sensitive-to-event`.

use super::flow::{Exposure, findings};
use crate::declare_lint;
use crate::finding::Finding;
use crate::lint::Context;
use crate::policy::SinkKind;

declare_lint! {
    /// ### What it does
    /// Looks for data that the policy declares sensitive in the topics or the data of an event, or in the log of a
    /// node, in the clear or as a digest without a secret salt, in a zone that is not trusted enough for its class.
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
    let exposure = |sink, happens| Exposure {
        lint: SENSITIVE_TO_EVENT.meta,
        sink,
        happens,
        instead: "publish",
    };
    let mut all = findings(cx, &exposure(SinkKind::Event, "is published in an event"));
    let logged = exposure(SinkKind::NodeLog, "is written to the logs of nodes");
    all.extend(findings(cx, &logged));
    all
}
