//! Small contracts in text, for the host of `host.toml`.

#![allow(dead_code, reason = "not every test needs all")]

use std::sync::Arc;

use contract_lint_analyzer::facts::{Facts, Param};
use contract_lint_analyzer::{Options, analyze, host, module::decode};
use contract_lint_lints::check;
use contract_lint_lints::finding::Finding;
use contract_lint_lints::lint::Context;
use contract_lint_lints::policy::{ClassPattern, Form, Policy, Selector, Source};

pub(crate) const IMPORTS: &str = r#"
    (import "host" "arg" (func $arg (param i32 i32)))
    (import "host" "number" (func $number (param i32) (result i64)))
    (import "host" "put" (func $put (param i32 i32 i32 i32)))
    (import "host" "get" (func $get (param i32 i32 i32)))
    (import "host" "delete" (func $delete (param i32 i32)))
    (import "host" "caller" (func $caller (param i32)))
    (import "host" "own" (func $own (param i32)))
    (import "host" "now" (func $now (result i64)))
    (import "host" "height" (func $height (result i64)))
    (import "host" "random" (func $random (result i64)))
    (import "host" "value" (func $value (result i64)))
    (import "host" "hash" (func $hash (param i32 i32 i32)))
    (import "host" "verify" (func $verify (param i32 i32 i32) (result i32)))
    (import "host" "recover" (func $recover (param i32 i32 i32)))
    (import "host" "emit" (func $emit (param i32 i32)))
    (import "host" "output" (func $output (param i32 i32)))
    (import "host" "fail" (func $fail (param i32 i32)))
    (import "host" "call" (func $call (param i32 i32 i32) (result i32)))
    (import "host" "transfer" (func $transfer (param i32 i64)))
    (memory (export "memory") 1)
"#;

/// The facts of a contract: data segments and methods, to which imports and a memory are added.
pub(crate) fn facts(text: &str) -> Facts {
    let model = host::parse(include_str!("host.toml")).expect("the host is well formed");
    let text = format!("(module {IMPORTS} {text})");
    let module = decode(wat::parse_str(text).expect("well-formed text")).expect("a valid module");
    let options = Options {
        platform: Some(Arc::new(model)),
        ..Options::default()
    };
    analyze(module, &options)
}

/// A policy for a zone, with sources: selector and class.
pub(crate) fn policy(zone: &str, sources: &[(&str, &str)]) -> Policy {
    let source = |(select, class): &(&str, &str)| Source {
        select: Selector::try_from((*select).to_owned()).expect("the selector is well formed"),
        class: ClassPattern::new(*class),
        form: Form::Plaintext,
    };
    let mut policy = Policy::default();
    policy.target.zone = Some(zone.to_owned());
    policy.sources = sources.iter().map(source).collect();
    policy
}

/// Names the parameters of a method, and gives them types.
pub(crate) fn name_params(facts: &mut Facts, method: &str, params: &[(&str, &str)]) {
    for found in facts.methods.iter_mut().filter(|m| m.name == method) {
        let param = |(name, ty): &(&str, &str)| Param {
            name: Some((*name).to_owned()),
            ty: Some((*ty).to_owned()),
        };
        found.params = params.iter().map(param).collect();
    }
}

/// The findings of one lint.
pub(crate) fn findings(facts: &Facts, policy: &Policy, lint: &str) -> Vec<Finding> {
    let context = Context::new(facts, policy);
    let mut found = check(&context);
    found.retain(|f| f.lint.name == lint);
    found
}

/// The methods in which a lint finds something, in order, each as often as it does.
pub(crate) fn methods_with(facts: &Facts, policy: &Policy, lint: &str) -> Vec<String> {
    let mut methods: Vec<_> = findings(facts, policy, lint)
        .into_iter()
        .map(|f| f.method)
        .collect();
    methods.sort();
    methods
}
