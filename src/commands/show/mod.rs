//! `contract-lint show`: the stages of the analysis, for people who want to see what it sees.

mod listing;
mod module;
mod stages;

use anyhow::Context;
use contract_lint_analyzer::Options;
use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::ir::Func;
use contract_lint_analyzer::module::{Module, decode};
use contract_lint_analyzer::sidecar::Sidecar;

use crate::cli::{ShowArgs, ShowWhat};
use crate::input::{self, InputError, display_name};
use crate::{CLEAN, suggest};

/// Prints one stage of one contract.
pub(super) fn run(args: &ShowArgs) -> anyhow::Result<u8> {
    if args.dot && !matches!(args.what, ShowWhat::Cfg | ShowWhat::Calls) {
        anyhow::bail!("only `cfg` and `calls` are graphs: leave out `--dot`");
    }
    let (module, sidecars) = load(args)?;
    let options = Options {
        sidecars,
        ..crate::config::options(&args.analysis)?
    };
    let func = match &args.function {
        // Methods are not functions: one function may hold many.
        Some(name) if args.what != ShowWhat::Effects => Some(function(&module, name)?),
        _ => None,
    };
    let text = match args.what {
        ShowWhat::Module => module::text(&module, &options)?,
        ShowWhat::Listing => listing::text(&module, func)?,
        ShowWhat::Ir => stages::ir(&module, func)?,
        ShowWhat::Cfg => stages::cfg(&module, func, args.dot)?,
        ShowWhat::Calls => stages::calls(&module, &options, args.dot)?,
        ShowWhat::Effects => stages::effects(module, &options, args.function.as_deref())?,
    };
    super::print(text.as_bytes())?;
    Ok(CLEAN)
}

fn load(args: &ShowArgs) -> anyhow::Result<(Module, Vec<Sidecar>)> {
    let targets = input::find(std::slice::from_ref(&args.file));
    let [target] = targets.as_slice() else {
        anyhow::bail!(
            "`{}` holds {} contracts: name one of them",
            display_name(&args.file),
            targets.len()
        );
    };
    let failed = |error: InputError| {
        anyhow::anyhow!(
            "cannot analyse `{}`: {}\nhelp: {}",
            target.name,
            error.reason,
            error.remedy
        )
    };
    let contract = input::read(target).map_err(failed)?;
    let head = contract.module[..contract.module.len().min(16)].to_vec();
    let module =
        decode(contract.module).map_err(|error| failed(InputError::decode(&error, &head)))?;
    Ok((module, contract.sidecars))
}

/// The function of that index or name.
fn function(module: &Module, name: &str) -> anyhow::Result<Func> {
    let index = name.strip_prefix("func ").unwrap_or(name).parse::<usize>();
    if let Ok(index) = index {
        return module
            .funcs
            .iter()
            .map(|(func, _)| func)
            .nth(index)
            .with_context(|| {
                format!(
                    "there is no function {index}: the module has {}",
                    module.funcs.len()
                )
            });
    }
    let named = |func: &Func| {
        module.func_name(*func).as_deref() == Some(name)
            || module.funcs[*func].name.as_deref() == Some(name)
    };
    let exported = module.exported_funcs().find(|(export, _)| *export == name);
    exported
        .map(|(_, func)| func)
        .or_else(|| module.funcs.iter().map(|(func, _)| func).find(named))
        .ok_or_else(|| {
            let names: Vec<String> = module
                .funcs
                .iter()
                .filter_map(|(func, _)| module.func_name(func))
                .chain(module.exported_funcs().map(|(export, _)| export.to_owned()))
                .collect();
            let names = names.iter().map(String::as_str);
            anyhow::anyhow!(
                "{}\nhelp: a function is named by its export, its name, or its index",
                suggest::unknown("function", name, names)
            )
        })
}

/// The index of a function as people write it.
fn index(func: Func) -> u32 {
    u32::try_from(func.index()).unwrap_or(u32::MAX)
}
