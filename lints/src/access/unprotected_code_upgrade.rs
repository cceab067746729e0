//! `unprotected-code-upgrade`.

use contract_lint_analyzer::facts::Strength;
use contract_lint_analyzer::host::EffectKind;

use crate::declare_lint;
use crate::events::{guarded, open_to_all, step};
use crate::finding::Finding;
use crate::lint::{Confidence, Context, Severity};

declare_lint! {
    /// ### What it does
    /// Looks for methods that replace the contract's code without asking whether the caller is an account that the
    /// contract knows: the stored owner, a constant, or the contract itself.
    ///
    /// ### Why is this bad?
    /// Whoever replaces the code owns everything the contract holds.
    ///
    /// ### Example
    /// ```rust
    /// pub fn upgrade(env: Env, hash: BytesN<32>) {
    ///     env.deployer().update_current_contract_wasm(hash);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn upgrade(env: Env, hash: BytesN<32>) {
    ///     let admin: Address = env.storage().instance().get(&ADMIN).unwrap();
    ///     admin.require_auth();
    ///     env.deployer().update_current_contract_wasm(hash);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// A guard inside another contract that is asked is not seen.
    pub UNPROTECTED_CODE_UPGRADE {
        name: "unprotected-code-upgrade",
        summary: "anyone can replace the contract's code",
        domain: Access,
        severity: Critical,
        confidence: High,
        level: Deny,
        cwe: [306, 494],
        references: ["SCWE-005", "OWASP SC10:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        for (node, effect) in graph.effects_of(EffectKind::CodeUpgrade) {
            if guarded(graph, node, Strength::Origin) {
                continue;
            }
            if findings.iter().any(|f| f.method == method.name) {
                continue;
            }
            let mut notes = Vec::new();
            if guarded(graph, node, Strength::Argument) {
                notes.push(
                    "the account that must agree is named by the caller, so anyone can name their own"
                        .to_owned(),
                );
            }
            findings.push(Finding {
                lint: UNPROTECTED_CODE_UPGRADE.meta,
                severity: Severity::Critical,
                confidence: if method.reasons.is_empty() {
                    Confidence::High
                } else {
                    Confidence::Medium
                },
                message: "the contract's code can be replaced by anyone".to_owned(),
                method: method.name.clone(),
                trace: vec![step(
                    graph,
                    node,
                    format!("`{}` replaces the code", effect.host_function),
                )],
                primary: 0,
                notes,
                help: "first check that the caller is the stored administrator".to_owned(),
                also: Vec::new(),
                subject: effect.host_function.clone(),
            });
        }
    }
    findings
}
