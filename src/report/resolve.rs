//! From the analyzer's terms (entities, offsets) to the reader's (names, places).

use std::collections::BTreeMap;

use contract_lint_analyzer::debug::{Origin, PanicLocations, SourceMap, SourcePosition};
use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::facts::{Method, Site};
use contract_lint_analyzer::host::EntryKind;
use contract_lint_analyzer::module::{FuncKind, Module};
use contract_lint_lints::finding::Finding;
use contract_lint_lints::lint::Level;
use contract_lint_lints::reasons::sentences;

use super::fingerprint::Identity;
use super::model::{MethodReport, Place, Reported, ReportedStep, SourcePlace};
use super::source::Sources;

/// A contract as far as findings refer to it.
#[derive(Clone, Copy)]
pub(crate) struct Resolver<'a> {
    /// The module.
    pub(crate) module: &'a Module,
    /// The id of the platform.
    pub(crate) platform: &'a str,
    /// The methods.
    pub(crate) methods: &'a [Method],
    /// The way back to the source.
    pub(crate) sources: Option<&'a SourceMap<'a>>,
    /// What else leads there, where there is no debug information.
    pub(crate) panics: Option<&'a PanicLocations<'a>>,
    /// The source itself, where it lies near the contract.
    pub(crate) text: &'a Sources,
}

impl Resolver<'_> {
    /// The methods, for people.
    pub(crate) fn methods(&self) -> Vec<MethodReport> {
        self.methods
            .iter()
            .map(|method| MethodReport {
                name: method.name.clone(),
                kind: kind_name(method.kind),
                reasons: sentences(method, self.module),
            })
            .collect()
    }

    /// The findings, for people, in the order of the report.
    pub(crate) fn findings(&self, findings: Vec<(Level, Finding)>) -> Vec<Reported> {
        let mut reported: Vec<_> = findings
            .into_iter()
            .map(|(level, finding)| self.finding(level, finding))
            .collect();
        reported.sort_by(|(a, _), (b, _)| {
            (&a.method, a.place(), a.lint.name, &a.message).cmp(&(
                &b.method,
                b.place(),
                b.lint.name,
                &b.message,
            ))
        });
        self.fingerprints(&mut reported);
        reported.into_iter().map(|(finding, _)| finding).collect()
    }

    /// The finding, and its subject.
    fn finding(&self, level: Level, finding: Finding) -> (Reported, String) {
        let method = self.methods.iter().find(|m| m.name == finding.method);
        let primary = self.primary(&finding);
        let trace = finding.trace.into_iter().map(|step| ReportedStep {
            message: step.message,
            place: match step.site {
                Some(site) => Some(self.place(&site, &finding.method)),
                // What concerns the interface is shown where the method begins.
                None => method.and_then(|m| self.declaration(m)),
            },
        });
        let reported = Reported {
            trace: trace.collect(),
            lint: finding.lint,
            level,
            severity: finding.severity,
            confidence: finding.confidence,
            message: finding.message,
            selector: method.and_then(|m| m.selector.clone()),
            reach: method.and_then(|m| reach(m.kind)),
            method: finding.method,
            primary,
            notes: finding.notes,
            help: finding.help,
            also: finding.also,
            fingerprint: String::new(),
        };
        (reported, finding.subject)
    }

    /// The step to point at. Where a macro wrote that, another that says the same, if the author wrote it.
    fn primary(&self, finding: &Finding) -> usize {
        let is_statement = |index: &usize| {
            let site = finding.trace.get(*index).and_then(|s| s.site.as_ref());
            match site.and_then(|site| self.sources?.position(site)) {
                Some(Origin::Statement(position)) => !self.is_attribute(&position.into()),
                _ => false,
            }
        };
        let same = |index: &usize| finding.trace[*index].message == finding.message;
        let mut others = (0..finding.trace.len()).filter(same);
        if is_statement(&finding.primary) {
            return finding.primary;
        }
        others.find(is_statement).unwrap_or(finding.primary)
    }

    /// Whether an attribute or a comment is there: a macro was given it, and wrote what has this position.
    fn is_attribute(&self, place: &SourcePlace) -> bool {
        let line = usize::try_from(place.line).unwrap_or(0);
        self.text.file(&place.path).is_some_and(|file| {
            let text = file.text.lines().nth(line.saturating_sub(1));
            text.is_some_and(|text| {
                text.trim_start().starts_with("#[") || text.trim_start().starts_with("//")
            })
        })
    }

    fn fingerprints(&self, findings: &mut [(Reported, String)]) {
        let mut seen: BTreeMap<(&str, String, String), usize> = BTreeMap::new();
        for (finding, subject) in findings {
            let key = (finding.lint.name, finding.method.clone(), subject.clone());
            let ordinal = seen.entry(key).or_insert(0);
            let identity = Identity {
                lint: finding.lint.name,
                platform: self.platform,
                method: &finding.method,
                subject,
            };
            finding.fingerprint = identity.fingerprint(*ordinal);
            *ordinal += 1;
        }
    }

    /// A place, in the source if it is known there. Of what macros wrote, the method's own statement that it belongs
    /// to is shown, or the method's head.
    fn place(&self, site: &Site, finding: &str) -> Place {
        let near = self.panics.and_then(|panics| panics.near(site));
        let source = match self.sources.and_then(|sources| sources.position(site)) {
            Some(Origin::Statement(position)) => Some(position.into()),
            Some(Origin::Macro(position)) => self
                .method_of(site, finding)
                .and_then(|method| self.assignment(method).or_else(|| self.head(method)))
                .or_else(|| Some(position.into())),
            None => None,
        };
        Place {
            near: near.cloned().map(Into::into),
            func: u32::try_from(site.func.index()).unwrap_or(u32::MAX),
            function: self.module.func_label(site.func),
            offset: site.offset,
            source,
        }
    }

    /// The method with an event at the site; that of the finding, if it has one there.
    fn method_of(&self, site: &Site, finding: &str) -> Option<&Method> {
        let own = self.methods.iter().filter(|m| m.name == finding);
        let others = self.methods.iter().filter(|m| m.name != finding);
        own.chain(others)
            .find(|method| method.graph.nodes.values().any(|node| node.site == *site))
    }

    /// The statement of a method that changes the state.
    fn assignment(&self, method: &Method) -> Option<SourcePlace> {
        let position = self.sources?.assignment(self.module, &method.name)?;
        Some(position.into())
    }

    /// The head of a method's function, or the first statement of it.
    fn head(&self, method: &Method) -> Option<SourcePlace> {
        let sources = self.sources?;
        let begins: Vec<SourcePlace> = sources
            .functions(&method.name)
            .into_iter()
            .map(Into::into)
            .collect();
        // Where a helper was inlined at the very beginning, only what the method does later is in its own lines.
        let acts = method.graph.nodes.values().filter_map(|node| {
            let Origin::Statement(position) = sources.position(&node.site)? else {
                return None;
            };
            Some(position.into())
        });
        let mut heads = begins.iter().cloned().chain(acts);
        let head = heads.find_map(|statement| self.text.head(&statement, &method.name));
        head.or_else(|| begins.into_iter().next())
    }

    /// Where a method begins.
    fn declaration(&self, method: &Method) -> Option<Place> {
        let own = method.own_spine(self.methods);
        let func = *own.first().or(method.spine().last())?;
        let FuncKind::Local { body } = &self.module.funcs[func].kind else {
            return None;
        };
        let begin = Site {
            func,
            offset: u32::try_from(body.start).ok()?,
            chain: [].into(),
        };
        let mut place = self.place(&begin, &method.name);
        place.source = self.head(method).or(place.source);
        Some(place)
    }
}

impl From<SourcePosition> for SourcePlace {
    fn from(position: SourcePosition) -> Self {
        Self {
            path: position.path,
            line: position.line,
            column: position.column,
        }
    }
}

fn kind_name(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Init => "init",
        EntryKind::Call => "call",
        EntryKind::Query => "query",
        EntryKind::Callback => "callback",
        EntryKind::Admin => "admin",
        EntryKind::Notification => "notification",
        EntryKind::Support => "support",
    }
}

/// Who can reach a method of that kind.
fn reach(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Init => Some("runs once, at deployment"),
        EntryKind::Call => Some("reachable by anyone"),
        EntryKind::Query => Some("reachable by anyone, as a query"),
        EntryKind::Callback => Some("called with the result of an earlier call"),
        EntryKind::Admin => Some("reachable by the administrator only"),
        EntryKind::Notification => Some("called when another contract acts"),
        EntryKind::Support => None,
    }
}
