//! `hard-coded-secret`.

use std::sync::LazyLock;

use regex::Regex;

use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::Context;
use crate::texts::{masked, runs};

declare_lint! {
    /// ### What it does
    /// Looks through the data of the deployed file for private keys and access tokens by their form: PEM blocks, private
    /// keys of NEAR and Antelope, JSON web tokens, keys of cloud services, addresses with a password.
    ///
    /// ### Why is this bad?
    /// Everybody can download the file and read them.
    ///
    /// ### Example
    /// ```rust
    /// const SIGNER: &str = "ed25519:3D4Yud…"; // the secret key
    /// ```
    ///
    /// ### Use instead
    /// Sign outside the chain, and give the contract the public key.
    ///
    /// ### Known problems
    /// Secrets without a form of their own, such as passwords and bare hexadecimal keys, are not found.
    pub HARD_CODED_SECRET {
        name: "hard-coded-secret",
        summary: "the deployed file contains a secret",
        domain: Cryptography,
        severity: High,
        confidence: High,
        level: Deny,
        cwe: [798, 321],
        references: ["SCWE-025", "SWC-136"],
        since: "0.1.0",
    }
}

const FORMS: &[(&str, &str)] = &[
    (
        "a private key in PEM",
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    ),
    // 64 bytes; a public key has 32.
    (
        "a secret key of NEAR",
        r"ed25519:[1-9A-HJ-NP-Za-km-z]{86,88}\b",
    ),
    (
        "a private key of Antelope",
        r"\bPVT_(?:K1|R1)_[1-9A-HJ-NP-Za-km-z]{47,52}\b",
    ),
    (
        "a private key in wallet form",
        r"\b5[HJK][1-9A-HJ-NP-Za-km-z]{49}\b",
    ),
    ("a secret key of Stellar", r"\bS[A-D][A-Z2-7]{54}\b"),
    (
        "a JSON web token",
        r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
    ),
    ("an access key of a cloud service", r"\bAKIA[0-9A-Z]{16}\b"),
    (
        "an address with a password",
        r"\b[a-z]{3,6}://[A-Za-z0-9._-]+:[^\s/@:]{3,}@[A-Za-z0-9.-]+",
    ),
];

static PATTERNS: LazyLock<Vec<Option<Regex>>> = LazyLock::new(|| {
    FORMS
        .iter()
        .map(|(_, form)| Regex::new(form).ok())
        .collect()
});

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let lint = HARD_CODED_SECRET.meta;
    let mut findings = Vec::new();
    for run in runs(cx.facts) {
        for ((what, _), pattern) in FORMS.iter().zip(PATTERNS.iter()) {
            for found in pattern.iter().flat_map(|p| p.find_iter(run.text)) {
                let offset = run.offset + found.start();
                let message = format!("the file contains {what}: `{}`", masked(found.as_str()));
                findings.push(Finding {
                    lint,
                    severity: lint.severity,
                    confidence: lint.confidence,
                    trace: vec![Step {
                        message: format!("{message}, at offset {offset:#x} of the file"),
                        site: None,
                    }],
                    message,
                    method: String::new(),
                    primary: 0,
                    notes: vec![format!("it is at offset {offset:#x} of the file")],
                    help: "take it out, and replace it: whoever saw the file has it".to_owned(),
                    also: Vec::new(),
                    subject: found.as_str().to_owned(),
                });
            }
        }
    }
    findings
}
