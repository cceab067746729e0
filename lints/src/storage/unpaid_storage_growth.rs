//! `unpaid-storage-growth`.

use contract_lint_analyzer::facts::{Content, Label, Method};

use crate::declare_lint;
use crate::events::{is_argument, open_to_all, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// On chains where an account pays for what is stored: looks for methods that anyone can call and that store under
    /// keys of the caller's choice at the contract's own expense.
    ///
    /// ### Why is this bad?
    /// Anyone fills the contract's quota, until nothing can be stored any more.
    ///
    /// ### Example
    /// ```cpp
    /// void note(uint64_t id, std::string text) {
    ///     notes.emplace(get_self(), [&](auto& row) { row = {id, text}; });
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```cpp
    /// void note(name author, uint64_t id, std::string text) {
    ///     require_auth(author);
    ///     notes.emplace(author, [&](auto& row) { row = {id, text}; });
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Storage that a deposit pays for is only told from other by a check before the write.
    pub UNPAID_STORAGE_GROWTH {
        name: "unpaid-storage-growth",
        summary: "anyone stores at the contract's expense",
        domain: Storage,
        severity: Medium,
        confidence: Low,
        level: Warn,
        cwe: [770, 400],
        references: ["SCWE-058"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = cx.facts.methods.iter().filter(|m| open_to_all(m));
    methods.filter_map(in_method).collect()
}

fn in_method(method: &Method) -> Option<Finding> {
    let lint = UNPAID_STORAGE_GROWTH.meta;
    let graph = &method.graph;
    let own = |payer: &Content| {
        let labels = payer.labels();
        !labels.is_empty() && labels.iter().all(|l| *l == Label::SelfIdentity)
    };
    let (node, key) = graph
        .effects()
        .filter(|(_, effect)| writes(effect) && effect.operand("payer").is_some_and(own))
        .filter_map(|(node, effect)| Some((node, effect.key()?)))
        .find(|(node, key)| key.labels().iter().any(is_argument) && graph.guard(*node).is_none())?;
    let message = "anyone can store here, and the contract pays".to_owned();
    Some(Finding {
        lint,
        severity: lint.severity,
        confidence: lint.confidence,
        trace: vec![step(graph, node, message.clone())],
        message,
        method: method.name.clone(),
        primary: 0,
        notes: Vec::new(),
        help: "let the account pay whose authorisation was asked for".to_owned(),
        also: Vec::new(),
        subject: key.to_string(),
    })
}
