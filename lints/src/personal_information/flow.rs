//! Sensitive data that reaches a place where it becomes visible.

use contract_lint_analyzer::facts::{Method, Node};

use super::judge::{Denial, Question, commitment, is_harmless, judge};
use super::sinks::{Reached, sinks, zone};
use super::sources::{Found, Place, Sensitive, Shape, of_method};
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

/// Sensitive data at a place where it must not be, in this shape.
pub(super) struct Exposed<'a> {
    pub data: Sensitive<'a>,
    pub at: Reached<'a>,
    /// The meaning of what it is in.
    pub what: &'a str,
    pub found: Found,
    pub denial: Denial,
}

/// Every piece of sensitive data that a method exposes like that, in a shape that makes it no less readable.
pub(super) fn exposed<'a>(
    cx: &Context<'a>,
    method: &'a Method,
    lint: &LintMeta,
    sink: SinkKind,
) -> Vec<Exposed<'a>> {
    let mut all = Vec::new();
    let sources = of_method(cx, method);
    if sources.is_empty() {
        return all;
    }
    for data in sources {
        for at in sinks(cx, method, sink) {
            let seen = at.visible.iter().filter_map(|(what, content)| {
                let found = data.within(content)?;
                let harmless = is_harmless(&data.class, found.form, &at.zone);
                (!harmless).then_some((*what, found))
            });
            let Some((what, found)) =
                seen.min_by_key(|(_, f)| (f.form, std::cmp::Reverse(f.confidence)))
            else {
                continue;
            };
            let asked = Question {
                class: &data.class,
                sink,
                zone: &at.zone,
                from: zone(cx),
                lint: lint.name,
                usual: lint.severity,
            };
            if let Some(denial) = judge(cx.policy, &asked) {
                all.push(Exposed {
                    data: data.clone(),
                    at,
                    what,
                    found,
                    denial,
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
    // A digest whose salt everybody knows is the matter of `weak-anonymisation`.
    all.retain(|e| e.found.form != Shape::PublicSalt);
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
    let Exposed {
        data, at, found, ..
    } = this;
    let name = &data.name;
    let as_key = matches!(this.what, "storage-key" | "storage-field");
    let message = match (found.form, as_key) {
        (Shape::Clear, true) => format!("`{name}` is part of a storage key, in the clear"),
        (Shape::Clear, false) => format!("`{name}` {} in the clear", exposure.happens),
        (_, true) => format!("a digest of `{name}` without a secret salt is a storage key"),
        (_, false) => format!(
            "a digest of `{name}` without a secret salt {}",
            exposure.happens
        ),
    };
    let mut notes = vec![
        format!("`{name}` is declared as `{}`", data.class.id),
        this.denial.why.clone(),
    ];
    let mut also = Vec::new();
    if found.form != Shape::Clear {
        also.push("weak-anonymisation");
        notes.push(format!(
            "a digest hides nothing whose values can all be tried, and `{}` has few",
            data.class.id
        ));
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
