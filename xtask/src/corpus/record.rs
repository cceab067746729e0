//! `artefacts.toml`: what each artefact was compiled from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use super::{Contract, file_name};

const FILE: &str = "artefacts.toml";
const HEAD: &str = "# SHA-256 of what goes into each contract and of what came out. Written by `cargo xtask corpus build`.\n\n";

/// A record for every contract, by its id.
pub(crate) struct Records(pub BTreeMap<String, Record>);

/// The state of one contract: files and their digests, by their paths within the corpus.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Record {
    sources: BTreeMap<String, String>,
    artefacts: BTreeMap<String, String>,
}

impl Records {
    pub(crate) fn read(corpus: &Path) -> Result<Self> {
        match fs::read_to_string(corpus.join(FILE)) {
            Ok(text) => Ok(Self(
                toml::from_str(&text).context("artefacts.toml is damaged")?,
            )),
            Err(_) => Ok(Self(BTreeMap::new())),
        }
    }

    pub(crate) fn write(&self, corpus: &Path) -> Result<()> {
        let text = HEAD.to_owned() + &toml::to_string(&self.0)?;
        fs::write(corpus.join(FILE), text).context("cannot write artefacts.toml")
    }
}

impl Record {
    /// The state of a contract now. Locked dependencies are left out: their file changes with every new contract.
    pub(crate) fn of(corpus: &Path, contract: &Contract) -> Result<Self> {
        let platform = corpus.join(&contract.platform);
        let mut roots = vec![contract.dir.clone(), platform.join("build.toml")];
        roots.extend(
            contract
                .recipe
                .helpers
                .iter()
                .map(|helper| platform.join(helper)),
        );
        let mut record = Self::default();
        for root in roots {
            let walk = WalkDir::new(root)
                .into_iter()
                .filter_entry(|e| e.file_name() != "target");
            for entry in walk {
                let entry = entry?;
                let name = file_name(entry.path());
                if !entry.file_type().is_file() || is_neither(&name) {
                    continue;
                }
                let path = entry
                    .path()
                    .strip_prefix(corpus)?
                    .to_string_lossy()
                    .replace('\\', "/");
                let digest = hex(&Sha256::digest(fs::read(entry.path())?));
                let list = if is_artefact(&name) {
                    &mut record.artefacts
                } else {
                    &mut record.sources
                };
                list.insert(path, digest);
            }
        }
        Ok(record)
    }

    /// What has changed since `then`.
    pub(crate) fn differences(&self, then: &Self) -> Vec<String> {
        let mut found = Vec::new();
        compare(
            &self.sources,
            &then.sources,
            "changed after the build",
            &mut found,
        );
        compare(
            &self.artefacts,
            &then.artefacts,
            "is not what was built",
            &mut found,
        );
        found
    }
}

fn compare(
    now: &BTreeMap<String, String>,
    then: &BTreeMap<String, String>,
    changed: &str,
    found: &mut Vec<String>,
) {
    for (path, digest) in now {
        if then.get(path) != Some(digest) {
            found.push(format!("{path} {changed}"));
        }
    }
    found.extend(
        then.keys()
            .filter(|path| !now.contains_key(*path))
            .map(|path| format!("{path} is gone")),
    );
}

/// Whether the file came out of a build.
fn is_artefact(name: &str) -> bool {
    [".wasm", ".wasm.debug", ".json"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Whether the file does not bear on the code: data policies, and what cargo writes.
fn is_neither(name: &str) -> bool {
    name == "contract-lint.toml" || name == "Cargo.lock"
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(sources: &[(&str, &str)], artefacts: &[(&str, &str)]) -> Record {
        let list = |files: &[(&str, &str)]| {
            files
                .iter()
                .map(|(path, digest)| ((*path).to_owned(), (*digest).to_owned()))
                .collect()
        };
        Record {
            sources: list(sources),
            artefacts: list(artefacts),
        }
    }

    #[test]
    fn an_edited_source_makes_the_artefact_old() {
        let then = record(&[("a/src/lib.rs", "1")], &[("a/a.wasm", "2")]);
        let now = record(&[("a/src/lib.rs", "9")], &[("a/a.wasm", "2")]);
        assert_eq!(
            now.differences(&then),
            ["a/src/lib.rs changed after the build"]
        );
        assert!(then.differences(&then).is_empty());
    }

    #[test]
    fn other_artefacts_and_missing_files_are_told() {
        let then = record(
            &[("a/src/lib.rs", "1"), ("a/src/msg.rs", "1")],
            &[("a/a.wasm", "2")],
        );
        let now = record(&[("a/src/lib.rs", "1")], &[("a/a.wasm", "3")]);
        assert_eq!(
            now.differences(&then),
            ["a/src/msg.rs is gone", "a/a.wasm is not what was built"]
        );
    }

    #[test]
    fn what_cargo_and_the_policy_say_is_no_source() {
        assert!(is_neither("Cargo.lock") && is_neither("contract-lint.toml"));
        assert!(is_artefact("vault.wasm.debug") && is_artefact("vault.abi.json"));
        assert!(!is_artefact("lib.rs") && !is_artefact("vault.abi"));
    }
}
