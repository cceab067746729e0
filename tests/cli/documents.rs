//! What is written about contracts as a whole: a configuration, a compliance report; and selectors that stand for nothing.

use crate::sandbox::Sandbox;

/// An Antelope contract of the corpus with its ABI, which names the parameters.
fn registry() -> Sandbox {
    let read = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/antelope/registry/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    };
    Sandbox::new()
        .with("registry.wasm", read("registry.wasm"))
        .with("registry.abi", read("registry.abi"))
}

#[test]
fn init_proposes_what_looks_like_personal_data() {
    let sandbox = registry();
    let output = sandbox.run(&["init", "registry.wasm"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    let text = std::fs::read_to_string(sandbox.path().join("contract-lint.toml")).unwrap();
    assert!(
        text.contains("select = \"param:regcard.idcard\"\nclass = \"pi.id.national\""),
        "{text}"
    );
    // It is never replaced unasked, and it is a configuration.
    assert_eq!(sandbox.run(&["init", "registry.wasm"]).status, 2);
    let output = sandbox.run(&["--format", "concise", "registry.wasm"]);
    assert_eq!(output.status, 1, "{}", output.stderr);
    assert!(output.stdout.contains("plaintext-sensitive-parameter"));
}

#[test]
fn init_proposes_nothing_where_nothing_looks_like_it() {
    let output = Sandbox::new()
        .with_module("a.wasm")
        .run(&["init", "a.wasm", "--output", "-"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    assert!(!output.stdout.contains("\n[[source]]"), "{}", output.stdout);
}

#[test]
fn the_target_decides_what_is_found() {
    let sandbox = registry();
    sandbox.run(&["init", "registry.wasm"]);
    let lints = |zone: &str| {
        let output = sandbox.run(&["--format", "concise", "--target", zone, "registry.wasm"]);
        (
            output.stdout.contains("[plaintext-sensitive-parameter]"),
            output.stdout.contains("[no-erasure-path]"),
        )
    };
    assert_eq!(lints("mainnet"), (true, false));
    assert_eq!(lints("sidechain"), (false, true));
}

#[test]
fn a_selector_that_stands_for_nothing_is_an_error_at_its_place() {
    let config = "[[source]]\nselect = \"param:regcard.idcrad\"\nclass = \"pi.name\"\n";
    let output = registry()
        .with("contract-lint.toml", config)
        .run(&["registry.wasm"]);
    assert_eq!(output.status, 2);
    assert!(
        output.stderr.contains("contract-lint.toml:2:10"),
        "{}",
        output.stderr
    );
    assert!(
        output
            .stderr
            .contains("the parameters are `person`, `idcard`"),
        "{}",
        output.stderr
    );
}

#[test]
fn the_compliance_report_in_each_form() {
    let sandbox = registry();
    let report = |format: &str| {
        let output = sandbox.run(&[
            "report",
            "--compliance",
            "--format",
            format,
            "registry.wasm",
        ]);
        assert_eq!(output.status, 0, "{}", output.stderr);
        output.stdout
    };
    assert!(report("markdown").contains("## Personal information protection"));
    // Without a policy nothing was followed, and the report says so.
    assert!(report("markdown").contains("No data is declared sensitive"));
    assert!(report("html").starts_with("<!DOCTYPE html>"));
    let json: serde_json::Value = serde_json::from_str(&report("json")).unwrap();
    let domains = json["domains"].as_array().unwrap();
    assert!(
        domains
            .iter()
            .any(|d| d["title"].as_str().unwrap().starts_with("Smart contracts"))
    );
}
