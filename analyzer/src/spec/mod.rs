//! What specifications say about a contract's methods: names, selectors, parameters. From custom sections of the module
//! and from files beside it, one file of this folder for each form.

pub(crate) mod antelope;
mod cosmwasm;
pub(crate) mod encoded;
mod ink;
mod multiversx;
mod solidity;

use self::encoded::Part;
use self::solidity::Convention;
use crate::facts::Param;
use crate::host::EntryKind;
use crate::module::Module;
use crate::sidecar::{Sidecar, SidecarKind};

mod soroban;

/// The methods that specifications tell of.
#[derive(Debug, Clone, Default)]
pub struct Specs {
    methods: Vec<MethodSpec>,
}

/// A method as a specification tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MethodSpec {
    /// Its name.
    pub name: String,
    /// The export that serves it, where the specification says so (CosmWasm: `execute`).
    pub export: Option<String>,
    /// The bytes at the front of the input that select it.
    pub selector: Option<[u8; 4]>,
    /// Who calls it, where the specification says so.
    pub kind: Option<EntryKind>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// How many bytes each parameter takes in the input, where it is a plain sequence of them; `None` if that varies.
    pub sizes: Vec<Option<u32>>,
    /// What a caller sends after the selector, where the encoding is known.
    pub(crate) encoded: Option<Vec<Part>>,
}

impl Specs {
    /// Reads the module's own sections and the files beside it. What could not be read is told in the second value, for
    /// people: the analysis goes on without.
    pub(crate) fn read(module: &Module, sidecars: &[Sidecar]) -> (Specs, Vec<String>) {
        let mut specs = Specs::default();
        let mut notes = Vec::new();
        let mut take = |what: &str, read: Result<Vec<MethodSpec>, String>| match read {
            Ok(methods) => specs.methods.extend(methods),
            Err(problem) => notes.push(format!("{what} is not used: {problem}")),
        };
        if let Some(section) = module.custom_section(soroban::SECTION) {
            take("the section `contractspecv0`", soroban::read(section));
        }
        // Liquid's contracts say how their chain digests.
        let is_liquid = module.exported_funcs().any(|(name, _)| name == "hash_type");
        let convention = if is_liquid {
            Convention::Liquid
        } else {
            Convention::Solidity
        };
        for sidecar in sidecars {
            let read = match sidecar.kind {
                SidecarKind::AntelopeAbi => antelope::read(&sidecar.bytes),
                SidecarKind::MultiversxAbi => multiversx::read(&sidecar.bytes),
                SidecarKind::CosmwasmSchema => cosmwasm::read(&sidecar.bytes),
                SidecarKind::InkMetadata => ink::read(&sidecar.bytes),
                SidecarKind::SolidityAbi => solidity::read(&sidecar.bytes, convention),
                _ => Err("this form is not read yet".to_owned()),
            };
            take(sidecar.kind.name(), read);
        }
        (specs, notes)
    }

    /// All methods, in the specification's order.
    pub fn methods(&self) -> impl Iterator<Item = &MethodSpec> {
        self.methods.iter()
    }

    /// The method of that name.
    pub fn method(&self, name: &str) -> Option<&MethodSpec> {
        self.methods.iter().find(|m| m.name == name)
    }

    /// The methods with selectors that an export serves, as far as the specifications say which.
    pub fn selected_in(&self, export: &str) -> impl Iterator<Item = &MethodSpec> {
        self.methods.iter().filter(move |m| {
            m.selector.is_some() && m.export.as_deref().is_none_or(|e| e == export)
        })
    }

    /// The one method that an export is.
    pub fn of_export(&self, export: &str) -> Option<&MethodSpec> {
        let is_it = |m: &&MethodSpec| m.export.as_deref() == Some(export) && m.selector.is_none();
        self.method(export)
            .or_else(|| self.methods.iter().find(is_it))
    }
}

impl SidecarKind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            SidecarKind::InkMetadata => "the metadata of ink!",
            SidecarKind::AntelopeAbi => "the ABI of the account",
            SidecarKind::MultiversxAbi => "the ABI of MultiversX",
            SidecarKind::AntchainAbi => "the ABI of MyChain",
            SidecarKind::NearAbi => "the ABI of NEAR",
            SidecarKind::SolidityAbi => "the Solidity ABI",
            SidecarKind::CosmwasmSchema => "the message schema of CosmWasm",
            SidecarKind::ConcordiumSchema => "the schema of Concordium",
        }
    }
}
