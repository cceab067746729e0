//! The contracts of `corpus/`: what is found is what their source says, but for a list of shortfalls that has to be true.

use std::path::Path;

use xtask::score::{Outcome, root};

#[test]
fn findings_are_as_the_source_says() {
    let program = Path::new(env!("CARGO_BIN_EXE_contract-lint"));
    let outcome = Outcome::of_corpus(program).unwrap();
    for (path, expected) in outcome.records(&root()).unwrap() {
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        let differences: Vec<&str> = lines_that_differ(&found, &expected);
        assert!(
            differences.is_empty(),
            "{} is not what the contracts give; `cargo xtask score --write` renews it:\n{}",
            path.display(),
            differences.join("\n")
        );
    }
}

/// The lines that only one of two texts has.
fn lines_that_differ<'a>(a: &'a str, b: &'a str) -> Vec<&'a str> {
    let missing = |of: &'a str, from: &'a str| {
        of.lines()
            .filter(move |line| !from.lines().any(|l| l == *line))
    };
    missing(a, b).chain(missing(b, a)).collect()
}
