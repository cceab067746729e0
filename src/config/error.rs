//! Errors in `contract-lint.toml` and in host models, each at its place.

use std::fmt;
use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFile;
use contract_lint_lints::policy::{Problem, Step};
use toml::de::{DeTable, DeValue};

use super::ConfigFile;
use crate::console::Console;
use crate::suggest;

/// A configuration that cannot be used.
#[derive(Debug)]
pub(crate) struct ConfigError {
    pub(super) file: ConfigFile,
    pub(super) issues: Vec<Issue>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be used", self.file.name)
    }
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    /// One error at a place.
    pub(super) fn at(file: ConfigFile, span: Range<usize>, message: String) -> Self {
        let issue = Issue {
            message,
            hint: None,
            span,
        };
        Self {
            file,
            issues: vec![issue],
        }
    }

    /// Shows each error on the text of the file.
    pub(crate) fn show(&self, console: &Console) {
        for issue in &self.issues {
            let mut label = Label::primary((), issue.span.clone());
            if let Some(hint) = &issue.hint {
                label = label.with_message(hint);
            }
            let diagnostic = Diagnostic::error()
                .with_message(&issue.message)
                .with_labels(vec![label]);
            console.show_in(&self.file.for_codespan(), &diagnostic);
        }
    }
}

impl ConfigFile {
    /// The file as codespan takes it.
    pub(crate) fn for_codespan(&self) -> SimpleFile<&str, &str> {
        SimpleFile::new(&self.name, &self.text)
    }
}

/// One thing that is wrong.
#[derive(Debug)]
pub(super) struct Issue {
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) span: Range<usize>,
}

impl Issue {
    /// What the parser found.
    pub(super) fn syntax(error: &toml::de::Error) -> Self {
        let message = error
            .message()
            .replace("unknown field", "unknown key")
            .replace("unknown variant", "unknown value")
            .replace("missing field", "missing key");
        Self {
            hint: did_you_mean(&message),
            message,
            span: error.span().unwrap_or(0..0),
        }
    }
}

/// A hint from a message of the form ``unknown key `x`, expected one of `y`, `z` ``.
fn did_you_mean(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().filter(|_| message.starts_with("unknown"))?;
    let near = suggest::nearest(unknown, names)?;
    Some(format!("did you mean `{near}`?"))
}

/// Which part of an entry is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Key,
    Value,
}

/// Where things are in the text.
pub(super) struct Places<'a> {
    root: Option<DeTable<'a>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let root = DeTable::parse(text).ok().map(toml::Spanned::into_inner);
        Self { root }
    }

    pub(super) fn issue(&self, path: &[Step], part: Part, message: String) -> Issue {
        Issue {
            message,
            hint: None,
            span: self.span(path, part),
        }
    }

    /// A statement of the policy that does not fit the others.
    pub(super) fn problem(&self, problem: Problem) -> Issue {
        let hint = problem.unknown.and_then(|(name, known)| {
            let near = suggest::nearest(&name, known.iter().map(String::as_str))?;
            Some(format!("did you mean `{near}`?"))
        });
        Issue {
            hint,
            ..self.issue(&problem.path, Part::Value, problem.message)
        }
    }

    /// Where something is; the nearest thing around it if it is not written in the file.
    pub(super) fn span(&self, path: &[Step], part: Part) -> Range<usize> {
        let mut span = 0..0;
        let mut node = self.root.as_ref().map(Node::Table);
        for (depth, step) in path.iter().enumerate() {
            let child = match (node, step) {
                (Some(Node::Table(table)), Step::Key(key)) => table
                    .get_key_value(key.as_str())
                    .map(|(key, value)| (key.span(), value)),
                (Some(Node::Array(array)), Step::Index(index)) => {
                    array.get(*index).map(|value| (value.span(), value))
                }
                _ => None,
            };
            let Some((key, value)) = child else { break };
            let is_last = depth + 1 == path.len();
            span = if is_last && part == Part::Key {
                key
            } else {
                value.span()
            };
            node = match value.get_ref() {
                DeValue::Table(table) => Some(Node::Table(table)),
                DeValue::Array(array) => Some(Node::Array(array)),
                _ => None,
            };
        }
        span
    }
}

#[derive(Clone, Copy)]
enum Node<'t, 'a> {
    Table(&'t DeTable<'a>),
    Array(&'t [toml::Spanned<DeValue<'a>>]),
}
