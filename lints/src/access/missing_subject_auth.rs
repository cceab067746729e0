//! `missing-subject-auth`.

use contract_lint_analyzer::facts::{
    Content, Effect, EffectGraph, Label, Labels, Method, Node, Piece, Strength,
};
use contract_lint_analyzer::host::{EffectKind, HostModel};

use super::authority::{Standing, doubt, explain, only_arguments, proven, standing};
use super::initialiser::initialises_contract;
use super::own_entries::{Own, own_entries, written_by_account};
use super::privileged::{Privileges, Why, privileged_keys};
use super::records::{Owned, on_outer_condition, other_arguments, owned_record, owned_records};
use super::tokens::{Asks, asks};
use crate::declare_lint;
use crate::events::{arguments, deletes, global, is_argument, may_be_account, open_to_all, writes};
use crate::finding::Finding;
use crate::keys::{argument_names, name_in};
use crate::lint::{Confidence, Context, Severity};
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for methods that decrease or delete what is stored for an account that the caller names, or move its tokens
    /// by its allowance, without that account's agreement and without a check that it is the caller.
    ///
    /// Records that are found by a number belong to the account that is stored in them, where another method asks it before
    /// it changes one. Methods that delete such a record, or write into it what the caller chose, without asking are
    /// reported, too.
    ///
    /// Methods that write for an account that the caller names what another method writes only for whoever calls or agrees
    /// are reported, too: votes, allowances, operators. With less confidence, those that write anything else for such an
    /// account.
    ///
    /// ### Why is this bad?
    /// Anyone can spend or erase what belongs to others.
    ///
    /// ### Example
    /// ```rust
    /// pub fn withdraw(env: Env, from: Address, amount: i128) {
    ///     let held: i128 = env.storage().persistent().get(&from).unwrap_or(0);
    ///     env.storage().persistent().set(&from, &(held - amount));
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn withdraw(env: Env, from: Address, amount: i128) {
    ///     from.require_auth();
    ///     let held: i128 = env.storage().persistent().get(&from).unwrap_or(0);
    ///     env.storage().persistent().set(&from, &(held - amount));
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Methods that anyone may call for others by design, such as liquidations, are reported with low confidence where
    /// they test what is stored for the account.
    pub MISSING_SUBJECT_AUTH {
        name: "missing-subject-auth",
        summary: "what belongs to a named account is changed without its agreement",
        domain: Access,
        severity: Critical,
        confidence: Medium,
        level: Deny,
        cwe: [862, 639],
        references: ["SCWE-016", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

/// What is done to the account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Deletes,
    Decreases,
    Spends,
    Writes,
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let owned = owned_records(cx.facts);
    let (own, privileged) = (own_entries(cx.facts), privileged_keys(cx));
    let help = remedy(&cx.facts.host.id, Remedy::Subject);
    cx.facts
        .methods
        .iter()
        .filter(|method| open_to_all(method))
        .flat_map(|method| {
            let mut findings = in_method(method, &cx.facts.host, &own, privileged);
            if findings.is_empty() {
                findings.extend(on_record(method, &owned, help));
            }
            findings
        })
        .collect()
}

/// A change of a record that belongs to somebody who is not asked.
fn on_record(method: &Method, owned: &[Owned<'_>], help: &str) -> Option<Finding> {
    let graph = &method.graph;
    let (node, key, owned) = graph.effects().find_map(|(node, effect)| {
        let key = effect.key().filter(|_| writes(effect))?;
        let owned = owned_record(owned, key)?;
        let asked = match standing(graph, node) {
            Standing::Open => false,
            // Who agreed is held against nothing. What they write may be their own part of it.
            Standing::Named(_) => !deletes(effect),
            _ => true,
        };
        let taken = deletes(effect)
            || effect.operand("storage-value").is_some_and(|value| {
                !other_arguments(value, key).is_empty() && !value.labels().contains(&Label::Caller)
            });
        let told = paid_to_stranger(graph, node);
        (taken && !asked && !told && !on_outer_condition(graph, node, key))
            .then_some((node, key, owned))
    })?;
    let name = name_in(key, method);
    let deed = if graph.effect(node).is_some_and(deletes) {
        "deleted"
    } else {
        "changed"
    };
    let finding = Finding::new(
        &MISSING_SUBJECT_AUTH,
        method,
        format!("{name} is {deed} without the agreement of its owner"),
        key.to_string(),
    )
    .here(method, node, format!("{name} is {deed}, whoever's it is"))
    .and(Some(owned.witness()))
    .help(help);
    Some(doubt(explain(finding, method, node), method, node))
}

/// Whether assets are moved beside a node to the caller or to an account that the caller names: that is the graver defect.
fn paid_to_stranger(graph: &EffectGraph, node: Node) -> bool {
    graph
        .effects_of(EffectKind::ValueTransfer)
        .any(|(n, effect)| {
            let to = effect.operand("account").or(effect.operand("contract"));
            let to = to.map(Content::labels).unwrap_or_default();
            !to.is_empty()
                && to.iter().all(|l| is_argument(l) || *l == Label::Caller)
                && (graph.reaches(n, node) || graph.reaches(node, n))
        })
}

fn in_method(
    method: &Method,
    host: &HostModel,
    own: &[Own<'_>],
    privileged: &Privileges,
) -> Vec<Finding> {
    let help = remedy(&host.id, Remedy::Subject);
    let graph = &method.graph;
    let mut findings: Vec<Finding> = Vec::new();
    // What is written down beside it follows from what is spent.
    let spends = graph.effects().any(|(node, effect)| {
        matches!(deed(method, effect), Some((Deed::Spends, subjects, _)) if !agreed(graph, node, &subjects))
    });
    for (node, effect) in graph.effects() {
        let Some((deed, subjects, of)) = deed(method, effect) else {
            continue;
        };
        if spends && deed != Deed::Spends {
            continue;
        }
        // Who sets the contract up decides who has what.
        if agreed(graph, node, &subjects)
            || called_for(graph, node, &subjects, deed, of)
            || initialises_contract(graph, node, host)
        {
            continue;
        }
        let subject = of.to_string();
        if findings.iter().any(|f| f.subject == subject) {
            continue;
        }
        let account = argument_names(&subjects, method);
        let name = name_in(of, method);
        let (message, event) = match deed {
            Deed::Deletes => (
                format!("{name} is deleted without the agreement of its account"),
                format!("{name} is deleted; the account comes from {account}"),
            ),
            Deed::Decreases => (
                format!("{name} is decreased without the agreement of its account"),
                format!("{name} is decreased; the account comes from {account}"),
            ),
            Deed::Spends => (
                format!("the tokens of {account} are moved without its agreement"),
                format!("the token is asked to move what {account} holds"),
            ),
            Deed::Writes => (
                format!("{name} can be written for any account"),
                format!("{name} is written; the account comes from {account}"),
            ),
        };
        let mut finding = Finding::new(&MISSING_SUBJECT_AUTH, method, message, subject)
            .here(method, node, event)
            .help(help);
        if deed == Deed::Writes {
            let listed = privileged.of(of).is_some_and(|p| p.why == Why::Role);
            let value = effect.operand("storage-value").filter(|_| !listed);
            let sibling = value.and_then(|value| written_by_account(own, method, of, value));
            finding = match sibling {
                Some(sibling) => finding.severity(Severity::High).and(Some(sibling)),
                None if value.is_none_or(|v| !only_arguments(&v.labels())) => continue,
                None => finding.severity(Severity::Medium).at_most(Confidence::Low),
            };
        } else if pays_another(graph, node, &subjects) {
            finding = finding.note("what is taken is paid to somebody else, whom the caller names");
        } else if deed == Deed::Deletes && refunded(graph, node, &subjects) {
            finding = finding
                .at_most(Confidence::Low)
                .note("the account is paid then: this may be meant for anyone to set off");
        } else if on_condition(graph, node, &subjects) {
            finding = finding.at_most(Confidence::Low).note(
                "what is stored for the account is tested first: this may be meant for anyone",
            );
        }
        findings.push(doubt(explain(finding, method, node), method, node));
    }
    findings
}

/// What an effect does to an account that the arguments name, which arguments these are, and what it concerns.
fn deed<'e>(method: &Method, effect: &'e Effect) -> Option<(Deed, Labels, &'e Content)> {
    if asks(effect) == Some(Asks::TransferFrom) {
        let from = named_source(effect)?;
        return Some((Deed::Spends, from, effect.operand("calldata")?));
    }
    if !writes(effect) {
        return None;
    }
    let key = effect.key()?;
    let prefixed = effect
        .operand("storage-value")
        .filter(|value| decreased(value, key))
        .and_then(|_| named_behind_prefix(key));
    let subjects = named_account(key).or(prefixed)?;
    if !subjects.iter().any(|l| may_be_account(l, method)) {
        return None;
    }
    if deletes(effect) {
        return Some((Deed::Deletes, subjects, key));
    }
    let value = effect.operand("storage-value")?;
    if decreased(value, key) {
        return Some((Deed::Decreases, subjects, key));
    }
    Some((Deed::Writes, subjects, key))
}

/// The arguments that a key holds, if it holds no other data: what is found by way of storage is not named by the caller,
/// and what holds the caller is the caller's own.
fn named_account(key: &Content) -> Option<Labels> {
    let subjects = arguments(key);
    let only = key.labels_through_digests().iter().all(|l| {
        is_argument(l)
            || matches!(
                l,
                Label::Digest(_) | Label::SelfIdentity | Label::FirstReceiver
            )
    });
    (only
        && !subjects.is_empty()
        && (key.has_constant() || key.digested().is_some() || key.pieces.len() == 1))
        .then_some(subjects)
}

/// The arguments that a key holds beside a prefix that is itself stored, as collections keep theirs.
fn named_behind_prefix(key: &Content) -> Option<Labels> {
    let prefix = |l: &Label| matches!(l, Label::Storage(of) if global(of).is_some());
    let subjects = arguments(key);
    let labels = key.labels();
    let only = labels.iter().all(|l| is_argument(l) || prefix(l));
    (key.pieces.len() == 1 && only && !subjects.is_empty()).then_some(subjects)
}

/// The argument from whose account a token is asked to move: the first of the call's that is one, the contract's own
/// account, which spends, aside.
fn named_source(effect: &Effect) -> Option<Labels> {
    let data = effect.operand("calldata")?;
    let first = data.pieces.iter().find_map(|piece| match piece {
        Piece::Hole { labels, .. } if !labels.contains(&Label::SelfIdentity) => Some(labels),
        _ => None,
    })?;
    only_arguments(first).then(|| first.iter().filter(|l| is_argument(l)).cloned().collect())
}

/// Whether less is written than was stored there, by an amount that the call decides.
fn decreased(value: &Content, key: &Content) -> bool {
    value.pieces.iter().any(|piece| match piece {
        Piece::Hole {
            labels,
            decreased: true,
            ..
        } => {
            let itself =
                |l: &Label| matches!(l, Label::Storage(of) if of.may_equal(key) || of.is_unknown());
            labels.iter().any(itself) && labels.iter().any(is_argument)
        }
        _ => false,
    })
}

/// Whether the accounts named by these arguments agreed, or someone known did, or they are the caller, or the caller was
/// allowed to by them.
fn agreed(graph: &EffectGraph, node: Node, subjects: &Labels) -> bool {
    if proven(graph, node)
        || graph
            .guards(node)
            .iter()
            .any(|g| g.strength > Strength::Argument)
        || was_called(graph, node, subjects)
    {
        return true;
    }
    let named = agreeing(graph, node);
    if named.iter().any(|l| subjects.contains(l)) {
        return true;
    }
    let asks = |labels: &Labels| {
        let identity = |l: &Label| matches!(l, Label::Caller | Label::Origin) || named.contains(l);
        labels.iter().any(identity)
    };
    let allowance = |key: &Content| asks(&key.labels_through_digests());
    // A check of the caller against anything that the arguments lead to, or of what is kept for the caller.
    let checked = graph.decisions(node).iter().any(|(_, branch)| {
        let labels = branch.labels();
        asks(&labels)
            && labels
                .iter()
                .any(|l| is_argument(l) || subjects.contains(l))
            || labels
                .iter()
                .any(|l| matches!(l, Label::Storage(key) if allowance(key)))
    });
    // An allowance that is used up beside it.
    checked
        || graph.effects().any(|(n, e)| {
            writes(e)
                && e.key().is_some_and(allowance)
                && e.key().is_some_and(|k| !arguments(k).is_empty())
                && (graph.reaches(n, node) || graph.reaches(node, n))
        })
}

/// The accounts that must agree to what happens at a node, as the caller names them.
fn agreeing(graph: &EffectGraph, node: Node) -> Labels {
    let mut named = Labels::new();
    for guard in graph.guards(node) {
        if guard.strength == Strength::Argument {
            named.extend(guard.subject.labels_through_digests());
        }
    }
    named.retain(is_argument);
    named
}

/// Whether another account that agrees does this to an account by a rule of the contract, as liquidators do: it depends on
/// more than what the account has, or the other pays for it. What is only written says too little of who should.
fn called_for(
    graph: &EffectGraph,
    node: Node,
    subjects: &Labels,
    deed: Deed,
    of: &Content,
) -> bool {
    let named = agreeing(graph, node);
    let other = !named.is_empty() && named.is_disjoint(subjects);
    let pays = |effect: &Effect| {
        let from = asks(effect).and_then(|_| named_source(effect));
        from.is_some_and(|from| !from.is_disjoint(&named))
    };
    let paid = || {
        graph
            .effects()
            .any(|(n, effect)| pays(effect) && graph.reaches(n, node))
    };
    other && (deed == Deed::Writes || on_outer_condition(graph, node, of) || paid())
}

/// Whether the account is a contract that is called first, as borrowers of flash loans are: it had its say.
fn was_called(graph: &EffectGraph, node: Node, subjects: &Labels) -> bool {
    graph.dominators(node).any(|n| {
        graph.effect(n).is_some_and(|effect| {
            effect.is(EffectKind::ExternalCall)
                && effect
                    .operand("contract")
                    .is_some_and(|called| called.labels() == *subjects)
        })
    })
}

/// Whether assets are moved beside the deed to the caller or to an account that the caller names, and that is another.
fn pays_another(graph: &EffectGraph, node: Node, subjects: &Labels) -> bool {
    graph
        .effects_of(EffectKind::ValueTransfer)
        .any(|(n, effect)| {
            let to = effect.operand("account").or(effect.operand("contract"));
            let to = to.map(Content::labels).unwrap_or_default();
            let named = |l: &Label| is_argument(l) || *l == Label::Caller;
            !to.is_empty()
                && to.iter().all(|l| named(l) && !subjects.contains(l))
                && (graph.reaches(n, node) || graph.reaches(node, n))
        })
}

/// Whether the account gets something for what is deleted: a call or a transfer beside it names it.
fn refunded(graph: &EffectGraph, node: Node, subjects: &Labels) -> bool {
    let moves = [
        EffectKind::ValueTransfer,
        EffectKind::ExternalCall,
        EffectKind::ExternalCallAsync,
    ];
    graph.effects().any(|(n, effect)| {
        moves.iter().any(|kind| effect.is(*kind))
            && (graph.reaches(n, node) || graph.reaches(node, n))
            && effect
                .operands
                .iter()
                .any(|o| o.content.labels().iter().any(|l| subjects.contains(l)))
    })
}

/// Whether the deed depends on more than the account holding enough: on a state that it is in.
fn on_condition(graph: &EffectGraph, node: Node, subjects: &Labels) -> bool {
    graph.checks(node).iter().any(|(_, branch)| {
        branch.predicates.iter().any(|p| {
            let labels = p.labels();
            let of_account = labels.iter().any(|l| match l {
                Label::Storage(key) => key
                    .labels_through_digests()
                    .iter()
                    .any(|l| subjects.contains(l)),
                _ => false,
            });
            of_account && labels.contains(&Label::Time)
        })
    })
}
