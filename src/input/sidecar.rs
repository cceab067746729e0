//! Descriptions of the interface that lie beside a contract.

use std::path::{Path, PathBuf};

use contract_lint_analyzer::sidecar::{Sidecar, SidecarKind};
use serde_json::Value;

use super::find::stem;
use super::read::file;

/// The descriptions beside a contract file. A file that is not what its name says is none; it is no error, for a folder
/// may hold other files of that name.
pub(super) fn beside(contract: &Path) -> Vec<Sidecar> {
    candidates(contract)
        .into_iter()
        .filter(|path| path.is_file())
        .filter_map(|path| {
            let bytes = file(&path).ok()?;
            Some(Sidecar {
                kind: recognise(&path, &bytes)?,
                bytes,
            })
        })
        .collect()
}

fn candidates(contract: &Path) -> Vec<PathBuf> {
    let Some(stem) = stem(contract) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = [
        ".json",
        ".abi",
        ".abi.json",
        "_abi.json",
        "-schema.json",
        "_schema.bin",
        ".schema.bin",
    ]
    .into_iter()
    .map(|ending| with_ending(&stem, ending))
    .collect();
    let folder = contract.parent().unwrap_or(Path::new(""));
    paths.push(folder.join("schema.bin"));
    if let Some(name) = stem.file_name().and_then(|n| n.to_str()) {
        // The schemas of CosmWasm are written beside the folder with the optimised modules, under the crate's name.
        let name = name.replace('_', "-") + ".json";
        paths.push(folder.join("schema").join(&name));
        paths.push(folder.join("../schema").join(&name));
    }
    for message in ["instantiate", "execute", "query", "migrate", "sudo"] {
        // The form with a file for each message, today's and that before version 1.1.
        paths.push(folder.join(format!("schema/raw/{message}.json")));
        paths.push(folder.join(format!("schema/{message}_msg.json")));
    }
    // ink! and older tools call the file by one fixed name.
    paths.push(folder.join("metadata.json"));
    paths
}

fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let mut path = stem.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// What a description is, by its content.
fn recognise(path: &Path, bytes: &[u8]) -> Option<SidecarKind> {
    if path.extension().is_some_and(|e| e == "bin") {
        return Some(SidecarKind::ConcordiumSchema);
    }
    let json: Value = serde_json::from_slice(bytes).ok()?;
    let version = json.get("version").and_then(Value::as_str).unwrap_or("");
    if json.is_array() {
        Some(SidecarKind::SolidityAbi)
    } else if version.starts_with("eosio::abi/") {
        Some(SidecarKind::AntelopeAbi)
    } else if version.starts_with("mychain::abi/") {
        Some(SidecarKind::AntchainAbi)
    } else if json.pointer("/spec/messages").is_some() || json.pointer("/V3/spec").is_some() {
        Some(SidecarKind::InkMetadata)
    } else if json.get("endpoints").is_some() {
        Some(SidecarKind::MultiversxAbi)
    } else if json.pointer("/body/functions").is_some() {
        Some(SidecarKind::NearAbi)
    } else if json.get("execute").is_some() && json.get("instantiate").is_some()
        || json.get("$schema").is_some()
            && json
                .get("title")
                .and_then(Value::as_str)
                .is_some_and(|title| title.ends_with("Msg"))
    {
        Some(SidecarKind::CosmwasmSchema)
    } else {
        None
    }
}
