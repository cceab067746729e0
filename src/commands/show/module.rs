//! `contract-lint show module`: what the file says.

use std::fmt::{self, Write};

use contract_lint_analyzer::Options;
use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::host::recognise;
use contract_lint_analyzer::ir::FuncType;
use contract_lint_analyzer::module::{ExportItem, FuncKind, Module};

use crate::text::{count, printable};

/// An overview of a module.
pub(super) fn text(module: &Module, options: &Options) -> Result<String, fmt::Error> {
    let mut text = String::new();
    platform(module, options, &mut text)?;
    sizes(module, &mut text)?;
    imports(module, &mut text)?;
    exports(module, &mut text)?;
    sections(module, &mut text)?;
    Ok(text)
}

fn platform(module: &Module, options: &Options, text: &mut String) -> fmt::Result {
    match &options.platform {
        Some(host) => writeln!(text, "platform   {} (given)", printable(&host.id)),
        None => {
            let (recognition, _) = recognise(module, &options.hosts);
            let because = printable(&recognition.because);
            writeln!(
                text,
                "platform   {} ({because})",
                printable(&recognition.platform)
            )
        }
    }
}

fn sizes(module: &Module, text: &mut String) -> fmt::Result {
    let imported = module
        .funcs
        .iter()
        .filter(|(_, f)| matches!(f.kind, FuncKind::Import { .. }))
        .count();
    let data: usize = module.data.iter().map(|segment| segment.range.len()).sum();
    writeln!(text, "size       {}", count(module.bytes.len(), "byte"))?;
    writeln!(
        text,
        "functions  {} defined, {imported} imported, {} of code",
        module.funcs.len() - imported,
        count(module.code_section.len(), "byte")
    )?;
    writeln!(
        text,
        "data       {} in {}",
        count(data, "byte"),
        count(module.data.len(), "segment")
    )?;
    if let Some(pages) = module.memory_pages {
        write!(text, "memory     {pages} × 64 KiB at the start")?;
        if let Some((from, name)) = &module.memory_import {
            write!(
                text,
                ", imported as {}.{}",
                printable(from),
                printable(name)
            )?;
        }
        writeln!(text)?;
    }
    for (table, decl) in module.tables.iter() {
        let open = if decl.open { ", more at run time" } else { "" };
        writeln!(
            text,
            "table {:<4} {}{open}",
            table.index(),
            count(decl.entries.len(), "slot")
        )?;
    }
    if let Some(start) = module.start {
        writeln!(text, "start      {}", printable(&module.func_label(start)))?;
    }
    Ok(())
}

fn imports(module: &Module, text: &mut String) -> fmt::Result {
    let imports = module.funcs.iter().filter_map(|(func, _)| {
        let (from, name) = module.import(func)?;
        Some((func, format!("{from}.{name}")))
    });
    let mut heading = Some("\nimports\n");
    for (func, name) in imports {
        text.push_str(heading.take().unwrap_or_default());
        let index = func.index();
        let ty = signature(module.func_type(func));
        writeln!(text, "  func {index:<5} {} {ty}", printable(&name))?;
    }
    Ok(())
}

fn exports(module: &Module, text: &mut String) -> fmt::Result {
    if !module.exports.is_empty() {
        text.push_str("\nexports\n");
    }
    for export in &module.exports {
        let name = printable(&export.name);
        match export.item {
            ExportItem::Func(func) => {
                let index = func.index();
                let ty = signature(module.func_type(func));
                writeln!(text, "  func {index:<5} {name} {ty}")?;
            }
            ExportItem::Memory => writeln!(text, "  memory     {name}")?,
            ExportItem::Global(global) => writeln!(text, "  global {:<3} {name}", global.index())?,
            ExportItem::Table(table) => writeln!(text, "  table {:<4} {name}", table.index())?,
            ExportItem::Other => writeln!(text, "  other      {name}")?,
        }
    }
    Ok(())
}

fn sections(module: &Module, text: &mut String) -> fmt::Result {
    if !module.custom_sections.is_empty() {
        text.push_str("\ncustom sections\n");
    }
    for section in &module.custom_sections {
        writeln!(
            text,
            "  {} ({})",
            printable(&section.name),
            count(section.range.len(), "byte")
        )?;
    }
    Ok(())
}

/// `(i32, i64) -> i32`
fn signature(ty: &FuncType) -> String {
    let list = |types: &[contract_lint_analyzer::ir::Type]| {
        let names: Vec<String> = types.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    let params = list(&ty.params);
    match ty.results.as_slice() {
        [] => format!("({params})"),
        results => format!("({params}) -> {}", list(results)),
    }
}
