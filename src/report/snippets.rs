//! The files that a diagnostic points into, for codespan.

use std::ops::Range;
use std::rc::Rc;

use codespan_reporting::files::{Error, Files, line_starts};

use super::source::SourceFile;

/// The text of a piece.
#[derive(Debug)]
pub(super) enum Text<'a> {
    /// Of a listing.
    Listing(&'a str),
    /// Of a source file, all of it.
    Source(Rc<SourceFile>),
}

impl Text<'_> {
    fn as_str(&self) -> &str {
        match self {
            Text::Listing(text) => text,
            Text::Source(file) => &file.text,
        }
    }
}

/// A piece of a file, which begins at a certain line.
#[derive(Debug)]
struct Snippet<'a> {
    name: String,
    text: Text<'a>,
    first_line: usize,
    starts: Vec<usize>,
}

/// The pieces that one diagnostic shows.
#[derive(Debug, Default)]
pub(super) struct Snippets<'a> {
    all: Vec<Snippet<'a>>,
}

impl<'a> Snippets<'a> {
    /// Adds a piece, unless it is there, and gives its id. `first_line` counts from 1.
    pub(super) fn add(&mut self, name: String, text: Text<'a>, first_line: usize) -> usize {
        let same = |s: &Snippet<'_>| s.name == name && s.first_line == first_line;
        if let Some(id) = self.all.iter().position(same) {
            return id;
        }
        self.all.push(Snippet {
            name,
            first_line,
            starts: line_starts(text.as_str()).collect(),
            text,
        });
        self.all.len() - 1
    }

    fn get(&self, id: usize) -> Result<&Snippet<'a>, Error> {
        self.all.get(id).ok_or(Error::FileMissing)
    }
}

impl<'f> Files<'f> for Snippets<'_> {
    type FileId = usize;
    type Name = &'f str;
    type Source = &'f str;

    fn name(&'f self, id: usize) -> Result<&'f str, Error> {
        Ok(&self.get(id)?.name)
    }

    fn source(&'f self, id: usize) -> Result<&'f str, Error> {
        Ok(self.get(id)?.text.as_str())
    }

    fn line_index(&'f self, id: usize, byte: usize) -> Result<usize, Error> {
        let starts = &self.get(id)?.starts;
        Ok(starts
            .partition_point(|start| *start <= byte)
            .saturating_sub(1))
    }

    fn line_number(&'f self, id: usize, index: usize) -> Result<usize, Error> {
        Ok(self.get(id)?.first_line + index)
    }

    fn line_range(&'f self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        let snippet = self.get(id)?;
        let start = snippet.starts.get(index).ok_or(Error::LineTooLarge {
            given: index,
            max: snippet.starts.len(),
        })?;
        let end = snippet
            .starts
            .get(index + 1)
            .copied()
            .unwrap_or(snippet.text.as_str().len());
        Ok(*start..end)
    }
}
