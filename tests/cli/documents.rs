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

/// The selectors that `init` proposes for a contract of the corpus.
fn proposed(contract: &str) -> Vec<String> {
    let (_, name) = contract.split_once('/').unwrap();
    let module = format!("{name}.wasm");
    let output = Sandbox::of_corpus(contract).run(&["init", &module, "--output", "-"]);
    assert_eq!(output.status, 0, "{contract}: {}", output.stderr);
    let lines = output.stdout.lines();
    lines
        .filter_map(|line| line.strip_prefix("select = "))
        .map(|selector| selector.trim_matches('"').to_owned())
        .collect()
}

#[test]
fn init_finds_the_sensitive_parameters_of_registries() {
    for registry in ["near/registry", "soroban/registry", "ink/registry"] {
        assert_eq!(
            proposed(registry),
            [
                "param:reach_me.phone",
                "param:register.id_card",
                "param:register_by_card.id_card",
                "param:register_hashed.id_card",
            ],
            "{registry}"
        );
    }
    for registry in ["chainmaker/registry", "cosmwasm/registry"] {
        let found = proposed(registry);
        assert!(
            found.contains(&"param:register.id_card".to_owned()),
            "{registry}: {found:?}"
        );
        assert!(
            found.contains(&"param:reach_me.phone".to_owned()),
            "{registry}: {found:?}"
        );
    }
    assert_eq!(proposed("antelope/invoices"), ["param:settle.iban"]);
    for (contract, selector) in [
        ("stylus/claims", "param:setHolder.idCard"),
        ("multiversx/kyc", "param:register.passport"),
        ("chainmaker/clinic", "param:index_record.id_card"),
        ("cosmwasm/health", "param:index_by_card.id_card"),
        ("near/records", "param:find_patient.patient_name"),
    ] {
        let found = proposed(contract);
        assert!(found.iter().any(|s| s == selector), "{contract}: {found:?}");
    }
}

#[test]
fn init_proposes_nothing_for_contracts_without_personal_data() {
    for contract in [
        "antelope/dicesafe",
        "antelope/token",
        "chainmaker/escrow",
        "concordium/escrow",
        "cosmwasm/token",
        "fisco-bcos/token",
        "ink/token",
        "multiversx/escrow",
        "near/token",
        "soroban/lending",
        "soroban/token",
        "stylus/escrow",
        "xuperchain/token",
    ] {
        assert!(
            proposed(contract).is_empty(),
            "{contract}: {:?}",
            proposed(contract)
        );
    }
}

#[test]
fn a_side_chain_may_hold_what_a_mainnet_may_not() {
    for contract in [
        "antelope/registry",
        "soroban/registry",
        "near/registry",
        "ink/registry",
        "chainmaker/registry",
        "antelope/invoices",
    ] {
        let sandbox = Sandbox::of_corpus(contract);
        let (_, name) = contract.split_once('/').unwrap();
        let module = format!("{name}.wasm");
        let found = |zone: &str| {
            let arguments = [
                "--format",
                "concise",
                "-A",
                "all",
                "-W",
                "personal-information",
            ];
            let output = sandbox.run(&[&arguments[..], &["--target", zone, &module]].concat());
            assert_ne!(output.status, 2, "{contract}: {}", output.stderr);
            let denied = [
                "[plaintext-sensitive-parameter]",
                "[sensitive-to-public-state]",
                "[sensitive-to-event]",
            ];
            let leaks = denied.iter().any(|lint| output.stdout.contains(lint));
            (leaks, output.stdout.contains("[no-erasure-path]"))
        };
        assert_eq!(found("mainnet"), (true, false), "{contract}");
        // There people must be able to have it deleted; invoices can be struck.
        let kept = contract != "antelope/invoices";
        assert_eq!(found("sidechain"), (false, kept), "{contract}");
    }
}

#[test]
fn the_schema_is_for_the_asking() {
    let output = Sandbox::new().run(&["init", "--schema"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    assert!(output.stdout.contains("\"$defs\""), "{}", output.stdout);
}

#[test]
fn contracts_say_themselves_what_is_sensitive() {
    let module = |section: &str| {
        format!(
            r#"(module (import "env" "input" (func $input (param i64)))
                (import "env" "storage_write" (func $write (param i64 i64 i64 i64 i64) (result i64)))
                (import "env" "register_len" (func (param i64) (result i64)))
                (import "env" "read_register" (func $read (param i64 i64)))
                (memory (export "memory") 1) (data (i32.const 0) "kyc")
                (func (export "register") (call $input (i64.const 0)) (call $read (i64.const 0) (i64.const 64))
                    (drop (call $write (i64.const 3) (i64.const 0) (i64.const 32) (i64.const 64) (i64.const 1))))
                {section})"#
        )
    };
    let run = |text: &str| {
        let section = format!("(@custom \"contract-lint.policy.v1\" \"{text}\")");
        let sandbox = Sandbox::new().with("a.wat", module(&section));
        sandbox.run(&["--format", "concise", "a.wat"]).stdout
    };
    let plain = Sandbox::new().with("a.wat", module(""));
    let plain = plain.run(&["--format", "concise", "a.wat"]).stdout;
    assert!(!plain.contains("plaintext-sensitive-parameter"), "{plain}");
    let declared = run("param:register.id_card=pi.id.national\\0a");
    assert!(
        declared.contains("plaintext-sensitive-parameter"),
        "{declared}"
    );
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
