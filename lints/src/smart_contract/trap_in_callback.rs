//! `trap-in-callback`.

use contract_lint_analyzer::facts::{
    EffectGraph, Label, Method, Node, NodeKind, Predicate, Relation,
};
use contract_lint_analyzer::host::{EffectKind, Reentrancy};

use super::calls::is_callback;
use crate::declare_lint;
use crate::events::{is_argument, name_of, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for callbacks that abort, before they have written state, because a stored value is too small or the time has
    /// come.
    ///
    /// ### Why is this bad?
    /// The call whose outcome the callback handles has already happened. If the callback aborts, its effects are undone but
    /// the call's are not: what it should have recorded or given back is lost, and nothing calls it again.
    ///
    /// ### Example
    /// ```rust
    /// fn on_sent(&mut self, account: AccountId, amount: u128) {
    ///     require!(self.reserved >= amount);
    ///     if !is_promise_success() { self.give_back(&account, amount); }
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// fn on_sent(&mut self, account: AccountId, amount: u128) {
    ///     if !is_promise_success() { self.give_back(&account, amount); }
    ///     self.reserved = self.reserved.saturating_sub(amount);
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Aborts on the callback's arguments alone are not reported: they cannot be told from the decoding of arguments.
    pub TRAP_IN_CALLBACK {
        name: "trap-in-callback",
        summary: "a callback can abort before it has written state",
        domain: SmartContract,
        severity: Medium,
        confidence: Low,
        level: Warn,
        cwe: [248, 755],
        references: ["SCWE-067", "SWC-110"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    if cx.facts.host.reentrancy != Reentrancy::Deferred {
        return Vec::new();
    }
    let methods = cx.facts.methods.iter().filter(|m| is_callback(m));
    methods.filter_map(in_method).collect()
}

fn in_method(method: &Method) -> Option<Finding> {
    let graph = &method.graph;
    let (write, effect, (abort, predicate)) = graph
        .effects()
        .filter(|(_, e)| writes(e) || e.is(EffectKind::ValueTransfer))
        .find_map(|(node, effect)| Some((node, effect, deciding_abort(graph, node)?)))?;
    let what = match effect.key() {
        Some(key) => format!("{} is written only afterwards", name_of(key)),
        None => "assets are moved only afterwards".to_owned(),
    };
    let trace = vec![
        step(graph, abort, format!("aborts, depending on {predicate}")),
        step(graph, write, what),
    ];
    Some(Finding {
        primary: 0,
        help: "make such tests before the call is made, and let the callback always finish"
            .to_owned(),
        subject: predicate.to_string(),
        ..Finding::traced(
            TRAP_IN_CALLBACK.meta,
            method,
            "the callback can abort before it has written state",
            trace,
        )
    })
}

/// A decision before a node, one side of which only aborts, by a stored value or the time.
fn deciding_abort(graph: &EffectGraph, node: Node) -> Option<(Node, &Predicate)> {
    graph.checks(node).into_iter().find_map(|(check, branch)| {
        let aborts = graph.nodes[check]
            .succs
            .iter()
            .any(|s| only_aborts(graph, *s));
        let decided = |p: &&Predicate| {
            let labels = p.labels();
            let circumstance =
                |l: &Label| matches!(l, Label::Storage(_) | Label::Time | Label::Balance);
            let mixed = labels
                .iter()
                .any(|l| is_argument(l) || matches!(l, Label::Time | Label::CallResult));
            p.relation == Relation::Order
                && labels.iter().any(circumstance)
                && mixed
                && !labels.contains(&Label::Caller)
        };
        let predicate = branch.predicates.iter().find(decided)?;
        aborts.then_some((check, predicate))
    })
}

/// Whether nothing but an abort can come after a node.
fn only_aborts(graph: &EffectGraph, node: Node) -> bool {
    let ends = |n: Node| matches!(graph.nodes[n].kind, NodeKind::Return | NodeKind::Unknown(_));
    !graph.acts_from(node)
        && !ends(node)
        && !graph
            .nodes
            .keys()
            .any(|end| ends(end) && graph.reaches(node, end))
}
