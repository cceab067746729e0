//! From what the user wrote to the files it means.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use ignore::{DirEntry, WalkBuilder};

use super::{InputError, Source, Target, display_name};

/// How the names of contracts end, longest first.
const ENDINGS: &[&str] = &[
    ".mxsc.json",
    ".wasm.debug",
    ".wasm.gz",
    ".wasm.v0",
    ".wasm.v1",
    ".contract",
    ".wasc",
    ".wasm",
    ".wat",
];

/// The targets that the arguments mean, each once, sorted by name. An argument that means nothing becomes a target that
/// says so.
pub(crate) fn find(arguments: &[PathBuf]) -> Vec<Target> {
    let mut targets: Vec<Target> = arguments.iter().flat_map(|a| resolve(a)).collect();
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    targets.dedup_by(|a, b| a.name == b.name);
    targets
}

fn resolve(argument: &Path) -> Vec<Target> {
    if argument == Path::new("-") {
        return vec![Target {
            name: "<stdin>".to_owned(),
            source: Source::Stdin,
        }];
    }
    match argument.metadata() {
        Ok(metadata) if metadata.is_dir() => folder(argument),
        Ok(_) => vec![file(argument.to_owned())],
        Err(error) => match Pattern::parse(argument) {
            Some(Ok(pattern)) => pattern.targets(),
            Some(Err(error)) => vec![nothing(argument, error)],
            None => vec![nothing(argument, InputError::io(&error))],
        },
    }
}

fn file(path: PathBuf) -> Target {
    Target {
        name: display_name(&path),
        source: Source::File(path),
    }
}

fn nothing(path: &Path, error: InputError) -> Target {
    Target {
        name: display_name(path),
        source: Source::Nothing(error),
    }
}

/// The contracts in a folder, or the reason why there are none.
fn folder(path: &Path) -> Vec<Target> {
    let targets = walk(path, usize::MAX, |_| true);
    if targets.is_empty() {
        let error = InputError::new(
            "the folder holds no contract (no `.wasm`, `.wat`, `.contract`, `.wasc`, …)",
            "build the contract first, or pass the folder that the build writes to",
        );
        return vec![nothing(path, error)];
    }
    targets
}

/// The contracts under a folder that are wanted, at most so many levels down.
pub(super) fn walk(root: &Path, depth: usize, wanted: impl Fn(&Path) -> bool) -> Vec<Target> {
    let mut paths = Found::default();
    let mut targets = Vec::new();
    let entries = WalkBuilder::new(root)
        // What a build leaves is ignored by git as a rule, and it is what we look for.
        .standard_filters(false)
        .follow_links(true)
        .max_depth((depth != usize::MAX).then_some(depth))
        .filter_entry(|entry| entry.depth() == 0 || !is_internal(entry))
        .build();
    for entry in entries {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|t| t.is_file());
                if is_file && stem(entry.path()).is_some() && wanted(entry.path()) {
                    paths.extend([entry.into_path()]);
                }
            }
            Err(ignore::Error::WithPath { path, err }) => match err.io_error() {
                // A link to nowhere: only if it is called like a contract, it is an error, when it is read.
                Some(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    paths.extend(Some(path).filter(|p| stem(p).is_some() && wanted(p)));
                }
                Some(error) => targets.push(nothing(&path, InputError::io(error))),
                None => {}
            },
            // A link that leads back up: all that it leads to is found without it.
            Err(_) => {}
        }
    }
    let paths = paths.shortest();
    targets.extend(
        paths
            .iter()
            .filter(|path| !is_wrapped_twin(path, &paths))
            .cloned()
            .map(file),
    );
    targets
}

/// The files that were found. Through links, the same file may be found on many ways.
#[derive(Default)]
struct Found {
    ways: BTreeMap<PathBuf, PathBuf>,
}

impl Extend<PathBuf> for Found {
    fn extend<I: IntoIterator<Item = PathBuf>>(&mut self, paths: I) {
        let length = |path: &Path| path.components().count();
        for path in paths {
            let way = self
                .ways
                .entry(identity(&path))
                .or_insert_with(|| path.clone());
            if (length(&path), &path) < (length(way), way) {
                *way = path;
            }
        }
    }
}

impl Found {
    /// The shortest way to each file.
    fn shortest(self) -> BTreeSet<PathBuf> {
        self.ways.into_values().collect()
    }
}

/// What the file is called without links. A link to nowhere stands for itself.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize()
        .or_else(|_| {
            let folder = path.parent().unwrap_or(Path::new(".")).canonicalize()?;
            Ok::<_, std::io::Error>(folder.join(path.file_name().unwrap_or_default()))
        })
        .unwrap_or_else(|_| path.to_owned())
}

/// Folders in which build tools and package managers keep intermediate files.
fn is_internal(entry: &DirEntry) -> bool {
    if !entry.file_type().is_some_and(|t| t.is_dir()) {
        return false;
    }
    match entry.file_name().to_str() {
        Some(".git" | "node_modules" | "deps" | ".fingerprint" | "incremental") => true,
        // Contracts of some platforms are built into `build`; only cargo's own has a `.fingerprint` beside it.
        Some("build") => entry
            .path()
            .parent()
            .is_some_and(|p| p.join(".fingerprint").is_dir()),
        _ => false,
    }
}

/// The path without the ending that makes it a contract.
pub(super) fn stem(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    // The twin with debug information is described by what describes the contract.
    let name = name.strip_suffix(".debug").unwrap_or(name);
    let ending = ENDINGS.iter().find(|e| name.ends_with(*e))?;
    let stem = &name[..name.len() - ending.len()];
    (!stem.is_empty()).then(|| path.with_file_name(stem))
}

/// Whether the same contract lies beside it as a plain module.
fn is_wrapped_twin(path: &Path, all: &BTreeSet<PathBuf>) -> bool {
    let Some(stem) = stem(path) else { return false };
    let mut plain = stem.into_os_string();
    plain.push(".wasm");
    path.as_os_str() != plain && all.contains(Path::new(&plain))
}

/// A path with wildcards that the shell did not expand.
struct Pattern {
    text: String,
    /// The folder before the first wildcard.
    base: PathBuf,
    matcher: GlobMatcher,
}

impl Pattern {
    /// `None` if there is no wildcard in it.
    fn parse(argument: &Path) -> Option<Result<Self, InputError>> {
        let text = argument.to_str()?;
        let first = text.find(['*', '?', '[', '{'])?;
        let base = match text[..first].rfind(std::path::is_separator) {
            Some(end) => PathBuf::from(&text[..=end]),
            None => PathBuf::from("."),
        };
        let glob = GlobBuilder::new(text.trim_start_matches("./"))
            .literal_separator(true)
            .build();
        Some(match glob {
            Ok(glob) => Ok(Self {
                text: text.to_owned(),
                base,
                matcher: glob.compile_matcher(),
            }),
            Err(error) => Err(InputError::new(
                format!("the pattern is malformed: {}", error.kind()),
                "write `*` for part of a name, `**` for folders, `{a,b}` for alternatives",
            )),
        })
    }

    fn targets(&self) -> Vec<Target> {
        let matches = |path: &Path| {
            self.matcher
                .is_match(path.strip_prefix("./").unwrap_or(path))
        };
        let mut targets = Vec::new();
        if self.base.is_dir() {
            targets = walk(&self.base, usize::MAX, matches);
        }
        for target in &mut targets {
            if let Some(rest) = target.name.strip_prefix("./")
                && !self.text.starts_with("./")
            {
                target.name = rest.to_owned();
            }
        }
        if targets.is_empty() {
            let error = InputError::new(
                "the pattern matches no contract",
                "build the contract first, or check the pattern (`**` matches any number of folders)",
            );
            targets.push(nothing(Path::new(&self.text), error));
        }
        targets
    }
}
