//! `weak-or-unapproved-crypto`.

use contract_lint_analyzer::facts::{CryptoOrigin, CryptoUse, Site};

use crate::declare_lint;
use crate::finding::{Finding, Step};
use crate::lint::{Context, Severity};
use crate::policy::Profile;

declare_lint! {
    /// ### What it does
    /// Looks for broken digests (MD5, SHA-1) that the contract contains or asks the host for, and, where the policy says
    /// which algorithms count (`[crypto]`) and declares sensitive data, for any other algorithm.
    ///
    /// ### Why is this bad?
    /// Two inputs with the same digest can be made. And what a standard does not approve does not count as protection.
    ///
    /// ### Example
    /// ```rust
    /// let id = sha1(document);
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// let id = sm3(document); // or sha256, as the policy says
    /// ```
    ///
    /// ### Known problems
    /// Algorithms inside the contract are recognised by their constants; whether the code runs is not looked at.
    pub WEAK_OR_UNAPPROVED_CRYPTO {
        name: "weak-or-unapproved-crypto",
        summary: "an algorithm is broken, or not one that the policy approves",
        domain: Cryptography,
        severity: High,
        confidence: Medium,
        level: Warn,
        cwe: [327, 328],
        references: ["SCWE-027"],
        since: "0.1.0",
    }
}

/// Digests for which collisions are known.
const WEAK: &[&str] = &["md5", "sha1"];

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let crypto = &cx.policy.crypto;
    let asked = crypto.approved.is_some() || crypto.profile != Profile::Any;
    let matters = asked && !cx.policy.sources.is_empty();
    let mut findings: Vec<Finding> = Vec::new();
    for this in &cx.facts.crypto {
        if !is_used(cx, this) {
            continue;
        }
        let weak = WEAK.contains(&this.algorithm);
        let unapproved = matters && !crypto.approves(this.algorithm);
        if !(weak || unapproved) || findings.iter().any(|f| f.subject == this.algorithm) {
            continue;
        }
        findings.push(finding(this, weak));
    }
    findings
}

/// Whether a method asks the host for it; what the contract itself contains is taken to be there for a reason.
fn is_used(cx: &Context<'_>, this: &CryptoUse) -> bool {
    let CryptoOrigin::Import(name) = &this.origin else {
        return true;
    };
    let effects = cx.facts.methods.iter().flat_map(|m| m.graph.effects());
    effects.into_iter().any(|(_, e)| e.host_function == *name)
}

fn finding(this: &CryptoUse, weak: bool) -> Finding {
    let lint = WEAK_OR_UNAPPROVED_CRYPTO.meta;
    let algorithm = this.algorithm;
    let (message, severity) = if weak {
        (format!("`{algorithm}` is broken"), Severity::Medium)
    } else {
        (
            format!("`{algorithm}` is not among the algorithms that the policy approves"),
            Severity::High,
        )
    };
    let (shown, site) = match &this.origin {
        CryptoOrigin::Import(name) => {
            (format!("the contract asks the host for it: `{name}`"), None)
        }
        CryptoOrigin::Data(offset) => (
            format!("its constants are at offset {offset:#x} of the file"),
            None,
        ),
        CryptoOrigin::Code(func) => (
            "its constants are in this function".to_owned(),
            Some(Site {
                func: *func,
                offset: 0,
                chain: [].into(),
            }),
        ),
    };
    Finding {
        lint,
        severity,
        confidence: lint.confidence,
        trace: vec![Step {
            message: shown.clone(),
            site,
        }],
        message,
        method: String::new(),
        primary: 0,
        notes: vec![shown],
        help: "use an algorithm that the policy approves".to_owned(),
        also: Vec::new(),
        subject: algorithm.to_owned(),
    }
}
