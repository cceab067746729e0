//! The smart-contract lints on small modules that import the real functions of a platform: for each lint a vulnerable method
//! and its twin that does it right.

mod antelope;
mod fisco;
mod multiversx;
mod near;
mod soroban;
mod stylus;

use std::collections::BTreeSet;

use contract_lint_analyzer::{Options, analyze, module::decode};
use contract_lint_lints::check;
use contract_lint_lints::lint::{Context, Domain};
use contract_lint_lints::policy::Policy;

/// Which smart-contract lints find something in which methods.
fn found(wat: &str) -> BTreeSet<(&'static str, String)> {
    let bytes = wat::parse_str(wat).expect("the module is well formed");
    let module = decode(bytes).expect("the module is valid");
    let facts = analyze(module, &Options::default());
    let policy = Policy::default();
    let context = Context::new(&facts, &policy);
    check(&context)
        .into_iter()
        .filter(|f| f.lint.domain == Domain::SmartContract)
        .map(|f| (f.lint.name, f.method))
        .collect()
}

/// Asserts that exactly these findings are made.
#[track_caller]
fn assert_found(wat: &str, expected: &[(&'static str, &str)]) {
    let expected: BTreeSet<(&str, String)> = expected
        .iter()
        .map(|(lint, method)| (*lint, (*method).to_owned()))
        .collect();
    assert_eq!(found(wat), expected);
}
