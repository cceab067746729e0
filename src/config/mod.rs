//! What the user configured: `contract-lint.toml`, and the arguments that change it.

mod allow;
mod error;
mod file;
mod find;
mod hosts;
mod levels;
mod profile;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use contract_lint_analyzer::Options;
use contract_lint_lints::lint::{Level, LintMeta};
use contract_lint_lints::policy::{Policy, Step};

pub(crate) use allow::{Allowance, FindingPlace};
pub(crate) use error::ConfigError;
use error::{Part, Places};
pub(crate) use find::nearest;
pub(crate) use hosts::options;
pub(crate) use levels::Scope;
use levels::{Levels, Section};
pub(crate) use profile::Profile;

use crate::cli::ConfigArgs;
use crate::input::{Source, Target, display_name};
use crate::report::model::FileReport;
use crate::suggest;

/// The name of the configuration.
const NAME: &str = "contract-lint.toml";

/// What holds for one or more inputs.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file it was read from.
    pub(crate) file: Option<ConfigFile>,
    /// What happens with findings.
    levels: Levels,
    /// What holds for some of the contracts instead.
    sections: Vec<Section>,
    /// What the arguments say instead.
    overrides: Levels,
    /// How much is shown.
    pub(crate) profile: Profile,
    /// Which findings are accepted.
    pub(crate) allowances: Vec<Allowance>,
    /// What lints consult.
    pub(crate) policy: Policy,
    /// What the analysis is told.
    pub(crate) analysis: Options,
}

/// A file that the user wrote: a configuration, or a host model.
#[derive(Debug, Clone)]
pub(crate) struct ConfigFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its path as it is shown.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

/// The configurations of all inputs.
#[derive(Debug)]
pub(crate) struct Configs {
    configs: Vec<Config>,
    /// Which of them holds for an input, by its place in the list.
    of_target: Vec<usize>,
}

impl Configs {
    /// Reads the configurations that hold for the targets: the one that is given, or for each the nearest above it.
    pub(crate) fn load(targets: &[Target], args: &ConfigArgs) -> anyhow::Result<Self> {
        let mut configs = Vec::new();
        let mut seen: BTreeMap<Option<PathBuf>, usize> = BTreeMap::new();
        let mut of_target = Vec::new();
        for target in targets {
            let path = match (&args.config, args.no_config) {
                (Some(path), _) => Some(path.clone()),
                (None, true) => None,
                (None, false) => find::nearest(folder_of(target), NAME),
            };
            let index = match seen.get(&path) {
                Some(index) => *index,
                None => {
                    configs.push(Config::load(path.as_deref(), args)?);
                    seen.insert(path, configs.len() - 1);
                    configs.len() - 1
                }
            };
            of_target.push(index);
        }
        Ok(Self { configs, of_target })
    }

    /// The configuration of a target, by its place in the list.
    pub(crate) fn of(&self, target: usize) -> &Config {
        &self.configs[self.of_target[target]]
    }

    /// The files of a report for which a configuration holds, by its place among [`Configs::all`].
    pub(crate) fn files_of<'r>(
        &self,
        config: usize,
        files: &'r [FileReport],
    ) -> Vec<&'r FileReport> {
        let own = |(index, file)| (self.of_target.get(index) == Some(&config)).then_some(file);
        files.iter().enumerate().filter_map(own).collect()
    }

    /// Each configuration once.
    pub(crate) fn all(&self) -> &[Config] {
        &self.configs
    }
}

/// The folder from which the configuration of a target is looked for.
pub(crate) fn folder_of(target: &Target) -> &Path {
    match &target.source {
        Source::File(path) => path.parent().unwrap_or(Path::new("")),
        Source::Stdin | Source::Nothing(_) => Path::new(""),
    }
}

impl Config {
    /// What happens with the findings of a lint in a contract. An audit also runs what is off, unless the user switched
    /// it off.
    pub(crate) fn level(&self, lint: &LintMeta, contract: &str) -> Level {
        let sections = self.sections.iter().rev();
        let mut special = sections.filter(|section| section.holds_for(contract));
        let set = self
            .overrides
            .set_for(lint)
            .or_else(|| special.find_map(|section| section.levels.set_for(lint)))
            .or_else(|| self.levels.set_for(lint));
        match (set, self.profile) {
            (Some(level), _) => level,
            (None, Profile::Audit) => lint.level.max(Level::Warn),
            (None, _) => lint.level,
        }
    }

    /// The place of a statement in the file, if the configuration was read from one.
    pub(crate) fn span(&self, path: &[Step]) -> Option<std::ops::Range<usize>> {
        let file = self.file.as_ref()?;
        Some(Places::new(&file.text).span(path, Part::Value))
    }

    fn load(path: Option<&Path>, args: &ConfigArgs) -> anyhow::Result<Self> {
        let mut config = match path {
            Some(path) => file::read(path)?,
            None => Self::default(),
        };
        config.profile = args.profile;
        for (level, name) in &args.levels.0 {
            let scope = Scope::parse(name).map_err(|unknown| anyhow::anyhow!("{unknown}"))?;
            config.overrides.set(scope, *level);
        }
        if let Some(zone) = &args.target {
            let zones = &config.policy.zones;
            if zones.rank(zone).is_none() {
                let known = zones.order.iter().map(String::as_str);
                anyhow::bail!("`--target`: {}", suggest::unknown("zone", zone, known));
            }
            config.policy.target.zone = Some(zone.clone());
        }
        config.set_hosts(&args.analysis)?;
        Ok(config)
    }
}

impl ConfigFile {
    fn new(path: &Path, text: String) -> Self {
        let shown = std::env::current_dir()
            .ok()
            .and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
        Self {
            name: display_name(shown.as_deref().unwrap_or(path)),
            path: path.to_owned(),
            text,
        }
    }
}
