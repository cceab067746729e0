//! How much is shown: what a developer wants to see at work, an auditor, a pipeline.

use clap::ValueEnum;
use contract_lint_lints::finding::Finding;
use contract_lint_lints::lint::{Confidence, Severity};

/// Which findings are worth showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Profile {
    /// What deserves a look
    #[default]
    Default,
    /// Everything, hints and lints that are otherwise off included
    Audit,
    /// What may stop a pipeline: nothing doubtful, nothing of low severity
    Ci,
}

impl Profile {
    /// Whether a finding is shown.
    pub(crate) fn shows(self, finding: &Finding) -> bool {
        let doubtful = finding.confidence == Confidence::Low;
        match self {
            Profile::Default => !doubtful,
            Profile::Audit => true,
            Profile::Ci => !doubtful && finding.severity >= Severity::Medium,
        }
    }
}
