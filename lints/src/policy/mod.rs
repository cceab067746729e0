//! What the user declares about data, zones and privileges: the policy part of `contract-lint.toml`.
//!
//! Data belongs to *classes* (`pi.id.national`). A class says how much trust a place needs before the data may appear
//! there in the clear: its least *zone*. *Sources* say which parameters and which stored values are of which class,
//! *sinks* and *rules* where data of a class must not go, *sanitizers* what makes it harmless. This module declares and
//! compares; it reads no file.

mod annotations;
mod builtin;
mod class;
mod crypto;
mod flow;
mod functions;
mod glob;
mod host_selector;
mod problem;
mod resolve;
mod selector;
mod zone;

use serde::Deserialize;

pub use class::{Accept, Class, ClassPattern, Entropy, Sensitivity};
pub use crypto::{Crypto, Profile};
pub use flow::{
    Action, Form, OneOrMore, Output, Passage, Rule, Sanitizer, SanitizerKind, Sink, SinkKind,
    Source, ZoneGate,
};
pub use glob::Glob;
pub use host_selector::{HostPart, HostSelector};
pub use problem::{Problem, Step};
pub use resolve::Resolved;
pub use selector::{KeyPattern, NamePattern, Selector};
pub use zone::Zones;

/// The declarations that lints consult.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Where the contract will run.
    pub target: Target,
    /// The zones and their order.
    pub zones: Zones,
    /// Which algorithms count.
    pub crypto: Crypto,
    /// Classes of data that the user declared. [`Policy::class_of`] knows the built-in ones too.
    pub classes: Vec<Class>,
    /// Which data is of which class.
    pub sources: Vec<Source>,
    /// Places where data becomes visible, beside those of the host model.
    pub sinks: Vec<Sink>,
    /// Functions that make data harmless.
    pub sanitizers: Vec<Sanitizer>,
    /// Which data may go from zone to zone.
    pub zone_gates: Vec<ZoneGate>,
    /// What may go where; the first that fits counts.
    pub rules: Vec<Rule>,
    /// What only the privileged may do.
    pub privileged: Privileged,
}

/// Where the contract will run.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The platform, by the id of its host model, or `abi:` and a file with a host model.
    pub platform: Option<String>,
    /// The zone.
    pub zone: Option<String>,
    /// Whether it is a finding that a method with sensitive data could not be analysed completely.
    #[serde(default)]
    pub deny_unresolved: bool,
}

/// What only the privileged may do.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privileged {
    /// Storage that governs the contract.
    pub keys: Vec<KeyPattern>,
    /// Methods that are meant for the privileged.
    pub entries: Vec<Glob>,
    /// Contracts that are trusted.
    pub trusted_callees: Vec<Glob>,
}

impl Policy {
    /// The zone in which the contract runs.
    ///
    /// Where none is declared, a contract of a public chain is taken to run in the least trusted zone, and one of a
    /// permissioned chain in the least trusted zone that is not public.
    pub fn zone(&self, public_chain: bool) -> &str {
        match &self.target.zone {
            Some(zone) => zone,
            None => self.zones.presumed(public_chain),
        }
    }

    /// The class of that name: declared, else built in, else its nearest ancestor (`pi.id.passport` is a `pi.id`). Of a
    /// pattern (`pi.*`), a class as strict as the strictest that fits.
    pub fn class_of(&self, id: &str) -> Option<Class> {
        if ClassPattern::new(id).is_pattern() {
            return self.strictest(&ClassPattern::new(id));
        }
        let mut ancestor = id;
        loop {
            let found = self.known_classes().find(|class| class.id == ancestor);
            if let Some(class) = found {
                return Some(Class {
                    id: id.to_owned(),
                    ..class.clone()
                });
            }
            ancestor = &ancestor[..ancestor.rfind('.')?];
        }
    }

    /// Every class: the declared ones, and the built-in ones that are not declared anew.
    pub fn known_classes(&self) -> impl Iterator<Item = &Class> {
        let builtin = builtin::classes()
            .iter()
            .filter(|class| self.classes.iter().all(|declared| declared.id != class.id));
        self.classes.iter().chain(builtin)
    }

    fn strictest(&self, pattern: &ClassPattern) -> Option<Class> {
        let mut strictest: Option<Class> = None;
        for class in self.known_classes().filter(|c| pattern.matches(&c.id)) {
            strictest = Some(match strictest {
                None => Class {
                    id: pattern.to_string(),
                    ..class.clone()
                },
                Some(so_far) => so_far.stricter(class, &self.zones),
            });
        }
        strictest
    }

    /// Whether data of a class may appear in the clear in a zone.
    pub fn may_appear(&self, class: &Class, zone: &str) -> bool {
        self.zones.at_least(zone, &class.min_zone)
    }

    /// The first rule about data of a class at a sink in a zone, and its number in the file, from 1.
    pub fn rule(&self, class: &str, sink: SinkKind, zone: &str) -> Option<(usize, &Rule)> {
        (1..).zip(&self.rules).find(|(_, rule)| {
            rule.class.matches(class)
                && rule.sink.iter().any(|kind| *kind == sink)
                && rule.zone.as_deref().is_none_or(|wanted| {
                    wanted == zone || (wanted == "public" && self.zones.is_public(zone))
                })
        })
    }

    /// The zone in which a contract or channel lives, by its name or address.
    pub fn zone_of_contract(&self, name: &str) -> &str {
        self.zones.of_contract(name)
    }

    /// Whether a gate lets data of that class and form pass from zone to zone. Without a gate for the pair, data passes
    /// that may appear in the zone it goes to.
    pub fn passes(&self, class: &Class, form: Form, from: &str, to: &str) -> bool {
        let mut gates = self
            .zone_gates
            .iter()
            .filter(|gate| gate.from == from && gate.to == to)
            .peekable();
        if gates.peek().is_none() {
            return form != Form::Plaintext || self.may_appear(class, to);
        }
        gates.any(|gate| gate.allow.iter().any(|passage| passage.lets(class, form)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_found_under_its_ancestor() {
        let policy = Policy::default();
        let passport = policy.class_of("pi.id.national.passport").unwrap();
        assert_eq!(passport.id, "pi.id.national.passport");
        assert_eq!(passport.entropy, Entropy::Low);
        assert!(policy.class_of("unheard.of").is_none());
    }

    #[test]
    fn a_pattern_is_as_strict_as_its_strictest_class() {
        let mut policy = Policy::default();
        let mut class = policy.class_of("pi.name").unwrap();
        class.min_zone = "offchain".to_owned();
        policy.classes.push(class);
        let all = policy.class_of("pi.*").unwrap();
        assert_eq!(all.min_zone, "offchain");
        assert_eq!(all.sensitivity, Sensitivity::Sensitive);
    }

    #[test]
    fn zones_decide_where_data_may_appear() {
        let policy = Policy::default();
        let class = policy.class_of("pi.name").unwrap();
        assert!(!policy.may_appear(&class, "mainnet"));
        assert!(!policy.may_appear(&class, "consortium"));
        assert!(policy.may_appear(&class, "sidechain"));
        assert!(policy.may_appear(&class, "offchain"));
        assert_eq!(policy.zone(true), "mainnet");
        assert_eq!(policy.zone(false), "consortium");
    }
}
