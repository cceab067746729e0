//! `contract-lint baseline`: takes down what is found now, so that only new findings are reported.

use std::path::Path;

use super::check::{Run, show_failures};
use crate::baseline::{self, Baseline};
use crate::cli::BaselineArgs;
use crate::console::Console;
use crate::report;
use crate::run::Terms;
use crate::text::count;
use crate::{CLEAN, FAILED};

/// Writes the baseline and gives the exit status.
pub(super) fn run(args: &BaselineArgs, console: &Console) -> anyhow::Result<u8> {
    let run = Run::new(&args.paths, &args.config, console)?;
    let old = Baseline::load(args.file.as_deref(), run.folder())?;
    let terms = Terms {
        baseline: &Baseline::default(),
        no_suppressions: false,
        debug_file: None,
    };
    let report = run.report(terms, args.threads, console)?;
    show_failures(&report, console);
    let path = args
        .file
        .clone()
        .or_else(|| old.path.clone())
        .unwrap_or_else(|| Path::new(baseline::NAME).to_owned());
    let text = old.renew(&path, &report, args.prune)?;
    report::write_file(&path, text.as_bytes())?;
    let entries = text.matches("[[finding]]").count();
    console.note(&format!(
        "`{}` holds {}",
        path.display(),
        count(entries, "finding")
    ));
    Ok(if report.failed() > 0 { FAILED } else { CLEAN })
}
