//! The report for people: each finding on the code, its events in order.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic, Label, LabelStyle};
use contract_lint_lints::lint::Level;

use super::code::Code;
use super::model::{Analysed, FileReport, Place, Report, Reported};
use super::snippets::{Snippets, Text};
use crate::console::render;
use crate::text::{count, printable};

/// Writes the report.
pub(super) fn write(report: &Report, colored: bool, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        let Ok(analysed) = &file.outcome else {
            continue;
        };
        let code = Code::new(file, analysed);
        for finding in &analysed.findings {
            let mut snippets = Snippets::default();
            let diagnostic = diagnostic(finding, &code, &mut snippets);
            out.write_all(&render(&snippets, &diagnostic, colored))?;
        }
        for diagnostic in incompleteness(file, analysed)
            .into_iter()
            .chain(notes(file, analysed))
        {
            out.write_all(&render(&Snippets::default(), &diagnostic, colored))?;
        }
    }
    Ok(())
}

/// What the reader should know about the analysis: silence about a part that was not analysed would look like praise.
fn incompleteness(file: &FileReport, analysed: &Analysed) -> Option<Diagnostic<usize>> {
    /// More than these, nobody reads; the machine formats have all.
    const MAX: usize = 10;
    let mut notes = super::incompleteness(analysed);
    if notes.is_empty() {
        return None;
    }
    if notes.len() > MAX {
        let rest = count(notes.len() - MAX, "more method");
        notes.truncate(MAX);
        notes.push(format!("and {rest} (all are in `--format json`)"));
    }
    let message = format!("`{}` was not analysed completely", file.path);
    Some(
        Diagnostic::warning()
            .with_message(message)
            .with_notes(notes),
    )
}

/// What else the reader should know: debug information or a description of the interface that was not used, say.
fn notes(file: &FileReport, analysed: &Analysed) -> Option<Diagnostic<usize>> {
    let (first, more) = analysed.notes.split_first()?;
    let more = more.iter().map(|note| printable(note).into_owned());
    Some(
        Diagnostic::note()
            .with_message(format!("`{}`: {}", file.path, printable(first)))
            .with_notes(more.collect()),
    )
}

/// A label at the place: in the source if it is known and there, else on the lines of its function in the listing.
fn label<'a>(
    code: &'a Code<'a>,
    place: &Place,
    style: LabelStyle,
    snippets: &mut Snippets<'a>,
) -> Option<Label<usize>> {
    label_in_source(code, place, style, snippets)
        .or_else(|| label_in_listing(code, place, style, snippets))
}

fn label_in_source<'a>(
    code: &Code<'_>,
    place: &Place,
    style: LabelStyle,
    snippets: &mut Snippets<'a>,
) -> Option<Label<usize>> {
    let source = place.source.as_ref()?;
    let file = code.sources.file(&source.path)?;
    let range = file.range(source)?;
    let id = snippets.add(file.name.clone(), Text::Source(file), 1);
    Some(Label::new(style, id, range))
}

fn label_in_listing<'a>(
    code: &'a Code<'a>,
    place: &Place,
    style: LabelStyle,
    snippets: &mut Snippets<'a>,
) -> Option<Label<usize>> {
    let listing = code.listing()?;
    let spot = listing.spot(place.func, place.offset)?;
    let lines = listing.function(place.func)?;
    let text = listing.lines(lines.clone());
    let name = format!("{} ({})", code.file.path, place.describe());
    let range = spot.range.start - text.start..spot.range.end - text.start;
    let id = snippets.add(name, Text::Listing(&listing.text()[text]), lines.start + 1);
    Some(Label::new(style, id, range))
}

fn diagnostic<'a>(
    finding: &Reported,
    code: &'a Code<'a>,
    snippets: &mut Snippets<'a>,
) -> Diagnostic<usize> {
    let mut notes = Vec::new();
    let mut labels = Vec::new();
    for (index, step) in finding.trace.iter().enumerate() {
        let style = if index == finding.primary {
            LabelStyle::Primary
        } else {
            LabelStyle::Secondary
        };
        let message = if finding.trace.len() == 1 {
            printable(&step.message).into_owned()
        } else {
            format!("{}: {}", index + 1, printable(&step.message))
        };
        let label = step
            .place
            .as_ref()
            .and_then(|place| label(code, place, style, snippets));
        match label {
            Some(label) => labels.push(label.with_message(message)),
            None if step.message == finding.message => {}
            None => notes.push(message),
        }
    }
    if finding.method.is_empty() {
        notes.insert(0, format!("file: `{}`", code.file.path));
    } else {
        notes.push(method_note(finding));
        if let Some(near) = finding.place().and_then(|place| place.near.as_ref()) {
            let path = printable(&near.path);
            notes.push(format!(
                "source: near {path}:{} (a panic there names it)",
                near.line
            ));
        }
    }
    notes.extend(finding.notes.iter().map(|n| printable(n).into_owned()));
    if !finding.help.is_empty() {
        notes.push(format!("help: {}", printable(&finding.help)));
    }
    notes.push(format!("more: contract-lint explain {}", finding.lint.name));
    let diagnostic = match finding.level {
        Level::Deny => Diagnostic::error(),
        Level::Warn => Diagnostic::warning(),
        Level::Allow => Diagnostic::note(),
    };
    diagnostic
        .with_code(finding.lint.name)
        .with_message(printable(&finding.message))
        .with_labels(labels)
        .with_notes(notes)
}

/// ``method: `withdraw` (selector 0x410fcc9d), reachable by anyone``
fn method_note(finding: &Reported) -> String {
    let mut note = format!("method: `{}`", printable(&finding.method));
    if let Some(selector) = &finding.selector {
        note += &format!(" ({})", printable(selector));
    }
    if let Some(reach) = finding.reach {
        note += ", ";
        note += reach;
    }
    note
}

impl Place {
    /// `func 37, vault::withdraw`
    fn describe(&self) -> String {
        let index = format!("func {}", self.func);
        if self.function == index {
            index
        } else {
            format!("{index}, {}", printable(&self.function))
        }
    }
}
