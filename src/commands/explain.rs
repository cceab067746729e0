//! `contract-lint explain`: the documentation of a lint, in the terminal.

use std::fmt::Write;

use contract_lint_lints::lint::{Domain, LintMeta};

use crate::CLEAN;
use crate::docs;
use crate::suggest;

/// Prints the documentation of a lint.
pub(super) fn run(name: &str) -> anyhow::Result<u8> {
    let Some(lint) = contract_lint_lints::by_name(name) else {
        if Domain::from_name(name).is_some() {
            anyhow::bail!("`{name}` is a group of lints (`contract-lint list` shows which)");
        }
        let names = contract_lint_lints::LINTS.iter().map(|lint| lint.meta.name);
        let unknown = suggest::unknown("lint", name, names);
        anyhow::bail!("{unknown} (`contract-lint list` shows all)");
    };
    super::print(page(lint.meta)?.as_bytes())?;
    Ok(CLEAN)
}

/// The documentation as plain text.
fn page(lint: &LintMeta) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(text, "{}: {}\n", lint.name, lint.summary)?;
    writeln!(text, "domain      {}", lint.domain)?;
    writeln!(text, "level       {}", lint.level)?;
    writeln!(text, "severity    {}", lint.severity)?;
    writeln!(text, "confidence  {}", lint.confidence)?;
    let mut references: Vec<String> = lint.cwe.iter().map(|n| format!("CWE-{n}")).collect();
    references.extend(lint.references.iter().map(|r| (*r).to_owned()));
    if !references.is_empty() {
        writeln!(text, "see         {}", references.join(", "))?;
    }
    writeln!(text, "since       {}\n", lint.since)?;
    text.push_str(&docs::plain(&docs::markdown(lint)));
    Ok(text)
}
