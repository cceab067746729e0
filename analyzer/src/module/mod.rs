//! The decoded module: what the file says, index space by index space, before any interpretation.
//!
//! With [`crate::lift`] this is the only place that knows wasmparser.

use std::ops::Range;

use crate::entity::{PrimaryMap, entity};
use crate::ir::{Func, FuncType, Sig, Type};

mod decode;
mod names;

pub(crate) use decode::value_type;
pub use decode::{DecodeError, decode};

entity! {
    /// A table of the module.
    Table, "table"
}
entity! {
    /// A global of the module, imported ones first.
    Global, "global"
}

/// A validated core module.
#[derive(Debug)]
pub struct Module {
    /// The bytes of the module, from `\0asm` on. All ranges and offsets below count from here.
    pub bytes: Vec<u8>,
    /// The types of functions.
    pub types: PrimaryMap<Sig, FuncType>,
    /// All functions, imported ones first.
    pub funcs: PrimaryMap<Func, FuncDecl>,
    /// All tables, imported ones first, with the functions that element segments put into them.
    pub tables: PrimaryMap<Table, TableDecl>,
    /// All globals, imported ones first.
    pub globals: PrimaryMap<Global, GlobalDecl>,
    /// What the module exports, in file order.
    pub exports: Vec<Export>,
    /// Data segments, in file order.
    pub data: Vec<DataSegment>,
    /// The type of addresses in each memory, imported ones first.
    pub memory_types: Vec<Type>,
    /// Initial size of memory 0 in 64 KiB pages; `None` without memory.
    pub memory_pages: Option<u64>,
    /// Whether memory 0 is imported, as `module.name`.
    pub memory_import: Option<(String, String)>,
    /// The function that runs at instantiation.
    pub start: Option<Func>,
    /// Custom sections: name and where their payload lies.
    pub custom_sections: Vec<CustomSection>,
    /// Where the payload of the code section lies (DWARF addresses count from its start).
    pub code_section: Range<usize>,
}

/// One function of the index space.
#[derive(Debug)]
pub struct FuncDecl {
    /// Its type.
    pub sig: Sig,
    /// Imported, or defined here.
    pub kind: FuncKind,
    /// The name given by the `name` section, as written there (mangled).
    pub name: Option<String>,
}

/// Where the code of a function is.
#[derive(Debug)]
pub enum FuncKind {
    /// Supplied by the host.
    Import {
        /// The module name of the import.
        module: String,
        /// The field name of the import.
        name: String,
    },
    /// Defined in the code section; the range is that of the body (from the local declarations to the final `end`).
    Local {
        /// Byte range of the body.
        body: Range<usize>,
    },
}

/// A table and what is statically known of its entries.
#[derive(Debug)]
pub struct TableDecl {
    /// The type of its indices.
    pub index_type: Type,
    /// Entries set by active element segments at constant offsets; `None` is a null entry.
    pub entries: Vec<Option<Func>>,
    /// Whether entries are unknown: the table is imported or exported, is written by an instruction, or a segment's
    /// offset is not constant.
    pub open: bool,
}

/// A global and its initial value.
#[derive(Debug)]
pub struct GlobalDecl {
    /// The type of its value.
    pub ty: Type,
    /// Whether instructions may change it.
    pub mutable: bool,
    /// The initial value as bits, where it is a constant.
    pub init: Option<u64>,
}

/// One export.
#[derive(Debug, Clone)]
pub struct Export {
    /// The exported name.
    pub name: String,
    /// What it stands for.
    pub item: ExportItem,
}

/// The kinds of things a module exports, as far as the analyzer cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportItem {
    /// A function.
    Func(Func),
    /// Memory 0.
    Memory,
    /// A global.
    Global(Global),
    /// A table.
    Table(Table),
    /// Anything else.
    Other,
}

/// A data segment.
#[derive(Debug, Clone)]
pub struct DataSegment {
    /// Its address in memory 0: `None` for passive segments and for offsets that are not constant.
    pub address: Option<u64>,
    /// Where its bytes lie in the file.
    pub range: Range<usize>,
}

/// A custom section.
#[derive(Debug, Clone)]
pub struct CustomSection {
    /// Its name.
    pub name: String,
    /// Where its payload (after the name) lies in the file.
    pub range: Range<usize>,
}

impl Module {
    /// The type of a function.
    pub fn func_type(&self, func: Func) -> &FuncType {
        &self.types[self.funcs[func].sig]
    }

    /// The import a function stands for: module and field name.
    pub fn import(&self, func: Func) -> Option<(&str, &str)> {
        match &self.funcs[func].kind {
            FuncKind::Import { module, name } => Some((module, name)),
            FuncKind::Local { .. } => None,
        }
    }

    /// The exported functions, in file order.
    pub fn exported_funcs(&self) -> impl Iterator<Item = (&str, Func)> {
        self.exports.iter().filter_map(|e| match e.item {
            ExportItem::Func(func) => Some((e.name.as_str(), func)),
            _ => None,
        })
    }

    /// The payload of the first custom section of that name.
    pub fn custom_section(&self, name: &str) -> Option<&[u8]> {
        let section = self.custom_sections.iter().find(|s| s.name == name)?;
        self.bytes.get(section.range.clone())
    }
}
