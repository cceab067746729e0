//! The domains, and the headings of published tables of contents that they correspond to.
//!
//! The mapping is ours. Attributed to a text is only wording that was read in it or in a report about it.

use contract_lint_lints::lint::Domain;

/// How much of a domain shows in bytecode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// As far as contracts are concerned, all of it.
    Assessed,
    /// The part that contracts have in it.
    Partly,
    /// The same as [`Scope::Assessed`], once the user has declared which data is sensitive.
    WithPolicy,
}

impl Scope {
    pub(super) fn name(self) -> &'static str {
        match self {
            Scope::Assessed => "assessed",
            Scope::Partly => "assessed in part",
            Scope::WithPolicy => "assessed against the declared data",
        }
    }
}

/// A domain of the report.
#[derive(Debug)]
pub(super) struct Row {
    pub title: &'static str,
    /// The lints of these groups.
    pub groups: &'static [Domain],
    /// Further lints.
    pub lints: &'static [&'static str],
    pub scope: Scope,
    /// What cannot be assessed from the bytes of a contract.
    pub not_assessable: &'static str,
    /// Headings in GB/T 42570-2023, JR/T 0184-2020 and JR/T 0193-2020, GB/T 43579-2023.
    pub headings: [&'static str; 3],
}

pub(super) const TEXTS: [&str; 3] = [
    "GB/T 42570-2023",
    "JR/T 0184-2020, 0193-2020",
    "GB/T 43579-2023",
];

pub(super) const ROWS: &[Row] = &[
    Row {
        title: "Smart contracts (智能合约)",
        groups: &[Domain::SmartContract],
        lints: &[],
        scope: Scope::Assessed,
        not_assessable: "business rules, economic design, intent",
        headings: [
            "8.4 contract security",
            "0184: 12; 0193: 6.3, 8.7",
            "5.1; annex A",
        ],
    },
    Row {
        title: "Access (服务访问)",
        groups: &[Domain::Access],
        lints: &["sensitive-to-query-result"],
        scope: Scope::Assessed,
        not_assessable: "interfaces of nodes and services",
        headings: [
            "8.2 user security, 8.3 service interface security",
            "0184: 13; 0193: 8.8",
            "5.3",
        ],
    },
    Row {
        title: "Consensus mechanism (共识机制)",
        groups: &[Domain::Consensus],
        lints: &["forbidden-import-or-feature"],
        scope: Scope::Partly,
        not_assessable: "the consensus protocol and its nodes; assessed are determinism and fairness of contracts",
        headings: ["8.5 consensus security", "0184: 11; 0193: 8.6", "5.3"],
    },
    Row {
        title: "Cryptography (密码学机制)",
        groups: &[Domain::Cryptography],
        lints: &["weak-anonymisation"],
        scope: Scope::Partly,
        not_assessable: "management of keys, certification of modules",
        headings: ["7 cryptographic support", "0184: 8; 0193: 8.3", "–"],
    },
    Row {
        title: "Personal information protection (个人信息保护)",
        groups: &[Domain::PersonalInformation],
        lints: &["sensitive-contract-on-public-target"],
        scope: Scope::WithPolicy,
        not_assessable: "what is not declared; consent, purpose, retention outside the contract",
        headings: ["–", "0184: 14; 0193: 8.9", "–"],
    },
    Row {
        title: "Networks (组网机制)",
        groups: &[Domain::Network],
        lints: &["sensitive-to-external-message"],
        scope: Scope::Partly,
        not_assessable: "peer-to-peer and node networks; assessed is what contracts send and accept",
        headings: ["8.7 peer-to-peer security", "0184: 9; 0193: 6.4, 8.4", "–"],
    },
    Row {
        title: "Storage",
        groups: &[Domain::Storage],
        lints: &["sensitive-to-public-state", "no-erasure-path"],
        scope: Scope::Partly,
        not_assessable: "storage of nodes, backups, protection of the ledger",
        headings: [
            "8.6 ledger protection, 8.8 computing and storage security",
            "0184: 10; 0193: 8.5",
            "–",
        ],
    },
    Row {
        title: "Deployment risks",
        groups: &[Domain::Deployment],
        lints: &["unprotected-code-upgrade"],
        scope: Scope::Assessed,
        not_assessable: "operation and release procedures",
        headings: ["–", "0184: 16, 17", "5.2, 5.4"],
    },
    Row {
        title: "Sensitive business data on side chains",
        groups: &[],
        lints: &[
            "sensitive-contract-on-public-target",
            "sensitive-to-external-message",
            "plaintext-sensitive-parameter",
        ],
        scope: Scope::WithPolicy,
        not_assessable: "data that is not declared",
        headings: ["–", "–", "–"],
    },
    Row {
        title: "Approved algorithms (国密)",
        groups: &[],
        lints: &["weak-or-unapproved-crypto"],
        scope: Scope::WithPolicy,
        not_assessable: "algorithms that leave no constants in the code; modules outside the contract",
        headings: ["7.2 cryptography", "0184: 8", "–"],
    },
    Row {
        title: "Content and encryption of data on the chain",
        groups: &[],
        lints: &[
            "sensitive-to-public-state",
            "embedded-personal-data",
            "weak-anonymisation",
        ],
        scope: Scope::Partly,
        not_assessable: "content that users send later",
        headings: ["–", "–", "–"],
    },
];

/// Wording that was read, and where.
pub(super) const QUOTED: &[(&str, &str)] = &[
    (
        "扩展层: 智能合约, 服务访问; 协议层: 共识机制, 密码学机制, 个人信息保护, 组网机制",
        "the layers of the draft 《区块链技术安全通用规范(征求意见稿)》, as Shanghai Securities News reported on 2020-09-11",
    ),
    (
        "smart contracts, access, consensus algorithms, cryptography, personal information protection and networks – as well as storage",
        "the same draft, as cryptonews.com reported",
    ),
    (
        "sensitive business data to be kept on side chains, rather than public mainnets",
        "the same draft, as cryptonews.com reported",
    ),
    (
        "地方业务链可根据隐私保护的需求，将快照的部分内容记录在链上，同时将其全部内容通过链外存储服务在链外予以保存。链上记录应包含链外对应快照的哈希值",
        "JR/T 0314-2024, 6.6",
    ),
];

pub(super) const DISCLAIMER: &str = "Numbers are chapter headings of public tables of contents. What belongs under which heading is a mapping by contract-lint, not a statement of the standard. Only the wording under “Sources” is that of the texts named there.";
