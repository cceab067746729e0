//! The disassembly of a module, and where in it things are. Where no debug information leads to the source, this is what
//! findings are shown on.

use std::ops::Range;

use contract_lint_analyzer::module::{FuncKind, Module};

use crate::text::printable;

/// Longer lines (data, tables of branches) are cut: nobody reads them.
const MAX_LINE: usize = 240;

/// The text of a module, line by line.
#[derive(Debug)]
pub(crate) struct Listing {
    text: String,
    lines: Vec<Line>,
    /// The lines of each function: its index, and the lines from its head to its end.
    functions: Vec<(u32, Range<usize>)>,
}

#[derive(Debug)]
struct Line {
    /// Where in the text, without the line break.
    range: Range<usize>,
    /// What it was printed from.
    offset: Option<u64>,
}

/// A place in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The line, from 0.
    pub(crate) line: usize,
    /// The instruction within [`Listing::text`].
    pub(crate) range: Range<usize>,
}

impl Listing {
    /// The listing of a module; `None` if it cannot be printed.
    pub(crate) fn new(module: &Module) -> Option<Self> {
        let mut storage = String::new();
        let printed = wasmprinter::Config::new()
            .offsets_and_lines(&module.bytes, &mut storage)
            .ok()?;
        let mut listing = Self {
            text: String::new(),
            lines: Vec::new(),
            functions: Vec::new(),
        };
        let imported = module
            .funcs
            .iter()
            .filter(|(_, f)| matches!(f.kind, FuncKind::Import { .. }))
            .count();
        let mut next = u32::try_from(imported).ok()?;
        for (offset, line) in printed {
            let line = line.trim_end_matches('\n');
            if line.starts_with("  (func ") {
                let start = listing.lines.len();
                listing.functions.push((next, start..start + 1));
                next += 1;
            } else if line.starts_with("   ") || line == "  )" {
                // Deeper than a field of the module: still the same function, if it is one.
                let end = listing.lines.len();
                if let Some((_, lines)) = listing.functions.last_mut()
                    && lines.end == end
                {
                    lines.end += 1;
                }
            }
            match imported_callee(module, line) {
                Some(name) => listing.push(offset, &format!("{line} (;{name};)")),
                None => listing.push(offset, line),
            }
        }
        Some(listing)
    }

    fn push(&mut self, offset: Option<u64>, line: &str) {
        let start = self.text.len();
        if line.len() > MAX_LINE {
            let mut end = MAX_LINE;
            while !line.is_char_boundary(end) {
                end -= 1;
            }
            self.text.push_str(&line[..end]);
            self.text.push('…');
        } else {
            self.text.push_str(line);
        }
        self.lines.push(Line {
            range: start..self.text.len(),
            offset,
        });
        self.text.push('\n');
    }

    /// All of it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The lines of a function.
    pub(crate) fn function(&self, func: u32) -> Option<Range<usize>> {
        let index = self
            .functions
            .binary_search_by_key(&func, |(f, _)| *f)
            .ok()?;
        Some(self.functions[index].1.clone())
    }

    /// The text of lines, as a range of [`Self::text`] with the last line break.
    pub(crate) fn lines(&self, lines: Range<usize>) -> Range<usize> {
        let at = |line: usize| {
            self.lines
                .get(line)
                .map_or(self.text.len(), |l| l.range.start)
        };
        at(lines.start)..at(lines.end)
    }

    /// The instruction at an offset of a function: the line printed from exactly there, else the last one before.
    pub(crate) fn spot(&self, func: u32, offset: u32) -> Option<Spot> {
        let lines = self.function(func)?;
        let mut best = lines.start;
        for line in lines {
            match self.lines[line].offset {
                Some(at) if at == u64::from(offset) => {
                    best = line;
                    break;
                }
                Some(at) if at < u64::from(offset) => best = line,
                _ => {}
            }
        }
        let range = self.lines[best].range.clone();
        let text = &self.text[range.clone()];
        let indent = text.len() - text.trim_start().len();
        Some(Spot {
            line: best,
            range: range.start + indent..range.end,
        })
    }
}

/// What a line calls, if that is an import which the printer knows by its number only.
fn imported_callee(module: &Module, line: &str) -> Option<String> {
    let number: usize = line.trim().strip_prefix("call ")?.parse().ok()?;
    let (_, decl) = module.funcs.iter().nth(number)?;
    match &decl.kind {
        FuncKind::Import { module, name } => {
            Some(printable(&format!("{module}.{name}")).into_owned())
        }
        FuncKind::Local { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use contract_lint_analyzer::module::decode;

    use super::*;

    #[test]
    fn finds_functions_and_instructions() {
        let wat = r#"(module
            (import "env" "log" (func $log (param i32)))
            (func $first (call $log (i32.const 1)))
            (func $second (export "second") (block (call $log (i32.const 2))))
            (memory 1)
            (data (i32.const 0) "(func in data"))"#;
        let module = decode(wat::parse_str(wat).unwrap()).unwrap();
        let listing = Listing::new(&module).unwrap();
        let lines = listing.function(2).unwrap();
        let text = &listing.text()[listing.lines(lines)];
        assert!(text.starts_with("  (func $second"), "{text}");
        assert!(text.ends_with("  )\n"), "{text}");
        assert!(!text.contains("memory"), "{text}");

        let FuncKind::Local { body } = &module.funcs.iter().nth(2).unwrap().1.kind else {
            panic!("not local");
        };
        // locals, block and its type, constant: the call is the byte after.
        let call = u32::try_from(body.start + 5).unwrap();
        let spot = listing.spot(2, call).unwrap();
        assert_eq!(&listing.text()[spot.range], "call $log");
        assert_eq!(listing.function(0), None);
        assert_eq!(listing.function(3), None);
    }
}
