//! `contract-lint check`: analyse and report.

use std::path::{Path, PathBuf};

use anyhow::Context;
use codespan_reporting::diagnostic::{Diagnostic, Label};
use rayon::prelude::*;

use super::selectors;
use crate::baseline::Baseline;
use crate::cli::{CheckArgs, ConfigArgs};
use crate::config::{Configs, folder_of};
use crate::console::Console;
use crate::input::{self, Target, display_name};
use crate::report::{self, model::Report};
use crate::run::{self, Terms};
use crate::text::count;
use crate::{CLEAN, FAILED, FINDINGS};

/// Analyses what the arguments name and gives the exit status.
pub(super) fn run(args: &CheckArgs, console: &Console) -> anyhow::Result<u8> {
    if args.watch {
        return super::watch::run(args, console);
    }
    once(args, console)
}

/// Analyses once.
pub(super) fn once(args: &CheckArgs, console: &Console) -> anyhow::Result<u8> {
    if let Some(twin) = args.debug_file.as_deref().filter(|path| !path.is_file()) {
        anyhow::bail!("`--debug-file`: there is no file `{}`", display_name(twin));
    }
    let run = Run::new(&args.paths, &args.config, console)?;
    let hide = &args.suppressions;
    let baseline = if hide.no_baseline || hide.no_suppressions {
        Baseline::default()
    } else {
        Baseline::load(hide.baseline.as_deref(), run.folder())?
    };
    let terms = Terms {
        baseline: &baseline,
        no_suppressions: hide.no_suppressions,
        debug_file: args.debug_file.as_deref(),
    };
    let report = run.report(terms, args.threads, console)?;
    show_failures(&report, console);
    let text = report::render(
        &report,
        args.format,
        console.colored_output && args.output.is_none(),
    )?;
    match &args.output {
        Some(path) => report::write_file(path, &text)?,
        None => super::print(&text)?,
    }
    let mistaken = selectors::unmatched(&run.configs, &report, console);
    if !hide.no_suppressions {
        unused_allowances(&run.configs, &report, console);
        left_over(&baseline, &report, console);
    }
    console.note(&report::summary(&report));
    Ok(if mistaken {
        FAILED
    } else {
        status(&report, args)
    })
}

/// Contracts with the configuration that holds for each.
pub(super) struct Run {
    targets: Vec<Target>,
    configs: Configs,
}

impl Run {
    /// The contracts at the paths; what a build left under this folder, if there are none.
    pub(super) fn new(
        paths: &[PathBuf],
        config: &ConfigArgs,
        console: &Console,
    ) -> anyhow::Result<Self> {
        let targets = targets(paths, console)?;
        let configs = Configs::load(&targets, config)?;
        Ok(Self { targets, configs })
    }

    /// Whether any configuration declares sensitive data.
    pub(super) fn declares_data(&self) -> bool {
        let mut configs = self.configs.all().iter();
        configs.any(|config| !config.policy.sources.is_empty())
    }

    /// The folder of the first contract.
    pub(super) fn folder(&self) -> &Path {
        self.targets.first().map_or(Path::new(""), folder_of)
    }

    /// Analyses all of them.
    pub(super) fn report(
        &self,
        terms: Terms<'_>,
        threads: Option<u16>,
        console: &Console,
    ) -> anyhow::Result<Report> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0).into())
            .build()
            .context("cannot start the threads")?;
        let progress = console.progress(self.targets.len());
        let files = pool.install(|| {
            self.targets
                .par_iter()
                .enumerate()
                .map(|(index, target)| {
                    let report = run::run_file(target, self.configs.of(index), terms);
                    progress.inc(1);
                    report
                })
                .collect()
        });
        progress.finish_and_clear();
        Ok(Report { files })
    }
}

/// Tells which files could not be analysed.
pub(super) fn show_failures(report: &Report, console: &Console) {
    for file in &report.files {
        if let Err(error) = &file.outcome {
            console.input_error(&file.path, error);
        }
    }
}

pub(super) fn targets(paths: &[PathBuf], console: &Console) -> anyhow::Result<Vec<Target>> {
    if !paths.is_empty() {
        return Ok(input::find(paths));
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

/// Comments that hide nothing, and entries of the baseline that are gone.
fn left_over(baseline: &Baseline, report: &Report, console: &Console) {
    for file in &report.files {
        let Ok(analysed) = &file.outcome else {
            continue;
        };
        for (place, message) in &analysed.complaints {
            console.warning(&format!("{}:{}: {message}", place.path, place.line), &[]);
        }
    }
    let stale = baseline.stale(report);
    if !stale.is_empty() {
        let message = format!(
            "the baseline has {} of what is gone",
            count(stale.len(), "entry")
        );
        let help = "help: `contract-lint baseline --prune` takes them out".to_owned();
        let notes: Vec<String> = stale.into_iter().chain([help]).collect();
        console.warning(&message, &notes);
    }
}
