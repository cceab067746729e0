//! Compiling one contract: first with line tables, then the deployed module by stripping that one.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::recipe::{Language, Recipe, Sidecar};
use super::{Contract, file_name};

/// Line tables for the contract's own crate, and for no dependency.
const DEBUG: [&str; 3] = [
    "profile.release.debug=\"line-tables-only\"",
    "profile.release.strip=\"none\"",
    "profile.release.package.\"*\".debug=0",
];

/// Compiles a contract and puts the modules beside its source.
pub(crate) fn build(contract: &Contract) -> Result<()> {
    let recipe = &contract.recipe;
    let work = target_dir(contract)?.join("modules").join(&contract.name);
    fs::create_dir_all(&work)?;
    let mut module = match recipe.language {
        Language::Rust => compile_rust(contract)?,
        Language::Cxx => compile_cxx(contract, &work)?,
    };
    if !recipe.exports.is_empty() {
        module = drop_exports(recipe, &module, &work)?;
    }
    if !recipe.optimise.is_empty() {
        let optimised = work.join("optimised.wasm");
        // `-g` keeps names and rewrites the line tables for the code as it becomes.
        run(tool("wasm-opt")
            .args(&recipe.optimise)
            .arg("-g")
            .arg(&module)
            .arg("-o")
            .arg(&optimised))?;
        module = optimised;
    }
    fs::copy(&module, contract.debug())?;
    let stripped = work.join("stripped.wasm");
    if recipe.keep_sections {
        run(llvm("llvm-objcopy")
            .arg("--strip-all")
            .arg(&module)
            .arg(&stripped))?;
    } else {
        run(tool("wasm-strip").arg(&module).arg("-o").arg(&stripped))?;
    }
    fs::copy(&stripped, contract.deployed())?;
    if let Some(sidecar) = &recipe.sidecar {
        write_sidecar(contract, sidecar)?;
    }
    Ok(())
}

fn compile_rust(contract: &Contract) -> Result<PathBuf> {
    let recipe = &contract.recipe;
    let platform = contract
        .dir
        .parent()
        .context("a contract lies in the folder of its platform")?;
    let package = recipe
        .package
        .as_ref()
        .map_or_else(|| contract.dir.clone(), |sub| contract.dir.join(sub));

    // Paths as a reader knows them: relative to the contract, and none of this machine.
    let own = [
        format!("--remap-path-prefix={}=", platform.display()),
        format!("--remap-path-prefix={}=", contract.name),
    ];
    let mut flags = toolchain(recipe)?;
    flags.extend(recipe.flags.iter().cloned());
    flags.extend(registry_remaps()?);
    // A contract of two crates needs its paths mapped in both; else the flags stay the same for all contracts,
    // and their dependencies are compiled once.
    let both = recipe.package.is_some();
    if both {
        flags.extend(own.iter().cloned());
    }

    let target = target_dir(contract)?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(platform).args([
        "rustc",
        "--locked",
        "--release",
        "--lib",
        "--crate-type",
        "cdylib",
    ]);
    cargo.args(["--target", &recipe.target]).args(&recipe.cargo);
    cargo
        .arg("--manifest-path")
        .arg(package.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target);
    for setting in DEBUG {
        cargo.args(["--config", setting]);
    }
    if !both {
        cargo.arg("--").args(&own);
    }
    cargo
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .env_remove("RUSTFLAGS")
        .env("RUSTC", rustc());
    run(&mut cargo)?;
    let name = package_name(&package)?.replace('-', "_");
    Ok(target
        .join(&recipe.target)
        .join("release")
        .join(name)
        .with_extension("wasm"))
}

/// What tells the compiler where the standard library for the target is.
fn toolchain(recipe: &Recipe) -> Result<Vec<String>> {
    if let (Some(sysroots), Some(sysroot)) = (env::var_os("CORPUS_SYSROOTS"), &recipe.sysroot) {
        let path = Path::new(&sysroots).join(sysroot);
        if !path.exists() {
            bail!(
                "{} is missing: corpus/README.md says how to make it",
                path.display()
            );
        }
        let linker = format!("-Clinker={}", llvm_dir().join("wasm-ld").display());
        return Ok(vec!["--sysroot".into(), path.display().to_string(), linker]);
    }
    let output = Command::new(rustc())
        .args(["--print", "target-libdir", "--target", &recipe.target])
        .output()?;
    if !Path::new(String::from_utf8_lossy(&output.stdout).trim()).exists() {
        let target = &recipe.target;
        bail!(
            "no standard library for {target}: `rustup target add {target}`, or see corpus/README.md"
        );
    }
    Ok(Vec::new())
}

/// Maps the folders of the package registries to one name.
fn registry_remaps() -> Result<Vec<String>> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let sources = home
        .context("neither CARGO_HOME nor HOME is set")?
        .join("registry/src");
    let Ok(registries) = sources.read_dir() else {
        return Ok(Vec::new());
    };
    let mut remaps = Vec::new();
    for registry in registries {
        remaps.push(format!(
            "--remap-path-prefix={}=/cargo/registry",
            registry?.path().display()
        ));
    }
    remaps.sort();
    Ok(remaps)
}

fn package_name(package: &Path) -> Result<String> {
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(package.join("Cargo.toml"))?)?;
    let name = manifest
        .get("package")
        .and_then(|p| p.get("name"))
        .and_then(|n| n.as_str());
    Ok(name.context("the package has no name")?.to_owned())
}

fn compile_cxx(contract: &Contract, work: &Path) -> Result<PathBuf> {
    let lib = llvm_dir()
        .parent()
        .context("LLVM_BIN is a folder in a folder")?
        .to_owned();
    let source = format!("{}.cpp", contract.name);
    let flags = [
        format!("--target={}", contract.recipe.target),
        format!(
            "-isystem{}",
            lib.join("include/wasm32-wasi/c++/v1").display()
        ),
        format!("-ffile-prefix-map={}=/llvm", lib.display()),
        format!("-fdebug-prefix-map={}=", contract.dir.display()),
    ];
    let compile = |source: &str, object: &Path, extra: &[&str]| {
        let mut clang = llvm("clang++");
        clang
            .current_dir(&contract.dir)
            .args(&flags)
            .args(&contract.recipe.flags)
            .args(extra);
        run(clang.args(["-c", source, "-o"]).arg(object))
    };
    let (object, runtime, module) = (
        work.join("contract.o"),
        work.join("runtime.o"),
        work.join("linked.wasm"),
    );
    compile(&source, &object, &["-gline-tables-only"])?;
    compile("../sdk/runtime.cpp", &runtime, &[])?;
    // Compiler and linker run apart: clang would run any `wasm-opt` it finds on what it links.
    let mut linker = llvm("wasm-ld");
    linker.args([
        "--no-entry",
        "--allow-undefined",
        "--gc-sections",
        "-zstack-size=8192",
    ]);
    linker
        .arg(&object)
        .arg(&runtime)
        .arg("-L")
        .arg(lib.join("lib/wasm32-wasi"));
    run(linker
        .args(["-L/usr/lib/wasm32-wasi", "-lc++", "-o"])
        .arg(&module))?;
    Ok(module)
}

/// Removes all exports but those that the recipe names, and what only they used.
fn drop_exports(recipe: &Recipe, module: &Path, work: &Path) -> Result<PathBuf> {
    let quoted: Vec<_> = recipe
        .exports
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    let mut nodes = vec![format!(
        "{{\"name\":\"outside\",\"root\":true,\"reaches\":[{}]}}",
        quoted.join(",")
    )];
    nodes.extend(
        quoted
            .iter()
            .map(|name| format!("{{\"name\":{name},\"export\":{name}}}")),
    );
    let (graph, kept) = (work.join("exports.json"), work.join("kept.wasm"));
    fs::write(&graph, format!("[{}]", nodes.join(",")))?;
    run(tool("wasm-metadce")
        .arg("-g")
        .arg("-f")
        .arg(&graph)
        .arg(module)
        .arg("-o")
        .arg(&kept))?;
    Ok(kept)
}

fn write_sidecar(contract: &Contract, sidecar: &Sidecar) -> Result<()> {
    let crate_dir = contract.dir.with_file_name(&sidecar.run);
    let mut cargo = Command::new("cargo");
    // This one runs here: neither compiler nor flags of the contracts concern it.
    cargo.env_remove("RUSTC").env_remove("RUSTFLAGS");
    cargo.current_dir(&crate_dir).args([
        "run",
        "--quiet",
        "--locked",
        "--features",
        &contract.name,
    ]);
    cargo
        .arg("--target-dir")
        .arg(target_dir(contract)?.join("host"))
        .arg("--")
        .arg(contract.deployed());
    let output = cargo.output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!(
            "{} failed: {}",
            file_name(&crate_dir),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let file = contract
        .dir
        .join(format!("{}{}", contract.name, sidecar.suffix));
    fs::write(file, output.stdout).context("cannot write the interface description")
}

/// The compiler for the contracts, which need not be the one that compiled this program.
fn rustc() -> OsString {
    env::var_os("CORPUS_RUSTC").unwrap_or_else(|| "rustc".into())
}

/// Everything that is in between goes to the target folder of this repository.
fn target_dir(contract: &Contract) -> Result<PathBuf> {
    let root = contract
        .dir
        .ancestors()
        .nth(3)
        .context("the corpus lies in the repository")?;
    Ok(root.join("target/corpus").join(&contract.platform))
}

fn llvm_dir() -> PathBuf {
    env::var_os("LLVM_BIN").map_or_else(|| PathBuf::from("/usr/lib/llvm-19/bin"), PathBuf::from)
}

fn llvm(name: &str) -> Command {
    Command::new(llvm_dir().join(name))
}

fn tool(name: &str) -> Command {
    Command::new(name)
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("cannot run {program}: is it installed?"))?;
    if !output.status.success() {
        bail!(
            "{program} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
