//! The way of the data, from a decoded module to facts.

use std::sync::Arc;

use crate::absint;
use crate::crypto;
use crate::facts::{Certainty, Facts, Recognition};
use crate::features;
use crate::graph::callgraph::Lifted;
use crate::host::{HostModel, entry_points, recognise};
use crate::ir::Func;
use crate::module::Module;
use crate::sidecar::Sidecar;
use crate::spec::Specs;

/// What the caller knows beyond the module.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The host that the contract is for; found out from the module where it is not given.
    pub platform: Option<Arc<HostModel>>,
    /// Hosts that the user describes, to be considered beside those built in.
    pub hosts: Vec<Arc<HostModel>>,
    /// Files that describe the contract's interface.
    pub sidecars: Vec<Sidecar>,
    /// Functions that make data harmless, as the user says.
    pub sealers: Vec<Sealer>,
    /// Parameters of functions whose data is to be followed.
    pub marks: Vec<Mark>,
}

/// A function inside the contract of which the user says that it makes data harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealer {
    /// The number by which [`Seal::Declared`](crate::facts::Seal) names it.
    pub id: u32,
    /// The function.
    pub func: Func,
    /// The parameter that is made harmless.
    pub input: u32,
    /// The parameter that points to where the result goes; `None` if it is returned.
    pub output: Option<u32>,
    /// The parameter with what is mixed in, such as a salt or a key.
    pub salt: Option<u32>,
}

/// A parameter of a function inside the contract whose data is to be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The number that [`Label::Marked`](crate::facts::Label) has.
    pub id: u32,
    /// The function.
    pub func: Func,
    /// The parameter.
    pub param: u32,
}

/// Finds out what a contract does.
///
/// Never fails: what could not be analysed is named in the methods' reasons and in the notes.
pub fn analyze(module: Module, options: &Options) -> Facts {
    let (recognition, host) = match &options.platform {
        Some(host) => {
            let recognition = Recognition {
                platform: host.id.clone().into_owned(),
                certainty: Certainty::Given,
                because: "given by the user".to_owned(),
            };
            (recognition, Arc::clone(host))
        }
        None => recognise(&module, &options.hosts),
    };
    let (specs, mut notes) = Specs::read(&module, &options.sidecars);
    let (methods, algorithms, floats) = {
        let entries = entry_points(&host, &module);
        let roots: Vec<Func> = entries.iter().map(|entry| entry.func).collect();
        let lifted = Lifted::new(&module, roots.iter().copied());
        for (func, error) in lifted.errors() {
            notes.push(format!("{func} is not analysed: {error}"));
        }
        (
            absint::methods(&module, &host, &lifted, &entries, &specs, options),
            crypto::crypto(&module, &lifted),
            features::floats(&module, &lifted, &roots),
        )
    };
    Facts {
        module: Arc::new(module),
        host,
        recognition,
        methods,
        crypto: algorithms,
        floats,
        notes,
    }
}
