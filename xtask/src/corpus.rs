//! Compiles the contracts of `corpus/` and tells which artefacts are older than their source.

mod build;
mod module;
mod recipe;
mod record;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;

use recipe::Recipe;
use record::{Record, Records};

/// What to do with the corpus.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Compile contracts, and record what they were compiled from.
    Build {
        /// A platform (`near`) or a contract (`near/vault`); all of them where left out.
        name: Option<String>,
    },
    /// List artefacts that are missing, older than their source, or unfit to be committed.
    Check,
}

/// One contract of the corpus.
struct Contract {
    platform: String,
    name: String,
    dir: PathBuf,
    recipe: Recipe,
}

impl Contract {
    /// `near/vault`.
    fn id(&self) -> String {
        format!("{}/{}", self.platform, self.name)
    }

    /// The module as it is deployed.
    fn deployed(&self) -> PathBuf {
        self.dir.join(format!("{}.wasm", self.name))
    }

    /// The same code with line tables.
    fn debug(&self) -> PathBuf {
        self.dir.join(format!("{}.wasm.debug", self.name))
    }
}

/// Runs a command: whether all is well.
pub(crate) fn run(command: &Command) -> Result<bool> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let corpus = corpus
        .canonicalize()
        .context("the corpus is not beside xtask")?;
    let contracts = contracts(&corpus)?;
    match command {
        Command::Build { name } => build_all(&corpus, &contracts, name.as_deref()),
        Command::Check => check_all(&corpus, &contracts),
    }
}

/// All contracts, in the order of their names: every folder of a platform with a recipe that holds source.
fn contracts(corpus: &Path) -> Result<Vec<Contract>> {
    let mut found = Vec::new();
    for platform in folders(corpus)? {
        let common = platform.join("build.toml");
        if !common.exists() {
            continue;
        }
        for dir in folders(&platform)? {
            if !dir.join("src").exists()
                && !dir.join(file_name(&dir)).with_extension("cpp").exists()
            {
                continue;
            }
            let own = dir.join("build.toml");
            let recipe = Recipe::read(if own.exists() { &own } else { &common })?;
            let name = file_name(&dir);
            if !recipe.helpers.contains(&name) {
                found.push(Contract {
                    platform: file_name(&platform),
                    name,
                    dir,
                    recipe,
                });
            }
        }
    }
    Ok(found)
}

fn build_all(corpus: &Path, contracts: &[Contract], name: Option<&str>) -> Result<bool> {
    let wanted = |c: &&Contract| name.is_none_or(|n| n == c.platform || n == c.id());
    let chosen: Vec<_> = contracts.iter().filter(wanted).collect();
    if chosen.is_empty() {
        bail!("no contract is called `{}`", name.unwrap_or("*"));
    }
    let mut records = Records::read(corpus)?;
    let mut failed = 0;
    for contract in chosen {
        match build::build(contract) {
            Ok(()) => {
                records
                    .0
                    .insert(contract.id(), Record::of(corpus, contract)?);
                records.write(corpus)?;
                println!("{}: built", contract.id());
            }
            Err(error) => {
                failed += 1;
                println!("{}: not built: {error:#}", contract.id());
            }
        }
    }
    Ok(failed == 0)
}

fn check_all(corpus: &Path, contracts: &[Contract]) -> Result<bool> {
    let mut records = Records::read(corpus)?;
    let root = corpus
        .parent()
        .context("the corpus lies in the repository")?;
    let mut problems = 0;
    for contract in contracts {
        let now = Record::of(corpus, contract)?;
        let mut complaints = match records.0.remove(&contract.id()) {
            Some(then) => now.differences(&then),
            None => vec!["was never built".to_owned()],
        };
        complaints.extend(module::complaints(
            root,
            &contract.deployed(),
            &contract.debug(),
        )?);
        for complaint in &complaints {
            println!("{}: {complaint}", contract.id());
        }
        problems += complaints.len();
    }
    for id in records.0.keys() {
        println!("{id}: is recorded, but has no source");
        problems += 1;
    }
    println!("{} contracts, {problems} problems", contracts.len());
    Ok(problems == 0)
}

fn folders(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = BTreeMap::new();
    for entry in dir
        .read_dir()
        .with_context(|| format!("cannot read {}", dir.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            folders.insert(file_name(&path), path);
        }
    }
    Ok(folders.into_values().collect())
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
