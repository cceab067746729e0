//! The compliance report: what the domains ask about, against what was assessed, found, and cannot be assessed.

mod html;
mod markdown;
mod table;

use contract_lint_lints::LINTS;
use contract_lint_lints::lint::{LintMeta, Severity};
use serde::Serialize;

use super::model::{Report, Reported};
use crate::cli::DocumentFormat;
use table::{DISCLAIMER, QUOTED, ROWS, Row, Scope, TEXTS};

/// The report, before it takes a form.
#[derive(Debug, Serialize)]
struct Document<'a> {
    disclaimer: &'static str,
    contracts: Vec<Contract<'a>>,
    domains: Vec<Section<'a>>,
    sources: Vec<Quotation>,
}

#[derive(Debug, Serialize)]
struct Contract<'a> {
    path: &'a str,
    sha256: Option<&'a str>,
    platform: Option<&'a str>,
    /// `complete`, `incomplete` or `failed`.
    status: &'static str,
    methods: usize,
    /// Methods that were not analysed completely.
    incomplete: usize,
}

#[derive(Debug, Serialize)]
struct Section<'a> {
    title: &'static str,
    scope: &'static str,
    /// Headings of standards, by their number.
    headings: Vec<Heading>,
    /// The lints that were applied.
    lints: Vec<&'static str>,
    findings: Vec<Found<'a>>,
    not_assessable: &'static str,
    /// What the reader should know about this domain in this run.
    remark: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Heading {
    standard: &'static str,
    chapters: &'static str,
}

#[derive(Debug, Serialize)]
struct Found<'a> {
    lint: &'static str,
    severity: &'static str,
    contract: &'a str,
    method: &'a str,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct Quotation {
    text: &'static str,
    source: &'static str,
}

/// The report as text. `declared` says whether any data was declared sensitive.
pub(crate) fn render(
    report: &Report,
    declared: bool,
    format: DocumentFormat,
) -> anyhow::Result<String> {
    let document = document(report, declared);
    Ok(match format {
        DocumentFormat::Markdown => markdown::write(&document),
        DocumentFormat::Html => html::write(&document),
        DocumentFormat::Json => serde_json::to_string_pretty(&document)? + "\n",
    })
}

fn document(report: &Report, declared: bool) -> Document<'_> {
    let quotation = |(text, source): &(&'static str, &'static str)| Quotation { text, source };
    Document {
        disclaimer: DISCLAIMER,
        contracts: report.files.iter().map(Contract::new).collect(),
        domains: ROWS
            .iter()
            .map(|row| section(row, report, declared))
            .collect(),
        sources: QUOTED.iter().map(quotation).collect(),
    }
}

impl<'a> Contract<'a> {
    fn new(file: &'a super::model::FileReport) -> Self {
        let analysed = file.outcome.as_ref().ok();
        let methods = analysed.map_or(&[][..], |a| &a.methods);
        Self {
            path: &file.path,
            sha256: analysed.map(|a| a.sha256.as_str()),
            platform: analysed.map(|a| a.platform.as_str()),
            status: file.status(),
            methods: methods.len(),
            incomplete: methods.iter().filter(|m| !m.reasons.is_empty()).count(),
        }
    }
}

fn section<'a>(row: &Row, report: &'a Report, declared: bool) -> Section<'a> {
    let belongs =
        |lint: &LintMeta| row.groups.contains(&lint.domain) || row.lints.contains(&lint.name);
    let lints: Vec<_> = LINTS
        .iter()
        .map(|lint| lint.meta)
        .filter(|meta| belongs(meta))
        .map(|meta| meta.name)
        .collect();
    let mut findings: Vec<(Severity, Found<'a>)> = report
        .findings()
        .filter(|(_, finding)| belongs(finding.lint))
        .map(|(file, finding)| (finding.severity, found(&file.path, finding)))
        .collect();
    findings.sort_by(|(a, _), (b, _)| b.cmp(a));
    let remark = if lints.is_empty() {
        Some("no lint covers this domain yet")
    } else if row.scope == Scope::WithPolicy && !declared {
        Some(
            "no data is declared sensitive, so nothing was followed: `contract-lint init` makes a proposal",
        )
    } else if report.incomplete() > 0 || report.failed() > 0 {
        Some("a part of the contracts was not analysed: no finding there is no assessment")
    } else {
        None
    };
    let headings = TEXTS.iter().zip(row.headings);
    Section {
        title: row.title,
        scope: row.scope.name(),
        headings: headings
            .filter(|(_, chapters)| *chapters != "–")
            .map(|(standard, chapters)| Heading { standard, chapters })
            .collect(),
        lints,
        findings: findings.into_iter().map(|(_, found)| found).collect(),
        not_assessable: row.not_assessable,
        remark,
    }
}

fn found<'a>(contract: &'a str, finding: &'a Reported) -> Found<'a> {
    Found {
        lint: finding.lint.name,
        severity: finding.severity.name(),
        contract,
        method: &finding.method,
        message: &finding.message,
    }
}
