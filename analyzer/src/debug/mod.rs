//! From places in the code to places in the source, where the module carries DWARF that fits its code.
//!
//! Addresses of DWARF count from the payload of the code section. Some optimisers copy the debug information and change
//! the code under it, so it is only trusted if the functions it describes are where functions are.

mod assignment;
mod expansion;
mod panics;

use std::collections::BTreeSet;
use std::ops::Range;

use addr2line::{Context, Location};
use gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};

pub use self::panics::PanicLocations;

use self::expansion::{Expansions, Named};
use crate::facts::Site;
use crate::module::{FuncKind, Module};

type Slice<'m> = EndianSlice<'m, LittleEndian>;

/// How many bytes the length before a body may take.
const MAX_LENGTH_BYTES: usize = 5;

/// Where the code of a module comes from.
pub struct SourceMap<'m> {
    context: Context<Slice<'m>>,
    expansions: Expansions,
    code: Range<usize>,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourcePosition {
    /// The file: relative to the folder of the compilation if it is below it, else as the compiler recorded it.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1; 0 if only the line is known.
    pub column: u32,
}

/// What a place in the code was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// What the author wrote there.
    Statement(SourcePosition),
    /// Macros wrote all of it: the outermost is what the author put there for the method, or for many at once.
    Macro(SourcePosition),
}

impl<'m> SourceMap<'m> {
    /// The source map of a module; `None` if it carries no debug information, or some that does not fit its code.
    pub fn new(module: &'m Module) -> Option<Self> {
        module.custom_section(".debug_line")?;
        let load = |id: SectionId| {
            let bytes = module.custom_section(id.name()).unwrap_or_default();
            Ok::<_, gimli::Error>(EndianSlice::new(bytes, LittleEndian))
        };
        let dwarf = Dwarf::load(load).ok()?;
        if !fits(&dwarf, module) {
            return None;
        }
        Some(Self {
            expansions: Expansions::new(&dwarf),
            context: Context::from_dwarf(dwarf).ok()?,
            code: module.code_section.clone(),
        })
    }

    /// The source map of a module from its twin, a build of the same code that carries the debug information; `None` if
    /// the code differs in a byte.
    pub fn of_twin(twin: &'m Module, module: &Module) -> Option<Self> {
        let code = |module: &Module| {
            module
                .bytes
                .get(module.code_section.clone())
                .map(<[u8]>::to_vec)
        };
        if code(twin)? != code(module)? {
            return None;
        }
        let mut map = Self::new(twin)?;
        map.code = module.code_section.clone();
        Some(map)
    }

    /// The place in the contract's own source: of the innermost call on the way to the site that is in it.
    ///
    /// What is called from there is the code of libraries, which no user of this tool can change, or was written by a
    /// macro.
    pub fn position(&self, site: &Site) -> Option<Origin> {
        let calls = site.chain.iter().rev().map(|(_, offset)| *offset);
        let mut generated = None;
        for offset in std::iter::once(site.offset).chain(calls) {
            for (position, by_macro) in self.own(offset) {
                if !by_macro {
                    return Some(Origin::Statement(position));
                }
                generated = Some(Origin::Macro(position));
            }
        }
        generated
    }

    /// The contract's own source files, sorted.
    pub fn files(&self) -> BTreeSet<String> {
        let all = 0..(self.code.len() as u64);
        let Ok(locations) = self.context.find_location_range(all.start, all.end) else {
            return BTreeSet::new();
        };
        let paths = locations.filter_map(|(_, _, at)| Some(position(&at, None)?.path));
        paths.filter(|path| is_own(path)).collect()
    }

    /// Where the contract's own functions of that name begin: the head, or of what was inlined everywhere, the first
    /// statement. There may be several, since macros write functions of a method's name around it. Names are compared
    /// as methods' names are written by different tools (`cashOut`, `vault.cash_out`).
    pub fn functions(&self, name: &str) -> BTreeSet<SourcePosition> {
        let wanted = plain_name(name);
        let begins = self.expansions.named(|name| plain_name(name) == wanted);
        let position = |function: Named<'_>| {
            let offset = self.offset_of(function.begin()?)?;
            let mut own = self.own(offset).into_iter();
            let (position, _) = own.find(|(_, by_macro)| !by_macro)?;
            Some(position)
        };
        begins.filter_map(position).collect()
    }

    /// The offset in the module of an address of the debug information.
    fn offset_of(&self, address: u64) -> Option<u32> {
        u32::try_from(address.checked_add(self.code.start as u64)?).ok()
    }

    /// The address in the debug information of an offset in the module.
    fn address_of(&self, offset: u32) -> Option<u64> {
        (offset as usize)
            .checked_sub(self.code.start)
            .map(|address| address as u64)
    }

    /// The places in the contract's own source that an instruction was made from, innermost first, and whether a macro
    /// wrote the function.
    fn own(&self, offset: u32) -> Vec<(SourcePosition, bool)> {
        let mut own = Vec::new();
        let Some(address) = self.address_of(offset) else {
            return own;
        };
        let unit = self.context.find_dwarf_and_unit(address).skip_all_loads();
        let folder = unit
            .and_then(|unit| unit.comp_dir)
            .and_then(|folder| std::str::from_utf8(folder.slice()).ok());
        let row = self.context.find_location(address).ok().flatten();
        let mut at = row.and_then(|row| position(&row, folder));
        let mut add = |at: Option<SourcePosition>, by_macro: bool| {
            let at = at.filter(|at| is_own(&at.path));
            // Statements are indented: what begins a line is an attribute, or a brace.
            own.extend(at.map(|at| (at.clone(), by_macro || at.column == 1)));
        };
        for frame in self.expansions.around(address) {
            add(at, frame.by_macro);
            at = frame.inlined_at;
        }
        add(at, false);
        own
    }
}

fn position(at: &Location<'_>, folder: Option<&str>) -> Option<SourcePosition> {
    let path = at.file?;
    Some(SourcePosition {
        path: below(folder, path).to_owned(),
        line: at.line.filter(|line| *line > 0)?,
        column: at.column.unwrap_or(0),
    })
}

/// A path relative to a folder, if it is below it.
fn below<'a>(folder: Option<&str>, path: &'a str) -> &'a str {
    folder
        .filter(|folder| !folder.is_empty())
        .and_then(|folder| path.strip_prefix(folder)?.strip_prefix(['/', '\\']))
        .unwrap_or(path)
}

/// What is left of a function's name without path, type arguments, case and separators.
fn plain_name(name: &str) -> String {
    let name = name.split(['<', '(']).next().unwrap_or(name);
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    last.chars()
        .filter(|c| *c != '_')
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Whether a file is neither of the standard library nor of a dependency.
fn is_own(path: &str) -> bool {
    const FOREIGN: &[&str] = &[
        "/rustc/",
        "/rust/deps/",
        "/rustlib/",
        "/registry/",
        "/git/checkouts/",
        "/usr/include/",
        "/usr/lib/",
        "/include/c++/",
        "/wasi-libc/",
    ];
    let path = path.replace('\\', "/");
    let name = path.rsplit('/').next().unwrap_or(&path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    // What a contract includes from elsewhere than its own folder is a library's.
    let included = path.starts_with('/') && matches!(extension, "" | "h" | "hh" | "hpp" | "hxx");
    let path = format!("/{}", path.trim_start_matches('/'));
    !included && !FOREIGN.iter().any(|folder| path.contains(folder)) && !path.ends_with('>')
}

/// Whether the functions that the debug information describes are where the module has functions, but for a few.
fn fits(dwarf: &Dwarf<Slice<'_>>, module: &Module) -> bool {
    let base = module.code_section.start;
    let mut ends = Vec::new();
    for (_, decl) in module.funcs.iter() {
        if let FuncKind::Local { body } = &decl.kind {
            ends.push((
                body.end.saturating_sub(base),
                body.start.saturating_sub(base),
            ));
        }
    }
    ends.sort_unstable();
    let is_function = |range: &gimli::Range| {
        let (Ok(begin), Ok(end)) = (usize::try_from(range.begin), usize::try_from(range.end))
        else {
            return false;
        };
        ends.binary_search_by_key(&end, |(end, _)| *end)
            .is_ok_and(|i| {
                (ends[i].1.saturating_sub(MAX_LENGTH_BYTES)..=ends[i].1).contains(&begin)
            })
    };
    let ranges = functions(dwarf, module.code_section.len() as u64);
    let right = ranges.iter().filter(|range| is_function(range)).count();
    right > 0 && right * 10 >= ranges.len() * 9
}

/// The ranges of the functions that the debug information describes. Those that the linker removed lie at 0 or outside.
fn functions(dwarf: &Dwarf<Slice<'_>>, code_len: u64) -> Vec<gimli::Range> {
    let mut found = Vec::new();
    let mut headers = dwarf.units();
    while let Ok(Some(header)) = headers.next() {
        let Ok(unit) = dwarf.unit(header) else {
            continue;
        };
        let mut entries = unit.entries();
        while let Ok(Some(entry)) = entries.next_dfs() {
            if entry.tag() != gimli::DW_TAG_subprogram {
                continue;
            }
            let Ok(mut ranges) = dwarf.die_ranges(&unit, entry) else {
                continue;
            };
            while let Ok(Some(range)) = ranges.next() {
                if range.begin > 0 && range.begin < range.end && range.end <= code_len {
                    found.push(range);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_not_the_contract() {
        for own in [
            "src/lib.rs",
            "/home/me/vault/src/lib.rs",
            "vault.cpp",
            "include/vault.hpp",
            "C:\\vault\\src\\lib.rs",
        ] {
            assert!(is_own(own), "{own}");
        }
        for foreign in [
            "/rustc/1.96.0/library/core/src/ptr/mod.rs",
            "/home/me/.cargo/registry/src/index/near-sdk-5.0.0/src/lib.rs",
            "/cargo/registry/soroban-sdk-25.3.2/src/token.rs",
            "C:\\Users\\me\\.cargo\\registry\\src\\x\\lib.rs",
            "<macro>",
            "/opt/cdt/eosio/multi_index.hpp",
            "/usr/share/c++/v1/string",
        ] {
            assert!(!is_own(foreign), "{foreign}");
        }
    }
}
