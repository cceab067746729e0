//! Which functions a macro wrote.
//!
//! All that an attribute or a derive generates is said to come from the one place of the attribute. A reader learns
//! nothing there; the call of the generated function is what they wrote.

use std::collections::{BTreeMap, BTreeSet};

use gimli::{AttributeValue, DebuggingInformationEntry, Dwarf, Range, Unit};

use super::Slice;

/// So many things are not written between two places of one line.
const MANY: usize = 6;

/// A place in the source, within its unit.
type Position = (u64, u64, u64);

/// A function, or one that was inlined into another.
struct Node {
    parent: Option<usize>,
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
    nodes: Vec<Node>,
}

impl Expansions {
    pub(super) fn new(dwarf: &Dwarf<Slice<'_>>) -> Self {
        let mut this = Self { nodes: Vec::new() };
        let mut headers = dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            if let Ok(unit) = dwarf.unit(header) {
                let first = this.nodes.len();
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

    /// For the functions around an address, innermost first: whether a macro wrote them.
    pub(super) fn around(&self, address: u64) -> Vec<bool> {
        let mut next = self.innermost(0, address);
        let mut generated = Vec::new();
        while let Some(index) = next {
            let node = &self.nodes[index];
            generated.push(node.is_generated());
            next = node.parent;
        }
        generated
    }

    /// An address in the code of each function that passes the test, by its name: where it begins.
    pub(super) fn named(&self, is_it: impl Fn(&str) -> bool) -> impl Iterator<Item = u64> {
        self.nodes
            .iter()
            .filter(move |node| is_it(&node.name) && !node.is_generated())
            .filter_map(|node| node.ranges.iter().map(|range| range.begin).min())
    }

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
            if !is_inlined && entry.tag() != gimli::DW_TAG_subprogram {
                continue;
            }
            let parent = within.last().map(|(_, node)| *node).filter(|_| is_inlined);
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
                self.nodes[parent].comes_from(at);
            }
            let mut ranges = Vec::new();
            if let Ok(mut all) = dwarf.die_ranges(unit, entry) {
                while let Ok(Some(range)) = all.next() {
                    if range.begin > 0 {
                        ranges.push(range);
                    }
                }
            }
            within.push((entry.depth(), self.nodes.len()));
            self.nodes.push(Node {
                parent,
                name: name(dwarf, unit, entry).unwrap_or_default(),
                ranges,
                positions: BTreeSet::new(),
                evidence: 0,
                shared: false,
            });
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
            if let Some(node) = self.innermost(first, row.address()) {
                self.nodes[node].comes_from((row.file_index(), line, column));
            }
        }
    }

    /// The innermost function around an address, among those from an index on.
    fn innermost(&self, first: usize, address: u64) -> Option<usize> {
        // Children come after their parents.
        let around = |node: &Node| {
            node.ranges
                .iter()
                .any(|r| r.begin <= address && address < r.end)
        };
        (first..self.nodes.len())
            .rev()
            .find(|&i| around(&self.nodes[i]))
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
    /// One place for several functions, or for many things (those of a chain of calls are all said to be where it begins),
    /// be it by its two ends; or for one thing, where attributes are and no statement is.
    fn is_generated(&self) -> bool {
        let mut positions = self.positions.iter();
        match (positions.next(), positions.next(), positions.next()) {
            (Some((_, _, column)), None, None) => {
                *column == 1 || self.evidence > 1 && (self.shared || self.evidence >= MANY)
            }
            (Some(start), Some(end), None) => {
                (start.0, start.1) == (end.0, end.1) && self.evidence >= MANY
            }
            _ => false,
        }
    }

    fn comes_from(&mut self, position: Position) {
        // Line 0 says that the compiler does not know; column 0, that it means the whole line, as at a function's head.
        if position.1 > 0 && position.2 > 0 {
            self.positions.insert(position);
            self.evidence += 1;
        }
    }
}
