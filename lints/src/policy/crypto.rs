//! Which algorithms count as good.

use serde::Deserialize;

use crate::lint::names;

/// What the user expects of cryptography.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Crypto {
    /// The family of algorithms that is asked for.
    pub profile: Profile,
    /// The algorithms that count, in lower case; those of the profile, if not said.
    pub approved: Option<Vec<String>>,
    /// How long a salt must be.
    pub min_salt_bits: u32,
}

impl Default for Crypto {
    fn default() -> Self {
        Self {
            profile: Profile::Any,
            approved: None,
            min_salt_bits: 128,
        }
    }
}

/// A family of algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Profile {
    /// The Chinese commercial algorithms.
    Gm,
    /// The international ones.
    Intl,
    /// Both.
    #[default]
    Any,
}

names!(Profile {
    Gm = "gm",
    Intl = "intl",
    Any = "any",
});

const GM: &[&str] = &["sm2", "sm3", "sm4", "sm9", "zuc"];
const INTL: &[&str] = &[
    "sha256",
    "sha384",
    "sha512",
    "sha3",
    "keccak256",
    "blake2b",
    "blake2s",
    "blake3",
    "poseidon",
    "aes",
    "chacha20",
    "ecies",
    "ed25519",
    "sr25519",
    "secp256k1",
    "secp256r1",
    "bls12-381",
];

impl Crypto {
    /// Whether an algorithm counts.
    pub fn approves(&self, algorithm: &str) -> bool {
        let is = |name: &&str| name.eq_ignore_ascii_case(algorithm);
        if let Some(approved) = &self.approved {
            return approved.iter().any(|name| is(&name.as_str()));
        }
        let gm = GM.iter().any(is);
        let intl = INTL.iter().any(is);
        match self.profile {
            Profile::Gm => gm,
            Profile::Intl => intl,
            Profile::Any => gm || intl,
        }
    }
}
