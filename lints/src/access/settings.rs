//! Settings: what a method writes for a known caller only, field by field.

use contract_lint_analyzer::facts::{
    Content, EffectGraph, Facts, Guard, Label, Method, Node, NodeKind, Strength,
};
use contract_lint_analyzer::host::EffectKind;

use super::fields::{flags_same, sets_same};
use super::privileged::{names_subject, stored};
use crate::events::{global, is_argument, open_to_all, step};
use crate::finding::Step;

/// What is set for known callers only.
#[derive(Debug)]
pub(super) struct Settings {
    settings: Vec<Setting>,
    /// The keys on which it rests whether calls of anyone are refused.
    gates: Vec<Content>,
}

/// A write for a known caller only.
#[derive(Debug)]
struct Setting {
    key: Content,
    value: Content,
    witness: Step,
}

impl Settings {
    /// Looks through all methods. `is_role` are lists of accounts that may call.
    pub(super) fn of(facts: &Facts, is_role: &dyn Fn(&Content) -> bool) -> Settings {
        let mut settings = Vec::new();
        for method in facts.methods.iter().filter(|m| open_to_all(m)) {
            let graph = &method.graph;
            for (node, effect) in graph.effects_of(EffectKind::StorageWrite) {
                let (Some(key), Some(value)) = (effect.key(), effect.operand("storage-value"))
                else {
                    continue;
                };
                let guard = graph.guard(node).filter(|g| is_known(graph, g, is_role));
                let personal = |g: &Guard| {
                    names_subject(g, key) || key.labels_through_digests().contains(&Label::Caller)
                };
                if guard.is_some_and(|g| !personal(&g)) {
                    settings.push(Setting {
                        key: key.clone(),
                        value: value.clone(),
                        witness: step(
                            graph,
                            node,
                            format!("`{}`: this write is guarded", method.name),
                        ),
                    });
                }
            }
        }
        Settings {
            settings,
            gates: gates(facts),
        }
    }

    /// Where the same field is set, or all of the entry.
    pub(super) fn alike(&self, key: &Content, value: &Content, method: &Method) -> Option<&Step> {
        let mut settings = self.settings.iter();
        let alike = |s: &&Setting| {
            s.key.may_equal(key) && sets_same(value, key, method, (&s.value, &s.key))
        };
        settings.find(alike).map(|setting| &setting.witness)
    }

    /// Where a flag that keeps callers out is set otherwise.
    pub(super) fn flagged_alike(&self, key: &Content, value: &Content) -> Option<&Step> {
        let mut settings = self.settings.iter();
        let alike = |s: &&Setting| s.key == *key && flags_same(value, key, (&s.value, &s.key));
        let setting = settings.find(alike)?;
        self.gates.contains(key).then_some(&setting.witness)
    }
}

/// Whether a guard lets those pass whom the contract knows. One who is named and agrees is known by a list, or as the one
/// who is stored; that there is something stored for them is not enough.
fn is_known(graph: &EffectGraph, guard: &Guard, is_role: &dyn Fn(&Content) -> bool) -> bool {
    let named = guard.subject.labels().iter().all(is_argument) && !guard.subject.pieces.is_empty();
    let listed = |bound: &Guard| {
        let labels = bound.subject.labels();
        stored(&labels).any(|key| global(key).is_some() || is_role(key))
    };
    match guard.strength {
        Strength::Known if named => graph.binding_decisions().iter().any(listed),
        strength => matches!(
            strength,
            Strength::Known | Strength::Origin | Strength::SelfCall
        ),
    }
}

/// The keys of which it depends on what is stored there, and on nothing else, whether a method that anyone may call acts.
fn gates(facts: &Facts) -> Vec<Content> {
    let mut gates: Vec<Content> = Vec::new();
    for method in facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        for (node, data) in graph.nodes.iter() {
            if let Some(key) = gate(graph, node)
                && data.succs.iter().any(|succ| !graph.acts_from(*succ))
                && graph.acts_from(node)
                && graph.guard(node).is_none()
                && !gates.contains(&key)
            {
                gates.push(key);
            }
        }
    }
    gates
}

/// The key of a single entry that alone decides at a node.
fn gate(graph: &EffectGraph, node: Node) -> Option<Content> {
    let NodeKind::Branch(branch) = &graph.nodes[node].kind else {
        return None;
    };
    let labels = branch.labels();
    let key = stored(&labels).next().filter(|_| labels.len() == 1)?;
    global(key)
}
