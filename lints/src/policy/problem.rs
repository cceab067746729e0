//! What is wrong with a policy although each of its parts is well formed.

use super::class::ClassPattern;
use super::flow::Passage;
use super::{Policy, Zones};

/// A statement that refers to something that is not there, or contradicts another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, as the way through the file.
    pub path: Vec<Step>,
    /// What is wrong.
    pub message: String,
    /// The name that is not known, and those that are; for a suggestion.
    pub unknown: Option<(String, Vec<String>)>,
}

/// A step into a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into the value of a key.
    Key(String),
    /// Into an entry of a list.
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Step::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Step::Index(index)
    }
}

/// A way through the file: `path!["source", 0, "class"]`.
macro_rules! path {
    [$($step:expr),*] => { vec![$(Step::from($step)),*] };
}

impl Policy {
    /// Everything that is wrong with it.
    pub fn problems(&self) -> Vec<Problem> {
        let mut check = Check {
            zones: &self.zones,
            classes: self.known_classes().map(|c| c.id.clone()).collect(),
            problems: Vec::new(),
        };
        check.policy(self);
        check.problems
    }
}

struct Check<'a> {
    zones: &'a Zones,
    classes: Vec<String>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn policy(&mut self, policy: &Policy) {
        if let Some(zone) = &policy.target.zone {
            self.zone(zone, path!["target", "zone"]);
        }
        self.zones();
        for (i, class) in policy.classes.iter().enumerate() {
            self.zone(&class.min_zone, path!["class", i, "min_zone"]);
            if policy.classes[..i].iter().any(|other| other.id == class.id) {
                self.problem(
                    path!["class", i, "id"],
                    format!("the class `{}` is declared twice", class.id),
                );
            }
            for (j, accept) in class.accept.iter().enumerate() {
                for (k, zone) in accept.zones.iter().flatten().enumerate() {
                    self.zone(zone, path!["class", i, "accept", j, "zones", k]);
                }
            }
        }
        for (i, source) in policy.sources.iter().enumerate() {
            self.class(&source.class, path!["source", i, "class"]);
        }
        for (i, sink) in policy.sinks.iter().enumerate() {
            if let Some(zone) = &sink.zone {
                self.zone(zone, path!["sink", i, "zone"]);
            }
        }
        for (i, sanitizer) in policy.sanitizers.iter().enumerate() {
            let given = usize::from(sanitizer.function.is_some())
                + usize::from(sanitizer.index.is_some())
                + usize::from(sanitizer.sha256.is_some());
            if given != 1 {
                self.problem(
                    path!["sanitizer", i],
                    "a sanitizer is given by exactly one of `function`, `index` and `sha256`"
                        .to_owned(),
                );
            }
        }
        for (i, gate) in policy.zone_gates.iter().enumerate() {
            self.zone(&gate.from, path!["zone_gate", i, "from"]);
            self.zone(&gate.to, path!["zone_gate", i, "to"]);
            for (j, passage) in gate.allow.iter().enumerate() {
                if let Passage::Class(class) = passage {
                    self.class(class, path!["zone_gate", i, "allow", j]);
                }
            }
        }
        for (i, rule) in policy.rules.iter().enumerate() {
            self.class(&rule.class, path!["rule", i, "class"]);
            if let Some(zone) = rule.zone.as_deref().filter(|zone| *zone != "public") {
                self.zone(zone, path!["rule", i, "zone"]);
            }
        }
    }

    fn zones(&mut self) {
        let zones = self.zones;
        if zones.order.is_empty() {
            self.problem(path!["zones", "order"], "there is no zone".to_owned());
        }
        for (i, zone) in zones.order.iter().enumerate() {
            if zones.order[..i].contains(zone) {
                self.problem(
                    path!["zones", "order", i],
                    format!("the zone `{zone}` is listed twice"),
                );
            }
        }
        for (i, zone) in zones.public.iter().enumerate() {
            self.zone(zone, path!["zones", "public", i]);
        }
        for (contract, zone) in &zones.contracts {
            self.zone(zone, path!["zones", "contracts", contract.as_str()]);
        }
    }

    fn zone(&mut self, zone: &str, path: Vec<Step>) {
        if self.zones.rank(zone).is_none() {
            self.problems.push(Problem {
                path,
                message: format!("there is no zone `{zone}`"),
                unknown: Some((zone.to_owned(), self.zones.order.clone())),
            });
        }
    }

    fn class(&mut self, class: &ClassPattern, path: Vec<Step>) {
        let known = if class.is_pattern() {
            self.classes.iter().any(|id| class.matches(id))
        } else {
            // A class below a known one has its properties.
            self.classes
                .iter()
                .any(|id| ClassPattern::new(id.as_str()).matches(class.as_str()))
        };
        if !known {
            self.problems.push(Problem {
                path,
                message: format!("there is no class `{class}`"),
                unknown: Some((class.to_string(), self.classes.clone())),
            });
        }
    }

    fn problem(&mut self, path: Vec<Step>, message: String) {
        self.problems.push(Problem {
            path,
            message,
            unknown: None,
        });
    }
}
