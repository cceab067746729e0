//! Telling a finding again after a rebuild. Offsets and indices move with every build, and which function code ends up in
//! is the optimizer's choice, so they have no part in it.

use sha2::{Digest, Sha256};

/// What tells a finding from others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity<'a> {
    /// The name of the lint.
    pub(crate) lint: &'a str,
    /// The id of the platform.
    pub(crate) platform: &'a str,
    /// The method.
    pub(crate) method: &'a str,
    /// What it is about, as the lint says.
    pub(crate) subject: &'a str,
}

impl Identity<'_> {
    /// The fingerprint of the finding that is this number among those of the same identity.
    pub(crate) fn fingerprint(&self, ordinal: usize) -> String {
        let mut hash = Sha256::new();
        hash.update(b"contract-lint/1");
        for part in [self.lint, self.platform, self.method, self.subject] {
            hash.update([0]);
            hash.update(part);
        }
        hash.update([0]);
        hash.update((ordinal as u64).to_le_bytes());
        hex(&hash.finalize()[..16])
    }
}

/// The digest of bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts_and_parts_do_not_run_together() {
        let base = Identity {
            lint: "a",
            platform: "near",
            method: "m",
            subject: "s",
        };
        let shifted = Identity {
            method: "ms",
            subject: "",
            ..base
        };
        assert_eq!(base.fingerprint(0).len(), 32);
        assert_eq!(base.fingerprint(0), base.fingerprint(0));
        assert_ne!(base.fingerprint(0), base.fingerprint(1));
        assert_ne!(base.fingerprint(0), shifted.fingerprint(0));
    }

    #[test]
    fn digest_of_the_empty_string() {
        assert!(sha256(b"").starts_with("e3b0c44298fc1c14"));
    }
}
