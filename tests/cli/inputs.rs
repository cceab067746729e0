//! What may be given, and what is said about what may not.

use std::io::Write;

use crate::sandbox::{Sandbox, module};

#[test]
fn each_unusable_input_says_why_and_what_to_do() {
    let mut truncated = module();
    truncated.truncate(truncated.len() - 3);
    let component = wat::parse_str("(component)").unwrap();
    let sandbox = Sandbox::new()
        .with("empty.wasm", "")
        .with("truncated.wasm", truncated)
        .with("native.wasm", b"\x7fELF\x02\x01\x01\0\0\0\0\0")
        .with("component.wasm", component)
        .with("text.wasm", "hello")
        .with("invalid.wasm", b"\0asm\x01\0\0\0\x01\x02\x01\x33")
        .with("broken.wat", "(module (func $f (call $g)))")
        .with("empty.wasm.gz", b"\x1f\x8b\x08\0")
        .with("damaged.wasc", b"wasc\0\0\0\0\xff\xff\xff\xff")
        .with("metadata.contract", r#"{"source": {"hash": "0x00"}}"#)
        .with(
            "polkavm.contract",
            r#"{"source": {"contract_binary": "0x00"}}"#,
        )
        .with("other.contract", r#"{"a": 1}"#)
        .with("odd.contract", r#"{"source": {"wasm": "0x00a"}}"#)
        .with("cut.contract", r#"{"source": {"wa"#)
        .with("folder/readme.txt", "nothing here");
    let files = [
        "empty.wasm",
        "truncated.wasm",
        "native.wasm",
        "component.wasm",
        "text.wasm",
        "invalid.wasm",
        "broken.wat",
        "empty.wasm.gz",
        "damaged.wasc",
        "metadata.contract",
        "polkavm.contract",
        "other.contract",
        "odd.contract",
        "cut.contract",
        "folder",
        "missing.wasm",
        "*.nothing",
        "[.wasm",
    ];
    for file in files {
        let output = sandbox.run(&[file]);
        assert_eq!(output.status, 2, "{file}");
        assert_eq!(output.stdout, "", "{file}");
    }
    let output = sandbox.run(&files);
    insta::assert_snapshot!(output.all());
}

#[test]
fn an_unusable_input_does_not_keep_the_others_from_being_analysed() {
    let sandbox = Sandbox::new().with("a.wasm", "").with_module("b.wasm");
    assert_eq!(
        sandbox.files(&["a.wasm", "b.wasm"]),
        ["a.wasm failed", "b.wasm complete"]
    );
    assert_eq!(sandbox.run(&["a.wasm", "b.wasm"]).status, 2);
    assert_eq!(sandbox.run(&["b.wasm"]).status, 0);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let sandbox = Sandbox::new().with_module("closed.wasm");
    symlink("itself.wasm", sandbox.path().join("itself.wasm")).unwrap();
    let output = sandbox.run(&["itself.wasm"]);
    assert_eq!(output.status, 2);
    assert!(
        output.stderr.contains("it cannot be read"),
        "{}",
        output.stderr
    );

    let closed = sandbox.path().join("closed.wasm");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&closed).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let output = sandbox.run(&["closed.wasm"]);
    assert_eq!(output.status, 2);
    assert!(
        output.stderr.contains("permission to read it is denied"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_gzip_bomb_is_not_unpacked() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..129 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let sandbox = Sandbox::new().with("bomb.wasm.gz", bomb);
    let output = sandbox.run(&["bomb.wasm.gz"]);
    assert_eq!(output.status, 2);
    assert!(
        output
            .stderr
            .contains("decompressed, it is larger than 128 MiB"),
        "{}",
        output.stderr
    );
}

#[test]
fn wrapped_modules_are_unwrapped() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&module()).unwrap();
    let hex: String = module().iter().map(|b| format!("{b:02x}")).collect();
    let length = u32::try_from(module().len()).unwrap();
    let concordium = [&1u32.to_be_bytes()[..], &length.to_be_bytes(), &module()].concat();
    let header = [1u32, 24, length].map(u32::to_le_bytes).concat();
    let wasc = [&b"wasc\0\0\0\0\x01\0\0\0"[..], &header, &module()].concat();
    let sandbox = Sandbox::new()
        .with_module("plain.wasm")
        .with("packed.wasm.gz", gzip.finish().unwrap())
        .with("text.wat", "(module (func (export \"run\")))")
        .with(
            "ink.contract",
            format!(r#"{{"source": {{"wasm": "0x{hex}"}}, "spec": {{}}}}"#),
        )
        .with(
            "token.mxsc.json",
            format!(r#"{{"code": "{hex}", "abi": {{}}}}"#),
        )
        .with("concordium.wasm.v1", concordium)
        .with("ant.wasc", wasc);
    let report = sandbox.json(&["."]);
    let files = report["files"].as_array().unwrap();
    assert_eq!(files.len(), 7);
    let plain = files.iter().find(|f| f["path"] == "./plain.wasm").unwrap();
    for file in files {
        assert_eq!(file["functions"], 1, "{file}");
        assert_eq!(file["sha256"], plain["sha256"], "{file}");
    }
}

#[test]
fn standard_input() {
    let sandbox = Sandbox::new();
    let output = sandbox.run_with(&["-", "--format", "json"], &module());
    assert_eq!(output.status, 0);
    assert!(output.stdout.contains("\"path\": \"<stdin>\""));
    assert_eq!(sandbox.run_with(&["-"], b"").status, 2);
}

#[test]
fn folders_are_walked_past_what_build_tools_keep_for_themselves() {
    let sandbox = Sandbox::new()
        .with(".gitignore", "*.wasm\n")
        .with_module("a/contract.wasm")
        .with_module("a/build/token.wasm")
        .with_module("target/wasm32-unknown-unknown/release/token.wasm")
        .with_module("target/wasm32-unknown-unknown/release/deps/token.wasm")
        .with_module("target/wasm32-unknown-unknown/release/build/x/out/token.wasm")
        .with(
            "target/wasm32-unknown-unknown/release/.fingerprint/x/token.wasm",
            module(),
        )
        .with_module("node_modules/x/y.wasm")
        .with_module(".git/z.wasm")
        .with("a/contract.wasm.debug", "not a contract of its own")
        .with("a/contract.wat", "(module)");
    assert_eq!(
        sandbox.files(&["."]),
        [
            "./a/build/token.wasm complete",
            "./a/contract.wasm complete",
            "./target/wasm32-unknown-unknown/release/token.wasm complete",
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_up_are_not_followed_for_ever() {
    let sandbox = Sandbox::new().with_module("a/contract.wasm");
    std::os::unix::fs::symlink("..", sandbox.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink("nowhere", sandbox.path().join("a/dangling")).unwrap();
    assert_eq!(sandbox.files(&["a"]), ["a/contract.wasm complete"]);
    std::os::unix::fs::symlink("nowhere", sandbox.path().join("a/dangling.wasm")).unwrap();
    assert_eq!(
        sandbox.files(&["a"]),
        ["a/contract.wasm complete", "a/dangling.wasm failed"]
    );
}

#[test]
fn patterns_that_the_shell_left_alone() {
    let sandbox = Sandbox::new()
        .with_module("a/one.wasm")
        .with_module("a/b/two.wasm")
        .with_module("c/three.wasm");
    assert_eq!(sandbox.files(&["a/*.wasm"]), ["a/one.wasm complete"]);
    assert_eq!(
        sandbox.files(&["**/t*.wasm"]),
        ["a/b/two.wasm complete", "c/three.wasm complete"]
    );
    assert_eq!(
        sandbox.files(&["./{a,c}/*.wasm", "a/one.wasm"]),
        [
            "./a/one.wasm complete",
            "./c/three.wasm complete",
            "a/one.wasm complete"
        ]
    );
}

#[test]
fn a_file_given_twice_is_analysed_once() {
    let sandbox = Sandbox::new().with_module("a.wasm");
    assert_eq!(sandbox.files(&["a.wasm", "a.wasm"]), ["a.wasm complete"]);
}

#[test]
fn without_a_path_what_the_build_left_is_analysed() {
    let sandbox = Sandbox::new()
        .with_module("target/wasm32-unknown-unknown/release/my_token.wasm")
        .with_module("target/wasm32-unknown-unknown/release/other.wasm")
        .with_module("target/wasm32-unknown-unknown/debug/my_token.wasm")
        .with_module("artifacts/my-token-aarch64.wasm")
        .with_module("target/near/vault/vault.wasm")
        .with_module("elsewhere/x.wasm");
    assert_eq!(
        sandbox.files(&[]),
        [
            "artifacts/my-token-aarch64.wasm complete",
            "target/near/vault/vault.wasm complete",
            "target/wasm32-unknown-unknown/release/other.wasm complete",
        ]
    );
}

#[test]
fn without_a_path_and_a_build() {
    let output = Sandbox::new().run(&[]);
    insta::assert_snapshot!(output.all());
}

/// What was not used is said, however complete the analysis is.
#[test]
fn a_twin_of_another_build_is_told() {
    let read = |path: &str| std::fs::read(crate::sandbox::repository(path)).unwrap();
    let sandbox = Sandbox::new()
        .with("vault.wasm", read("corpus/soroban/vault/vault.wasm"))
        .with(
            "vault.wasm.debug",
            read("corpus/soroban/token/token.wasm.debug"),
        );
    let output = sandbox.run(&["vault.wasm"]);
    assert!(
        output.stdout.contains(
            "note: `vault.wasm`: the file with its debug information is of another build"
        ),
        "{}",
        output.stdout
    );
}
