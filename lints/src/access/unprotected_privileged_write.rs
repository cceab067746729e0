//! `unprotected-privileged-write`.

use contract_lint_analyzer::facts::{Effect, EffectGraph, Label, Method, Node, Piece};
use contract_lint_analyzer::host::{EffectKind, HostModel};

use super::authority::{
    Standing, chosen, doubt, explain, from_itself, is_paid, only_arguments, standing,
};
use super::fields::{keeps_others, may_set_identity, sets_flag};
use super::initialiser::initialises;
use super::ledger::grows_for_nothing;
use super::privileged::{Privileges, Why, privileged_keys};
use super::records::{on_outer_condition, other_arguments};
use crate::declare_lint;
use crate::events::{arguments, deletes, open_to_all, writes};
use crate::finding::Finding;
use crate::keys::{argument_names, data, name_in};
use crate::lint::{Context, Severity};
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Finds keys on which access rests (what is stored there is compared with the caller, or must authorise, or says
    /// where calls go; who is listed there may call), or that other methods write only for a known caller, and reports
    /// methods that write them from their arguments for anyone.
    ///
    /// ### Why is this bad?
    /// Whoever sets the owner is the owner.
    ///
    /// ### Example
    /// ```rust
    /// pub fn set_owner(env: Env, owner: Address) {
    ///     env.storage().instance().set(&OWNER, &owner);
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn set_owner(env: Env, owner: Address) {
    ///     let old: Address = env.storage().instance().get(&OWNER).unwrap();
    ///     old.require_auth();
    ///     env.storage().instance().set(&OWNER, &owner);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// A contract that keeps all its state under one key is looked at only where its guards are.
    pub UNPROTECTED_PRIVILEGED_WRITE {
        name: "unprotected-privileged-write",
        summary: "anyone can write a key on which access rests",
        domain: Access,
        severity: Critical,
        confidence: Medium,
        level: Deny,
        cwe: [862, 284],
        references: ["SCWE-016", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let privileged = privileged_keys(cx);
    let mut findings: Vec<Finding> = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        for (node, effect) in method.graph.effects() {
            let finding = if writes(effect) {
                to_key(method, node, effect, privileged, &cx.facts.host)
            } else {
                to_permissions(method, node, effect)
            };
            let Some(finding) = finding else { continue };
            let told = findings
                .iter()
                .any(|f| f.method == finding.method && f.subject == finding.subject);
            if told || !matches!(standing(&method.graph, node), Standing::Open) {
                continue;
            }
            let finding = finding.help(remedy(&cx.facts.host.id, Remedy::Owner));
            findings.push(doubt(explain(finding, method, node), method, node));
        }
        let told = findings.iter().any(|f| f.method == method.name);
        findings.extend(declared_entry(cx, method).filter(|_| !told));
    }
    findings
}

/// A method that the policy keeps for the privileged, and that acts for anyone.
fn declared_entry(cx: &Context<'_>, method: &Method) -> Option<Finding> {
    let entries = &cx.policy.privileged.entries;
    if !entries.iter().any(|entry| entry.matches_method(method)) {
        return None;
    }
    let graph = &method.graph;
    let (node, effect) = graph
        .effects()
        .find(|(node, e)| e.lasts() && matches!(standing(graph, *node), Standing::Open))?;
    let message = "the policy keeps this method for the privileged, and anyone can call it";
    let finding = Finding::new(&UNPROTECTED_PRIVILEGED_WRITE, method, message, "entry")
        .severity(Severity::High)
        .here(method, node, format!("`{}` acts", effect.host_function))
        .help(remedy(&cx.facts.host.id, Remedy::Owner));
    Some(doubt(explain(finding, method, node), method, node))
}

/// A write of a privileged key with what the caller chose.
fn to_key(
    method: &Method,
    node: Node,
    effect: &Effect,
    privileged: &Privileges,
    host: &HostModel,
) -> Option<Finding> {
    let key = effect.key()?;
    let privilege = privileged.of(key).or_else(|| privileged.of_owned(key))?;
    let (mut alike, mut identity) = (None, true);
    let becomes = match effect.operand("storage-value") {
        // That an account is listed is chosen by its name. What it pays for that, or what it holds there, is its own matter.
        Some(value) if privilege.why == Why::Role => {
            let counted = from_itself(value, key) && !sets_flag(value, key);
            if counted || is_paid(method, node) {
                return None;
            }
            Some(value)
        }
        Some(value) => {
            let set = if keeps_others(value, key) {
                alike = privileged.settings.alike(key, value, method);
                let identifies = privilege.why == Why::Identity;
                identity = identifies && may_set_identity(value, key);
                identity || alike.is_some()
            } else {
                // A counter or a list that grows is no setting.
                chosen(value) && (!from_itself(value, key) || privilege.why == Why::Identity)
            };
            let free = privilege.why == Why::Written && grows_for_nothing(method, value, key);
            if !set && !free {
                alike = privileged.settings.flagged_alike(key, value);
                alike.filter(|_| is_unconditional(&method.graph, node))?;
            }
            Some(value)
        }
        // Whoever deletes what belongs to others does so without asking them: another lint's matter.
        None if privilege.why == Why::Owner => return None,
        None if privilege.why == Why::Role && !deletes(effect) => return None,
        None => None,
    };
    if privilege.why == Why::Owner && !gives_away(method, node, effect) {
        return None;
    }
    // That an account is not yet listed is asked of each, too.
    if privilege.why != Why::Role && initialises(&method.graph, node, host) {
        return None;
    }
    let name = name_in(key, method);
    let takes_over =
        identity && matches!(privilege.why, Why::Identity | Why::Role) && becomes.is_some();
    let message = if takes_over {
        format!("{name}, which decides who may call, can be written by anyone")
    } else {
        format!("{name} can be written by anyone")
    };
    let what = match becomes {
        Some(_) if privilege.why == Why::Role => {
            "lists an account that the caller names".to_owned()
        }
        Some(value) if value.labels().contains(&Label::Caller) => "is set to the caller".to_owned(),
        Some(value) if arguments(value).is_empty() => "is set".to_owned(),
        Some(value) => format!("is set to {}", argument_names(&arguments(value), method)),
        None => "is deleted".to_owned(),
    };
    let finding = Finding::new(
        &UNPROTECTED_PRIVILEGED_WRITE,
        method,
        message,
        key.to_string(),
    )
    .severity(if takes_over {
        Severity::Critical
    } else {
        Severity::High
    })
    .here(method, node, format!("{name} {what} here"))
    .and(Some(alike.unwrap_or(&privilege.witness).clone()));
    Some(match privilege.sentence() {
        Some(sentence) if !takes_over && alike.is_none() => finding.note(sentence),
        _ => finding,
    })
}

/// Whether every call comes to a node that is made without assets.
fn is_unconditional(graph: &EffectGraph, node: Node) -> bool {
    let payment = |l: &Label| *l == Label::AttachedValue;
    let decisions = graph.decisions(node);
    decisions
        .iter()
        .all(|(_, branch)| branch.labels().iter().all(payment))
}

/// Whether a write sets who owns an entry, and nothing else, to an account that the arguments name.
fn gives_away(method: &Method, node: Node, effect: &Effect) -> bool {
    let (Some(key), Some(value)) = (effect.key(), effect.operand("storage-value")) else {
        return false;
    };
    only_arguments(&value.labels())
        && !other_arguments(value, key).is_empty()
        && matches!(value.pieces.as_slice(), [Piece::Hole { .. }])
        && !on_outer_condition(&method.graph, node, key)
}

/// A change of the account's keys, permissions or administrators, as the caller wants it.
fn to_permissions(method: &Method, node: Node, effect: &Effect) -> Option<Finding> {
    if !effect.is(EffectKind::AccessControlWrite) {
        return None;
    }
    let chosen = effect
        .operands
        .iter()
        .find(|o| only_arguments(&o.content.labels()))?;
    let finding = Finding::new(
        &UNPROTECTED_PRIVILEGED_WRITE,
        method,
        "the contract's keys and permissions can be changed by anyone",
        &effect.host_function,
    )
    .here(
        method,
        node,
        format!(
            "`{}` is given {}",
            effect.host_function,
            data(&chosen.content.labels(), Some(method))
        ),
    );
    Some(finding)
}
