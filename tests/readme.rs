//! The table of lints in the README is the list in the program. `UPDATE=1` writes it.

#![allow(clippy::unwrap_used)] // a test fails where it stands

use std::fmt::Write;
use std::path::Path;

use contract_lint_lints::LINTS;
use contract_lint_lints::lint::{Domain, LintMeta};

const BEGIN: &str = "<!-- lints: written by `UPDATE=1 cargo test --test readme` -->\n";
const END: &str = "<!-- end of lints -->";

#[test]
fn the_readme_lists_all_lints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let begin = readme.find(BEGIN).expect("the mark where the table begins") + BEGIN.len();
    let end = readme.find(END).expect("the mark where the table ends");
    let table = table();
    if std::env::var_os("UPDATE").is_some() {
        let updated = format!("{}{table}{}", &readme[..begin], &readme[end..]);
        std::fs::write(path, updated).unwrap();
    } else {
        assert!(
            readme[begin..end] == table,
            "the table is out of date: run `UPDATE=1 cargo test --test readme`; it should be\n{table}"
        );
    }
}

fn table() -> String {
    let mut text = String::new();
    for domain in Domain::ALL {
        let lints: Vec<&LintMeta> = LINTS
            .iter()
            .map(|lint| lint.meta)
            .filter(|lint| lint.domain == *domain)
            .collect();
        if lints.is_empty() {
            continue;
        }
        writeln!(text, "\n| {domain} | finds that | severity | level |").unwrap();
        writeln!(text, "| --- | --- | --- | --- |").unwrap();
        for lint in lints {
            let LintMeta {
                name,
                summary,
                severity,
                level,
                ..
            } = lint;
            writeln!(text, "| `{name}` | {summary} | {severity} | {level} |").unwrap();
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_contract-lint"))
        .current_dir(root)
        .args(["--quiet", "--color", "never", "-A", "all"])
        .args(["-D", "reentrancy-write-after-call"])
        .arg("corpus/ink/vault/vault.wasm")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let shown = format!("```text\n{}\n```", printed.trim_end());
    assert!(readme.contains(&shown), "the README should show\n{printed}");
}
