//! `arbitrary-call-target`.

use contract_lint_analyzer::facts::{
    Content, Effect, Label, Labels, Method, Node, Piece, Relation,
};
use contract_lint_analyzer::host::EffectKind;

use super::authority::{Standing, doubt, explain, lumped, only_arguments, standing};
use crate::declare_lint;
use crate::events::{is_argument, open_to_all};
use crate::finding::Finding;
use crate::keys::argument_names;
use crate::lint::{Confidence, Context, Severity};
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for methods that call whatever contract and method the caller names, or run whatever code the caller names on
    /// the contract's own storage.
    ///
    /// ### Why is this bad?
    /// The call is made in the contract's name: the caller can have its tokens transferred, its rights used. Foreign code on
    /// the contract's storage can do everything.
    ///
    /// ### Example
    /// ```rust
    /// pub fn forward(env: Env, target: Address, method: Symbol, args: Vec<Val>) -> Val {
    ///     env.invoke_contract(&target, &method, args)
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn forward(env: Env, target: Address, amount: i128) {
    ///     assert!(env.storage().persistent().has(&Key::Allowed(target.clone())));
    ///     PoolClient::new(&env, &target).deposit(&amount)
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Accounts that are contracts execute any call for their owner; they are recognised by the signature that they verify.
    pub ARBITRARY_CALL_TARGET {
        name: "arbitrary-call-target",
        summary: "the caller decides what the contract calls",
        domain: Access,
        severity: Critical,
        confidence: High,
        level: Deny,
        cwe: [829, 441],
        references: ["SCWE-035", "SCWE-042", "SWC-112", "OWASP SC06:2026"],
        since: "0.1.0",
    }
}

/// How many bytes select a method, where the input begins with them.
const SELECTOR: u32 = 4;

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        let found = graph.effects().find_map(|(node, effect)| {
            let target = chosen_target(effect)?;
            let open = matches!(standing(graph, node), Standing::Open | Standing::Named(_));
            (open && !restricted(method, node, &target)).then_some((node, effect, target))
        });
        let Some((node, effect, target)) = found else {
            continue;
        };
        let delegates = effect.is(EffectKind::Delegatecall);
        let named = argument_names(&target, method);
        let (message, severity) = if delegates {
            (
                "the caller decides which code runs on the contract's storage",
                Severity::Critical,
            )
        } else {
            (
                "the caller decides which contract and method are called in the contract's name",
                Severity::High,
            )
        };
        let finding = Finding::new(
            &ARBITRARY_CALL_TARGET,
            method,
            message,
            &effect.host_function,
        )
        .severity(severity)
        .here(
            method,
            node,
            format!("`{}` calls what {named} says", effect.host_function),
        )
        .help(remedy(&cx.facts.host.id, Remedy::Target));
        let finding = if lumped(method, &cx.facts.host) {
            finding.at_most(Confidence::Low)
        } else {
            finding
        };
        findings.push(doubt(explain(finding, method, node), method, node));
    }
    findings
}

/// The arguments that decide what is called, where they decide enough: for foreign code on the contract's storage the
/// target alone, otherwise the method, too.
fn chosen_target(effect: &Effect) -> Option<Labels> {
    let delegates = effect.is(EffectKind::Delegatecall);
    let calls = [EffectKind::ExternalCall, EffectKind::ExternalCallAsync]
        .iter()
        .any(|kind| effect.is(*kind));
    if !delegates && !calls {
        return None;
    }
    let target = effect
        .operand("contract")
        .or(effect.operand("code-hash").filter(|_| delegates))
        .or(effect.operand("account"))
        // Where calls are actions of a promise, that knows whom they go to.
        .or(effect
            .operand("promise")
            .filter(|_| effect.operand("method-name").is_some()))?;
    let labels = target.labels_through_digests();
    if !only_arguments(&labels) {
        return None;
    }
    let decided = |content: &Content| only_arguments(&content.labels()) && !content.has_constant();
    let method = match effect.operand("method-name") {
        Some(name) => decided(name),
        // Where the method is a part of the input, it comes first.
        None => effect
            .operand("calldata")
            .is_some_and(|data| decided(data) && whole(data)),
    };
    // One parameter cannot name both: then it is the analysis that does not tell its parts apart.
    let same = effect.operand("method-name").is_some_and(|name| {
        name.labels() == labels && matches!(labels.first(), Some(Label::Param(_)))
    });
    (delegates || method && !same).then(|| labels.into_iter().filter(is_argument).collect())
}

/// Whether a call's input may be any, rather than an amount: bytes of whatever length, or a selector with data behind it.
fn whole(data: &Content) -> bool {
    match data.pieces.as_slice() {
        [Piece::Hole { len: None, .. }] => true,
        [Piece::Hole { len, .. }, _, ..] => matches!(len, None | Some(SELECTOR)),
        _ => false,
    }
}

/// Whether the target is held against something first: equal to a constant or stored, or found in storage.
fn restricted(method: &Method, node: Node, target: &Labels) -> bool {
    let chosen = |labels: &Labels| labels.iter().any(|l| target.contains(l));
    method.graph.checks(node).iter().any(|(_, branch)| {
        branch.predicates.iter().any(|p| {
            let labels = p.labels();
            let listed = labels.iter().any(|l| match l {
                Label::Storage(key) => chosen(&key.labels_through_digests()),
                _ => false,
            });
            let compared = p.relation != Relation::Order
                && chosen(&labels)
                && labels.iter().any(|l| matches!(l, Label::Storage(_)));
            listed || compared
        })
    })
}
