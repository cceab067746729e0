//! Contracts written by others, kept beside the repository: every function of every module lifts and verifies.
//! Skipped where the directory is absent.

#![expect(clippy::print_stderr, reason = "says when it skips")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use contract_lint_analyzer::lift::lift;
use contract_lint_analyzer::module::{FuncKind, Module, decode};

const WILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/wild");

/// The modules, by path. Some files carry a header of a platform before the module.
fn modules() -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    collect(Path::new(WILD), &mut files);
    files.sort();
    if files.is_empty() {
        eprintln!("skipped: no contracts in {WILD}");
    }
    files
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).expect("a readable file");
            let start = bytes.windows(4).position(|w| w == b"\0asm");
            let start = start.unwrap_or_else(|| panic!("{}: no module", path.display()));
            (path, bytes[start..].to_vec())
        })
        .collect()
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "wasm") {
            files.push(path);
        }
    }
}

fn local_funcs(module: &Module) -> impl Iterator<Item = contract_lint_analyzer::ir::Func> {
    module
        .funcs
        .iter()
        .filter(|(_, decl)| matches!(decl.kind, FuncKind::Local { .. }))
        .map(|(func, _)| func)
}

#[test]
fn every_function_lifts() {
    for (path, bytes) in modules() {
        let module = decode(bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for func in local_funcs(&module) {
            // Verified on the way, as in every debug build.
            if let Err(error) = lift(&module, func) {
                panic!("{}: {func}: {error}", path.display());
            }
        }
    }
}

/// `cargo test --release --test wild -- --ignored --nocapture` prints how lifting compares with validation.
#[test]
#[ignore = "a measurement"]
fn measure() {
    let (mut size, mut insts, mut params) = (0, 0, 0);
    let (mut validating, mut lifting) = (Duration::MAX, Duration::MAX);
    let modules = modules();
    for _ in 0..3 {
        (size, insts, params) = (0, 0, 0);
        let (mut validated, mut lifted) = (Duration::ZERO, Duration::ZERO);
        for (_, bytes) in &modules {
            let start = Instant::now();
            wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
                .validate_all(bytes)
                .expect("a valid module");
            validated += start.elapsed();
            size += bytes.len();
            let module = decode(bytes.clone()).expect("a valid module");
            for func in local_funcs(&module) {
                let start = Instant::now();
                let function = lift(&module, func).expect("a supported function");
                lifted += start.elapsed();
                insts += function.insts.len();
                params += function
                    .blocks
                    .values()
                    .map(|block| block.params.len())
                    .sum::<usize>();
            }
        }
        validating = validating.min(validated);
        lifting = lifting.min(lifted);
    }
    let rate = |time: Duration| size as f64 / 1e6 / time.as_secs_f64();
    println!(
        "{} modules, {size} bytes, {insts} instructions, {params} parameters",
        modules.len()
    );
    println!("validation {validating:?}, {:.1} MB/s", rate(validating));
    println!("lifting {lifting:?}, {:.1} MB/s", rate(lifting));
}
