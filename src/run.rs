//! One file through all stages. Whatever happens to it, the other files are not concerned.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use contract_lint_analyzer::debug::{PanicLocations, SourceMap};
use contract_lint_analyzer::module::{Module, decode};
use contract_lint_analyzer::{Options, analyze};

use contract_lint_lints::check;
use contract_lint_lints::deployment::analysis_incomplete::ANALYSIS_INCOMPLETE;
use contract_lint_lints::lint::{Context, Level};

use crate::baseline::Baseline;
use crate::comments::{self, Comment};
use crate::config::{Config, FindingPlace};
use crate::input::{self, InputError, Target};
use crate::report::fingerprint::sha256;
use crate::report::model::{Analysed, FileReport, Hidden, Reported, SourcePlace};
use crate::report::resolve::Resolver;
use crate::report::source::Sources;
use crate::text::printable;

/// What holds for a run, beside the configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// Findings that are known.
    pub(crate) baseline: &'a Baseline,
    /// Whether accepted findings are reported all the same.
    pub(crate) no_suppressions: bool,
    /// Where the debug information is, if not in the contract or beside it.
    pub(crate) debug_file: Option<&'a Path>,
}

/// Analyses one target.
pub(crate) fn run_file(target: &Target, config: &Config, terms: Terms<'_>) -> FileReport {
    let outcome = catch_unwind(AssertUnwindSafe(|| analyse(target, config, terms)))
        .unwrap_or_else(|panic| Err(defect(&panic)));
    FileReport {
        path: target.name.clone(),
        outcome,
    }
}

fn analyse(target: &Target, config: &Config, terms: Terms<'_>) -> Result<Analysed, InputError> {
    let contract = input::read(target)?;
    let digest = sha256(&contract.module);
    // The first bytes tell what a file is that is no module.
    let head = contract.module[..contract.module.len().min(16)].to_vec();
    let module = decode(contract.module).map_err(|error| InputError::decode(&error, &head))?;
    let mut options = Options {
        sidecars: contract.sidecars,
        ..config.analysis.clone()
    };
    let (policy, mut complaints) = config.policy.with_annotations(&module);
    policy.instruct(&module, &mut options);
    let facts = analyze(module, &options);
    let module = Arc::clone(&facts.module);
    let platform = facts.recognition.platform.clone();
    let mut selectors = policy.resolve(&facts);
    // Those of the contract itself are in no file that could be shown.
    let own = selectors.drain(config.policy.sources.len()..policy.sources.len());
    let unmatched = own.filter(|own| !own.found).map(|own| {
        let selector = printable(&own.selector).into_owned();
        format!("the contract declares `{selector}` sensitive, which stands for nothing in it")
    });
    complaints.extend(unmatched);
    let mut hidden = Hidden::default();
    let mut shown = Vec::new();
    let context = Context::new(&facts, &policy);
    for finding in check(&context) {
        let level = config.level(finding.lint, &target.name);
        let function = finding.site().map(|site| module.func_label(site.func));
        let place = FindingPlace {
            file: &target.name,
            method: &finding.method,
            function: function.as_deref(),
        };
        let mut allowances = config.allowances.iter();
        if level == Level::Allow {
            // What was not analysed is noted in any case.
            hidden.by_level += usize::from(finding.lint.name != ANALYSIS_INCOMPLETE.meta.name);
        } else if !config.profile.shows(&finding) {
            hidden.by_profile += 1;
        } else if !terms.no_suppressions && allowances.any(|a| a.hides(finding.lint, place)) {
            hidden.by_allowance += 1;
        } else {
            shown.push((level, finding));
        }
    }
    // Only findings ask for it, and comments that may be left over.
    let twin = match module.custom_section(".debug_line") {
        Some(_) => None,
        None => input::twin(target, terms.debug_file),
    };
    let map = match &twin {
        Some(twin) => SourceMap::of_twin(twin, &module),
        None => SourceMap::new(&module),
    };
    let mut notes = facts.notes.clone();
    notes.extend(complaints);
    if map.is_none() {
        notes.extend(unfit(&module, twin.is_some(), terms.debug_file.is_some()).map(str::to_owned));
    }
    let panics = (map.is_none() && !shown.is_empty()).then(|| PanicLocations::new(&module));
    let text = Sources::new(&target.name);
    let resolver = Resolver {
        module: &module,
        platform: &platform,
        methods: &facts.methods,
        sources: map.as_ref(),
        panics: panics.as_ref(),
        text: &text,
    };
    let mut findings = resolver.findings(shown);
    let mut comment_complaints = Vec::new();
    if !terms.no_suppressions {
        let files = map.as_ref().map(SourceMap::files).unwrap_or_default();
        for file in files {
            let commented = obey_comments(&file, &text, &mut findings, &mut comment_complaints);
            hidden.by_allowance += commented;
        }
        findings.retain(|finding| {
            let known = terms.baseline.holds(&target.name, &finding.fingerprint);
            hidden.by_baseline += usize::from(known);
            !known
        });
    }
    Ok(Analysed {
        methods: resolver.methods(),
        notes,
        findings,
        hidden,
        selectors,
        complaints: comment_complaints,
        module: Arc::clone(&module),
        sha256: digest,
        platform,
    })
}

/// Why debug information that is there leads to no source.
fn unfit(module: &Module, twin: bool, given: bool) -> Option<&'static str> {
    if module.custom_section(".debug_line").is_some() {
        Some(
            "its debug information does not fit its code, so it is not used: an optimiser changed the code later",
        )
    } else if twin {
        Some("the file with its debug information is of another build, so it is not used")
    } else if given {
        Some("the file given with `--debug-file` cannot be read as a module")
    } else {
        None
    }
}

/// Takes out the findings that comments in a source file hide; how many.
fn obey_comments(
    path: &str,
    text: &Sources,
    findings: &mut Vec<Reported>,
    complaints: &mut Vec<(SourcePlace, String)>,
) -> usize {
    let Some(file) = text.file(path) else {
        return 0;
    };
    let (comments, mut bad) = comments::read(&file.text);
    let before = findings.len();
    findings.retain(|finding| {
        let source = finding.place().and_then(|place| place.source.as_ref());
        let Some(source) = source.filter(|source| source.path == path) else {
            return true;
        };
        // Each is asked, so that none looks unused that would do the same.
        let hiding = comments
            .iter()
            .filter(|comment| comment.hides(finding.lint, source.line))
            .count();
        hiding == 0
    });
    bad.extend(comments.iter().filter_map(Comment::complaint));
    complaints.extend(bad.into_iter().map(|complaint| {
        let place = SourcePlace {
            path: path.to_owned(),
            line: complaint.line,
            column: 0,
        };
        (place, complaint.message)
    }));
    before - findings.len()
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
