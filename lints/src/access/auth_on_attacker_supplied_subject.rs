//! `auth-on-attacker-supplied-subject`.

use contract_lint_analyzer::facts::{Content, Effect, Guard, Method, Node};
use contract_lint_analyzer::host::EffectKind;

use super::authority::{Standing, chosen, doubt, explain, from_itself, standing};
use super::initialiser::initialises;
use super::privileged::{Why, privileged_keys};
use crate::declare_lint;
use crate::events::{arguments, may_be_account, open_to_all, writes};
use crate::finding::Finding;
use crate::keys::name_in;
use crate::lint::Context;
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for privileged actions (writing a key on which access rests, destroying the contract) whose only guard asks
    /// an account that the caller names in the arguments, and that is never held against a stored one.
    ///
    /// ### Why is this bad?
    /// The check looks like one and is none: everybody can name themselves, and agree.
    ///
    /// ### Example
    /// ```rust
    /// pub fn set_fee(env: Env, admin: Address, fee: u32) {
    ///     admin.require_auth();
    ///     env.storage().instance().set(&FEE, &fee);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn set_fee(env: Env, fee: u32) {
    ///     let admin: Address = env.storage().instance().get(&ADMIN).unwrap();
    ///     admin.require_auth();
    ///     env.storage().instance().set(&FEE, &fee);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Data that any account may set, such as the last account that registered, is taken for a setting if another method
    /// writes it for a known caller only.
    pub AUTH_ON_ATTACKER_SUPPLIED_SUBJECT {
        name: "auth-on-attacker-supplied-subject",
        summary: "the account that must agree is named by the caller",
        domain: Access,
        severity: High,
        confidence: High,
        level: Deny,
        cwe: [639, 290],
        references: ["SCWE-045", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let privileged = privileged_keys(cx);
    let mut findings: Vec<Finding> = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        for (node, effect) in graph.effects() {
            let (what, witness, subject) = if writes(effect) {
                let Some(key) = effect.key() else { continue };
                let value = effect.operand("storage-value");
                // What is kept for accounts is theirs to agree to.
                let of_account = arguments(key).iter().any(|l| may_be_account(l, method));
                let alike = || {
                    privileged
                        .settings
                        .alike(key, value.filter(|_| !of_account)?, method)
                };
                let (why, witness) = match (privileged.of(key), alike()) {
                    (Some(privilege), _) => (privilege.why, &privilege.witness),
                    (None, Some(witness)) => (Why::Written, witness),
                    (None, None) => continue,
                };
                let setting = value.is_none_or(|value| {
                    chosen(value) && (why == Why::Identity || !from_itself(value, key))
                });
                // What moves assets keeps books; it sets nothing.
                let books = why == Why::Written && graph.effects().any(|(_, e)| pays(e));
                if !setting || books || initialises(graph, node, &cx.facts.host) {
                    continue;
                }
                let what = format!("the write of {}", name_in(key, method));
                (what, Some(witness.clone()), key.to_string())
            } else if ends(effect) {
                let what = format!("`{}`", effect.host_function);
                (what, None, effect.host_function.clone())
            } else {
                continue;
            };
            let Standing::Named(guard) = standing(graph, node) else {
                continue;
            };
            let told = findings
                .iter()
                .any(|f| f.method == method.name && f.subject == subject);
            if told || own_share(method, node, &guard) {
                continue;
            }
            let finding = Finding::new(
                &AUTH_ON_ATTACKER_SUPPLIED_SUBJECT,
                method,
                format!("{what} is guarded by an account that the caller names"),
                subject,
            )
            .here(method, node, "anyone who names themselves comes here")
            .and(witness)
            .help(remedy(&cx.facts.host.id, Remedy::Owner));
            findings.push(doubt(explain(finding, method, node), method, node));
        }
    }
    findings
}

fn pays(effect: &Effect) -> bool {
    [
        EffectKind::ValueTransfer,
        EffectKind::ExternalCall,
        EffectKind::ExternalCallAsync,
    ]
    .iter()
    .any(|kind| effect.is(*kind))
}

fn ends(effect: &Effect) -> bool {
    effect.is(EffectKind::SelfDestruct) && effect.operand("promise").is_none()
}

/// Whether the account that agreed acts on its own share: what is stored for it changes as well, so that the write is a
/// matter of everybody's (a total, a pool) rather than a setting.
fn own_share(method: &Method, node: Node, guard: &Guard) -> bool {
    let subject = guard.subject.labels_through_digests();
    let keyed_by_subject = |key: &Content| {
        let labels = key.labels_through_digests();
        !labels.is_empty() && labels.iter().any(|l| subject.contains(l))
    };
    let graph = &method.graph;
    graph.effects().any(|(n, e)| {
        (writes(e) || e.is(EffectKind::StorageRead))
            && e.key().is_some_and(keyed_by_subject)
            && (graph.reaches(n, node) || graph.reaches(node, n))
    })
}
