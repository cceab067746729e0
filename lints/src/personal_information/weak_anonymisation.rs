//! `weak-anonymisation`.

use contract_lint_analyzer::facts::{Content, Label, Labels, Method, Piece};

use super::flow::{Exposed, exposed, trace};
use super::judge::commitment;
use super::shape::Shape;
use crate::declare_lint;
use crate::finding::Finding;
use crate::lint::{Context, Severity};
use crate::policy::SinkKind;

declare_lint! {
    /// ### What it does
    /// Looks for digests over data that the policy declares sensitive whose salt everybody can look up (the caller, the
    /// time, a stored value), and for encryption with a key that is a constant or that everybody can look up, where what
    /// comes out becomes visible in a zone that is not trusted enough.
    ///
    /// ### Why is this bad?
    /// There are about a hundred thousand million telephone numbers. Whoever knows the salt hashes them all in minutes
    /// and finds the one.
    ///
    /// ### Example
    /// ```rust
    /// let digest = sha256((caller, phone));
    /// ```
    ///
    /// ### Use instead
    /// ```rust
    /// fn register(&mut self, commitment: [u8; 32]) // sha256(blind ‖ phone), made outside the chain
    /// ```
    ///
    /// ### Known problems
    /// A digest of nothing but the data, or of the data in an encoding, is reported as the data itself, by the lint for
    /// the place where it becomes visible. A salt that is another argument of the call is taken for secret, though the
    /// transaction shows it: `plaintext-sensitive-parameter` says so.
    pub WEAK_ANONYMISATION {
        name: "weak-anonymisation",
        summary: "a digest of sensitive data can be undone by trying all values",
        domain: PersonalInformation,
        severity: High,
        confidence: Medium,
        level: Deny,
        cwe: [760, 326],
        references: [],
        since: "0.1.0",
    }
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let methods = &cx.facts.methods;
    methods.iter().flat_map(|m| in_method(cx, m)).collect()
}

fn in_method(cx: &Context<'_>, method: &Method) -> Vec<Finding> {
    let lint = WEAK_ANONYMISATION.meta;
    let mut findings: Vec<Finding> = Vec::new();
    let sinks = [
        SinkKind::State,
        SinkKind::Event,
        SinkKind::Message,
        SinkKind::Error,
    ];
    for this in sinks
        .iter()
        .flat_map(|sink| exposed(cx, method, lint, *sink))
    {
        if !this.found.form.is_undone() {
            continue;
        }
        let name = &this.data.name;
        let subject = format!("{} {name}", this.data.class.id);
        if findings.iter().any(|f| f.subject == subject) {
            continue;
        }
        let salt = salt(&this).map_or_else(String::new, |salt| format!(" ({salt})"));
        let (message, note) = match this.found.form {
            Shape::ConstantKey => (
                format!("the key that encrypts `{name}` is part of the contract"),
                "whoever has the contract decrypts it",
            ),
            Shape::PublicKey => (
                format!("the key that encrypts `{name}` is public{salt}"),
                "whoever looks it up decrypts the data",
            ),
            _ => (
                format!("the salt in a digest of `{name}` is public{salt}"),
                "whoever knows the salt tries all values",
            ),
        };
        let trace = trace(method, &this.data, this.at.node, &message);
        findings.push(Finding {
            lint,
            severity: this.denial.severity.min(Severity::High),
            confidence: this.found.confidence.min(lint.confidence),
            primary: trace.len() - 1,
            trace,
            message,
            method: method.name.clone(),
            notes: vec![
                format!("`{name}` is declared as `{}`", this.data.class.id),
                this.denial.why.clone(),
                note.to_owned(),
            ],
            help: format!("take {}", commitment(cx.policy, &this.data)),
            also: Vec::new(),
            subject,
        });
    }
    findings
}

/// What is hashed with the data, for people.
fn salt(this: &Exposed<'_>) -> Option<String> {
    let mut salts = Labels::new();
    for (_, content) in &this.at.visible {
        for label in content.labels() {
            if let Label::Digest(input) | Label::Sealed(_, input) = label {
                let public = |l: &Label| !matches!(l, Label::Param(_) | Label::Input);
                salts.extend(input.labels().into_iter().filter(public));
            }
        }
    }
    let salts: Vec<String> = salts
        .into_iter()
        .map(|label| Content {
            pieces: vec![Piece::Hole {
                labels: Labels::from([label]),
                len: None,
                decreased: false,
            }],
        })
        .map(|content| content.to_string().trim_matches(['⟨', '⟩']).to_owned())
        .collect();
    (!salts.is_empty()).then(|| salts.join(", "))
}
