//! NEAR: methods are exports, calls are promises that run later.

use super::assert_found;

/// Methods around a balance per account, at key `bal/` and the account's name, of 8 bytes at address 200; the amount that
/// the caller asks for is at 300.
fn module(methods: &str) -> String {
    format!(
        r#"(module
        (import "env" "read_register" (func $read_register (param i64 i64)))
        (import "env" "predecessor_account_id" (func $caller (param i64)))
        (import "env" "current_account_id" (func $current (param i64)))
        (import "env" "input" (func $input (param i64)))
        (import "env" "attached_deposit" (func $attached (param i64)))
        (import "env" "storage_read" (func $storage_read (param i64 i64 i64) (result i64)))
        (import "env" "storage_write" (func $storage_write (param i64 i64 i64 i64 i64) (result i64)))
        {}
        (import "env" "promise_create"
            (func $promise_create (param i64 i64 i64 i64 i64 i64 i64 i64) (result i64)))
        (import "env" "promise_then"
            (func $promise_then (param i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)))
        (import "env" "promise_result" (func $promise_result (param i64 i64) (result i64)))
        (memory (export "memory") 1)
        (data (i32.const 100) "bal/")
        (data (i32.const 500) "token.near")
        (data (i32.const 520) "ft_transfer")
        (data (i32.const 540) "on_sent")
        (func $key (param $register i64)
            (call $read_register (local.get $register) (i64.const 104)))
        (func $held (result i64)
            (drop (call $storage_read (i64.const 36) (i64.const 100) (i64.const 1)))
            (call $read_register (i64.const 1) (i64.const 200))
            (i64.load (i32.const 200)))
        (func $keep (param $held i64)
            (i64.store (i32.const 200) (local.get $held))
            (drop (call $storage_write
                (i64.const 36) (i64.const 100) (i64.const 8) (i64.const 200) (i64.const 1))))
        (func $amount (result i64)
            (call $input (i64.const 2))
            (call $read_register (i64.const 2) (i64.const 300))
            (i64.load (i32.const 300)))
        (func $send (result i64)
            (call $promise_create
                (i64.const 10) (i64.const 500) (i64.const 11) (i64.const 520)
                (i64.const 8) (i64.const 300) (i64.const 400) (i64.const 0)))
        (func $then (param $promise i64)
            (call $current (i64.const 5))
            (call $read_register (i64.const 5) (i64.const 600))
            (drop (call $promise_then
                (local.get $promise) (i64.const 32) (i64.const 600) (i64.const 7) (i64.const 540)
                (i64.const 8) (i64.const 300) (i64.const 400) (i64.const 0))))
        {methods})"#,
        // Nothing else is imported.
        ""
    )
}

/// A method that tests the caller's balance, then does something.
fn withdraw(name: &str, body: &str) -> String {
    format!(
        r#"(func (export "{name}") (local $held i64) (local $amount i64)
            (call $caller (i64.const 0))
            (call $key (i64.const 0))
            (local.set $held (call $held))
            (local.set $amount (call $amount))
            (if (i64.lt_u (local.get $held) (local.get $amount)) (then unreachable))
            {body})"#
    )
}

const REDUCE: &str = "(call $keep (i64.sub (local.get $held) (local.get $amount)))";

/// A callback that does something if the call went well, or if it did not.
fn on_sent(went_well: bool, body: &str) -> String {
    let test = if went_well { "i64.eq" } else { "i64.ne" };
    format!(
        r#"(func (export "on_sent") (local $amount i64)
            (local.set $amount (call $amount))
            (call $input (i64.const 2))
            (call $key (i64.const 2))
            (if ({test} (call $promise_result (i64.const 0) (i64.const 3)) (i64.const 1))
                (then {body})))"#
    )
}

#[test]
fn what_is_tested_is_written_before_the_call() {
    let take = on_sent(
        true,
        "(call $keep (i64.sub (call $held) (local.get $amount)))",
    );
    let late = withdraw("withdraw", "(call $then (call $send))");
    assert_found(
        &module(&format!("{late}{take}")),
        &[("async-state-race", "withdraw")],
    );
    let give_back = on_sent(
        false,
        "(call $keep (i64.add (call $held) (local.get $amount)))",
    );
    let early = withdraw("withdraw", &format!("{REDUCE} (call $then (call $send))"));
    assert_found(&module(&format!("{early}{give_back}")), &[]);
}

#[test]
fn what_was_taken_is_given_back_on_failure() {
    let alone = withdraw("withdraw", &format!("{REDUCE} (drop (call $send))"));
    assert_found(
        &module(&alone),
        &[("async-failure-not-compensated", "withdraw")],
    );
    // A callback that does nothing about it.
    let idle = on_sent(false, "(drop (call $held))");
    let called_back = withdraw("withdraw", &format!("{REDUCE} (call $then (call $send))"));
    assert_found(
        &module(&format!("{called_back}{idle}")),
        &[("async-failure-not-compensated", "withdraw")],
    );
}

#[test]
fn a_result_that_nobody_sees() {
    // What is written has nothing to do with what is sent, so nothing is to be given back.
    let recorded = "(call $caller (i64.const 0)) (call $key (i64.const 0)) (drop (call $amount))
        (call $keep (i64.const 7))";
    let lost = format!(r#"(func (export "pay") {recorded} (drop (call $send)))"#);
    assert_found(&module(&lost), &[("unhandled-async-result", "pay")]);
    let seen = format!(r#"(func (export "pay") {recorded} (call $then (call $send)))"#);
    let callback = on_sent(false, "(drop (call $held))");
    assert_found(&module(&format!("{seen}{callback}")), &[]);
}

#[test]
fn a_callback_always_finishes() {
    let abort = "(if (i64.lt_u (call $held) (local.get $amount)) (then unreachable))";
    let give_back = "(call $keep (i64.add (call $held) (local.get $amount)))";
    assert_found(
        &module(&on_sent(false, &format!("{abort}{give_back}"))),
        &[("trap-in-callback", "on_sent")],
    );
    assert_found(&module(&on_sent(false, give_back)), &[]);
}
