//! Sets of labels: where data comes from.

use std::hash::Hash;
use std::rc::Rc;

use super::{Arena, Bytes, Kind, LabelId, LabelSet, Pred, ValData, merge};
use crate::facts::Seal;

/// [`crate::facts::Label`] with interned contents.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Label {
    Selector,
    FirstReceiver,
    Param(u32),
    Input,
    Caller,
    Origin,
    SelfIdentity,
    AttachedValue,
    Time,
    BlockInfo,
    Randomness,
    Storage(Bytes),
    CallResult,
    Balance,
    AuthAnswer(Bytes),
    Digest(Bytes),
    Sealed(Seal, Bytes),
    Marked(u32),
    Chain,
    Outcome(u32),
    Quotient(Bytes),
    Rescaled,
    Unchecked,
    Drawn,
    /// The length of an example's text, or computed from it. See [`Arena::decides_order`].
    Length,
    /// A number that stands for one of which nothing is known, while a response is read.
    MadeUp,
}

impl Arena {
    /// Whether what has these labels is the framing of an example: the same whatever the data.
    pub(crate) fn is_framing(&self, labels: LabelSet) -> bool {
        self.label_list(labels).eq([Label::Input])
    }

    pub(crate) fn label(&mut self, label: Label) -> LabelSet {
        let id = self.labels.intern(label);
        for new in self.singletons.len() as u32..=id {
            let set = self.sets.intern(Rc::from([LabelId(new)]));
            self.singletons.push(LabelSet(set));
        }
        self.singletons[id as usize]
    }

    pub(crate) fn label_list(&self, set: LabelSet) -> impl Iterator<Item = Label> + '_ {
        self.sets.items[set.0 as usize]
            .iter()
            .map(|id| self.labels.items[id.0 as usize])
    }

    pub(crate) fn union(&mut self, a: LabelSet, b: LabelSet) -> LabelSet {
        if a == b || b == LabelSet::NONE {
            return a;
        }
        if a == LabelSet::NONE {
            return b;
        }
        let key = (a.min(b), a.max(b));
        if let Some(union) = self.unions.get(&key) {
            return *union;
        }
        let union = merge(
            &self.sets.items[a.0 as usize],
            &self.sets.items[b.0 as usize],
        );
        let union = LabelSet(self.sets.intern(union.into()));
        self.unions.insert(key, union);
        union
    }

    /// Where the length of a text comes from that comes from there.
    pub(crate) fn of_length(&mut self, labels: LabelSet) -> LabelSet {
        if !self.marks_lengths {
            return labels;
        }
        let length = self.label(Label::Length);
        self.union(labels, length)
    }

    /// Whose data a value is: one of a few constants that a single parameter chose, as of a truth value or an enum, is that
    /// parameter's.
    pub(crate) fn told_by(&mut self, data: ValData) -> LabelSet {
        if data.labels != LabelSet::NONE || !matches!(data.kind, Kind::OneOf(_)) {
            return data.labels;
        }
        let preds: Vec<Pred> = self.pred_list(data.preds).collect();
        let mut labels = LabelSet::NONE;
        for side in preds.iter().flat_map(|pred| [pred.left, pred.right]) {
            let more = self.labels_of(side);
            labels = self.union(labels, more);
        }
        let mut list = self.label_list(labels);
        match (list.next(), list.next()) {
            (Some(Label::Param(_)), None) => labels,
            _ => LabelSet::NONE,
        }
    }

    /// A set without one label.
    pub(crate) fn without(&mut self, set: LabelSet, label: Label) -> LabelSet {
        let rest: Vec<LabelId> = self.sets.items[set.0 as usize]
            .iter()
            .copied()
            .filter(|id| self.labels.items[id.0 as usize] != label)
            .collect();
        LabelSet(self.sets.intern(rest.into()))
    }
}
