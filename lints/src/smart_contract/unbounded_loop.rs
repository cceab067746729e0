//! `unbounded-loop`.

use contract_lint_analyzer::facts::{
    Branch, Content, Effect, EffectGraph, Facts, Label, Loop, Method, Node, Piece, Relation,
    Strength,
};
use contract_lint_analyzer::host::EffectKind;

use super::calls::{is_vague, runs_other_code, schedules};
use crate::declare_lint;
use crate::events::{
    global, is_argument, may_alias, name_of, open_to_all, set_off_by_anyone, step, writes,
};
use crate::finding::Finding;
use crate::lint::{Confidence, Context, Severity};

declare_lint! {
    /// ### What it does
    /// Looks for loops that read, write, call or pay in each pass, and whose length is kept in storage where anyone can make
    /// it larger; on chains without a price for computation also for loops of a length that the caller chooses.
    ///
    /// ### Why is this bad?
    /// Once the list is long enough, the method needs more than a transaction may use and fails for everybody, for good. The
    /// payout of GovernMental was stuck in 2016 because clearing its list of creditors needed more gas than a block had.
    ///
    /// ### Example
    /// ```rust
    /// for i in 0..self.holders.len() {
    ///     self.pay(self.holders.get(i));
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// for i in start..min(start + LIMIT, self.holders.len()) {
    ///     self.pay(self.holders.get(i));
    /// }
    /// ```
    ///
    /// ### Known problems
    /// The length has to be a number that is counted up. A list that is kept as one value is not found.
    pub UNBOUNDED_LOOP {
        name: "unbounded-loop",
        summary: "others decide how long a costly loop runs",
        domain: SmartContract,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [400, 834],
        references: ["SCWE-058", "SWC-128"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    // A question that takes too long costs only whoever asks.
    let acts = |m: &&Method| {
        open_to_all(m)
            && m.graph
                .effects()
                .any(|(_, e)| writes(e) || e.is(EffectKind::ValueTransfer))
    };
    let methods = cx.facts.methods.iter().filter(acts);
    methods
        .flat_map(|method| {
            let loops = method.graph.loops();
            loops.iter().find_map(|l| {
                let found = in_loop(cx.facts, method, l)?;
                let certain = !l.exits(&method.graph).any(|(_, branch)| may_end_it(branch));
                Some(found.at_most(if certain {
                    Confidence::High
                } else {
                    Confidence::Low
                }))
            })
        })
        .collect()
}

fn in_loop(facts: &Facts, method: &Method, l: &Loop) -> Option<Finding> {
    let graph = &method.graph;
    let cost = l
        .nodes
        .iter()
        .copied()
        .find(|node| graph.effect(*node).is_some_and(is_costly))?;
    // Something else may end it in time: a constant, or what is not known, such as how much gas is left.
    let ends_well = |exit: Node| {
        let mut left = graph.nodes[exit].succs.iter();
        left.any(|succ| !l.contains(*succ) && graph.returns_from(*succ))
    };
    if l.exits(graph).any(|(exit, branch)| {
        (is_bounded(branch) || branch.predicates.is_empty()) && ends_well(exit)
    }) {
        return None;
    }
    // Who chooses where the loop begins or ends goes through a long list in parts.
    let in_parts = |branch: &Branch| branch.labels().iter().any(is_argument);
    for (exit, branch) in l.exits(graph).filter(|(_, branch)| !in_parts(branch)) {
        for predicate in &branch.predicates {
            let key = predicate
                .labels()
                .into_iter()
                .find_map(|label| match label {
                    Label::Storage(key) if global(&key).is_some() && !is_vague(&key) => Some(key),
                    _ => None,
                });
            if let Some(key) = key
                && let Some((grower, write)) = grown_by_anyone(facts, &key)
            {
                return Some(of_stored_length(method, exit, cost, &key, grower, write));
            }
        }
    }
    if let Some((exit, key)) = walked(graph, l, ends_well)
        && let Some((grower, write)) = rows_made_by_anyone(facts, &key)
    {
        return Some(of_stored_length(method, exit, cost, &key, grower, write));
    }
    if facts.host.public {
        return None;
    }
    let (exit, _) = l.exits(graph).find(|(_, branch)| {
        let labels = branch.labels();
        labels.iter().any(is_argument) && labels.iter().all(is_argument)
    })?;
    let writes_state = l.nodes.iter().any(|n| graph.effect(*n).is_some_and(writes));
    writes_state.then(|| of_chosen_length(method, exit, cost))
}

/// Where a loop ends with the last row of a table, and the rows, if nothing else ends it.
fn walked(
    graph: &EffectGraph,
    l: &Loop,
    ends_well: impl Fn(Node) -> bool,
) -> Option<(Node, Content)> {
    let rows = l.nodes.iter().find_map(|node| {
        let effect = graph.effect(*node)?;
        let key = effect
            .key()
            .filter(|_| effect.is(EffectKind::StorageIterate))?;
        let last = key.pieces.last()?;
        (is_unknown(last) && key.has_constant()).then_some(key)
    })?;
    let of_rows = |label: &Label| matches!(label, Label::Storage(key) if is_row(key, rows));
    let mut ends = l.exits(graph).filter(|(exit, _)| ends_well(*exit));
    let first = ends.next()?;
    let only_rows = |branch: &Branch| branch.labels().iter().all(of_rows);
    (only_rows(first.1) && ends.all(|(_, branch)| only_rows(branch)))
        .then(|| (first.0, rows.clone()))
}

/// Whether a key is of the table whose rows another stands for.
fn is_row(key: &Content, rows: &Content) -> bool {
    let Some((_, table)) = rows.pieces.split_last() else {
        return false;
    };
    key.pieces.len() > table.len() && key.pieces.starts_with(table)
}

fn is_unknown(piece: &Piece) -> bool {
    matches!(piece, Piece::Hole { labels, .. } if labels.is_empty())
}

/// A write by which anyone makes a row of a table. It names the table; one that goes to a row that was found does not.
fn rows_made_by_anyone<'f>(facts: &'f Facts, rows: &Content) -> Option<(&'f Method, Node)> {
    let methods = facts.methods.iter().filter(|m| set_off_by_anyone(m));
    methods.into_iter().find_map(|method| {
        let graph = &method.graph;
        let (node, _) = graph
            .effects_of(EffectKind::StorageWrite)
            .find(|(node, effect)| {
                let key = effect.key().filter(|_| effect.operand("table").is_some());
                key.is_some_and(|key| is_row(key, rows))
                    && graph
                        .guard(*node)
                        .is_none_or(|g| g.strength < Strength::Origin)
            })?;
        Some((method, node))
    })
}

fn of_stored_length(
    method: &Method,
    exit: Node,
    cost: Node,
    key: &Content,
    grower: &Method,
    write: Node,
) -> Finding {
    let name = name_of(key);
    let trace = vec![
        step(
            &grower.graph,
            write,
            format!("`{}` makes {name} larger", grower.name),
        ),
        step(
            &method.graph,
            exit,
            format!("{name} decides how long the loop runs"),
        ),
        step(&method.graph, cost, "this costs in each pass"),
    ];
    Finding {
        primary: 1,
        notes: vec![format!("anyone can call `{}`", grower.name)],
        help: "work on a limited part of the list in one call".to_owned(),
        subject: key.to_string(),
        ..Finding::traced(
            UNBOUNDED_LOOP.meta,
            method,
            format!("the loop is as long as {name}, which anyone can make longer"),
            trace,
        )
    }
}

fn of_chosen_length(method: &Method, exit: Node, cost: Node) -> Finding {
    let trace = vec![
        step(
            &method.graph,
            exit,
            "the caller decides how long the loop runs",
        ),
        step(&method.graph, cost, "this costs in each pass"),
    ];
    Finding {
        primary: 0,
        severity: Severity::Medium,
        help: "refuse lists longer than a limit".to_owned(),
        subject: "argument".to_owned(),
        ..Finding::traced(
            UNBOUNDED_LOOP.meta,
            method,
            "the caller decides how often state is written",
            trace,
        )
    }
}

fn is_costly(effect: &Effect) -> bool {
    writes(effect)
        || runs_other_code(effect)
        || schedules(effect)
        || effect.is(EffectKind::StorageRead)
        || effect.is(EffectKind::ValueTransfer)
        || effect.is(EffectKind::EventLog)
}

/// Whether a decision tests nothing that is known, or compares with a constant: it may end a loop in time.
fn may_end_it(branch: &Branch) -> bool {
    let constant = |c: &Content| c.as_constant().is_some_and(|b| !b.is_empty());
    branch
        .predicates
        .iter()
        .all(|p| p.relation == Relation::Order && (constant(&p.left) || constant(&p.right)))
}

/// Whether a decision compares a count with a constant. None and the end of a list are no counts.
fn is_bounded(branch: &Branch) -> bool {
    let is_end = |bytes: &[u8]| bytes.iter().all(|b| *b == 0) || bytes.iter().all(|b| *b == 0xff);
    let count = |c: &Content| c.as_constant().is_some_and(|b| !is_end(b));
    !branch.predicates.is_empty()
        && branch
            .predicates
            .iter()
            .all(|p| p.relation == Relation::Order && (count(&p.left) || count(&p.right)))
}

/// A write by which anyone makes a stored number larger.
fn grown_by_anyone<'f>(facts: &'f Facts, key: &Content) -> Option<(&'f Method, Node)> {
    facts
        .methods
        .iter()
        .filter(|m| set_off_by_anyone(m))
        .find_map(|m| Some((m, grown(&m.graph, key)?)))
}

fn grown(graph: &EffectGraph, key: &Content) -> Option<Node> {
    let (node, _) = graph
        .effects_of(EffectKind::StorageWrite)
        .find(|(node, effect)| {
            // A number that is counted up: of nothing but itself.
            let grows = effect.operand("storage-value").is_some_and(|value| {
                let labels = value.labels();
                let own = |l: &Label| matches!(l, Label::Storage(k) if may_alias(k, key));
                !labels.is_empty() && labels.iter().all(own) && !super::calls::is_decreased(value)
            });
            effect.key().is_some_and(|k| may_alias(k, key))
                && grows
                && graph
                    .guard(*node)
                    .is_none_or(|g| g.strength < Strength::Origin)
        })?;
    Some(node)
}
