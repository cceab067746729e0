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

/// What came of a comparison.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The figures.
    pub tally: Tally,
    /// Where findings and expectations differ.
    pub mismatches: Vec<Mismatch>,
}

impl Outcome {
    /// Compares what the program finds in the corpus with what the source there says.
    pub fn of_corpus(program: &Path) -> Result<Outcome> {
        let root = root();
        let mut outcome = Outcome::default();
        for contract in contracts(&root.join("corpus"))? {
            let mismatches = contract.compare(program, &root, &mut outcome.tally)?;
            outcome.mismatches.extend(mismatches);
        }
        Ok(outcome)
    }

    /// The files that tell the outcome of the corpus, with the text they should have.
    pub fn records(&self, root: &Path) -> Result<[(PathBuf, String); 2]> {
        corpus::records(root, &self.tally, &self.mismatches)
    }
}

/// Compares and prints. Succeeds whatever the figures are.
pub fn run(options: &Options) -> Result<bool> {
    let program = match &options.program {
        Some(program) => program.canonicalize()?,
        None => report::build()?,
    };
    let outcome = match &options.labelled {
        Some(folder) => labelled::compare(&program, folder)?,
        None => Outcome::of_corpus(&program)?,
    };
    if options.write {
        for (path, text) in outcome.records(&root())? {
            std::fs::write(path, text)?;
        }
    }
    if options.verbose {
        for mismatch in &outcome.mismatches {
            println!("{mismatch}");
        }
        println!();
    }
    if options.json {
        println!("{}", outcome.tally.json());
    } else {
        print!("{}", outcome.tally.table());
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
