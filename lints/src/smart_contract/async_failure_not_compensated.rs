//! `async-failure-not-compensated`.

use contract_lint_analyzer::facts::{
    Content, Effect, EffectGraph, Facts, Label, Method, Node, Piece, Strength,
};
use contract_lint_analyzer::host::EffectKind;

use super::calls::{
    Callbacks, amount, callbacks, from_key, handed_over, is_blurred, is_personal, schedules,
    takes_away, target,
};
use crate::declare_lint;
use crate::events::{is_argument, name_of, open_to_all, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for methods that take something from what is kept for an account, send it away with an asynchronous call, and
    /// have no callback that gives it back when the call fails.
    ///
    /// ### Why is this bad?
    /// The method has ended with success when the call runs. If the call fails, the platform returns the assets to the
    /// contract, but the account's balance stays reduced: they belong to nobody.
    ///
    /// ### Example
    /// ```rust
    /// self.balances.insert(&account, &(held - amount));
    /// ext_token::ext(self.token.clone()).ft_transfer(account, amount, None);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// self.balances.insert(&account, &(held - amount));
    /// ext_token::ext(self.token.clone())
    ///     .ft_transfer(account.clone(), amount, None)
    ///     .then(Self::ext(env::current_account_id()).on_sent(account, amount));
    /// ```
    ///
    /// ### Known problems
    /// A payment of the native asset to the caller is not reported: it fails only if the caller's account is gone.
    pub ASYNC_FAILURE_NOT_COMPENSATED {
        name: "async-failure-not-compensated",
        summary: "nothing gives back what was taken when an asynchronous call fails",
        domain: SmartContract,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [755],
        references: ["SCWE-004", "OWASP SC06:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = cx.facts.methods.iter().filter(|m| open_to_all(m));
    methods.filter_map(|m| in_method(cx.facts, m)).collect()
}

fn in_method(facts: &Facts, method: &Method) -> Option<Finding> {
    let (write, key, call) = taken_and_sent(method)?;
    let after = callbacks(facts, method, call);
    if after.others || compensates(&after, key) {
        return None;
    }
    let graph = &method.graph;
    let name = name_of(key);
    let trace = vec![
        step(graph, write, format!("{name} is reduced")),
        step(graph, call, "what was taken is sent with this call"),
    ];
    let note = match after.methods.first() {
        Some(callback) => format!(
            "the callback `{}` neither writes {name} nor pays back",
            callback.name
        ),
        None => "no callback learns whether the call failed".to_owned(),
    };
    Some(Finding {
        notes: vec![note],
        help: "add a callback that gives the amount back if the call failed".to_owned(),
        subject: key.to_string(),
        ..Finding::traced(
            ASYNC_FAILURE_NOT_COMPENSATED.meta,
            method,
            format!("{name} stays reduced if the asynchronous call fails"),
            trace,
        )
    })
}

/// A write that takes from an account's entry, and an asynchronous call after it that carries what was taken.
pub(super) fn taken_and_sent(method: &Method) -> Option<(Node, &Content, Node)> {
    let graph = &method.graph;
    for (write, effect) in graph.effects().filter(|(_, e)| takes_away(e)) {
        let Some(key) = effect
            .key()
            .filter(|key| is_personal(key) && !is_blurred(key))
        else {
            continue;
        };
        let sent = graph.effects().find(|(call, sent)| {
            schedules(sent)
                && !sent.atomic
                && !graph.is_one_of_many(*call)
                && !is_payment_to_caller(sent)
                && !gives_back(graph, *call, sent)
                && carries(sent, effect, key)
                && { graph.dominates(write, *call) }
        });
        if let Some((call, _)) = sent {
            return Some((write, key, call));
        }
    }
    None
}

/// Whether a call takes along what a write took: an amount, or arguments, of the same origin.
fn carries(call: &Effect, taken: &Effect, key: &Content) -> bool {
    let sent = handed_over(call);
    let amounts = taken
        .operand("storage-value")
        .map(Content::labels)
        .unwrap_or_default();
    let has_content = call.operand("calldata").is_some() || amount(call).is_some();
    has_content
        && (from_key(&sent, key)
            || sent
                .iter()
                .any(|label| is_argument(label) && amounts.contains(label)))
}

/// A plain payment of the native asset to whoever called.
pub(super) fn is_payment_to_caller(effect: &Effect) -> bool {
    effect.is(EffectKind::ValueTransfer)
        && effect.operand("method-name").is_none()
        && target(effect).is_none_or(|t| t.labels().contains(&Label::Caller) || t.is_unknown())
}

/// A plain payment that a callback makes: it is itself what makes up for a call that failed.
fn gives_back(graph: &EffectGraph, node: Node, effect: &Effect) -> bool {
    effect.is(EffectKind::ValueTransfer)
        && effect.operand("method-name").is_none()
        && graph
            .guard(node)
            .is_some_and(|guard| guard.strength == Strength::SelfCall)
}

/// Whether some callback writes the key, or pays.
fn compensates(after: &Callbacks<'_>, key: &Content) -> bool {
    after.methods.iter().any(|callback| {
        callback.graph.effects().any(|(_, effect)| {
            let same = |k: &Content| begin_alike(k, key) || k.is_unknown();
            writes(effect) && effect.key().is_some_and(same) || effect.is(EffectKind::ValueTransfer)
        })
    })
}

/// Whether two keys are of one collection, as far as their beginnings tell: how long a name in it is may be known of one.
fn begin_alike(a: &Content, b: &Content) -> bool {
    match (a.pieces.first(), b.pieces.first()) {
        (Some(Piece::Const(x)), Some(Piece::Const(y))) => {
            !x.is_empty() && !y.is_empty() && (x.starts_with(y) || y.starts_with(x))
        }
        (first, other) => first == other,
    }
}
