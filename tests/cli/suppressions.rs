//! What is found and not reported: the baseline, and comments in the source.

use std::fs;

use crate::sandbox::{Sandbox, repository};

const MODULE: &str = "vault/vault.wasm.debug";
const SOURCE: &str = "vault/src/lib.rs";

/// A contract with findings, its source beside it.
fn vault() -> Sandbox {
    let read = |path: &str| fs::read(repository("corpus/soroban").join(path)).unwrap();
    Sandbox::new()
        .with(MODULE, read(MODULE))
        .with(SOURCE, read(SOURCE))
}

#[test]
fn the_baseline_hides_what_was_there_and_tells_what_is_gone() {
    let sandbox = vault();
    assert_eq!(sandbox.run(&[MODULE]).status, 1);
    assert_eq!(sandbox.run(&["baseline", MODULE]).status, 0);
    let hidden = sandbox.run(&[MODULE]);
    assert_eq!(hidden.status, 0, "{}", hidden.all());
    assert!(
        hidden.stderr.contains("in the baseline"),
        "{}",
        hidden.stderr
    );
    assert_eq!(sandbox.run(&["--no-baseline", MODULE]).status, 1);
    assert_eq!(sandbox.run(&["--no-suppressions", MODULE]).status, 1);

    let known = "contract-lint-baseline.toml";
    let path = sandbox.path().join(known);
    let text = fs::read_to_string(&path).unwrap();
    let gone = "[[finding]]\nfile = \"vault/vault.wasm.debug\"\nlint = \"locked\"\nmethod = \"m\"\n\
                message = \"\"\nfingerprint = \"00\"\n";
    fs::write(&path, format!("{text}\n{gone}")).unwrap();
    let stale = sandbox.run(&[MODULE]);
    assert!(stale.stderr.contains("locked in `m`"), "{}", stale.stderr);
    assert_eq!(sandbox.run(&["baseline", "--prune", MODULE]).status, 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_baseline_that_is_none_is_told() {
    let sandbox = vault().with("contract-lint-baseline.toml", "version = 1\n[[findings]]\n");
    let output = sandbox.run(&[MODULE]);
    assert_eq!(output.status, 2);
    assert!(output.stderr.contains("findings"), "{}", output.stderr);
}

#[test]
fn a_comment_accepts_the_finding_of_its_line() {
    let text = fs::read_to_string(repository("corpus/soroban").join(SOURCE)).unwrap();
    let marked = "update_current_contract_wasm(wasm_hash); //~ unprotected-code-upgrade";
    assert!(text.contains(marked));
    let accepted = "update_current_contract_wasm(wasm_hash); // contract-lint: \
                    allow(unprotected-code-upgrade) -- a demonstration";
    let lint = |sandbox: &Sandbox, arguments: &[&str]| {
        let report = sandbox.json(&[arguments, &[MODULE]].concat());
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .any(|f| f["lint"] == "unprotected-code-upgrade")
    };
    let sandbox = vault();
    assert!(lint(&sandbox, &[]));
    let sandbox = sandbox.with(SOURCE, text.replace(marked, accepted));
    assert!(!lint(&sandbox, &[]));
    assert!(lint(&sandbox, &["--no-suppressions"]));

    let elsewhere = format!("{text}// contract-lint: expect(access) -- nothing is here\n");
    let output = sandbox.with(SOURCE, elsewhere).run(&[MODULE]);
    assert!(
        output.stderr.contains("the expected finding is not there"),
        "{}",
        output.stderr
    );
}
