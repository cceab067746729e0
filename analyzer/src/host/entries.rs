//! Which exports of a module the host calls.

use super::{EntryKind, EntryPoint, HostModel};
use crate::ir::Func;
use crate::module::Module;

/// An export that the host calls.
#[derive(Debug, Clone, Copy)]
pub struct ExportedEntry<'a> {
    /// Its name.
    pub export: &'a str,
    /// The function behind it.
    pub func: Func,
    /// Who calls it, and when.
    pub kind: EntryKind,
    /// What the model says of it.
    pub entry: &'a EntryPoint,
}

/// The exports that the host calls, in file order. Others are left out: the host has no way to them.
pub fn entry_points<'a>(host: &'a HostModel, module: &'a Module) -> Vec<ExportedEntry<'a>> {
    let described = |(export, func)| {
        let entry = host.entry_point(export, module.func_type(func))?;
        Some(ExportedEntry {
            export,
            func,
            kind: entry.kind,
            entry,
        })
    };
    module.exported_funcs().filter_map(described).collect()
}
