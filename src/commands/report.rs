//! `contract-lint report`: documents about the contracts as a whole.

use super::check::{Run, show_failures};
use crate::baseline::Baseline;
use crate::cli::ReportArgs;
use crate::console::Console;
use crate::report::{self, compliance};
use crate::run::Terms;
use crate::{CLEAN, FAILED};

/// Writes the document and gives the exit status: findings are what it is about, not a failure.
pub(super) fn run(args: &ReportArgs, console: &Console) -> anyhow::Result<u8> {
    let run = Run::new(&args.paths, &args.config, console)?;
    let terms = Terms {
        baseline: &Baseline::default(),
        no_suppressions: false,
        debug_file: None,
    };
    let report = run.report(terms, None, console)?;
    show_failures(&report, console);
    let text = compliance::render(&report, run.declares_data(), args.format)?;
    match &args.output {
        Some(path) => report::write_file(path, text.as_bytes())?,
        None => super::print(text.as_bytes())?,
    }
    Ok(if report.failed() > 0 { FAILED } else { CLEAN })
}
