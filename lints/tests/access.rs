//! The lints of access on small modules that import the host functions of a platform: each defect beside its correction.

use contract_lint_analyzer::module::decode;
use contract_lint_analyzer::sidecar::{Sidecar, SidecarKind};
use contract_lint_analyzer::{Options, analyze};
use contract_lint_lints::check;
use contract_lint_lints::finding::Finding;
use contract_lint_lints::lint::Context;
use contract_lint_lints::policy::Policy;

/// What is found in a module, as `lint method`, sorted.
fn found(wat: &str) -> Vec<String> {
    named(&findings(wat))
}

fn named(findings: &[Finding]) -> Vec<String> {
    let mut found: Vec<String> = findings
        .iter()
        .map(|f| format!("{} {}", f.lint.name, f.method))
        .collect();
    found.sort();
    found
}

fn findings(wat: &str) -> Vec<Finding> {
    findings_with(wat, &Options::default())
}

fn findings_with(wat: &str, options: &Options) -> Vec<Finding> {
    let bytes = wat::parse_str(wat).expect("the module is well formed");
    let module = decode(bytes).expect("the module is valid");
    let facts = analyze(module, options);
    let policy = Policy::default();
    check(&Context::new(&facts, &policy))
}

/// A Soroban contract. Values are tagged: symbols of up to nine characters are numbers with tag 14.
fn soroban(methods: &str) -> String {
    format!(
        r#"(module
            (import "l" "_" (func $put (param i64 i64 i64) (result i64)))
            (import "l" "0" (func $has (param i64 i64) (result i64)))
            (import "l" "1" (func $get (param i64 i64) (result i64)))
            (import "l" "2" (func $del (param i64 i64) (result i64)))
            (import "l" "6" (func $upgrade (param i64) (result i64)))
            (import "a" "0" (func $require_auth (param i64) (result i64)))
            (import "d" "_" (func $call (param i64 i64 i64) (result i64)))
            (memory 1)
            (global $owner i64 (i64.const 0x2ad45e0e))
            (global $fee i64 (i64.const 0x1ad45f0e))
            (global $kept i64 (i64.const 1))
            {methods}
            (func (export "_"))
            (@custom "contractenvmetav0" "\00\00\00\00\00\00\00\15\00\00\00\00"))"#
    )
}

/// The stored owner must agree, so that the key is known as one on which access rests.
const GUARDED: &str = r#"
    (func $guard (drop (call $require_auth (call $get (global.get $owner) (global.get $kept)))))
    (func (export "set_owner_checked") (param i64) (result i64)
        (call $guard)
        (call $put (global.get $owner) (local.get 0) (global.get $kept)))"#;

#[test]
fn whoever_sets_the_owner() {
    let open = r#"
        (func (export "set_owner") (param i64) (result i64)
            (call $put (global.get $owner) (local.get 0) (global.get $kept)))"#;
    assert_eq!(
        found(&soroban(&format!("{GUARDED}{open}"))),
        ["unprotected-privileged-write set_owner"]
    );
    assert!(found(&soroban(GUARDED)).is_empty());
}

#[test]
fn a_guard_that_one_way_avoids() {
    let hasty = r#"
        (func (export "set_owner") (param i64 i64) (result i64)
            (if (i64.eqz (local.get 1)) (then (call $guard)))
            (call $put (global.get $owner) (local.get 0) (global.get $kept)))"#;
    let findings = findings(&soroban(&format!("{GUARDED}{hasty}")));
    assert_eq!(findings.len(), 1);
    let text = findings[0].notes.join("\n");
    assert!(text.contains("not on every way"), "{text}");
}

#[test]
fn an_account_that_the_caller_names() {
    let named = r#"
        (func (export "set_owner") (param i64 i64) (result i64)
            (drop (call $require_auth (local.get 0)))
            (call $put (global.get $owner) (local.get 1) (global.get $kept)))"#;
    assert_eq!(
        found(&soroban(&format!("{GUARDED}{named}"))),
        ["auth-on-attacker-supplied-subject set_owner"]
    );
    let held_against_the_owner = r#"
        (func (export "set_owner") (param i64 i64) (result i64)
            (drop (call $require_auth (local.get 0)))
            (if (i64.ne (local.get 0) (call $get (global.get $owner) (global.get $kept)))
                (then (unreachable)))
            (call $put (global.get $owner) (local.get 1) (global.get $kept)))"#;
    assert!(found(&soroban(&format!("{GUARDED}{held_against_the_owner}"))).is_empty());
}

#[test]
fn initialised_again() {
    let again = r#"
        (func (export "initialize") (param i64 i64) (result i64)
            (drop (call $put (global.get $owner) (local.get 0) (global.get $kept)))
            (call $put (global.get $fee) (local.get 1) (global.get $kept)))"#;
    assert_eq!(
        found(&soroban(&format!("{GUARDED}{again}"))),
        ["reinitializable initialize"]
    );
    let once = r#"
        (func (export "initialize") (param i64 i64) (result i64)
            (if (i64.eq (call $has (global.get $owner) (global.get $kept)) (i64.const 1))
                (then (unreachable)))
            (drop (call $put (global.get $owner) (local.get 0) (global.get $kept)))
            (call $put (global.get $fee) (local.get 1) (global.get $kept)))"#;
    assert!(found(&soroban(&format!("{GUARDED}{once}"))).is_empty());
}

#[test]
fn code_for_anyone_to_replace() {
    let open = r#"
        (func (export "upgrade") (param i64) (result i64) (call $upgrade (local.get 0)))"#;
    let checked = r#"
        (func (export "upgrade") (param i64) (result i64)
            (call $guard) (call $upgrade (local.get 0)))"#;
    assert_eq!(
        found(&soroban(&format!("{GUARDED}{open}"))),
        ["unprotected-code-upgrade upgrade"]
    );
    assert!(found(&soroban(&format!("{GUARDED}{checked}"))).is_empty());
}

#[test]
fn either_of_two_owners() {
    let either = r#"
        (func (export "upgrade") (param i64 i64) (result i64)
            (drop (call $require_auth (local.get 0)))
            (block $known
                (br_if $known
                    (i64.eq (local.get 0) (call $get (global.get $owner) (global.get $kept))))
                (br_if $known
                    (i64.eq (local.get 0) (call $get (global.get $fee) (global.get $kept))))
                (unreachable))
            (call $upgrade (local.get 1)))"#;
    assert!(found(&soroban(either)).is_empty());
}

#[test]
fn what_belongs_to_others() {
    let erase = r#"
        (func (export "erase") (param i64) (result i64)
            (call $del (local.get 0) (global.get $kept)))"#;
    let agreed = r#"
        (func (export "erase") (param i64) (result i64)
            (drop (call $require_auth (local.get 0)))
            (call $del (local.get 0) (global.get $kept)))"#;
    assert_eq!(found(&soroban(erase)), ["missing-subject-auth erase"]);
    assert!(found(&soroban(agreed)).is_empty());
}

#[test]
fn a_call_of_whatever_is_named() {
    let forward = r#"
        (func (export "forward") (param i64 i64 i64) (result i64)
            (call $call (local.get 0) (local.get 1) (local.get 2)))"#;
    let fixed = r#"
        (func (export "forward") (param i64 i64) (result i64)
            (call $call (call $get (global.get $fee) (global.get $kept)) (local.get 0) (local.get 1)))"#;
    let listed = r#"
        (func (export "forward") (param i64 i64 i64) (result i64)
            (if (i64.ne (call $has (local.get 0) (global.get $kept)) (i64.const 1))
                (then (unreachable)))
            (call $call (local.get 0) (local.get 1) (local.get 2)))"#;
    assert_eq!(found(&soroban(forward)), ["arbitrary-call-target forward"]);
    assert!(found(&soroban(fixed)).is_empty());
    assert!(found(&soroban(listed)).is_empty());
}

/// An ink! contract that does one thing whatever is asked.
fn ink(call: &str) -> String {
    format!(
        r#"(module
            (import "env" "memory" (memory 1 16))
            (import "seal0" "caller" (func $caller (param i32 i32)))
            (import "seal1" "terminate" (func $end (param i32)))
            (import "seal0" "transfer" (func $transfer (param i32 i32 i32 i32) (result i32)))
            (import "seal0" "input" (func $input (param i32 i32)))
            (import "seal1" "get_storage" (func $get (param i32 i32 i32 i32) (result i32)))
            (func (export "deploy"))
            (data (i32.const 0) "owner")
            (func $guard
                (i32.store (i32.const 60) (i32.const 32))
                (call $caller (i32.const 64) (i32.const 60))
                (i32.store (i32.const 124) (i32.const 32))
                (drop (call $get (i32.const 0) (i32.const 5) (i32.const 128) (i32.const 124)))
                (if (i64.ne (i64.load (i32.const 64)) (i64.load (i32.const 128)))
                    (then (unreachable))))
            (func (export "call")
                (i32.store (i32.const 196) (i32.const 64))
                (call $input (i32.const 200) (i32.const 196))
                {call}))"#
    )
}

#[test]
fn the_end_for_everybody() {
    let open = "(call $end (i32.const 204))";
    let checked = "(call $guard) (call $end (i32.const 204))";
    assert_eq!(found(&ink(open)), ["unprotected-destruction call"]);
    assert!(found(&ink(checked)).is_empty());
}

#[test]
fn payments_to_whoever_asks() {
    let pay =
        "(drop (call $transfer (i32.const 204) (i32.const 32) (i32.const 236) (i32.const 16)))";
    assert_eq!(found(&ink(pay)), ["unprotected-value-outflow call"]);
    assert!(found(&ink(&format!("(call $guard) {pay}"))).is_empty());
}

/// A MultiversX contract with records of an owner's address and a price under `deal/` and a number, and a list of
/// moderators under `mods/` and an address.
fn multiversx(methods: &str) -> String {
    format!(
        r#"(module
            (import "env" "getCaller" (func $caller (param i32)))
            (import "env" "checkNoPayment" (func $no_payment))
            (import "env" "int64getArgument" (func $argument (param i32) (result i64)))
            (import "env" "getArgument" (func $bytes (param i32 i32) (result i32)))
            (import "env" "storageLoad" (func $load (param i32 i32 i32) (result i32)))
            (import "env" "storageStore" (func $store (param i32 i32 i32 i32) (result i32)))
            (import "env" "transferValue" (func $transfer (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 100) "deal/")
            (data (i32.const 150) "mods/")
            (func $read
                (i64.store (i32.const 105) (call $argument (i32.const 0)))
                (drop (call $load (i32.const 100) (i32.const 13) (i32.const 200))))
            (func $delete (drop (call $store (i32.const 100) (i32.const 13) (i32.const 200) (i32.const 0))))
            (func $reprice
                (i64.store (i32.const 232) (call $argument (i32.const 1)))
                (drop (call $store (i32.const 100) (i32.const 13) (i32.const 200) (i32.const 40))))
            (func $ask
                (call $caller (i32.const 300))
                (if (i64.ne (i64.load (i32.const 300)) (i64.load (i32.const 200))) (then unreachable)))
            (func $pay
                (call $caller (i32.const 300))
                (drop (call $transfer (i32.const 300) (i32.const 232) (i32.const 0) (i32.const 0))))
            (func $list
                (drop (call $bytes (i32.const 0) (i32.const 155)))
                (i32.store8 (i32.const 400) (i32.const 1))
                (drop (call $store (i32.const 150) (i32.const 37) (i32.const 400) (i32.const 1))))
            (func $moderator
                (call $caller (i32.const 155))
                (if (i32.eqz (call $load (i32.const 150) (i32.const 37) (i32.const 410))) (then unreachable)))
            {methods})"#
    )
}

/// What is found in such a contract whose interface says that records are asked for by number.
fn found_by_number(methods: &str) -> Vec<String> {
    let endpoint = |name: &str| {
        format!(
            r#"{{"name": "{name}", "inputs": [{{"name": "id", "type": "u64"}}, {{"name": "price", "type": "u64"}}]}}"#
        )
    };
    let endpoints = [endpoint("close"), endpoint("close_checked")].join(", ");
    let options = Options {
        sidecars: vec![Sidecar {
            kind: SidecarKind::MultiversxAbi,
            bytes: format!(r#"{{"name": "Deals", "endpoints": [{endpoints}]}}"#).into_bytes(),
        }],
        ..Options::default()
    };
    named(&findings_with(&multiversx(methods), &options))
}

const ASKED: &str =
    r#"(func (export "close_checked") (call $no_payment) (call $read) (call $ask) (call $delete))"#;

#[test]
fn a_record_belongs_to_whom_it_names() {
    let close = |body: &str| {
        let method = format!(r#"(func (export "close") (call $no_payment) (call $read) {body})"#);
        found_by_number(&format!("{ASKED} {method}"))
    };
    assert_eq!(close("(call $delete)"), ["missing-subject-auth close"]);
    assert_eq!(close("(call $reprice)"), ["missing-subject-auth close"]);
    assert!(close("(call $ask) (call $reprice)").is_empty());
    // The host undoes the deletion if the check that follows aborts.
    assert!(close("(call $delete) (call $ask)").is_empty());
}

#[test]
fn a_record_is_paid_to_whoever_asks() {
    let close = |body: &str| {
        let method = format!(r#"(func (export "close") (call $no_payment) (call $read) {body})"#);
        found_by_number(&format!("{ASKED} {method}"))
    };
    assert_eq!(
        close("(call $delete) (call $pay)"),
        ["unprotected-value-outflow close"]
    );
    assert!(close("(call $delete) (call $pay) (call $ask)").is_empty());
}

#[test]
fn a_record_that_nobody_is_asked_for_is_for_all() {
    let close = r#"(func (export "close") (call $no_payment) (call $read) (call $delete))"#;
    assert!(found_by_number(close).is_empty());
}

#[test]
fn whoever_lists_the_moderators() {
    let first = r#"(func (export "init") (call $list))"#;
    let pause = r#"(func (export "close") (call $moderator) (call $read) (call $delete))"#;
    let add = |guard: &str| {
        let add = format!(r#"(func (export "add") (call $no_payment) {guard} (call $list))"#);
        found(&multiversx(&format!("{first} {pause} {add}")))
    };
    assert_eq!(add(""), ["unprotected-privileged-write add"]);
    assert!(add("(call $moderator)").is_empty());
}
