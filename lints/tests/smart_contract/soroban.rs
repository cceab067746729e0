//! Soroban: methods are exports over tagged values; the host refuses re-entry, and `try_call` gives errors back.

use super::assert_found;

/// `d.0` is `try_call`, `l._` writes an entry.
fn module(body: &str) -> String {
    format!(
        r#"(module
        (import "d" "0" (func $try_call (param i64 i64 i64) (result i64)))
        (import "d" "_" (func $call (param i64 i64 i64) (result i64)))
        (import "l" "_" (func $put (param i64 i64 i64) (result i64)))
        (memory (export "memory") 1)
        (func $keep (param $token i64)
            (drop (call $put (i64.const 14) (local.get $token) (i64.const 1))))
        (func (export "pay") (param $token i64) (param $args i64) (result i64)
            {body}
            (call $keep (local.get $token))
            (i64.const 2)))"#
    )
}

#[test]
fn an_error_that_comes_back_is_looked_at() {
    let arguments = "(local.get $token) (i64.const 14) (local.get $args)";
    assert_found(
        &module(&format!("(drop (call $try_call {arguments}))")),
        &[("unchecked-call-result", "pay")],
    );
    assert_found(
        &module(&format!(
            "(if (i64.eq (i64.and (call $try_call {arguments}) (i64.const 255)) (i64.const 3)) (then unreachable))"
        )),
        &[],
    );
    // `call` traps when the callee does.
    assert_found(&module(&format!("(drop (call $call {arguments}))")), &[]);
}
