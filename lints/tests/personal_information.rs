//! The ways in which sensitive data becomes visible, each with a twin that does it right.

mod support;

use contract_lint_analyzer::facts::Facts;
use contract_lint_lints::policy::{Policy, Zones};
use support::{facts, findings, methods_with, name_params, policy};

const PHONE: &[(&str, &str)] = &[("param:*.#0", "pi.contact.phone")];

/// Parameter 0 is at 100, parameter 1 at 200, the caller at 300, a digest goes to 400.
fn contract(methods: &[(&str, &str)]) -> Facts {
    let mut text = String::from(r#"(data (i32.const 0) "mine/") (data (i32.const 16) "chain")"#);
    for (name, body) in methods {
        text += &format!(
            "(func (export \"{name}\") (call $arg (i32.const 0) (i32.const 100)) (call $arg (i32.const 1) (i32.const 200)) (call $caller (i32.const 300)) {body})"
        );
    }
    facts(&text)
}

const STORE_DIGEST: &str = "(call $put (i32.const 0) (i32.const 5) (i32.const 400) (i32.const 32))";

#[test]
fn values_keys_and_digests_in_state() {
    let digest = |from, len| {
        format!("(call $hash (i32.const {from}) (i32.const {len}) (i32.const 400)) {STORE_DIGEST}")
    };
    let facts = contract(&[
        (
            "value",
            "(call $put (i32.const 0) (i32.const 5) (i32.const 100) (i32.const 32))",
        ),
        (
            "key",
            "(call $put (i32.const 100) (i32.const 32) (i32.const 0) (i32.const 5))",
        ),
        ("hashed", &digest(100, 32)),
        // With the other argument, a blind.
        ("sealed", &digest(100, 132)),
        (
            "other",
            "(call $put (i32.const 0) (i32.const 5) (i32.const 200) (i32.const 32))",
        ),
    ]);
    let lint = "sensitive-to-public-state";
    let mainnet = policy("mainnet", PHONE);
    assert_eq!(
        methods_with(&facts, &mainnet, lint),
        ["hashed", "key", "value"]
    );
    let found = findings(&facts, &mainnet, lint);
    let message = |method: &str| {
        let of_method = found.iter().find(|f| f.method == method);
        of_method.map(|f| f.message.as_str()).unwrap_or_default()
    };
    assert_eq!(message("value"), "`#0` is stored in the clear");
    assert_eq!(
        message("key"),
        "`#0` is part of a storage key, in the clear"
    );
    assert!(message("hashed").contains("without a secret salt"));
    assert!(methods_with(&facts, &policy("sidechain", PHONE), lint).is_empty());
}

#[test]
fn a_salt_that_everybody_knows_is_none() {
    let salted = |fill: &str| {
        format!("{fill} (call $hash (i32.const 100) (i32.const 64) (i32.const 400)) {STORE_DIGEST}")
    };
    let facts = contract(&[
        ("with_caller", &salted("(call $caller (i32.const 132))")),
        (
            "with_blind",
            &salted("(call $arg (i32.const 1) (i32.const 132))"),
        ),
    ]);
    let mainnet = policy("mainnet", PHONE);
    assert_eq!(
        methods_with(&facts, &mainnet, "weak-anonymisation"),
        ["with_caller"]
    );
    assert!(methods_with(&facts, &mainnet, "sensitive-to-public-state").is_empty());
}

#[test]
fn error_texts() {
    let facts = contract(&[
        ("tells", "(call $fail (i32.const 100) (i32.const 32))"),
        ("says", "(call $fail (i32.const 0) (i32.const 5))"),
    ]);
    let mainnet = policy("mainnet", PHONE);
    assert_eq!(
        methods_with(&facts, &mainnet, "sensitive-to-error-text"),
        ["tells"]
    );
}

#[test]
fn messages_by_the_zone_of_their_destination() {
    let facts = contract(&[(
        "anchor",
        "(drop (call $call (i32.const 16) (i32.const 100) (i32.const 32)))",
    )]);
    let lint = "sensitive-to-external-message";
    let to = |zone: &str| {
        let mut policy = policy("sidechain", PHONE);
        policy.zones = Zones::default();
        policy
            .zones
            .contracts
            .insert("chain".to_owned(), zone.to_owned());
        policy
    };
    assert_eq!(methods_with(&facts, &to("mainnet"), lint), ["anchor"]);
    assert!(methods_with(&facts, &to("offchain"), lint).is_empty());
}

#[test]
fn queries_of_what_was_stored() {
    let read = "(call $get (i32.const 0) (i32.const 5) (i32.const 500)) (call $output (i32.const 500) (i32.const 32))";
    let owner = r#"(call $get (i32.const 16) (i32.const 5) (i32.const 600))
        (if (i64.ne (i64.load (i32.const 600)) (i64.load (i32.const 300))) (then (unreachable)))"#;
    let facts = contract(&[
        (
            "store",
            "(call $put (i32.const 0) (i32.const 5) (i32.const 100) (i32.const 32))",
        ),
        ("query_it", read),
        ("query_checked", &format!("{owner}{read}")),
    ]);
    let lint = "sensitive-to-query-result";
    let store = &[("param:store.#0", "pi.contact.phone")];
    assert_eq!(
        methods_with(&facts, &policy("consortium", store), lint),
        ["query_it"]
    );
    // On a public chain the write is the finding.
    assert!(methods_with(&facts, &policy("mainnet", store), lint).is_empty());
}

#[test]
fn erasure() {
    let store = "(call $put (i32.const 0) (i32.const 5) (i32.const 100) (i32.const 32))";
    let delete = "(call $delete (i32.const 0) (i32.const 5))";
    let lint = "no-erasure-path";
    let sidechain = policy("sidechain", &[("param:store.#0", "pi.contact.phone")]);
    let keeps = contract(&[("store", store)]);
    let forgets = contract(&[("store", store), ("forget", delete)]);
    assert_eq!(methods_with(&keeps, &sidechain, lint), ["store"]);
    assert!(methods_with(&forgets, &sidechain, lint).is_empty());
}

#[test]
fn data_in_the_file() {
    let facts = facts(
        r#"(data (i32.const 0) "no: 11010519491231002X\00") (data (i32.const 64) "plain text") (func (export "f"))"#,
    );
    let found = findings(&facts, &policy("mainnet", &[]), "embedded-personal-data");
    assert_eq!(found.len(), 1);
    assert!(
        !found[0].message.contains("19491231"),
        "{}",
        found[0].message
    );
    let sources = &[("data:/plain \\w+/", "biz.sensitive")];
    let found = findings(
        &facts,
        &policy("mainnet", sources),
        "embedded-personal-data",
    );
    assert_eq!(found.len(), 2);
    assert!(
        findings(
            &facts,
            &policy("sidechain", sources),
            "embedded-personal-data"
        )
        .is_empty()
    );
}

#[test]
fn names_suggest_what_is_not_declared() {
    let mut facts = contract(&[("register", STORE_DIGEST)]);
    name_params(
        &mut facts,
        "register",
        &[
            ("idCard", "string"),
            ("phone_hash", "bytes"),
            ("salary", "u64"),
        ],
    );
    let lint = "undeclared-personal-data";
    assert_eq!(
        methods_with(&facts, &policy("mainnet", &[]), lint),
        ["register"]
    );
    let declared = policy("mainnet", &[("param:register.idCard", "pi.id.national")]);
    assert!(methods_with(&facts, &declared, lint).is_empty());
}

#[test]
fn where_the_contract_is_meant_to_run() {
    let facts = contract(&[("store", STORE_DIGEST)]);
    let lint = "sensitive-contract-on-public-target";
    let sources = &[("key:\"mine/\" *", "biz.sensitive")];
    assert_eq!(findings(&facts, &policy("mainnet", sources), lint).len(), 1);
    assert!(findings(&facts, &policy("sidechain", sources), lint).is_empty());
    let elsewhere = &[("key:\"yours/\" *", "biz.sensitive")];
    assert!(findings(&facts, &policy("mainnet", elsewhere), lint).is_empty());
}

#[test]
fn sinks_and_rules_of_the_policy() {
    let facts = contract(&[("logs", "(call $emit (i32.const 100) (i32.const 32))")]);
    let lint = "sensitive-to-event";
    let mut policy: Policy = policy("mainnet", PHONE);
    assert_eq!(methods_with(&facts, &policy, lint), ["logs"]);
    let rule = "class = \"pi.*\"\nsink = \"event\"\naction = \"allow\"";
    policy.rules.push(toml::from_str(rule).expect("a rule"));
    assert!(methods_with(&facts, &policy, lint).is_empty());
    let sink = "select = \"host:emit[0]\"\nkind = \"state\"\nzone = \"mainnet\"";
    policy.sinks.push(toml::from_str(sink).expect("a sink"));
    assert_eq!(
        methods_with(&facts, &policy, "sensitive-to-public-state"),
        ["logs"]
    );
}
