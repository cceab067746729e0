//! Modules are recognised as made for their platform.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract_lint_analyzer::facts::{Certainty, Recognition};
use contract_lint_analyzer::host::{HostModel, entry_points, parse, recognise};
use contract_lint_analyzer::module::{Module, decode};

/// A module with these imports (`module.name types`) and exports (`name types`), types as in `i32 i32 -> i64`.
fn module(imports: &[&str], exports: &[&str]) -> Module {
    let ty = |types: &str| {
        let (params, results) = types.split_once("->").unwrap_or((types, ""));
        format!("(param {params}) (result {results})")
    };
    let mut wat = String::new();
    for import in imports {
        let (path, types) = import.split_once(' ').unwrap_or((import, ""));
        let (module, name) = path.rsplit_once('.').expect("a module and a name");
        wat += &format!("(import {module:?} {name:?} (func {}))\n", ty(types));
    }
    for export in exports {
        let (name, types) = export.split_once(": ").unwrap_or((export, ""));
        wat += &format!("(func (export {name:?}) {} unreachable)\n", ty(types));
    }
    from_text(&format!("(module\n{wat})"))
}

fn from_text(wat: &str) -> Module {
    let bytes = wat::parse_str(wat).expect("a module in text form");
    decode(bytes).expect("a valid module")
}

/// What it is recognised as, with the model of an invented chain beside those built in.
fn recognised(module: &Module) -> Recognition {
    let harbor = include_str!("../../corpus/consortium-host/host.toml");
    let harbor = Arc::new(parse(harbor).expect("a right host model file"));
    let (recognition, model) = recognise(module, &[harbor]);
    assert_eq!(model.id, recognition.platform);
    recognition
}

type Names = &'static [&'static str];

/// For each platform what a small contract imports and exports; and the exports, in order, by which the host enters it.
const SMALL_CONTRACTS: &[(&str, Names, Names, Names)] = &[
    (
        "antchain",
        &[
            "env.ReadInterfaceName i32 i32 -> i32",
            "env.SetReturnValue i32 i32 -> i32",
            "env.SetStorage i32 i32 i32 i32 -> i32",
        ],
        &["apply: -> i32"],
        &["apply"],
    ),
    (
        "antelope",
        &["env.require_auth i64", "env.eosio_assert i32 i32"],
        &["apply: i64 i64 i64"],
        &["apply"],
    ),
    (
        "casper",
        &[
            "env.casper_put_key i32 i32 i32 i32",
            "env.casper_revert i32",
        ],
        &["call", "mint"],
        &["call", "mint"],
    ),
    (
        "chainmaker",
        &[
            "env.sys_call i32 i32 i32 i32 -> i32",
            "env.log_message i32 i32",
        ],
        &[
            "init_contract",
            "upgrade",
            "save",
            "allocate: i32 -> i32",
            "runtime_type: -> i32",
        ],
        &[
            "init_contract",
            "upgrade",
            "save",
            "allocate",
            "runtime_type",
        ],
    ),
    (
        "concordium",
        &["concordium.get_receive_sender i32"],
        &[
            "init_escrow: i64 -> i32",
            "escrow.pay: i64 -> i32",
            "helper: i32",
        ],
        &["init_escrow", "escrow.pay"],
    ),
    (
        "cosmwasm",
        &["env.db_read i32 -> i32", "env.db_write i32 i32"],
        &[
            "execute: i32 i32 i32 -> i32",
            "query: i32 i32 -> i32",
            "interface_version_8",
        ],
        &["execute", "query", "interface_version_8"],
    ),
    (
        "ewasm",
        &["ethereum.getCaller i32", "ethereum.storageStore i32 i32"],
        &["main"],
        &["main"],
    ),
    (
        "fabric-wapc",
        &["wapc.__host_call i32 i32 i32 i32 i32 i32 i32 i32 -> i32"],
        &["__guest_call: i32 i32 -> i32"],
        &["__guest_call"],
    ),
    (
        "fisco-bcos",
        &[
            "bcos.setStorage i32 i32 i32 i32",
            "bcos.getCaller i32 -> i32",
        ],
        &["deploy", "main", "hash_type: -> i32"],
        &["deploy", "main", "hash_type"],
    ),
    (
        "gear",
        &["env.gr_source i32", "env.gr_reply i32 i32 i32 i32"],
        &["init", "handle", "handle_reply"],
        &["init", "handle", "handle_reply"],
    ),
    (
        "hyperchain-fvm",
        &["env.fvm_caller_address i32"],
        &["invoke"],
        &["invoke"],
    ),
    (
        "icp",
        &["ic0.msg_caller_size -> i32", "ic0.msg_reply"],
        &["canister_update pay", "canister_init", "helper"],
        &["canister_update pay", "canister_init"],
    ),
    (
        "ink",
        &[
            "seal0.caller i32 i32",
            "seal1.get_storage i32 i32 i32 i32 -> i32",
        ],
        &["deploy", "call"],
        &["deploy", "call"],
    ),
    (
        "multiversx",
        &[
            "env.managedCaller i32",
            "env.mBufferStorageStore i32 i32 -> i32",
        ],
        &["init", "callBack", "claim", "helper: i32"],
        &["init", "callBack", "claim"],
    ),
    (
        "near",
        &["env.input i64", "env.read_register i64 i64"],
        &["transfer", "helper: i32 -> i32"],
        &["transfer"],
    ),
    (
        "ontology",
        &["env.ontio_caller_address i32"],
        &["invoke"],
        &["invoke"],
    ),
    (
        "platon",
        &["env.platon_caller i32", "env.platon_return i32 i32"],
        &["invoke"],
        &["invoke"],
    ),
    (
        "platone",
        &[
            "env.setState i32 i32 i32 i32",
            "env.getState i32 i32 i32 i32",
            "env.getStateSize i32 i32 -> i32",
        ],
        &["init", "save: i32 i64 -> i32"],
        &["init", "save"],
    ),
    (
        "sabre",
        &[
            "env.get_state i32 -> i32",
            "env.get_ptr_len i32 -> i32",
            "env.read_byte i32 -> i32",
        ],
        &["entrypoint: i32 i32 i32 -> i32"],
        &["entrypoint"],
    ),
    (
        "soroban",
        &["l._ i64 i64 i64 -> i64", "a.0 i64 -> i64"],
        &[
            "deposit: i64 i64 -> i64",
            "__constructor: i64 -> i64",
            "helper: i32",
        ],
        &["deposit", "__constructor"],
    ),
    (
        "stylus",
        &["vm_hooks.msg_sender i32", "vm_hooks.read_args i32"],
        &["user_entrypoint: i32 -> i32"],
        &["user_entrypoint"],
    ),
    (
        "xuperchain",
        &[
            "env._call_method i32 i32 i32 i32 -> i32",
            "env._fetch_response i32 i32 -> i32",
        ],
        &["_initialize", "_increase"],
        &["_initialize", "_increase"],
    ),
    (
        "harbor",
        &["harbor.ledger_delete i32 i32", "harbor.caller i32"],
        &["setup", "ship", "alloc: i32 -> i32"],
        &["setup", "ship", "alloc"],
    ),
];

#[test]
fn small_contracts_are_recognised_and_entered() {
    for (platform, imports, exports, entered) in SMALL_CONTRACTS {
        let module = module(imports, exports);
        let recognition = recognised(&module);
        assert_eq!(&recognition.platform, platform, "{recognition:?}");
        assert_eq!(recognition.certainty, Certainty::Certain, "{recognition:?}");
        if let Some(model) = HostModel::builtin(platform) {
            let entries = entry_points(model, &module);
            let names: Vec<&str> = entries.iter().map(|entry| entry.export).collect();
            assert_eq!(&names, entered, "{platform}");
        }
    }
    for model in HostModel::builtins() {
        let there = SMALL_CONTRACTS
            .iter()
            .any(|(platform, ..)| *platform == model.id);
        assert!(there, "no small contract for {}", model.id);
    }
}

#[test]
fn a_section_is_enough_where_it_is_decisive() {
    let module = from_text(
        r#"(module (@custom "contractenvmetav0" "") (func (export "add") (param i64 i64) (result i64) unreachable))"#,
    );
    let recognition = recognised(&module);
    assert_eq!(
        (&*recognition.platform, recognition.certainty),
        ("soroban", Certainty::Certain)
    );
    assert_eq!(
        recognition.because,
        "it has the section `contractenvmetav0`"
    );
}

#[test]
fn nothing_is_made_of_nothing() {
    let rows: &[(&[&str], &[&str], &str)] = &[
        (
            &[],
            &["main"],
            "it imports no function and shows no sign of a platform",
        ),
        // Toolchains import these on any platform.
        (
            &[
                "wasi_snapshot_preview1.fd_write i32 i32 i32 i32 -> i32",
                "env.abort i32 i32 i32 i32",
            ],
            &["run"],
            "no known platform has most of the 2 functions it imports",
        ),
        // The names are known, the types are others.
        (
            &["env.require_auth i32", "env.input i32"],
            &["run"],
            "no known platform has most of the 2 functions it imports",
        ),
        (
            &["moon.land i32"],
            &["run"],
            "no known platform has the one function it imports",
        ),
    ];
    for (imports, exports, because) in rows {
        let module = module(imports, exports);
        let (recognition, model) = recognise(&module, &[]);
        assert_eq!(recognition.certainty, Certainty::None, "{recognition:?}");
        assert_eq!((&*recognition.platform, &*model.id), ("unknown", "unknown"));
        assert_eq!(recognition.because, *because);
        assert!(model.functions.is_empty());
        assert_eq!(entry_points(&model, &module).len(), exports.len());
    }
}

#[test]
fn what_does_not_decide_is_said() {
    // A function that two platforms share, and no sign of either.
    let both = module(&["env.sha256 i32 i32 i32"], &[]);
    let (recognition, _) = recognise(&both, &[]);
    assert_eq!(recognition.certainty, Certainty::Likely);
    assert_eq!(
        recognition.because,
        "the one function it imports is known, with this signature; antelope would fit too"
    );
    // With the export of one of them.
    let antelope = module(&["env.sha256 i32 i32 i32"], &["apply: i64 i64 i64"]);
    let (recognition, _) = recognise(&antelope, &[]);
    assert_eq!(recognition.platform, "antelope");
    assert_eq!(recognition.certainty, Certainty::Likely);

    // One unknown import among known ones.
    let near = module(
        &[
            "env.input i64",
            "env.read_register i64 i64",
            "env.brand_new i64",
        ],
        &["transfer"],
    );
    let recognition = recognised(&near);
    assert_eq!(recognition.platform, "near");
    assert_eq!(
        recognition.because,
        "2 of the 3 functions it imports are known; it imports `env.read_register`"
    );
}

#[test]
fn the_users_model_comes_first_among_equals() {
    let text = "[platform]\nid = 'mine'\nname = 'Mine'\npublic = false\nreentrancy = 'allowed'\ndispatch = 'exports'\n\
        [[function]]\nname = 'ontio_caller_address'\nargs = [{ name = 'out', role = 'out-ptr', size = 20 }]\n\
        effects = ['caller-identity-read']\n\
        [[sign]]\nimports = ['env.ontio_*']\nweight = 'decisive'\n";
    let mine = Arc::new(parse(text).expect("a right host model file"));
    let module = module(&["env.ontio_caller_address i32"], &[]);
    let (recognition, _) = recognise(&module, &[mine]);
    assert_eq!(
        (&*recognition.platform, recognition.certainty),
        ("mine", Certainty::Likely)
    );
    assert!(
        recognition.because.ends_with("; ontology would fit too"),
        "{}",
        recognition.because
    );
}

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

/// The contracts of the corpus lie in folders named after their platforms.
#[test]
fn the_corpus_is_recognised() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let mut count = 0;
    for platform in fs::read_dir(&corpus).expect("the corpus") {
        let platform = platform.expect("a folder").path();
        let id = platform
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name")
            .to_owned();
        if HostModel::builtin(&id).is_none() {
            continue;
        }
        for contract in fs::read_dir(&platform).expect("a folder").flatten() {
            let Ok(files) = fs::read_dir(contract.path()) else {
                continue;
            };
            for path in files.flatten().map(|file| file.path()) {
                if path.extension().is_none_or(|extension| extension != "wasm") {
                    continue;
                }
                let bytes = fs::read(&path).expect("a contract");
                let start = if bytes.starts_with(b"\0asm") { 0 } else { 8 };
                let module = decode(bytes[start..].to_vec()).expect("a module");
                let (recognition, _) = recognise(&module, &[]);
                assert_eq!(
                    recognition.platform,
                    id,
                    "{}: {recognition:?}",
                    path.display()
                );
                assert_eq!(recognition.certainty, Certainty::Certain, "{recognition:?}");
                count += 1;
            }
        }
    }
    assert!(count > 0, "no contracts in {}", corpus.display());
}
