//! Guards: what must hold before an effect happens, and how much that says about who may cause it.

use super::{Branch, Content, EffectGraph, Label, Labels, Node, Piece, Predicate, Relation};
use crate::host::EffectKind;

/// How much a guard says about who may pass it. Ordered: the last is the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// The caller is looked up, and something found: in a list of members, or with a balance.
    Member,
    /// The caller equals an argument of the call, or the subject of an argument agreed.
    Argument,
    /// The transaction's signer (rather than the caller) equals something kept or constant.
    Origin,
    /// The contract itself is the caller.
    SelfCall,
    /// The caller equals something kept in storage or constant, or such an account agreed.
    Known,
}

/// A guard found before an effect.
#[derive(Debug, Clone)]
pub struct Guard {
    /// The deciding branch, or the authorising call.
    pub node: Node,
    /// How strong it is.
    pub strength: Strength,
    /// The subject of the guard, where it is not simply the caller: the argument or the key that it rests on.
    pub subject: Content,
}

impl EffectGraph {
    /// The guards that every path to a node passes and that speak of who calls, the strongest first.
    pub fn guards(&self, node: Node) -> Vec<Guard> {
        let mut guards: Vec<Guard> = Vec::new();
        for dominator in self.dominators(node) {
            if let Some(effect) = self.effect(dominator)
                && effect.is(EffectKind::AuthCheck)
            {
                let subject = effect
                    .operand("account")
                    .or_else(|| effect.operands.first().map(|o| &o.content))
                    .cloned()
                    .unwrap_or_default();
                guards.push(Guard {
                    node: dominator,
                    strength: strength_of_subject(&subject),
                    subject,
                });
            }
        }
        for (node, branch) in self.checks(node) {
            if let Some((strength, subject)) = branch.strength() {
                guards.push(Guard {
                    node,
                    strength,
                    subject,
                });
            }
        }
        guards.sort_by(|a, b| b.strength.cmp(&a.strength).then(a.node.cmp(&b.node)));
        guards
    }

    /// The strongest guard before a node.
    pub fn guard(&self, node: Node) -> Option<Guard> {
        self.guards(node).into_iter().next()
    }
}

impl Branch {
    /// How much this decision says about who calls; `None` if nothing. With what the caller is held against.
    pub fn strength(&self) -> Option<(Strength, Content)> {
        self.predicates
            .iter()
            .filter_map(Predicate::strength)
            .max_by(|a, b| a.0.cmp(&b.0))
    }

    /// Where the data that decides comes from.
    pub fn labels(&self) -> Labels {
        self.predicates.iter().flat_map(Predicate::labels).collect()
    }
}

impl Predicate {
    /// Where the compared data comes from.
    pub fn labels(&self) -> Labels {
        let mut labels = self.left.labels_through_digests();
        labels.extend(self.right.labels_through_digests());
        labels
    }

    fn strength(&self) -> Option<(Strength, Content)> {
        let labels = self.labels();
        let answered = labels.iter().find_map(|label| match label {
            Label::AuthAnswer(subject) => Some(subject),
            _ => None,
        });
        if let Some(subject) = answered {
            return Some((strength_of_subject(subject), (**subject).clone()));
        }
        let other = |identity: &Label| {
            // The side that is not the identity; for a truth, all of it.
            if self.left.labels().contains(identity) && !self.right.pieces.is_empty() {
                self.right.clone()
            } else {
                self.left.clone()
            }
        };
        let rest = |identity: &Label| labels.iter().any(|l| l != identity);
        if labels.contains(&Label::Caller) {
            let against = other(&Label::Caller);
            let strength = if labels.contains(&Label::SelfIdentity) {
                Strength::SelfCall
            } else if labels
                .iter()
                .any(|l| matches!(l, Label::Storage(_) | Label::Chain))
            {
                Strength::Known
            } else if is_argument(&labels) {
                Strength::Argument
            } else if self.relation == Relation::Equal && !rest(&Label::Caller) {
                Strength::Known
            } else {
                Strength::Member
            };
            return Some((strength, against));
        }
        if labels.contains(&Label::Origin) {
            return Some((Strength::Origin, other(&Label::Origin)));
        }
        // What is kept under a key that holds the caller's identity.
        let membership = labels.iter().any(|label| match label {
            Label::Storage(key) => {
                let key = key.labels_through_digests();
                key.contains(&Label::Caller)
            }
            _ => false,
        });
        membership.then(|| (Strength::Member, Content::default()))
    }
}

fn is_argument(labels: &Labels) -> bool {
    labels
        .iter()
        .any(|l| matches!(l, Label::Param(_) | Label::Input))
}

/// How much the agreement of an account says, by where its name comes from.
fn strength_of_subject(subject: &Content) -> Strength {
    let labels = subject.labels_through_digests();
    if labels.iter().any(|l| matches!(l, Label::Storage(_)))
        || subject.pieces.iter().all(|p| matches!(p, Piece::Const(_)))
    {
        Strength::Known
    } else if labels.contains(&Label::SelfIdentity) {
        Strength::SelfCall
    } else if labels.contains(&Label::Caller) {
        Strength::Member
    } else {
        Strength::Argument
    }
}
