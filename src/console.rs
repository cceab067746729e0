//! Standard error: what is not a result.

use std::io::{IsTerminal, Write};

use codespan_reporting::diagnostic::Diagnostic;
use codespan_reporting::files::{Files, SimpleFiles};
use codespan_reporting::term::termcolor::{Ansi, NoColor};
use codespan_reporting::term::{self, Config};

use indicatif::ProgressBar;

use crate::cli::Color;
use crate::config::ConfigError;
use crate::input::InputError;
use crate::text::printable;

/// Speaks to the user beside the results.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    /// Whether standard output takes colour.
    pub(crate) colored_output: bool,
    colored_errors: bool,
    quiet: bool,
}

impl Console {
    pub(crate) fn new(color: Color, quiet: bool) -> Self {
        let wanted = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                terminal
                    && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
                    && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
            }
        };
        Self {
            colored_output: wanted(std::io::stdout().is_terminal()),
            colored_errors: wanted(std::io::stderr().is_terminal()),
            quiet,
        }
    }

    /// An error that ends the run.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        if let Some(error) = error.downcast_ref::<ConfigError>() {
            return error.show(self);
        }
        let text = error.to_string();
        let mut lines = text.lines().map(|line| printable(line).into_owned());
        let message = lines.next().unwrap_or_default();
        let causes = error
            .chain()
            .skip(1)
            .map(|cause| format!("because: {}", printable(&cause.to_string())));
        let diagnostic = Diagnostic::error()
            .with_message(message)
            .with_notes(lines.chain(causes).collect());
        self.show(&diagnostic);
    }

    /// An input that cannot be analysed; the others are.
    pub(crate) fn input_error(&self, name: &str, error: &InputError) {
        let diagnostic = Diagnostic::error()
            .with_message(format!("cannot analyse `{name}`: {}", error.reason))
            .with_notes(vec![format!("help: {}", error.remedy)]);
        self.show(&diagnostic);
    }

    /// Something that is probably not as the user thinks.
    pub(crate) fn warning(&self, message: &str, notes: &[String]) {
        let notes = notes.iter().map(|n| printable(n).into_owned()).collect();
        let diagnostic = Diagnostic::warning()
            .with_message(printable(message))
            .with_notes(notes);
        self.show(&diagnostic);
    }

    /// How far a long run is; on a terminal only.
    pub(crate) fn progress(&self, files: usize) -> ProgressBar {
        /// Fewer files are done before anybody wonders.
        const MANY: usize = 8;
        if self.quiet || files < MANY {
            return ProgressBar::hidden();
        }
        ProgressBar::new(files as u64).with_message("contracts")
    }

    /// Something the user may want to know.
    pub(crate) fn note(&self, message: &str) {
        if !self.quiet {
            self.write(format!("{message}\n").as_bytes());
        }
    }

    fn show(&self, diagnostic: &Diagnostic<usize>) {
        self.show_in(&SimpleFiles::<&str, &str>::new(), diagnostic);
    }

    /// A diagnostic that points into files.
    pub(crate) fn show_in<'f, F: Files<'f>>(
        &self,
        files: &'f F,
        diagnostic: &Diagnostic<F::FileId>,
    ) {
        self.write(&render(files, diagnostic, self.colored_errors));
    }

    fn write(&self, text: &[u8]) {
        // There is nobody to tell when standard error is closed.
        let _ = std::io::stderr().write_all(text);
    }
}

/// A diagnostic as it is printed.
pub(crate) fn render<'f, F: Files<'f>>(
    files: &'f F,
    diagnostic: &Diagnostic<F::FileId>,
    colored: bool,
) -> Vec<u8> {
    let config = Config::default();
    let mut bytes = Vec::new();
    let done = if colored {
        term::emit_to_write_style(&mut Ansi::new(&mut bytes), &config, files, diagnostic)
    } else {
        term::emit_to_write_style(&mut NoColor::new(&mut bytes), &config, files, diagnostic)
    };
    if done.is_err() {
        // A label outside its file: the words are still worth having.
        bytes.clear();
        bytes.extend_from_slice(diagnostic.message.as_bytes());
        bytes.push(b'\n');
    }
    bytes
}
