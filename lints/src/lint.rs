//! What a lint is: a declaration, from which help, documentation, SARIF rules and configuration are derived, and a
//! function from facts to findings.

use std::cell::OnceCell;

use contract_lint_analyzer::facts::Facts;

use crate::access::privileged::Privileges;
use crate::finding::Finding;
use crate::policy::Policy;

/// The domains of the Shanghai specification; they are the lint groups.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Domain {
    /// Logic of the contract itself.
    SmartContract,
    /// Who may do what.
    Access,
    /// Determinism and fairness.
    Consensus,
    /// Use of cryptography.
    Cryptography,
    /// Personal information and sensitive business data.
    PersonalInformation,
    /// Messages between chains.
    Network,
    /// What is kept on the ledger.
    Storage,
    /// The artefact and where it is put.
    Deployment,
}

/// How bad a true finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// For information.
    Info,
    /// Little harm.
    Low,
    /// Some harm.
    Medium,
    /// Much harm.
    High,
    /// Loss of assets, of control, or of people's data.
    Critical,
}

/// How likely a finding is true.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Confidence {
    /// A hint.
    Low,
    /// More likely true than not.
    Medium,
    /// Nearly always true.
    High,
}

/// What happens with findings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// They are not shown.
    Allow,
    /// They are shown as warnings.
    Warn,
    /// They are shown as errors.
    Deny,
}

/// Gives a plain enumeration the names by which reports and configuration know its values.
macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal,)* }) => {
        impl $type {
            /// Every value, in order.
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];

            /// The name in reports and in the configuration.
            pub fn name(self) -> &'static str {
                match self {
                    $($type::$variant => $name,)*
                }
            }

            /// The value of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::from_name(&name)
                    .ok_or_else(|| serde::de::Error::unknown_variant(&name, &[$($name,)*]))
            }
        }
    };
}
pub(crate) use names;

names!(Domain {
    SmartContract = "smart-contract",
    Access = "access",
    Consensus = "consensus",
    Cryptography = "cryptography",
    PersonalInformation = "personal-information",
    Network = "network",
    Storage = "storage",
    Deployment = "deployment",
});
names!(Severity {
    Info = "info",
    Low = "low",
    Medium = "medium",
    High = "high",
    Critical = "critical",
});
names!(Confidence {
    Low = "low",
    Medium = "medium",
    High = "high",
});
names!(Level {
    Allow = "allow",
    Warn = "warn",
    Deny = "deny",
});

/// The declaration of a lint.
#[derive(Debug)]
pub struct LintMeta {
    /// Its one identity, in kebab case: configuration, suppression, SARIF rule, page of documentation.
    pub name: &'static str,
    /// What it finds, in half a sentence.
    pub summary: &'static str,
    /// The domain it belongs to.
    pub domain: Domain,
    /// How bad a finding is at most.
    pub severity: Severity,
    /// How likely a finding is true, usually.
    pub confidence: Confidence,
    /// What happens with findings unless configured otherwise.
    pub level: Level,
    /// Weaknesses of the Common Weakness Enumeration.
    pub cwe: &'static [u16],
    /// Other catalogs.
    pub references: &'static [&'static str],
    /// The version that brought it.
    pub since: &'static str,
    /// Its documentation in Markdown, with the sections that the tests ask for.
    pub docs: &'static str,
}

/// A lint: its declaration and its check.
#[derive(Debug, Clone, Copy)]
pub struct Lint {
    /// The declaration.
    pub meta: &'static LintMeta,
    /// The check: reads facts, returns findings, in no particular order.
    pub check: fn(&Context<'_>) -> Vec<Finding>,
}

/// What a check may look at.
#[derive(Debug)]
pub struct Context<'a> {
    /// The facts of the contract.
    pub facts: &'a Facts,
    /// What the user declared about data and zones.
    pub policy: &'a Policy,
    /// On which keys access rests, once a lint has asked.
    pub(crate) privileges: OnceCell<Privileges>,
}

impl<'a> Context<'a> {
    /// The facts of a contract, and what the user declared.
    pub fn new(facts: &'a Facts, policy: &'a Policy) -> Self {
        Self {
            facts,
            policy,
            privileges: OnceCell::new(),
        }
    }
}

/// Declares a lint: a `pub static NAME: Lint` whose check is the function `check` of the same module.
///
/// The documentation comment is the lint's documentation, with the sections *What it does*, *Why is this bad?*,
/// *Example*, *Use instead* and *Known problems*.
#[macro_export]
macro_rules! declare_lint {
    (
        $(#[doc = $doc:literal])+
        pub $ident:ident {
            name: $name:literal,
            summary: $summary:literal,
            domain: $domain:ident,
            severity: $severity:ident,
            confidence: $confidence:ident,
            level: $level:ident,
            cwe: [$($cwe:literal),* $(,)?],
            references: [$($reference:literal),* $(,)?],
            since: $since:literal,
        }
    ) => {
        $(#[doc = $doc])+
        pub static $ident: $crate::lint::Lint = $crate::lint::Lint {
            meta: &$crate::lint::LintMeta {
                name: $name,
                summary: $summary,
                domain: $crate::lint::Domain::$domain,
                severity: $crate::lint::Severity::$severity,
                confidence: $crate::lint::Confidence::$confidence,
                level: $crate::lint::Level::$level,
                cwe: &[$($cwe),*],
                references: &[$($reference),*],
                since: $since,
                docs: concat!($($doc, "\n"),+),
            },
            check,
        };
    };
}
