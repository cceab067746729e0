//! What the policy's sources mean for one method.

use std::collections::BTreeSet;

use contract_lint_analyzer::facts::{Content, Label, Labels, Method, Piece, Seal};
use contract_lint_analyzer::host::{EntryKind, HostModel};

use super::names::can_be_secret;
use super::shape::{Beside, Shape};
use crate::lint::{Confidence, Context};
use crate::policy::{Class, Form, HostSelector, KeyPattern, NamePattern, Policy, Selector};

/// A piece of data that may come from more parameters than these is of none of them for sure.
const MOST_PARAMS: usize = 3;

/// Where sensitive data is in a method.
#[derive(Clone)]
pub(super) enum Place<'a> {
    /// In the parameter of this number.
    Param(u32),
    /// In an argument; which one, the code does not tell.
    Argument,
    /// Under such keys.
    Key(&'a KeyPattern),
    /// In what a host function gives or is given: data with these labels.
    Labelled(Labels),
}

/// Sensitive data of a method, in the clear where it comes from.
#[derive(Clone)]
pub(super) struct Sensitive<'a> {
    pub class: Class,
    pub place: Place<'a>,
    /// The data as people name it.
    pub name: String,
    /// The parameters that everybody knows or can guess: accounts, numbers, flags.
    known: BTreeSet<u32>,
}

/// Sensitive data found in a content.
pub(super) struct Found {
    pub confidence: Confidence,
    pub form: Shape,
}

/// What the policy declares sensitive in a method that outsiders enter.
pub(super) fn of_method<'a>(cx: &Context<'a>, method: &Method) -> Vec<Sensitive<'a>> {
    let mut found = Vec::new();
    let known: BTreeSet<u32> = (0..)
        .zip(&method.params)
        .filter(|(_, param)| !can_be_secret(param.ty.as_deref()))
        .map(|(index, _)| index)
        .collect();
    for (id, source) in (0..).zip(&cx.policy.sources) {
        let Some(class) = cx.policy.class_of(source.class.as_str()) else {
            continue;
        };
        if source.form == Form::Plaintext {
            let data = |(place, name)| Sensitive {
                class: class.clone(),
                place,
                name,
                known: known.clone(),
            };
            let places = match &source.select {
                // Where a parameter of a function inside is, its label tells.
                select @ Selector::Local { .. } => {
                    let labels = Labels::from([Label::Marked(id)]);
                    vec![(Place::Labelled(labels), select.to_string())]
                }
                select => places(select, method, &cx.facts.host),
            };
            found.extend(places.into_iter().map(data));
        }
    }
    found
}

/// The places in a method that a selector stands for, with their names.
fn places<'a>(
    select: &'a Selector,
    method: &Method,
    model: &HostModel,
) -> Vec<(Place<'a>, String)> {
    match select {
        Selector::Param {
            method: wanted,
            param,
            path,
        } if is_sent(method) && wanted.matches_method(method) => {
            let exact = wanted.names(method);
            let mut places = parameters(method, param, exact);
            for (_, name) in &mut places {
                name.push_str(path);
            }
            places
        }
        Selector::Key(pattern) => vec![(Place::Key(pattern), pattern.to_string())],
        Selector::Host(host) => labelled(host, method, model)
            .into_iter()
            .map(|labels| (Place::Labelled(labels), host.to_string()))
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a selector stands for anything in a method. Stored data is looked for under all keys.
pub(crate) fn is_in(select: &Selector, method: &Method, model: &HostModel) -> bool {
    match select {
        Selector::Key(pattern) => method
            .graph
            .effects()
            .any(|(_, effect)| effect.key().is_some_and(|key| pattern.matches(key))),
        _ => !places(select, method, model).is_empty(),
    }
}

/// Whether the method's arguments are part of a transaction.
fn is_sent(method: &Method) -> bool {
    matches!(
        method.kind,
        EntryKind::Call | EntryKind::Init | EntryKind::Notification | EntryKind::Callback
    )
}

fn parameters<'a>(method: &Method, wanted: &NamePattern, exact: bool) -> Vec<(Place<'a>, String)> {
    if let NamePattern::Index(index) = wanted {
        return vec![(Place::Param(*index), format!("#{index}"))];
    }
    if method.params.iter().any(|param| param.name.is_some()) {
        return (0..)
            .zip(&method.params)
            .filter(|(index, param)| wanted.matches(param.name.as_deref(), *index))
            .map(|(index, param)| {
                let name = param.name.clone().unwrap_or_else(|| format!("#{index}"));
                (Place::Param(index), name)
            })
            .collect();
    }
    // Without names in the code, only a declaration that names method and parameter says that there is one.
    match wanted {
        NamePattern::Glob(name) if exact && !name.is_pattern() => {
            vec![(Place::Argument, name.as_str().to_owned())]
        }
        _ => Vec::new(),
    }
}

/// The labels of what the selected host calls of a method give or are given.
fn labelled(host: &HostSelector, method: &Method, model: &HostModel) -> Vec<Labels> {
    let mut found: Vec<Labels> = method
        .graph
        .effects()
        .filter_map(|(_, effect)| host.data(effect, model))
        .filter(|labels| !labels.is_empty())
        .collect();
    found.sort();
    found.dedup();
    found
}

impl Sensitive<'_> {
    /// The data in a content, in the worst shape in which it is there; `None` if nothing says that it is there.
    /// `stored` is whether those who see the content read what the contract stores, too.
    pub(super) fn within(&self, content: &Content, policy: &Policy, stored: bool) -> Option<Found> {
        let clear = self.sure(content).map(|confidence| Found {
            confidence,
            form: Shape::Clear,
        });
        let labels = content.labels();
        let made = labels.iter().filter_map(|label| {
            let input = match label {
                Label::Digest(input) | Label::Sealed(_, input) => input,
                _ => return None,
            };
            let confidence = self.sure(input)?;
            let with = self.beside(input, stored);
            let form = match label {
                Label::Sealed(Seal::Cipher, _) => Shape::encrypted(with),
                Label::Sealed(Seal::Declared(id), _) => {
                    let sanitizer = policy.sanitizers.get(usize::try_from(*id).ok()?)?;
                    Shape::declared(sanitizer, with)
                }
                _ => Shape::digest(with),
            };
            Some(Found { confidence, form })
        });
        clear.into_iter().chain(made).min_by_key(|f| f.form)
    }

    /// How sure it is that a content holds the data as it is.
    fn sure(&self, content: &Content) -> Option<Confidence> {
        let in_piece = |piece: &Piece| match piece {
            Piece::Const(_) => None,
            Piece::Hole { labels, .. } => {
                let found = labels.iter().filter_map(|l| self.is(l)).max();
                let params = labels.iter().filter(|l| matches!(l, Label::Param(_)));
                // What may be any of many parameters is none of them for sure.
                if params.count() > MOST_PARAMS {
                    found.map(|found| found.min(Confidence::Low))
                } else {
                    found
                }
            }
        };
        content.pieces.iter().filter_map(in_piece).max()
    }

    /// What goes into a seal beside the data.
    fn beside(&self, input: &Content, stored: bool) -> Beside {
        let mut beside = Beside::Nothing;
        for label in input.labels() {
            let this = match &label {
                label if self.is(label).is_some() => continue,
                Label::Param(index) if self.known.contains(index) => Beside::Public,
                Label::Param(_) | Label::Input => Beside::Argument,
                Label::Digest(_) | Label::Sealed(..) => Beside::Unknown,
                Label::Storage(_) if !stored => Beside::Unknown,
                _ => Beside::Public,
            };
            beside = beside.max(this);
        }
        beside
    }

    fn is(&self, label: &Label) -> Option<Confidence> {
        match (&self.place, label) {
            (Place::Param(wanted), Label::Param(index)) if wanted == index => {
                Some(Confidence::High)
            }
            (Place::Param(_), Label::Input) | (Place::Argument, Label::Input | Label::Param(_)) => {
                Some(Confidence::Low)
            }
            (Place::Key(pattern), Label::Storage(key)) if pattern.matches(key) => {
                Some(Confidence::Medium)
            }
            (Place::Labelled(labels), label) if labels.contains(label) => Some(Confidence::Medium),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_any_parameter_is_none_for_sure() {
        let class = Policy::default()
            .class_of("pi.name")
            .expect("a usual class");
        let data = Sensitive {
            class,
            place: Place::Param(0),
            name: "name".to_owned(),
            known: BTreeSet::new(),
        };
        let sure = |params: u32| {
            data.sure(&Content {
                pieces: vec![Piece::Hole {
                    labels: (0..params).map(Label::Param).collect(),
                    len: None,
                    decreased: false,
                }],
            })
        };
        assert_eq!(sure(1), Some(Confidence::High));
        assert_eq!(sure(3), Some(Confidence::High));
        assert_eq!(sure(4), Some(Confidence::Low));
        assert_eq!(sure(0), None);
    }
}
