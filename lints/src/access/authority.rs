//! Who may cause an effect: the questions that the lints of this domain share.

use contract_lint_analyzer::facts::{
    Content, EffectGraph, Guard, Label, Labels, Method, Node, NodeKind, Piece, Predicate, Reason,
    Relation, Strength,
};
use contract_lint_analyzer::host::{Dispatch, EffectKind, HostModel};

use crate::events::is_argument;
use crate::finding::Finding;
use crate::keys::argument_names;
use crate::lint::Confidence;

/// How an effect stands towards strangers.
#[derive(Debug)]
pub(super) enum Standing {
    /// Only someone the contract knows can cause it.
    Guarded,
    /// Only the signer is asked for, whoever calls for them.
    Origin(Guard),
    /// An account must agree or be the caller, but which is said by the caller.
    Named(Guard),
    /// Anyone can cause it.
    Open,
}

/// How the effect at a node stands towards strangers.
pub(super) fn standing(graph: &EffectGraph, node: Node) -> Standing {
    if proven(graph, node) {
        return Standing::Guarded;
    }
    match graph.guard(node) {
        Some(guard) => match guard.strength {
            Strength::Known | Strength::SelfCall | Strength::Member => Standing::Guarded,
            Strength::Origin => Standing::Origin(guard),
            Strength::Argument => Standing::Named(guard),
            Strength::Holder => Standing::Open,
        },
        None => Standing::Open,
    }
}

/// Whether a signature is verified before a node: whoever has the key may do it.
pub(super) fn proven(graph: &EffectGraph, node: Node) -> bool {
    graph.dominators(node).any(|d| {
        graph.effect(d).is_some_and(|e| {
            e.is(EffectKind::SignatureVerify) || e.is(EffectKind::SignatureRecover)
        })
    })
}

/// A check that a node depends on, or that undoes it, and that compares what is not known for equality, after somebody's
/// identity was asked for: it may be one of them.
fn unread_check(graph: &EffectGraph, node: Node) -> Option<Node> {
    let asks = |n: Node| {
        graph.effect(n).is_some_and(|e| {
            e.is(EffectKind::CallerIdentityRead) || e.is(EffectKind::OriginIdentityRead)
        })
    };
    let of_caller = |side: &Content| {
        let labels = side.labels();
        !labels.is_empty() && labels.iter().all(|l| matches!(l, Label::Caller))
    };
    let checks = graph.checks(node).into_iter();
    let mut checks = checks.chain(graph.late_checks(node));
    checks.find_map(|(check, branch)| {
        let unread = branch.predicates.iter().any(|p| {
            let sides = [(&p.left, &p.right), (&p.right, &p.left)];
            p.relation == Relation::Equal
                && sides.iter().any(|(one, other)| {
                    one.is_unknown() && (other.is_unknown() || of_caller(other))
                })
        });
        (unread && graph.dominators(check).any(asks)).then_some(check)
    })
}

/// Whether something that was not followed may come before a node, a guard among it.
pub(super) fn sure(method: &Method, node: Node) -> bool {
    let graph = &method.graph;
    let cut_short = method
        .reasons
        .iter()
        .any(|r| matches!(r, Reason::Limit(_) | Reason::NotLifted(_)));
    !cut_short
        && !graph
            .nodes
            .iter()
            .any(|(n, data)| matches!(data.kind, NodeKind::Unknown(_)) && graph.reaches(n, node))
}

/// Whether a method stands for all that its export dispatches to, because they were not told apart. Its arguments are
/// those of several methods.
pub(super) fn lumped(method: &Method, host: &HostModel) -> bool {
    method.selector.is_none()
        && matches!(
            host.dispatch,
            Dispatch::Selector4 | Dispatch::ApplyName | Dispatch::JsonVariant
        )
}

/// What is said of an effect in code that was not followed wholly.
pub(super) fn doubt(finding: Finding, method: &Method, node: Node) -> Finding {
    if !sure(method, node) {
        return finding
            .at_most(Confidence::Low)
            .note("a part of the method was not analysed; a check may be there");
    }
    match unread_check(&method.graph, node) {
        Some(check) => finding
            .at_most(Confidence::Low)
            .note("what is compared there could not be followed; it may be the caller")
            .first(method, check, "a check stands here"),
        None => finding,
    }
}

/// What the guards on the way are worth, as notes.
pub(super) fn explain(finding: Finding, method: &Method, node: Node) -> Finding {
    let graph = &method.graph;
    if let Some(guard) = graph.guard(node) {
        return match guard.strength {
            Strength::Argument => finding
                .note(format!(
                    "the account that must agree, {}, is named by the caller: anyone can name their own",
                    argument_names(&guard.subject.labels_through_digests(), method)
                ))
                .first(method, guard.node, "this asks an account that the caller names"),
            Strength::Holder => {
                finding.note("the caller's holdings are tested, which says nothing of their rights")
            }
            _ => finding,
        };
    }
    match graph.avoidable_guards(node, Strength::Member).first() {
        Some(guard) => finding
            .note("a guard is there, but not on every way to this place")
            .first(method, guard.node, "this guard is passed by on another way"),
        None => finding.note("nothing on the way to this place speaks of who calls"),
    }
}

/// Whether data comes from the call's arguments, and from nothing else.
pub(super) fn only_arguments(labels: &Labels) -> bool {
    !labels.is_empty()
        && labels
            .iter()
            .all(|l| is_argument(l) || *l == Label::Selector)
        && labels.iter().any(is_argument)
}

/// Whether what is written holds a value that the caller chose as it is, or is the caller: a part of it comes from the
/// arguments or the caller's identity alone.
pub(super) fn chosen(value: &Content) -> bool {
    value.pieces.iter().any(|piece| match piece {
        Piece::Hole { labels, .. } => {
            !labels.is_empty()
                && labels
                    .iter()
                    .all(|l| is_argument(l) || matches!(l, Label::Caller | Label::Origin))
        }
        Piece::Const(_) => false,
    })
}

/// Whether what is written is made from what was stored under this key: a counter, a list that grows, or an entry of which
/// other fields stay.
pub(super) fn from_itself(value: &Content, key: &Content) -> bool {
    value
        .labels_through_digests()
        .iter()
        .any(|label| matches!(label, Label::Storage(of) if of.may_equal(key)))
}

/// Whether what came with the call is measured before a node. That nothing came is no payment.
pub(super) fn is_paid(method: &Method, node: Node) -> bool {
    let checks = method.graph.checks(node);
    checks.iter().any(|(_, branch)| {
        branch.predicates.iter().any(|p| {
            let measured = p.relation != Relation::Truth
                && p.right
                    .as_constant()
                    .is_none_or(|b| b.iter().any(|b| *b != 0));
            measured && p.labels().contains(&Label::AttachedValue)
        })
    })
}

/// Whether it is only asked whether anything came with the call, as methods do that take no payment.
pub(super) fn asks_for_payment_alone(predicate: &Predicate) -> bool {
    let is_payment = |side: &Content| side.labels() == Labels::from([Label::AttachedValue]);
    let is_zero = |side: &Content| {
        side.as_constant()
            .is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0))
    };
    let Predicate { left, right, .. } = predicate;
    is_payment(left) && is_zero(right) || is_zero(left) && is_payment(right)
}
