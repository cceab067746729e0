//! Code as no SDK writes it: guards by hand, in several forms that the instruction set has. Each guards one write of the owner,
//! and beside it stands a twin that decides nothing.

mod support;

use contract_lint_analyzer::facts::Reason;
use support::{facts, methods_with, policy};

/// `owner` is at 16; the caller is written to 200, the stored owner to 300, the new owner to 400.
const COMMON: &str = r#"
    (data (i32.const 16) "owner")
    (type $guard (func (result i32)))
    (table 2 funcref)
    (elem (i32.const 0) $is_owner $everyone)
    (func $load
        (call $caller (i32.const 200))
        (call $get (i32.const 16) (i32.const 5) (i32.const 300)))
    (func $write
        (call $arg (i32.const 0) (i32.const 400))
        (call $put (i32.const 16) (i32.const 5) (i32.const 400) (i32.const 32)))
    (func $is_owner (result i32)
        (call $load)
        (i64.eq (i64.load (i32.const 200)) (i64.load (i32.const 300))))
    (func $everyone (result i32)
        (call $load)
        (i32.const 1))
    (func $both (result i64 i64)
        (call $load)
        (i64.load (i32.const 200)) (i64.load (i32.const 300)))"#;

/// The methods of which anyone can write the owner.
fn open(methods: &[(&str, &str)]) -> Vec<String> {
    let mut text = COMMON.to_owned();
    // Shows that access rests on the owner.
    text += r#"(func (export "stop") (if (i32.eqz (call $is_owner)) (then unreachable))
        (call $put (i32.const 8) (i32.const 4) (i32.const 400) (i32.const 1)))"#;
    for (name, body) in methods {
        text += &format!("(func (export \"{name}\") {body})");
    }
    methods_with(
        &facts(&text),
        &policy("mainnet", &[]),
        "unprotected-privileged-write",
    )
}

#[test]
fn guards_by_hand() {
    let found = open(&[
        (
            "guarded",
            "(if (i32.eqz (call $is_owner)) (then unreachable)) (call $write)",
        ),
        // What is asked has to decide.
        ("asked", "(drop (call $is_owner)) (call $write)"),
        ("open", "(call $write)"),
        ("early", "(if (call $is_owner) (then (call $write)))"),
    ]);
    assert_eq!(found, ["asked", "open"]);
}

#[test]
fn functions_of_several_results() {
    let found = open(&[
        (
            "guarded",
            "(if (i64.ne (call $both)) (then unreachable)) (call $write)",
        ),
        (
            "open",
            "(local i64 i64) (local.set 1 (local.set 0 (call $both))) (call $write)",
        ),
        (
            "block",
            "(block (result i64 i64) (call $both)) (if (i64.ne) (then unreachable)) (call $write)",
        ),
    ]);
    assert_eq!(found, ["open"]);
}

#[test]
fn functions_in_tables() {
    let asked = |index: u32| {
        format!(
            "(if (i32.eqz (call_indirect (type $guard) (i32.const {index}))) (then unreachable)) (call $write)"
        )
    };
    let found = open(&[("guarded", &asked(0)), ("open", &asked(1))]);
    assert_eq!(found, ["open"]);
}

/// Compilers make of irreducible control flow a loop around a switch.
#[test]
fn loops_around_a_switch() {
    let machine = |check: &str| {
        format!(
            "(local $state i32)
            (loop $next
                (block $done (block $write (block $ask
                    (br_table $ask $write $done (local.get $state)))
                    {check}
                    (local.set $state (i32.const 1)) (br $next))
                    (call $write)
                    (local.set $state (i32.const 2)) (br $next)))"
        )
    };
    let found = open(&[
        (
            "guarded",
            &machine("(if (i32.eqz (call $is_owner)) (then unreachable))"),
        ),
        ("open", &machine("(drop (call $is_owner))")),
    ]);
    assert_eq!(found, ["open"]);
}

/// What aborts whichever way it decides was most likely misread; what does nothing but abort is switched off.
#[test]
fn methods_that_abort_whichever_way() {
    let text = COMMON.to_owned()
        + r#"(func (export "never") (if (call $is_owner) (then unreachable)) unreachable)
        (func (export "off") unreachable)
        (func (export "on") (call $write))"#;
    let facts = facts(&text);
    let methods = facts.methods.iter();
    let unclear: Vec<&str> = methods
        .filter(|method| method.reasons.contains(&Reason::NoGoodEnd))
        .map(|method| method.name.as_str())
        .collect();
    assert_eq!(unclear, ["never"]);
}
