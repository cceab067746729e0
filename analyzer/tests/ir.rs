//! The lifted form of small modules, in `ir/*.wat`.

use contract_lint_analyzer::graph::dot;
use contract_lint_analyzer::lift::lift;
use contract_lint_analyzer::module::{FuncKind, decode};

/// Every function of a module as text; for one that cannot be lifted, why.
fn lifted(text: &str) -> String {
    let bytes = wat::parse_str(text).expect("well-formed text");
    let module = decode(bytes).expect("a valid module");
    let mut out = String::new();
    for (func, decl) in module.funcs.iter() {
        if let FuncKind::Local { .. } = decl.kind {
            out += &match lift(&module, func) {
                Ok(function) => format!("{function}\n"),
                Err(error) => format!("{func}: {error}\n\n"),
            };
        }
    }
    out
}

#[test]
fn snapshots() {
    insta::glob!("ir/*.wat", |path| {
        let text = std::fs::read_to_string(path).expect("a readable file");
        insta::assert_snapshot!(lifted(&text));
    });
}

#[test]
fn control_flow_as_dot() {
    let text = r#"(module (func (param i32) (result i32)
        (block $default
            (block $one (br_table $one $default (local.get 0)))
            (return (i32.const 1)))
        (if (result i32) (local.get 0) (then (i32.const 2)) (else (unreachable)))))"#;
    let module = decode(wat::parse_str(text).expect("well-formed text")).expect("a valid module");
    let func = module.funcs.keys().next().expect("a function");
    let function = lift(&module, func).expect("supported operators");
    insta::assert_snapshot!(dot::cfg(&function));
}
