//! What a model says of one import, and of one call.

use super::pattern::matches;
use super::{EffectKind, EntryPoint, HostFunction, HostModel, Reentrancy};
use crate::ty::FuncType;

impl HostModel {
    /// What describes an export of that name and type: the first entry that fits.
    pub fn entry_point(&self, export: &str, ty: &FuncType) -> Option<&EntryPoint> {
        self.entry_points.iter().find(|entry| {
            matches(&entry.name, export)
                && entry.params.admit(&ty.params)
                && entry.results.admit(&ty.results)
        })
    }

    /// The function that an import of that name and type stands for: one of the platform, else one that toolchains add
    /// on any platform.
    pub fn function(&self, module: &str, name: &str, ty: &FuncType) -> Option<&HostFunction> {
        self.own_function(module, name, &ty.params, &ty.results)
            .or_else(|| HostModel::support().own_function(module, name, &ty.params, &ty.results))
    }

    /// Whether contracts read input and state field by field.
    pub fn is_typed(&self) -> bool {
        let mut args = self.functions.iter().flat_map(|f| f.args.iter());
        args.any(|arg| arg.typed)
    }

    /// Whether a call lets other code enter the contract again before it returns. `effects` are those of the function, or
    /// of the operation behind it; `flags` is the argument that [`HostFunction::call_flags`] names, where it is known.
    pub fn may_reenter(
        &self,
        function: &HostFunction,
        effects: &[EffectKind],
        flags: Option<u64>,
    ) -> bool {
        use EffectKind::{ContractCreate, Delegatecall, ExternalCall};
        let runs_other_code = [ExternalCall, Delegatecall, ContractCreate];
        if !effects
            .iter()
            .any(|effect| runs_other_code.contains(effect))
        {
            return false;
        }
        if let Some(call) = function.call_flags {
            if flags.is_some_and(|bits| bits & call.read_only != 0) {
                return false;
            }
            if call.allow_reentry != 0 {
                return flags.is_none_or(|bits| bits & call.allow_reentry != 0);
            }
        }
        let of_platform = matches!(self.reentrancy, Reentrancy::Allowed | Reentrancy::Unknown);
        function.reentry.unwrap_or(of_platform)
    }
}
