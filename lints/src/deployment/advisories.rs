//! Known defects of libraries that contracts are built with.

use crate::lint::Confidence;

/// A version: major, minor, patch.
pub(super) type Version = (u32, u32, u32);

/// A known defect.
#[derive(Debug)]
pub(super) struct Advisory {
    /// The crate.
    pub package: &'static str,
    /// The versions that have it: from the first, up to and without the second.
    pub affected: &'static [(Version, Version)],
    /// By what name it is known.
    pub id: &'static str,
    /// What it is.
    pub what: &'static str,
    /// How likely it matters for a contract that has the library.
    pub concerns: Confidence,
    /// What code that can have the defect leaves among the texts, one of these; none, where all of the library can.
    pub leaves: &'static [&'static str],
}

/// Sorted by crate. From the advisories of CosmWasm and of RustSec.
pub(super) const ADVISORIES: &[Advisory] = &[
    Advisory {
        package: "borsh",
        affected: &[((0, 0, 0), (0, 10, 4))],
        id: "RUSTSEC-2023-0033",
        what: "parsing sequences of values without size is unsound",
        // No contract is known to parse such.
        concerns: Confidence::Low,
        leaves: &[],
    },
    Advisory {
        package: "cosmwasm-std",
        affected: &[
            ((1, 3, 0), (1, 4, 4)),
            ((1, 5, 0), (1, 5, 4)),
            ((2, 0, 0), (2, 0, 2)),
        ],
        id: "CWA-2024-002",
        what: "`pow` and `neg` of numbers of 256 and 512 bits wrap around instead of failing",
        concerns: Confidence::Medium,
        // Of the numbers of 256 and 512 bits alone, and those are mostly left out.
        leaves: &["/bnum-", "int256.rs", "int512.rs"],
    },
    Advisory {
        package: "serde-json-wasm",
        affected: &[((0, 0, 0), (0, 5, 2)), ((1, 0, 0), (1, 0, 1))],
        id: "CWA-2024-001",
        what: "deeply nested JSON overflows the stack",
        concerns: Confidence::Medium,
        leaves: &[],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_ranges_are_ranges() {
        assert!(ADVISORIES.is_sorted_by_key(|a| a.package));
        assert!(
            ADVISORIES
                .iter()
                .flat_map(|a| a.affected)
                .all(|(from, to)| from < to)
        );
    }
}
