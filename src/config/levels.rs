//! What happens with the findings of each lint.

use contract_lint_lints::LINTS;
use contract_lint_lints::lint::{Domain, Level, LintMeta};
use contract_lint_lints::policy::Glob;

use crate::suggest;

/// What a level is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every lint.
    All,
    /// The lints of a domain.
    Group(Domain),
    /// One lint.
    Lint(&'static str),
}

impl Scope {
    /// The lint or group of that name, or what to tell the user.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        if name == "all" {
            return Ok(Scope::All);
        }
        if let Some(domain) = Domain::from_name(name) {
            return Ok(Scope::Group(domain));
        }
        if let Some(lint) = contract_lint_lints::by_name(name) {
            return Ok(Scope::Lint(lint.meta.name));
        }
        let lints = LINTS.iter().map(|lint| lint.meta.name);
        let groups = Domain::ALL.iter().map(|domain| domain.name());
        Err(suggest::unknown("lint or group", name, lints.chain(groups)))
    }

    /// Whether it covers the lint.
    pub(crate) fn covers(self, lint: &LintMeta) -> bool {
        match self {
            Scope::All => true,
            Scope::Group(domain) => lint.domain == domain,
            Scope::Lint(name) => lint.name == name,
        }
    }
}

/// Levels that were set; of two for the same lint, the later counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Levels {
    settings: Vec<(Scope, Level)>,
}

impl Levels {
    /// Sets a level over all that were set before.
    pub(crate) fn set(&mut self, scope: Scope, level: Level) {
        self.settings.push((scope, level));
    }

    /// The level that was set for a lint, if one was.
    pub(crate) fn set_for(&self, lint: &LintMeta) -> Option<Level> {
        self.settings
            .iter()
            .rev()
            .find(|(scope, _)| scope.covers(lint))
            .map(|(_, level)| *level)
    }
}

/// A `[[contract]]` section: levels for some of the contracts.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) files: Glob,
    pub(super) levels: Levels,
}

impl Section {
    /// Whether a contract is meant: by its path as the user gave it, or by the end of that.
    pub(super) fn holds_for(&self, contract: &str) -> bool {
        let ends = contract.match_indices(['/', '\\']).map(|(at, _)| at + 1);
        std::iter::once(0)
            .chain(ends)
            .filter_map(|start| contract.get(start..))
            .any(|end| self.files.matches(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_holds_for_the_end_of_a_path() {
        let section = |files: &str| Section {
            files: Glob::new(files),
            levels: Levels::default(),
        };
        assert!(section("vault.wasm").holds_for("target/near/vault.wasm"));
        assert!(section("near/*.wasm").holds_for("target/near/vault.wasm"));
        assert!(section("vault.*").holds_for("vault.wasm"));
        assert!(!section("vault.wasm").holds_for("target/near/oldvault.wasm"));
        assert!(!section("near").holds_for("target/near/vault.wasm"));
    }
}
