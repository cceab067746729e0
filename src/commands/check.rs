//! `contract-lint check`: analyse and report.

use std::path::Path;

use anyhow::Context;
use codespan_reporting::diagnostic::{Diagnostic, Label};
use rayon::prelude::*;

use crate::cli::CheckArgs;
use crate::config::Configs;
use crate::console::Console;
use crate::input::{self, Target};
use crate::report::{self, model::Report};
use crate::{CLEAN, FAILED, FINDINGS, run};

/// Analyses what the arguments name and gives the exit status.
pub(super) fn run(args: &CheckArgs, console: &Console) -> anyhow::Result<u8> {
    let targets = targets(args, console)?;
    let configs = Configs::load(&targets, &args.config)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.unwrap_or(0).into())
        .build()
        .context("cannot start the threads")?;
    let files = pool.install(|| {
        targets
            .par_iter()
            .enumerate()
            .map(|(index, target)| run::run_file(target, configs.of(index)))
            .collect()
    });
    let report = Report { files };
    for file in &report.files {
        if let Err(error) = &file.outcome {
            console.input_error(&file.path, error);
        }
    }
    let text = report::render(
        &report,
        args.format,
        console.colored_output && args.output.is_none(),
    )?;
    match &args.output {
        Some(path) => report::write_file(path, &text)?,
        None => super::print(&text)?,
    }
    unused_allowances(&configs, &report, console);
    console.note(&report::summary(&report));
    Ok(status(&report, args))
}

fn targets(args: &CheckArgs, console: &Console) -> anyhow::Result<Vec<Target>> {
    if !args.paths.is_empty() {
        return Ok(input::find(&args.paths));
    }
    let targets = input::find_built(Path::new("."));
    if targets.is_empty() {
        anyhow::bail!(
            "no contract was given, and no build has left one under this folder\n\
             help: build the contract, or pass its path: `contract-lint path/to/contract.wasm`\n\
             looked in `target/wasm32*`, `target/ink`, `target/near`, `artifacts`, `build`, `output` and `res`"
        );
    }
    let names: Vec<&str> = targets.iter().map(|t| t.name.as_str()).collect();
    console.note(&format!("analysing {}", names.join(", ")));
    Ok(targets)
}

fn status(report: &Report, args: &CheckArgs) -> u8 {
    if report.failed() > 0 {
        FAILED
    } else if report
        .findings()
        .any(|(_, f)| args.fail_on.includes(f.level, f.severity))
    {
        FINDINGS
    } else {
        CLEAN
    }
}

/// An entry that hides nothing is left over, or does not hide what its author thinks.
fn unused_allowances(configs: &Configs, report: &Report, console: &Console) {
    if report.failed() > 0 {
        // What it hides may be in a file that was not analysed.
        return;
    }
    for config in configs.all() {
        let Some(file) = &config.file else { continue };
        for allowance in config.allowances.iter().filter(|a| !a.is_used()) {
            let why = if allowance.is_over() {
                "this allowance has expired"
            } else {
                "this allowance hides nothing"
            };
            let diagnostic = Diagnostic::warning()
                .with_message(why)
                .with_labels(vec![Label::primary((), allowance.span.clone())]);
            console.show_in(&file.for_codespan(), &diagnostic);
        }
    }
}
