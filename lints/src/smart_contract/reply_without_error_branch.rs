//! `reply-without-error-branch`.

use std::collections::BTreeSet;

use contract_lint_analyzer::facts::{Effect, EffectGraph, Label, Labels, Node, NodeKind};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use crate::declare_lint;
use crate::events::{step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for messages whose outcome the contract is told of also when they fail, where it then does the same as when
    /// they succeed.
    ///
    /// ### Why is this bad?
    /// A failed message that asks for a reply does not undo the transaction any more: the reply has to. If it does not
    /// look, a sale is closed whose token never arrived, or a payment is booked that was refused.
    ///
    /// ### Example
    /// ```rust
    /// let transfer = SubMsg::reply_always(transfer_nft, DELIVERED);
    ///
    /// pub fn reply(deps: DepsMut, _env: Env, msg: Reply) -> StdResult<Response> {
    ///     SALES.remove(deps.storage, msg.id);
    ///     Ok(Response::new())
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// let transfer = SubMsg::reply_on_success(transfer_nft, DELIVERED);
    /// ```
    ///
    /// ### Known problems
    /// Replies are not told apart by their numbers: where one of them looks at the outcome in a way that changes what is
    /// done, none is reported.
    pub REPLY_WITHOUT_ERROR_BRANCH {
        name: "reply-without-error-branch",
        summary: "a reply does the same whether the message failed or not",
        domain: SmartContract,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [390],
        references: ["SCWE-004", "SCWE-146", "OWASP SC06:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let replies = cx.facts.methods.iter();
    let Some((reply, same)) = replies
        .filter(|method| method.kind == EntryKind::Callback)
        .find_map(|method| Some((method, done_either_way(&method.graph)?)))
    else {
        return Vec::new();
    };
    let done = step(
        &reply.graph,
        same,
        "the reply does this, whatever the outcome",
    );
    let methods = cx.facts.methods.iter();
    methods
        .filter_map(|method| {
            let mut effects = method.graph.effects();
            let (node, effect) = effects.find(|(_, effect)| asks_for_failure(effect))?;
            let finding = Finding::new(
                &REPLY_WITHOUT_ERROR_BRANCH,
                method,
                "nobody looks whether this message failed",
                effect
                    .operand("id")
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            )
            .here(method, node, "a reply is asked for, also if this fails")
            .and(Some(done.clone()))
            .help(
                "use `SubMsg::reply_on_success`, or match on `msg.result` and undo what was done",
            );
            Some(finding)
        })
        .collect()
}

/// Whether the contract is told when a message fails, which then undoes nothing.
fn asks_for_failure(effect: &Effect) -> bool {
    let callback = effect.operand("callback");
    let callback = callback.and_then(|content| content.as_constant());
    effect.atomic && matches!(callback, Some(b"always" | b"error"))
}

/// A write of a callback that is told of success and failure, and does the same in both cases.
fn done_either_way(graph: &EffectGraph) -> Option<Node> {
    let [decision] = graph.nodes[graph.entry()].succs[..] else {
        return None;
    };
    let NodeKind::Branch(branch) = &graph.nodes[decision].kind else {
        return None;
    };
    let by_outcome = branch.labels() == Labels::from([Label::CallResult]);
    let [well, badly] = graph.nodes[decision].succs[..] else {
        return None;
    };
    let (well, badly) = (done_from(graph, well), done_from(graph, badly));
    (by_outcome && well.0 == badly.0)
        .then_some(well.1)
        .flatten()
}

/// What is done from a node on, and the first write of it.
fn done_from(graph: &EffectGraph, from: Node) -> (BTreeSet<String>, Option<Node>) {
    let mut done = BTreeSet::new();
    let mut first = None;
    for (node, effect) in graph.effects() {
        if !effect.lasts() || effect.is(EffectKind::EventLog) || !graph.reaches(from, node) {
            continue;
        }
        let key = effect.key().map(ToString::to_string).unwrap_or_default();
        done.insert(format!("{} {key}", effect.host_function));
        if writes(effect) {
            first.get_or_insert(node);
        }
    }
    (done, first)
}
