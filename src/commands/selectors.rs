//! Selectors of the policy that stand for nothing in any contract: silence would look like protection.

use codespan_reporting::diagnostic::{Diagnostic, Label};

use crate::config::Configs;
use crate::console::Console;
use crate::report::model::{Analysed, FileReport, Report};

/// Shows each such selector at its place. True if one is certainly a mistake: where something was not analysed, what it
/// stands for may be there.
pub(super) fn unmatched(configs: &Configs, report: &Report, console: &Console) -> bool {
    let mut mistakes = false;
    for (index, config) in configs.all().iter().enumerate() {
        let Some(file) = &config.file else { continue };
        let files = configs.files_of(index, &report.files);
        let analysed: Vec<&Analysed> = files
            .iter()
            .filter_map(|f| f.outcome.as_ref().ok())
            .collect();
        let Some((first, others)) = analysed.split_first() else {
            continue;
        };
        let whole = files.iter().all(|f: &&FileReport| f.status() == "complete");
        for (number, selector) in first.selectors.iter().enumerate() {
            let elsewhere = |a: &&Analysed| a.selectors.get(number).is_some_and(|s| s.found);
            if selector.found || others.iter().any(elsewhere) {
                continue;
            }
            let Some(span) = config.span(&selector.path) else {
                continue;
            };
            let diagnostic = if whole {
                mistakes = true;
                Diagnostic::error()
            } else {
                Diagnostic::warning()
            };
            let mut label = Label::primary((), span);
            if let Some(hint) = &selector.hint {
                label = label.with_message(hint);
            }
            let diagnostic = diagnostic
                .with_message(format!(
                    "`{}` stands for nothing in the contract",
                    selector.selector
                ))
                .with_labels(vec![label]);
            console.show_in(&file.for_codespan(), &diagnostic);
        }
    }
    mistakes
}
