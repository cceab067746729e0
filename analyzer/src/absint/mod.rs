//! Abstract interpretation of the contract: each method is run from its entry point over an abstract domain against the
//! host model, and what it does to the world is written down as its effect graph.
//!
//! The shadow stack, static data and constants are concrete; what outsiders supply is unknown but labelled with where it
//! comes from. So memory needs no alias analysis: an address is a number, or a place in an allocation. See
//! ARCHITECTURE.md for why this design and what it costs.

mod domain;
mod encodings;
mod functions;
mod machine;
mod methods;

use crate::Options;
use crate::facts::Method;
use crate::graph::callgraph::Lifted;
use crate::host::{ExportedEntry, HostModel};
use crate::module::Module;
use crate::spec::Specs;

/// Runs everything that outsiders and the host can call, in the order of the entries.
pub(crate) fn methods(
    module: &Module,
    host: &HostModel,
    lifted: &Lifted,
    entries: &[ExportedEntry<'_>],
    specs: &Specs,
    options: &Options,
) -> Vec<Method> {
    let program = functions::program::Program::new(module, host, lifted, options);
    methods::method::methods(&program, entries, specs)
}
