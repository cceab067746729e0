//! The words of host model files: each closed set is an enum whose variants know their word.

/// A closed set of words.
pub trait Word: Copy + Eq + 'static {
    /// What one of them is called in messages, with its article.
    const A: &'static str;
    /// All of them.
    const ALL: &'static [Self];

    /// The word used in host model files and in reports.
    fn name(self) -> &'static str;

    /// The variant of that word.
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.name() == name)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $a:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every variant.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word used in host model files and in reports.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }

        impl Word for $name {
            const A: &'static str = $a;
            const ALL: &'static [$name] = $name::ALL;

            fn name(self) -> &'static str {
                $name::name(self)
            }
        }
    };
}

words! {
    /// What a callee may do to its caller while the caller waits.
    Reentrancy, "a rule of re-entry" {
        /// The host traps when a contract is entered again.
        Forbidden = "forbidden",
        /// Only calls that ask for it may be entered again.
        OptIn = "opt-in",
        /// Every call may.
        Allowed = "allowed",
        /// Calls run after the current function has ended.
        Deferred = "deferred",
        /// Not known: treated as allowed, with lower confidence.
        Unknown = "unknown",
    }
}

words! {
    /// How an outsider's request reaches its handler.
    Dispatch, "a way of dispatch" {
        /// Each method is an export.
        Exports = "exports",
        /// The first four bytes of the input select the method.
        Selector4 = "selector4",
        /// A name among the parameters of the one entry point (Antelope's `apply`).
        ApplyName = "apply-name",
        /// The one key of a JSON object in the input.
        JsonVariant = "json-variant",
        /// One entry point with its own encoding.
        SingleEntry = "single-entry",
    }
}

words! {
    /// What becomes of floating-point instructions.
    Floats, "a treatment of floats" {
        /// They run as they are.
        Allowed = "allowed",
        /// The host rejects modules that contain them.
        Forbidden = "forbidden",
        /// The host replaces them by deterministic calls.
        Softfloat = "softfloat",
        /// Not known.
        Unknown = "unknown",
    }
}

words! {
    /// Who calls an entry point, and when.
    EntryKind, "a kind of entry point" {
        /// Once, at deployment.
        Init = "init",
        /// Anyone, to change state.
        Call = "call",
        /// Anyone, without changing state.
        Query = "query",
        /// The host, with the result of an earlier call or on an event.
        Callback = "callback",
        /// The chain or the contract's administrator, as the host enforces.
        Admin = "admin",
        /// The host, when another contract acted (Antelope notifications).
        Notification = "notification",
        /// Not code for outsiders: allocators, markers.
        Support = "support",
    }
}

words! {
    /// How much a sign says about the host that a module is for.
    Weight, "a weight" {
        /// No module for another host has it.
        Decisive = "decisive",
        /// Modules for other hosts rarely have it.
        Strong = "strong",
        /// It fits.
        Weak = "weak",
    }
}

words! {
    /// How structured data is written.
    Encoding, "an encoding" {
        /// Text, by itself.
        Text = "text",
        /// A number, passed directly.
        Number = "number",
        /// A JSON object.
        Json = "json",
        /// A protobuf message.
        Protobuf = "protobuf",
        /// ChainMaker's list of typed key-value pairs.
        EasyCodec = "easy-codec",
        /// One field after the other.
        Packed = "packed",
        /// The frame of a Go call: the argument is the stack pointer, a field is the offset of a string's address, which
        /// its length follows, both in 8 bytes.
        GoStack = "go-stack",
        /// An action of Antelope: account, name, who authorises it, data. The fields are those of the data; what selects is
        /// `account::name`, `*::name` or `*`.
        AntelopeAction = "antelope-action",
    }
}

words! {
    /// What the result of a host function is.
    ResultKind, "a kind of result" {
        /// Nothing of interest.
        Ignored = "ignored",
        /// Success or failure.
        Status = "status",
        /// A truth value that answers the question asked.
        Answer = "answer",
        /// A number of bytes.
        Length = "length",
        /// A number of bytes: as many as were asked for, if there are as many.
        Filled = "filled",
        /// The result itself.
        Number = "number",
        /// Below, at or above 0, as the first argument is below, equal to or above the second.
        Order = "order",
        /// A handle of a host-side object.
        Handle = "handle",
        /// A tagged Soroban value.
        Val = "val",
        /// A tagged Soroban value, or an error as such a value.
        ValOrError = "val-or-error",
        /// Address of a CosmWasm region.
        Region = "region",
        /// Address of a CosmWasm region below an error code.
        RegionOrError = "region-or-error",
        /// Address of bytes in memory.
        Pointer = "pointer",
        /// A database iterator.
        Iterator = "iterator",
    }
}

words! {
    /// How the bytes of an argument are passed.
    Role, "a role" {
        /// The host reads memory there.
        InPtr = "in-ptr",
        /// The host writes memory there.
        OutPtr = "out-ptr",
        /// Both.
        InOutPtr = "inout-ptr",
        /// Length of an input.
        Len = "len",
        /// Capacity of an output.
        Cap = "cap",
        /// A NUL-terminated string.
        Cstr = "cstr",
        /// Address of a CosmWasm region that the host reads.
        Region = "region",
        /// Address of a CosmWasm region that the host fills.
        OutRegion = "out-region",
        /// A handle of a host-side object whose content is read.
        Handle = "handle",
        /// A handle of a host-side object that is filled.
        OutHandle = "out-handle",
        /// A handle of a host-side object whose content is added to or changed in part.
        InOutHandle = "inout-handle",
        /// Number of a register that is filled.
        Register = "register",
        /// Number of a register that is read.
        InRegister = "in-register",
        /// A tagged Soroban value.
        Val = "val",
        /// A number.
        Scalar = "scalar",
        /// A set of flags.
        Flags = "flags",
        /// A database iterator.
        Iterator = "iterator",
        /// An index into the function table, called back.
        FuncRef = "func-ref",
        /// An Antelope name.
        Name = "name",
        /// High half of a 128-bit number.
        Hi = "hi",
        /// Low half of a 128-bit number.
        Lo = "lo",
        /// Ignored.
        Unused = "unused",
    }
}

impl Role {
    /// Whether the argument is an address of bytes (and so can have a length).
    pub fn is_pointer(self) -> bool {
        matches!(self, Role::InPtr | Role::OutPtr | Role::InOutPtr)
    }

    /// Whether the host takes data from the contract through it.
    pub fn is_input(self) -> bool {
        !self.is_pure_output() && self != Role::Unused
    }

    /// Whether the host puts data into the contract's hands through it.
    pub fn is_output(self) -> bool {
        self.is_pure_output() || matches!(self, Role::InOutPtr | Role::InOutHandle)
    }

    fn is_pure_output(self) -> bool {
        matches!(
            self,
            Role::OutPtr | Role::OutRegion | Role::OutHandle | Role::Register
        )
    }
}

words! {
    /// What a call to the host may do to the world, or learn from it.
    EffectKind, "an effect" {
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
        /// Depends on an argument: see the virtual functions.
        Dispatch = "dispatch",
        /// Converts addresses.
        AddressCodec = "address-codec",
        /// Tells whether a text is the address of an account.
        AccountCheck = "account-check",
        /// Handles host-side objects.
        HostObject = "host-object",
        /// Arithmetic on host-side numbers.
        Arith = "arith",
        /// Memory helpers.
        MemoryOp = "memory-op",
        /// Leaves its result on the host, where another function fetches it.
        HostBufferWrite = "host-buffer-write",
        /// Fetches what the last call left on the host.
        HostBufferRead = "host-buffer-read",
        /// Tells whether the contract is being entered again.
        ReentryQuery = "reentry-query",
        /// Traps if assets are attached.
        PaymentCheck = "payment-check",
        /// Exists only in debug builds of the node.
        DebugOnly = "debug-only",
        /// Exists only in tests.
        TestOnly = "test-only",
        /// Exists only off the chain.
        OffchainOnly = "offchain-only",
    }
}

/// The words for what bytes mean, and their meaning.
pub const WHATS: &[(&str, &str)] = &[
    // What storage is addressed by, and what is in it.
    ("storage-key", "key of persistent (or transient) storage"),
    ("storage-field", "second part of a storage key"),
    ("field-names", "names of a structure's fields"),
    (
        "storage-prefix",
        "what the keys of a group of entries begin with, or the name of their map",
    ),
    ("storage-value", "what is stored"),
    (
        "storage-entry",
        "key and value together, or a handle of an entry that was looked up",
    ),
    ("scope", "scope of a table"),
    ("table", "name of a table"),
    ("primary-key", "primary key of a row"),
    ("secondary-key", "secondary key of a row"),
    ("payer", "account that pays for what is stored"),
    ("durability", "how long an entry lives"),
    ("collection", "the private collection that an entry is in"),
    ("query", "question to the chain or to a database"),
    // Who.
    ("account", "an account; of a transfer, its receiver"),
    ("contract", "a contract that is called, read or changed"),
    ("purse", "what assets are taken from"),
    ("permission", "a permission, role or capability"),
    ("self", "the contract itself"),
    ("caller", "the immediate caller"),
    ("origin", "the signer of the transaction"),
    (
        "first-receiver",
        "the account whose action this is; differs from the contract in a notification",
    ),
    (
        "identity-attributes",
        "personal attributes of an account's holder",
    ),
    // Assets.
    ("amount", "a number of coins or tokens"),
    ("token-id", "which token"),
    ("token-transfers", "a list of tokens and amounts"),
    ("attached-value", "assets that came with the call"),
    ("gas", "a limit of computation"),
    // Calls.
    ("method-name", "name or number of a method"),
    ("calldata", "input of a call"),
    ("arg-name", "name of an input"),
    ("action", "a contract, a method and its input, packed"),
    ("promise", "a scheduled call"),
    ("callback", "the function or method that is called back"),
    ("closure", "data kept for a callback"),
    ("call-flags", "flags of a call"),
    ("return-flags", "flags of a return"),
    ("code", "code of a contract"),
    ("code-hash", "digest that names the code of a contract"),
    (
        "code-metadata",
        "permissions and properties of a contract's code",
    ),
    ("salt", "what makes a new contract's address unique"),
    ("destination", "place on another chain"),
    ("invoke-tag", "number of an operation"),
    // Results and outputs.
    ("return-data", "output of a call"),
    ("call-result", "outcome of a call to another contract"),
    ("status", "success or failure"),
    ("topics", "topics or names of an event"),
    ("event-data", "data of an event"),
    ("error-message", "why a call fails"),
    ("debug-message", "text for the node's log"),
    // Cryptography.
    ("message", "what is hashed or signed"),
    ("hash", "a digest"),
    ("signature", "a signature"),
    ("pubkey", "a public key"),
    ("private-key", "a private key"),
    ("recovery-id", "which of the keys that fit a signature"),
    ("hash-function", "which hash function"),
    ("seed", "seed or subject of randomness"),
    // Circumstances.
    ("time", "time of the block or transaction"),
    ("block-info", "height, hash or other data of a block"),
    ("block-number", "number of a block that is asked about"),
    ("network-id", "which chain this is"),
    ("env", "several of the circumstances of a call"),
    ("message-info", "who calls with which assets attached"),
    ("reply", "outcome of a submessage"),
    // Parts and numbers.
    ("syscall-header", "which operation, and for which call"),
    ("syscall-body", "request of an operation"),
    ("destination-and-value", "a receiver and an amount"),
    ("code-and-value", "a code hash and an amount"),
    ("reservation-and-value", "a gas reservation and an amount"),
    (
        "reservation-destination-and-value",
        "a gas reservation, a receiver and an amount",
    ),
    ("id", "an id of something"),
    ("condition", "a truth value on which something depends"),
    ("length", "a length"),
    ("offset", "a position in bytes"),
    ("index", "a position in a list"),
    ("count", "how many"),
    ("number", "a number"),
    ("delay", "how much later"),
    ("data", "bytes of no special meaning"),
];
