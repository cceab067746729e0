//! The command line: arguments, configuration, finding inputs, reports, exit status. No analysis.

mod baseline;
mod cli;
mod commands;
mod comments;
mod config;
mod console;
mod docs;
mod input;
mod report;
mod run;
mod suggest;
mod text;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

/// The analysis makes and drops many small states: a quarter of its time went to the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Results below the bar, or none.
const CLEAN: u8 = 0;
/// Findings at or above the bar.
const FINDINGS: u8 = 1;
/// The job was not done: bad usage, bad configuration, an input that cannot be analysed, a defect of ours.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let cli = match cli::Cli::command()
        .try_get_matches()
        .and_then(|matches| cli::Cli::from_arg_matches(&matches))
    {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` are answers; the rest is bad usage. A closed pipe is nobody's error.
            let _ = error.print();
            return if error.use_stderr() { FAILED } else { CLEAN }.into();
        }
    };
    let console = console::Console::new(cli.color, cli.quiet);
    let status = commands::run(cli, &console).unwrap_or_else(|error| {
        console.error(&error);
        FAILED
    });
    status.into()
}
