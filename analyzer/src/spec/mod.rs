//! What specifications say about a contract's methods: names, selectors, parameters. From custom sections of the module
//! and from files beside it. Nothing is read from either yet: methods and parameters go by what the code shows.

use crate::facts::Param;
use crate::host::EntryKind;

/// The methods that specifications tell of.
#[derive(Debug, Clone, Default)]
pub struct Specs {
    methods: Vec<MethodSpec>,
}

/// A method as a specification tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

impl Specs {
    /// All methods, in the specification's order.
    pub fn methods(&self) -> impl Iterator<Item = &MethodSpec> {
        self.methods.iter()
    }

    /// The method of that name.
    pub fn method(&self, name: &str) -> Option<&MethodSpec> {
        self.methods.iter().find(|m| m.name == name)
    }

    /// The method with that selector.
    pub fn by_selector(&self, selector: &[u8]) -> Option<&MethodSpec> {
        self.methods
            .iter()
            .find(|m| m.selector.is_some_and(|s| s == selector))
    }
}
