//! `locked-value`.

use contract_lint_analyzer::facts::{Content, Effect, Facts, Label, Method, Node, Piece};
use contract_lint_analyzer::host::EffectKind;

use crate::declare_lint;
use crate::events::{name_of, step, writes};
use crate::finding::Finding;
use crate::lint::Context;

declare_lint! {
    /// ### What it does
    /// Looks for contracts that credit attached assets to somebody and have no method that can ever send anything.
    ///
    /// ### Why is this bad?
    /// What is paid in stays in for good.
    ///
    /// ### Example
    /// ```rust
    /// #[payable]
    /// pub fn deposit(&mut self) {
    ///     self.credit(&env::predecessor_account_id(), env::attached_deposit());
    /// }
    /// ```
    ///
    /// ### Use instead
    /// A method that pays back, guarded as it should be; or refuse attached assets.
    ///
    /// ### Known problems
    /// Contracts that were not analysed completely are left alone, as are those that can replace their code or run other
    /// code in their own name.
    pub LOCKED_VALUE {
        name: "locked-value",
        summary: "assets can be paid in, and never out",
        domain: SmartContract,
        severity: Medium,
        confidence: High,
        level: Warn,
        cwe: [404],
        references: ["SCWE-140", "SWC-132"],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = &cx.facts.methods;
    let unknown = methods.iter().any(|m| !m.reasons.is_empty());
    let pays_out = methods
        .iter()
        .any(|m| m.graph.effects().any(|(_, e)| can_send(e)));
    if unknown || pays_out || could_pay_out(cx.facts) {
        return Vec::new();
    }
    methods.iter().find_map(credited).into_iter().collect()
}

/// Whether the module imports something that can send, though no method was seen to use it; or what it sends is data in its
/// answer.
fn could_pay_out(facts: &Facts) -> bool {
    let imports = facts.module.funcs.keys().any(|func| {
        facts.module.import(func).is_some_and(|(space, name)| {
            let ty = facts.module.func_type(func);
            facts
                .host
                .function(space, name, ty)
                .is_none_or(|f| SENDING.iter().any(|kind| f.effects.contains(kind)))
        })
    });
    imports || !facts.host.responses.is_empty()
}

/// Whether an effect can move assets, or anything can come of it.
fn can_send(effect: &Effect) -> bool {
    SENDING.iter().any(|kind| effect.is(*kind))
}

/// Effects by which assets can leave.
const SENDING: &[EffectKind] = {
    use EffectKind as E;
    &[
        E::ValueTransfer,
        E::ExternalCall,
        E::ExternalCallAsync,
        E::Delegatecall,
        E::ContractCreate,
        E::CodeUpgrade,
        E::SelfDestruct,
        E::CrossChainSend,
        E::AssetMintBurn,
        E::ChainAdmin,
        E::Dispatch,
    ]
};

fn credited(method: &Method) -> Option<Finding> {
    let graph = &method.graph;
    let (write, effect): (Node, &Effect) = graph
        .effects()
        .find(|(_, e)| writes(e) && e.operand("storage-value").is_some_and(credits))?;
    let name = effect.key().map_or_else(|| "storage".to_owned(), name_of);
    let trace = vec![step(
        graph,
        write,
        format!("attached assets are credited to {name}"),
    )];
    Some(Finding {
        help: "add a method that pays out, or refuse attached assets".to_owned(),
        subject: name,
        ..Finding::traced(
            LOCKED_VALUE.meta,
            method,
            "assets that are paid in can never leave the contract",
            trace,
        )
    })
}

/// Whether attached assets are part of a value, by themselves: where the host hands them over together with the caller's
/// name, it may be that alone, and what nobody took apart from the rest of the input passed through the same buffer.
fn credits(value: &Content) -> bool {
    value.pieces.iter().any(|piece| match piece {
        Piece::Hole { labels, .. } => {
            labels.contains(&Label::AttachedValue)
                && !labels.contains(&Label::Caller)
                && !labels.contains(&Label::Input)
        }
        Piece::Const(_) => false,
    })
}
