//! The form of `contract-lint.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use contract_lint_lints::lint::Level;
use contract_lint_lints::policy::{
    Class, Crypto, Glob, Policy, Privileged, Rule, Sanitizer, Sink, Source, Step, Target, ZoneGate,
    Zones,
};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

use super::allow::{Allowance, Day, PlacePattern};
use super::error::{Issue, Part, Places};
use super::levels::{Scope, Section};
use super::{Config, ConfigError, ConfigFile};

/// The version of the form.
const VERSION: i64 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    version: i64,
    lints: LintTable,
    contract: Vec<ContractTable>,
    target: Target,
    zones: Zones,
    crypto: Crypto,
    class: Vec<Class>,
    source: Vec<Source>,
    sink: Vec<Sink>,
    sanitizer: Vec<Sanitizer>,
    zone_gate: Vec<ZoneGate>,
    rule: Vec<Rule>,
    allow: Vec<AllowTable>,
    privileged: Privileged,
}

impl Default for File {
    fn default() -> Self {
        Self {
            version: VERSION,
            lints: LintTable::default(),
            contract: Vec::new(),
            target: Target::default(),
            zones: Zones::default(),
            crypto: Crypto::default(),
            class: Vec::new(),
            source: Vec::new(),
            sink: Vec::new(),
            sanitizer: Vec::new(),
            zone_gate: Vec::new(),
            rule: Vec::new(),
            allow: Vec::new(),
            privileged: Privileged::default(),
        }
    }
}

/// `[lints]`: levels by lint, and by group under `group`.
#[derive(Default)]
struct LintTable {
    lints: BTreeMap<String, Level>,
    groups: BTreeMap<String, Level>,
}

impl<'de> Deserialize<'de> for LintTable {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Levels;

        impl<'de> Visitor<'de> for Levels {
            type Value = LintTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("levels by lint, such as `locked-value = \"deny\"`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LintTable, A::Error> {
                let mut table = LintTable::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "group" {
                        table.groups = map.next_value()?;
                    } else {
                        table.lints.insert(name, map.next_value()?);
                    }
                }
                Ok(table)
            }
        }

        deserializer.deserialize_map(Levels)
    }
}

/// `[[contract]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContractTable {
    files: String,
    lints: LintTable,
}

/// `[[allow]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowTable {
    lint: String,
    #[serde(rename = "where")]
    place: Option<PlacePattern>,
    /// Not used, but asked for: without a reason nobody can tell later whether it still holds.
    #[serde(rename = "reason")]
    _reason: Reason,
    until: Option<Day>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Reason;

impl TryFrom<String> for Reason {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() {
            Err("the reason is empty: say why the finding is accepted")
        } else {
            Ok(Reason)
        }
    }
}

/// Reads a configuration file.
pub(super) fn read(path: &Path) -> anyhow::Result<Config> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| anyhow::anyhow!("cannot read the configuration `{}`: {e}", path.display()))?;
    let file = ConfigFile::new(path, text);
    match parse(&file.text) {
        Ok(config) => Ok(Config {
            file: Some(file),
            ..config
        }),
        Err(issues) => Err(ConfigError { file, issues }.into()),
    }
}

fn parse(text: &str) -> Result<Config, Vec<Issue>> {
    let file: File = toml::from_str(text).map_err(|error| vec![Issue::syntax(&error)])?;
    let places = Places::new(text);
    let mut issues = Vec::new();
    if file.version != VERSION {
        issues.push(places.issue(
            &["version".into()],
            Part::Value,
            format!("this version of contract-lint reads version {VERSION} of the configuration"),
        ));
    }
    let levels = levels(&file.lints, vec!["lints".into()], &places, &mut issues);
    let sections = sections(file.contract, &places, &mut issues);
    let allowances = allowances(file.allow, &places, &mut issues);
    let policy = Policy {
        target: file.target,
        zones: file.zones,
        crypto: file.crypto,
        classes: file.class,
        sources: file.source,
        sinks: file.sink,
        sanitizers: file.sanitizer,
        zone_gates: file.zone_gate,
        rules: file.rule,
        privileged: file.privileged,
    };
    issues.extend(policy.problems().into_iter().map(|p| places.problem(p)));
    if issues.is_empty() {
        Ok(Config {
            file: None,
            levels,
            sections,
            overrides: super::Levels::default(),
            profile: super::Profile::default(),
            allowances,
            policy,
            analysis: contract_lint_analyzer::Options::default(),
        })
    } else {
        issues.sort_by_key(|issue| issue.span.start);
        Err(issues)
    }
}

/// Levels of groups go before those of lints: what is said of one lint holds over what is said of many.
fn levels(
    table: &LintTable,
    at: Vec<Step>,
    places: &Places<'_>,
    issues: &mut Vec<Issue>,
) -> super::Levels {
    let mut levels = super::Levels::default();
    let groups = table.groups.iter().map(|entry| (true, entry));
    let lints = table.lints.iter().map(|entry| (false, entry));
    for (is_group, (name, level)) in groups.chain(lints) {
        let mut path = at.clone();
        path.extend(is_group.then_some(Step::from("group")));
        path.push(name.as_str().into());
        match Scope::parse(name) {
            Ok(Scope::Lint(_)) if is_group => issues.push(places.issue(
                &path,
                Part::Key,
                format!("`{name}` is a lint, not a group: write it under `[lints]`"),
            )),
            Ok(Scope::All | Scope::Group(_)) if !is_group => issues.push(places.issue(
                &path,
                Part::Key,
                format!("`{name}` is a group: write `group.{name}`"),
            )),
            Ok(scope) => levels.set(scope, *level),
            Err(unknown) => issues.push(places.issue(&path, Part::Key, unknown)),
        }
    }
    levels
}

fn sections(
    tables: Vec<ContractTable>,
    places: &Places<'_>,
    issues: &mut Vec<Issue>,
) -> Vec<Section> {
    let section = |(index, table): (usize, ContractTable)| Section {
        files: Glob::new(table.files),
        levels: levels(
            &table.lints,
            vec!["contract".into(), index.into(), "lints".into()],
            places,
            issues,
        ),
    };
    tables.into_iter().enumerate().map(section).collect()
}

fn allowances(
    tables: Vec<AllowTable>,
    places: &Places<'_>,
    issues: &mut Vec<Issue>,
) -> Vec<Allowance> {
    let mut allowances = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let path: [Step; 3] = ["allow".into(), index.into(), "lint".into()];
        match Scope::parse(&table.lint) {
            Ok(scope) => {
                let span = places.span(&path, Part::Value);
                allowances.push(Allowance::new(scope, table.place, table.until, span));
            }
            Err(unknown) => issues.push(places.issue(&path, Part::Value, unknown)),
        }
    }
    allowances
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(text: &str) -> (String, String) {
        let issues = parse(text).unwrap_err();
        (
            issues[0].message.clone(),
            text[issues[0].span.clone()].to_owned(),
        )
    }

    #[test]
    fn an_empty_file_is_a_configuration() {
        assert!(parse("").is_ok());
        assert!(parse("version = 1\n[lints]\ngroup.access = \"allow\"\n").is_ok());
    }

    /// Each key of each table.
    const EVERYTHING: &str = r##"
            version = 1
            [[contract]]
            files = "test_*.wasm"
            lints = { locked-value = "allow", group.access = "warn" }
            [target]
            platform = "cosmwasm"
            zone = "mainnet"
            deny_unresolved = false
            [zones]
            order = ["mainnet", "public-sidechain", "consortium", "sidechain", "offchain"]
            public = ["mainnet", "public-sidechain"]
            [zones.contracts]
            "channel-7" = "mainnet"
            "kyc-store" = "sidechain"
            default = "mainnet"
            [crypto]
            profile = "gm"
            approved = ["sm2", "sm3", "sm4"]
            min_salt_bits = 128
            [[class]]
            id = "pi.id.national"
            sensitivity = "sensitive"
            entropy = "low"
            min_zone = "sidechain"
            accept = ["commit", { kind = "encrypt", zones = ["consortium"] }]
            law = ["PIPL-28"]
            [[source]]
            select = "param:register.id_card"
            class = "pi.id.national"
            as = "plaintext"
            [[source]]
            select = 'key:"kyc/" *'
            class = "pi.*"
            [[sink]]
            select = "host:log_message[0]"
            kind = "node-log"
            zone = "consortium"
            [[sanitizer]]
            function = "commit_with_blind"
            kind = "commit"
            input = 0
            output = "ret"
            salt = 1
            [[zone_gate]]
            from = "sidechain"
            to = "mainnet"
            allow = ["commitment", "public"]
            [[rule]]
            class = "pi.*"
            sink = ["state", "event"]
            zone = "public"
            action = "deny"
            severity = "critical"
            lint = "sensitive-*"
            fix = "keep it on the side chain"
            [[rule]]
            class = "pi.contact.*"
            sink = "event"
            action = "warn"
            [[allow]]
            lint = "personal-information"
            where = "fn:emit_receipt"
            reason = "last four digits only"
            until = 2027-06-30
            [privileged]
            keys = ['"config"', '"roles/" *']
            entries = ["migrate"]
            trusted_callees = ["oracle*"]
        "##;

    #[test]
    fn everything_that_the_policy_declares() {
        let text = EVERYTHING;
        let config = parse(text).map_err(|i| format!("{i:?}")).unwrap();
        assert_eq!(config.policy.sources.len(), 2);
        assert_eq!(config.policy.rules.len(), 2);
        assert_eq!(config.allowances.len(), 1);
    }

    fn schema() -> serde_json::Value {
        serde_json::from_str(include_str!("../../schemas/config.json")).unwrap()
    }

    #[test]
    fn the_schema_takes_what_is_read() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let is_valid = |text: &str| {
            let value: toml::Value = toml::from_str(text).unwrap();
            // Days are text there.
            let text = serde_json::to_string(&value).unwrap();
            let text = text.replace(
                r#"{"$__toml_private_datetime":"2027-06-30"}"#,
                r#""2027-06-30""#,
            );
            validator.is_valid(&serde_json::from_str(&text).unwrap())
        };
        assert!(is_valid(EVERYTHING));
        assert!(!is_valid("version = 2"));
        assert!(!is_valid(
            "[[source]]\nselect = \"f.x\"\nclass = \"pi.name\""
        ));
        assert!(!is_valid("[[sanitizer]]\nkind = \"hash\""));
        assert!(!is_valid("[target]\nzoen = \"mainnet\""));
    }

    /// The parser says which keys a table has: the schema has the same.
    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let keys = |table: &str| {
            let (message, _) = issue(&format!("{table}\nno-such-key = 1"));
            let (_, expected) = message.split_once("expected").expect("an unknown key");
            let mut keys: Vec<String> = expected
                .split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect();
            keys.sort();
            keys
        };
        let described = |table: &serde_json::Value| {
            let properties = table["properties"].as_object().expect("a table");
            let mut keys: Vec<String> = properties.keys().cloned().collect();
            keys.sort();
            keys
        };
        let schema = schema();
        assert_eq!(keys(""), described(&schema));
        for (name, table) in schema["properties"].as_object().expect("a table") {
            match table["type"].as_str() {
                Some("array") => {
                    assert_eq!(
                        keys(&format!("[[{name}]]")),
                        described(&table["items"]),
                        "{name}"
                    );
                }
                Some("object") if name != "lints" => {
                    assert_eq!(keys(&format!("[{name}]")), described(table), "{name}");
                }
                _ => {}
            }
        }
    }

    #[test]
    fn issues_point_at_what_is_wrong() {
        for (text, message, place) in [
            ("[lint]\n", "unknown key `lint`", "lint"),
            (
                "[lints]\nacces = \"deny\"",
                "there is no lint or group `acces`",
                "acces",
            ),
            (
                "[lints]\naccess = \"deny\"",
                "`access` is a group",
                "access",
            ),
            (
                "[lints]\ngroup.access = \"dney\"",
                "unknown value `dney`",
                "\"dney\"",
            ),
            (
                "[target]\nzone = \"mainet\"",
                "there is no zone `mainet`",
                "\"mainet\"",
            ),
            ("version = 2", "reads version 1", "2"),
            (
                "[[contract]]\nfiles = \"a.wasm\"\nlints = { lokced-value = \"deny\" }",
                "did you mean `locked-value`",
                "lokced-value",
            ),
            (
                "[[source]]\nselect = \"param:f.x\"\nclass = \"pi.nam\"",
                "there is no class `pi.nam`",
                "\"pi.nam\"",
            ),
            (
                "[[source]]\nselect = \"f.x\"\nclass = \"pi.name\"",
                "a selector begins with",
                "\"f.x\"",
            ),
            (
                "[[allow]]\nlint = \"access\"\nreason = \" \"",
                "the reason is empty",
                "\" \"",
            ),
            (
                "[[sanitizer]]\nkind = \"hash\"",
                "exactly one of",
                "[[sanitizer]]",
            ),
        ] {
            let (found, label) = issue(text);
            assert!(found.contains(message), "{text}: {found}");
            assert_eq!(label, place, "{text}");
        }
    }
}
