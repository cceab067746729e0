//! What decoding says of tables, memories and segments.

use contract_lint_analyzer::ir::{Func, Type};
use contract_lint_analyzer::module::{DecodeError, Module, decode};

fn module(text: &str) -> Module {
    decode(wat::parse_str(text).expect("well-formed text")).expect("a valid module")
}

/// Whether each table is open, and its entries as function numbers.
fn tables(module: &Module) -> Vec<(bool, Vec<Option<Func>>)> {
    let tables = module.tables.values();
    tables.map(|t| (t.open, t.entries.clone())).collect()
}

#[test]
fn element_segments_fill_tables() {
    let module = module(
        "(module
            (table 5 funcref)
            (func $a) (func $b)
            (elem (i32.const 1) $a $b)
            (elem (i32.const 2) funcref (ref.func $a) (ref.null func)))",
    );
    let mut funcs = module.funcs.keys();
    let a = funcs.next();
    assert_eq!(tables(&module), [(false, vec![None, a, a, None])]);
}

#[test]
fn a_table_that_others_may_write_is_open() {
    for (what, text) in [
        ("imported", r#"(import "m" "t" (table 1 funcref))"#),
        ("exported", r#"(table (export "t") 1 funcref)"#),
        (
            "table.set",
            "(table 1 funcref) (func (table.set (i32.const 0) (ref.null func)))",
        ),
        (
            "table.grow",
            "(table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1))))",
        ),
        (
            "table.fill",
            "(table 1 funcref)
            (func (table.fill (i32.const 0) (ref.null func) (i32.const 1)))",
        ),
        (
            "table.copy",
            "(table 1 funcref)
            (func (table.copy (i32.const 0) (i32.const 0) (i32.const 1)))",
        ),
        (
            "table.init",
            "(table 1 funcref) (elem $e func)
            (func (table.init $e (i32.const 0) (i32.const 0) (i32.const 0)))",
        ),
        (
            "offset",
            r#"(import "m" "g" (global i32)) (table 1 funcref) (elem (global.get 0) func)"#,
        ),
        (
            "entry",
            r#"(import "m" "g" (global funcref)) (table 1 funcref)
            (elem (i32.const 0) funcref (global.get 0))"#,
        ),
        (
            "initial value",
            r#"(import "m" "g" (global funcref)) (table 1 funcref (global.get 0))"#,
        ),
    ] {
        let module = module(&format!("(module {text})"));
        assert!(tables(&module)[0].0, "{what}");
    }
    let read = module("(module (table 1 funcref) (func (drop (table.get (i32.const 0)))))");
    assert!(!tables(&read)[0].0);
}

#[test]
fn only_the_table_written_is_open() {
    let module = module(
        "(module (table 1 funcref) (table $t 1 funcref)
            (func (table.set $t (i32.const 0) (ref.null func))))",
    );
    assert_eq!(tables(&module), [(false, vec![]), (true, vec![])]);
}

#[test]
fn segments_beyond_any_table_are_not_kept() {
    let module = module("(module (table 1 funcref) (func $a) (elem (i32.const -1) $a))");
    assert_eq!(tables(&module), [(true, vec![])]);
}

#[test]
fn data_segments() {
    let module = module(
        r#"(module
            (import "m" "g" (global $base i32))
            (global $ten i32 (i32.const 10))
            (memory 1) (memory $other 1)
            (data (i32.const 7) "a")
            (data (global.get $base) "b")
            (data (global.get $ten) "c")
            (data $passive "d")
            (data (memory $other) (i32.const 3) "e"))"#,
    );
    let segments: Vec<_> = module
        .data
        .iter()
        .map(|segment| (segment.address, &module.bytes[segment.range.clone()]))
        .collect();
    let expected: [(Option<u64>, &[u8]); 5] = [
        (Some(7), b"a"),
        (None, b"b"),
        (Some(10), b"c"),
        (None, b"d"),
        (None, b"e"),
    ];
    assert_eq!(segments, expected);
}

#[test]
fn memories() {
    let none = module("(module)");
    assert_eq!((none.memory_pages, none.memory_types.len()), (None, 0));
    let two = module(r#"(module (import "env" "memory" (memory 3)) (memory i64 5))"#);
    assert_eq!(two.memory_pages, Some(3));
    assert_eq!(two.memory_types, [Type::I32, Type::I64]);
    assert_eq!(two.memory_import, Some(("env".into(), "memory".into())));
    let defined = module("(module (memory 2))");
    assert_eq!(defined.memory_import, None);
}

#[test]
fn what_is_not_a_module_says_so() {
    assert!(matches!(decode(vec![]), Err(DecodeError::Empty)));
    assert!(matches!(
        decode(b"\x7fELF".to_vec()),
        Err(DecodeError::NotWasm)
    ));
    let component = wat::parse_str("(component)").expect("well-formed text");
    assert!(matches!(decode(component), Err(DecodeError::Component)));
    let invalid = wat::parse_str("(module (func (result i32)))").expect("well-formed text");
    match decode(invalid) {
        Err(DecodeError::Invalid { offset, message }) => {
            assert_eq!(offset, 0x18, "{message}");
        }
        other => panic!("{other:?}"),
    }
}
