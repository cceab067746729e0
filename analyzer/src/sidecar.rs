//! What platforms keep beside a contract: interface descriptions that name methods and parameters.

/// A description that was found beside the contract, or in the bundle that carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sidecar {
    /// Its form.
    pub kind: SidecarKind,
    /// The file as it is. Nobody has vouched for it: it may be malformed, or belong to another build.
    pub bytes: Vec<u8>,
}

/// The form of a [`Sidecar`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SidecarKind {
    /// The metadata JSON of ink!, alone or as the `.contract` bundle.
    InkMetadata,
    /// The ABI JSON that Antelope chains keep with the account.
    AntelopeAbi,
    /// The ABI JSON of MultiversX.
    MultiversxAbi,
    /// The ABI JSON of MyChain, from a `.wasc` container or beside it.
    AntchainAbi,
    /// The ABI JSON of NEAR.
    NearAbi,
    /// The list of functions that Solidity compilers and those after them write.
    SolidityAbi,
    /// The message schemas of CosmWasm.
    CosmwasmSchema,
    /// The binary schema of Concordium.
    ConcordiumSchema,
}
