//! `--watch`: analyses again whenever a contract changes, until it is interrupted.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context;
use notify::{EventKind, RecursiveMode, Watcher};

use crate::cli::CheckArgs;
use crate::console::Console;
use crate::input::{Source, Target};

/// A build writes a module in several steps: it is read when nothing has happened for this long.
const REST: Duration = Duration::from_millis(200);

/// Analyses, waits, and begins again.
pub(super) fn run(args: &CheckArgs, console: &Console) -> anyhow::Result<u8> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let is_change = event.is_ok_and(|e| !matches!(e.kind, EventKind::Access(_)));
        if is_change {
            // Nobody listens any more when the program ends.
            let _ = sender.send(());
        }
    })
    .context("cannot watch files on this system")?;
    let mut watched = BTreeSet::new();
    loop {
        let targets = super::check::targets(&args.paths, console)?;
        for folder in folders(&targets) {
            if watched.insert(folder.clone()) {
                watcher
                    .watch(&folder, RecursiveMode::NonRecursive)
                    .with_context(|| format!("cannot watch `{}`", folder.display()))?;
            }
        }
        if let Err(error) = super::check::once(args, console) {
            console.error(&error);
        }
        console.note("waiting for changes; Ctrl-C ends");
        changes.recv().context("nothing is watched any more")?;
        while changes.recv_timeout(REST).is_ok() {}
    }
}

/// The folders that hold the contracts: builds replace files, so watching these would not do.
fn folders(targets: &[Target]) -> BTreeSet<PathBuf> {
    let files = targets.iter().filter_map(|target| match &target.source {
        Source::File(path) => Some(path),
        _ => None,
    });
    files
        .map(|path| match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        })
        .collect()
}
