//! Finding `contract-lint.toml`.

use std::path::{Path, PathBuf};

/// The name of the file.
const NAME: &str = "contract-lint.toml";

/// The nearest configuration in the folder or above it, as far as the repository goes.
pub(super) fn nearest(folder: &Path) -> Option<PathBuf> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    // Not resolved: what is above a linked contract is what the user sees above it.
    let folder = std::path::absolute(folder).ok()?;
    for above in folder.ancestors() {
        let file = above.join(NAME);
        if file.is_file() {
            return Some(file);
        }
        if above.join(".git").exists() {
            return None;
        }
    }
    None
}
