//! `sensitive-to-external-message`.

use super::flow::{Exposure, exposed, in_method};
use super::sinks::destination;
use crate::declare_lint;
use crate::finding::Finding;
use crate::lint::{Confidence, Context};
use crate::policy::SinkKind;

declare_lint! {
    /// ### What it does
    /// Looks for data that the policy declares sensitive in what a contract sends to other contracts and chains, where
    /// the destination is in a zone that is not trusted enough for its class, or where a gate between the zones does
    /// not let it pass.
    ///
    /// ### Why is this bad?
    /// A message takes the data out of the zone in which it is kept: from the side chain to a mainnet, where it is
    /// public and permanent.
    ///
    /// ### Example
    /// ```rust
    /// bridge.call("anchor", &Anchor { invoice: number, buyer_phone: phone });
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// bridge.call("anchor", &Anchor { commitment }); // a salted hash, made outside the chain
    /// ```
    ///
    /// ### Known problems
    /// Where a contract lives is only known from `[zones.contracts]`. One that is not listed there, or whose name the
    /// code does not tell, is taken to be in the zone of `default`, or, at low confidence, in the least trusted one.
    pub SENSITIVE_TO_EXTERNAL_MESSAGE {
        name: "sensitive-to-external-message",
        summary: "sensitive data is sent to a less trusted zone",
        domain: PersonalInformation,
        severity: Critical,
        confidence: High,
        level: Deny,
        cwe: [359, 201],
        references: ["SWC-136"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let exposure = Exposure {
        lint: SENSITIVE_TO_EXTERNAL_MESSAGE.meta,
        sink: SinkKind::Message,
        happens: "is sent to other code",
        instead: "send",
    };
    let mut findings = Vec::new();
    for method in &cx.facts.methods {
        let mut found = in_method(cx, method, &exposure);
        let places = exposed(cx, method, exposure.lint, SinkKind::Message);
        for finding in &mut found {
            let at = places
                .iter()
                .find(|p| Some(&method.graph.nodes[p.at.node].site) == finding.site());
            let Some(place) = at else { continue };
            let (name, zone) = destination(cx, place.at.effect);
            let contracts = &cx.policy.zones.contracts;
            let declared = name
                .as_ref()
                .is_some_and(|name| contracts.contains_key(name));
            let name = name.map_or("the destination".to_owned(), |name| format!("`{name}`"));
            finding.notes.push(if declared {
                format!("{name} is in zone `{zone}`")
            } else if contracts.contains_key("default") {
                finding.confidence = finding.confidence.min(Confidence::Medium);
                format!("{name} is not listed, and what is not is in zone `{zone}`")
            } else {
                finding.confidence = Confidence::Low;
                format!("where {name} is, the policy does not say: zone `{zone}` is assumed")
            });
        }
        findings.append(&mut found);
    }
    findings
}
