//! Places in the terms of SARIF.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::model::{
    ArtifactLocation, Content, Location, LogicalLocation, PhysicalLocation, Region,
};
use crate::report::code::Code;
use crate::report::model::{Place, SourcePlace};

/// The places of one file.
pub(super) struct Places<'a> {
    pub(super) code: &'a Code<'a>,
    /// The functions in whose listing something was placed.
    listed: RefCell<BTreeSet<u32>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(code: &'a Code<'a>) -> Self {
        Self {
            code,
            listed: RefCell::default(),
        }
    }

    /// Where a reader is sent: the source if it is known, the listing if it is not.
    pub(super) fn location(
        &self,
        place: &Place,
        id: Option<usize>,
        message: Option<String>,
    ) -> Location {
        let physical = match &place.source {
            Some(source) => self.in_source(source),
            None => self.in_listing(place),
        };
        Location {
            id,
            logical_locations: vec![LogicalLocation {
                name: place.function.clone(),
                kind: "function",
            }],
            message: message.map(Into::into),
            ..Location::at(physical.unwrap_or_else(|| self.module_start()))
        }
    }

    /// The bytes of the instruction. Nothing else goes with them: viewers take a byte offset for a hex view.
    pub(super) fn bytes(&self, place: &Place, id: usize) -> Location {
        let mut physical = physical(uri(&self.code.file.path));
        physical.region = Some(Region::bytes(place.offset.into(), 1));
        Location {
            id: Some(id),
            message: Some(
                format!(
                    "the instruction in the module, at offset {:#x}",
                    place.offset
                )
                .into(),
            ),
            ..Location::at(physical)
        }
    }

    /// What concerns no place in the code.
    pub(super) fn interface(&self) -> Location {
        Location::at(self.module_start())
    }

    fn module_start(&self) -> PhysicalLocation {
        let mut physical = physical(uri(&self.code.file.path));
        physical.region = Some(Region::lines(1..=1, None));
        physical
    }

    fn in_source(&self, source: &SourcePlace) -> Option<PhysicalLocation> {
        let line = usize::try_from(source.line).ok().filter(|line| *line > 0)?;
        let column = usize::try_from(source.column).ok().filter(|c| *c > 0);
        let file = self.code.sources.file(&source.path);
        let path = file
            .as_ref()
            .map_or(source.path.as_str(), |file| &file.name);
        let mut region = Region::lines(line..=line, None);
        region.start_column = column;
        if let Some((file, range)) = file
            .as_ref()
            .and_then(|file| Some((file, file.range(source)?)))
        {
            let line_start = file.text[..range.start]
                .rfind('\n')
                .map_or(0, |end| end + 1);
            let column = |at: usize| file.text[line_start..at].chars().count() + 1;
            region.start_column = Some(column(range.start));
            region.end_column = Some(column(range.end));
            region.snippet = Some(Content {
                text: file.text[range].to_owned(),
            });
        }
        let mut physical = physical(uri(path));
        physical.region = Some(region);
        Some(physical)
    }

    fn in_listing(&self, place: &Place) -> Option<PhysicalLocation> {
        /// Lines shown around an instruction.
        const CONTEXT: usize = 2;
        let listing = self.code.listing()?;
        let spot = listing.spot(place.func, place.offset)?;
        let lines = listing.function(place.func)?;
        self.listed.borrow_mut().insert(place.func);

        let text = &listing.text()[spot.range.clone()];
        let start = spot.range.start - listing.lines(spot.line..spot.line).start + 1;
        let columns = (start, start + text.chars().count());
        let mut region = Region::lines(spot.line + 1..=spot.line + 1, Some(columns));
        region.snippet = Some(Content {
            text: text.to_owned(),
        });

        let from = spot.line.saturating_sub(CONTEXT).max(lines.start);
        let to = (spot.line + CONTEXT).min(lines.end - 1);
        let mut context = Region::lines(from + 1..=to + 1, None);
        context.snippet = Some(Content {
            text: listing.text()[listing.lines(from..to + 1)].to_owned(),
        });

        let mut physical = physical(self.listing_uri());
        physical.region = Some(region);
        physical.context_region = Some(context);
        Some(physical)
    }

    /// Where the listing would be if it were a file.
    pub(super) fn listing_uri(&self) -> String {
        uri(&format!("{}.listing.wat", self.code.file.path))
    }

    /// The listing with the functions in which something was placed; the lines of the others are left empty, so that
    /// line numbers are those of the whole.
    pub(super) fn listing_text(&self) -> Option<String> {
        let listed = self.listed.borrow();
        if listed.is_empty() {
            return None;
        }
        let listing = self.code.listing()?;
        let mut text = String::new();
        let mut line = 0;
        for func in listed.iter() {
            let lines = listing.function(*func)?;
            text.extend(std::iter::repeat_n('\n', lines.start - line));
            line = lines.end;
            text.push_str(&listing.text()[listing.lines(lines)]);
        }
        Some(text)
    }
}

/// A file as a whole.
pub(super) fn whole_file(path: &str) -> Location {
    Location::at(physical(uri(path)))
}

fn physical(uri: String) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri, index: None },
        region: None,
        context_region: None,
    }
}

/// A path as a relative reference, below the current folder as far as it is there.
pub(super) fn uri(path: &str) -> String {
    let here = std::env::current_dir().ok();
    let below = here
        .as_deref()
        .and_then(|here| std::path::Path::new(path).strip_prefix(here).ok())
        .and_then(|below| below.to_str());
    let path = below.unwrap_or(path).trim_start_matches("./");
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", percent_encoded(path))
}

fn percent_encoded(path: &str) -> String {
    use std::fmt::Write;
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("./a b/c.wasm"), "a%20b/c.wasm");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
        assert_eq!(uri("/somewhere/else.wasm"), "file:///somewhere/else.wasm");
        let here = std::env::current_dir().unwrap();
        assert_eq!(uri(here.join("x.wasm").to_str().unwrap()), "x.wasm");
    }
}
