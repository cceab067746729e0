//! Broken and malicious modules: decoding and lifting say what is wrong, and neither panic nor take long.

mod support;

use std::time::{Duration, Instant};

use contract_lint_analyzer::graph::callgraph::{CallGraph, Lifted};
use contract_lint_analyzer::lift::{LiftError, lift};
use contract_lint_analyzer::module::{Module, decode};
use support::for_seeds;

/// Runs all stages on bytes that may be anything.
fn run(bytes: &[u8]) {
    let Ok(module) = decode(bytes.to_vec()) else {
        return;
    };
    let lifted = Lifted::new(&module, module.funcs.keys());
    let calls = CallGraph::new(&module, &lifted);
    assert!(calls.sccs().iter().map(Vec::len).sum::<usize>() == module.funcs.len());
}

/// The modules whose IR is snapshot.
fn samples() -> Vec<Vec<u8>> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ir");
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .expect("the samples")
        .map(|entry| entry.expect("a readable directory").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| wat::parse_file(path).expect("well-formed text"))
        .collect()
}

#[test]
fn truncated_modules() {
    for sample in samples() {
        for len in 0..sample.len() {
            run(&sample[..len]);
        }
    }
}

#[test]
fn modules_with_one_byte_changed() {
    for sample in samples() {
        for at in 0..sample.len() {
            for value in [
                0x00,
                0x0b,
                0x7f,
                0x80,
                0xff,
                sample[at] ^ 1,
                sample[at].wrapping_add(1),
            ] {
                let mut bytes = sample.clone();
                bytes[at] = value;
                run(&bytes);
            }
        }
    }
}

#[test]
fn modules_with_several_bytes_changed() {
    let samples = samples();
    for_seeds(4_000, 64, |u| {
        let mut bytes = samples[u.choose_index(samples.len())?].clone();
        for _ in 0..u.int_in_range(2..=6)? {
            let at = u.choose_index(bytes.len())?;
            bytes[at] = u.arbitrary()?;
        }
        run(&bytes);
        Ok(())
    });
}

#[test]
fn generated_modules() {
    for_seeds(600, 1 << 13, |u| {
        let config = wasm_smith::Config {
            max_memories: 3,
            max_tables: 3,
            max_instructions: 300,
            ..wasm_smith::Config::default()
        };
        let mut bytes = wasm_smith::Module::new(config, u)?.to_bytes();
        assert!(
            decode(bytes.clone()).is_ok(),
            "wasm-smith makes valid modules"
        );
        run(&bytes);
        for _ in 0..8 {
            let at = u.choose_index(bytes.len())?;
            bytes[at] = u.arbitrary()?;
            run(&bytes);
        }
        Ok(())
    });
}

/// A module of one function with this body.
fn module(locals: &str, body: &str) -> Module {
    let text = format!("(module (memory 1) (func (param i32) (result i32) {locals} {body}))");
    decode(wat::parse_str(text).expect("well-formed text")).expect("a valid module")
}

fn lift_only(module: &Module) -> Result<usize, LiftError> {
    let start = Instant::now();
    let func = module.funcs.keys().next().expect("a function");
    let result = lift(module, func).map(|function| function.blocks.len());
    let elapsed = start.elapsed();
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
    result
}

#[test]
fn deep_nesting() {
    const DEPTH: usize = 100_000;
    let module = module(
        "",
        &format!(
            "{}(br_if {} (local.get 0)){}(local.get 0)",
            "block ".repeat(DEPTH),
            DEPTH / 2,
            " end".repeat(DEPTH)
        ),
    );
    assert_eq!(lift_only(&module), Ok(3));
}

#[test]
fn deep_loops() {
    const DEPTH: usize = 100_000;
    let body = format!(
        "{}(local.set 0 (i32.sub (local.get 0) (i32.const 1))){}(local.get 0)",
        "loop ".repeat(DEPTH),
        " (br_if 0 (local.get 0)) end".repeat(DEPTH)
    );
    assert!(matches!(
        lift_only(&module("", &body)),
        Err(LiftError::Limit { .. })
    ));
}

#[test]
fn deep_conditions() {
    const DEPTH: usize = 50_000;
    let body = format!(
        "{}{}(local.get 0)",
        "local.get 0 if ".repeat(DEPTH),
        " (local.set 0 (i32.const 1)) else (local.set 0 (i32.const 2)) end".repeat(DEPTH)
    );
    assert_eq!(lift_only(&module("", &body)), Ok(3 * DEPTH + 1));
}

#[test]
fn wide_table() {
    const WIDTH: usize = 100_000;
    let locals = 50;
    let mut body = "block ".repeat(locals + 1);
    body += &format!("(br_table {} (local.get 0))", "0 ".repeat(WIDTH));
    for local in 1..=locals {
        body +=
            &format!(" end (local.set {local} (i32.add (local.get {local}) (i32.const {local})))");
    }
    body += " end (local.get 0)";
    for local in 1..=locals {
        body += &format!("(local.get {local}) i32.add ");
    }
    let module = module(&format!("(local {})", "i32 ".repeat(locals)), &body);
    lift_only(&module).expect("one target, however often");
}

/// Every join merges every local: parameters are quadratic in the size of the code.
#[test]
fn many_joins_of_many_locals() {
    const COUNT: usize = 2_000;
    let mut body = String::new();
    for local in 1..=COUNT {
        body += &format!("(if (local.get 0) (then (local.set {local} (i32.const 1))))");
    }
    for _ in 0..COUNT {
        body += "(if (local.get 0) (then";
        for local in 1..=3 {
            body += &format!("(local.set {local} (i32.const 2))");
        }
        body += "))";
    }
    for local in 1..=COUNT {
        body += &format!("(drop (local.get {local}))");
    }
    body += "(local.get 0)";
    let module = module(&format!("(local {})", "i32 ".repeat(COUNT)), &body);
    match lift_only(&module) {
        Ok(_) | Err(LiftError::Limit { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn many_values_from_one_call() {
    let results = "i64 ".repeat(1000);
    let mut body = String::new();
    for _ in 0..20_000 {
        body += "call 1 ";
    }
    let text = format!("(module (func {body} unreachable) (func (result {results}) unreachable))");
    let bytes = wat::parse_str(text).expect("well-formed text");
    let module = decode(bytes).expect("a valid module");
    assert!(matches!(lift_only(&module), Err(LiftError::Limit { .. })));
}

/// A declaration of a few bytes may declare 50 000 locals.
#[test]
fn many_functions_with_many_locals() {
    let locals = "i32 ".repeat(49_000);
    let func = format!("(func (result i32) (local {locals}) (local.get 48_999)) ").repeat(200);
    let bytes = wat::parse_str(format!("(module {func})")).expect("well-formed text");
    assert!(bytes.len() < 10_000);
    let start = Instant::now();
    run(&bytes);
    assert!(start.elapsed() < Duration::from_secs(10));
}
