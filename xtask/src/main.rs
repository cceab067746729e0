//! Chores of this repository: `cargo xtask …`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod corpus;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// The contracts in `corpus/`.
    Corpus {
        #[command(subcommand)]
        command: corpus::Command,
    },
}

fn main() -> ExitCode {
    let Chore::Corpus { command } = Args::parse().chore;
    match corpus::run(&command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
