//! Functions inside the contract that the policy names: those that make data harmless, and those that are given data.

use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::ir::Func;
use contract_lint_analyzer::module::{FuncKind, Module};
use contract_lint_analyzer::{Mark, Options, Sealer};
use sha2::{Digest, Sha256};

use super::{Glob, Output, Policy, Sanitizer, Selector};

impl Policy {
    /// Tells the analysis which functions of a module the policy means.
    pub fn instruct(&self, module: &Module, options: &mut Options) {
        for (id, sanitizer) in (0..).zip(&self.sanitizers) {
            options
                .sealers
                .extend(sanitizer.functions(module).map(|func| Sealer {
                    id,
                    func,
                    input: sanitizer.input,
                    output: match sanitizer.output {
                        Output::Returned => None,
                        Output::Param(index) => Some(index),
                    },
                    salt: sanitizer.salt,
                }));
        }
        for (id, source) in (0..).zip(&self.sources) {
            if let Selector::Local { function, index } = &source.select {
                let param = *index;
                let given = named(module, function).filter(|func| takes(module, *func, param));
                options
                    .marks
                    .extend(given.map(|func| Mark { id, func, param }));
            }
        }
    }
}

impl Sanitizer {
    /// The functions of a module that it stands for.
    pub fn functions<'m>(&'m self, module: &'m Module) -> impl Iterator<Item = Func> + 'm {
        module
            .funcs
            .keys()
            .filter(move |func| self.is(module, *func))
    }

    fn is(&self, module: &Module, func: Func) -> bool {
        let FuncKind::Local { body } = &module.funcs[func].kind else {
            return false;
        };
        if let Some(name) = &self.function {
            return is_named(module, func, name);
        }
        if let Some(wanted) = &self.sha256 {
            let code = module.bytes.get(body.clone()).unwrap_or_default();
            return hex(&Sha256::digest(code)).eq_ignore_ascii_case(wanted);
        }
        self.index.and_then(|index| usize::try_from(index).ok()) == Some(func.index())
    }
}

impl std::fmt::Display for Sanitizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.function, &self.index, &self.sha256) {
            (Some(name), ..) => write!(f, "{name}"),
            (None, Some(index), _) => write!(f, "function {index}"),
            (None, None, Some(digest)) => f.write_str(digest),
            (None, None, None) => f.write_str("no function"),
        }
    }
}

/// The functions of a name that take a parameter of that number.
pub(super) fn takes(module: &Module, func: Func, param: u32) -> bool {
    let count = module.func_type(func).params.len();
    usize::try_from(param).is_ok_and(|param| param < count)
}

/// The contract's own functions of a name.
pub(super) fn named<'m>(module: &'m Module, name: &'m Glob) -> impl Iterator<Item = Func> + 'm {
    let own = |func: &Func| module.import(*func).is_none();
    let all = module.funcs.keys().filter(own);
    all.filter(move |func| is_named(module, *func, name))
}

/// Whether a function has a name: all of it, or without the path before it.
fn is_named(module: &Module, func: Func, name: &Glob) -> bool {
    let full = module.func_label(func);
    let last = full.rsplit("::").next().unwrap_or(&full);
    let exported = |(export, f): (&str, Func)| f == func && name.matches(export);
    name.matches(&full) || name.matches(last) || module.exported_funcs().any(exported)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
