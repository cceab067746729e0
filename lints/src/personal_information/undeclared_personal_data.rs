//! `undeclared-personal-data`.

use contract_lint_analyzer::facts::{Facts, Label, Method};
use contract_lint_analyzer::host::{EffectKind, EntryKind};

use super::names::{can_be_text, class_of_name};
use super::sinks::zone;
use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::{Context, Severity};
use crate::policy::{Class, Policy, Selector};

declare_lint! {
    /// ### What it does
    /// Looks for parameters whose name and type say that they hold personal data or credentials, in English, pinyin or
    /// Chinese, and that no source of the policy declares.
    ///
    /// ### Why is this bad?
    /// It need not be. But what is not declared is not followed.
    ///
    /// ### Example
    /// ```rust
    /// pub fn register(&mut self, passport_no: String)
    /// ```
    ///
    /// ### Use instead
    /// ```toml
    /// [[source]]
    /// select = "param:register.passport_no"
    /// class = "pi.id.national"
    /// ```
    ///
    /// ### Known problems
    /// A name says what something is called, not what it is. `contract-lint init` writes the sources into a
    /// configuration, to be looked through.
    pub UNDECLARED_PERSONAL_DATA {
        name: "undeclared-personal-data",
        summary: "a parameter looks like personal data that is not declared",
        domain: PersonalInformation,
        severity: Low,
        confidence: Low,
        level: Warn,
        cwe: [359],
        references: [],
        since: "0.1.0",
    }
}

/// A parameter that looks like data of a class.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The method.
    pub method: String,
    /// The export that serves it.
    pub export: String,
    /// The parameter.
    pub param: String,
    /// Its number.
    pub index: u32,
    /// The class.
    pub class: Class,
}

impl Suggestion {
    /// The selector that declares it.
    pub fn selector(&self) -> String {
        format!("param:{}.{}", self.method, self.param)
    }
}

/// The parameters of a contract that look like data of a class and are not declared in any form.
pub fn suggestions(facts: &Facts, policy: &Policy) -> Vec<Suggestion> {
    let sent = |m: &&Method| matches!(m.kind, EntryKind::Call | EntryKind::Init);
    let mut found: Vec<Suggestion> = Vec::new();
    for method in facts.methods.iter().filter(sent) {
        for (index, param) in (0..).zip(&method.params) {
            let Some(name) = param.name.as_deref() else {
                continue;
            };
            if !can_be_text(param.ty.as_deref()) || is_declared(policy, method, name, index) {
                continue;
            }
            let known = found
                .iter()
                .any(|s| s.method == method.name && s.param == name);
            if let Some(class) = class_of_name(policy, name).filter(|_| !known) {
                found.push(Suggestion {
                    method: method.name.clone(),
                    export: method.export.clone(),
                    param: name.to_owned(),
                    index,
                    class,
                });
            }
        }
    }
    found
}

fn is_declared(policy: &Policy, method: &Method, name: &str, index: u32) -> bool {
    policy.sources.iter().any(|source| match &source.select {
        Selector::Param {
            method: wanted,
            param,
            ..
        } => wanted.matches_method(method) && param.matches(Some(name), index),
        _ => false,
    })
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let lint = UNDECLARED_PERSONAL_DATA.meta;
    let zone = zone(cx);
    let mut findings = Vec::new();
    for this in suggestions(cx.facts, cx.policy) {
        if cx.policy.may_appear(&this.class, zone) {
            continue;
        }
        let (param, class) = (&this.param, &this.class.id);
        let message =
            format!("the parameter `{param}` looks like `{class}`, and no source declares it");
        let kept = is_kept(cx.facts, &this);
        findings.push(Finding {
            lint,
            severity: if kept { Severity::Low } else { Severity::Info },
            confidence: lint.confidence,
            trace: vec![Step {
                message: message.clone(),
                site: None,
            }],
            message,
            method: this.method.clone(),
            primary: 0,
            notes: if kept {
                vec!["it is stored or published".to_owned()]
            } else {
                Vec::new()
            },
            help: format!(
                "declare it: `[[source]] select = \"{}\", class = \"{class}\"`, with `as = \"commitment\"` if it is one",
                this.selector()
            ),
            also: Vec::new(),
            subject: format!("{class} {param}"),
        });
    }
    findings
}

/// Whether the parameter is stored or published.
fn is_kept(facts: &Facts, this: &Suggestion) -> bool {
    let methods = facts.methods.iter().filter(|m| m.name == this.method);
    let effects = methods.flat_map(|m| m.graph.effects());
    effects
        .filter(|(_, e)| e.is(EffectKind::StorageWrite) || e.is(EffectKind::EventLog))
        .flat_map(|(_, e)| &e.operands)
        .any(|o| o.content.labels().contains(&Label::Param(this.index)))
}
