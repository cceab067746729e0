//! The boundaries between the parts of the program, checked on the tree itself.

#![allow(clippy::unwrap_used)] // a test fails where it stands

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use contract_lint_lints::LINTS;

/// A file of the repository.
struct File {
    /// From the root, with `/`.
    name: String,
    text: String,
}

impl File {
    /// The lines of code, numbered from 1: without comments, and without the tests at the end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim()))
            .take_while(|(_, line)| *line != "#[cfg(test)]")
            .filter(|(_, line)| !line.starts_with("//"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text files under a folder of the repository; `""` for all of it.
fn files(folder: &str) -> Vec<File> {
    let walk = ignore::WalkBuilder::new(root().join(folder))
        .hidden(false)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != "target")
        .sort_by_file_path(Ord::cmp)
        .build();
    walk.map(Result::unwrap)
        .filter(|entry| entry.file_type().is_some_and(|t| t.is_file()))
        .filter_map(|entry| {
            let text = String::from_utf8(std::fs::read(entry.path()).unwrap()).ok()?;
            let name = entry.path().strip_prefix(root()).unwrap();
            let name = name.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
            Some(File { name, text })
        })
        .collect()
}

/// The Rust files under a folder.
fn sources(folder: &str) -> Vec<File> {
    let mut files = files(folder);
    files.retain(|file| file.name.ends_with(".rs"));
    assert!(!files.is_empty(), "no source in `{folder}`");
    files
}

/// Lines of code that say something they may not.
#[derive(Default)]
struct Crossings(String);

impl Crossings {
    fn forbid(&mut self, files: &[File], words: &[&str], reason: &str) {
        for file in files {
            for (number, line) in file.code() {
                for word in words.iter().filter(|word| line.contains(**word)) {
                    let File { name, .. } = file;
                    writeln!(self.0, "{name}:{number}: `{word}`: {reason}").unwrap();
                }
            }
        }
    }
}

impl Drop for Crossings {
    fn drop(&mut self) {
        assert!(self.0.is_empty(), "\n{}", self.0);
    }
}

const OUTSIDE: &[&str] = &[
    "println!",
    "eprintln!",
    "print!(",
    "std::fs",
    "std::env",
    "std::io",
    "std::net",
    "std::process",
];

#[test]
fn the_analyzer_is_a_function() {
    let mut crossings = Crossings::default();
    let files = sources("analyzer/src");
    crossings.forbid(
        &files,
        OUTSIDE,
        "the analyzer has nothing to do with the world",
    );
    crossings.forbid(
        &files,
        &["contract_lint_lints"],
        "the analyzer knows no lint",
    );
}

#[test]
fn only_two_folders_know_wasmparser() {
    let mut crossings = Crossings::default();
    for folder in ["analyzer/src", "lints/src", "src"] {
        let mut files = sources(folder);
        files.retain(|file| {
            !file.name.starts_with("analyzer/src/module/")
                && !file.name.starts_with("analyzer/src/lift/")
        });
        crossings.forbid(&files, &["wasmparser"], "use the module or the IR");
    }
}

#[test]
fn lints_speak_of_effects() {
    let mut crossings = Crossings::default();
    let files = sources("lints/src");
    crossings.forbid(&files, OUTSIDE, "a lint reads facts and nothing else");
    let functions: BTreeSet<String> = host_functions()
        .into_iter()
        // Others are plain words, which may stand in a lint for what they mean.
        .filter(|name| name.contains('_') || name.chars().skip(1).any(char::is_uppercase))
        .map(|name| format!("\"{name}\""))
        .collect();
    let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
    crossings.forbid(
        &files,
        &functions,
        "ask for an effect, not for a host function",
    );
}

/// The names of all host functions of all platforms.
fn host_functions() -> Vec<String> {
    let mut names = Vec::new();
    for file in files("analyzer/hosts") {
        if !file.name.ends_with(".toml") {
            continue;
        }
        let model: toml::Table = file.text.parse().unwrap();
        let functions = model.get("function").and_then(|f| f.as_array());
        for function in functions.into_iter().flatten() {
            names.extend(
                function
                    .get("name")
                    .and_then(|n| n.as_str())
                    .map(str::to_owned),
            );
        }
    }
    assert!(names.len() > 500, "only {} host functions", names.len());
    names
}

#[test]
fn the_command_line_contains_no_analysis() {
    let mut crossings = Crossings::default();
    let mut files = sources("src");
    files.retain(|file| {
        !file.name.starts_with("src/commands/show") && !file.name.ends_with("/tests.rs")
    });
    crossings.forbid(
        &files,
        &["analyzer::ir", "analyzer::lift"],
        "only `show` prints the IR",
    );
}

#[test]
fn lints_are_declared_alike() {
    let sections = [
        "### What it does",
        "### Why is this bad?",
        "### Example",
        "### Use instead",
        "### Known problems",
    ];
    let names: Vec<&str> = LINTS.iter().map(|lint| lint.meta.name).collect();
    assert!(names.is_sorted(), "`LINTS` is not sorted by name");
    assert!(
        names.windows(2).all(|pair| pair[0] != pair[1]),
        "a name stands twice in `LINTS`"
    );
    for lint in LINTS.iter().map(|lint| lint.meta) {
        let name = lint.name;
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(name.chars().all(kebab), "`{name}` is not in kebab case");
        let headings: Vec<&str> = lint
            .docs
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("### "))
            .collect();
        assert_eq!(headings, sections, "the sections of `{name}`");
        assert!(
            !lint.summary.ends_with('.'),
            "the summary of `{name}` ends with a full stop"
        );
        assert!(!lint.summary.is_empty(), "`{name}` has no summary");
        let file = format!(
            "lints/src/{}/{}.rs",
            lint.domain.name().replace('-', "_"),
            name.replace('-', "_")
        );
        assert!(root().join(&file).is_file(), "`{name}` should be in {file}");
    }
}

#[test]
fn versions_agree() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let workspace = &manifest["workspace"];
    let version = workspace["package"]["version"].as_str().unwrap();
    for library in ["contract-lint-analyzer", "contract-lint-lints"] {
        let required = &workspace["dependencies"][library]["version"];
        assert_eq!(required.as_str(), Some(version), "the version of {library}");
    }
    let changelog = read("CHANGELOG.md");
    let newest = changelog.lines().find_map(|line| line.strip_prefix("## "));
    let newest = newest.and_then(|heading| heading.split(' ').next());
    assert_eq!(newest, Some(version), "the newest version in CHANGELOG.md");
}

#[test]
fn nothing_depends_on_one_machine() {
    let folders = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];
    let registries = [
        concat!("crates", ".io"),
        concat!("npm", "js.com"),
        concat!("py", "pi.org"),
    ];
    let mut found = String::new();
    for file in files("") {
        if file.name.ends_with(".lock") {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            let leads_on = |folder: &&str| {
                let after = line.split_once(*folder).map(|(_, after)| after);
                after.is_some_and(|path| path.starts_with(|c: char| c.is_alphanumeric()))
            };
            let registry = registries.into_iter().find(|word| line.contains(word));
            for word in folders
                .into_iter()
                .find(leads_on)
                .into_iter()
                .chain(registry)
            {
                writeln!(found, "{}:{}: `{word}`", file.name, index + 1).unwrap();
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

fn read(name: &str) -> String {
    let path: PathBuf = root().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
