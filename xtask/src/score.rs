//! How well the findings agree with what is known of contracts: precision and recall, per lint and per platform.
//!
//! What is known stands in the source of our own contracts (`//~ lint`), or in a `labels.tsv` beside others' modules.

mod corpus;
mod labelled;
mod report;
mod tally;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

pub use corpus::{Contract, Mismatch, contracts};
pub use report::{Finding, Report};
pub use tally::{Cell, Tally};

/// What to compare.
#[derive(Args)]
pub struct Options {
    /// A folder with a `labels.tsv` (module, platform, entry, lint, expect, source_line, note); the corpus where left out.
    labelled: Option<PathBuf>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Print what was expected and not found, and what was found and not expected.
    #[arg(long, short)]
    verbose: bool,
    /// The program to ask; built first where left out.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Keep the table in `corpus/README.md` and the list of what falls short up to date.
    #[arg(long, conflicts_with = "labelled")]
    write: bool,
}

/// Compares and prints. Succeeds whatever the figures are.
pub fn run(options: &Options) -> Result<bool> {
    let program = match &options.program {
        Some(program) => program.clone(),
        None => report::build()?,
    };
    let mut tally = Tally::default();
    let mut mismatches = Vec::new();
    if let Some(folder) = &options.labelled {
        mismatches = labelled::compare(&program, folder, &mut tally)?;
    } else {
        let root = root();
        for contract in contracts(&root.join("corpus"))? {
            mismatches.extend(contract.compare(&program, &root, &mut tally)?);
        }
        if options.write {
            corpus::write(&root, &tally, &mismatches)?;
        }
    }
    if options.verbose {
        for mismatch in &mismatches {
            println!("{mismatch}");
        }
        println!();
    }
    if options.json {
        println!("{}", tally.json());
    } else {
        print!("{}", tally.table());
    }
    Ok(true)
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned()
}
