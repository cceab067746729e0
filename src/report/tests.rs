//! Every report of the same findings, made by hand: one in two functions, one about the interface, a file that could not
//! be analysed.

use std::sync::Arc;

use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::ir::Func;
use contract_lint_analyzer::module::{FuncKind, Module, decode};
use contract_lint_lints::lint::{Confidence, Domain, Level, LintMeta, Severity};

use super::model::{
    Analysed, FileReport, Hidden, MethodReport, Place, Report, Reported, ReportedStep, SourcePlace,
};
use super::{render, summary};
use crate::cli::Format;
use crate::input::InputError;

static LINT: LintMeta = LintMeta {
    name: "write-after-call",
    summary: "storage is written after a call",
    domain: Domain::SmartContract,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    level: Level::Deny,
    cwe: &[841],
    references: &["SWC-107"],
    since: "0.1.0",
    docs: " ### What it does\n Finds writes after calls.\n\n ### Why is this bad?\n The callee may come back.\n",
};

const WAT: &str = r#"(module
    (import "env" "call" (func $call (param i32)))
    (import "env" "write" (func $write (param i32)))
    (func $helper (param i32)
        local.get 0
        i32.const 1
        i32.add
        call $call)
    (func $withdraw (export "withdraw") (param i32)
        local.get 0
        call $helper
        local.get 0
        call $write)
    (memory 1)
    (data (i32.const 0) "not for the listing"))"#;

/// The place of the first call of a function in another.
fn call(module: &Module, from: usize, to: u8) -> Place {
    let func = Func::new(from);
    let FuncKind::Local { body } = &module.funcs[func].kind else {
        panic!("imported");
    };
    let code = &module.bytes[body.clone()];
    let at = code.windows(2).position(|w| w == [0x10, to]).unwrap();
    Place {
        func: u32::try_from(from).unwrap(),
        function: module.func_label(func),
        offset: u32::try_from(body.start + at).unwrap(),
        source: None,
        near: None,
    }
}

fn step(message: &str, place: Option<Place>) -> ReportedStep {
    ReportedStep {
        message: message.to_owned(),
        place,
    }
}

fn finding(message: &str, trace: Vec<ReportedStep>) -> Reported {
    Reported {
        lint: &LINT,
        level: Level::Deny,
        severity: Severity::Critical,
        confidence: Confidence::Medium,
        message: message.to_owned(),
        method: "withdraw".to_owned(),
        selector: Some("selector 0x410fcc9d".to_owned()),
        reach: Some("reachable by anyone"),
        primary: trace.len() - 1,
        trace,
        notes: vec!["while the callee runs, `withdraw` can be entered again".to_owned()],
        help: "write before the call".to_owned(),
        also: vec!["other-lint"],
        fingerprint: "0123456789abcdef0123456789abcdef".to_owned(),
    }
}

fn report() -> Report {
    let module = Arc::new(decode(wat::parse_str(WAT).unwrap()).unwrap());
    let called = call(&module, 2, 0);
    let written = call(&module, 3, 1);
    let in_source = |place: &Place, line| Place {
        source: Some(SourcePlace {
            path: "src/lib.rs".to_owned(),
            line,
            column: 9,
        }),
        ..place.clone()
    };
    let mut as_warning = finding("[odd] \u{1b}[31m name", vec![step("it is there", None)]);
    as_warning.level = Level::Warn;
    Report {
        files: vec![
            FileReport {
                path: "broken.wasm".to_owned(),
                outcome: Err(InputError::new("the file is empty", "build it again")),
            },
            FileReport {
                path: "vault.wasm".to_owned(),
                outcome: Ok(Analysed {
                    selectors: Vec::new(),
                    sha256: "00".repeat(32),
                    platform: "near".to_owned(),
                    methods: vec![MethodReport {
                        name: "withdraw".to_owned(),
                        kind: "call",
                        reasons: vec!["more work than allowed".to_owned()],
                    }],
                    notes: Vec::new(),
                    findings: vec![
                        finding(
                            "`balances` is written after a call",
                            vec![
                                step("control leaves the contract", Some(called.clone())),
                                step("the same key is written only now", Some(written.clone())),
                            ],
                        ),
                        finding(
                            "`balances` is written twice",
                            vec![
                                step("once", Some(in_source(&called, 52))),
                                step("twice", Some(in_source(&written, 58))),
                            ],
                        ),
                        as_warning,
                    ],
                    complaints: Vec::new(),
                    hidden: Hidden {
                        by_baseline: 0,
                        by_level: 1,
                        by_profile: 0,
                        by_allowance: 1,
                    },
                    module,
                }),
            },
        ],
    }
}

fn text(format: Format) -> String {
    String::from_utf8(render(&report(), format, false).unwrap()).unwrap()
}

#[test]
fn human() {
    insta::assert_snapshot!(text(Format::Human));
}

#[test]
fn colour_is_only_escapes() {
    let colored = String::from_utf8(render(&report(), Format::Human, true).unwrap()).unwrap();
    assert!(colored.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, escape)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = &escape[escape.find('m').unwrap() + 1..];
    }
    plain.push_str(rest);
    assert_eq!(plain, text(Format::Human));
}

#[test]
fn concise() {
    insta::assert_snapshot!(text(Format::Concise));
}

#[test]
fn json() {
    insta::assert_snapshot!(text(Format::Json));
    valid(
        &text(Format::Json),
        include_str!("../../schemas/report.json"),
    );
}

#[test]
fn sarif() {
    let mut log = valid(
        &text(Format::Sarif),
        include_str!("../../schemas/sarif-2.1.0.json"),
    );
    // What services ask for beyond the standard.
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(
            run["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(region["startLine"].as_u64().unwrap() > 0, "{region}");
        assert!(region.get("byteOffset").is_none(), "{region}");
    }
    // Without what changes with every new lint.
    let run = &mut log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array_mut().unwrap();
    rules.retain(|rule| rule["id"] == LINT.name);
    for result in run["results"].as_array_mut().unwrap() {
        result["ruleIndex"] = "INDEX".into();
    }
    let text = serde_json::to_string_pretty(&log).unwrap();
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

/// Each region of the listing is that of the text which the log carries.
#[test]
fn sarif_regions_are_those_of_the_listing() {
    let log: serde_json::Value = serde_json::from_str(&text(Format::Sarif)).unwrap();
    let run = &log["runs"][0];
    let listing = run["artifacts"][1]["contents"]["text"].as_str().unwrap();
    assert!(!listing.contains("not for the listing"));
    let lines: Vec<&str> = listing.lines().collect();
    let physical = &run["results"][0]["locations"][0]["physicalLocation"];
    let region = &physical["region"];
    let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
    let line = lines[number("startLine") - 1];
    assert_eq!(
        &line[number("startColumn") - 1..number("endColumn") - 1],
        "call $write"
    );
    assert_eq!(region["snippet"]["text"], "call $write");
}

fn valid(text: &str, schema: &str) -> serde_json::Value {
    let schema = serde_json::from_str(schema).unwrap();
    let value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // The schema does reject something.
    assert!(!validator.is_valid(&serde_json::json!({ "version": 7, "schema": 0 })));
    value
}

#[test]
fn the_last_line() {
    insta::assert_snapshot!(summary(&report()));
}
