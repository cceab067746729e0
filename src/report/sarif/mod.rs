//! SARIF 2.1.0, for editors and code scanning.
//!
//! A binary has no lines. A finding whose source is not known is therefore placed in the disassembly listing, whose text
//! is part of the log; the place in the module itself is a related location.

mod model;
mod place;
mod rules;

use std::collections::BTreeMap;
use std::io::{self, Write};

use contract_lint_lints::lint::{Level, Severity};

use self::model::{
    Always, Artifact, ArtifactLocation, AutomationDetails, CodeFlow, Content, DescriptorReference,
    Driver, Invocation, Location, Log, Notification, PhysicalLocation, ResultObject, Run, Text,
    ThreadFlow, ThreadFlowLocation, Tool,
};
use self::place::Places;
use self::rules::{INCOMPLETE, NOT_ANALYSED, NOT_LISTED, Rules};
use super::code::Code;
use super::model::{FileReport, Report, Reported};
use crate::text::printable;

/// What code scanning services take of one run; more makes them refuse the whole file.
const MAX_RESULTS: usize = 25_000;
/// Likewise, of one flow.
const MAX_STEPS: usize = 1_000;

/// Writes the report.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: vec![run(report)],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn run(report: &Report) -> Run {
    let rules = Rules::new(report);
    let mut artifacts = Artifacts::default();
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for file in &report.files {
        notifications.extend(file_notifications(file));
        let Ok(analysed) = &file.outcome else {
            continue;
        };
        let code = Code::new(file, analysed);
        let places = Places::new(&code);
        artifacts.module(&places);
        for finding in &analysed.findings {
            results.push((finding.severity, result(finding, &rules, &places)));
        }
        artifacts.listing(&places);
    }
    let found = results.len();
    if found > MAX_RESULTS {
        // The worst are kept, in their order.
        results.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        results.truncate(MAX_RESULTS);
        notifications.push(Notification {
            descriptor: NOT_LISTED.reference(),
            level: "warning",
            message: format!("Of {found} findings, the {MAX_RESULTS} most severe are listed.")
                .into(),
            locations: Vec::new(),
        });
    }
    Run {
        tool: Tool {
            driver: Driver {
                name: "contract-lint",
                full_name: format!("contract-lint {}", env!("CARGO_PKG_VERSION")),
                version: env!("CARGO_PKG_VERSION"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: option_env!("CARGO_PKG_REPOSITORY").filter(|url| !url.is_empty()),
                rules: Always(rules.descriptors()),
                notifications: rules::notifications(),
            },
        },
        automation_details: AutomationDetails {
            id: "contract-lint/",
        },
        column_kind: "unicodeCodePoints",
        invocations: vec![Invocation {
            execution_successful: report.failed() == 0,
            tool_execution_notifications: notifications,
        }],
        artifacts: artifacts.all,
        results: Always(results.into_iter().map(|(_, result)| result).collect()),
    }
}

/// What was not analysed.
fn file_notifications(file: &FileReport) -> Vec<Notification> {
    let notification = |descriptor: DescriptorReference, level, text: String| Notification {
        descriptor,
        level,
        message: text.into(),
        locations: vec![place::whole_file(&file.path)],
    };
    match &file.outcome {
        Err(error) => vec![notification(
            NOT_ANALYSED.reference(),
            "error",
            format!("Cannot analyse `{}`: {}.", file.path, error.reason),
        )],
        Ok(analysed) => super::incompleteness(analysed)
            .into_iter()
            .map(|text| {
                notification(
                    INCOMPLETE.reference(),
                    "warning",
                    format!("In `{}`, {text}.", file.path),
                )
            })
            .collect(),
    }
}

fn result(finding: &Reported, rules: &Rules, places: &Places<'_>) -> ResultObject {
    let mut related = Vec::new();
    let mut flow = Vec::new();
    let mut events = Vec::new();
    for (index, step) in finding.trace.iter().enumerate().take(MAX_STEPS) {
        let message = escaped(&step.message);
        let Some(place) = &step.place else {
            events.push(format!("{}: {message}", index + 1));
            continue;
        };
        let location = |id| places.location(place, id, Some(step.message.clone()));
        let id = related.len() + 1;
        events.push(format!("[{}: {message}]({id})", index + 1));
        related.push(location(Some(id)));
        flow.push(ThreadFlowLocation {
            location: location(None),
            importance: if index == finding.primary {
                "essential"
            } else {
                "important"
            },
        });
    }
    let mut fingerprints =
        BTreeMap::from([("contractLintFinding/v1", finding.fingerprint.clone())]);
    let place = finding.place();
    if place.is_none_or(|p| p.source.is_none()) {
        // For a place in the source, the uploader computes it from the line. For the listing it would hash lines that
        // change with every build, or the same line for all findings.
        fingerprints.insert(
            "primaryLocationLineHash",
            format!("{}:1", finding.fingerprint),
        );
    }
    if let Some(place) = place {
        related.push(places.bytes(place, related.len() + 1));
    }
    ResultObject {
        rule_id: finding.lint.name,
        rule_index: rules.index(finding.lint.name),
        level: match finding.level {
            Level::Deny => "error",
            Level::Warn => "warning",
            Level::Allow => "note",
        },
        rank: rank(finding.severity),
        message: message(finding, &events),
        locations: vec![match place {
            Some(place) => places.location(place, None, None),
            None => places.interface(),
        }],
        related_locations: related,
        code_flows: if flow.len() > 1 {
            vec![CodeFlow {
                thread_flows: vec![ThreadFlow { locations: flow }],
            }]
        } else {
            Vec::new()
        },
        partial_fingerprints: fingerprints,
        properties: BTreeMap::from([
            ("method", finding.method.as_str().into()),
            ("severity", finding.severity.name().into()),
            ("confidence", finding.confidence.name().into()),
            ("also", finding.also.clone().into()),
        ]),
    }
}

/// The first sentence stands alone: some services show no more.
fn message(finding: &Reported, events: &[String]) -> Text {
    let mut text = format!("{}.", escaped(&finding.message));
    if !finding.method.is_empty() {
        text += &format!(" Method `{}`", escaped(&finding.method));
        if let Some(reach) = finding.reach {
            text += &format!(", {reach}");
        }
        text.push('.');
    }
    if !events.is_empty() {
        text += &format!(" Events: {}.", events.join("; "));
    }
    for note in &finding.notes {
        text += &format!(" Note: {}.", escaped(note));
    }
    if !finding.help.is_empty() {
        text += &format!(" Help: {}.", escaped(&finding.help));
    }
    text.into()
}

/// In a message, brackets make links.
fn escaped(text: &str) -> String {
    printable(text)
        .replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
}

/// From 0 to 100.
fn rank(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 95.0,
        Severity::High => 80.0,
        Severity::Medium => 55.0,
        Severity::Low => 20.0,
        Severity::Info => 5.0,
    }
}

/// The files that the log speaks of.
#[derive(Default)]
struct Artifacts {
    all: Vec<Artifact>,
}

impl Artifacts {
    fn module(&mut self, places: &Places<'_>) {
        let analysed = places.code.analysed;
        self.all.push(Artifact {
            location: ArtifactLocation {
                uri: place::uri(&places.code.file.path),
                index: None,
            },
            length: Some(analysed.module.bytes.len()),
            mime_type: Some("application/wasm"),
            roles: vec!["analysisTarget"],
            hashes: BTreeMap::from([("sha-256", analysed.sha256.clone())]),
            contents: None,
        });
    }

    /// The listing, if anything was placed in it.
    fn listing(&mut self, places: &Places<'_>) {
        let Some(text) = places.listing_text() else {
            return;
        };
        self.all.push(Artifact {
            location: ArtifactLocation {
                uri: places.listing_uri(),
                index: None,
            },
            length: None,
            mime_type: Some("text/plain"),
            roles: Vec::new(),
            hashes: BTreeMap::new(),
            contents: Some(Content { text }),
        });
    }
}

impl Location {
    fn at(physical: PhysicalLocation) -> Self {
        Self {
            id: None,
            physical_location: Some(physical),
            logical_locations: Vec::new(),
            message: None,
        }
    }
}
