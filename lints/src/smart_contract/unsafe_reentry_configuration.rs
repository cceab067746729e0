//! `unsafe-reentry-configuration`.

use contract_lint_analyzer::facts::{Method, Node};
use contract_lint_analyzer::host::{EffectKind, Reentrancy};

use super::calls::{locked, open_at, runs_other_code};
use crate::declare_lint;
use crate::events::{name_of, open_to_all, step, writes};
use crate::finding::Finding;
use crate::lint::{Context, Severity};

declare_lint! {
    /// ### What it does
    /// Looks for calls that give up a protection which the platform offers: a call that allows re-entry where the platform
    /// forbids it by default, with state written afterwards; and a call made while written values still wait in the
    /// host's cache.
    ///
    /// ### Why is this bad?
    /// A callee that comes back runs on state that is half done. A value that waits in the cache is invisible to the
    /// callee, and to the contract itself when it is entered again: both see the value of before.
    ///
    /// ### Example
    /// ```rust
    /// self.total.set(new);
    /// RawCall::new().call(token, &data)?;
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// self.total.set(new);
    /// self.vm().flush_storage_cache(false);
    /// RawCall::new().call(token, &data)?;
    /// ```
    ///
    /// ### Known problems
    /// A call that allows re-entry as the last thing that a method does is not reported: nothing is left half done.
    /// Where the key was read before, `reentrancy-write-after-call` reports it.
    pub UNSAFE_REENTRY_CONFIGURATION {
        name: "unsafe-reentry-configuration",
        summary: "a call gives up the platform's protection against re-entry",
        domain: SmartContract,
        severity: High,
        confidence: High,
        level: Warn,
        cwe: [841],
        references: ["OWASP SC08:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let host = &cx.facts.host;
    let opts_in = host.reentrancy == Reentrancy::OptIn;
    let caches = host
        .functions
        .iter()
        .any(|f| f.effects.contains(&EffectKind::StorageFlush));
    let mut findings = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        for (call, effect) in method.graph.effects() {
            if !runs_other_code(effect) || !open_at(method, call) {
                continue;
            }
            if opts_in && effect.may_reenter {
                findings.extend(allowed(method, call));
            }
            if caches && effect.may_reenter {
                findings.extend(unflushed(method, call));
            }
        }
    }
    findings
}

/// A call that may re-enter although state is written afterwards that was not looked at before.
fn allowed(method: &Method, call: Node) -> Option<Finding> {
    let graph = &method.graph;
    if locked(graph, call) {
        return None;
    }
    let (write, effect) = graph.effects().find(|(write, effect)| {
        let says_something = effect
            .operand("storage-value")
            .is_none_or(|v| v.as_constant().is_none());
        let read_before = graph
            .effects_of(EffectKind::StorageRead)
            .any(|(read, e)| e.key() == effect.key() && graph.dominates(read, call));
        writes(effect) && says_something && !read_before && graph.reaches(call, *write)
    })?;
    let name = effect.key().map_or_else(|| "storage".to_owned(), name_of);
    let trace = vec![
        step(
            graph,
            write,
            format!("{name} is written only after the call"),
        ),
        step(graph, call, "this call allows re-entry"),
    ];
    Some(Finding {
        severity: Severity::Medium,
        help: "leave the flag out; without it the platform refuses re-entry".to_owned(),
        subject: name,
        ..Finding::traced(
            UNSAFE_REENTRY_CONFIGURATION.meta,
            method,
            "a call allows re-entry before the state is written",
            trace,
        )
    })
}

/// A call made while a written value is not yet visible.
fn unflushed(method: &Method, call: Node) -> Option<Finding> {
    let graph = &method.graph;
    let is_flush = |node: Node| {
        graph
            .effect(node)
            .is_some_and(|e| e.is(EffectKind::StorageFlush))
    };
    let (write, effect) = graph
        .effects_of(EffectKind::StorageWrite)
        .find(|(write, _)| graph.path(*write, call, |n| !is_flush(n)).is_some())?;
    let name = effect.key().map_or_else(|| "storage".to_owned(), name_of);
    let trace = vec![
        step(graph, write, format!("{name} is written into the cache")),
        step(graph, call, "the callee still sees the old value"),
    ];
    Some(Finding {
        help: "flush the storage cache before the call".to_owned(),
        subject: name.clone(),
        ..Finding::traced(
            UNSAFE_REENTRY_CONFIGURATION.meta,
            method,
            format!("{name} is not flushed before a call"),
            trace,
        )
    })
}
