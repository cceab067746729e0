//! One line for each finding, for editors and for `grep`.

use std::io::{self, Write};

use super::model::{Place, Report, Reported};
use crate::text::printable;

/// Writes the report.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (file, finding) in report.findings() {
        writeln!(
            out,
            "{}: {}[{}]: {}{}",
            location(&file.path, finding.place()),
            super::level_word(finding.level),
            finding.lint.name,
            printable(&finding.message),
            in_method(finding),
        )?;
    }
    Ok(())
}

/// `` (in `withdraw`)``; nothing where the finding concerns the contract as a whole.
fn in_method(finding: &Reported) -> String {
    match finding.method.as_str() {
        "" => String::new(),
        method => format!(" (in `{}`)", printable(method)),
    }
}

/// `src/lib.rs:58:9` where the source is known, `vault.wasm:0x1267` where it is not.
fn location(file: &str, place: Option<&Place>) -> String {
    match place {
        Some(Place {
            source: Some(source),
            ..
        }) => format!(
            "{}:{}:{}",
            printable(&source.path),
            source.line,
            source.column.max(1)
        ),
        Some(place) => format!("{file}:{:#x}", place.offset),
        None => file.to_owned(),
    }
}
