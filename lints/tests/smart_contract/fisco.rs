//! FISCO BCOS: one entry point; a call tells by its status whether it went well.

use super::assert_found;

fn module(body: &str) -> String {
    format!(
        r#"(module
        (import "bcos" "setStorage" (func $set (param i32 i32 i32 i32)))
        (import "bcos" "getCallDataSize" (func $size (result i32)))
        (import "bcos" "getCallData" (func $data (param i32)))
        (import "bcos" "call" (func $call (param i32 i32 i32 i32) (result i32)))
        (import "bcos" "revert" (func $revert (param i32 i32)))
        (memory (export "memory") 1)
        (func (export "deploy"))
        (func (export "hash_type") (result i32) (i32.const 0))
        (func (export "main")
            (call $data (i32.const 100))
            {body}
            (call $set (i32.const 500) (i32.const 4) (i32.const 104) (i32.const 8))))"#
    )
}

const CALL: &str = "(call $call (i32.const 100) (i32.const 20) (i32.const 120) (i32.const 8))";

#[test]
fn a_failed_call_is_noticed() {
    assert_found(
        &module(&format!("(drop {CALL})")),
        &[("unchecked-call-result", "main")],
    );
    assert_found(
        &module(&format!(
            "(if {CALL} (then (call $revert (i32.const 0) (i32.const 0)) unreachable))"
        )),
        &[],
    );
}
