//! Sensitive data that reaches what the host makes visible.

use contract_lint_analyzer::facts::Method;
use contract_lint_analyzer::host::EffectKind;

use super::sources::{judge, notes, of_method, zone};
use crate::events::step;
use crate::finding::Finding;
use crate::lint::{Confidence, Context, LintMeta};
use crate::policy::SinkKind;

/// A way in which a host makes data visible.
pub(super) struct Exposure {
    pub lint: &'static LintMeta,
    pub effect: EffectKind,
    pub sink: SinkKind,
    /// The meanings of the operands that become visible; empty for all.
    pub operands: &'static [&'static str],
    /// What happens to the data: "is stored in the clear".
    pub happens: &'static str,
    pub help: &'static str,
}

/// Every piece of sensitive data that a contract exposes like that.
pub(super) fn exposed(cx: &Context<'_>, exposure: &Exposure) -> Vec<Finding> {
    let methods = &cx.facts.methods;
    methods
        .iter()
        .flat_map(|method| in_method(cx, method, exposure))
        .collect()
}

fn in_method(cx: &Context<'_>, method: &Method, exposure: &Exposure) -> Vec<Finding> {
    let zone = zone(cx);
    let mut findings: Vec<Finding> = Vec::new();
    for data in of_method(cx, method) {
        let (lint, class) = (exposure.lint, &data.class);
        let usual = lint.severity;
        let judged = judge(cx.policy, class, exposure.sink, zone, lint.name, usual);
        let Some(severity) = judged else { continue };
        for (node, effect) in method.graph.effects_of(exposure.effect) {
            let visible = effect.operands.iter().filter(|operand| {
                exposure.operands.is_empty() || exposure.operands.iter().any(|w| operand.what == *w)
            });
            let sure = visible.filter_map(|o| data.within(&o.content)).max();
            let Some(confidence) = sure else { continue };
            let key = effect.key().map(ToString::to_string).unwrap_or_default();
            let subject = format!("{} {} {key}", class.id, data.name);
            if findings.iter().any(|f| f.subject == subject) {
                continue;
            }
            let message = format!("`{}` {}", data.name, exposure.happens);
            let mut notes = notes(&data, zone);
            if confidence == Confidence::Low {
                notes.push("which argument it is, the code does not tell for sure".to_owned());
            }
            findings.push(Finding {
                lint,
                severity,
                confidence: confidence.min(lint.confidence),
                trace: vec![step(&method.graph, node, message.clone())],
                message,
                method: method.name.clone(),
                primary: 0,
                notes,
                help: exposure.help.to_owned(),
                also: Vec::new(),
                subject,
            });
        }
    }
    findings
}
