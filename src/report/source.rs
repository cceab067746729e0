//! The contract's source, where it lies near the contract.
//!
//! Which files to read, debug information says, and that may come from a stranger. So only files below the folders around
//! the contract are read, and only if they are called like source.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::model::SourcePlace;
use crate::input::display_name;

/// The largest file that is shown.
const MAX_BYTES: u64 = 4 << 20;
/// How far above the contract source is looked for.
const MAX_LEVELS: usize = 6;

/// A source file.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// The path as it is shown.
    pub(super) name: String,
    pub(crate) text: String,
}

/// The source files of one contract, each read once.
#[derive(Debug)]
pub(crate) struct Sources {
    roots: Vec<PathBuf>,
    files: RefCell<BTreeMap<String, Option<Rc<SourceFile>>>>,
}

impl Sources {
    /// The source of a contract of that name.
    pub(crate) fn new(contract: &str) -> Self {
        let folder = Path::new(contract).parent().unwrap_or(Path::new(""));
        let mut roots = Vec::new();
        if let Ok(folder) = std::path::absolute(Path::new(".").join(folder)) {
            for above in folder.ancestors().take(MAX_LEVELS) {
                roots.push(above.to_owned());
                if above.join(".git").exists() {
                    break;
                }
            }
        }
        Self {
            roots,
            files: RefCell::default(),
        }
    }

    /// The file of that name, as debug information gives it.
    pub(crate) fn file(&self, path: &str) -> Option<Rc<SourceFile>> {
        let mut files = self.files.borrow_mut();
        let file = files
            .entry(path.to_owned())
            .or_insert_with(|| self.read(path).map(Rc::new));
        file.clone()
    }

    /// The head of the function of that name around a statement: the nearest line above that declares it.
    pub(super) fn head(&self, statement: &SourcePlace, name: &str) -> Option<SourcePlace> {
        /// Further up than this begins another function.
        const MAX_LINES: usize = 60;
        let file = self.file(&statement.path)?;
        let line = usize::try_from(statement.line).ok()?;
        let lines: Vec<&str> = file.text.lines().take(line).collect();
        let wanted = same_name(name.rsplit(['.', ':']).next().unwrap_or(name));
        let (above, column) =
            lines
                .iter()
                .rev()
                .take(MAX_LINES)
                .enumerate()
                .find_map(|(i, text)| {
                    let (before, _) = text.split_once('(')?;
                    let before = before.split('<').next()?.trim_end();
                    let start = before
                        .rfind(|c: char| !c.is_alphanumeric() && c != '_')
                        .map_or(0, |at| at + 1);
                    let declares = before[..start].trim_end();
                    let is_head =
                        !declares.is_empty() && !declares.ends_with(['.', ':', '=', '&', '(']);
                    (is_head && same_name(&before[start..]) == wanted).then_some((i, start))
                })?;
        Some(SourcePlace {
            path: statement.path.clone(),
            line: u32::try_from(line - above).ok()?,
            column: u32::try_from(column).ok()? + 1,
        })
    }

    fn read(&self, path: &str) -> Option<SourceFile> {
        let path = Path::new(path);
        let is_source = path.extension().and_then(|e| e.to_str()).is_some_and(|e| {
            matches!(
                e,
                "rs" | "c"
                    | "cc"
                    | "cpp"
                    | "cxx"
                    | "h"
                    | "hpp"
                    | "hxx"
                    | "go"
                    | "ts"
                    | "zig"
                    | "as"
            )
        });
        let plain = path
            .components()
            .all(|c| !matches!(c, Component::ParentDir));
        if !is_source || !plain {
            return None;
        }
        // The nearest folder first. An absolute path must lie below one of them.
        let found = self.roots.iter().find_map(|root| {
            let file = root.join(path);
            let file = file.canonicalize().ok()?;
            let inside = file.starts_with(root.canonicalize().ok()?);
            (inside
                && file
                    .metadata()
                    .is_ok_and(|m| m.is_file() && m.len() <= MAX_BYTES))
            .then_some(file)
        })?;
        let here = std::env::current_dir()
            .and_then(|here| here.canonicalize())
            .ok();
        let shown = here
            .as_deref()
            .and_then(|here| found.strip_prefix(here).ok());
        Some(SourceFile {
            name: display_name(shown.unwrap_or(&found)),
            text: std::fs::read_to_string(&found).ok()?,
        })
    }
}

/// A name without what tools write differently: case and separators.
fn same_name(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

impl SourceFile {
    /// The code at a place: from its column to the end of the line, without a comment there. `None` if the file has no
    /// such place, which then is not the one that was compiled.
    pub(super) fn range(&self, place: &SourcePlace) -> Option<std::ops::Range<usize>> {
        let line = usize::try_from(place.line).ok()?.checked_sub(1)?;
        let text = self.text.split_inclusive('\n').nth(line)?;
        let before: usize = self
            .text
            .split_inclusive('\n')
            .take(line)
            .map(str::len)
            .sum();
        let indent = text.len() - text.trim_start().len();
        let column = usize::try_from(place.column).ok()?.saturating_sub(1);
        let start = column.max(indent);
        let code = text.split("//").next().unwrap_or(text).trim_end();
        let end = if start < code.len() {
            code.len()
        } else {
            text.trim_end().len()
        };
        if start >= end || !text.is_char_boundary(start) {
            return None;
        }
        Some(before + start..before + end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, line: u32, column: u32) -> Option<String> {
        let file = SourceFile {
            name: "a.rs".to_owned(),
            text: text.to_owned(),
        };
        let place = SourcePlace {
            path: "a.rs".to_owned(),
            line,
            column,
        };
        file.range(&place).map(|range| file.text[range].to_owned())
    }

    #[test]
    fn code_at_a_place() {
        let source = "fn f() {\n    g(1).h(); // why\n}\n";
        assert_eq!(text(source, 2, 10).as_deref(), Some("h();"));
        assert_eq!(text(source, 2, 0).as_deref(), Some("g(1).h();"));
        assert_eq!(text(source, 2, 90), None);
        assert_eq!(text(source, 9, 1), None);
        assert_eq!(text("é\r\n", 1, 2), None);
    }

    #[test]
    fn only_source_around_the_contract_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("project");
        std::fs::create_dir_all(project.join("src")).unwrap();
        std::fs::create_dir_all(project.join("target")).unwrap();
        std::fs::create_dir(project.join(".git")).unwrap();
        std::fs::write(project.join("src/lib.rs"), "own").unwrap();
        std::fs::write(project.join("secret.txt"), "secret").unwrap();
        std::fs::write(folder.path().join("other.rs"), "other").unwrap();
        let contract = project.join("target/vault.wasm");
        let sources = Sources::new(contract.to_str().unwrap());
        assert_eq!(sources.file("src/lib.rs").unwrap().text, "own");
        let absolute = project.join("src/lib.rs");
        assert_eq!(
            sources.file(absolute.to_str().unwrap()).unwrap().text,
            "own"
        );
        assert!(sources.file("secret.txt").is_none());
        assert!(sources.file("../other.rs").is_none());
        let other = folder.path().join("other.rs");
        assert!(sources.file(other.to_str().unwrap()).is_none());
    }
}
