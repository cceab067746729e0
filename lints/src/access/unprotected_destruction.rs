//! `unprotected-destruction`.

use contract_lint_analyzer::facts::{Effect, Label};
use contract_lint_analyzer::host::EffectKind;

use super::authority::{Standing, doubt, explain, standing};
use crate::declare_lint;
use crate::events::open_to_all;
use crate::finding::Finding;
use crate::keys::data;
use crate::lint::Context;
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for methods that destroy the contract without asking whether the caller is an account that the contract
    /// knows.
    ///
    /// ### Why is this bad?
    /// Anyone can end the contract. What it holds goes to an account that they name, or is lost, and so are the
    /// contracts that depend on it.
    ///
    /// ### Example
    /// ```rust
    /// #[ink(message)]
    /// pub fn close(&mut self, beneficiary: AccountId) {
    ///     self.env().terminate_contract(beneficiary)
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// #[ink(message)]
    /// pub fn close(&mut self, beneficiary: AccountId) {
    ///     assert_eq!(self.env().caller(), self.owner);
    ///     self.env().terminate_contract(beneficiary)
    /// }
    /// ```
    ///
    /// ### Known problems
    /// A guard inside another contract that is asked is not seen.
    pub UNPROTECTED_DESTRUCTION {
        name: "unprotected-destruction",
        summary: "anyone can destroy the contract",
        domain: Access,
        severity: Critical,
        confidence: High,
        level: Deny,
        cwe: [284],
        references: ["SCWE-038", "SCWE-050", "SWC-106", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        let end = graph
            .effects_of(EffectKind::SelfDestruct)
            .find(|(node, effect)| {
                ends_this_contract(effect)
                    && !graph.is_one_of_many(*node)
                    && matches!(standing(graph, *node), Standing::Open | Standing::Named(_))
            });
        let Some((node, effect)) = end else { continue };
        let heir = effect
            .operand("account")
            .map(|to| data(&to.labels(), Some(method)));
        let shown = match heir {
            Some(heir) => format!("`{}` leaves everything to {heir}", effect.host_function),
            None => format!("`{}` destroys the contract", effect.host_function),
        };
        let finding = Finding::new(
            &UNPROTECTED_DESTRUCTION,
            method,
            "the contract can be destroyed by anyone",
            &effect.host_function,
        )
        .here(method, node, shown)
        .help(remedy(&cx.facts.host.id, Remedy::Owner));
        findings.push(doubt(explain(finding, method, node), method, node));
    }
    findings
}

/// Whether it is this contract that ends, where the call can end others as well.
fn ends_this_contract(effect: &Effect) -> bool {
    match effect.operand("promise") {
        Some(promise) => promise
            .labels_through_digests()
            .iter()
            .eq([&Label::SelfIdentity]),
        None => true,
    }
}
