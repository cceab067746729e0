//! Sensitive data that reaches a place where it becomes visible.

use contract_lint_analyzer::facts::{Method, Node};

use super::judge::{Denial, Question, commitment, judge};
use super::shape::Shape;
use super::sinks::{Reached, sinks, zone};
use super::sources::{Found, Place, Sensitive, of_method};
use crate::events::step;
use crate::finding::{Finding, Step};
use crate::lint::{Confidence, Context, LintMeta};
use crate::policy::SinkKind;

/// A way in which data becomes visible.
pub(super) struct Exposure {
    pub lint: &'static LintMeta,
    pub sink: SinkKind,
    /// What happens to the data: "is stored".
    pub happens: &'static str,
    /// What to do with a commitment instead: "store".
    pub instead: &'static str,
}

/// Sensitive data at a place where it becomes visible, in this shape.
pub(super) struct Seen<'a> {
    pub data: Sensitive<'a>,
    pub at: Reached<'a>,
    /// The meaning of what it is in.
    pub what: &'a str,
    pub found: Found,
}

/// Sensitive data at a place where it must not be.
pub(super) struct Exposed<'a> {
    pub seen: Seen<'a>,
    pub denial: Denial,
}

impl<'a> std::ops::Deref for Exposed<'a> {
    type Target = Seen<'a>;

    fn deref(&self) -> &Seen<'a> {
        &self.seen
    }
}

/// Every piece of sensitive data that a method exposes like that where it must not be.
pub(super) fn exposed<'a>(
    cx: &Context<'a>,
    method: &'a Method,
    lint: &LintMeta,
    sink: SinkKind,
) -> Vec<Exposed<'a>> {
    let judged = |seen: Seen<'a>| {
        let asked = Question {
            class: &seen.data.class,
            sink,
            zone: &seen.at.zone,
            from: zone(cx),
            lint: lint.name,
            usual: lint.severity,
        };
        let denial = judge(cx.policy, &asked)?;
        Some(Exposed { seen, denial })
    };
    let all = seen(cx, method, sink);
    all.into_iter().filter_map(judged).collect()
}

/// Every piece of sensitive data that becomes visible at such sinks of a method, in a shape that makes it no less
/// readable, whether it may be there or not.
pub(super) fn seen<'a>(cx: &Context<'a>, method: &'a Method, sink: SinkKind) -> Vec<Seen<'a>> {
    let mut all = Vec::new();
    for data in of_method(cx, method) {
        for at in sinks(cx, method, sink) {
            // Who looks into the zone of the contract reads all that is stored there.
            let stored = at.zone == zone(cx) || cx.policy.zones.is_public(zone(cx));
            let readable = at.visible.iter().filter_map(|(what, content)| {
                let found = data.within(content, cx.policy, stored)?;
                let harmless = found.form.is_harmless(&data.class, &at.zone);
                (!harmless).then_some((*what, found))
            });
            if let Some((what, found)) =
                readable.min_by_key(|(_, f)| (f.form, std::cmp::Reverse(f.confidence)))
            {
                all.push(Seen {
                    data: data.clone(),
                    at,
                    what,
                    found,
                });
            }
        }
    }
    all
}

/// The findings of a lint about one kind of sink.
pub(super) fn findings(cx: &Context<'_>, exposure: &Exposure) -> Vec<Finding> {
    let methods = &cx.facts.methods;
    methods
        .iter()
        .flat_map(|method| in_method(cx, method, exposure))
        .collect()
}

/// The findings in one method.
pub(super) fn in_method(cx: &Context<'_>, method: &Method, exposure: &Exposure) -> Vec<Finding> {
    let mut all = exposed(cx, method, exposure.lint, exposure.sink);
    // What everybody can undo is the matter of `weak-anonymisation`.
    all.retain(|e| !e.found.form.is_undone());
    let mut findings: Vec<Finding> = Vec::new();
    for this in &all {
        // Where it certainly goes makes where it perhaps goes too of no interest.
        let surer = all.iter().any(|other| {
            other.data.name == this.data.name && other.found.confidence > this.found.confidence
        });
        let key = this
            .at
            .effect
            .key()
            .map(ToString::to_string)
            .unwrap_or_default();
        let subject = format!("{} {} {key}", this.data.class.id, this.data.name);
        if surer || findings.iter().any(|f| f.subject == subject) {
            continue;
        }
        findings.push(finding(cx, method, exposure, this, subject));
    }
    findings
}

fn finding(
    cx: &Context<'_>,
    method: &Method,
    exposure: &Exposure,
    this: &Exposed<'_>,
    subject: String,
) -> Finding {
    let Seen {
        data, at, found, ..
    } = &this.seen;
    let name = &data.name;
    let as_key = matches!(this.what, "storage-key" | "storage-field");
    let shown = found.form.of(name);
    let message = match (found.form, as_key) {
        (Shape::Clear, true) => format!("{shown} is part of a storage key, in the clear"),
        (Shape::Clear, false) => format!("{shown} {} in the clear", exposure.happens),
        (_, true) => format!("{shown} is a storage key"),
        (_, false) => format!("{shown} {}", exposure.happens),
    };
    let mut notes = vec![
        format!("`{name}` is declared as `{}`", data.class.id),
        this.denial.why.clone(),
    ];
    let mut also = Vec::new();
    match found.form {
        Shape::Clear => {}
        Shape::Digest => {
            also.push("weak-anonymisation");
            notes.push(format!(
                "a digest hides nothing whose values can all be tried, and `{}` has few",
                data.class.id
            ));
        }
        _ => notes.push(format!(
            "the policy does not accept that as protection of `{}` there",
            data.class.id
        )),
    }
    if found.confidence == Confidence::Low {
        notes.push("which argument it is, the code does not tell for sure".to_owned());
    }
    let trace = trace(method, data, at.node, &message);
    Finding {
        lint: exposure.lint,
        severity: this.denial.severity,
        confidence: found.confidence.min(exposure.lint.confidence),
        primary: trace.len() - 1,
        trace,
        message,
        method: method.name.clone(),
        notes,
        help: this
            .denial
            .fix
            .clone()
            .unwrap_or_else(|| format!("{} {}", exposure.instead, commitment(cx.policy, data))),
        also,
        subject,
    }
}

/// From where the data comes to where it becomes visible.
pub(super) fn trace(method: &Method, data: &Sensitive<'_>, sink: Node, message: &str) -> Vec<Step> {
    let graph = &method.graph;
    let source = match &data.place {
        Place::Param(_) | Place::Argument => Some(Step {
            message: format!("`{}` comes in with the call", data.name),
            site: None,
        }),
        Place::Key(pattern) => graph
            .effects_of(contract_lint_analyzer::host::EffectKind::StorageRead)
            .find(|(node, effect)| {
                effect.key().is_some_and(|key| pattern.matches(key)) && graph.reaches(*node, sink)
            })
            .map(|(node, _)| step(graph, node, format!("`{}` is read", data.name))),
        Place::Labelled(labels) => graph
            .effects()
            .find(|(node, effect)| !effect.gives.is_disjoint(labels) && graph.reaches(*node, sink))
            .map(|(node, _)| step(graph, node, format!("`{}` comes from here", data.name))),
    };
    source
        .into_iter()
        .chain([step(graph, sink, message.to_owned())])
        .collect()
}
