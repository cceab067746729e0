//! What the program can be asked to do.

mod baseline;
mod check;
mod explain;
mod init;
mod list;
mod report;
mod selectors;
mod show;
mod watch;

use std::io::{self, Write};

use clap::CommandFactory;

use crate::CLEAN;
use crate::cli::{Cli, Command};
use crate::console::Console;

/// Does what is asked and gives the exit status.
pub(crate) fn run(cli: Cli, console: &Console) -> anyhow::Result<u8> {
    match cli.command {
        None => check::run(&cli.check, console),
        Some(Command::Check(args)) => check::run(&args, console),
        Some(Command::Baseline(args)) => baseline::run(&args, console),
        Some(Command::Show(args)) => show::run(&args),
        Some(Command::Explain { lint }) => explain::run(&lint),
        Some(Command::Init(args)) => init::run(&args, console),
        Some(Command::Report(args)) => report::run(&args, console),
        Some(Command::List { json }) => list::run(json),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "contract-lint", &mut script);
            print(&script)?;
            Ok(CLEAN)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            print(&page)?;
            Ok(CLEAN)
        }
    }
}

/// Writes to standard output. A reader that has seen enough and closed the pipe is no error.
fn print(text: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
