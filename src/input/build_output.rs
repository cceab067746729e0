//! Where the build tools of the platforms leave contracts: what is analysed when no path is given.

use std::collections::BTreeSet;
use std::path::Path;

use super::Target;
use super::find::{stem, walk};

/// Folders with finished contracts, and how many levels down these may lie.
const FINISHED: &[(&str, usize)] = &[
    ("artifacts", 1),
    ("build", 3),
    ("output", 1),
    ("res", 1),
    ("target/ink", 2),
    ("target/near", 2),
];

/// The contracts that a build left under the folder.
///
/// What cargo itself wrote is left out where a platform's tool made the finished contract from it: only the latter is
/// deployed.
pub(crate) fn find_built(root: &Path) -> Vec<Target> {
    let mut targets = Vec::new();
    for (folder, depth) in FINISHED {
        targets.extend(contracts(&root.join(folder), *depth));
    }
    let finished: BTreeSet<String> = targets.iter().map(contract_name).collect();
    targets.extend(
        cargo_output(root)
            .into_iter()
            .filter(|target| !finished.contains(&contract_name(target))),
    );
    for target in &mut targets {
        if let Some(rest) = target.name.strip_prefix("./") {
            target.name = rest.to_owned();
        }
    }
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    targets
}

/// What cargo built for a Wasm target: release builds where there are any.
fn cargo_output(root: &Path) -> Vec<Target> {
    let mut release = Vec::new();
    let mut other = Vec::new();
    for target in folders(&root.join("target")) {
        if !target.starts_with("wasm32") {
            continue;
        }
        let target = root.join("target").join(target);
        for profile in folders(&target) {
            let found = contracts(&target.join(&profile), 1);
            if profile == "release" {
                release.extend(found);
            } else {
                other.extend(found);
            }
        }
    }
    if release.is_empty() { other } else { release }
}

fn contracts(folder: &Path, depth: usize) -> Vec<Target> {
    if folder.is_dir() {
        walk(folder, depth, |_| true)
    } else {
        Vec::new()
    }
}

/// The names of the folders in a folder, sorted.
fn folders(path: &Path) -> BTreeSet<String> {
    let Ok(entries) = path.read_dir() else {
        return BTreeSet::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// What a contract is called whichever tool wrote it: `my-token.wasm`, `my_token-aarch64.wasm`, `my_token.contract`.
fn contract_name(target: &Target) -> String {
    let path = Path::new(&target.name);
    let stem = stem(path).unwrap_or_else(|| path.to_owned());
    let name = stem.file_name().unwrap_or_default().to_string_lossy();
    name.trim_end_matches("-aarch64")
        .trim_end_matches("_optimized")
        .replace('-', "_")
}
