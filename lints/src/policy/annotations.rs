//! What a contract says about its own data: lines in a custom section, written by the crate `contract-lint-annotations` or
//! the header `contract_lint.h`.
//!
//! ```text
//! param:register.id_card=pi.id.national
//! key:"kyc/" *=biz.customer;min_zone=consortium
//! ```
//!
//! A contract can declare more data sensitive, and ask for a more trusted zone. It can allow nothing: who writes the contract
//! need not be who answers for the data.

use contract_lint_analyzer::module::Module;

use super::Policy;
use super::class::{Class, ClassPattern};
use super::flow::{Form, Source};
use super::selector::Selector;

/// The name of the section.
const SECTION: &str = "contract-lint.policy.v1";
/// More than this is not read.
const MAX_RECORDS: usize = 1000;
const MAX_LINE: usize = 1000;

/// What one line says.
struct Record {
    select: Selector,
    class: ClassPattern,
    min_zone: Option<String>,
}

impl Policy {
    /// This policy and what a module says of itself, and what is wrong with that, for people.
    pub fn with_annotations(&self, module: &Module) -> (Policy, Vec<String>) {
        let mut policy = self.clone();
        let mut complaints = Vec::new();
        let sections = module.custom_sections.iter().filter(|s| s.name == SECTION);
        let payloads = sections.filter_map(|s| module.bytes.get(s.range.clone()));
        let text: Vec<u8> = payloads
            .flat_map(|payload| payload.iter().copied())
            .collect();
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        for line in lines.take(MAX_RECORDS) {
            match Record::parse(line).and_then(|record| policy.add(record)) {
                Ok(()) => {}
                Err(problem) => complaints.push(format!(
                    "what the contract says of its data is not understood: {problem}"
                )),
            }
        }
        (policy, complaints)
    }

    fn add(&mut self, record: Record) -> Result<(), String> {
        let Record {
            select,
            class,
            min_zone,
        } = record;
        let known = self.class_of(class.as_str());
        if let Some(zone) = &min_zone
            && self.zones.rank(zone).is_none()
        {
            return Err(format!("there is no zone `{zone}`"));
        }
        if class.is_pattern() {
            if known.is_none() {
                return Err(format!("there is no class `{class}`"));
            }
            if min_zone.is_some() {
                return Err(format!("`{class}` is no single class to ask a zone for"));
            }
        } else {
            self.raise(class.as_str(), known, min_zone);
        }
        self.sources.push(Source {
            select,
            class,
            form: Form::Plaintext,
        });
        Ok(())
    }

    /// Sees to it that a class exists, and asks for at least this zone.
    fn raise(&mut self, id: &str, known: Option<Class>, min_zone: Option<String>) {
        if known.is_some() && min_zone.is_none() {
            return;
        }
        let mut class = known.unwrap_or_else(|| Class::new(id));
        if let Some(zone) = min_zone {
            class.min_zone = self.zones.higher(&class.min_zone, &zone).to_owned();
        }
        self.classes.retain(|other| other.id != class.id);
        self.classes.push(class);
    }
}

impl Record {
    fn parse(line: &str) -> Result<Self, String> {
        if line.len() > MAX_LINE {
            return Err("a line is too long".to_owned());
        }
        let (line, min_zone) = match line.rsplit_once(";min_zone=") {
            Some((line, zone)) => (line, Some(zone.trim().to_owned())),
            None => (line, None),
        };
        let (select, class) = line
            .rsplit_once('=')
            .ok_or_else(|| format!("`{line}` names no class"))?;
        let class = class.trim();
        let plain = |c: char| c.is_alphanumeric() || "._-*".contains(c);
        if class.is_empty() || !class.chars().all(plain) {
            return Err(format!("`{class}` is no class"));
        }
        Ok(Self {
            select: Selector::try_from(select.trim().to_owned())?,
            class: ClassPattern::new(class),
            min_zone,
        })
    }
}

#[cfg(test)]
mod tests {
    use contract_lint_analyzer::module::decode;

    use super::*;

    fn read(policy: &Policy, text: &str) -> (Policy, Vec<String>) {
        let text = text.replace('"', "\\22").replace('\n', "\\0a");
        let module = format!("(module (@custom \"{SECTION}\" \"{text}\"))");
        let module = wat::parse_str(module).expect("well formed");
        policy.with_annotations(&decode(module).expect("valid"))
    }

    #[test]
    fn contracts_declare_sources_and_classes() {
        let text = "param:register.id_card=pi.id.national\nkey:\"kyc/\" *=biz.customer;min_zone=offchain\n";
        let (policy, complaints) = read(&Policy::default(), text);
        assert!(complaints.is_empty(), "{complaints:?}");
        assert_eq!(policy.sources.len(), 2);
        assert_eq!(policy.sources[1].select.to_string(), "key:\"kyc/\" *");
        let class = policy.class_of("biz.customer").expect("declared");
        assert_eq!(class.min_zone, "offchain");
    }

    #[test]
    fn contracts_only_tighten() {
        let (lower, _) = read(&Policy::default(), "param:f.x=pi.name;min_zone=mainnet\n");
        assert_eq!(
            lower.class_of("pi.name").expect("built in").min_zone,
            "sidechain"
        );
        let (higher, _) = read(&Policy::default(), "param:f.x=pi.name;min_zone=offchain\n");
        assert_eq!(
            higher.class_of("pi.name").expect("built in").min_zone,
            "offchain"
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, expected) in [
            ("param:f.x", "names no class"),
            ("parm:f.x=pi.name", "no selector"),
            ("param:f.x=pi.name;min_zone=moon", "no zone `moon`"),
            ("param:f.x=what.*", "no class `what.*`"),
            ("param:f.x=pi name", "is no class"),
        ] {
            let (policy, complaints) = read(&Policy::default(), text);
            assert!(policy.sources.is_empty(), "{text}");
            assert!(complaints[0].contains(expected), "{text}: {complaints:?}");
        }
    }
}
