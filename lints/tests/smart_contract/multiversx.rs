//! MultiversX: methods are exports, calls run at once, and the callee may come back.

use super::assert_found;

/// Methods around a balance per account, at key `bal/` and the account's address, of 8 bytes at address 200.
fn module(methods: &str) -> String {
    module_with(SENDING, methods)
}

const SENDING: &str = r#"
    (import "env" "executeOnDestContext"
        (func $execute (param i64 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "env" "transferValue" (func $transfer (param i32 i32 i32 i32) (result i32)))
    (func $call
        (drop (call $execute
            (i64.const 0) (i32.const 104) (i32.const 300) (i32.const 170) (i32.const 3)
            (i32.const 0) (i32.const 0) (i32.const 0))))"#;

fn module_with(imports: &str, methods: &str) -> String {
    let (more, functions) = imports
        .split_once("(func $call")
        .map_or((imports, String::new()), |(i, f)| {
            (i, format!("(func $call{f}"))
        });
    format!(
        r#"(module
        (import "env" "getCaller" (func $caller (param i32)))
        (import "env" "getCallValue" (func $value (param i32) (result i32)))
        (import "env" "getNumArguments" (func $count (result i32)))
        (import "env" "int64getArgument" (func $argument (param i32) (result i64)))
        (import "env" "getArgument" (func $bytes (param i32 i32) (result i32)))
        (import "env" "storageLoad" (func $load (param i32 i32 i32) (result i32)))
        (import "env" "storageStore" (func $store (param i32 i32 i32 i32) (result i32)))
        {more}
        (memory (export "memory") 1)
        (data (i32.const 100) "bal/")
        (data (i32.const 150) "lock")
        (data (i32.const 160) "members")
        (data (i32.const 170) "pay")
        {functions}
        (func $held (result i64)
            (drop (call $load (i32.const 100) (i32.const 36) (i32.const 200)))
            (i64.load (i32.const 200)))
        (func $keep (param $held i64)
            (i64.store (i32.const 200) (local.get $held))
            (drop (call $store (i32.const 100) (i32.const 36) (i32.const 200) (i32.const 8))))
        {methods})"#
    )
}

fn withdraw(body: &str) -> String {
    format!(
        r#"(func (export "withdraw") (local $held i64) (local $amount i64)
            (call $caller (i32.const 104))
            (local.set $held (call $held))
            (local.set $amount (call $argument (i32.const 0)))
            (if (i64.lt_u (local.get $held) (local.get $amount)) (then unreachable))
            (i64.store (i32.const 300) (local.get $amount))
            {body})"#
    )
}

const REDUCE: &str = "(call $keep (i64.sub (local.get $held) (local.get $amount)))";

#[test]
fn the_balance_is_written_before_the_call() {
    let late = withdraw(&format!("(call $call) {REDUCE}"));
    assert_found(
        &module(&late),
        &[("reentrancy-write-after-call", "withdraw")],
    );
    let early = withdraw(&format!("{REDUCE} (call $call)"));
    assert_found(&module(&early), &[]);
}

#[test]
fn a_lock_keeps_the_callee_out() {
    let lock = "(if (i32.ne (call $load (i32.const 150) (i32.const 4) (i32.const 400)) (i32.const 0)) (then unreachable))
        (i64.store (i32.const 400) (i64.const 1))
        (drop (call $store (i32.const 150) (i32.const 4) (i32.const 400) (i32.const 1)))";
    let unlock = "(drop (call $store (i32.const 150) (i32.const 4) (i32.const 400) (i32.const 0)))";
    let locked = withdraw(&format!("{lock} (call $call) {REDUCE} {unlock}"));
    assert_found(&module(&locked), &[]);
}

#[test]
fn a_view_is_not_asked_between_two_writes() {
    let view = r#"
        (func (export "price")
            (drop (call $load (i32.const 150) (i32.const 4) (i32.const 400)))
            (drop (call $load (i32.const 160) (i32.const 7) (i32.const 410)))
            (call $finish (i64.div_u (i64.load (i32.const 400)) (i64.load (i32.const 410)))))"#;
    let first = "(drop (call $store (i32.const 150) (i32.const 4) (i32.const 300) (i32.const 8)))";
    let second = "(drop (call $store (i32.const 160) (i32.const 7) (i32.const 300) (i32.const 8)))";
    let finish = r#"(import "env" "int64finish" (func $finish (param i64)))"#;
    let with = |body: &str| {
        let sending = format!("{finish}{SENDING}");
        module_with(
            &sending,
            &format!(r#"(func (export "remove") (call $caller (i32.const 104)) {body}) {view}"#),
        )
    };
    assert_found(
        &with(&format!("{first} (call $call) {second}")),
        &[("read-only-reentrancy", "remove")],
    );
    assert_found(&with(&format!("{first} {second} (call $call)")), &[]);
}

/// A loop of so many passes.
fn repeat(count: &str, body: &str) -> String {
    format!(
        "(local $i i64)
        (loop $again
            {body}
            (local.set $i (i64.add (local.get $i) (i64.const 1)))
            (br_if $again (i64.lt_u (local.get $i) {count})))"
    )
}

#[test]
fn payments_in_a_loop() {
    let members = "(drop (call $load (i32.const 160) (i32.const 7) (i32.const 408)))";
    let join = format!(
        r#"(func (export "join") {members}
            (i64.store (i32.const 408) (i64.add (i64.load (i32.const 408)) (i64.const 1)))
            (drop (call $store (i32.const 160) (i32.const 7) (i32.const 408) (i32.const 8))))"#
    );
    let pay = "(i64.store (i32.const 420) (local.get $i))
        (drop (call $load (i32.const 420) (i32.const 8) (i32.const 500)))
        (drop (call $transfer (i32.const 500) (i32.const 300) (i32.const 0) (i32.const 0)))";
    let all = repeat("(i64.load (i32.const 408))", pay);
    let pay_all = format!(
        r#"(func (export "pay_all") {}{members} {})"#,
        "(local $i i64)",
        all.replacen("(local $i i64)", "", 1)
    );
    assert_found(
        &module(&format!("{join}{pay_all}")),
        &[
            ("external-call-in-loop", "pay_all"),
            ("unbounded-loop", "pay_all"),
        ],
    );
    let some = repeat("(i64.const 5)", pay);
    let pay_some = format!(r#"(func (export "pay_some") {some})"#);
    assert_found(&module(&format!("{join}{pay_some}")), &[]);
}

#[test]
fn an_element_counts_once() {
    let element = "(drop (call $bytes (i32.const 0) (i32.const 104)))
        (local.set $total (i64.add (local.get $total) (call $held)))";
    let pay = "(i64.store (i32.const 300) (local.get $total)) (call $call)";
    let claim = |in_pass: &str| {
        format!(
            r#"(func (export "claim") (local $i i32) (local $total i64)
            (loop $again
                {element} {in_pass}
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $i) (call $count))))
            {pay})"#
        )
    };
    assert_found(&module(&claim("")), &[("duplicate-batch-element", "claim")]);
    assert_found(&module(&claim("(call $keep (i64.const 0))")), &[]);
}

#[test]
fn what_comes_in_can_get_out() {
    let deposit = r#"(func (export "deposit")
        (call $caller (i32.const 104))
        (drop (call $value (i32.const 300)))
        (call $keep (i64.add (call $held) (i64.load (i32.const 300)))))"#;
    assert_found(&module_with("", deposit), &[("locked-value", "deposit")]);
    let withdraw = withdraw(&format!("{REDUCE} (call $call)"));
    assert_found(&module(&format!("{deposit}{withdraw}")), &[]);
}

#[test]
fn what_is_paid_out_is_no_longer_on_record() {
    let collect = r#"(func (export "collect")
        (drop (call $value (i32.const 300)))
        (drop (call $load (i32.const 150) (i32.const 4) (i32.const 400)))
        (i64.store (i32.const 400) (i64.add (i64.load (i32.const 400)) (i64.load (i32.const 300))))
        (drop (call $store (i32.const 150) (i32.const 4) (i32.const 400) (i32.const 8))))"#;
    let pay = |reset: &str| {
        format!(
            r#"(func (export "pay_out")
            (call $caller (i32.const 104))
            (drop (call $load (i32.const 150) (i32.const 4) (i32.const 400)))
            {reset}
            (drop (call $transfer (i32.const 104) (i32.const 400) (i32.const 0) (i32.const 0))))"#
        )
    };
    assert_found(
        &module(&format!("{collect}{}", pay(""))),
        &[("lost-state-update", "pay_out")],
    );
    let reset = "(drop (call $store (i32.const 150) (i32.const 4) (i32.const 700) (i32.const 8)))";
    assert_found(&module(&format!("{collect}{}", pay(reset))), &[]);
}

#[test]
fn a_transfer_to_oneself() {
    let read = |at: u32, to: u32| {
        format!("(drop (call $load (i32.const {at}) (i32.const 36) (i32.const {to})))")
    };
    let write = |at: u32, from: u32| {
        format!(
            "(drop (call $store (i32.const {at}) (i32.const 36) (i32.const {from}) (i32.const 8)))"
        )
    };
    let less = "(if (i64.lt_u (i64.load (i32.const 200)) (call $argument (i32.const 1))) (then unreachable))
        (i64.store (i32.const 200) (i64.sub (i64.load (i32.const 200)) (call $argument (i32.const 1))))";
    let more = "(i64.store (i32.const 208) (i64.add (i64.load (i32.const 208)) (call $argument (i32.const 1))))";
    let transfer = |steps: [&str; 6]| {
        format!(
            r#"(data (i32.const 800) "bal/")
            (func (export "transfer")
            (call $caller (i32.const 104))
            (drop (call $bytes (i32.const 0) (i32.const 804)))
            {})"#,
            steps.join("\n")
        )
    };
    let (read_from, read_to) = (read(100, 200), read(800, 208));
    let (write_from, write_to) = (write(100, 200), write(800, 208));
    assert_found(
        &module(&transfer([
            &read_from,
            &read_to,
            less,
            more,
            &write_from,
            &write_to,
        ])),
        &[("self-transfer-aliasing", "transfer")],
    );
    assert_found(
        &module(&transfer([
            &read_from,
            less,
            &write_from,
            &read_to,
            more,
            &write_to,
        ])),
        &[],
    );
}
