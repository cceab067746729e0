//! What the user configured: `contract-lint.toml`, and the arguments that change it.

mod allow;
mod error;
mod file;
mod find;
mod levels;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract_lint_analyzer::Options;
use contract_lint_analyzer::host::{self, HostModel};
use contract_lint_lints::policy::Policy;

pub(crate) use allow::{Allowance, FindingPlace};
pub(crate) use error::ConfigError;
pub(crate) use levels::{Levels, Scope};

use crate::cli::{AnalysisArgs, ConfigArgs};
use crate::input::{Source, Target, display_name};
use crate::suggest;

/// What holds for one or more inputs.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file it was read from.
    pub(crate) file: Option<ConfigFile>,
    /// What happens with findings.
    pub(crate) levels: Levels,
    /// Which findings are accepted.
    pub(crate) allowances: Vec<Allowance>,
    /// What lints consult.
    pub(crate) policy: Policy,
    /// What the analysis is told.
    pub(crate) analysis: Options,
}

/// A configuration file.
#[derive(Debug, Clone)]
pub(crate) struct ConfigFile {
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
                (None, false) => find::nearest(folder_of(target)),
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

    /// Each configuration once.
    pub(crate) fn all(&self) -> &[Config] {
        &self.configs
    }
}

/// The folder from which the configuration of a target is looked for.
fn folder_of(target: &Target) -> &Path {
    match &target.source {
        Source::File(path) => path.parent().unwrap_or(Path::new("")),
        Source::Stdin | Source::Nothing(_) => Path::new(""),
    }
}

impl Config {
    fn load(path: Option<&Path>, args: &ConfigArgs) -> anyhow::Result<Self> {
        let mut config = match path {
            Some(path) => file::read(path)?,
            None => Self::default(),
        };
        for (level, name) in &args.levels.0 {
            let scope = Scope::parse(name).map_err(|unknown| anyhow::anyhow!("{unknown}"))?;
            config.levels.set(scope, *level);
        }
        if let Some(zone) = &args.target {
            let zones = &config.policy.zones;
            if zones.rank(zone).is_none() {
                let known = zones.order.iter().map(String::as_str);
                anyhow::bail!("`--target`: {}", suggest::unknown("zone", zone, known));
            }
            config.policy.target.zone = Some(zone.clone());
        }
        config.analysis = analysis(&args.analysis)?;
        Ok(config)
    }
}

/// What the arguments tell the analysis: hosts that the user describes, and which host it is.
pub(crate) fn analysis(args: &AnalysisArgs) -> anyhow::Result<Options> {
    let mut hosts = Vec::new();
    for path in &args.host {
        let name = display_name(path);
        let text = std::fs::read_to_string(path)
            .map_err(|error| anyhow::anyhow!("cannot read the host model `{name}`: {error}"))?;
        let model = host::parse(&text).map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
        hosts.push(Arc::new(model));
    }
    let platform = args.platform.as_ref().map(|id| {
        let given = hosts.iter().find(|host| host.id == *id).cloned();
        let known = || HostModel::builtin(id).map(|host| Arc::new(host.clone()));
        given.or_else(known).ok_or_else(|| {
            let ids = HostModel::builtins().iter().map(|host| &*host.id);
            anyhow::anyhow!("`--platform`: {}", suggest::unknown("platform", id, ids))
        })
    });
    Ok(Options {
        platform: platform.transpose()?,
        hosts,
        sidecars: Vec::new(),
    })
}

impl ConfigFile {
    fn new(path: &Path, text: String) -> Self {
        let shown = std::env::current_dir()
            .ok()
            .and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
        Self {
            name: display_name(shown.as_deref().unwrap_or(path)),
            text,
        }
    }
}
