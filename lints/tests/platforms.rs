//! Consensus, storage, deployment and cryptography on the interfaces of real platforms: vulnerable methods and their twins.

use contract_lint_analyzer::module::decode;
use contract_lint_analyzer::{Options, analyze};
use contract_lint_lints::check;
use contract_lint_lints::finding::Finding;
use contract_lint_lints::lint::{Confidence, Context};
use contract_lint_lints::policy::Policy;

/// The methods in which a lint finds something; an empty name for the contract as a whole.
fn found(lint: &str, wat: &str) -> Vec<String> {
    found_with(lint, wat, &Policy::default())
}

fn found_with(lint: &str, wat: &str, policy: &Policy) -> Vec<String> {
    let mut methods: Vec<String> = findings(lint, wat, policy)
        .into_iter()
        .map(|f| f.method)
        .collect();
    methods.sort();
    methods
}

fn findings(lint: &str, wat: &str, policy: &Policy) -> Vec<Finding> {
    let bytes = wat::parse_str(wat).expect("the module is well formed");
    let module = decode(bytes).expect("the module is valid");
    let facts = analyze(module, &Options::default());
    let context = Context::new(&facts, policy);
    let mut found = check(&context);
    found.retain(|f| f.lint.name == lint);
    found
}

/// A NEAR contract. The input is in register 0, then at 4096.
fn near(methods: &str) -> String {
    format!(
        r#"(module
            (import "env" "input" (func $input (param i64)))
            (import "env" "read_register" (func $read (param i64 i64)))
            (import "env" "register_len" (func $len (param i64) (result i64)))
            (import "env" "storage_write" (func $write (param i64 i64 i64 i64 i64) (result i64)))
            (import "env" "storage_read" (func $fetch (param i64 i64 i64) (result i64)))
            (import "env" "predecessor_account_id" (func $caller (param i64)))
            (import "env" "block_timestamp" (func $time (result i64)))
            (import "env" "block_index" (func $height (result i64)))
            (import "env" "sleep_nanos" (func $sleep (param i64)))
            (import "env" "log_utf8" (func $log (param i64 i64)))
            (import "env" "promise_batch_create" (func $promise (param i64 i64) (result i64)))
            (import "env" "promise_batch_action_transfer" (func $pay (param i64 i64)))
            (memory (export "memory") 1)
            (data (i32.const 1024) "users") (data (i32.const 1040) "users_by_name") (data (i32.const 1056) "owner")
            (data (i32.const 1072) "users/")
            {methods})"#
    )
}

/// A Concordium contract.
fn concordium(methods: &str) -> String {
    format!(
        r#"(module
            (import "concordium" "get_parameter_section" (func $param (param i32 i32 i32 i32) (result i32)))
            (import "concordium" "state_create_entry" (func $create (param i32 i32) (result i64)))
            (memory (export "memory") 1)
            (func (export "init_game") (param i64) (result i32) (i32.const 0))
            {methods})"#
    )
}

#[test]
fn floats_where_the_host_rejects_them() {
    let soroban = |code: &str| {
        format!(
            r#"(module (memory 1) (func (export "share") (param i64) (result i64) {code}) (func (export "_"))
                (@custom "contractenvmetav0" "\00\00\00\00\00\00\00\15\00\00\00\00"))"#
        )
    };
    let lint = "float-nondeterminism";
    let float = "(i64.trunc_f64_u (f64.mul (f64.convert_i64_u (local.get 0)) (f64.const 0.3)))";
    let integer = "(i64.div_u (i64.mul (local.get 0) (i64.const 3)) (i64.const 10))";
    assert_eq!(found(lint, &soroban(float)), [""]);
    assert!(found(lint, &soroban(integer)).is_empty());
    let receive = |code: &str| {
        concordium(&format!(
            "(func (export \"game.share\") (param i64) (result i32) (drop {code}) (i32.const 0))"
        ))
    };
    assert_eq!(found(lint, &receive(float)), [""]);
    assert!(found(lint, &receive(integer)).is_empty());
}

#[test]
fn prefixes_that_run_into_each_other() {
    // After the prefix at `from` comes the caller's input, of any length.
    let keyed = |name: &str, from: u32, len: u32| {
        format!(
            r#"(func (export "{name}")
                (call $input (i64.const 0))
                (memory.copy (i32.const 2048) (i32.const {from}) (i32.const {len}))
                (call $read (i64.const 0) (i64.const {at}))
                (drop (call $write (i64.add (i64.const {len}) (call $len (i64.const 0))) (i64.const 2048) (i64.const 5) (i64.const 1056) (i64.const 1))))"#,
            at = 2048 + len
        )
    };
    let lint = "storage-namespace-collision";
    let colliding = near(&(keyed("add", 1024, 5) + &keyed("name", 1040, 13)));
    assert_eq!(found(lint, &colliding), ["add"]);
    let apart = near(&(keyed("add", 1072, 6) + &keyed("name", 1040, 13)));
    assert!(found(lint, &apart).is_empty());
    // A single entry may be one that the contract knows by name.
    let entry = r#"(func (export "name")
        (drop (call $write (i64.const 13) (i64.const 1040) (i64.const 5) (i64.const 1056) (i64.const 1))))"#;
    let doubtful = near(&(keyed("add", 1024, 5) + entry));
    let confidences = |code: &str| -> Vec<Confidence> {
        let found = findings(lint, code, &Policy::default());
        found.iter().map(|f| f.confidence).collect()
    };
    assert_eq!(confidences(&colliding), [Confidence::Medium]);
    assert_eq!(confidences(&doubtful), [Confidence::Low]);
}

#[test]
fn functions_of_tests_in_what_is_deployed() {
    let lint = "forbidden-import-or-feature";
    let sleeps = r#"(func (export "wait") (call $sleep (i64.const 1000)))"#;
    assert_eq!(found(lint, &near(sleeps)), ["wait"]);
    // An import that nothing calls is no finding.
    let logs = r#"(func (export "wait") (call $log (i64.const 5) (i64.const 1056)))"#;
    assert!(found(lint, &near(logs)).is_empty());
    let casper = |call: &str| {
        format!(
            r#"(module
                (import "env" "casper_print" (func $print (param i32 i32)))
                (import "env" "casper_get_named_arg" (func $arg (param i32 i32 i32 i32) (result i32)))
                (memory (export "memory") 1)
                (func (export "call") {call}))"#
        )
    };
    let prints = "(call $print (i32.const 0) (i32.const 4))";
    assert_eq!(found(lint, &casper(prints)), ["call"]);
    assert!(found(lint, &casper("")).is_empty());
}

#[test]
fn exact_times_on_near() {
    let act = "(drop (call $write (i64.const 5) (i64.const 1056) (i64.const 5) (i64.const 1024) (i64.const 1)))";
    let when = |name: &str, condition: &str| {
        format!("(func (export \"{name}\") (if {condition} (then {act})))")
    };
    let text = near(
        &(when(
            "multiple",
            "(i64.eqz (i64.rem_u (call $height) (i64.const 15)))",
        ) + &when("after", "(i64.gt_u (call $time) (i64.const 1700000000))")),
    );
    assert_eq!(found("block-time-dependence", &text), ["multiple"]);
}

#[test]
fn what_the_policy_keeps_for_the_privileged() {
    let write = "(drop (call $write (i64.const 5) (i64.const 1024) (i64.const 5) (i64.const 4096) (i64.const 1)))";
    let read = "(call $input (i64.const 0)) (call $read (i64.const 0) (i64.const 4096))";
    let text = near(&format!("(func (export \"set_users\") {read} {write})"));
    let lint = "unprotected-privileged-write";
    assert!(found(lint, &text).is_empty());
    let declared = |privileged: &str| Policy {
        privileged: toml::from_str(privileged).expect("well formed"),
        ..Policy::default()
    };
    let keys = declared("keys = ['\"users\"']");
    assert_eq!(found_with(lint, &text, &keys), ["set_users"]);
    let entries = declared("entries = [\"set_*\"]");
    assert_eq!(found_with(lint, &text, &entries), ["set_users"]);
    let others = declared("keys = ['\"roles/\" *']\nentries = [\"migrate\"]");
    assert!(found_with(lint, &text, &others).is_empty());
}
