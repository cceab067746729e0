//! Finding files that hold for a folder and those below it.

use std::path::{Path, PathBuf};

/// The nearest file of that name in the folder or above it, as far as the repository goes.
pub(crate) fn nearest(folder: &Path, name: &str) -> Option<PathBuf> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    // Not resolved: what is above a linked contract is what the user sees above it.
    let folder = std::path::absolute(folder).ok()?;
    for above in folder.ancestors() {
        let file = above.join(name);
        if file.is_file() {
            return Some(file);
        }
        if above.join(".git").exists() {
            return None;
        }
    }
    None
}
