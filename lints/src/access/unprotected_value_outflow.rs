//! `unprotected-value-outflow`.

use contract_lint_analyzer::facts::{
    Content, Effect, EffectGraph, Label, Labels, Method, Node, Piece,
};
use contract_lint_analyzer::host::EffectKind;

use super::authority::{
    Standing, asks_for_payment_alone, doubt, explain, lumped, only_arguments, standing,
};
use super::ledger::{given_away, spent};
use super::tokens::{Asks, asks};
use crate::declare_lint;
use crate::events::{assets, is_argument, may_be_account, open_to_all, writes};
use crate::finding::Finding;
use crate::keys::{data, name_in};
use crate::lint::{Confidence, Context};
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// Looks for methods that pay from what the contract holds to the caller or to an account that the caller names, where
    /// neither who calls is checked nor what they are entitled to: nothing stored for them, and nothing that came with the
    /// call, bounds the amount. The same goes for the contract's own books: what an account has there grows by what the
    /// caller says, and nothing is taken for it.
    ///
    /// ### Why is this bad?
    /// Anyone can empty the contract.
    ///
    /// ### Example
    /// ```rust
    /// pub fn sweep(&mut self, to: AccountId, amount: U128) -> Promise {
    ///     Promise::new(to).transfer(NearToken::from_yoctonear(amount.0))
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn sweep(&mut self, to: AccountId, amount: U128) -> Promise {
    ///     assert_eq!(env::predecessor_account_id(), self.owner);
    ///     Promise::new(to).transfer(NearToken::from_yoctonear(amount.0))
    /// }
    /// ```
    ///
    /// ### Known problems
    /// Faucets give to anyone on purpose; those that remember whom they gave to are not reported.
    pub UNPROTECTED_VALUE_OUTFLOW {
        name: "unprotected-value-outflow",
        summary: "anyone can take what the contract holds",
        domain: Access,
        severity: Critical,
        confidence: Medium,
        level: Deny,
        cwe: [284, 862],
        references: ["SCWE-049", "SWC-105", "OWASP SC01:2026"],
        since: "0.1.0",
    }
}

/// Assets that leave.
struct Outflow<'a> {
    to: Labels,
    amount: &'a Content,
    mints: bool,
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let spent = spent(cx.facts);
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        let found = graph.effects().find_map(|(node, effect)| {
            let outflow = outflow(effect)?;
            let open = matches!(standing(graph, node), Standing::Open | Standing::Named(_));
            (open && !entitled(method, node, &outflow)).then_some((node, effect, outflow))
        });
        let Some((node, effect, outflow)) = found else {
            findings.extend(in_books(cx, method, &spent));
            continue;
        };
        let to = format!("`{}`", data(&outflow.to, Some(method)));
        let (message, event) = if outflow.mints {
            (
                format!("anyone can have new tokens made for {to}"),
                format!("new tokens are made for {to}"),
            )
        } else {
            (
                format!("what the contract holds is paid out to {to}, whoever calls"),
                format!("`{}` pays {to}", effect.host_function),
            )
        };
        let finding = Finding::new(
            &UNPROTECTED_VALUE_OUTFLOW,
            method,
            message,
            &effect.host_function,
        )
        .here(method, node, event)
        .note("the amount depends on nothing that is stored for the receiver or the caller, or that came with the call")
        .help(remedy(&cx.facts.host.id, Remedy::Entitlement));
        let finding = if lumped(method, &cx.facts.host) {
            finding.at_most(Confidence::Low)
        } else {
            finding
        };
        findings.push(doubt(explain(finding, method, node), method, node));
    }
    findings
}

/// A number in the contract's own books that grows for nothing.
fn in_books(cx: &Context<'_>, method: &Method, spent: &[&Content]) -> Option<Finding> {
    let graph = &method.graph;
    let (node, key) = graph.effects().find_map(|(node, effect)| {
        let key = given_away(method, effect, spent)?;
        let open = matches!(standing(graph, node), Standing::Open | Standing::Named(_));
        open.then_some((node, key))
    })?;
    let name = name_in(key, method);
    let finding = Finding::new(
        &UNPROTECTED_VALUE_OUTFLOW,
        method,
        format!("anyone can have {name} grow, from which its account takes"),
        key.to_string(),
    )
    .here(method, node, format!("{name} grows by what the caller says"))
    .note("nothing is taken for it: not from another account, not with the call, not from another contract")
    .help(remedy(&cx.facts.host.id, Remedy::Entitlement));
    let finding = if lumped(method, &cx.facts.host) {
        finding.at_most(Confidence::Low)
    } else {
        finding
    };
    Some(doubt(explain(finding, method, node), method, node))
}

/// The assets that an effect moves out of the contract to someone whom the caller decides.
fn outflow(effect: &Effect) -> Option<Outflow<'_>> {
    let (to, amount, mints) = match asks(effect) {
        Some(Asks::TransferFrom) => return None,
        Some(ask) => {
            let data = effect.operand("calldata")?;
            // Of what is called by name, the arguments are a text: a hole of any length is one that was not followed.
            if effect.operand("method-name").is_some()
                && matches!(data.pieces.as_slice(), [Piece::Hole { len: None, .. }])
            {
                return None;
            }
            let parts: Vec<Labels> = data
                .pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Hole { labels, .. } => Some(labels.clone()),
                    Piece::Const(_) => None,
                })
                .filter(|labels| !labels.contains(&Label::SelfIdentity))
                .collect();
            // A transfer between others is for the token to judge, and one to the contract itself brings something in.
            if ask == Asks::Transfer && (parts.len() > 2 || comes_in(data)) {
                return None;
            }
            (parts.first()?.clone(), data, ask == Asks::Mint)
        }
        None if effect.is(EffectKind::ValueTransfer) => {
            // What the user's own purse pays is theirs; the contract finds its own in what it stored.
            let is_own = |purse: &Content| {
                let labels = purse.labels();
                !labels.is_empty() && labels.iter().all(|l| matches!(l, Label::Storage(_)))
            };
            if effect.operand("purse").is_some_and(|purse| !is_own(purse)) {
                return None;
            }
            // Where payments are actions of a promise, that knows the receiver. What a call brings along is that call's matter.
            let promise = effect
                .operand("promise")
                .filter(|_| effect.operand("method-name").is_none());
            let to = effect
                .operand("account")
                .or(effect.operand("contract"))
                .or(promise)?;
            (to.labels(), assets(effect)?, false)
        }
        None => return None,
    };
    let decided = to.contains(&Label::Caller) && to.len() == 1 || only_arguments(&to);
    let nothing = amount
        .as_constant()
        .is_some_and(|bytes| bytes.iter().all(|b| *b == 0 || *b == b'0'));
    (decided && !nothing && !amount.is_unknown()).then_some(Outflow { to, amount, mints })
}

/// Whether a token is asked to move something to the contract: its own account stands behind another.
fn comes_in(data: &Content) -> bool {
    let mut accounts = data.pieces.iter().filter_map(|piece| match piece {
        Piece::Hole { labels, .. } => Some(labels.contains(&Label::SelfIdentity)),
        Piece::Const(_) => None,
    });
    accounts.next() == Some(false) && accounts.next() == Some(true)
}

/// Whether something bounds the amount: what came with the call, or what is stored for the one who asks or gets.
fn entitled(method: &Method, node: Node, outflow: &Outflow<'_>) -> bool {
    let graph = &method.graph;
    let mut identities = outflow.to.clone();
    for guard in graph.guards(node) {
        identities.extend(guard.subject.labels_through_digests());
    }
    let theirs = |key: &Content| belongs(method, key, &identities);
    let own = |label: &Label| match label {
        Label::AttachedValue => true,
        Label::CallResult => !knows_only_own_balance(graph, node),
        // The entry under the empty key is the contract's own.
        Label::Storage(key) => {
            !key.pieces.is_empty() && (key.is_unknown() || is_cut_short(key)) || theirs(key)
        }
        _ => false,
    };
    if outflow.amount.labels_through_digests().iter().any(own) {
        return true;
    }
    let shown = |label: &Label| own(label) || matches!(label, Label::Digest(_));
    let checks = graph.checks(node).into_iter();
    let mut checks = checks.chain(graph.late_checks(node));
    let tested = checks.any(|(_, branch)| {
        let mut predicates = branch.predicates.iter();
        predicates.any(|p| !asks_for_payment_alone(p) && p.labels().iter().any(shown))
    });
    tested
        || graph.effects().any(|(n, effect)| {
            let kept = writes(effect) && effect.key().is_some_and(theirs);
            let paid = asks(effect) == Some(Asks::TransferFrom)
                || asks(effect) == Some(Asks::Transfer) && n != node;
            (kept || paid) && (graph.reaches(n, node) || graph.reaches(node, n))
        })
}

/// Whether of a key no more is known than that it begins with something stored, such as the prefix of a collection: whose
/// entry that is, does not show.
fn is_cut_short(key: &Content) -> bool {
    let open = |piece: &Piece| match piece {
        Piece::Const(_) => false,
        Piece::Hole { labels, .. } => labels.iter().all(|l| matches!(l, Label::Storage(_))),
    };
    key.pieces.iter().all(open)
}

/// Whether what other contracts have told before a node is how much this one has, which is nobody's entitlement.
fn knows_only_own_balance(graph: &EffectGraph, node: Node) -> bool {
    let tells = |effect: &Effect| effect.gives.contains(&Label::CallResult);
    let mut told = graph
        .effects()
        .filter(|(n, effect)| tells(effect) && graph.reaches(*n, node))
        .peekable();
    told.peek().is_some()
        && told.all(|(_, effect)| {
            let asks_balance = effect
                .operand("method-name")
                .and_then(Content::as_constant)
                .is_some_and(|name| name.starts_with(b"balance"));
            let of = effect.operand("calldata").map(Content::labels);
            asks_balance && of == Some(Labels::from([Label::SelfIdentity]))
        })
}

/// Whether what is stored under a key may be of whoever asks or gets: it is found by their identity, or by that of an account
/// that is named, rather than by a number that anyone can give.
fn belongs(method: &Method, key: &Content, identities: &Labels) -> bool {
    let labels = key.labels_through_digests();
    labels.iter().any(|label| match label {
        Label::Caller | Label::Origin | Label::Digest(_) => true,
        Label::Storage(of) => belongs(method, of, identities),
        _ if identities.contains(label) => true,
        _ => is_argument(label) && may_be_account(label, method),
    })
}
