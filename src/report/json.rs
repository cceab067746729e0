//! The stable interface that other tools use; its form is `schemas/report.json`. Unknown things are null or empty, never
//! left out.

use std::io::{self, Write};

use contract_lint_analyzer::module::{FuncKind, Module};
use serde::Serialize;

use super::model::{FileReport, MethodReport, Place, Report, Reported, ReportedStep};

/// The version of the form. A change that a reader of the old form could trip over makes a new one.
const SCHEMA: u32 = 1;

/// Writes the report.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Root::new(report))?;
    writeln!(out)
}

#[derive(Serialize)]
struct Root<'a> {
    schema: u32,
    tool: Tool,
    files: Vec<File<'a>>,
    findings: Vec<Finding<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    sha256: Option<&'a str>,
    platform: Option<&'a str>,
    status: &'static str,
    functions: usize,
    code_bytes: usize,
    methods: Vec<Method<'a>>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Method<'a> {
    name: &'a str,
    kind: &'static str,
    status: &'static str,
    reasons: &'a [String],
}

#[derive(Serialize)]
struct Finding<'a> {
    lint: &'static str,
    domain: &'static str,
    severity: &'static str,
    confidence: &'static str,
    level: &'static str,
    message: &'a str,
    file: &'a str,
    method: &'a str,
    function: Option<&'a str>,
    offset: Option<u32>,
    source: Option<Source<'a>>,
    trace: Vec<Step<'a>>,
    help: &'a str,
    fingerprint: &'a str,
    also: &'a [&'static str],
}

#[derive(Serialize)]
struct Step<'a> {
    message: &'a str,
    function: Option<&'a str>,
    offset: Option<u32>,
    source: Option<Source<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    path: &'a str,
    line: u32,
    column: Option<u32>,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    failed: usize,
    incomplete: usize,
    findings: usize,
}

impl<'a> Root<'a> {
    fn new(report: &'a Report) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool {
                name: "contract-lint",
                version: env!("CARGO_PKG_VERSION"),
            },
            files: report.files.iter().map(File::new).collect(),
            findings: report
                .findings()
                .map(|(file, finding)| Finding::new(file, finding))
                .collect(),
            summary: Summary {
                files: report.files.len(),
                failed: report.failed(),
                incomplete: report.incomplete(),
                findings: report.findings().count(),
            },
        }
    }
}

impl<'a> File<'a> {
    fn new(file: &'a FileReport) -> Self {
        match &file.outcome {
            Ok(analysed) => Self {
                path: &file.path,
                sha256: Some(&analysed.sha256),
                platform: Some(&analysed.platform),
                status: file.status(),
                functions: local_functions(&analysed.module),
                code_bytes: analysed.module.code_section.len(),
                methods: analysed.methods.iter().map(Method::new).collect(),
                notes: analysed.notes.clone(),
            },
            Err(error) => Self {
                path: &file.path,
                sha256: None,
                platform: None,
                status: file.status(),
                functions: 0,
                code_bytes: 0,
                methods: Vec::new(),
                notes: vec![error.reason.clone()],
            },
        }
    }
}

/// The functions defined in the module.
fn local_functions(module: &Module) -> usize {
    module
        .funcs
        .iter()
        .filter(|(_, decl)| matches!(decl.kind, FuncKind::Local { .. }))
        .count()
}

impl<'a> Method<'a> {
    fn new(method: &'a MethodReport) -> Self {
        Self {
            name: &method.name,
            kind: method.kind,
            status: method.status(),
            reasons: &method.reasons,
        }
    }
}

impl<'a> Finding<'a> {
    fn new(file: &'a FileReport, finding: &'a Reported) -> Self {
        let place = finding.place();
        Self {
            lint: finding.lint.name,
            domain: finding.lint.domain.name(),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            level: finding.level.name(),
            message: &finding.message,
            file: &file.path,
            method: &finding.method,
            function: place.map(|p| p.function.as_str()),
            offset: place.map(|p| p.offset),
            source: place.and_then(Source::new),
            trace: finding.trace.iter().map(Step::new).collect(),
            help: &finding.help,
            fingerprint: &finding.fingerprint,
            also: &finding.also,
        }
    }
}

impl<'a> Step<'a> {
    fn new(step: &'a ReportedStep) -> Self {
        let place = step.place.as_ref();
        Self {
            message: &step.message,
            function: place.map(|p| p.function.as_str()),
            offset: place.map(|p| p.offset),
            source: place.and_then(Source::new),
        }
    }
}

impl<'a> Source<'a> {
    fn new(place: &'a Place) -> Option<Self> {
        let source = place.source.as_ref()?;
        Some(Self {
            path: &source.path,
            line: source.line,
            column: (source.column > 0).then_some(source.column),
        })
    }
}
