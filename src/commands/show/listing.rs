//! `contract-lint show listing`: the disassembly that findings are shown on.

use anyhow::Context;
use contract_lint_analyzer::ir::Func;
use contract_lint_analyzer::module::Module;

use crate::report::listing::Listing;

/// The listing of a module or of one function.
pub(super) fn text(module: &Module, func: Option<Func>) -> anyhow::Result<String> {
    let listing = Listing::new(module).context("the module cannot be disassembled")?;
    let Some(func) = func else {
        return Ok(listing.text().to_owned());
    };
    let lines = listing.function(super::index(func)).with_context(|| {
        format!(
            "`{}` is imported: it has no code here",
            module.func_label(func)
        )
    })?;
    Ok(listing.text()[listing.lines(lines)].to_owned())
}
