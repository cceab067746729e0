//! `contract-lint explain`: the documentation of a lint, in the terminal.

use std::fmt::Write;

use contract_lint_lints::lint::LintMeta;

use crate::CLEAN;
use crate::suggest;

/// Prints the documentation of a lint.
pub(super) fn run(name: &str) -> anyhow::Result<u8> {
    let Some(lint) = contract_lint_lints::by_name(name) else {
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
    text.push_str(&plain(lint.docs));
    Ok(text)
}

/// Markdown without its marks: headings in capitals, code indented, the rest as it stands.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut in_code = false;
    for line in markdown.lines() {
        // Each line of a documentation comment begins with the space after `///`.
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code && !line.is_empty() {
            text.push_str("    ");
            text.push_str(line);
            text.push('\n');
        } else if let Some(heading) = line.strip_prefix("### ").filter(|_| !in_code) {
            text.push_str(&heading.to_uppercase());
            text.push('\n');
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_plain_text() {
        let markdown =
            " ### What it does\n Finds `x`.\n\n ```rust,bad\n fn f() {\n     g();\n }\n ```\n";
        assert_eq!(
            plain(markdown),
            "WHAT IT DOES\nFinds `x`.\n\n    fn f() {\n        g();\n    }\n"
        );
    }
}
