//! `block-time-dependence`.

use contract_lint_analyzer::facts::{Content, Label, Method, NodeKind, Relation};

use crate::declare_lint;
use crate::events::{set_off_by_anyone, step};
use crate::finding::{Finding, once_for_each_place};
use crate::lint::{Confidence, Context};

declare_lint! {
    /// ### What it does
    /// Looks for decisions before something lasting that ask whether the time or the height of the block is exactly a
    /// number, or has a certain remainder.
    ///
    /// ### Why is this bad?
    /// Who makes the block sets its time within bounds, and no caller can aim at one block: the exact moment is theirs.
    ///
    /// ### Example
    /// ```rust
    /// if env.ledger().timestamp() % 15 == 0 { pay(winner); }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// if env.ledger().timestamp() >= deadline { pay(winner); }
    /// ```
    ///
    /// ### Known problems
    /// Ordering against a deadline is not reported, however near the deadline is. Without a remainder the confidence is low.
    pub BLOCK_TIME_DEPENDENCE {
        name: "block-time-dependence",
        summary: "the exact time of the block decides",
        domain: Consensus,
        severity: Low,
        confidence: Medium,
        level: Warn,
        cwe: [829],
        references: ["SCWE-031", "SWC-116"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = cx.facts.methods.iter().filter(|m| set_off_by_anyone(m));
    once_for_each_place(methods.filter_map(in_method))
}

/// Whether a content is the time or height of the block and nothing else.
fn is_time(content: &Content) -> bool {
    let labels = content.labels();
    let moment = |l: &Label| matches!(l, Label::Time | Label::BlockInfo | Label::Drawn);
    labels.iter().all(moment) && labels.iter().any(|l| *l != Label::Drawn)
}

fn in_method(method: &Method) -> Option<Finding> {
    let lint = BLOCK_TIME_DEPENDENCE.meta;
    let graph = &method.graph;
    let (decision, drawn) = graph.nodes.iter().find_map(|(node, data)| {
        let NodeKind::Branch(branch) = &data.kind else {
            return None;
        };
        let exact = branch.predicates.iter().any(|p| {
            let (left, right) = (&p.left, &p.right);
            // What is compared with less is no time, but which variant of it there is.
            let number = |c: &Content| {
                let bytes = c.as_constant();
                bytes.is_some_and(|b| b.iter().skip(1).any(|x| *x != 0))
            };
            let drawn = left.labels().contains(&Label::Drawn);
            let compared = p.relation == Relation::Equal
                && (is_time(left) && (number(right) || drawn) || is_time(right) && number(left));
            compared || p.relation == Relation::Truth && is_time(left) && drawn
        });
        let drawn = branch.labels().contains(&Label::Drawn);
        (exact && graph.acts_from(node)).then_some((node, drawn))
    })?;
    let message = "the exact time or height of the block decides".to_owned();
    Some(Finding {
        lint,
        severity: lint.severity,
        // Parts of a number with a fraction that was computed from the time are compared with constants, too.
        confidence: if drawn {
            lint.confidence
        } else {
            Confidence::Low
        },
        trace: vec![step(graph, decision, message.clone())],
        message,
        method: method.name.clone(),
        primary: 0,
        notes: Vec::new(),
        help: "compare for order with a deadline".to_owned(),
        also: Vec::new(),
        subject: "time".to_owned(),
    })
}
