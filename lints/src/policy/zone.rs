//! Zones: where data and contracts are, ordered by who can look in.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The zones and their order.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Zones {
    /// All zones, the least trusted first.
    pub order: Vec<String>,
    /// The zones that all the world can read.
    pub public: Vec<String>,
    /// Where contracts and channels are, by name or address; `default` is where the others are.
    pub contracts: BTreeMap<String, String>,
}

impl Default for Zones {
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        Self {
            order: owned(&[
                "mainnet",
                "public-sidechain",
                "consortium",
                "sidechain",
                "offchain",
            ]),
            public: owned(&["mainnet", "public-sidechain"]),
            contracts: BTreeMap::new(),
        }
    }
}

impl Zones {
    /// How trusted a zone is, as its place in the order.
    pub fn rank(&self, zone: &str) -> Option<usize> {
        self.order.iter().position(|z| z == zone)
    }

    /// Whether a zone is trusted at least as much as another. An unknown zone is trusted less than all.
    pub fn at_least(&self, zone: &str, least: &str) -> bool {
        match (self.rank(zone), self.rank(least)) {
            (Some(zone), Some(least)) => zone >= least,
            _ => false,
        }
    }

    /// Whether all the world can read what is in a zone. An unknown zone is taken for public.
    pub fn is_public(&self, zone: &str) -> bool {
        self.rank(zone).is_none() || self.public.iter().any(|z| z == zone)
    }

    /// The zone of a contract or channel; the least trusted one if nothing is declared.
    pub fn of_contract(&self, name: &str) -> &str {
        self.contracts
            .get(name)
            .or_else(|| self.contracts.get("default"))
            .or(self.order.first())
            .map_or("", String::as_str)
    }

    /// The zone in which a contract is taken to run, where the user does not say.
    pub(super) fn presumed(&self, public_chain: bool) -> &str {
        let private = || self.order.iter().find(|zone| !self.is_public(zone));
        let presumed = if public_chain { None } else { private() };
        presumed.or(self.order.first()).map_or("", String::as_str)
    }

    /// The more trusted of two zones.
    pub(super) fn higher<'a>(&self, a: &'a str, b: &'a str) -> &'a str {
        if self.at_least(a, b) { a } else { b }
    }
}
