//! Consensus, cryptography, storage and deployment: vulnerable methods and their corrected twins.

mod support;

use contract_lint_lints::lint::Confidence;
use support::{facts, findings, methods_with, policy};

fn none() -> contract_lint_lints::policy::Policy {
    policy("mainnet", &[])
}

/// The methods of a contract in which a lint finds something. Texts: `key` at 0, `owner` at 16.
fn with(lint: &str, methods: &[(&str, &str)]) -> Vec<String> {
    let mut text = String::from(r#"(data (i32.const 0) "key") (data (i32.const 16) "owner")"#);
    for (name, body) in methods {
        text += &format!("(func (export \"{name}\") {body})");
    }
    methods_with(&facts(&text), &none(), lint)
}

const PAY: &str = "(call $transfer (i32.const 300) (i64.const 5))";

#[test]
fn lots_from_the_block() {
    let drawn = |lot: &str| {
        format!("(call $caller (i32.const 300)) (if (i64.lt_u {lot} (i64.const 50)) (then {PAY}))")
    };
    let found = with(
        "block-data-randomness",
        &[
            (
                "by_height",
                &drawn("(i64.rem_u (i64.mul (call $height) (call $now)) (i64.const 100))"),
            ),
            (
                "by_remainder_written_out",
                &format!(
                    "(local $x i64) (local.set $x (call $height)) {}",
                    drawn(
                        "(i64.sub (local.get $x) (i64.mul (i64.div_u (local.get $x) (i64.const 100)) (i64.const 100)))"
                    )
                ),
            ),
            // A deadline, and a lot to which the caller's secret contributes.
            ("by_deadline", &drawn("(call $height)")),
            (
                "by_reveal",
                &drawn(
                    "(i64.rem_u (i64.xor (call $height) (call $number (i32.const 0))) (i64.const 100))",
                ),
            ),
            // Whom it pays is not drawn: what it stores is.
            (
                "bucket",
                "(i64.store (i32.const 100) (i64.rem_u (call $height) (i64.const 100))) (call $put (i32.const 0) (i32.const 3) (i32.const 100) (i32.const 8))",
            ),
        ],
    );
    assert_eq!(found, ["by_height", "by_remainder_written_out"]);
}

#[test]
fn lots_that_are_paid_at_once() {
    let lot = "(i64.lt_u (i64.rem_u (call $random) (i64.const 100)) (i64.const 50))";
    let found = with(
        "atomic-reveal-payout",
        &[
            (
                "play",
                &format!("(call $caller (i32.const 300)) (if {lot} (then {PAY}))"),
            ),
            (
                "draw",
                "(i64.store (i32.const 100) (i64.rem_u (call $random) (i64.const 100))) (call $put (i32.const 0) (i32.const 3) (i32.const 100) (i32.const 8))",
            ),
        ],
    );
    assert_eq!(found, ["play"]);
}

#[test]
fn exact_times() {
    let found = with(
        "block-time-dependence",
        &[
            (
                "exact",
                &format!("(if (i64.eq (call $now) (i64.const 1700000000)) (then {PAY}))"),
            ),
            (
                "multiple",
                &format!("(if (i64.eqz (i64.rem_u (call $now) (i64.const 15))) (then {PAY}))"),
            ),
            (
                "after",
                &format!("(if (i64.gt_u (call $now) (i64.const 1700000000)) (then {PAY}))"),
            ),
        ],
    );
    assert_eq!(found, ["exact", "multiple"]);
}

/// Signature at 400, message at 500, key at 600.
const READ: &str = "(call $arg (i32.const 0) (i32.const 400)) (call $arg (i32.const 1) (i32.const 500)) (call $get (i32.const 16) (i32.const 5) (i32.const 600))";
const VERIFY: &str = "(call $verify (i32.const 400) (i32.const 500) (i32.const 600))";

#[test]
fn signatures_that_decide_nothing() {
    let found = with(
        "unchecked-signature-result",
        &[
            ("dropped", &format!("{READ} (drop {VERIFY}) {PAY}")),
            (
                "checked",
                &format!("{READ} (if (i32.eqz {VERIFY}) (then (unreachable))) {PAY}"),
            ),
            // Two signatures, one decision.
            (
                "folded",
                &format!(
                    "{READ} (if (i32.eqz (i32.and {VERIFY} {VERIFY})) (then (unreachable))) {PAY}"
                ),
            ),
            (
                "skipped",
                &format!(
                    "{READ} (if (i64.eqz (call $number (i32.const 2))) (then (if (i32.eqz {VERIFY}) (then (unreachable))))) {PAY}"
                ),
            ),
        ],
    );
    assert_eq!(found, ["dropped"]);
}

#[test]
fn signatures_that_count_twice() {
    let checked = format!("(if (i32.eqz {VERIFY}) (then (unreachable)))");
    let used = "(call $get (i32.const 500) (i32.const 32) (i32.const 700)) (if (i32.load (i32.const 700)) (then (unreachable))) (call $put (i32.const 500) (i32.const 32) (i32.const 0) (i32.const 3))";
    let found = with(
        "signature-replay",
        &[
            ("again", &format!("{READ} {checked} {PAY}")),
            ("once", &format!("{READ} {checked} {used} {PAY}")),
        ],
    );
    assert_eq!(found, ["again"]);
}

#[test]
fn keys_that_the_caller_chooses() {
    let save = "(call $arg (i32.const 0) (i32.const 100)) (call $put (i32.const 100) (i32.const 32) (i32.const 0) (i32.const 3))";
    let prefixed = "(i32.store8 (i32.const 99) (i32.const 47)) (call $arg (i32.const 0) (i32.const 100)) (call $put (i32.const 99) (i32.const 33) (i32.const 0) (i32.const 3))";
    let guarded = "(call $caller (i32.const 300)) (call $get (i32.const 16) (i32.const 5) (i32.const 600)) (if (i64.ne (i64.load (i32.const 300)) (i64.load (i32.const 600))) (then (unreachable)))";
    let found = with(
        "tainted-storage-key",
        &[
            ("save", save),
            ("save_prefixed", prefixed),
            ("save_by_owner", &format!("{guarded} {save}")),
        ],
    );
    assert_eq!(found, ["save"]);
}

#[test]
fn secrets_and_paths_in_the_file() {
    let clean = facts(
        r#"(data (i32.const 0) "ed25519:6E8sCci9badyRkXb3JoRpBj5p8C6Tw41ELDZoiihKEtp\00src/lib.rs") (func (export "f"))"#,
    );
    assert!(findings(&clean, &none(), "hard-coded-secret").is_empty());
    assert!(findings(&clean, &none(), "build-path-and-symbol-leak").is_empty());
    let leaking = facts(
        r#"(data (i32.const 0) "-----BEGIN EC PRIVATE KEY-----\0a\00/home/lilei/bank/src/lib.rs\00/home/runner/build/src/lib.rs") (func (export "f"))"#,
    );
    assert_eq!(findings(&leaking, &none(), "hard-coded-secret").len(), 1);
    assert_eq!(
        findings(&leaking, &none(), "build-path-and-symbol-leak").len(),
        1
    );
}

#[test]
fn libraries_with_known_defects() {
    let built_with = |version: &str| {
        let text = format!(
            "(data (i32.const 0) \"/cargo/serde-json-wasm-{version}/src/de/mod.rs\") (func (export \"f\"))"
        );
        findings(&facts(&text), &none(), "vulnerable-sdk").len()
    };
    assert_eq!(built_with("0.5.1"), 1);
    assert_eq!(built_with("0.5.2"), 0);
    assert_eq!(built_with("1.0.0"), 1);
    assert_eq!(built_with("1.0.1"), 0);
}

/// Where code with the defect leaves traces and there are none, the library's other code is all that is there.
#[test]
fn defects_of_code_that_is_not_there() {
    let confidence = |more: &str| {
        let text = format!(
            "(data (i32.const 0) \"/cargo/cosmwasm-std-1.4.0/src/math/{more}.rs\") (func (export \"f\"))"
        );
        let found = findings(&facts(&text), &none(), "vulnerable-sdk");
        found.iter().map(|f| f.confidence).collect::<Vec<_>>()
    };
    assert_eq!(confidence("uint256"), [Confidence::Medium]);
    assert_eq!(confidence("uint128"), [Confidence::Low]);
}

#[test]
fn algorithms_by_their_constants() {
    let sha1 = "(func (export \"f\") (i32.store (i32.const 0) (i32.const 0x5a827999)) (i32.store (i32.const 4) (i32.const 0x6ed9eba1)) (i32.store (i32.const 8) (i32.const 0x8f1bbcdc)) (i32.store (i32.const 12) (i32.const 0xca62c1d6)))";
    let lint = "weak-or-unapproved-crypto";
    assert_eq!(findings(&facts(sha1), &none(), lint).len(), 1);
    let sm3 = sha1
        .replace("5a827999", "7380166f")
        .replace("6ed9eba1", "4914b2b9")
        .replace("8f1bbcdc", "172442d7")
        .replace("ca62c1d6", "da8a0600");
    let mut policy = policy("mainnet", &[("param:f.#0", "pi.name")]);
    policy.crypto.profile = contract_lint_lints::policy::Profile::Gm;
    assert!(findings(&facts(&sm3), &policy, lint).is_empty());
    policy.crypto.profile = contract_lint_lints::policy::Profile::Intl;
    assert_eq!(findings(&facts(&sm3), &policy, lint).len(), 1);
}
