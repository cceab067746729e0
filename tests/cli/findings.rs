//! What happens with findings: levels, allowances, the bar.

use crate::sandbox::{Sandbox, repository};

/// A contract with defects of two domains, all denied by default.
fn vault() -> Sandbox {
    Sandbox::new().with(
        "vault.wasm",
        std::fs::read(repository("corpus/soroban/vault/vault.wasm")).unwrap(),
    )
}

/// The findings as `level lint method`.
fn findings(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let report = sandbox.json(&[arguments, &["vault.wasm"]].concat());
    let findings = report["findings"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    findings
        .iter()
        .map(|f| [text(&f["level"]), text(&f["lint"]), text(&f["method"])].join(" "))
        .collect()
}

#[test]
fn a_denied_finding_makes_the_run_fail() {
    let sandbox = vault();
    let found = findings(&sandbox, &[]);
    assert!(
        found.contains(&"deny unprotected-code-upgrade upgrade".to_owned()),
        "{found:?}"
    );
    assert_eq!(sandbox.run(&["vault.wasm"]).status, 1);
}

#[test]
fn the_later_of_two_levels_counts() {
    let sandbox = vault();
    let found = findings(
        &sandbox,
        &[
            "-A",
            "all",
            "-W",
            "access",
            "-D",
            "unprotected-code-upgrade",
        ],
    );
    assert!(found.contains(&"deny unprotected-code-upgrade upgrade".to_owned()));
    assert!(
        found
            .iter()
            .all(|f| f.starts_with("warn") || f.contains("unprotected-code-upgrade")),
        "{found:?}"
    );
    assert!(found.len() > 1, "{found:?}");
    let none = findings(&sandbox, &["-D", "unprotected-code-upgrade", "-A", "all"]);
    assert!(none.is_empty(), "{none:?}");
}

#[test]
fn the_bar() {
    let sandbox = vault();
    let status = |arguments: &[&str]| sandbox.run(&[arguments, &["vault.wasm"]].concat()).status;
    assert_eq!(status(&["-W", "all"]), 0);
    assert_eq!(status(&["-A", "all"]), 0);
    assert_eq!(status(&["-W", "all", "--fail-on", "critical"]), 1);
    assert_eq!(status(&["--fail-on", "never"]), 0);
    assert_eq!(status(&["-A", "all", "--fail-on", "info"]), 0);
}

#[test]
fn levels_of_the_configuration_give_way_to_those_of_the_arguments() {
    let sandbox = vault().with(
        "contract-lint.toml",
        "[lints]\nunprotected-code-upgrade = \"warn\"\ngroup.access = \"allow\"\ngroup.personal-information = \"allow\"\n",
    );
    assert_eq!(
        findings(&sandbox, &[]),
        ["warn unprotected-code-upgrade upgrade"]
    );
    assert_eq!(sandbox.run(&["vault.wasm"]).status, 0);
    assert_eq!(sandbox.run(&["-D", "access", "vault.wasm"]).status, 1);
}

#[test]
fn what_is_hidden_is_counted() {
    let sandbox = vault().with(
        "contract-lint.toml",
        "[lints]\nmissing-subject-auth = \"allow\"\n\
         [[allow]]\nlint = \"access\"\nwhere = \"method:up*\"\nreason = \"looked at\"\nuntil = 9999-12-31\n",
    );
    let shown = findings(&sandbox, &[]);
    assert!(shown.iter().all(|f| !f.ends_with(" upgrade")), "{shown:?}");
    let stderr = sandbox.run(&["vault.wasm"]).stderr;
    assert!(stderr.contains("not shown"), "{stderr}");
    assert!(!stderr.contains("hides nothing"), "{stderr}");
}

#[test]
fn an_allowance_that_has_expired_hides_nothing() {
    let sandbox = vault().with(
        "contract-lint.toml",
        "[[allow]]\nlint = \"all\"\nreason = \"for now\"\nuntil = \"2020-01-01\"\n",
    );
    let output = sandbox.run(&["vault.wasm"]);
    assert_eq!(output.status, 1);
    assert!(
        output.stderr.contains("this allowance has expired"),
        "{}",
        output.stderr
    );
}

#[test]
fn fingerprints_tell_findings_apart() {
    let report = vault().json(&["vault.wasm"]);
    let mut prints: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["fingerprint"].as_str().unwrap())
        .collect();
    let count = prints.len();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), count);
}

/// With debug information, findings are shown on the source if it lies near the contract; without it, on the listing.
#[test]
fn findings_are_shown_on_the_code() {
    let read = |name: &str| std::fs::read(repository("corpus/soroban/vault").join(name)).unwrap();
    let sandbox = Sandbox::new()
        .with("target/vault.wasm", read("vault.wasm"))
        .with("target/vault.wasm.debug", read("vault.wasm.debug"))
        .with("src/lib.rs", read("src/lib.rs"));
    let only = ["-A", "all", "-D", "unprotected-code-upgrade"];
    let run = |file: &str| sandbox.run(&[&only[..], &[file]].concat()).stdout;

    let debug = run("target/vault.wasm.debug");
    assert!(debug.contains("┌─ src/lib.rs:"), "{debug}");
    assert!(debug.contains(".update_current_contract_wasm("), "{debug}");
    let with_twin = run("target/vault.wasm");
    assert!(with_twin.contains("┌─ src/lib.rs:"), "{with_twin}");
    let sandbox = sandbox.with("alone/vault.wasm", read("vault.wasm"));
    let stripped = sandbox
        .run(&[&only[..], &["alone/vault.wasm"]].concat())
        .stdout;
    assert!(
        stripped.contains("┌─ alone/vault.wasm (func "),
        "{stripped}"
    );
    assert!(!stripped.contains("src/lib.rs"), "{stripped}");
    let given = [
        "--debug-file",
        "target/vault.wasm.debug",
        "alone/vault.wasm",
    ];
    let given = sandbox.run(&[&only[..], &given].concat()).stdout;
    assert!(given.contains("┌─ src/lib.rs:"), "{given}");

    let arguments = [&only[..], &["target/vault.wasm.debug"]].concat();
    let report = sandbox.json(&arguments);
    let source = &report["findings"][0]["source"];
    assert_eq!(source["path"], "src/lib.rs");
    let line = usize::try_from(source["line"].as_u64().unwrap()).unwrap();
    let text = String::from_utf8(read("src/lib.rs")).unwrap();
    assert!(
        text.lines()
            .nth(line - 1)
            .unwrap()
            .contains("//~ unprotected-code-upgrade")
    );
}

/// Sections hold over the levels of all, and arguments over sections.
#[test]
fn levels_of_some_contracts() {
    let sandbox = vault().with(
        "contract-lint.toml",
        "[lints]\ngroup.all = \"allow\"\n\n\
         [[contract]]\nfiles = \"vault.*\"\nlints = { unprotected-code-upgrade = \"warn\" }\n\n\
         [[contract]]\nfiles = \"other.wasm\"\nlints = { group.all = \"deny\" }\n",
    );
    assert_eq!(
        findings(&sandbox, &[]),
        ["warn unprotected-code-upgrade upgrade"]
    );
    assert!(findings(&sandbox, &["-A", "access"]).is_empty());
}

/// What concerns the contract as a whole names the file once, and says each thing once.
#[test]
fn a_finding_without_a_place() {
    let module = r#"(module (import "env" "value_return" (func (param i64 i64)))
        (memory (export "memory") 1)
        (func (export "get") (call 0 (i64.const 1) (i64.const 0)))
        (data (i32.const 0) "/home/mallory/.cargo/registry/src/x/serde-1.0.0/src/lib.rs"))"#;
    let sandbox = Sandbox::new().with("c.wat", module);
    insta::assert_snapshot!(sandbox.run(&["c.wat"]).all());
}
