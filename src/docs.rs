//! The documentation of lints, as it is shown.

use contract_lint_lints::lint::LintMeta;

/// The documentation in Markdown.
pub(crate) fn markdown(lint: &LintMeta) -> String {
    let mut text = String::new();
    for line in lint.docs.lines() {
        // Each line of a documentation comment begins with the space after `///`.
        text.push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
        text.push('\n');
    }
    text
}

/// Markdown without its marks: headings in capitals, code indented, the rest as it stands.
pub(crate) fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut in_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            continue;
        }
        match line.strip_prefix("### ") {
            Some(heading) if !in_code => text.push_str(&heading.to_uppercase()),
            _ if in_code && !line.is_empty() => {
                text.push_str("    ");
                text.push_str(line);
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_plain_text() {
        let markdown = "### What it does\nFinds `x`.\n\n```rust,bad\nfn f() {\n    g();\n}\n```\n";
        assert_eq!(
            plain(markdown),
            "WHAT IT DOES\nFinds `x`.\n\n    fn f() {\n        g();\n    }\n"
        );
    }
}
