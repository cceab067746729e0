//! Fingerprints outlive a rebuild: with lines inserted above, at another level of optimisation.

use std::collections::BTreeSet;
use std::fs;

use crate::sandbox::{Sandbox, repository};

/// The fingerprints of all findings in a contract.
fn fingerprints(sandbox: &Sandbox, module: &str) -> BTreeSet<String> {
    let report = sandbox.json(&["--profile", "audit", module]);
    let findings = report["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["fingerprint"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn findings_are_known_again_after_a_rebuild() {
    let (mut all, mut known) = (0, 0);
    for file in fs::read_dir(repository("tests/rebuilt")).unwrap() {
        let file = file.unwrap().path();
        let Some((platform, contract)) = file
            .file_stem()
            .and_then(|name| name.to_str()?.rsplit_once('-'))
            .filter(|_| file.extension().is_some_and(|e| e == "wasm"))
        else {
            continue;
        };
        let module = format!("{contract}.wasm");
        let sandbox = Sandbox::of_corpus(&format!("{platform}/{contract}"));
        let before = fingerprints(&sandbox, &module);
        assert!(!before.is_empty(), "{platform}/{contract}");
        let sandbox = sandbox.with(&module, fs::read(&file).unwrap());
        let after = fingerprints(&sandbox, &module);
        all += before.union(&after).count();
        known += before.intersection(&after).count();
    }
    assert!(all >= 20, "{all}");
    assert!(known * 100 >= all * 95, "{known} of {all}");
}
