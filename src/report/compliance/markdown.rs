//! The compliance report as Markdown.

use std::fmt::Write;

use super::{Document, Section};
use crate::text::{count, printable};

pub(super) fn write(document: &Document<'_>) -> String {
    let mut text = String::from("# Compliance report\n\n");
    let _ = writeln!(text, "{}\n\n## Contracts\n", document.disclaimer);
    text +=
        "| contract | platform | SHA-256 | methods | analysis |\n| --- | --- | --- | --- | --- |\n";
    for contract in &document.contracts {
        let analysis = match contract.incomplete {
            0 => contract.status.to_owned(),
            incomplete => format!(
                "{} ({} not complete)",
                contract.status,
                count(incomplete, "method")
            ),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {analysis} |",
            cell(contract.path),
            contract.platform.unwrap_or("–"),
            contract.sha256.unwrap_or("–"),
            contract.methods,
        );
    }
    for section in &document.domains {
        write_section(section, &mut text);
    }
    text += "\n## Sources\n\n";
    for quotation in &document.sources {
        let _ = writeln!(text, "- “{}” – {}", quotation.text, quotation.source);
    }
    text
}

fn write_section(section: &Section<'_>, text: &mut String) {
    let _ = writeln!(
        text,
        "\n## {}\n\n{}.",
        section.title,
        sentence(section.scope)
    );
    if let Some(remark) = section.remark {
        let _ = writeln!(text, "\n**{}.**", sentence(remark));
    }
    text.push('\n');
    for heading in &section.headings {
        let _ = writeln!(text, "- {}: {}", heading.standard, heading.chapters);
    }
    let lints: Vec<String> = section
        .lints
        .iter()
        .map(|lint| format!("`{lint}`"))
        .collect();
    let applied = if lints.is_empty() {
        "none".to_owned()
    } else {
        lints.join(", ")
    };
    let _ = writeln!(text, "- lints: {applied}");
    let _ = writeln!(
        text,
        "- not assessable from bytecode: {}",
        section.not_assessable
    );
    if section.findings.is_empty() {
        text.push_str("- findings: none\n");
        return;
    }
    text.push_str(
        "\n| severity | lint | contract | method | finding |\n| --- | --- | --- | --- | --- |\n",
    );
    for found in &section.findings {
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} |",
            found.severity,
            found.lint,
            cell(found.contract),
            cell(found.method),
            cell(found.message),
        );
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Text in a cell: nothing of it is markup but what it quotes, where nothing but the end of the cell has to be escaped.
fn cell(text: &str) -> String {
    let text = printable(text);
    let quotes = text.matches('`').count().is_multiple_of(2);
    let (mut escaped, mut quoted) = (String::new(), false);
    for c in text.chars() {
        let special = matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '`');
        if c == '`' && quotes {
            quoted = !quoted;
        } else if c == '|' || special && !quoted {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn what_is_quoted_stays_as_it_is() {
        assert_eq!(cell("`id_card` is_stored"), r"`id_card` is\_stored");
        assert_eq!(cell("`a|b`"), r"`a\|b`");
        assert_eq!(cell("one ` and *"), r"one \` and \*");
    }
}
