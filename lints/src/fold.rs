//! One defect, one finding: what several lints say of the same place is said by the one that says it best, and the others
//! stand in its `also`.

use crate::finding::Finding;

/// What two findings must share for one to cover the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    /// The method and the place in the code.
    Place,
    /// The method.
    Method,
}

/// Which lint covers which others, and where.
struct Cover {
    lint: &'static str,
    covers: &'static [&'static str],
    same: Same,
}

/// Earlier rows come first.
static COVERS: &[Cover] = &[
    // Whoever initialises again writes every privileged key.
    Cover {
        lint: "reinitializable",
        covers: &[
            "unprotected-privileged-write",
            "auth-on-attacker-supplied-subject",
            "inconsistent-guard",
        ],
        same: Same::Method,
    },
    // What is wrong with a callback is that others can call it, whatever it does then.
    Cover {
        lint: "public-callback",
        covers: &[
            "unprotected-privileged-write",
            "unprotected-value-outflow",
            "missing-subject-auth",
            "inconsistent-guard",
            "untrusted-token-notification",
        ],
        same: Same::Method,
    },
    // A guard on the signer is one, though the wrong one.
    Cover {
        lint: "auth-by-origin",
        covers: &[
            "unprotected-privileged-write",
            "unprotected-value-outflow",
            "inconsistent-guard",
        ],
        same: Same::Method,
    },
    Cover {
        lint: "unprotected-privileged-write",
        covers: &[
            "auth-on-attacker-supplied-subject",
            "inconsistent-guard",
            "missing-subject-auth",
        ],
        same: Same::Place,
    },
    Cover {
        lint: "unprotected-code-upgrade",
        covers: &["auth-on-attacker-supplied-subject", "arbitrary-call-target"],
        same: Same::Place,
    },
    // Paying out what was taken from another's balance is one theft.
    Cover {
        lint: "missing-subject-auth",
        covers: &["unprotected-value-outflow", "inconsistent-guard"],
        same: Same::Method,
    },
    Cover {
        lint: "arbitrary-call-target",
        covers: &["unprotected-value-outflow"],
        same: Same::Place,
    },
    // With a draw that nobody can foresee, in a later transaction, both are mended.
    Cover {
        lint: "block-data-randomness",
        covers: &["atomic-reveal-payout"],
        same: Same::Method,
    },
    Cover {
        lint: "untrusted-token-notification",
        covers: &["unchecked-payment-asset", "missing-subject-auth"],
        same: Same::Method,
    },
];

/// Leaves one finding of each defect.
pub(crate) fn fold(mut findings: Vec<Finding>) -> Vec<Finding> {
    let mut covered_by: Vec<Option<usize>> = vec![None; findings.len()];
    for cover in COVERS {
        for (i, finding) in findings.iter().enumerate() {
            if finding.lint.name != cover.lint || covered_by[i].is_some() {
                continue;
            }
            for (j, other) in findings.iter().enumerate() {
                // A hint says nothing of what is more certain, unless it is of the same place.
                let says = finding.confidence >= other.confidence || cover.same == Same::Place;
                if covered_by[j].is_none()
                    && says
                    && cover.covers.contains(&other.lint.name)
                    && cover.same.holds(finding, other)
                {
                    covered_by[j] = Some(i);
                }
            }
        }
    }
    for (j, by) in covered_by.iter().enumerate() {
        let Some(by) = *by else { continue };
        let (name, message) = (findings[j].lint.name, findings[j].message.clone());
        let (severity, confidence) = (findings[j].severity, findings[j].confidence);
        let kept = &mut findings[by];
        if !kept.also.contains(&name) {
            kept.also.push(name);
            kept.notes.push(message);
        }
        // What one lint is sure of, and how bad it is, holds for the defect.
        kept.severity = kept.severity.max(severity);
        kept.confidence = kept.confidence.max(confidence);
    }
    let mut kept = covered_by.iter().map(Option::is_none);
    findings.retain(|_| kept.next().unwrap_or(true));
    findings
}

impl Same {
    fn holds(self, a: &Finding, b: &Finding) -> bool {
        a.method == b.method
            && match self {
                Same::Method => true,
                Same::Place => a.site() == b.site(),
            }
    }
}
