//! Host models: what the functions a contract imports do to the world. Data, not code: one TOML file per platform in
//! `analyzer/hosts/`, compiled in, and files of the same form given by the user.

use std::borrow::Cow;

use crate::ir::Type;

/// One blockchain's (or one virtual machine's) interface to contracts.
#[derive(Debug, Clone)]
pub struct HostModel {
    /// The short name by which users and reports know it (`near`).
    pub id: Cow<'static, str>,
    /// Its full name.
    pub name: Cow<'static, str>,
    /// Who can run a node and read the state.
    pub public: bool,
    /// What a callee may do to its caller.
    pub reentrancy: Reentrancy,
    /// How an outsider's request reaches the code that handles it.
    pub dispatch: Dispatch,
    /// How the entry points see their caller and arguments when these are parameters of the export.
    pub entry_points: Cow<'static, [EntryPoint]>,
    /// The functions that contracts import, sorted by module and name.
    pub functions: Cow<'static, [HostFunction]>,
    /// Operations selected by a constant argument of one of the functions.
    pub virtual_functions: Cow<'static, [VirtualFunction]>,
}

/// What a callee may do to its caller while the caller waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reentrancy {
    /// The host traps when a contract is entered again.
    Forbidden,
    /// Only calls that ask for it may be entered again.
    OptIn,
    /// Every call may.
    Allowed,
    /// Calls run after the current function has ended.
    Deferred,
    /// Not known: treated as allowed, with lower confidence.
    Unknown,
}

/// How an outsider's request reaches its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispatch {
    /// Each method is an export.
    Exports,
    /// The first four bytes of the input select the method.
    Selector4,
    /// A name among the parameters of the one entry point (Antelope's `apply`).
    ApplyName,
    /// The one key of a JSON object in the input.
    JsonVariant,
    /// One entry point with its own encoding.
    SingleEntry,
}

/// An export that the host calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// The export's name, with `*` standing for any characters.
    pub name: Cow<'static, str>,
    /// Who calls it, and when.
    pub kind: EntryKind,
    /// The parameter types it must have; `None` where any will do.
    pub params: Option<Cow<'static, [Type]>>,
    /// What each parameter is; empty where nothing is known (each is then an input of its own).
    pub args: Cow<'static, [HostArg]>,
}

/// Who calls an entry point, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// Once, at deployment.
    Init,
    /// Anyone, to change state.
    Call,
    /// Anyone, without changing state.
    Query,
    /// The host, with the result of an earlier call.
    Callback,
    /// The chain or the contract's administrator, as the host enforces.
    Admin,
    /// The host, when another contract acted (Antelope notifications).
    Notification,
    /// Not code for outsiders: allocators, markers.
    Support,
}

/// An imported function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFunction {
    /// Module name of the import.
    pub module: Cow<'static, str>,
    /// Field name of the import.
    pub name: Cow<'static, str>,
    /// The name to show to people, where it differs (Soroban's `l._` is `put_contract_data`).
    pub shown: Option<Cow<'static, str>>,
    /// Parameter types.
    pub params: Cow<'static, [Type]>,
    /// Result types.
    pub results: Cow<'static, [Type]>,
    /// The parameters' roles, as many as `params`.
    pub args: Cow<'static, [HostArg]>,
    /// What the result is.
    pub result: HostResult,
    /// What a call may do.
    pub effects: Cow<'static, [EffectKind]>,
}

/// An operation behind a dispatching import, such as ChainMaker's `sys_call` with the method `PutState`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualFunction {
    /// The dispatching import as `module.name`.
    pub via: Cow<'static, str>,
    /// The constant that selects the operation: the text found in the selecting argument.
    pub selector: Cow<'static, str>,
    /// The name to show to people.
    pub name: Cow<'static, str>,
    /// What it may do.
    pub effects: Cow<'static, [EffectKind]>,
    /// The fields of the request body by name, and what each is.
    pub body: Cow<'static, [(Cow<'static, str>, What)]>,
}

/// One parameter of a host function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostArg {
    /// Its name, for people.
    pub name: Cow<'static, str>,
    /// How the bytes are passed.
    pub role: Role,
    /// What the bytes mean.
    pub what: What,
    /// For pointers: which argument holds the length.
    pub len: Option<u8>,
    /// For pointers to a fixed number of bytes: how many.
    pub size: Option<u32>,
}

/// How the bytes of an argument or result are passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The host reads memory there.
    InPtr,
    /// The host writes memory there.
    OutPtr,
    /// Both.
    InOutPtr,
    /// Length of an input.
    Len,
    /// Capacity of an output.
    Cap,
    /// A NUL-terminated string.
    Cstr,
    /// Address of a CosmWasm region that the host reads.
    Region,
    /// Address of a CosmWasm region that the host fills.
    OutRegion,
    /// A handle of a host-side object whose content is read (and maybe changed).
    Handle,
    /// A handle of a host-side object that is filled.
    OutHandle,
    /// Number of a register that is filled.
    Register,
    /// A tagged Soroban value.
    Val,
    /// A number.
    Scalar,
    /// A set of flags.
    Flags,
    /// A database iterator.
    Iterator,
    /// An index into the function table, called back.
    FuncRef,
    /// An Antelope name.
    Name,
    /// High half of a 128-bit number.
    Hi,
    /// Low half of a 128-bit number.
    Lo,
    /// Ignored.
    Unused,
}

/// What the result of a host function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostResult {
    /// Nothing, or nothing of interest.
    None,
    /// A status; the given value means success where known.
    Status {
        /// The value that means success.
        ok: Option<i64>,
    },
    /// A truth value that answers the question asked.
    Answer,
    /// The number of bytes of the output.
    Length,
    /// The result itself, as a number.
    Number,
    /// A handle of a new host-side object, which holds the result.
    Handle,
    /// A tagged Soroban value, which holds the result.
    Val,
    /// Address of a CosmWasm region with the result, or 0.
    Region,
    /// A database iterator.
    Iterator,
}

macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every variant.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The name used in host model files and in reports.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }
    };
}

named_enum! {
    /// What a call to the host may do to the world, or learn from it.
    EffectKind {
        /// Reads persistent storage.
        StorageRead = "storage-read",
        /// Writes persistent storage.
        StorageWrite = "storage-write",
        /// Deletes from persistent storage.
        StorageRemove = "storage-remove",
        /// Walks over persistent storage.
        StorageIterate = "storage-iterate",
        /// Extends the life of persistent storage.
        StorageTtl = "storage-ttl",
        /// Makes cached writes visible.
        StorageFlush = "storage-flush",
        /// Reads storage that lasts one transaction.
        TransientRead = "transient-read",
        /// Writes storage that lasts one transaction.
        TransientWrite = "transient-write",
        /// Reads a private data collection, off the ledger.
        PrivateDataRead = "private-data-read",
        /// Writes a private data collection, off the ledger.
        PrivateDataWrite = "private-data-write",
        /// Runs other code and waits for it.
        ExternalCall = "external-call",
        /// Runs other code that cannot change state.
        ExternalCallReadonly = "external-call-readonly",
        /// Schedules other code to run later.
        ExternalCallAsync = "external-call-async",
        /// Runs other code on the contract's own storage and identity.
        Delegatecall = "delegatecall",
        /// Reads what another contract returned.
        CallResultRead = "call-result-read",
        /// Creates a contract.
        ContractCreate = "contract-create",
        /// Replaces the contract's own code.
        CodeUpgrade = "code-upgrade",
        /// Destroys the contract.
        SelfDestruct = "self-destruct",
        /// Moves assets.
        ValueTransfer = "value-transfer",
        /// Creates or burns assets.
        AssetMintBurn = "asset-mint-burn",
        /// Learns who called.
        CallerIdentityRead = "caller-identity-read",
        /// Learns who signed the transaction.
        OriginIdentityRead = "origin-identity-read",
        /// Traps unless an authorisation holds.
        AuthCheck = "auth-check",
        /// Answers whether an authorisation holds.
        AuthQuery = "auth-query",
        /// Changes keys, permissions, administrators.
        AccessControlWrite = "access-control-write",
        /// Verifies a signature.
        SignatureVerify = "signature-verify",
        /// Recovers the signer of a signature.
        SignatureRecover = "signature-recover",
        /// Hashes.
        Hash = "hash",
        /// Computes on curves, pairings, ciphertexts.
        CryptoMath = "crypto-math",
        /// Gives chain randomness.
        Randomness = "randomness",
        /// Gives the time.
        TimeInfo = "time-info",
        /// Gives the block's height or hash.
        BlockInfo = "block-info",
        /// Gives the chain's id.
        NetworkIdRead = "network-id-read",
        /// Gives the contract's own address or code.
        SelfInfo = "self-info",
        /// Asks about an account.
        AccountQuery = "account-query",
        /// Asks for a balance.
        BalanceRead = "balance-read",
        /// Asks for other state of the chain.
        ChainQuery = "chain-query",
        /// Publishes an event.
        EventLog = "event-log",
        /// Writes to the node's log.
        DebugLog = "debug-log",
        /// Hands the result to the caller.
        ReturnData = "return-data",
        /// Aborts and reverts.
        PanicAbort = "panic-abort",
        /// Ends early, with success.
        Exit = "exit",
        /// Data or assets leave the chain.
        CrossChainSend = "cross-chain-send",
        /// Reads the input.
        CalldataRead = "calldata-read",
        /// Reads the attached assets.
        AttachedValueRead = "attached-value-read",
        /// Reads the remaining gas.
        GasQuery = "gas-query",
        /// Reserves or burns gas.
        GasControl = "gas-control",
        /// Counts gas; injected.
        Metering = "metering",
        /// Privileged system operation.
        ChainAdmin = "chain-admin",
        /// Selected at run time: see the virtual functions.
        Dispatch = "dispatch",
        /// Converts addresses.
        AddressCodec = "address-codec",
        /// Handles host-side objects.
        HostObject = "host-object",
        /// Arithmetic on host-side numbers.
        Arith = "arith",
        /// Memory helpers.
        MemoryOp = "memory-op",
        /// Exists only in debug builds of the node.
        DebugOnly = "debug-only",
        /// Exists only in tests.
        TestOnly = "test-only",
        /// Exists only off the chain.
        OffchainOnly = "offchain-only",
    }
}

/// What the bytes of an argument mean: the free vocabulary of the host model files (`storage-key`, `account`, `amount`).
pub type What = Cow<'static, str>;
