//! `unchecked-arithmetic`.

use contract_lint_analyzer::facts::{
    Content, EffectGraph, Label, Labels, Node, NodeKind, Piece, Predicate, Relation,
};

use super::amounts::{certainty, kept_or_moved};
use crate::declare_lint;
use crate::events::{is_argument, step};
use crate::finding::Finding;
use crate::lint::{Confidence, Context, Severity};

declare_lint! {
    /// ### What it does
    /// Looks for amounts that are kept or sent and that are a difference or product of the caller's data, where nothing
    /// tests whether it wrapped around: neither at the operation nor before the amount is used.
    ///
    /// ### Why is this bad?
    /// An amount that wraps around passes every test of what it should have been. Tokens of EOS werewolf games were drained
    /// that way in July 2018, and BeautyChain's in April 2018.
    ///
    /// ### Example
    /// ```cpp
    /// uint64_t total = amount * count;
    /// check(balance >= total, "overdrawn");
    /// ```
    ///
    /// ### Use instead
    /// ```cpp
    /// check(count == 0 || amount <= UINT64_MAX / count, "overflow");
    /// uint64_t total = amount * count;
    /// ```
    ///
    /// ### Known problems
    /// Only numbers of 64 bits and more are looked at, and sums are not. A test in another function than the operation counts only if it
    /// comes before the amount is used and compares the same data.
    pub UNCHECKED_ARITHMETIC {
        name: "unchecked-arithmetic",
        summary: "an amount may have wrapped around",
        domain: SmartContract,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [190, 191],
        references: ["SCWE-047", "SWC-101", "OWASP SC09:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for (method, node, content, name) in kept_or_moved(cx.facts) {
        let told = findings.iter().any(|f| f.method == method.name);
        let mut numbers = content.pieces.iter().filter_map(may_wrap);
        let untested = numbers.find(|labels| !told && !tested(&method.graph, node, labels));
        let Some(labels) = untested else {
            continue;
        };
        let trace = vec![step(
            &method.graph,
            node,
            format!("{name} may have wrapped around"),
        )];
        findings.push(Finding {
            severity: if name.starts_with("the amount") {
                Severity::High
            } else {
                Severity::Medium
            },
            confidence: if is_share(labels)
                || half_tested(&method.graph, node, labels)
                || of_other_records(&method.graph, node, content)
            {
                Confidence::Low
            } else {
                certainty(content, &Label::Unchecked)
            },
            help: "use checked arithmetic, or test the operands before".to_owned(),
            subject: name.clone(),
            ..Finding::traced(
                UNCHECKED_ARITHMETIC.meta,
                method,
                format!("{name} is computed without a test for overflow"),
                trace,
            )
        });
    }
    findings
}

/// Where a number comes from, if it is the result of untested arithmetic with the caller's data.
fn may_wrap(piece: &Piece) -> Option<&Labels> {
    match piece {
        Piece::Hole { labels, .. } => {
            let wraps = labels.contains(&Label::Unchecked) && labels.iter().any(is_argument);
            wraps.then_some(labels)
        }
        Piece::Const(_) => None,
    }
}

/// Whether a number is what is left after a share was taken: a part of something is less than all of it.
fn is_share(labels: &Labels) -> bool {
    labels.iter().any(|l| matches!(l, Label::Quotient(_)))
}

/// Whether what is written is a difference of what is stored elsewhere: by how much something grew, for one, of which it
/// cannot be said that it should have been tested against what was there.
fn of_other_records(graph: &EffectGraph, node: Node, content: &Content) -> bool {
    let Some(key) = graph.effect(node).and_then(|e| e.key()) else {
        return false;
    };
    content.pieces.iter().any(|piece| {
        let Piece::Hole {
            labels,
            decreased: true,
            ..
        } = piece
        else {
            return false;
        };
        let mut stored = labels.iter().filter_map(|l| match l {
            Label::Storage(of) => Some(of),
            _ => None,
        });
        labels.contains(&Label::Unchecked) && stored.all(|of| !of.may_equal(key))
    })
}

/// Whether a check before a node compares, for order, the caller's data with something stored: a total or a second record
/// follows from the one that was tested.
fn half_tested(graph: &EffectGraph, node: Node, labels: &Labels) -> bool {
    let arguments: Labels = labels.iter().filter(|l| is_argument(l)).cloned().collect();
    graph.checks(node).iter().any(|(_, branch)| {
        branch.predicates.iter().any(|p| {
            let compared = p.labels();
            p.relation == Relation::Order
                && !compared.contains(&Label::Unchecked)
                && arguments.is_subset(&compared)
                && compared.iter().any(|l| matches!(l, Label::Storage(_)))
        })
    })
}

/// Whether a check on a way to a node compares, for order, data of the same sources. Not on every way: where the code that
/// changes a row and the code that makes one meet, each has had its own.
fn tested(graph: &EffectGraph, node: Node, labels: &Labels) -> bool {
    let sources =
        |l: &&Label| is_argument(l) || matches!(l, Label::Storage(_) | Label::AttachedValue);
    let needed: Vec<&Label> = labels.iter().filter(sources).collect();
    let compares = |p: &Predicate| {
        let compared = p.labels();
        p.relation == Relation::Order && needed.iter().all(|l| compared.contains(*l))
    };
    graph.nodes.iter().any(|(at, data)| match &data.kind {
        NodeKind::Branch(branch) => {
            branch.predicates.iter().any(compares)
                && graph.reaches(at, node)
                && data.succs.iter().any(|succ| !graph.acts_from(*succ))
        }
        _ => false,
    })
}
