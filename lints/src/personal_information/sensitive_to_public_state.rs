//! `sensitive-to-public-state`.

use contract_lint_analyzer::host::EffectKind;

use super::flow::{Exposure, exposed};
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
    /// What a digest hides is not reported, even where its input can be guessed. Where the code does not tell
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
        effect: EffectKind::StorageWrite,
        sink: SinkKind::State,
        operands: &["storage-key", "storage-value"],
        happens: "is stored in the clear",
        help: "store a commitment, a hash over the data and a secret salt, and keep the data off this chain",
    };
    exposed(cx, &exposure)
}
