//! Which functions a macro wrote.
//!
//! All that an attribute or a derive generates is said to come from the one place of the attribute. A reader learns
//! nothing there; the call of the generated function is what they wrote.

use std::collections::{BTreeMap, BTreeSet};

use gimli::{AttributeValue, DebuggingInformationEntry, Dwarf, FileEntry, Range, Unit};

use super::{Slice, SourcePosition, below, is_own};

/// So many things are not written between two places of one line.
const MANY: usize = 6;

/// No compiler inlines deeper, or cuts a function into more parts; but debug information may come from a stranger.
const MAX_DEPTH: usize = 256;
const MAX_RANGES: usize = 512;

/// A place in the source, within its unit.
type Position = (u64, u64, u64);

/// A function, or one that was inlined into another.
struct Node {
    unit: usize,
    parent: Option<usize>,
    inlined_at: Option<Position>,
    /// Its name as the debug information has it; empty if it has none.
    name: String,
    ranges: Vec<Range>,
    /// Where its code comes from: what it calls inlined, and (from the line table) the rest.
    positions: BTreeSet<Position>,
    /// How many times such places are named.
    evidence: usize,
    /// Whether a function of another name comes from such a place, too.
    shared: bool,
}

/// What is known of all functions.
pub(super) struct Expansions {
    /// The contract's own files of each unit, by their numbers there.
    files: Vec<BTreeMap<u64, String>>,
    /// Those that were inlined come after what they were inlined into.
    nodes: Vec<Node>,
    /// The innermost function from an address on, up to the next address that is here.
    innermost: BTreeMap<u64, Option<usize>>,
}

impl Expansions {
    pub(super) fn new(dwarf: &Dwarf<Slice<'_>>) -> Self {
        let mut this = Self {
            files: Vec::new(),
            nodes: Vec::new(),
            innermost: BTreeMap::new(),
        };
        let mut headers = dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            if let Ok(unit) = dwarf.unit(header) {
                let first = this.nodes.len();
                this.files.push(own_files(dwarf, &unit));
                this.functions(dwarf, &unit);
                this.rows(&unit, first);
            }
        }
        this.share();
        this
    }

    /// Notes which functions have a place in common with one of another name, as those that one attribute writes.
    fn share(&mut self) {
        let mut first: BTreeMap<Position, (&str, bool)> = BTreeMap::new();
        for node in &self.nodes {
            for position in &node.positions {
                let (name, shared) = first.entry(*position).or_insert((&node.name, false));
                *shared |= *name != node.name;
            }
        }
        let shared: BTreeSet<Position> = first
            .into_iter()
            .filter(|(_, (_, shared))| *shared)
            .map(|(position, _)| position)
            .collect();
        for node in &mut self.nodes {
            node.shared = !node.positions.is_disjoint(&shared);
        }
    }

    /// The functions around an address, innermost first.
    pub(super) fn around(&self, address: u64) -> impl Iterator<Item = Frame> + '_ {
        let parent = |index: &usize| self.nodes[*index].parent;
        std::iter::successors(self.innermost(address), parent).map(|index| {
            let node = &self.nodes[index];
            Frame {
                by_macro: node.is_generated(),
                inlined_at: node
                    .inlined_at
                    .and_then(|at| source_position(&self.files[node.unit], at)),
            }
        })
    }

    /// The functions that pass the test by their name and that no macro wrote.
    pub(super) fn named(&self, is_it: impl Fn(&str) -> bool) -> impl Iterator<Item = Named<'_>> {
        let all = self.nodes.iter().enumerate();
        all.filter(move |(_, node)| is_it(&node.name) && !node.is_generated())
            .map(|(index, node)| Named {
                index,
                ranges: &node.ranges,
            })
    }

    /// Whether an address is in the function itself rather than in what was inlined into it.
    pub(super) fn is_directly_in(&self, address: u64, function: Named<'_>) -> bool {
        self.innermost(address) == Some(function.index)
    }

    /// Takes in the functions of the last unit.
    fn functions(&mut self, dwarf: &Dwarf<Slice<'_>>, unit: &Unit<Slice<'_>>) {
        // The functions that the current entry is within, each with its depth.
        let mut within: Vec<(isize, usize)> = Vec::new();
        let mut entries = unit.entries();
        while let Ok(Some(entry)) = entries.next_dfs() {
            while within
                .last()
                .is_some_and(|(depth, _)| *depth >= entry.depth())
            {
                within.pop();
            }
            let is_inlined = entry.tag() == gimli::DW_TAG_inlined_subroutine;
            let is_function = is_inlined || entry.tag() == gimli::DW_TAG_subprogram;
            if !is_function || within.len() >= MAX_DEPTH {
                continue;
            }
            let unit_number = self.files.len() - 1;
            let parent = within.last().map(|(_, node)| *node).filter(|_| is_inlined);
            let mut inlined_at = None;
            if let Some(parent) = parent {
                let number = |name| match entry.attr_value(name) {
                    Some(AttributeValue::FileIndex(file)) => file,
                    Some(value) => value.udata_value().unwrap_or(0),
                    None => 0,
                };
                let line = number(gimli::DW_AT_call_line);
                let at = (
                    number(gimli::DW_AT_call_file),
                    line,
                    number(gimli::DW_AT_call_column),
                );
                self.comes_from(parent, at);
                inlined_at = Some(at);
            }
            within.push((entry.depth(), self.nodes.len()));
            self.nodes.push(Node {
                unit: unit_number,
                parent,
                inlined_at,
                name: name(dwarf, unit, entry).unwrap_or_default(),
                ranges: Vec::new(),
                positions: BTreeSet::new(),
                evidence: 0,
                shared: false,
            });
            if let Ok(mut all) = dwarf.die_ranges(unit, entry) {
                while let Ok(Some(range)) = all.next() {
                    self.lies(self.nodes.len() - 1, range);
                }
            }
        }
    }

    /// Notes where a function lies.
    ///
    /// What the linker removed is said to be at 0, and what ends with such a part to have no end. Only of the functions
    /// that are in no other this can be believed; what was inlined lies within them, whatever is said of those between.
    fn lies(&mut self, node: usize, mut range: Range) {
        let parent = |node: &usize| self.nodes[*node].parent;
        let mut around: Vec<usize> = std::iter::successors(parent(&node), parent).collect();
        if let Some(outermost) = around.last() {
            let mut ranges = self.nodes[*outermost].ranges.iter();
            let Some(all) = ranges.find(|r| contains(r, range.begin)) else {
                return;
            };
            range.end = range.end.min(all.end);
        }
        if range.begin == 0 || range.begin >= range.end {
            return;
        }
        around.reverse();
        around.retain(|node| {
            let mut ranges = self.nodes[*node].ranges.iter();
            !ranges.any(|r| contains(r, range.begin))
        });
        for node in around.into_iter().chain([node]) {
            if self.nodes[node].ranges.len() >= MAX_RANGES {
                return;
            }
            self.nodes[node].ranges.push(range);
            self.cover(&range, node);
        }
    }

    /// Gives each row of the line table to the innermost function around it.
    fn rows(&mut self, unit: &Unit<Slice<'_>>, first: usize) {
        let Some(program) = unit.line_program.clone() else {
            return;
        };
        let mut rows = program.rows();
        while let Ok(Some((_, row))) = rows.next_row() {
            if row.end_sequence() {
                continue;
            }
            let line = row.line().map_or(0, std::num::NonZeroU64::get);
            let column = match row.column() {
                gimli::ColumnType::LeftEdge => 0,
                gimli::ColumnType::Column(column) => column.get(),
            };
            let node = self.innermost(row.address());
            if let Some(node) = node.filter(|node| *node >= first) {
                self.comes_from(node, (row.file_index(), line, column));
            }
        }
    }

    /// Notes that a part of a function's own code comes from there.
    fn comes_from(&mut self, node: usize, at: Position) {
        let node = &mut self.nodes[node];
        // Line 0 says that the compiler does not know; column 0, that it means the whole line, as at a function's head.
        // Code of libraries can be said to be here that was inlined and then moved.
        if at.1 > 0 && at.2 > 0 && self.files[node.unit].contains_key(&at.0) {
            node.positions.insert(at);
            node.evidence += 1;
        }
    }

    /// Notes that a function is the innermost so far in a range.
    fn cover(&mut self, range: &Range, node: usize) {
        let after = self.innermost(range.end);
        let within = self.innermost.range(range.begin..range.end);
        let covered: Vec<u64> = within.map(|(address, _)| *address).collect();
        for address in covered {
            self.innermost.remove(&address);
        }
        self.innermost.insert(range.begin, Some(node));
        self.innermost.entry(range.end).or_insert(after);
    }

    /// The innermost function around an address.
    fn innermost(&self, address: u64) -> Option<usize> {
        let (_, node) = self.innermost.range(..=address).next_back()?;
        *node
    }
}

/// A function around an address.
pub(super) struct Frame {
    /// Whether a macro wrote it.
    pub(super) by_macro: bool,
    /// Where in the contract's own source it was inlined, if it was.
    pub(super) inlined_at: Option<SourcePosition>,
}

/// A function, or one that was inlined into another: where its code is.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    index: usize,
    pub(super) ranges: &'a [Range],
}

impl Named<'_> {
    /// Where it begins.
    pub(super) fn begin(&self) -> Option<u64> {
        self.ranges.iter().map(|range| range.begin).min()
    }
}

/// The name of a function: its own, or that of what was inlined.
fn name(
    dwarf: &Dwarf<Slice<'_>>,
    unit: &Unit<Slice<'_>>,
    entry: &DebuggingInformationEntry<Slice<'_>>,
) -> Option<String> {
    let named = |entry: &DebuggingInformationEntry<Slice<'_>>| {
        let value = entry.attr_value(gimli::DW_AT_name)?;
        let name = dwarf.attr_string(unit, value).ok()?;
        Some(String::from_utf8_lossy(name.slice()).into_owned())
    };
    named(entry).or_else(|| match entry.attr_value(gimli::DW_AT_abstract_origin)? {
        AttributeValue::UnitRef(origin) => named(&unit.entry(origin).ok()?),
        _ => None,
    })
}

impl Node {
    /// Where attributes are and no statement is; one place for several functions, or for many things (those of a chain of
    /// calls are all said to be where it begins), be it by its two ends.
    fn is_generated(&self) -> bool {
        let (Some(first), Some(last)) = (self.positions.first(), self.positions.last()) else {
            return false;
        };
        if (first.0, first.1) != (last.0, last.1) {
            return false;
        }
        let (_, _, column) = *first;
        match self.positions.len() {
            _ if column == 1 => true,
            1 => self.evidence > 1 && (self.shared || self.evidence >= MANY),
            2 => self.evidence >= MANY,
            _ => false,
        }
    }
}

fn contains(range: &Range, address: u64) -> bool {
    (range.begin..range.end).contains(&address)
}

/// The files of a unit that are the contract's own, by their numbers.
fn own_files(dwarf: &Dwarf<Slice<'_>>, unit: &Unit<Slice<'_>>) -> BTreeMap<u64, String> {
    let Some(program) = &unit.line_program else {
        return BTreeMap::new();
    };
    let header = program.header();
    // The first file has the number 1, or 0 since DWARF 5.
    let first = u64::from(header.version() < 5);
    let count = header.file_names().len() as u64;
    let file = |number: u64| {
        let path = path(dwarf, unit, header.file(number)?)?;
        is_own(&path).then_some((number, path))
    };
    (first..first + count).filter_map(file).collect()
}

/// The path of a file: relative to the folder of the compilation if it is below it.
fn path<'m>(
    dwarf: &Dwarf<Slice<'m>>,
    unit: &Unit<Slice<'m>>,
    file: &FileEntry<Slice<'m>>,
) -> Option<String> {
    let text = |value| {
        let text = dwarf.attr_string(unit, value).ok()?;
        Some(String::from_utf8_lossy(text.slice()).into_owned())
    };
    let header = unit.line_program.as_ref()?.header();
    let name = text(file.path_name())?;
    let is_elsewhere = file.directory_index() != 0;
    let folder = file
        .directory(header)
        .filter(|_| is_elsewhere)
        .and_then(text);
    let path = match folder {
        Some(folder) if !name.starts_with('/') => format!("{folder}/{name}"),
        _ => name,
    };
    let compiled_in = unit
        .comp_dir
        .map(|folder| folder.to_string_lossy().into_owned());
    Some(below(compiled_in.as_deref(), &path).to_owned())
}

fn source_position(files: &BTreeMap<u64, String>, at: Position) -> Option<SourcePosition> {
    let (file, line, column) = at;
    Some(SourcePosition {
        path: files.get(&file)?.clone(),
        line: u32::try_from(line).ok().filter(|line| *line > 0)?,
        column: u32::try_from(column).unwrap_or(0),
    })
}
