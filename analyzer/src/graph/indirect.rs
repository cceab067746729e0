//! What indirect calls can find in tables.

use rustc_hash::FxHashMap;

use crate::entity::PrimaryMap;
use crate::ir::{Func, FuncType, Sig};
use crate::module::{Module, Table};

/// The functions of each table, by their type. A type may be declared twice, which makes no difference to a call.
#[derive(Clone, Debug)]
pub struct IndirectTargets {
    /// The first declaration of each type.
    first: PrimaryMap<Sig, Sig>,
    targets: FxHashMap<(Table, Sig), Vec<Func>>,
}

impl IndirectTargets {
    /// Sorts the entries of all tables.
    pub fn new(module: &Module) -> Self {
        let mut known: FxHashMap<&FuncType, Sig> = FxHashMap::default();
        let first: PrimaryMap<Sig, Sig> = module
            .types
            .iter()
            .map(|(sig, ty)| *known.entry(ty).or_insert(sig))
            .collect();
        let mut targets: FxHashMap<(Table, Sig), Vec<Func>> = FxHashMap::default();
        for (table, decl) in module.tables.iter() {
            let mut entries: Vec<Func> = decl.entries.iter().flatten().copied().collect();
            entries.sort_unstable();
            entries.dedup();
            for func in entries {
                let sig = first[module.funcs[func].sig];
                targets.entry((table, sig)).or_default().push(func);
            }
        }
        Self { first, targets }
    }

    /// The functions that a call of this type through this table can find there, in the order of the module. Not all
    /// of them if the table is [open](crate::module::TableDecl::open).
    pub fn get(&self, table: Table, sig: Sig) -> &[Func] {
        self.targets
            .get(&(table, self.canonical(sig)))
            .map_or(&[], Vec::as_slice)
    }

    /// The first declaration of the same type.
    pub fn canonical(&self, sig: Sig) -> Sig {
        self.first[sig]
    }
}
