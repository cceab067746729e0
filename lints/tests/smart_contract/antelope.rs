//! Antelope: amounts are numbers of 64 bits, and nothing tests arithmetic on them unless the contract does.

use super::assert_found;

/// The action `pay` with two numbers, of which an amount is computed and kept.
fn module(compute: &str) -> String {
    format!(
        r#"(module
        (import "env" "read_action_data" (func $data (param i32 i32) (result i32)))
        (import "env" "require_auth" (func $auth (param i64)))
        (import "env" "eosio_assert" (func $assert (param i32 i32)))
        (import "env" "db_store_i64" (func $store (param i64 i64 i64 i64 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func $pay (param $self i64) (local $a i64) (local $b i64) (local $amount i64)
            (drop (call $data (i32.const 1000) (i32.const 24)))
            (call $auth (i64.load (i32.const 1016)))
            (local.set $a (i64.load (i32.const 1000)))
            (local.set $b (i64.load (i32.const 1008)))
            {compute}
            (i64.store (i32.const 2000) (local.get $amount))
            (drop (call $store
                (local.get $self) (i64.const 3607749779137757184) (local.get $self)
                (i64.const 1) (i32.const 2000) (i32.const 8))))
        (func (export "apply") (param $self i64) (param $code i64) (param $action i64)
            (if (i64.eq (local.get $self) (local.get $code))
                (then (if (i64.eq (local.get $action) (i64.const -6190434407890091008))
                    (then (call $pay (local.get $self))))))))"#
    )
}

fn lints(compute: &str) -> Vec<&'static str> {
    let found = super::found(&module(compute));
    found.into_iter().map(|(lint, _)| lint).collect()
}

#[test]
fn a_product_that_may_wrap_around() {
    let product = "(local.set $amount (i64.mul (local.get $a) (local.get $b)))";
    assert_eq!(lints(product), ["unchecked-arithmetic"]);
    let tested = "(call $assert (i64.le_u (local.get $a) (i64.div_u (i64.const -1) (local.get $b))) (i32.const 0))";
    assert_eq!(lints(&format!("{tested}{product}")), [""; 0]);
}

#[test]
fn a_quotient_that_is_multiplied() {
    let late = "(call $assert (i64.lt_u (local.get $a) (i64.const 1000000)) (i32.const 0))
        (local.set $amount (i64.mul (i64.div_u (local.get $a) (i64.const 1000)) (local.get $b)))";
    assert!(lints(late).contains(&"divide-before-multiply"));
    let early = "(call $assert (i64.lt_u (local.get $a) (i64.const 1000000)) (i32.const 0))
        (local.set $amount (i64.div_u (i64.mul (local.get $a) (local.get $b)) (i64.const 1000)))";
    assert!(!lints(early).contains(&"divide-before-multiply"));
    // Rounding down to a multiple.
    let rounded = "(local.set $amount (i64.mul (i64.div_u (local.get $a) (i64.const 1000)) (i64.const 1000)))";
    assert!(!lints(rounded).contains(&"divide-before-multiply"));
    assert_found(&module("(local.set $amount (local.get $a))"), &[]);
}
