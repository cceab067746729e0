//! Classes of data.

use std::fmt;

use serde::Deserialize;

use super::flow::SanitizerKind;
use super::zone::Zones;
use crate::lint::names;

/// A class of data: how delicate it is, where it may appear, what makes it harmless.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// The name, with dots between the levels of a hierarchy.
    pub id: String,
    /// How delicate it is.
    #[serde(default = "sensitive")]
    pub sensitivity: Sensitivity,
    /// Whether its values can be guessed.
    #[serde(default = "low")]
    pub entropy: Entropy,
    /// The least trusted zone in which it may appear in the clear.
    #[serde(default = "sidechain")]
    pub min_zone: String,
    /// What makes it harmless.
    #[serde(default = "commit_or_encrypt")]
    pub accept: Vec<Accept>,
    /// The law it falls under, for reports.
    #[serde(default)]
    pub law: Vec<String>,
    /// How parameters and fields that hold it are often called, in lower case, words separated by `_`.
    #[serde(default)]
    pub names: Vec<String>,
}

fn sensitive() -> Sensitivity {
    Sensitivity::Sensitive
}

fn low() -> Entropy {
    Entropy::Low
}

fn sidechain() -> String {
    "sidechain".to_owned()
}

fn commit_or_encrypt() -> Vec<Accept> {
    [SanitizerKind::Commit, SanitizerKind::Encrypt]
        .map(|kind| Accept { kind, zones: None })
        .to_vec()
}

/// How delicate data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// Anyone may know it.
    Public,
    /// It stays in the organisation.
    Internal,
    /// It is about a person.
    Personal,
    /// It harms a person or a business when it is known.
    Sensitive,
    /// It gives power to whoever knows it.
    Secret,
}

names!(Sensitivity {
    Public = "public",
    Internal = "internal",
    Personal = "personal",
    Sensitive = "sensitive",
    Secret = "secret",
});

/// Whether the values of a class can be guessed, so that a digest hides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entropy {
    /// There are few enough to try them all.
    Low,
    /// There are too many.
    High,
}

names!(Entropy {
    Low = "low",
    High = "high",
});

/// A way to make data of a class harmless.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "AcceptForm")]
pub struct Accept {
    /// The way.
    pub kind: SanitizerKind,
    /// The zones in which it suffices; all, if not said.
    pub zones: Option<Vec<String>>,
}

/// `"commit"`, or `{ kind = "encrypt", zones = ["consortium"] }`.
#[derive(Deserialize)]
#[serde(untagged)]
enum AcceptForm {
    Kind(SanitizerKind),
    Restricted(RestrictedAccept),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RestrictedAccept {
    kind: SanitizerKind,
    zones: Option<Vec<String>>,
}

impl From<AcceptForm> for Accept {
    fn from(form: AcceptForm) -> Self {
        match form {
            AcceptForm::Kind(kind) => Self { kind, zones: None },
            AcceptForm::Restricted(RestrictedAccept { kind, zones }) => Self { kind, zones },
        }
    }
}

impl Class {
    /// A class of which nothing is said but its name.
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            sensitivity: sensitive(),
            entropy: low(),
            min_zone: sidechain(),
            accept: commit_or_encrypt(),
            law: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Whether a way to make it harmless suffices in a zone.
    pub fn accepts(&self, kind: SanitizerKind, zone: &str) -> bool {
        // Whoever can try all values sees through a digest.
        if kind == SanitizerKind::Hash && self.entropy == Entropy::Low {
            return false;
        }
        self.accept.iter().any(|accept| {
            let commits = matches!(
                kind,
                // A digest of what cannot be guessed hides it as a commitment does.
                SanitizerKind::Hash | SanitizerKind::Pedersen | SanitizerKind::Zk
            );
            let fits = accept.kind == kind || (commits && accept.kind == SanitizerKind::Commit);
            fits && accept
                .zones
                .as_ref()
                .is_none_or(|zones| zones.iter().any(|z| z == zone))
        })
    }

    /// A class as strict as both.
    pub(super) fn stricter(self, other: &Class, zones: &Zones) -> Class {
        let both = |accept: &Accept| other.accept.contains(accept);
        Class {
            sensitivity: self.sensitivity.max(other.sensitivity),
            entropy: self.entropy.min(other.entropy),
            min_zone: zones.higher(&self.min_zone, &other.min_zone).to_owned(),
            accept: self.accept.iter().filter(|a| both(a)).cloned().collect(),
            ..self
        }
    }
}

/// A class, or all below a point of the hierarchy: `pi.*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct ClassPattern(String);

impl ClassPattern {
    /// The pattern written like that.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether it stands for more than one class.
    pub fn is_pattern(&self) -> bool {
        self.0 == "*" || self.0.ends_with(".*")
    }

    /// Whether it stands for a class. A class stands for those below it too.
    pub fn matches(&self, id: &str) -> bool {
        if self.0 == "*" {
            return true;
        }
        let prefix = self.0.strip_suffix(".*").unwrap_or(&self.0);
        let id = id.strip_suffix(".*").unwrap_or(id);
        id.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClassPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_follow_the_hierarchy() {
        let pi = ClassPattern::new("pi.*");
        assert!(pi.matches("pi.id.national"));
        assert!(pi.matches("pi"));
        assert!(!pi.matches("pistachio"));
        assert!(ClassPattern::new("pi.id").matches("pi.id.national"));
        assert!(!ClassPattern::new("pi.id.national").matches("pi.id"));
        assert!(ClassPattern::new("*").matches("biz.invoice"));
    }
}
