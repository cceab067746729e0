//! Where a method makes data visible: the effects that do, and the sinks that the policy declares.

use contract_lint_analyzer::facts::{Content, Effect, EffectGraph, Method, Node, NodeKind};
use contract_lint_analyzer::host::EffectKind;

use crate::lint::Context;
use crate::policy::{Selector, SinkKind};

/// A place where a method makes data visible.
pub(super) struct Reached<'a> {
    pub node: Node,
    pub effect: &'a Effect,
    /// Who sees it.
    pub zone: String,
    /// What becomes visible: its meaning, and what is known of it.
    pub visible: Vec<(&'a str, &'a Content)>,
}

/// All places of one kind in a method.
pub(super) fn sinks<'a>(cx: &Context<'_>, method: &'a Method, kind: SinkKind) -> Vec<Reached<'a>> {
    let mut found = Vec::new();
    for (node, effect) in method.graph.effects() {
        if is_sink(&method.graph, node, effect, kind) {
            let visible = effect
                .operands
                .iter()
                .filter(|o| shows(kind, &o.what))
                .map(|o| (&*o.what, &o.content))
                .collect();
            let zone = match kind {
                SinkKind::Message => destination(cx, effect).1.to_owned(),
                _ => zone(cx).to_owned(),
            };
            found.push(Reached {
                node,
                effect,
                zone,
                visible,
            });
        }
        for sink in cx.policy.sinks.iter().filter(|sink| sink.kind == kind) {
            let Selector::Host(host) = &sink.select else {
                continue;
            };
            if let Some((what, content)) = host.argument(effect, &cx.facts.host) {
                found.push(Reached {
                    node,
                    effect,
                    zone: sink.zone.clone().unwrap_or_else(|| zone(cx).to_owned()),
                    visible: vec![(what, content)],
                });
            }
        }
    }
    found
}

fn is_sink(graph: &EffectGraph, node: Node, effect: &Effect, kind: SinkKind) -> bool {
    use EffectKind as E;
    if effect.is(E::ReturnData) {
        // Some hosts take errors as they take results.
        let fails = effect.operand("error-message").is_some() || aborts_then(graph, node);
        return kind
            == if fails {
                SinkKind::Error
            } else {
                SinkKind::Query
            };
    }
    let kinds: &[EffectKind] = match kind {
        SinkKind::State => &[E::StorageWrite],
        SinkKind::Event => &[E::EventLog],
        SinkKind::Query => &[],
        SinkKind::Message => &[
            E::ExternalCall,
            E::ExternalCallAsync,
            E::ExternalCallReadonly,
            E::Delegatecall,
            E::ContractCreate,
            E::CrossChainSend,
        ],
        SinkKind::Error => &[E::PanicAbort],
        SinkKind::NodeLog => &[E::DebugLog],
        SinkKind::Artifact | SinkKind::Parameter => &[],
    };
    kinds.iter().any(|k| effect.is(*k))
}

/// Whether what is done at a node is undone at once: what was returned says why.
fn aborts_then(graph: &EffectGraph, node: Node) -> bool {
    let next = &graph.nodes[node].succs;
    let aborts = |next: &Node| matches!(graph.nodes[*next].kind, NodeKind::Trap);
    !next.is_empty() && next.iter().all(aborts)
}

/// Whether an operand of that meaning becomes visible as the data of a sink, rather than saying where it goes.
fn shows(kind: SinkKind, what: &str) -> bool {
    match kind {
        SinkKind::State => matches!(
            what,
            // Statements of a database hold what they store.
            "storage-key"
                | "storage-field"
                | "storage-value"
                | "storage-entry"
                | "secondary-key"
                | "query"
        ),
        SinkKind::Message => !matches!(
            what,
            "contract"
                | "account"
                | "amount"
                | "gas"
                | "method-name"
                | "code"
                | "code-hash"
                | "token-id"
                | "call-flags"
        ),
        _ => true,
    }
}

/// Where a message goes, as far as the code says, and the zone of that place.
pub(super) fn destination<'a>(cx: &Context<'a>, effect: &Effect) -> (Option<String>, &'a str) {
    let name = ["destination", "contract", "account"]
        .iter()
        .find_map(|what| effect.operand(what))
        .and_then(Content::as_constant)
        .filter(|bytes| !bytes.is_empty())
        .map(|bytes| match std::str::from_utf8(bytes) {
            Ok(text) => text.trim_end_matches('\0').to_owned(),
            Err(_) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
        });
    let zone = cx
        .policy
        .zone_of_contract(name.as_deref().unwrap_or_default());
    (name, zone)
}

/// The zone in which the contract runs.
pub(super) fn zone<'a>(cx: &Context<'a>) -> &'a str {
    cx.policy.zone(cx.facts.host.public)
}
