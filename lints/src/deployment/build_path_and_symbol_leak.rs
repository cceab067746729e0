//! `build-path-and-symbol-leak`.

use std::sync::LazyLock;

use regex::Regex;

use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::Context;
use crate::texts::runs;

declare_lint! {
    /// ### What it does
    /// Looks through the data of the deployed file for paths into the home folder of whoever built it.
    ///
    /// ### Why is this bad?
    /// The name of an account is often that of a person, and paths tell how a project is made up.
    ///
    /// ### Example
    /// ```text
    /// /home/lilei/customers/bank/src/lib.rs
    /// ```
    ///
    /// ### Use instead
    /// ```sh
    /// RUSTFLAGS="--remap-path-prefix=$HOME=" cargo build --release --target wasm32-unknown-unknown
    /// ```
    ///
    /// ### Known problems
    /// Names that build services use (`runner`, `user`, `root`, `builder`) are nobody's and not reported.
    pub BUILD_PATH_AND_SYMBOL_LEAK {
        name: "build-path-and-symbol-leak",
        summary: "the deployed file names who built it",
        domain: Deployment,
        severity: Low,
        confidence: High,
        level: Warn,
        cwe: [540],
        references: [],
        since: "0.1.0",
    }
}

/// Accounts of build services and images.
const NOBODY: &[&str] = &[
    "runner",
    "user",
    "root",
    "builder",
    "build",
    "rust",
    "ubuntu",
    "debian",
    "circleci",
    "travis",
    "jenkins",
    "ci",
    "docker",
    "vscode",
    "node",
    "app",
    "code",
    "admin",
    "gitpod",
    "vagrant",
    "ec2-user",
    "runneradmin",
    "linuxbrew",
];

static HOME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:/home/|/Users/|[A-Za-z]:\\Users\\)([A-Za-z0-9._-]{2,32})[/\\][A-Za-z0-9._/\\-]+",
    )
    .ok()
});

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let lint = BUILD_PATH_AND_SYMBOL_LEAK.meta;
    let mut findings: Vec<Finding> = Vec::new();
    for run in runs(cx.facts) {
        for found in HOME.iter().flat_map(|home| home.captures_iter(run.text)) {
            let (Some(path), Some(name)) = (found.get(0), found.get(1)) else {
                continue;
            };
            let name = name.as_str();
            let nobody = NOBODY.contains(&name.to_ascii_lowercase().as_str());
            if nobody || findings.iter().any(|f| f.subject == name) {
                continue;
            }
            let message = format!("the file contains a path of the account `{name}`");
            findings.push(Finding {
                lint,
                severity: lint.severity,
                confidence: lint.confidence,
                trace: vec![Step {
                    message: message.clone(),
                    site: None,
                }],
                message,
                method: String::new(),
                primary: 0,
                notes: vec![format!(
                    "`{}`, at offset {:#x} of the file",
                    path.as_str(),
                    run.offset + path.start()
                )],
                help: "build with `--remap-path-prefix`, or in a container".to_owned(),
                also: Vec::new(),
                subject: name.to_owned(),
            });
        }
    }
    findings
}
