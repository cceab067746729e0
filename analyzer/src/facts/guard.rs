//! Guards: what must hold before an effect happens, and how much that says about who may cause it.

use super::{
    Branch, Content, EffectGraph, Label, Labels, Node, NodeKind, Piece, Predicate, Relation,
};
use crate::entity::Entity;
use crate::host::EffectKind;

/// How much a guard says about who may pass it. Ordered: the last is the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// What is kept for the caller is large enough: a balance, an allowance.
    Holder,
    /// The caller equals an argument of the call, or the subject of an argument agreed.
    Argument,
    /// The caller is looked up, and found: in a list of members, with a role.
    Member,
    /// The transaction's signer (rather than the caller) equals something kept or constant.
    Origin,
    /// The contract itself is the caller.
    SelfCall,
    /// The caller equals something kept in storage or constant, or such an account agreed.
    Known,
}

impl Strength {
    /// From the strongest to the weakest.
    const DESCENDING: [Strength; 6] = [
        Strength::Known,
        Strength::SelfCall,
        Strength::Origin,
        Strength::Member,
        Strength::Argument,
        Strength::Holder,
    ];
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

/// The guards of a graph, and how far those come who pass none of them.
#[derive(Debug, Clone)]
pub(super) struct Wards {
    /// Everything that speaks of who calls, in the order of nodes.
    speaking: Vec<Guard>,
    /// For each strength, from the strongest: what keeps strangers out.
    levels: Vec<Level>,
    /// Decisions that hold an account that agreed, or that equals the caller, against what is stored.
    binding: Vec<Guard>,
    /// What keeps out those who are neither known nor bound in this way.
    bound: Option<Level>,
}

#[derive(Debug, Clone)]
struct Level {
    /// Which of the nodes stop those who are not let through.
    closed: Vec<bool>,
    /// Where those come who pass none of these.
    open: Vec<bool>,
}

impl EffectGraph {
    /// The guards of a node that speak of who calls, the strongest first. There is no way to the node that avoids them all,
    /// or none from there to a normal end; where several stand beside each other (`owner` or `admin`), they count together.
    pub fn guards(&self, node: Node) -> Vec<Guard> {
        let wards = self.wards();
        let mut guards = Vec::new();
        let mut rest: Vec<&Guard> = wards.speaking.iter().collect();
        for (strength, level) in Strength::DESCENDING.iter().zip(&wards.levels) {
            let (here, weaker): (Vec<&Guard>, Vec<&Guard>) =
                rest.into_iter().partition(|g| g.strength == *strength);
            rest = weaker;
            if level.open[node.index()] {
                continue;
            }
            guards.extend(
                here.into_iter()
                    .filter(|g| {
                        let passed = self.reaches(g.node, node) || self.reaches(node, g.node);
                        level.closed[g.node.index()] && passed
                    })
                    .map(|g| self.raised(g, node)),
            );
        }
        guards.sort_by(|a, b| b.strength.cmp(&a.strength).then(a.node.cmp(&b.node)));
        guards
    }

    /// The strongest guard before a node.
    pub fn guard(&self, node: Node) -> Option<Guard> {
        self.guards(node).into_iter().next()
    }

    /// Guards of at least this strength on some ways to a node, while others avoid them.
    pub fn avoidable_guards(&self, node: Node, at_least: Strength) -> Vec<Guard> {
        let wards = self.wards();
        let Some(level) = Strength::DESCENDING
            .iter()
            .position(|s| *s == at_least)
            .and_then(|i| wards.levels.get(i))
        else {
            return Vec::new();
        };
        if !level.open[node.index()] {
            return Vec::new();
        }
        wards
            .speaking
            .iter()
            .filter(|g| {
                g.strength >= at_least && level.closed[g.node.index()] && self.reaches(g.node, node)
            })
            .cloned()
            .collect()
    }

    /// The decisions whose data speaks of who calls, whether or not they keep anybody out.
    pub fn identity_decisions(&self) -> impl Iterator<Item = &Guard> {
        self.wards().speaking.iter()
    }

    /// The decisions that hold an account that agreed, or that equals the caller, against what is stored; what it is held
    /// against is the subject.
    pub fn binding_decisions(&self) -> &[Guard] {
        &self.wards().binding
    }

    fn wards(&self) -> &Wards {
        self.wards.get_or_init(|| Wards::of(self))
    }

    /// A guard whose subject the caller names is as strong as what that subject is then held against: an account that
    /// agreed and equals the stored owner is the owner.
    fn raised(&self, guard: &Guard, node: Node) -> Guard {
        let mut raised = guard.clone();
        let bound = self.wards().bound.as_ref();
        if guard.strength == Strength::Argument && bound.is_some_and(|b| !b.open[node.index()]) {
            raised.strength = Strength::Known;
        }
        raised
    }
}

impl Wards {
    fn of(graph: &EffectGraph) -> Wards {
        let speaking: Vec<Guard> = graph
            .nodes
            .iter()
            .filter_map(|(node, data)| {
                let (strength, subject) = match &data.kind {
                    NodeKind::Effect(effect) if effect.is(EffectKind::AuthCheck) => {
                        let subject = effect
                            .operand("account")
                            .or_else(|| effect.operands.first().map(|o| &o.content))
                            .cloned()
                            .unwrap_or_default();
                        (strength_of_subject(&subject), subject)
                    }
                    NodeKind::Branch(branch) => branch.strength()?,
                    _ => return None,
                };
                Some(Guard {
                    node,
                    strength,
                    subject,
                })
            })
            .collect();
        let mut levels: Vec<Level> = Vec::with_capacity(Strength::DESCENDING.len());
        for strength in Strength::DESCENDING {
            let level = match levels.last() {
                // No guard of just this strength: nothing more is kept out than by the stronger ones.
                Some(stronger) if !speaking.iter().any(|g| g.strength == strength) => {
                    stronger.clone()
                }
                _ => Level::of(graph, speaking.iter().filter(|g| g.strength >= strength)),
            };
            levels.push(level);
        }
        let binding = binding(graph, &speaking);
        let bound = (!binding.is_empty()).then(|| {
            let known = speaking.iter().filter(|g| g.strength == Strength::Known);
            Level::of(graph, known.chain(&binding))
        });
        Wards {
            speaking,
            levels,
            binding,
            bound,
        }
    }
}

/// The decisions that hold a subject of these guards against what is stored.
fn binding(graph: &EffectGraph, speaking: &[Guard]) -> Vec<Guard> {
    let named: Labels = speaking
        .iter()
        .filter(|g| g.strength == Strength::Argument)
        .flat_map(|g| g.subject.labels_through_digests())
        .filter(|l| matches!(l, Label::Param(_) | Label::Input))
        .collect();
    if named.is_empty() {
        return Vec::new();
    }
    let mut binding = Vec::new();
    for (node, data) in graph.nodes.iter() {
        let NodeKind::Branch(branch) = &data.kind else {
            continue;
        };
        if let Some(predicate) = branch.predicates.iter().find(|p| p.binds(&named)) {
            binding.push(Guard {
                node,
                strength: Strength::Known,
                subject: Content::hole(predicate.labels(), None),
            });
        }
    }
    binding
}

impl Level {
    /// A decision keeps strangers out if one of its ways leads them to nothing that lasts. What stands behind another
    /// guard is nothing to them either, so this is repeated until no more guards are found to close.
    fn of<'a>(graph: &EffectGraph, guards: impl Iterator<Item = &'a Guard>) -> Level {
        let mut closed = vec![false; graph.nodes.len()];
        let mut decisions: Vec<Node> = Vec::new();
        for guard in guards {
            if graph.effect(guard.node).is_some() {
                closed[guard.node.index()] = true;
            } else {
                decisions.push(guard.node);
            }
        }
        loop {
            let acts = acts_avoiding(graph, &closed);
            let before = decisions.len();
            decisions.retain(|node| {
                let succs = &graph.nodes[*node].succs;
                let closes = succs.iter().any(|s| !acts[s.index()] || closed[s.index()]);
                if closes {
                    closed[node.index()] = true;
                }
                !closes
            });
            if decisions.len() == before {
                break;
            }
        }
        let mut open = vec![false; graph.nodes.len()];
        let mut todo = vec![graph.entry()];
        while let Some(node) = todo.pop() {
            if node.index() >= open.len() || std::mem::replace(&mut open[node.index()], true) {
                continue;
            }
            if !closed[node.index()] {
                todo.extend(&graph.nodes[node].succs);
            }
        }
        let lasting = returns_avoiding(graph, &closed);
        for (open, lasting) in open.iter_mut().zip(lasting) {
            *open &= lasting;
        }
        Level { closed, open }
    }
}

/// From where the method can end normally without passing a closed node that can still make it abort. What happens where it
/// cannot is undone for those who are not let through: a check that comes after an effect is one of it, too.
fn returns_avoiding(graph: &EffectGraph, closed: &[bool]) -> Vec<bool> {
    let turns_away = |node: Node| {
        let data = &graph.nodes[node];
        closed[node.index()]
            && match &data.kind {
                NodeKind::Branch(branch) => {
                    let identifies = |p: &Predicate| p.is_plain() && p.strength().is_some();
                    let mut succs = data.succs.iter();
                    branch.predicates.iter().any(identifies)
                        && succs.any(|succ| !graph.returns_from(*succ))
                }
                _ => true,
            }
    };
    let mut returns = vec![false; graph.nodes.len()];
    let mut todo: Vec<Node> = graph
        .nodes
        .iter()
        .filter(|(_, data)| matches!(data.kind, NodeKind::Return | NodeKind::Unknown(_)))
        .map(|(node, _)| node)
        .collect();
    while let Some(node) = todo.pop() {
        if !turns_away(node) && !std::mem::replace(&mut returns[node.index()], true) {
            todo.extend(graph.preds(node));
        }
    }
    returns
}

/// From where something that lasts can be reached without passing a closed node.
fn acts_avoiding(graph: &EffectGraph, closed: &[bool]) -> Vec<bool> {
    let mut acts = vec![false; graph.nodes.len()];
    let mut todo: Vec<Node> = graph
        .nodes
        .iter()
        .filter(|(_, data)| match &data.kind {
            NodeKind::Effect(effect) => effect.lasts(),
            NodeKind::Unknown(_) => true,
            _ => false,
        })
        .map(|(node, _)| node)
        .collect();
    while let Some(node) = todo.pop() {
        if !closed[node.index()] && !std::mem::replace(&mut acts[node.index()], true) {
            todo.extend(graph.preds(node));
        }
    }
    acts
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

    /// Whether each side is one thing: the caller, what is stored somewhere. What was made of many, such as a response, holds
    /// the caller without asking for them.
    fn is_plain(&self) -> bool {
        self.left.labels().len() <= 1 && self.right.labels().len() <= 1
    }

    /// Whether it holds an argument with one of these labels against what is stored or against the contract itself, or looks
    /// it up.
    fn binds(&self, named: &Labels) -> bool {
        if self.relation == Relation::Order {
            return false;
        }
        let labels = self.labels();
        let is_named = labels.iter().any(|l| named.contains(l));
        labels.iter().any(|label| match label {
            Label::Storage(key) => {
                is_named
                    || key
                        .labels_through_digests()
                        .iter()
                        .any(|l| named.contains(l))
            }
            Label::SelfIdentity => is_named && self.is_plain(),
            _ => false,
        })
    }

    /// How much this comparison says about who calls; `None` if nothing. With what the caller is held against.
    pub fn strength(&self) -> Option<(Strength, Content)> {
        let labels = self.labels();
        if labels.contains(&Label::Caller) && labels.contains(&Label::Origin) {
            // That nobody stands between signer and contract says nothing of who they are.
            return None;
        }
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
        // What is only smaller or greater is a length or an amount, no identity.
        let same = self.relation != Relation::Order;
        if same && labels.contains(&Label::Caller) {
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
            } else if self.relation == Relation::Truth {
                Strength::Member
            } else if is_identity(&against) {
                Strength::Known
            } else {
                // A length, a tag, the account of nobody.
                return None;
            };
            return Some((strength, against));
        }
        if same && labels.contains(&Label::Origin) {
            let against = other(&Label::Origin);
            let is_held = labels
                .iter()
                .any(|l| matches!(l, Label::Storage(_) | Label::Chain))
                || is_argument(&labels)
                || self.relation == Relation::Equal && is_identity(&against);
            // Otherwise a length or a tag.
            return is_held.then_some((Strength::Origin, against));
        }
        // What is kept under a key that holds the caller's identity.
        let membership = labels.iter().any(|label| match label {
            Label::Storage(key) => {
                let key = key.labels_through_digests();
                key.contains(&Label::Caller)
            }
            _ => false,
        });
        let strength = match self.relation {
            Relation::Order => Strength::Holder,
            _ => Strength::Member,
        };
        membership.then(|| (strength, Content::default()))
    }
}

/// Whether what an identity equals can be one: a constant that is no number.
fn is_identity(content: &Content) -> bool {
    let Some(bytes) = content.as_constant() else {
        return true;
    };
    let zeros = bytes.iter().filter(|b| **b == 0).count();
    bytes.len() >= 5 && zeros * 2 < bytes.len()
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
