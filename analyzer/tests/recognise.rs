//! Modules are recognised as made for their platform.

use std::fs;
use std::path::{Path, PathBuf};

use contract_lint_analyzer::facts::Certainty;
use contract_lint_analyzer::host::recognise;
use contract_lint_analyzer::module::decode;

/// Modules that were found among those of a platform but use nothing of it, and what they are recognised as.
const OTHERWISE: &[(&str, &str, Certainty)] = &[
    // Arithmetic only.
    (
        "concordium/instruction-0681f744.wasm",
        "unknown",
        Certainty::None,
    ),
    (
        "concordium/memory-instruction-01a3da4f.wasm",
        "unknown",
        Certainty::None,
    ),
    ("ontology/i32-028a343c.wasm", "unknown", Certainty::None),
    ("ontology/i64-00c28c74.wasm", "unknown", Certainty::None),
    // Imports WASI only, and exports none of what a contract of the platform has to.
    (
        "chainmaker/fib-tinygo-271e6d60.wasm",
        "unknown",
        Certainty::None,
    ),
    // Imports that the node never had: `getAcct`, `getBlockHash` and the like.
    (
        "ontology/blockHash-05ab850a.wasm",
        "unknown",
        Certainty::None,
    ),
    (
        "ontology/testBlockHeight-073f2a8b.wasm",
        "unknown",
        Certainty::None,
    ),
    (
        "ontology/ui256Test-025d5442.wasm",
        "unknown",
        Certainty::None,
    ),
    // No imports; the exports are those of contracts there.
    (
        "concordium/extra-exports-0be97d14.wasm",
        "concordium",
        Certainty::Likely,
    ),
    (
        "gear/child_contract-13e9aaa7.wasm",
        "gear",
        Certainty::Likely,
    ),
    // From the consortium edition, whose functions are others.
    ("platon/demo-47055897.wasm", "platone", Certainty::Certain),
];

/// The folder `shared/wild` beside the repository or a folder around it.
fn wild() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .map(|folder| folder.join("shared/wild"))
        .find(|wild| wild.is_dir())
}

#[test]
fn contracts_by_others_are_recognised() {
    let Some(wild) = wild() else {
        eprintln!("skipped: no folder shared/wild beside the repository");
        return;
    };
    let manifest = fs::read_to_string(wild.join("manifest.csv")).expect("a manifest");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in manifest.lines().skip(1) {
        let [path, platform] = line.split(',').take(2).collect::<Vec<_>>()[..] else {
            panic!("no path and platform in {line}");
        };
        let bytes = fs::read(wild.join(path)).expect("a file of the manifest");
        // Concordium puts a version and the length before the module.
        let start = if bytes.starts_with(b"\0asm") { 0 } else { 8 };
        let module = decode(bytes[start..].to_vec()).expect("a module");
        let (recognition, model) = recognise(&module, &[]);
        count += 1;
        let otherwise = OTHERWISE.iter().find(|(file, ..)| *file == path);
        let expected =
            otherwise.map_or((platform, Certainty::Certain), |(_, id, sure)| (*id, *sure));
        if (&*recognition.platform, recognition.certainty) != expected {
            wrong.push(format!("{path}: {recognition:?}"));
        }
        assert_eq!(model.id, recognition.platform);
    }
    assert!(count > 0, "the manifest is empty");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
