//! What a pair of modules must fulfil to be committed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasmparser::{Parser, Payload};

/// Beginnings of paths that only the machine of the build knows.
const PRIVATE: [&str; 4] = ["/home/", "/root/", "/Users/", ".cargo/registry"];

/// What is wrong with a module and its twin with line tables, in the repository at `root`.
pub(crate) fn complaints(root: &Path, deployed: &Path, debug: &Path) -> Result<Vec<String>> {
    if !deployed.exists() || !debug.exists() {
        return Ok(vec!["has no module, or none with line tables".to_owned()]);
    }
    let (deployed, debug) = (fs::read(deployed)?, fs::read(debug)?);
    let mut found = Vec::new();
    if sections(&deployed)? != sections(&debug)? {
        found.push("the module with line tables has other code".to_owned());
    }
    if !has_lines(&debug)? {
        found.push("the module with line tables has none".to_owned());
    }
    let root = root.display().to_string();
    for private in PRIVATE.into_iter().chain([root.as_str()]) {
        if contains(&deployed, private) || contains(&debug, private) {
            found.push(format!("a path with `{private}` is in a module"));
        }
    }
    Ok(found)
}

/// All sections that are not custom: their ids and contents.
fn sections(module: &[u8]) -> Result<Vec<(u8, &[u8])>> {
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Some((id, range)) = payload.context("not a module")?.as_section()
            && id != 0
        {
            sections.push((
                id,
                &module[usize::try_from(range.start)?..usize::try_from(range.end)?],
            ));
        }
    }
    Ok(sections)
}

fn has_lines(module: &[u8]) -> Result<bool> {
    for payload in Parser::new(0).parse_all(module) {
        if matches!(payload?, Payload::CustomSection(custom) if custom.name() == ".debug_line") {
            return Ok(true);
        }
    }
    Ok(false)
}

fn contains(module: &[u8], text: &str) -> bool {
    module
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module of one memory, with a custom section of that name and content before its end.
    fn module(pages: u8, custom: &str, content: &[u8]) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0\x05\x03\x01\0".to_vec();
        bytes.push(pages);
        bytes.extend([
            0,
            (1 + custom.len() + content.len()) as u8,
            custom.len() as u8,
        ]);
        bytes.extend(custom.as_bytes());
        bytes.extend(content);
        bytes
    }

    #[test]
    fn custom_sections_are_no_part_of_the_code() -> Result<()> {
        let plain = module(1, "producers", b"x");
        let debug = module(1, ".debug_line", b"yz");
        assert_eq!(sections(&plain)?, sections(&debug)?);
        assert_ne!(sections(&plain)?, sections(&module(2, "producers", b"x"))?);
        assert!(has_lines(&debug)? && !has_lines(&plain)?);
        Ok(())
    }

    #[test]
    fn paths_of_a_machine_are_found_anywhere() {
        assert!(contains(&module(1, "name", b"/home/me/src"), "/home/"));
        assert!(!contains(&module(1, "name", b"src/lib.rs"), "/home/"));
    }
}
