//! `plaintext-sensitive-parameter`.

use contract_lint_analyzer::facts::Method;

use super::judge::{Question, commitment, judge};
use super::sinks::zone;
use super::sources::{Place, of_method};
use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::{Confidence, Context};
use crate::policy::SinkKind;

declare_lint! {
    /// ### What it does
    /// Looks for methods that change state and take a parameter that the policy declares sensitive, in a zone that is
    /// not trusted enough for its class.
    ///
    /// ### Why is this bad?
    /// Arguments are part of the transaction, which is public and permanent, even if the contract hashes or forgets them.
    ///
    /// ### Example
    /// ```rust
    /// pub fn register(env: Env, person: Address, id_card: String) {
    ///     let digest = env.crypto().sha256(&id_card.to_bytes());   // too late: the call itself is public
    ///     env.storage().persistent().set(&person, &digest);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn register(env: Env, person: Address, commitment: BytesN<32>) {
    ///     env.storage().persistent().set(&person, &commitment);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Whether callers encrypt the argument is not known; declare the source with `as = "ciphertext"` if they do.
    pub PLAINTEXT_SENSITIVE_PARAMETER {
        name: "plaintext-sensitive-parameter",
        summary: "a transaction carries sensitive data in the clear",
        domain: PersonalInformation,
        severity: High,
        confidence: High,
        level: Deny,
        cwe: [359, 201],
        references: ["SWC-136"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = &cx.facts.methods;
    methods.iter().flat_map(|m| in_method(cx, m)).collect()
}

fn in_method(cx: &Context<'_>, method: &Method) -> Vec<Finding> {
    let zone = zone(cx);
    let lint = PLAINTEXT_SENSITIVE_PARAMETER.meta;
    let mut findings: Vec<Finding> = Vec::new();
    if !method.graph.effects().any(|(_, effect)| effect.lasts()) {
        return findings;
    }
    for data in of_method(cx, method) {
        let confidence = match data.place {
            Place::Param(_) => Confidence::High,
            Place::Argument => Confidence::Medium,
            Place::Key(_) | Place::Labelled(_) => continue,
        };
        let asked = Question {
            class: &data.class,
            sink: SinkKind::Parameter,
            zone,
            from: zone,
            lint: lint.name,
            usual: lint.severity,
        };
        let subject = format!("{} {}", data.class.id, data.name);
        let denial = judge(cx.policy, &asked);
        let Some(denial) = denial.filter(|_| findings.iter().all(|f| f.subject != subject)) else {
            continue;
        };
        let message = format!("the parameter `{}` is sent in the clear", data.name);
        findings.push(Finding {
            lint,
            severity: denial.severity,
            confidence,
            trace: vec![Step {
                message: message.clone(),
                site: None,
            }],
            message,
            method: method.name.clone(),
            primary: 0,
            notes: vec![
                format!("`{}` is declared as `{}`", data.name, data.class.id),
                denial.why,
            ],
            help: denial
                .fix
                .unwrap_or_else(|| format!("take {}", commitment(cx.policy, &data))),
            also: Vec::new(),
            subject,
        });
    }
    findings
}
