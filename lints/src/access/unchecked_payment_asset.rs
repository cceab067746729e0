//! `unchecked-payment-asset`.

use contract_lint_analyzer::facts::{
    Content, Effect, Label, Method, Node, NodeKind, Piece, Predicate, Relation,
};
use contract_lint_analyzer::host::{EffectKind, HostModel};

use super::authority::{Standing, doubt, standing};
use crate::declare_lint;
use crate::events::{assets, may_alias, open_to_all, writes};
use crate::finding::Finding;
use crate::keys::name_in;
use crate::lint::Context;
use crate::remedy::{Remedy, remedy};

declare_lint! {
    /// ### What it does
    /// On platforms where a call can come with assets of any kind, looks for methods that credit the amount without asking
    /// of which asset it is, or that hand something over for it: that hold the amount against a price and nothing else.
    ///
    /// ### Why is this bad?
    /// Anyone can pay with a worthless token of their own and is credited as if it were the real one.
    ///
    /// ### Example
    /// ```rust
    /// pub fn deposit(deps: DepsMut, info: MessageInfo) -> Result<Response, ContractError> {
    ///     let paid = info.funds[0].amount;
    ///     BALANCES.update(deps.storage, &info.sender, |held| Ok(held.unwrap_or_default() + paid))
    /// }
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// pub fn deposit(deps: DepsMut, info: MessageInfo) -> Result<Response, ContractError> {
    ///     let paid = cw_utils::must_pay(&info, "uatom")?;
    ///     BALANCES.update(deps.storage, &info.sender, |held| Ok(held.unwrap_or_default() + paid))
    /// }
    /// ```
    ///
    /// ### Known problems
    /// A contract that keeps accounts by asset has no need to compare; it is recognised by the asset in the key.
    pub UNCHECKED_PAYMENT_ASSET {
        name: "unchecked-payment-asset",
        summary: "an amount is credited whatever asset it is of",
        domain: Access,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [20],
        references: ["SCWE-075", "SCWE-095", "OWASP SC05:2026"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let host = &cx.facts.host;
    let mut findings = Vec::new();
    for method in cx.facts.methods.iter().filter(|m| open_to_all(m)) {
        let graph = &method.graph;
        let Some(read) = paid_in_any_asset(method, host) else {
            continue;
        };
        let open = |node: Node| {
            graph.reaches(read, node)
                && matches!(standing(graph, node), Standing::Open | Standing::Named(_))
        };
        let credit = graph
            .effects()
            .find(|(node, effect)| credits(effect) && open(*node) && !compared(method, *node));
        let sale = || {
            graph
                .effects()
                .find(|(node, effect)| sells(method, *node, effect) && open(*node))
        };
        let told = match credit {
            Some((node, effect)) => {
                let name = effect
                    .key()
                    .map_or_else(String::new, |k| name_in(k, method));
                let message = format!("{name} is credited with a payment in whatever asset");
                Some((node, message, format!("{name} grows by the amount"), name))
            }
            None => sale().map(|(node, effect)| {
                let message = "assets are sold for a payment in whatever asset".to_owned();
                let event = "what was bought goes out".to_owned();
                (node, message, event, effect.host_function.clone())
            }),
        };
        let Some((node, message, event, subject)) = told else {
            continue;
        };
        let finding = Finding::new(&UNCHECKED_PAYMENT_ASSET, method, message, subject)
            .then(
                method,
                read,
                "what came with the call is read, of any asset",
            )
            .here(method, node, event)
            .note("nothing on the way compares the asset")
            .help(remedy(&host.id, Remedy::Asset));
        findings.push(doubt(finding, method, node));
    }
    findings
}

/// Whether assets other than those that came go to the caller, once the amount that came was held against a price.
fn sells(method: &Method, node: Node, effect: &Effect) -> bool {
    let graph = &method.graph;
    let to = effect.operand("account").or(effect.operand("contract"));
    let to_caller = to.is_some_and(|to| to.labels() == [Label::Caller].into());
    let own = assets(effect).is_some_and(|assets| {
        let labels = assets.labels();
        !labels.is_empty() && !labels.contains(&Label::AttachedValue)
    });
    if !effect.is(EffectKind::ValueTransfer) || !to_caller || !own {
        return false;
    }
    let priced = |p: &Predicate| {
        let labels = p.labels();
        labels.contains(&Label::AttachedValue)
            && labels.iter().any(|l| matches!(l, Label::Storage(_)))
    };
    // Numbers of any size are compared by the host, which answers with a number; names are compared as they are.
    let by_answer = |p: &Predicate| {
        let zero = |c: &Content| c.as_constant().is_some_and(|b| b.iter().all(|x| *x == 0));
        p.relation == Relation::Order || zero(&p.right) || zero(&p.left)
    };
    let mut asked = graph.nodes.iter().filter_map(|(n, data)| match &data.kind {
        NodeKind::Branch(branch) if graph.reaches(n, node) => Some(branch),
        _ => None,
    });
    let by_amount = graph
        .checks(node)
        .iter()
        .any(|(_, branch)| branch.predicates.iter().any(|p| priced(p) && by_answer(p)));
    let by_asset = asked.any(|branch| {
        branch.predicates.iter().any(|p| {
            let names = names_asset(&p.left) || names_asset(&p.right);
            let came = p.labels().contains(&Label::AttachedValue);
            p.relation == Relation::Equal
                && came
                && !by_answer(p)
                && (names || p.labels().len() > 1)
        })
    });
    by_amount && !by_asset
}

/// Where a method reads payments that can be of any asset.
fn paid_in_any_asset(method: &Method, host: &HostModel) -> Option<Node> {
    method
        .graph
        .effects_of(EffectKind::AttachedValueRead)
        .find(|(_, effect)| {
            host.functions
                .iter()
                .filter(|f| f.shown() == effect.host_function)
                .any(|f| {
                    f.args
                        .iter()
                        .any(|a| a.what == "token-transfers" || a.what == "token-id")
                })
        })
        .map(|(node, _)| node)
}

/// Whether a write adds the attached amount to what is stored, under a key that does not tell assets apart.
fn credits(effect: &Effect) -> bool {
    let by_asset = |e: &Effect| {
        e.key()
            .is_some_and(|k| k.labels_through_digests().contains(&Label::AttachedValue))
    };
    // Where it is not known which entry it is, neither is whether there is one for each asset.
    let vague = |piece: &Piece| matches!(piece, Piece::Hole { labels, .. } if labels.is_empty());
    let Some(key) = effect.key().filter(|k| !k.pieces.iter().any(vague)) else {
        return false;
    };
    writes(effect)
        && !by_asset(effect)
        && effect.operand("storage-value").is_some_and(|value| {
            value.pieces.iter().any(|piece| match piece {
                Piece::Hole { labels, .. } => {
                    labels.contains(&Label::AttachedValue)
                        && labels
                            .iter()
                            .any(|l| matches!(l, Label::Storage(of) if may_alias(of, key)))
                }
                Piece::Const(_) => false,
            })
        })
}

/// Whether a constant is the name of an asset, rather than a number.
fn names_asset(content: &Content) -> bool {
    content
        .as_constant()
        .is_some_and(|bytes| bytes.len() >= 3 && bytes.iter().all(u8::is_ascii_graphic))
}

/// Whether something that came with the call is compared on the way to a node. Not on every way: there may be nothing
/// to compare.
fn compared(method: &Method, node: Node) -> bool {
    let graph = &method.graph;
    let loops = graph.loops();
    graph.nodes.iter().any(|(decision, data)| {
        let NodeKind::Branch(branch) = &data.kind else {
            return false;
        };
        // An SDK that reads a list of payments tells coins and tokens apart as it goes.
        let each = loops.iter().any(|l| l.contains(decision));
        graph.reaches(decision, node)
            && branch.predicates.iter().any(|p| {
                let labels = p.labels();
                p.relation == Relation::Equal
                    && labels.contains(&Label::AttachedValue)
                    && (labels.len() > 1
                        || !each && (names_asset(&p.left) || names_asset(&p.right)))
            })
    })
}
