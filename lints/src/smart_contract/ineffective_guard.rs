//! `ineffective-guard`.

use contract_lint_analyzer::facts::{
    Branch, Effect, Label, Labels, Method, NodeKind, Predicate, Relation,
};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use crate::declare_lint;
use crate::events::{is_argument, name_of, step};
use crate::finding::{Finding, Step};
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for checks that keep nobody out: an error is reported and the method goes on as if it had not been, or the
    /// caller is compared with the caller.
    ///
    /// ### Why is this bad?
    /// The contract reads as if it were guarded, and its tests see the error. What the check was to prevent happens all the
    /// same.
    ///
    /// ### Example
    /// ```rust
    /// if !is_admin(&ctx) {
    ///     ctx.error("only the admin sets the fee");
    /// }
    /// ctx.put_state("fee", fee);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// if !is_admin(&ctx) {
    ///     return ctx.error("only the admin sets the fee");
    /// }
    /// ctx.put_state("fee", fee);
    /// ```
    ///
    /// ### Known problems
    /// A comparison whose outcome is dropped is no longer in the code once it was optimised: the missing guard is then told
    /// by the lints of access. Whether a host discards what a call wrote that reported an error before it ended well is not
    /// known of every host.
    pub INEFFECTIVE_GUARD {
        name: "ineffective-guard",
        summary: "a check is made, and its outcome decides nothing",
        domain: SmartContract,
        severity: Medium,
        confidence: High,
        level: Warn,
        cwe: [570, 571, 480],
        references: ["SCWE-083", "OWASP SC02:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = cx.facts.methods.iter();
    methods
        .filter(|method| method.kind != EntryKind::Query)
        .flat_map(|method| {
            let mut found = told_and_ignored(method);
            found.extend(equal_to_themselves(method));
            found
        })
        .collect()
}

fn finding(method: &Method, trace: Vec<Step>, message: &str, help: &str, subject: &str) -> Finding {
    Finding {
        primary: 0,
        help: help.to_owned(),
        subject: subject.to_owned(),
        ..Finding::traced(INEFFECTIVE_GUARD.meta, method, message, trace)
    }
}

/// Errors that are reported on one way of a decision, after which this way does what the other does, too.
fn told_and_ignored(method: &Method) -> Vec<Finding> {
    let graph = &method.graph;
    let mut found = Vec::new();
    for (told, _) in graph.effects().filter(|(_, e)| reports_error(e)) {
        let decided = graph.decisions(told).into_iter().find(|(node, branch)| {
            let succs = &graph.nodes[*node].succs;
            succs.contains(&told) && is_asked_for(branch)
        });
        let Some((decision, _)) = decided else {
            continue;
        };
        let Some((done, effect)) = graph
            .effects()
            .filter(|(_, effect)| effect.lasts() && !effect.is(EffectKind::EventLog))
            .find(|(done, _)| {
                graph.reaches(told, *done)
                    && graph.path(decision, *done, |node| node != told).is_some()
            })
        else {
            continue;
        };
        let what = effect.key().map_or_else(
            || format!("`{}` is called all the same", effect.host_function),
            |key| format!("{} is changed all the same", name_of(key)),
        );
        let trace = vec![
            step(
                graph,
                told,
                "an error is reported here, and the method goes on",
            ),
            step(graph, done, what),
        ];
        found.push(finding(
            method,
            trace,
            "a failed check is reported, and what it was to prevent happens",
            "return after the error was reported",
            "error",
        ));
    }
    found
}

/// Whether an effect tells the caller of an error without ending the call.
fn reports_error(effect: &Effect) -> bool {
    effect.is(EffectKind::ReturnData)
        && !effect.is(EffectKind::PanicAbort)
        && effect.operand("error-message").is_some()
}

/// Whether a decision asks for something that the caller brings: who they are, an argument, assets, the time.
fn is_asked_for(branch: &Branch) -> bool {
    branch.labels().iter().any(|label| {
        is_argument(label)
            || matches!(
                label,
                Label::Caller | Label::Origin | Label::AttachedValue | Label::Time
            )
    })
}

/// Checks that hold the caller against the caller.
fn equal_to_themselves(method: &Method) -> Vec<Finding> {
    let graph = &method.graph;
    let mut found = Vec::new();
    for (node, data) in graph.nodes.iter() {
        let NodeKind::Branch(branch) = &data.kind else {
            continue;
        };
        let [predicate] = branch.predicates.as_slice() else {
            continue;
        };
        if !is_caller_against_caller(predicate) {
            continue;
        }
        let guarded = graph.effects().find(|(done, effect)| {
            effect.lasts() && graph.checks(*done).iter().any(|(check, _)| *check == node)
        });
        let Some((done, _)) = guarded else { continue };
        let trace = vec![
            step(graph, node, "the caller is compared with the caller"),
            step(graph, done, "so everybody gets here"),
        ];
        found.push(finding(
            method,
            trace,
            "a check compares the caller with the caller",
            "compare the caller with who is stored",
            "itself",
        ));
    }
    found
}

/// Whether a comparison holds the caller against themselves. Amounts and times are compared with what was computed of them
/// when arithmetic is tested for overflow, and parts of data that were not told apart look alike: only the caller counts.
fn is_caller_against_caller(predicate: &Predicate) -> bool {
    let only_caller = predicate.left.labels() == Labels::from([Label::Caller]);
    predicate.relation == Relation::Equal && predicate.left == predicate.right && only_caller
}
