//! Bytes → [`Module`]: decoding and validation with wasmparser.

use std::ops::Range;

use thiserror::Error;
use wasmparser::{
    ConstExpr, DataKind, ElementItems, ElementKind, Encoding, ExternalKind, FunctionBody,
    KnownCustom, MemoryType, Name, Operator, Parser, Payload, TableInit, TypeRef, ValType,
    Validator, WasmFeatures,
};

use super::{
    CustomSection, DataSegment, Export, ExportItem, FuncDecl, FuncKind, Global, GlobalDecl, Module,
    Table, TableDecl,
};
use crate::entity::{Entity, PrimaryMap};
use crate::ir::{Func, FuncType, Sig, Type};

/// log2 of the size of a page, unless the memory declares its own.
const PAGE_LOG2: u32 = 16;

/// A table larger than this is kept only up to here; calls beyond it are unresolved.
const MAX_TABLE_ENTRIES: usize = 1 << 16;

/// Why bytes are not a module that can be analysed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// There is nothing.
    #[error("the file is empty")]
    Empty,
    /// The bytes begin otherwise than a module.
    #[error("not a WebAssembly module: it does not begin with `\\0asm`")]
    NotWasm,
    /// A component, not a core module.
    #[error("a WebAssembly component, not a core module: contracts are core modules")]
    Component,
    /// The module breaks a rule of the specification.
    #[error("invalid WebAssembly at offset {offset:#x}: {message}")]
    Invalid {
        /// Where.
        offset: usize,
        /// Which rule.
        message: String,
    },
}

impl From<wasmparser::BinaryReaderError> for DecodeError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        DecodeError::Invalid {
            offset: offset(error.offset()),
            message: error.message().to_owned(),
        }
    }
}

/// Decodes and validates a core module.
///
/// # Errors
/// If the bytes are not a valid core module. Broken `name` sections are ignored, as engines do.
pub fn decode(bytes: Vec<u8>) -> Result<Module, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(DecodeError::NotWasm);
    }
    if Parser::is_component(&bytes) {
        return Err(DecodeError::Component);
    }
    Validator::new_with_features(features()).validate_all(&bytes)?;
    let mut decoder = Decoder::default();
    for payload in Parser::new(0).parse_all(&bytes) {
        decoder.payload(payload?)?;
    }
    Ok(decoder.finish(bytes))
}

/// Every proposal, so that a module is refused for what it does and not for when it was built. The one exception gives
/// memory instructions a second form that works on arrays, which nothing emits.
fn features() -> WasmFeatures {
    WasmFeatures::all() - WasmFeatures::MULTIBYTE_ARRAY_ACCESS
}

#[derive(Default)]
struct Decoder {
    types: PrimaryMap<Sig, FuncType>,
    funcs: PrimaryMap<Func, FuncDecl>,
    tables: PrimaryMap<Table, TableDecl>,
    globals: PrimaryMap<Global, GlobalDecl>,
    exports: Vec<Export>,
    data: Vec<DataSegment>,
    memory_pages: Option<u64>,
    memory_types: Vec<Type>,
    memory_import: Option<(String, String)>,
    start: Option<Func>,
    custom_sections: Vec<CustomSection>,
    code_section: Range<usize>,
    /// Index of the next function body in `funcs`.
    next_body: usize,
}

impl Decoder {
    fn payload(&mut self, payload: Payload<'_>) -> Result<(), DecodeError> {
        match payload {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => return Err(DecodeError::Component),
            Payload::TypeSection(reader) => {
                for group in reader {
                    for ty in group?.into_types() {
                        self.types.push(match ty.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(f) => FuncType {
                                params: f.params().iter().copied().map(value_type).collect(),
                                results: f.results().iter().copied().map(value_type).collect(),
                            },
                            // Other types keep their index but are never a function's.
                            _ => FuncType::default(),
                        });
                    }
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    self.import(import?);
                }
            }
            Payload::FunctionSection(reader) => {
                self.next_body = self.funcs.len();
                for sig in reader {
                    self.funcs.push(FuncDecl {
                        sig: Sig::new(sig? as usize),
                        kind: FuncKind::Local { body: 0..0 },
                        name: None,
                    });
                }
            }
            Payload::TableSection(reader) => {
                for table in reader {
                    let table = table?;
                    self.tables.push(TableDecl {
                        index_type: address_type(table.ty.table64),
                        entries: Vec::new(),
                        open: matches!(table.init, TableInit::Expr(_)),
                    });
                }
            }
            Payload::MemorySection(reader) => {
                for memory in reader {
                    self.memory(memory?);
                }
            }
            Payload::GlobalSection(reader) => {
                for global in reader {
                    let global = global?;
                    let init = self.constant(&global.init_expr);
                    self.globals.push(GlobalDecl {
                        ty: value_type(global.ty.content_type),
                        mutable: global.ty.mutable,
                        init,
                    });
                }
            }
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    let index = export.index as usize;
                    self.exports.push(Export {
                        name: export.name.to_owned(),
                        item: match export.kind {
                            ExternalKind::Func | ExternalKind::FuncExact => {
                                ExportItem::Func(Func::new(index))
                            }
                            ExternalKind::Memory => ExportItem::Memory,
                            ExternalKind::Global => ExportItem::Global(Global::new(index)),
                            ExternalKind::Table => {
                                self.tables[Table::new(index)].open = true;
                                ExportItem::Table(Table::new(index))
                            }
                            ExternalKind::Tag => ExportItem::Other,
                        },
                    });
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(Func::new(func as usize)),
            Payload::ElementSection(reader) => {
                for element in reader {
                    self.element(element?)?;
                }
            }
            Payload::DataSection(reader) => {
                for segment in reader {
                    let segment = segment?;
                    let address = match &segment.kind {
                        DataKind::Active {
                            memory_index: 0,
                            offset_expr,
                        } => self.constant(offset_expr),
                        DataKind::Active { .. } | DataKind::Passive => None,
                    };
                    let end = offset(segment.range.end);
                    self.data.push(DataSegment {
                        address,
                        range: end - segment.data.len()..end,
                    });
                }
            }
            Payload::CodeSectionStart {
                unchecked_range, ..
            } => self.code_section = file_range(unchecked_range),
            Payload::CodeSectionEntry(body) => {
                let func = Func::new(self.next_body);
                self.next_body += 1;
                self.funcs[func].kind = FuncKind::Local {
                    body: file_range(body.range()),
                };
                self.table_writes(&body)?;
            }
            Payload::CustomSection(section) => {
                let start = offset(section.data_offset());
                self.custom_sections.push(CustomSection {
                    name: section.name().to_owned(),
                    range: start..start + section.data().len(),
                });
                if let KnownCustom::Name(names) = section.as_known() {
                    self.names(names);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import<'_>) {
        match import.ty {
            TypeRef::Func(sig) | TypeRef::FuncExact(sig) => {
                self.funcs.push(FuncDecl {
                    sig: Sig::new(sig as usize),
                    kind: FuncKind::Import {
                        module: import.module.to_owned(),
                        name: import.name.to_owned(),
                    },
                    name: None,
                });
            }
            TypeRef::Table(table) => {
                self.tables.push(TableDecl {
                    index_type: address_type(table.table64),
                    entries: Vec::new(),
                    open: true,
                });
            }
            TypeRef::Memory(memory) => {
                if self.memory_types.is_empty() {
                    self.memory_import = Some((import.module.to_owned(), import.name.to_owned()));
                }
                self.memory(memory);
            }
            TypeRef::Global(global) => {
                self.globals.push(GlobalDecl {
                    ty: value_type(global.content_type),
                    mutable: global.mutable,
                    init: None,
                });
            }
            TypeRef::Tag(_) => {}
        }
    }

    fn memory(&mut self, memory: MemoryType) {
        if self.memory_types.is_empty() {
            let log2 = memory.page_size_log2.unwrap_or(PAGE_LOG2);
            let bytes = u128::from(memory.initial) << log2;
            self.memory_pages = u64::try_from(bytes >> PAGE_LOG2).ok();
        }
        self.memory_types.push(address_type(memory.memory64));
    }

    /// Opens the tables that instructions of a function write.
    fn table_writes(&mut self, body: &FunctionBody<'_>) -> Result<(), DecodeError> {
        if self.tables.values().all(|table| table.open) {
            return Ok(());
        }
        if !may_write_table(body.as_bytes(), self.tables.len()) {
            return Ok(());
        }
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let table = match operators.read()? {
                Operator::TableSet { table }
                | Operator::TableGrow { table }
                | Operator::TableFill { table }
                | Operator::TableInit { table, .. }
                | Operator::TableCopy {
                    dst_table: table, ..
                } => table,
                _ => continue,
            };
            self.tables[Table::new(table as usize)].open = true;
        }
        Ok(())
    }

    fn element(&mut self, element: wasmparser::Element<'_>) -> Result<(), DecodeError> {
        let ElementKind::Active {
            table_index,
            offset_expr,
        } = &element.kind
        else {
            return Ok(());
        };
        let table = Table::new(table_index.unwrap_or(0) as usize);
        let Some(offset) = self.constant(offset_expr) else {
            self.tables[table].open = true;
            return Ok(());
        };
        let mut entries = Vec::new();
        match element.items {
            ElementItems::Functions(funcs) => {
                for func in funcs {
                    entries.push(Some(Func::new(func? as usize)));
                }
            }
            ElementItems::Expressions(_, exprs) => {
                for expr in exprs {
                    let mut ops = expr?.get_operators_reader();
                    entries.push(match ops.read()? {
                        Operator::RefFunc { function_index } => {
                            Some(Func::new(function_index as usize))
                        }
                        Operator::RefNull { .. } => None,
                        // The value of a global, or an object.
                        _ => {
                            self.tables[table].open = true;
                            None
                        }
                    });
                }
            }
        }
        let table = &mut self.tables[table];
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(entries.len());
        if end > MAX_TABLE_ENTRIES {
            table.open = true;
            return Ok(());
        }
        if table.entries.len() < end {
            table.entries.resize(end, None);
        }
        table.entries[start..end].copy_from_slice(&entries);
        Ok(())
    }

    /// The value of a constant expression made of one constant or one immutable global.
    fn constant(&self, expr: &ConstExpr<'_>) -> Option<u64> {
        let mut ops = expr.get_operators_reader();
        let value = match ops.read().ok()? {
            Operator::I32Const { value } => u64::from(value.cast_unsigned()),
            Operator::I64Const { value } => value.cast_unsigned(),
            Operator::F32Const { value } => u64::from(value.bits()),
            Operator::F64Const { value } => value.bits(),
            Operator::GlobalGet { global_index } => {
                self.globals.get(Global::new(global_index as usize))?.init?
            }
            _ => return None,
        };
        matches!(ops.read(), Ok(Operator::End)).then_some(value)
    }

    fn names(&mut self, names: wasmparser::NameSectionReader<'_>) {
        for subsection in names {
            let Ok(Name::Function(map)) = subsection else {
                continue;
            };
            for naming in map.into_iter().flatten() {
                let func = Func::new(naming.index as usize);
                if func.index() < self.funcs.len() {
                    self.funcs[func].name = Some(naming.name.to_owned());
                }
            }
        }
    }

    fn finish(self, bytes: Vec<u8>) -> Module {
        Module {
            bytes,
            types: self.types,
            funcs: self.funcs,
            tables: self.tables,
            globals: self.globals,
            exports: self.exports,
            data: self.data,
            memory_pages: self.memory_pages,
            memory_types: self.memory_types,
            memory_import: self.memory_import,
            start: self.start,
            custom_sections: self.custom_sections,
            code_section: self.code_section,
        }
    }
}

/// Whether bytes that could be a table instruction occur in code. Such instructions are rare, and reading all code a
/// second time is not free.
fn may_write_table(code: &[u8], tables: usize) -> bool {
    const TABLE_SET: u8 = 0x26;
    const PREFIX: u8 = 0xfc;
    code.windows(2).any(|pair| match (pair[0], pair[1]) {
        // An operand in several bytes, of which this is the first.
        (TABLE_SET | PREFIX, 0x80..) => true,
        (TABLE_SET, table) => usize::from(table) < tables,
        // table.init, table.copy, table.grow, table.fill.
        (PREFIX, operator) => matches!(operator, 0x0c | 0x0e | 0x0f | 0x11),
        _ => false,
    })
}

/// An offset into bytes that are in memory.
fn offset(offset: u64) -> usize {
    usize::try_from(offset).expect("the file is in memory")
}

fn file_range(range: Range<u64>) -> Range<usize> {
    offset(range.start)..offset(range.end)
}

/// The type of addresses and indices, in 32-bit and 64-bit memories and tables.
fn address_type(is64: bool) -> Type {
    if is64 { Type::I64 } else { Type::I32 }
}

pub(crate) fn value_type(ty: ValType) -> Type {
    match ty {
        ValType::I32 => Type::I32,
        ValType::I64 => Type::I64,
        ValType::F32 => Type::F32,
        ValType::F64 => Type::F64,
        ValType::V128 => Type::V128,
        ValType::Ref(_) => Type::Ref,
    }
}
