//! `auth-by-origin`.

use contract_lint_analyzer::facts::{Effect, Strength};
use contract_lint_analyzer::host::EffectKind;

use super::authority::{Standing, doubt, standing};
use crate::declare_lint;
use crate::events::open_to_all;
use crate::finding::Finding;
use crate::lint::Context;
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for checks that ask who signed the transaction, where nothing asks who calls.
    ///
    /// ### Why is this bad?
    /// A contract that the owner calls, for whatever reason, can call on and acts with the owner's rights.
    ///
    /// ### Example
    /// ```rust
    /// pub fn set_price(&mut self, price: U128) {
    ///     assert_eq!(env::signer_account_id(), self.owner);
    ///     self.price = price;
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn set_price(&mut self, price: U128) {
    ///     assert_eq!(env::predecessor_account_id(), self.owner);
    ///     self.price = price;
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Relays of signed transactions ask for the signer on purpose.
    pub AUTH_BY_ORIGIN {
        name: "auth-by-origin",
        summary: "a check asks who signed the transaction, not who calls",
        domain: Access,
        severity: High,
        confidence: High,
        level: Deny,
        cwe: [477, 346],
        references: ["SCWE-018", "SWC-115", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    // Where the host does not tell the caller, nothing better can be asked.
    let host = &cx.facts.host;
    let tells_caller = host
        .functions
        .iter()
        .any(|f| f.is(EffectKind::CallerIdentityRead));
    if !tells_caller {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        let found = graph
            .effects()
            .filter(|(_, effect)| matters(effect))
            .find_map(|(node, effect)| match standing(graph, node) {
                Standing::Origin(guard) => Some((node, effect, guard)),
                _ => None,
            });
        let Some((node, effect, guard)) = found else {
            continue;
        };
        debug_assert_eq!(guard.strength, Strength::Origin);
        let finding = Finding::new(
            &AUTH_BY_ORIGIN,
            method,
            "the signer of the transaction is checked instead of the caller",
            "",
        )
        .here(method, guard.node, "the signer is compared here")
        .then(
            method,
            node,
            format!("`{}` depends on it", effect.host_function),
        )
        .note("a contract that the signer calls passes this check in their name")
        .help(remedy(&host.id, Remedy::Caller));
        findings.push(doubt(finding, method, node));
    }
    findings
}

/// What needs the right person.
fn matters(effect: &Effect) -> bool {
    effect.lasts() && !effect.is(EffectKind::EventLog)
}
