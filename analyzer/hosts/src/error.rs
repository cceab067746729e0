//! What can be wrong with a host model file.

use std::ops::Range;

use thiserror::Error;

/// A host model file that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{line}:{column}: {problem}")]
pub struct HostFileError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The bytes of the file that the problem is about.
    pub span: Range<usize>,
    /// What is wrong, and what is expected.
    pub problem: Problem,
}

impl HostFileError {
    pub(super) fn new(text: &str, span: Range<usize>, problem: Problem) -> Self {
        let before = text.get(..span.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        HostFileError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span,
            problem,
        }
    }
}

/// What is wrong with a host model file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// It is not TOML, or not of the documented form.
    #[error("{0}")]
    Form(String),
    /// A word that is not one of those possible here.
    #[error("`{found}` is not {a}{}", expected(nearest.as_deref(), known))]
    UnknownWord {
        /// What the word should be, with its article.
        a: &'static str,
        /// The word.
        found: String,
        /// The one that was probably meant.
        nearest: Option<String>,
        /// All that are possible.
        known: Vec<String>,
    },
    /// The platform's id is not in the form that reports use.
    #[error("`{0}` is not an id: expected lower-case letters, digits and `-`")]
    Identifier(String),
    /// A sign that asks for nothing.
    #[error("this sign names nothing: expected `imports`, `exports` or `sections`")]
    EmptySign,
    /// Both the arguments of an entry point and its parameter types.
    #[error("`args` say the types already: expected no `params` beside them")]
    ParamsTwice,
    /// Two functions with the same import and signature.
    #[error("`{0}` is described twice: expected one description of each name and signature")]
    FunctionTwice(String),
    /// Two arguments with one name.
    #[error("another argument is called `{0}`: expected names that differ")]
    ArgTwice(String),
    /// `ok` or `returns` of a function without a result.
    #[error("expected `result` beside it: without, the function returns nothing")]
    NoResult,
    /// `ok` of something that is no status.
    #[error("only a status has a value that means success: expected `result = \"status\"`")]
    OkWithoutStatus,
    /// A size where there can be none.
    #[error("only a pointer without `len` has a `size`")]
    Size,
    /// A length of something that has none.
    #[error("only `in-ptr`, `out-ptr` and `inout-ptr` have a `len`")]
    LenOfNoPointer,
    /// A length that is not one.
    #[error(
        "`{0}` is no length: expected an argument with the role `len` or `cap`, or a pointer to the length"
    )]
    LenIsNone(String),
    /// A field in two places.
    #[error("expected at most one of `out`, `number`, `size` and `prefix`")]
    FieldPlaces,
}

impl Problem {
    pub(super) fn unknown_word<'a>(
        a: &'static str,
        found: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<String> = known.map(str::to_owned).collect();
        let likeness = |word: &&String| strsim::jaro_winkler(word, found);
        let nearest = known
            .iter()
            .filter(|word| likeness(word) > 0.8)
            .max_by(|x, y| likeness(x).total_cmp(&likeness(y)))
            .cloned();
        Problem::UnknownWord {
            a,
            found: found.to_owned(),
            nearest,
            known,
        }
    }
}

fn expected(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(word) => format!(": did you mean `{word}`?"),
        None if known.is_empty() => String::new(),
        None => format!(": expected one of `{}`", known.join("`, `")),
    }
}
