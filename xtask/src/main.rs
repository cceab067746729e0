//! Chores of this repository: `cargo xtask …`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod corpus;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::score;

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
    /// How well the findings agree with what is known of contracts.
    Score(score::Options),
}

fn main() -> ExitCode {
    let done = match Args::parse().chore {
        Chore::Corpus { command } => corpus::run(&command),
        Chore::Score(options) => score::run(&options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
