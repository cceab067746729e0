//! `contract-lint.toml` and the arguments that change it.

use crate::sandbox::{Output, Sandbox, repository};

fn with_config(text: &str) -> Output {
    Sandbox::new()
        .with_module("a.wasm")
        .with("contract-lint.toml", text)
        .run(&["a.wasm"])
}

#[test]
fn every_error_is_shown_in_the_file() {
    let output = with_config(
        "[lints]\nacces = \"deny\"\n\n[target]\nzone = \"mainet\"\n\n\
         [[source]]\nselect = \"param:register.id_card\"\nclass = \"pi.id.nationl\"\n",
    );
    insta::assert_snapshot!(output.all());
}

#[test]
fn errors_of_form() {
    let outputs: Vec<String> = [
        "[lint]\n",
        "[lints]\ngroup.access = \"forbid\"\n",
        "[[source]]\nselect = \"register.id_card\"\nclass = \"pi.name\"\n",
        "[[allow]]\nlint = \"access\"\n",
        "[target\n",
        "version = 9\n",
    ]
    .iter()
    .map(|text| with_config(text).all())
    .collect();
    insta::assert_snapshot!(outputs.join("\n"));
}

#[test]
fn the_nearest_configuration_above_counts() {
    let sandbox = Sandbox::new()
        .with_module("a/b/x.wasm")
        .with_module("a/y.wasm")
        .with("contract-lint.toml", "[bad]\n")
        .with("a/contract-lint.toml", "");
    assert_eq!(sandbox.run(&["a/b/x.wasm"]).status, 0);
    assert_eq!(sandbox.run(&["a"]).status, 0);
    assert_eq!(
        sandbox.run_with(&["-"], &crate::sandbox::module()).status,
        2
    );
    assert_eq!(
        sandbox.run(&["--config", "contract-lint.toml", "a"]).status,
        2
    );
    assert_eq!(
        sandbox
            .run_with(&["--no-config", "-"], &crate::sandbox::module())
            .status,
        0
    );
}

#[test]
fn the_search_ends_at_the_repository() {
    let sandbox = Sandbox::new()
        .with("contract-lint.toml", "[bad]\n")
        .with("inner/.git/HEAD", "")
        .with_module("inner/x.wasm");
    assert_eq!(sandbox.run(&["inner/x.wasm"]).status, 0);
}

#[test]
fn what_is_wrong_with_the_arguments() {
    let sandbox = Sandbox::new().with_module("a.wasm");
    let outputs: Vec<String> = [
        &["-D", "acces", "a.wasm"][..],
        &["--target", "mainnte", "a.wasm"],
        &["--config", "missing.toml", "a.wasm"],
        &["--format", "xml", "a.wasm"],
        &["--config", "x.toml", "--no-config"],
    ]
    .iter()
    .map(|arguments| sandbox.run(arguments).all())
    .collect();
    insta::assert_snapshot!(outputs.join("\n"));
}

#[test]
fn an_allowance_that_hides_nothing_is_reported() {
    let output = with_config(
        "[[allow]]\nlint = \"access\"\nreason = \"looked at\"\n\n\
         [[allow]]\nlint = \"storage\"\nreason = \"for now\"\nuntil = 2020-01-01\n",
    );
    insta::assert_snapshot!(output.all());
}

#[test]
fn hosts_that_the_user_describes() {
    let host = std::fs::read_to_string(repository("corpus/consortium-host/host.toml")).unwrap();
    let broken = host.replace(
        "effects = [\"storage-write\"]",
        "effects = [\"storage-wrte\"]",
    );
    let sandbox = Sandbox::new()
        .with_module("a/x.wasm")
        .with(
            "a/contract-lint.toml",
            "[target]\nplatform = \"abi:../host.toml\"\n",
        )
        .with_module("b/x.wasm")
        .with("b/contract-lint.toml", "[target]\nplatform = \"sorobn\"\n")
        .with("host.toml", host)
        .with("broken.toml", broken);
    let platform = |arguments: &[&str]| sandbox.json(arguments)["files"][0]["platform"].clone();
    assert_eq!(platform(&["a/x.wasm"]), "harbor");
    assert_eq!(platform(&["a/x.wasm", "--platform", "near"]), "near");
    let own = [
        "--no-config",
        "--host",
        "host.toml",
        "--platform",
        "harbor",
        "a/x.wasm",
    ];
    assert_eq!(platform(&own), "harbor");
    let outputs: Vec<String> = [
        &["b/x.wasm"][..],
        &[
            "--no-config",
            "--platform",
            "harbur",
            "--host",
            "host.toml",
            "a/x.wasm",
        ],
        &["--no-config", "--host", "broken.toml", "a/x.wasm"],
        &["--no-config", "--host", "missing.toml", "a/x.wasm"],
    ]
    .iter()
    .map(|arguments| sandbox.run(arguments).all())
    .collect();
    insta::assert_snapshot!(outputs.join("\n"));
}
