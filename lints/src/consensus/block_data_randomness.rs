//! `block-data-randomness`.

use contract_lint_analyzer::facts::Method;

use super::draw::{Source, lots};
use crate::declare_lint;
use crate::events::{set_off_by_anyone, step};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for a remainder or a few bits of the time, height or hash of a block, or of a digest of nothing but public
    /// data, that decides whether something is paid, how much, or to whom.
    ///
    /// ### Why is this bad?
    /// Everybody can compute the number before they play, and who makes the block can choose it. In 2018 a dozen games
    /// on EOS were emptied this way.
    ///
    /// ### Example
    /// ```cpp
    /// auto roll = (tapos_block_prefix() * tapos_block_num() + now()) % 100;
    /// if (roll < bet) pay(player);
    /// ```
    ///
    /// ### Use instead
    /// Commit and reveal: players send the hash of a secret number, later the number itself, and the lot is drawn from the
    /// numbers of both sides; or take the number of a verifiable random function.
    ///
    /// ### Known problems
    /// A lot to which an argument of the call contributes is taken for one of commit and reveal. Chain randomness is the
    /// matter of `atomic-reveal-payout`.
    pub BLOCK_DATA_RANDOMNESS {
        name: "block-data-randomness",
        summary: "block data decides who is paid",
        domain: Consensus,
        severity: High,
        confidence: Medium,
        level: Deny,
        cwe: [330, 337, 338],
        references: ["SCWE-024", "SWC-120"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = cx.facts.methods.iter().filter(|m| set_off_by_anyone(m));
    methods.filter_map(in_method).collect()
}

fn in_method(method: &Method) -> Option<Finding> {
    let lint = BLOCK_DATA_RANDOMNESS.meta;
    let graph = &method.graph;
    let lot = lots(graph)
        .into_iter()
        .find(|lot| lot.source == Source::Block)?;
    let message = "a number drawn from block data decides over a payout".to_owned();
    let mut trace = vec![step(graph, lot.decision, message.clone())];
    if lot.payout != lot.decision {
        trace.push(step(graph, lot.payout, "this payout depends on it"));
    }
    Some(Finding {
        lint,
        severity: lint.severity,
        confidence: lint.confidence,
        primary: trace.len() - 1,
        trace,
        message,
        method: method.name.clone(),
        notes: vec!["whoever makes the block, or computes the same in a contract of their own, knows the outcome before".to_owned()],
        help: "draw from secrets that were committed to before, or from a verifiable random function".to_owned(),
        also: Vec::new(),
        subject: "lot".to_owned(),
    })
}
