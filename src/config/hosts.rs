//! Which host the contracts are for, and hosts that the user describes.

use std::path::Path;
use std::sync::Arc;

use contract_lint_analyzer::Options;
use contract_lint_analyzer::host::{self, HostModel};

use super::error::{ConfigError, Part, Places};
use super::{Config, ConfigFile};
use crate::cli::AnalysisArgs;
use crate::input::display_name;
use crate::suggest;

/// What comes before the path of a host model in `[target] platform`.
const FILE: &str = "abi:";

/// What the arguments tell the analysis.
pub(crate) fn options(args: &AnalysisArgs) -> anyhow::Result<Options> {
    let mut options = Options::default();
    for path in &args.host {
        options.hosts.push(read(path)?);
    }
    if let Some(id) = &args.platform {
        let host = find(id, &options.hosts)
            .map_err(|unknown| anyhow::anyhow!("`--platform`: {unknown}"))?;
        options.platform = Some(host);
    }
    Ok(options)
}

impl Config {
    /// Tells the analysis what the arguments say, and else what the configuration says.
    pub(super) fn set_hosts(&mut self, args: &AnalysisArgs) -> anyhow::Result<()> {
        self.analysis = options(args)?;
        let (Some(file), Some(platform)) = (&self.file, &self.policy.target.platform) else {
            return Ok(());
        };
        if let Some(path) = platform.strip_prefix(FILE) {
            let folder = file.path.parent().unwrap_or(Path::new(""));
            let host = read(&folder.join(path))?;
            self.analysis.hosts.push(Arc::clone(&host));
            self.analysis.platform.get_or_insert(host);
        } else if self.analysis.platform.is_none() {
            let host = find(platform, &self.analysis.hosts).map_err(|unknown| {
                let places = Places::new(&file.text);
                let path = ["target".into(), "platform".into()];
                ConfigError {
                    issues: vec![places.issue(&path, Part::Value, unknown)],
                    file: file.clone(),
                }
            })?;
            self.analysis.platform = Some(host);
        }
        Ok(())
    }
}

/// The host of that id, of the user's or built in, or what to tell the user.
fn find(id: &str, of_user: &[Arc<HostModel>]) -> Result<Arc<HostModel>, String> {
    let given = of_user.iter().find(|host| host.id == id).cloned();
    given
        .or_else(|| HostModel::builtin(id).map(|host| Arc::new(host.clone())))
        .ok_or_else(|| {
            let built_in = HostModel::builtins().iter().map(|host| &*host.id);
            let known = of_user.iter().map(|host| &*host.id).chain(built_in);
            suggest::unknown("platform", id, known)
        })
}

/// Reads a file that describes a host.
fn read(path: &Path) -> anyhow::Result<Arc<HostModel>> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        anyhow::anyhow!(
            "cannot read the host model `{}`: {error}",
            display_name(path)
        )
    })?;
    match host::parse(&text) {
        Ok(model) => Ok(Arc::new(model)),
        Err(error) => {
            let message = error.problem.to_string();
            let file = ConfigFile::new(path, text);
            Err(ConfigError::at(file, error.span, message).into())
        }
    }
}
