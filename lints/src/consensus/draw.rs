//! Lots that a contract draws, and what they decide.

use contract_lint_analyzer::facts::{Content, Effect, EffectGraph, Label, Labels, Node, NodeKind};
use contract_lint_analyzer::host::EffectKind;

/// What a lot is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The time, height or hash of a block, which everybody knows or whoever makes the block chooses.
    Block,
    /// Chain randomness, known within the transaction.
    Chain,
}

/// A lot that decides over a payout.
pub(super) struct Lot {
    pub source: Source,
    /// Where it decides.
    pub decision: Node,
    /// The payout.
    pub payout: Node,
}

/// What a content is drawn from, if it is a lot.
pub(super) fn drawn_from(content: &Content) -> Option<Source> {
    source(&content.labels())
}

fn source(labels: &Labels) -> Option<Source> {
    if !labels.contains(&Label::Drawn) {
        return None;
    }
    let mut all = labels.clone();
    for label in labels {
        if let Label::Digest(input) = label {
            all.extend(input.labels_through_digests());
        }
    }
    // What only its author knows until it is shown makes a lot that nobody can foresee.
    let secret = |l: &Label| matches!(l, Label::Param(_) | Label::Input | Label::CallResult);
    if all.iter().any(secret) {
        return None;
    }
    let stirred = all.contains(&Label::Time) && all.iter().any(is_stirred_in);
    if all.contains(&Label::Randomness) {
        Some(Source::Chain)
    } else if all.contains(&Label::BlockInfo) || hashed_time(labels) || stirred {
        Some(Source::Block)
    } else {
        None
    }
}

/// What people add to the time to draw lots from it. The time alone, or with stored times, by remainder, is a calendar.
fn is_stirred_in(label: &Label) -> bool {
    matches!(
        label,
        Label::Caller | Label::Origin | Label::Balance | Label::AttachedValue
    )
}

fn hashed_time(labels: &Labels) -> bool {
    labels.iter().any(|label| {
        matches!(label, Label::Digest(input) if input.labels_through_digests().contains(&Label::Time))
    })
}

/// Whether an effect pays: moves assets, makes them, or calls other code with what it does next.
fn pays(effect: &Effect) -> bool {
    effect.is(EffectKind::ValueTransfer)
        || effect.is(EffectKind::AssetMintBurn)
        || effect.is(EffectKind::ExternalCall)
        || effect.is(EffectKind::ExternalCallAsync)
}

/// The lots of a method that decide whether something is paid, how much, or to whom.
pub(super) fn lots(graph: &EffectGraph) -> Vec<Lot> {
    let payouts: Vec<(Node, &Effect)> = graph.effects().filter(|(_, e)| pays(e)).collect();
    let mut lots = Vec::new();
    for (node, data) in graph.nodes.iter() {
        let NodeKind::Branch(branch) = &data.kind else {
            continue;
        };
        let sides = branch.predicates.iter().flat_map(|p| [&p.left, &p.right]);
        let Some(source) = sides.filter_map(drawn_from).next() else {
            continue;
        };
        // A payout on one way and not on another.
        let decided = payouts.iter().find(|(payout, _)| {
            let ways = data
                .succs
                .iter()
                .map(|s| s == payout || graph.reaches(*s, *payout));
            let (mut some, mut all) = (false, true);
            for way in ways {
                some |= way;
                all &= way;
            }
            some && !all
        });
        if let Some((payout, _)) = decided {
            lots.push(Lot {
                source,
                decision: node,
                payout: *payout,
            });
        }
    }
    for (node, effect) in payouts {
        let decides = effect.operands.iter().find_map(|operand| {
            let content = &operand.content;
            drawn_from(content).or_else(|| {
                // Who is paid stands under a key that was drawn.
                content.labels().iter().find_map(|label| match label {
                    Label::Storage(key) => drawn_from(key),
                    _ => None,
                })
            })
        });
        if let Some(source) = decides {
            lots.push(Lot {
                source,
                decision: node,
                payout: node,
            });
        }
    }
    lots
}
