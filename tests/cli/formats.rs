//! Reports on a terminal, in a file, for tools.

use std::process::Stdio;

use crate::sandbox::{Sandbox, module, repository};

/// A contract, one that does nothing, and one that is none.
fn some_files() -> Sandbox {
    let contract = std::fs::read(repository("corpus/soroban/vault/vault.wasm")).unwrap();
    Sandbox::new()
        .with("vault.wasm", contract)
        .with_module("a.wasm")
        .with("b.wasm", "")
}

fn assert_valid(text: &str, schema: &str) {
    let schema = std::fs::read_to_string(repository(schema)).unwrap();
    let schema = serde_json::from_str(&schema).unwrap();
    let value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn json_has_the_form_of_its_schema() {
    let output = some_files().run(&["--format", "json", "."]);
    assert_valid(&output.stdout, "schemas/report.json");
}

#[test]
fn sarif_has_the_form_of_the_standard() {
    let output = some_files().run(&["--format", "sarif", "."]);
    assert_valid(&output.stdout, "schemas/sarif-2.1.0.json");
    let log: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert!(run["results"].is_array());
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let sandbox = some_files();
    for format in ["human", "concise", "json", "sarif"] {
        let one = sandbox
            .run(&["--format", format, "--threads", "1", "."])
            .all();
        let two = sandbox
            .run(&["--format", format, "--threads", "2", "."])
            .all();
        assert_eq!(one, two, "{format}");
    }
}

#[test]
fn the_status_does_not_depend_on_the_format() {
    let sandbox = some_files();
    for format in ["human", "concise", "json", "sarif"] {
        assert_eq!(
            sandbox.run(&["--format", format, "b.wasm"]).status,
            2,
            "{format}"
        );
        assert_eq!(
            sandbox.run(&["--format", format, "a.wasm"]).status,
            0,
            "{format}"
        );
    }
}

#[test]
fn a_report_may_go_to_a_file() {
    let sandbox = some_files();
    let printed = sandbox.run(&["--format", "json", "a.wasm"]).stdout;
    let output = sandbox.run(&["--format", "json", "-o", "report.json", "a.wasm"]);
    assert_eq!(output.stdout, "");
    let written = std::fs::read_to_string(sandbox.path().join("report.json")).unwrap();
    assert_eq!(written, printed);

    let output = sandbox.run(&["-o", "no/such/folder/report.txt", "a.wasm"]);
    assert_eq!(output.status, 2);
    assert!(
        output
            .stderr
            .contains("cannot write `no/such/folder/report.txt`"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = some_files();
    for arguments in [&["list"][..], &["--help"], &["--format", "json", "a.wasm"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = sandbox
            .command()
            .args(arguments)
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert!(
            !stderr.contains("panicked") && !stderr.contains("error"),
            "{stderr}"
        );
    }
}

#[test]
fn colour_is_used_when_it_is_asked_for() {
    let sandbox = Sandbox::new().with("b.wasm", "");
    assert!(!sandbox.run(&["b.wasm"]).stderr.contains('\u{1b}'));
    let colored = sandbox.run(&["--color", "always", "b.wasm"]);
    assert!(colored.stderr.contains("\u{1b}["));
    let plain = sandbox.run(&["--color", "never", "b.wasm"]);
    assert!(!plain.stderr.contains('\u{1b}'));
}

#[test]
fn quiet_leaves_out_what_is_no_finding_and_no_error() {
    let sandbox = Sandbox::new().with("a.wasm", module()).with("b.wasm", "");
    assert_ne!(sandbox.run(&["a.wasm"]).stderr, "");
    assert_eq!(sandbox.run(&["-q", "a.wasm"]).stderr, "");
    assert_ne!(sandbox.run(&["-q", "b.wasm"]).stderr, "");
}
