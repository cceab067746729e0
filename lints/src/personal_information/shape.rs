//! The shapes in which sensitive data is found: as it is, or as what a digest, a cipher or a declared function made of it.

use crate::policy::{Class, Sanitizer, SanitizerKind};

/// The shape in which sensitive data is found, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// As it is, or in an encoding.
    Clear,
    /// As a digest of nothing else.
    Digest,
    /// Encrypted with a key that is part of the contract.
    ConstantKey,
    /// As a digest together with what everybody can look up.
    PublicSalt,
    /// Encrypted with a key that everybody can look up.
    PublicKey,
    /// As a digest together with another argument, or with something unknown.
    Salted,
    /// Encrypted.
    Encrypted,
    /// As what a function made of it of which the policy says that it does this.
    Declared(SanitizerKind),
}

/// What goes into a seal beside the data. The last that applies counts: one secret is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Beside {
    /// Constants tell seals apart, but hide nothing.
    Nothing,
    /// What everybody can look up.
    Public,
    /// Another argument, which is in the same transaction.
    Argument,
    /// Something of which nothing is known.
    Unknown,
}

impl Shape {
    pub(super) fn digest(with: Beside) -> Self {
        match with {
            Beside::Nothing => Shape::Digest,
            Beside::Public => Shape::PublicSalt,
            Beside::Argument | Beside::Unknown => Shape::Salted,
        }
    }

    pub(super) fn encrypted(with: Beside) -> Self {
        match with {
            Beside::Nothing => Shape::ConstantKey,
            Beside::Public => Shape::PublicKey,
            Beside::Argument | Beside::Unknown => Shape::Encrypted,
        }
    }

    /// What a declared function makes. Its salt is only judged if the policy says which parameter it is.
    pub(super) fn declared(sanitizer: &Sanitizer, with: Beside) -> Self {
        let made = match sanitizer.kind {
            SanitizerKind::Commit => Shape::digest(with),
            SanitizerKind::Encrypt => Shape::encrypted(with),
            _ => Shape::Salted,
        };
        let judged = sanitizer.salt.is_some();
        if judged && (made == Shape::Digest || made.is_undone()) {
            made
        } else {
            Shape::Declared(sanitizer.kind)
        }
    }

    /// Whether it looks sealed, and everybody can undo it: the matter of `weak-anonymisation`.
    pub(super) fn is_undone(self) -> bool {
        matches!(
            self,
            Shape::PublicSalt | Shape::ConstantKey | Shape::PublicKey
        )
    }

    /// Whether it makes data of a class harmless in a zone.
    pub(super) fn is_harmless(self, class: &Class, zone: &str) -> bool {
        match self {
            Shape::Clear | Shape::ConstantKey | Shape::PublicKey => false,
            // A salt that everybody knows leaves as many values to try as there were.
            Shape::Digest | Shape::PublicSalt => class.accepts(SanitizerKind::Hash, zone),
            Shape::Salted => class.accepts(SanitizerKind::Commit, zone),
            Shape::Encrypted => class.accepts(SanitizerKind::Encrypt, zone),
            Shape::Declared(kind) => class.accepts(kind, zone),
        }
    }

    /// Data in this shape, for people.
    pub(super) fn of(self, name: &str) -> String {
        match self {
            Shape::Clear => format!("`{name}`"),
            Shape::Digest => format!("a digest of `{name}` without a secret salt"),
            Shape::PublicSalt => format!("a digest of `{name}` with a public salt"),
            Shape::Salted => format!("a salted digest of `{name}`"),
            Shape::ConstantKey | Shape::PublicKey | Shape::Encrypted => {
                format!("the encrypted `{name}`")
            }
            Shape::Declared(kind) => format!("`{name}`, sealed by a function of kind `{kind}`,"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sanitizer(kind: SanitizerKind, salt: Option<u32>) -> Sanitizer {
        Sanitizer {
            function: None,
            index: Some(0),
            sha256: None,
            kind,
            input: 0,
            output: crate::policy::Output::Returned,
            salt,
        }
    }

    #[test]
    fn a_declared_salt_is_judged() {
        let commit = sanitizer(SanitizerKind::Commit, Some(1));
        assert_eq!(Shape::declared(&commit, Beside::Nothing), Shape::Digest);
        assert_eq!(Shape::declared(&commit, Beside::Public), Shape::PublicSalt);
        let sealed = Shape::Declared(SanitizerKind::Commit);
        assert_eq!(Shape::declared(&commit, Beside::Argument), sealed);
        // Without one, the word of the user counts.
        let unsalted = sanitizer(SanitizerKind::Commit, None);
        assert_eq!(Shape::declared(&unsalted, Beside::Nothing), sealed);
    }

    #[test]
    fn keys_in_the_open_seal_nothing() {
        assert!(Shape::encrypted(Beside::Nothing).is_undone());
        assert!(Shape::encrypted(Beside::Public).is_undone());
        assert!(!Shape::encrypted(Beside::Unknown).is_undone());
    }
}
