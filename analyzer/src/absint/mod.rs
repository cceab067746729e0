//! Abstract interpretation of the contract: each method is run from its entry point over an abstract domain against the
//! host model, and what it does to the world is written down as its effect graph.
//!
//! The shadow stack, static data and constants are concrete; what outsiders supply is unknown but labelled with where it
//! comes from. So memory needs no alias analysis: an address is a number, or a place in an allocation. See
//! ARCHITECTURE.md for why this design and what it costs.

mod allocators;
mod arena;
mod arguments;
mod arithmetic;
mod call;
mod cells;
mod concrete;
mod cursor;
mod easy_codec;
mod effects;
mod fields;
mod handle_list;
mod host_call;
mod inline_action;
mod interp;
mod intrinsics;
mod json_text;
mod memory;
mod messages;
mod method;
pub(crate) mod names;
mod numeric;
mod packed;
mod parting;
mod probe;
mod program;
mod protobuf;
mod record;
mod render;
mod response;
mod sample;
mod seal;
mod selector;
mod stored_state;
mod summary;
mod tagged_value;
mod trial;
mod trie;
mod virtual_call;
mod vtables;

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
    let program = program::Program::new(module, host, lifted, options);
    method::methods(&program, entries, specs)
}
