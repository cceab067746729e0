//! `contract-lint list`: what there is.

use std::fmt::Write;

use contract_lint_lints::LINTS;
use contract_lint_lints::lint::LintMeta;
use serde_json::json;

use crate::CLEAN;

/// Lists all lints, sorted by domain and name.
pub(super) fn run(json: bool) -> anyhow::Result<u8> {
    let mut lints: Vec<&LintMeta> = LINTS.iter().map(|lint| lint.meta).collect();
    lints.sort_by_key(|lint| (lint.domain, lint.name));
    let text = if json {
        as_json(&lints)?
    } else {
        as_text(&lints)?
    };
    super::print(text.as_bytes())?;
    Ok(CLEAN)
}

fn as_json(lints: &[&LintMeta]) -> anyhow::Result<String> {
    let list: Vec<_> = lints
        .iter()
        .map(|lint| {
            json!({
                "name": lint.name,
                "summary": lint.summary,
                "domain": lint.domain.name(),
                "severity": lint.severity.name(),
                "confidence": lint.confidence.name(),
                "level": lint.level.name(),
                "cwe": lint.cwe,
                "references": lint.references,
                "since": lint.since,
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&list)? + "\n")
}

fn as_text(lints: &[&LintMeta]) -> anyhow::Result<String> {
    let width = lints.iter().map(|lint| lint.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut domain = None;
    for lint in lints {
        if domain != Some(lint.domain) {
            let gap = if domain.is_some() { "\n" } else { "" };
            writeln!(text, "{gap}{}", lint.domain)?;
            domain = Some(lint.domain);
        }
        writeln!(
            text,
            "  {:width$}  {:<5}  {:<8}  {}",
            lint.name, lint.level, lint.severity, lint.summary
        )?;
    }
    Ok(text)
}
