//! Keys on which access rests.

use std::collections::BTreeMap;

use contract_lint_analyzer::facts::{
    Content, Effect, Facts, Guard, Label, Labels, Method, Node, NodeKind, Piece, Strength,
};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use super::authority::from_itself;
use super::fields::{is_flag, sets_flag};
use super::records::{Owned, found_by_argument, owned_records};
use super::settings::Settings;
use super::tokens::is_hook;
use crate::events::{global, is_argument, open_to_all, step, writes};
use crate::finding::Step;
use crate::keys::names_group;
use crate::lint::Context;
use crate::policy::KeyPattern;

/// Why a key is privileged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// Who is stored there may call.
    Identity,
    /// Who is stored there owns the entry, and may change it.
    Owner,
    /// What is stored there is called, or becomes the code.
    Target,
    /// Who is listed there may call, and a known caller only, or the contract when it is set up, lists somebody.
    Role,
    /// A method writes it for a known caller only.
    Written,
    /// The policy says so.
    Declared,
}

/// A privileged key, and what shows that it is one.
#[derive(Debug, Clone)]
pub(super) struct Privilege {
    pub(super) why: Why,
    pub(super) witness: Step,
}

impl Privilege {
    /// The reason as a sentence, where the witness does not say all.
    pub(super) fn sentence(&self) -> Option<&'static str> {
        match self.why {
            Why::Identity => Some("what is stored there decides who may call"),
            Why::Owner => Some("what is stored there decides who may change the entry"),
            Why::Role => Some("who is listed there may call"),
            Why::Target => Some("what is stored there is what the contract calls or becomes"),
            Why::Written => None,
            Why::Declared => Some("the policy declares it privileged"),
        }
    }
}

/// The privileged keys of a contract, those that name one entry for all callers.
#[derive(Debug)]
pub(crate) struct Privileges {
    keys: BTreeMap<Content, Privilege>,
    /// Those that the policy declares, which can be groups of entries too.
    declared: BTreeMap<Content, Privilege>,
    /// Lists of accounts.
    roles: Vec<(Content, Privilege)>,
    /// Entries that say whose they are.
    owned: Vec<(Content, Privilege)>,
    /// What is written for a known caller only, field by field.
    pub(super) settings: Settings,
}

impl Privileges {
    /// Why a key is privileged, if it is.
    pub(super) fn of(&self, key: &Content) -> Option<&Privilege> {
        let found = global(key).and_then(|key| self.keys.get(&key));
        let role = || {
            let mut roles = self.roles.iter().filter(|_| found_by_argument(key));
            roles
                .find(|(of, _)| of.may_equal(key))
                .map(|(_, found)| found)
        };
        found.or_else(|| self.declared.get(key)).or_else(role)
    }

    /// Whether it is decided at a node by whether the caller is in a list of accounts that may call.
    pub(super) fn asks_role(&self, method: &Method, node: Node) -> bool {
        asks_list(method, node, &self.roles)
    }

    /// Why a key is privileged that names one of many entries that say whose they are, if it does.
    pub(super) fn of_owned(&self, key: &Content) -> Option<&Privilege> {
        let mut owned = self.owned.iter().filter(|_| found_by_argument(key));
        owned.find_map(|(of, why)| of.may_equal(key).then_some(why))
    }
}

/// Entries that are written only for the account that is stored in them.
fn owned(facts: &Facts) -> Vec<(Content, Privilege)> {
    let privilege = |owned: Owned<'_>| Privilege {
        why: Why::Owner,
        witness: owned.witness(),
    };
    let records = owned_records(facts).into_iter();
    records
        .map(|owned| (owned.key.clone(), privilege(owned)))
        .collect()
}

/// The privileged keys of the contract.
pub(super) fn privileged_keys<'c>(cx: &'c Context<'_>) -> &'c Privileges {
    cx.privileges.get_or_init(|| look_through(cx))
}

/// Looks through all methods for what shows that a key is privileged.
fn look_through(cx: &Context<'_>) -> Privileges {
    let facts = cx.facts;
    let mut keys: BTreeMap<Content, Privilege> = BTreeMap::new();
    let mut add = |key: &Content, why: Why, method: &Method, node: Node, shown: &str| {
        let Some(key) = global(key) else { return };
        let found = Privilege {
            why,
            witness: step(&method.graph, node, format!("`{}`: {shown}", method.name)),
        };
        let entry = keys.entry(key).or_insert_with(|| found.clone());
        if why < entry.why {
            *entry = found;
        }
    };
    for method in &facts.methods {
        for (node, data) in method.graph.nodes.iter() {
            match &data.kind {
                NodeKind::Branch(branch) => {
                    for predicate in &branch.predicates {
                        let identifies = |s: (Strength, Content)| {
                            matches!(s.0, Strength::Known | Strength::Origin)
                        };
                        if predicate.strength().is_some_and(identifies) {
                            for key in stored(&predicate.labels()) {
                                add(
                                    key,
                                    Why::Identity,
                                    method,
                                    node,
                                    "the caller is compared with it",
                                );
                            }
                        }
                    }
                }
                NodeKind::Effect(effect) => {
                    if effect.is(EffectKind::AuthCheck) {
                        for key in stored(&operand_labels(effect, &["account", "permission"])) {
                            add(
                                key,
                                Why::Identity,
                                method,
                                node,
                                "its agreement is asked for",
                            );
                        }
                    }
                    if runs_code(effect) {
                        let labels =
                            operand_labels(effect, &["contract", "account", "code", "code-hash"]);
                        for key in stored(&labels) {
                            add(key, Why::Target, method, node, "it is called");
                        }
                    }
                    if writes(effect) && open_to_all(method) {
                        let known = method.graph.guard(node).is_some_and(|g| {
                            matches!(
                                g.strength,
                                Strength::Known | Strength::Origin | Strength::SelfCall
                            )
                        });
                        if let Some(key) = effect.key().filter(|_| known) {
                            add(key, Why::Written, method, node, "this write is guarded");
                        }
                    }
                }
                _ => {}
            }
        }
        // An account that agreed and is held against a stored one.
        for guard in method.graph.binding_decisions() {
            let labels = guard.subject.labels();
            for key in stored(&labels).filter(|_| labels.len() == 2) {
                add(
                    key,
                    Why::Identity,
                    method,
                    guard.node,
                    "the account that agreed is compared with it",
                );
            }
        }
    }
    let roles = roles(facts);
    let is_role = |key: &Content| roles.iter().any(|(of, _)| of.may_equal(key));
    Privileges {
        keys,
        declared: declared_keys(facts, &cx.policy.privileged.keys),
        owned: owned(facts),
        settings: Settings::of(facts, &is_role),
        roles,
    }
}

/// Lists in which the caller is looked up, and into which accounts are put when the contract is set up or by those who are
/// known. What grows or shrinks by an amount is no such list.
fn roles(facts: &Facts) -> Vec<(Content, Privilege)> {
    let mut consulted: Vec<&Content> = Vec::new();
    // A token that is looked up when it tells of a transfer is no account that may do more than others.
    let told = |method: &Method| is_hook(&facts.host.id, &method.name);
    let asked = facts.methods.iter();
    for method in asked.filter(|m| open_to_all(m) && !told(m)) {
        for guard in method.graph.identity_decisions() {
            let NodeKind::Branch(branch) = &method.graph.nodes[guard.node].kind else {
                continue;
            };
            let looked_up = branch.predicates.iter().filter(|p| {
                p.strength()
                    .is_some_and(|(strength, _)| strength == Strength::Member)
            });
            for predicate in looked_up {
                for side in [&predicate.left, &predicate.right] {
                    consulted.extend(stored_in(side));
                }
            }
        }
    }
    consulted
        .retain(|key| names_group(key) && key.labels_through_digests().contains(&Label::Caller));
    // Where the caller names themselves and agrees. What is kept for accounts is mostly more than whether they may call.
    let mut bound: Vec<&Content> = Vec::new();
    for method in facts.methods.iter().filter(|m| open_to_all(m)) {
        let decisions = method.graph.binding_decisions().iter();
        let subjects = decisions.flat_map(|guard| stored_in(&guard.subject));
        bound.extend(subjects.filter(|key| found_by_argument(key)));
    }
    for keys in [&mut consulted, &mut bound] {
        keys.sort();
        keys.dedup();
    }
    let mut roles: Vec<(Content, Privilege)> = Vec::new();
    // Who is listed may list others in turn.
    for _ in 0..2 {
        let known = roles.clone();
        for method in &facts.methods {
            roles.extend(listed_by(method, &known, &consulted, &bound));
        }
    }
    roles
}

/// Lists into which a method puts accounts when the contract is set up, or for those who are known, beside those of which
/// that is known already.
fn listed_by<'f>(
    method: &'f Method,
    known: &'f [(Content, Privilege)],
    consulted: &'f [&Content],
    bound: &'f [&Content],
) -> impl Iterator<Item = (Content, Privilege)> + 'f {
    let graph = &method.graph;
    let is_list = move |node: Node, key: &Content, value: Option<&Content>| {
        let counted = value.is_none_or(|value| from_itself(value, key) && !sets_flag(value, key));
        let by_known = || {
            let guard = graph.guard(node).filter(|guard| match guard.strength {
                Strength::Member => asks_list(method, guard.node, known),
                // What a callback writes was decided where the call was made.
                Strength::SelfCall => false,
                strength => strength >= Strength::Origin,
            });
            guard.is_some_and(|g| !names_subject(&g, key)) && found_by_argument(key)
        };
        let trusted = method.kind == EntryKind::Init || open_to_all(method) && by_known();
        let flags = value.is_some_and(|value| is_flag(value, method));
        let bound = bound.iter().filter(|_| flags);
        trusted
            && !counted
            && !known.iter().any(|(of, _)| of == key)
            && consulted.iter().chain(bound).any(|of| of.may_equal(key))
    };
    graph
        .effects_of(EffectKind::StorageWrite)
        .filter_map(move |(node, effect)| {
            let key = effect.key().filter(|key| names_group(key))?;
            let privilege = || Privilege {
                why: Why::Role,
                witness: step(
                    graph,
                    node,
                    format!("`{}`: an account is listed", method.name),
                ),
            };
            is_list(node, key, effect.operand("storage-value")).then(|| (key.clone(), privilege()))
        })
}

/// Whether it is decided at a node by whether the caller is in one of these lists.
fn asks_list(method: &Method, node: Node, lists: &[(Content, Privilege)]) -> bool {
    let NodeKind::Branch(branch) = &method.graph.nodes[node].kind else {
        return false;
    };
    let labels = branch.labels();
    stored(&labels).any(|key| lists.iter().any(|(of, _)| of.may_equal(key)))
}

/// Whether a guard asks the account whose entry it is.
pub(super) fn names_subject(guard: &Guard, key: &Content) -> bool {
    let named = key.labels_through_digests();
    let subject = guard.subject.labels_through_digests();
    let is_named = subject.iter().any(|l| named.contains(l));
    is_named && subject.iter().all(is_argument)
}

/// The keys in use that the policy declares privileged.
fn declared_keys(facts: &Facts, patterns: &[KeyPattern]) -> BTreeMap<Content, Privilege> {
    let mut declared = BTreeMap::new();
    for method in facts.methods.iter().filter(|_| !patterns.is_empty()) {
        for (node, effect) in method.graph.effects().filter(|(_, e)| writes(e)) {
            let key = effect.key();
            let Some(key) = key.filter(|key| patterns.iter().any(|p| p.matches(key))) else {
                continue;
            };
            let shown = format!("`{}` writes what the policy protects", method.name);
            declared.entry(key.clone()).or_insert_with(|| Privilege {
                why: Why::Declared,
                witness: step(&method.graph, node, shown),
            });
        }
    }
    declared
}

fn runs_code(effect: &Effect) -> bool {
    [
        EffectKind::ExternalCall,
        EffectKind::ExternalCallAsync,
        EffectKind::Delegatecall,
        EffectKind::CodeUpgrade,
    ]
    .iter()
    .any(|kind| effect.is(*kind))
}

/// The labels of these operands, where each comes from storage as it is: a target that was computed from a list of
/// records says nothing of the list.
fn operand_labels(effect: &Effect, whats: &[&str]) -> Labels {
    effect
        .operands
        .iter()
        .filter(|o| whats.iter().any(|what| o.what == *what))
        .map(|o| o.content.labels())
        .filter(|labels| labels.iter().all(|l| matches!(l, Label::Storage(_))) && labels.len() == 1)
        .flatten()
        .collect()
}

fn stored_in(content: &Content) -> impl Iterator<Item = &Content> {
    let parts = content.pieces.iter().filter_map(|piece| match piece {
        Piece::Hole { labels, .. } => Some(labels),
        Piece::Const(_) => None,
    });
    parts.flat_map(stored)
}

/// The keys of what is stored among labels.
pub(super) fn stored(labels: &Labels) -> impl Iterator<Item = &Content> {
    labels.iter().filter_map(|label| match label {
        Label::Storage(key) => Some(&**key),
        _ => None,
    })
}
