//! Stylus: written values wait in the host's cache until they are flushed.

use super::assert_found;

fn module(flush: &str) -> String {
    format!(
        r#"(module
        (import "vm_hooks" "read_args" (func $args (param i32)))
        (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
        (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
        (import "vm_hooks" "call_contract"
            (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "user_entrypoint") (param $len i32) (result i32)
            (call $args (i32.const 1000))
            (call $cache (i32.const 2000) (i32.const 1004))
            {flush}
            (call $call (i32.const 1036) (i32.const 0) (i32.const 0) (i32.const 3000) (i64.const -1) (i32.const 3040))))"#
    )
}

#[test]
fn the_cache_is_flushed_before_a_call() {
    assert_found(
        &module(""),
        &[("unsafe-reentry-configuration", "user_entrypoint")],
    );
    assert_found(&module("(call $flush (i32.const 0))"), &[]);
}
