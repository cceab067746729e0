//! What entry points reach, and the calls among it.

use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::graph::callgraph::{CallGraph, Lifted};
use contract_lint_analyzer::graph::{IndirectTargets, dot};
use contract_lint_analyzer::ir::{Func, Sig};
use contract_lint_analyzer::lift::LiftError;
use contract_lint_analyzer::module::{Module, Table, decode};

/// 0: imported; 1 and 2 call each other; 3 is called through the table, as 4 is not; 5 calls all that; 6 is not called;
/// 7 throws.
const TEXT: &str = r#"(module
    (type $unary (func (param i32)))
    (type $same (func (param i32)))
    (import "host" "log" (func $log (param i32)))
    (tag $error)
    (table 3 funcref)
    (elem (i32.const 0) $three $four $three)
    (func $one (param i32) (call $two (local.get 0)))
    (func $two (param i32) (call $one (local.get 0)) (call $log (local.get 0)))
    (func $three (param i32))
    (func $four (result i32) (i32.const 4))
    (func $five (export "five")
        (call $one (i32.const 1))
        (call $one (i32.const 2))
        (call_indirect (type $same) (i32.const 3) (i32.const 0))
        (call $throws))
    (func $six (call $one (i32.const 6)))
    (func $throws (throw $error)))"#;

fn module() -> Module {
    decode(wat::parse_str(TEXT).expect("well-formed text")).expect("a valid module")
}

fn func(index: usize) -> Func {
    Func::new(index)
}

#[test]
fn what_roots_reach_is_lifted() {
    let module = module();
    let lifted = Lifted::new(&module, [func(5)]);
    let funcs: Vec<Func> = lifted.iter().map(|function| function.func).collect();
    assert_eq!(funcs, [1, 2, 3, 5].map(func));
    assert!(lifted.get(func(0)).is_none(), "an import");
    assert!(lifted.get(func(6)).is_none(), "not reached");
    assert!(lifted.get(func(99)).is_none(), "not in the module");
    match lifted.errors() {
        [
            (
                failed,
                LiftError::Unsupported {
                    operator: "throw", ..
                },
            ),
        ] => {
            assert_eq!(*failed, func(7));
        }
        errors => panic!("{errors:?}"),
    }
}

#[test]
fn calls_and_components() {
    let module = module();
    let lifted = Lifted::new(&module, module.funcs.keys());
    let calls = CallGraph::new(&module, &lifted);
    let callees: Vec<Func> = calls.callees(func(5)).collect();
    assert_eq!(callees, [1, 7, 3].map(func));
    assert_eq!(calls.callees(func(3)).count(), 0);

    let place = |f: usize| {
        let holds = |scc: &Vec<Func>| scc.contains(&func(f));
        calls.sccs().iter().position(holds).expect("a component")
    };
    assert_eq!(calls.sccs()[place(1)], [1, 2].map(func));
    for (callee, caller) in [(0, 1), (1, 5), (3, 5), (7, 5), (1, 6)] {
        assert!(place(callee) < place(caller), "{callee} before {caller}");
    }

    let reachable = calls.reachable([func(6)]);
    let expected = [true, true, true, false, false, false, true, false];
    assert_eq!(reachable, expected);
}

#[test]
fn tables_by_type() {
    let module = module();
    let targets = IndirectTargets::new(&module);
    let table = Table::new(0);
    // The same type, declared twice.
    assert_eq!(targets.get(table, Sig::new(0)), [func(3)]);
    assert_eq!(targets.get(table, Sig::new(1)), [func(3)]);
    assert_eq!(targets.get(Table::new(9), Sig::new(0)), []);
}

#[test]
fn calls_as_dot() {
    let module = module();
    let lifted = Lifted::new(&module, [func(5)]);
    let calls = CallGraph::new(&module, &lifted);
    let name = |f: Func| format!("\"{}\"", module.funcs[f].name.as_deref().unwrap_or("?"));
    insta::assert_snapshot!(dot::calls(&module, &lifted, &calls, name));
}
