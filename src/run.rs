//! One file through all stages. Whatever happens to it, the other files are not concerned.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use contract_lint_analyzer::debug::SourceMap;
use contract_lint_analyzer::module::decode;
use contract_lint_analyzer::{Options, analyze};

use contract_lint_lints::check;
use contract_lint_lints::lint::{Context, Level};

use crate::config::{Config, FindingPlace};
use crate::input::{self, InputError, Target};
use crate::report::fingerprint::sha256;
use crate::report::model::{Analysed, FileReport, Hidden};
use crate::report::resolve::Resolver;

/// Analyses one target.
pub(crate) fn run_file(target: &Target, config: &Config) -> FileReport {
    let outcome = catch_unwind(AssertUnwindSafe(|| analyse(target, config)))
        .unwrap_or_else(|panic| Err(defect(&panic)));
    FileReport {
        path: target.name.clone(),
        outcome,
    }
}

fn analyse(target: &Target, config: &Config) -> Result<Analysed, InputError> {
    let contract = input::read(target)?;
    let digest = sha256(&contract.module);
    // The first bytes tell what a file is that is no module.
    let head = contract.module[..contract.module.len().min(16)].to_vec();
    let module = decode(contract.module).map_err(|error| InputError::decode(&error, &head))?;
    let options = Options {
        sidecars: contract.sidecars,
        ..config.analysis.clone()
    };
    let facts = analyze(module, &options);
    let module = Arc::clone(&facts.module);
    let platform = facts.recognition.platform.clone();
    let mut hidden = Hidden::default();
    let mut shown = Vec::new();
    let context = Context {
        facts: &facts,
        policy: &config.policy,
    };
    for finding in check(&context) {
        let level = config.levels.of(finding.lint);
        let function = finding.site().map(|site| module.func_label(site.func));
        let place = FindingPlace {
            file: &target.name,
            method: &finding.method,
            function: function.as_deref(),
        };
        if level == Level::Allow {
            hidden.by_level += 1;
        } else if config
            .allowances
            .iter()
            .any(|a| a.hides(finding.lint, place))
        {
            hidden.by_allowance += 1;
        } else {
            shown.push((level, finding));
        }
    }
    // Only findings ask for it.
    let sources = if shown.is_empty() {
        None
    } else {
        SourceMap::new(&module)
    };
    let resolver = Resolver {
        module: &module,
        platform: &platform,
        methods: &facts.methods,
        sources: sources.as_ref(),
    };
    Ok(Analysed {
        methods: resolver.methods(),
        notes: facts.notes.clone(),
        findings: resolver.findings(shown),
        hidden,
        module: Arc::clone(&module),
        sha256: digest,
        platform,
    })
}

/// A panic is a defect of ours, never the user's fault.
fn defect(panic: &(dyn std::any::Any + Send)) -> InputError {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    InputError::new(
        format!("contract-lint itself failed ({message})"),
        "this is a defect of contract-lint: please report it, with the file if you may share it",
    )
}
