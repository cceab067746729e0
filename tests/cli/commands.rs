//! `list`, `explain` and `show`.

use crate::sandbox::{Sandbox, repository};

#[test]
fn list_and_explain_know_the_same_lints() {
    let sandbox = Sandbox::new();
    let list = sandbox.run(&["list", "--json"]);
    assert_eq!(list.status, 0);
    let list: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    let text = sandbox.run(&["list"]).stdout;
    for lint in list.as_array().unwrap() {
        let name = lint["name"].as_str().unwrap();
        assert!(text.contains(name), "{name}");
        let page = sandbox.run(&["explain", name]);
        assert_eq!(page.status, 0, "{name}");
        assert!(
            page.stdout.contains(lint["summary"].as_str().unwrap()),
            "{name}"
        );
        assert!(page.stdout.contains("WHAT IT DOES"), "{name}");
    }
}

#[test]
fn a_lint_that_is_not_there() {
    let output = Sandbox::new().run(&["explain", "no-such-thing"]);
    assert_eq!(output.status, 2);
    assert!(
        output.stderr.contains("there is no lint `no-such-thing`"),
        "{}",
        output.stderr
    );
}

const CONTRACT: &str = r#"(module
    (import "env" "log" (func $log (param i32)))
    (func $helper (export "run") (result i64)
        i32.const 1
        call $log
        i64.const 2)
    (table 2 funcref)
    (elem (i32.const 0) $helper)
    (memory (export "memory") 1)
    (data (i32.const 8) "hello")
    (@custom "meta" "x"))"#;

#[test]
fn the_stages_of_a_contract() {
    let sandbox = Sandbox::new().with("c.wat", CONTRACT);
    let outputs: Vec<String> = [
        &["show", "module", "c.wat"][..],
        &["show", "listing", "c.wat"],
        &["show", "listing", "c.wat", "--function", "run"],
        &["show", "listing", "c.wat", "--function", "0"],
        &["show", "listing", "c.wat", "--function", "rum"],
        &["show", "listing", "c.wat", "--function", "7"],
    ]
    .iter()
    .map(|arguments| sandbox.run(arguments).all())
    .collect();
    insta::assert_snapshot!(outputs.join("\n"));
}

#[test]
fn the_version_is_that_of_the_package() {
    let output = Sandbox::new().run(&["--version"]);
    assert_eq!(
        output.stdout,
        format!("contract-lint {}\n", env!("CARGO_PKG_VERSION"))
    );
    let changes = std::fs::read_to_string(repository("CHANGELOG.md")).unwrap();
    assert!(changes.contains(concat!("## ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn the_stages_of_the_analysis() {
    let vault = std::fs::read(repository("corpus/soroban/vault/vault.wasm")).unwrap();
    let sandbox = Sandbox::new()
        .with("vault.wasm", vault)
        .with("c.wat", CONTRACT);
    let show = |arguments: &[&str]| {
        let output = sandbox.run(&[&["show"], arguments].concat());
        assert_eq!(output.status, 0, "{arguments:?}: {}", output.stderr);
        output.stdout
    };
    assert!(show(&["ir", "c.wat", "--function", "run"]).contains("call func0"));
    let dot = show(&["cfg", "c.wat", "--function", "run", "--dot"]);
    assert!(dot.starts_with("digraph"), "{dot}");
    let calls = show(&["calls", "c.wat"]);
    assert!(calls.contains("helper → env.log"), "{calls}");
    let effects = show(&["effects", "vault.wasm", "--function", "upgrade"]);
    assert!(effects.starts_with("platform soroban"), "{effects}");
    assert!(
        effects.contains("update_current_contract_wasm"),
        "{effects}"
    );
    assert!(!effects.contains("\nwithdraw"), "{effects}");
    let given = show(&["module", "vault.wasm", "--platform", "near"]);
    assert!(given.contains("near (given)"), "{given}");

    let without = sandbox.run(&["show", "cfg", "c.wat"]);
    assert_eq!(without.status, 2);
    assert!(without.stderr.contains("--function"), "{}", without.stderr);
}

#[test]
fn names_that_are_not_there_are_corrected() {
    let sandbox = Sandbox::new().with("c.wat", CONTRACT);
    for (arguments, said) in [
        (
            &["explain", "reentrncy"][..],
            "did you mean `reentrancy-write-after-call`?",
        ),
        (&["explain", "access"], "`access` is a group of lints"),
        (
            &["show", "effects", "c.wat", "--function", "rum"],
            "there is no method `rum`; did you mean `run`?",
        ),
        (&["show", "effects", "c.wat", "--dot"], "leave out `--dot`"),
        (
            &["c.wat", "--debug-file", "gone.wasm"],
            "there is no file `gone.wasm`",
        ),
    ] {
        let output = sandbox.run(arguments);
        assert_eq!(output.status, 2, "{arguments:?}");
        assert!(output.stderr.contains(said), "{}", output.stderr);
    }
}
