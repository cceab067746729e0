//! `sensitive-contract-on-public-target`.

use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::Context;
use crate::personal_information::is_in;
use crate::policy::{Form, Selector};

declare_lint! {
    /// ### What it does
    /// Looks at where a contract will run: whether it keeps, by the policy's declarations about storage, host calls and
    /// its own functions, data of a class that needs a more trusted zone.
    ///
    /// ### Why is this bad?
    /// Sensitive business data belongs on a side chain, not on a public mainnet. A contract that is made to hold it must
    /// not be deployed there at all.
    ///
    /// ### Example
    /// ```toml
    /// [target]
    /// zone = "mainnet"
    ///
    /// [[source]]
    /// select = 'key:"invoice/" *'
    /// class = "biz.invoice"
    /// ```
    ///
    /// ### Use instead
    /// ```toml
    /// [target]
    /// zone = "sidechain"
    /// ```
    ///
    /// ### Known problems
    /// Declared parameters are reported by `plaintext-sensitive-parameter`, each in its method.
    pub SENSITIVE_CONTRACT_ON_PUBLIC_TARGET {
        name: "sensitive-contract-on-public-target",
        summary: "a contract that keeps sensitive data is meant for a less trusted zone",
        domain: Deployment,
        severity: Critical,
        confidence: High,
        level: Deny,
        cwe: [359],
        references: [],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let lint = SENSITIVE_CONTRACT_ON_PUBLIC_TARGET.meta;
    let facts = cx.facts;
    let zone = cx.policy.zone(facts.host.public);
    let mut reasons: Vec<String> = Vec::new();
    for source in &cx.policy.sources {
        let kept = matches!(source.select, Selector::Key(_) | Selector::Host(_));
        let Some(class) = cx.policy.class_of(source.class.as_str()) else {
            continue;
        };
        if !kept || source.form != Form::Plaintext || cx.policy.may_appear(&class, zone) {
            continue;
        }
        let methods = facts.methods.iter();
        let held = methods.filter(|m| is_in(&source.select, m, &facts.host));
        if let Some(method) = held.map(|m| &m.name).next() {
            reasons.push(format!(
                "`{}` (`{}`, in `{method}`) needs zone `{}` or one more trusted",
                source.select, class.id, class.min_zone
            ));
        }
    }
    if reasons.is_empty() {
        return Vec::new();
    }
    let message = format!("the contract keeps sensitive data and is meant for zone `{zone}`");
    vec![Finding {
        lint,
        severity: lint.severity,
        confidence: lint.confidence,
        trace: vec![Step {
            message: message.clone(),
            site: None,
        }],
        message,
        method: String::new(),
        primary: 0,
        notes: reasons,
        help: "deploy it to a zone that is trusted enough, and anchor only commitments on this one"
            .to_owned(),
        also: Vec::new(),
        subject: zone.to_owned(),
    }]
}
