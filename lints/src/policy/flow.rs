//! Where classed data comes from, where it may go, and what makes it harmless.

use serde::Deserialize;

use super::class::{Class, ClassPattern, Sensitivity};
use super::glob::Glob;
use super::selector::Selector;
use crate::lint::{Severity, names};

/// Data of a class.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Which data.
    pub select: Selector,
    /// Of which class.
    pub class: ClassPattern,
    /// In which form it comes.
    #[serde(default, rename = "as")]
    pub form: Form,
}

/// The form in which data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Form {
    /// In the clear.
    #[default]
    Plaintext,
    /// Encrypted.
    Ciphertext,
    /// As a commitment, such as a salted digest.
    Commitment,
}

names!(Form {
    Plaintext = "plaintext",
    Ciphertext = "ciphertext",
    Commitment = "commitment",
});

/// A place where data becomes visible.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sink {
    /// Which data.
    pub select: Selector,
    /// What becomes of it.
    pub kind: SinkKind,
    /// Who sees it; those of the zone in which the contract runs, if not said.
    pub zone: Option<String>,
}

/// How data becomes visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SinkKind {
    /// It is stored.
    State,
    /// It is published as an event.
    Event,
    /// A query returns it.
    Query,
    /// It is sent to another contract or chain.
    Message,
    /// It is in the text of an error.
    Error,
    /// It is in the deployed file.
    Artifact,
    /// It is in the log of a node.
    NodeLog,
    /// It is handed to the contract, so it is in the transaction.
    Parameter,
}

names!(SinkKind {
    State = "state",
    Event = "event",
    Query = "query",
    Message = "message",
    Error = "error",
    Artifact = "artifact",
    NodeLog = "node-log",
    Parameter = "parameter",
});

/// A function that makes data harmless. Exactly one of `function`, `index` and `sha256` says which.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sanitizer {
    /// By its name: an export, or a name in the `name` section.
    pub function: Option<Glob>,
    /// By its index.
    pub index: Option<u32>,
    /// By the digest of its body.
    pub sha256: Option<String>,
    /// What it does.
    pub kind: SanitizerKind,
    /// The parameter that is made harmless.
    #[serde(default)]
    pub input: u32,
    /// Where the harmless data is: `ret`, or the number of a parameter that points to it.
    #[serde(default)]
    pub output: Output,
    /// The parameter with the salt.
    pub salt: Option<u32>,
}

/// Where a sanitizer leaves its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "OutputForm")]
pub enum Output {
    /// It returns it.
    #[default]
    Returned,
    /// It writes it where this parameter points.
    Param(u32),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OutputForm {
    Word(String),
    Param(u32),
}

impl TryFrom<OutputForm> for Output {
    type Error = String;

    fn try_from(form: OutputForm) -> Result<Self, String> {
        match form {
            OutputForm::Param(index) => Ok(Output::Param(index)),
            OutputForm::Word(word) if word == "ret" => Ok(Output::Returned),
            OutputForm::Word(word) => Err(format!(
                "`{word}` is no output: write \"ret\" or the number of a parameter"
            )),
        }
    }
}

/// What makes data harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SanitizerKind {
    /// A digest over the data and a secret salt.
    Commit,
    /// A digest over the data alone.
    Hash,
    /// Encryption.
    Encrypt,
    /// A proof that reveals nothing.
    Zk,
    /// A Pedersen commitment.
    Pedersen,
    /// Most of the value is overwritten.
    Mask,
    /// A sum or count over many records.
    Aggregate,
}

names!(SanitizerKind {
    Commit = "commit",
    Hash = "hash",
    Encrypt = "encrypt",
    Zk = "zk",
    Pedersen = "pedersen",
    Mask = "mask",
    Aggregate = "aggregate",
});

/// What may pass from one zone to another.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneGate {
    /// The zone it leaves.
    pub from: String,
    /// The zone it enters.
    pub to: String,
    /// What passes.
    pub allow: Vec<Passage>,
}

/// Something that a gate lets pass: a form (`"commitment"`), public data (`"public"`), or a class (`"biz.price"`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Passage {
    /// Data in this form.
    Form(Form),
    /// Data that anyone may know.
    Public,
    /// Data of this class.
    Class(ClassPattern),
}

impl From<String> for Passage {
    fn from(text: String) -> Self {
        match Form::from_name(&text) {
            Some(form) => Passage::Form(form),
            None if text == "public" => Passage::Public,
            None => Passage::Class(ClassPattern::new(text)),
        }
    }
}

impl Passage {
    /// Whether it covers data of that class and form.
    pub fn lets(&self, class: &Class, form: Form) -> bool {
        match self {
            Passage::Form(allowed) => *allowed == form,
            Passage::Public => class.sensitivity == Sensitivity::Public,
            Passage::Class(pattern) => pattern.matches(&class.id),
        }
    }
}

/// What may go where.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Data of this class …
    pub class: ClassPattern,
    /// … at such sinks …
    pub sink: OneOrMore<SinkKind>,
    /// … in this zone (`public` stands for all public ones; all, if not said) …
    pub zone: Option<String>,
    /// … is a finding or not.
    pub action: Action,
    /// How bad it is; as the lint says, if not said.
    pub severity: Option<Severity>,
    /// The lints it concerns, as a pattern over their names; all, if not said.
    pub lint: Option<Glob>,
    /// What to do about it.
    pub fix: Option<String>,
}

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It is no finding.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

names!(Action {
    Allow = "allow",
    Warn = "warn",
    Deny = "deny",
});

/// `"event"` or `["event", "state"]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore<T> {
    /// One.
    One(T),
    /// Any number.
    More(Vec<T>),
}

impl<T> OneOrMore<T> {
    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        match self {
            OneOrMore::One(one) => std::slice::from_ref(one).iter(),
            OneOrMore::More(more) => more.iter(),
        }
    }
}
