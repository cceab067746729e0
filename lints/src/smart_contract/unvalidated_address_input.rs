//! `unvalidated-address-input`.

use contract_lint_analyzer::facts::{
    Content, EffectGraph, Facts, Label, Labels, Method, Node, Piece,
};
use contract_lint_analyzer::host::EffectKind;

use crate::declare_lint;
use crate::events::{open_to_all, step};
use crate::finding::{Finding, Step};
use crate::keys::{data, name_in};
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for texts from the caller under which entries are looked up or written that are kept for accounts, where the
    /// host was not asked whether the text is the address of one.
    ///
    /// ### Why is this bad?
    /// An address has more than one spelling: bech32 may be in upper case. A list of those who must not be paid does not
    /// contain `COSMOS1…`, and an entry that is written under it is found by nobody.
    ///
    /// ### Example
    /// ```rust
    /// if DENIED.has(deps.storage, &recipient) {
    ///     return Err(ContractError::Denied {});
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// let recipient = deps.api.addr_validate(&recipient)?;
    /// if DENIED.has(deps.storage, recipient.as_str()) {
    ///     return Err(ContractError::Denied {});
    /// }
    /// ```
    ///
    /// ### Known problems
    /// That entries are kept for accounts is seen by another method that checks the address, or takes the caller's.
    /// Addresses that are only compared, or paid, are left alone.
    pub UNVALIDATED_ADDRESS_INPUT {
        name: "unvalidated-address-input",
        summary: "an account is looked up by a text that may be no address",
        domain: SmartContract,
        severity: Medium,
        confidence: Medium,
        level: Warn,
        cwe: [20],
        references: ["SCWE-143", "OWASP SC05:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    // Elsewhere addresses have types of their own.
    let mut functions = cx.facts.host.functions.iter();
    if !functions.any(|function| function.is(EffectKind::AccountCheck)) {
        return Vec::new();
    }
    let kept = kept_for_accounts(cx.facts);
    let methods = cx.facts.methods.iter().filter(|m| open_to_all(m));
    methods
        .filter_map(|method| {
            let graph = &method.graph;
            let (node, key, labels, witness) = graph.effects().find_map(|(node, effect)| {
                let key = effect.key()?;
                let (front, labels) = entry_of_one(key)?;
                let (_, witness) = kept.iter().find(|(of, _)| *of == front)?;
                let named =
                    labels.len() == 1 && labels.iter().all(|l| matches!(l, Label::Param(_)));
                (named && !checked(graph, node, labels)).then_some((node, key, labels, witness))
            })?;
            let name = name_in(key, method);
            let text = data(labels, Some(method));
            let finding = Finding::new(
                &UNVALIDATED_ADDRESS_INPUT,
                method,
                format!("{name} is kept for an account, but `{text}` may be no address"),
                key.to_string(),
            )
            .here(
                method,
                node,
                format!("{name} is looked up by the text as it came"),
            )
            .and(Some(witness.clone()))
            .help("use what `deps.api.addr_validate` returns");
            Some(finding)
        })
        .collect()
}

/// The groups of entries that are kept for accounts, by what their keys begin with, and what shows it.
fn kept_for_accounts(facts: &Facts) -> Vec<(&[u8], Step)> {
    let mut kept: Vec<(&[u8], Step)> = Vec::new();
    for method in &facts.methods {
        for (node, effect) in method.graph.effects() {
            let Some((front, labels)) = effect.key().and_then(entry_of_one) else {
                continue;
            };
            let known = kept.iter().any(|(of, _)| *of == front);
            if known || !is_account(method, node, labels) {
                continue;
            }
            let shown = format!("`{}` uses a checked address there", method.name);
            kept.push((front, step(&method.graph, node, shown)));
        }
    }
    kept
}

/// What a key begins with and whose entry it is, if it is made of these two.
fn entry_of_one(key: &Content) -> Option<(&[u8], &Labels)> {
    match &key.pieces[..] {
        [Piece::Const(front), Piece::Hole { labels, .. }] => Some((front, labels)),
        _ => None,
    }
}

fn is_account(method: &Method, node: Node, labels: &Labels) -> bool {
    *labels == Labels::from([Label::Caller]) || checked(&method.graph, node, labels)
}

/// Whether the host was asked on every way to a node whether these data are the address of an account.
fn checked(graph: &EffectGraph, node: Node, labels: &Labels) -> bool {
    graph
        .effects_of(EffectKind::AccountCheck)
        .any(|(check, effect)| {
            let asked = effect.operand("account").map(Content::labels);
            asked.is_some_and(|asked| asked == *labels) && graph.dominates(check, node)
        })
}
