//! What the policy's sources mean for one method.

use contract_lint_analyzer::facts::{Content, Label, Method, Piece};
use contract_lint_analyzer::host::EntryKind;

use crate::lint::{Confidence, Context, Severity};
use crate::policy::{
    Action, Class, Form, KeyPattern, NamePattern, Policy, Selector, Sensitivity, SinkKind,
};

/// Where sensitive data is in a method.
pub(super) enum Place<'a> {
    /// In the parameter of this number.
    Param(u32),
    /// In an argument; which one, the code does not tell.
    Argument,
    /// Under such keys.
    Key(&'a KeyPattern),
}

/// Sensitive data of a method, in the clear where it comes from.
pub(super) struct Sensitive<'a> {
    pub class: Class,
    pub place: Place<'a>,
    /// The data as people name it.
    pub name: String,
}

/// What the policy declares sensitive in a method that is entered by a transaction.
pub(super) fn of_method<'a>(cx: &Context<'a>, method: &Method) -> Vec<Sensitive<'a>> {
    if !matches!(method.kind, EntryKind::Call | EntryKind::Init) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for source in &cx.policy.sources {
        let Some(class) = cx.policy.class_of(source.class.as_str()) else {
            continue;
        };
        if source.form != Form::Plaintext {
            continue;
        }
        match &source.select {
            Selector::Param {
                method: wanted,
                param,
                ..
            } if wanted.matches(&method.name) => {
                let exact = wanted.as_str() == method.name;
                for (place, name) in parameters(method, param, exact) {
                    let class = class.clone();
                    found.push(Sensitive { class, place, name });
                }
            }
            Selector::Key(pattern) => found.push(Sensitive {
                class,
                place: Place::Key(pattern),
                name: pattern.to_string(),
            }),
            _ => {}
        }
    }
    found
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
        NamePattern::Glob(name) if exact && !name.as_str().contains(['*', '?']) => {
            vec![(Place::Argument, name.as_str().to_owned())]
        }
        _ => Vec::new(),
    }
}

impl Sensitive<'_> {
    /// How sure it is that a content holds the data in the clear; `None` if nothing says so.
    pub(super) fn within(&self, content: &Content) -> Option<Confidence> {
        let in_piece = |piece: &Piece| match piece {
            Piece::Const(_) => None,
            Piece::Hole { labels, .. } => labels.iter().filter_map(|l| self.is(l)).max(),
        };
        content.pieces.iter().filter_map(in_piece).max()
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
            _ => None,
        }
    }
}

/// The zone in which the contract runs.
pub(super) fn zone<'a>(cx: &Context<'a>) -> &'a str {
    cx.policy.zone(cx.facts.host.public)
}

/// How bad it is that data of a class is at a sink in the clear; `None` if it may be there.
pub(super) fn judge(
    policy: &Policy,
    class: &Class,
    sink: SinkKind,
    zone: &str,
    lint: &str,
    usual: Severity,
) -> Option<Severity> {
    let rule = policy
        .rule(&class.id, sink, zone)
        .filter(|rule| rule.lint.as_ref().is_none_or(|l| l.matches(lint)));
    match rule {
        Some(rule) if rule.action == Action::Allow => None,
        Some(rule) => Some(rule.severity.unwrap_or(usual).min(usual)),
        None if policy.may_appear(class, zone) => None,
        None => Some(match class.sensitivity {
            Sensitivity::Sensitive | Sensitivity::Secret => usual,
            _ => usual.min(Severity::High),
        }),
    }
}

/// The sentences that say what was declared.
pub(super) fn notes(data: &Sensitive<'_>, zone: &str) -> Vec<String> {
    vec![
        format!("`{}` is declared as `{}`", data.name, data.class.id),
        format!(
            "`{}` needs zone `{}` or one more trusted; the contract runs in `{zone}`",
            data.class.id, data.class.min_zone
        ),
    ]
}
