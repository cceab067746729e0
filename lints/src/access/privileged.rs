//! Keys on which access rests.

use std::collections::BTreeMap;

use contract_lint_analyzer::facts::{
    Content, Effect, Facts, Label, Labels, Method, Node, NodeKind, Piece, Strength,
};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use super::authority::from_itself;
use super::records::{Owned, found_by_argument, owned_records};
use crate::events::{global, open_to_all, step, writes};
use crate::finding::Step;
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
pub(super) struct Privileges {
    keys: BTreeMap<Content, Privilege>,
    /// Those that the policy declares, which can be groups of entries too.
    declared: BTreeMap<Content, Privilege>,
    /// Lists of accounts.
    roles: Vec<(Content, Privilege)>,
    /// Entries that say whose they are.
    owned: Vec<(Content, Privilege)>,
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

/// Looks through all methods for what shows that a key is privileged.
pub(super) fn privileged_keys(cx: &Context<'_>) -> Privileges {
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
    Privileges {
        keys,
        declared: declared_keys(facts, &cx.policy.privileged.keys),
        roles: roles(facts),
        owned: owned(facts),
    }
}

/// Lists in which the caller is looked up, and into which accounts are put when the contract is set up or by those who are
/// known. What grows or shrinks by an amount is no such list.
fn roles(facts: &Facts) -> Vec<(Content, Privilege)> {
    let mut consulted: Vec<&Content> = Vec::new();
    for method in facts.methods.iter().filter(|m| open_to_all(m)) {
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
                    let sides = side.pieces.iter().filter_map(|piece| match piece {
                        Piece::Hole { labels, .. } => Some(labels),
                        Piece::Const(_) => None,
                    });
                    consulted.extend(sides.flat_map(stored));
                }
            }
        }
    }
    consulted.retain(|key| key.has_constant() && key.labels().contains(&Label::Caller));
    let mut roles: Vec<(Content, Privilege)> = Vec::new();
    for method in &facts.methods {
        let graph = &method.graph;
        for (node, effect) in graph.effects_of(EffectKind::StorageWrite) {
            let Some(key) = effect.key().filter(|key| key.has_constant()) else {
                continue;
            };
            let value = effect.operand("storage-value");
            let counted = value.is_none_or(|value| from_itself(value, key));
            let consulted = consulted.iter().any(|of| of.may_equal(key));
            let known = || {
                let guard = graph.guard(node).map(|g| g.strength);
                guard.is_some_and(|s| s >= Strength::Origin) && found_by_argument(key)
            };
            let trusted = method.kind == EntryKind::Init || open_to_all(method) && known();
            if counted || !consulted || !trusted || roles.iter().any(|(of, _)| of == key) {
                continue;
            }
            let shown = format!("`{}`: an account is listed", method.name);
            let privilege = Privilege {
                why: Why::Role,
                witness: step(graph, node, shown),
            };
            roles.push((key.clone(), privilege));
        }
    }
    roles
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

fn stored(labels: &Labels) -> impl Iterator<Item = &Content> {
    labels.iter().filter_map(|label| match label {
        Label::Storage(key) => Some(&**key),
        _ => None,
    })
}
