//! `unprotected-code-upgrade`.

use contract_lint_analyzer::facts::{Content, Effect, Label, Piece};
use contract_lint_analyzer::host::EffectKind;

use super::authority::{Standing, doubt, explain, standing};
use crate::declare_lint;
use crate::events::{is_argument, open_to_all};
use crate::finding::Finding;
use crate::lint::Context;
use crate::remedy::{Remedy, remedy};

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

/// What a module begins with.
const MAGIC: &[u8] = b"\0asm";

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        let upgrade = graph
            .effects_of(EffectKind::CodeUpgrade)
            .find(|(node, effect)| {
                replaces_own_code(effect)
                    && !graph.is_one_of_many(*node)
                    && matches!(standing(graph, *node), Standing::Open | Standing::Named(_))
            });
        let Some((node, effect)) = upgrade else {
            continue;
        };
        let finding = Finding::new(
            &UNPROTECTED_CODE_UPGRADE,
            method,
            "the contract's code can be replaced by anyone",
            &effect.host_function,
        )
        .here(
            method,
            node,
            format!("`{}` replaces the code", effect.host_function),
        )
        .help(remedy(&cx.facts.host.id, Remedy::Owner));
        findings.push(doubt(explain(finding, method, node), method, node));
    }
    findings
}

/// Whether it is the contract's own code that is replaced. What may as well deploy another contract counts only if its
/// target is the contract and nothing else (a part of the name may be the caller's: then it is another account), or if the
/// caller supplies code for a target that is not known. A contract that brings the code along is a factory.
fn replaces_own_code(effect: &Effect) -> bool {
    if !effect.is(EffectKind::ContractCreate) {
        return true;
    }
    let code = effect.operand("code");
    let brought = |code: &Content| matches!(code.pieces.first(), Some(Piece::Const(bytes)) if bytes.starts_with(MAGIC));
    if code.is_some_and(brought) {
        return false;
    }
    let target = ["promise", "contract", "account"]
        .iter()
        .filter_map(|what| effect.operand(what))
        .find(|content| !content.is_unknown());
    match target {
        Some(target) => target
            .labels_through_digests()
            .iter()
            .eq([&Label::SelfIdentity]),
        None => code.is_some_and(|code| code.labels().iter().any(is_argument)),
    }
}
