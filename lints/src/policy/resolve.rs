//! Selectors against a contract: a selector that stands for nothing is a mistake.

use contract_lint_analyzer::facts::Facts;

use super::functions::{named, takes};
use super::problem::Step;
use super::{Policy, Selector};
use crate::personal_information::is_in;
use crate::texts::runs;

/// A selector of the policy, and whether a contract has what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Where it is, as the way through the file.
    pub path: Vec<Step>,
    /// As it is written.
    pub selector: String,
    /// Whether it stands for something.
    pub found: bool,
    /// What there is instead, for people.
    pub hint: Option<String>,
}

impl Policy {
    /// What the selectors of sources, sinks and sanitizers stand for in a contract, in the order of the file.
    pub fn resolve(&self, facts: &Facts) -> Vec<Resolved> {
        let sanitizers = self
            .sanitizers
            .iter()
            .enumerate()
            .map(|(index, sanitizer)| {
                let by = if sanitizer.function.is_some() {
                    "function"
                } else if sanitizer.index.is_some() {
                    "index"
                } else {
                    "sha256"
                };
                Resolved {
                    path: vec!["sanitizer".into(), index.into(), by.into()],
                    selector: sanitizer.to_string(),
                    found: sanitizer.functions(&facts.module).next().is_some(),
                    hint: None,
                }
            });
        let sources = self.sources.iter().map(|source| &source.select);
        let sinks = self.sinks.iter().map(|sink| &sink.select);
        let numbered = |name: &'static str| move |(i, select)| (name, i, select);
        sources
            .enumerate()
            .map(numbered("source"))
            .chain(sinks.enumerate().map(numbered("sink")))
            .map(|(table, index, select)| {
                let found = stands_for_something(select, facts);
                Resolved {
                    path: vec![table.into(), index.into(), "select".into()],
                    selector: select.to_string(),
                    found,
                    hint: (!found).then(|| hint(select, facts)).flatten(),
                }
            })
            .chain(sanitizers)
            .collect()
    }
}

fn stands_for_something(select: &Selector, facts: &Facts) -> bool {
    match select {
        Selector::Data(pattern) => runs(facts)
            .iter()
            .any(|run| !pattern.find_in(run.text).is_empty()),
        Selector::Local { function, index } => {
            named(&facts.module, function).any(|func| takes(&facts.module, func, *index))
        }
        // A parameter that nothing names may be there all the same.
        Selector::Param { method, .. } => facts.methods.iter().any(|m| {
            is_in(select, m, &facts.host)
                || method.matches_method(m) && m.params.iter().all(|p| p.name.is_none())
        }),
        Selector::Key(_) | Selector::Host(_) => {
            facts.methods.iter().any(|m| is_in(select, m, &facts.host))
        }
    }
}

/// The names that there are.
fn hint(select: &Selector, facts: &Facts) -> Option<String> {
    const SHOWN: usize = 8;
    let Selector::Param { method, .. } = select else {
        return None;
    };
    let meant: Vec<_> = facts
        .methods
        .iter()
        .filter(|m| method.matches_method(m))
        .collect();
    let names: Vec<&str> = if meant.is_empty() {
        facts.methods.iter().map(|m| m.name.as_str()).collect()
    } else {
        let params = meant.iter().flat_map(|m| &m.params);
        params.filter_map(|p| p.name.as_deref()).collect()
    };
    let mut shown: Vec<String> = Vec::new();
    for name in names.into_iter().take(SHOWN) {
        let name = format!("`{name}`");
        if !shown.contains(&name) {
            shown.push(name);
        }
    }
    let what = if meant.is_empty() {
        "methods"
    } else {
        "parameters"
    };
    (!shown.is_empty()).then(|| format!("the {what} are {}", shown.join(", ")))
}
