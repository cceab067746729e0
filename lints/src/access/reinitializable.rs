//! `reinitializable`.

use super::authority::{Standing, chosen, doubt, lumped, standing};
use super::initialiser::{initialises, sets_up};
use super::privileged::{Why, privileged_keys};
use crate::declare_lint;
use crate::events::{open_to_all, writes};
use crate::finding::Finding;
use crate::keys::name_in;
use crate::lint::Context;
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for methods that set the contract up, the account that rules it among the rest, and can be called again: no
    /// check that it is set up already, and none of who calls.
    ///
    /// ### Why is this bad?
    /// Whoever initialises the contract once more becomes its owner.
    ///
    /// ### Example
    /// ```rust
    /// pub fn initialize(env: Env, admin: Address, token: Address) {
    ///     env.storage().instance().set(&ADMIN, &admin);
    ///     env.storage().instance().set(&TOKEN, &token);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn __constructor(env: Env, admin: Address, token: Address) {
    ///     env.storage().instance().set(&ADMIN, &admin);
    ///     env.storage().instance().set(&TOKEN, &token);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// That someone else may make the first call is not reported.
    pub REINITIALIZABLE {
        name: "reinitializable",
        summary: "anyone can initialise the contract again",
        domain: Access,
        severity: Critical,
        confidence: High,
        level: Deny,
        cwe: [665, 909],
        references: ["SCWE-092", "SCWE-098", "SWC-118", "OWASP SC10:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let privileged = privileged_keys(cx);
    let mut findings = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        if !sets_up(method, &cx.facts.host) || lumped(method, &cx.facts.host) {
            continue;
        }
        let graph = &method.graph;
        let found = graph
            .effects()
            .filter(|(_, e)| writes(e))
            .find(|(node, effect)| {
                let owner = effect
                    .key()
                    .and_then(|key| privileged.of(key))
                    .is_some_and(|privilege| privilege.why == Why::Identity);
                owner
                    && effect.operand("storage-value").is_some_and(chosen)
                    && !initialises(graph, *node, &cx.facts.host)
                    && matches!(standing(graph, *node), Standing::Open | Standing::Named(_))
            });
        let Some((node, effect)) = found else {
            continue;
        };
        let Some(key) = effect.key() else { continue };
        let name = name_in(key, method);
        let witness = privileged.of(key).map(|p| p.witness.clone());
        let finding = Finding::new(
            &REINITIALIZABLE,
            method,
            format!("the contract can be initialised again by anyone, {name} with it"),
            key.to_string(),
        )
        .here(
            method,
            node,
            format!("{name} is set, whether or not it was before"),
        )
        .and(witness)
        .note("nothing on the way to this place asks whether the contract is initialised already")
        .help(remedy(&cx.facts.host.id, Remedy::Once));
        findings.push(doubt(finding, method, node));
    }
    findings
}
