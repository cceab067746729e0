//! Reports: what a run found, in the form that is asked for.

mod code;
mod concise;
pub(crate) mod fingerprint;
mod human;
mod json;
pub(crate) mod listing;
pub(crate) mod model;
pub(crate) mod resolve;
mod sarif;
mod snippets;
pub(crate) mod source;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use contract_lint_lints::deployment::analysis_incomplete::ANALYSIS_INCOMPLETE;
use contract_lint_lints::lint::Level;

use crate::cli::Format;
use crate::text::{count, printable};
use model::{Analysed, Hidden, MethodReport, Report};

/// The report as it is written.
pub(crate) fn render(report: &Report, format: Format, colored: bool) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    match format {
        Format::Human => human::write(report, colored, &mut out),
        Format::Concise => concise::write(report, &mut out),
        Format::Json => json::write(report, &mut out),
        Format::Sarif => sarif::write(report, &mut out),
    }
    .context("cannot write the report")?;
    Ok(out)
}

/// Writes a file at once: a reader sees the old one or the new one, never half of it.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if path.metadata().is_ok_and(|m| !m.is_file()) {
        // A pipe or a device is written to, not replaced.
        return std::fs::write(path, bytes)
            .with_context(|| format!("cannot write `{}`", path.display()));
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let failed = || format!("cannot write `{}`", path.display());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; a report is as readable as any other file of the user.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).with_context(failed)?;
    file.write_all(bytes).with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

/// The word that stands before a finding.
fn level_word(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "note",
    }
}

/// What was not analysed in a file, as sentences without a full stop.
fn incompleteness(analysed: &Analysed) -> Vec<String> {
    if analysed.methods.is_empty() {
        return vec!["no entry point was found, so nothing was analysed".to_owned()];
    }
    // Where the lint is on, its finding says it.
    let told = |method: &MethodReport| {
        let mut findings = analysed.findings.iter();
        findings.any(|f| f.lint.name == ANALYSIS_INCOMPLETE.meta.name && f.method == method.name)
    };
    analysed
        .methods
        .iter()
        .filter(|method| !method.reasons.is_empty() && !told(method))
        .map(|method| {
            let name = printable(&method.name);
            format!(
                "`{name}` was not analysed completely: {}",
                method.reasons.join("; ")
            )
        })
        .collect()
}

/// The last line: what was looked at, what was found, what was left out.
pub(crate) fn summary(report: &Report) -> String {
    let analysed: Vec<_> = report
        .files
        .iter()
        .filter_map(|f| f.outcome.as_ref().ok())
        .collect();
    if analysed.is_empty() {
        return format!(
            "nothing was analysed: {} failed",
            count(report.failed(), "file")
        );
    }
    let methods: usize = analysed.iter().map(|a| a.methods.len()).sum();
    let incomplete: usize = analysed
        .iter()
        .map(|a| a.methods.iter().filter(|m| !m.reasons.is_empty()).count())
        .sum();
    let by_level = |level| report.findings().filter(|(_, f)| f.level == level).count();
    let (errors, warnings) = (by_level(Level::Deny), by_level(Level::Warn));
    let mut hidden = Hidden::default();
    for file in &analysed {
        hidden += file.hidden;
    }

    let mut text = format!(
        "{}, {}: ",
        count(analysed.len(), "file"),
        count(methods, "method")
    );
    text += &match (errors, warnings) {
        (0, 0) => "no findings".to_owned(),
        (errors, 0) => count(errors, "error"),
        (0, warnings) => count(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    };
    if hidden.count() > 0 {
        let parts = [
            (hidden.by_level, "by level"),
            (hidden.by_profile, "by profile"),
            (hidden.by_allowance, "accepted"),
            (hidden.by_baseline, "in the baseline"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, how)| format!("{number} {how}"))
            .collect();
        text += &format!(", {} not shown ({})", hidden.count(), parts.join(", "));
    }
    if incomplete > 0 {
        text += &format!("; {} not analysed completely", count(incomplete, "method"));
    }
    let empty = analysed.iter().filter(|a| a.methods.is_empty()).count();
    if empty > 0 {
        text += &format!("; no entry point found in {}", count(empty, "file"));
    }
    if report.failed() > 0 {
        text += &format!("; {} not analysed", count(report.failed(), "file"));
    }
    text
}
