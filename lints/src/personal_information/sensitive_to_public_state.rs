//! `sensitive-to-public-state`.

use super::flow::{Exposure, findings};
use crate::declare_lint;
use crate::finding::Finding;
use crate::lint::Context;
use crate::policy::SinkKind;

declare_lint! {
    /// ### What it does
    /// Looks for data that the policy declares sensitive in the value or the key of a storage entry, in the clear, in a
    /// zone that is not trusted enough for its class.
    ///
    /// ### Why is this bad?
    /// Whoever runs a node reads the state, and past states cannot be deleted.
    ///
    /// ### Example
    /// ```rust
    /// env.storage().persistent().set(&person, &id_card);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// env.storage().persistent().set(&person, &commitment); // a salted hash, made outside the chain
    /// ```
    ///
    /// ### Known problems
    /// A digest counts as the data itself where the values of its class can be tried and nothing secret is hashed with
    /// it; one with a salt that everybody knows is reported by `weak-anonymisation`. Where the code does not tell
    /// arguments apart, any argument may be taken for the declared one, at low confidence.
    pub SENSITIVE_TO_PUBLIC_STATE {
        name: "sensitive-to-public-state",
        summary: "sensitive data is stored in the clear",
        domain: PersonalInformation,
        severity: Critical,
        confidence: Medium,
        level: Deny,
        cwe: [359, 312],
        references: ["SWC-136"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let exposure = Exposure {
        lint: SENSITIVE_TO_PUBLIC_STATE.meta,
        sink: SinkKind::State,
        happens: "is stored",
        instead: "keep the data off this chain, and store",
    };
    findings(cx, &exposure)
}
