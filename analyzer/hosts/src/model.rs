//! The host model: plain data, so that the built-in ones are constants and those of the user are read from a file.

use std::borrow::Cow;

use super::Type;
use super::words::{
    Dispatch, EffectKind, Encoding, EntryKind, Floats, Reentrancy, ResultKind, Role, Weight,
};

/// Text that is constant in the built-in models.
pub type Text = Cow<'static, str>;

/// A list that is constant in the built-in models.
pub type List<T> = Cow<'static, [T]>;

/// What the bytes of an argument mean: a word of [`super::words::WHATS`], or one of the user's own that begins with `x-`.
pub type What = Text;

/// One blockchain's (or one virtual machine's) interface to contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostModel {
    /// The short name by which users and reports know it (`near`).
    pub id: Text,
    /// Its full name.
    pub name: Text,
    /// Whether anyone can run a node and read the state.
    pub public: bool,
    /// What a callee may do to its caller.
    pub reentrancy: Reentrancy,
    /// How an outsider's request reaches the code that handles it.
    pub dispatch: Dispatch,
    /// What becomes of floating-point instructions.
    pub floats: Floats,
    /// Whether an input whose length is given as `u64::MAX` is the content of the register whose number is given as the
    /// pointer (NEAR).
    pub registers: bool,
    /// Whether contracts number the host's objects themselves, each below the last (MultiversX).
    pub counted_handles: bool,
    /// Whether the keys of entries are themselves stored under names, by which contracts find them (Casper).
    pub named_keys: bool,
    /// The export that the host calls for memory which it then fills with the caller's input (ChainMaker's `allocate`).
    pub input_allocator: Option<Text>,
    /// The storage key under which contracts keep their whole structure as one record (NEAR's `STATE`).
    pub state_key: Option<Text>,
    /// Actions of the system's own contract that the host itself carries out: it has checked who asks before the contract is
    /// told (Antelope's `newaccount`).
    pub native_actions: List<Text>,
    /// What shows that a module is for this host.
    pub signs: List<Sign>,
    /// The exports that the host calls; the first that fits an export describes it.
    pub entry_points: List<EntryPoint>,
    /// The functions that contracts import, sorted by module, name and signature.
    pub functions: List<HostFunction>,
    /// Operations selected by an argument of one of the functions, sorted by function and selector.
    pub virtual_functions: List<VirtualFunction>,
    /// The structure of arguments, by what their bytes mean.
    pub layouts: List<Layout>,
    /// The names of numbers that arguments of a meaning can have (`durability`: `temporary` is 0).
    pub values: List<NamedValue>,
    /// What the host does because of the data that an entry point returns (CosmWasm's messages).
    pub responses: List<Response>,
}

impl HostModel {
    /// The model of a host about which nothing is known: it may call any export.
    pub fn unknown() -> HostModel {
        HostModel {
            id: Text::Borrowed("unknown"),
            name: Text::Borrowed("unknown platform"),
            public: true,
            reentrancy: Reentrancy::Unknown,
            dispatch: Dispatch::Exports,
            floats: Floats::Unknown,
            registers: false,
            counted_handles: false,
            named_keys: false,
            input_allocator: None,
            state_key: None,
            native_actions: List::Borrowed(&[]),
            signs: List::Borrowed(&[]),
            entry_points: List::Borrowed(&[EntryPoint {
                name: Text::Borrowed("*"),
                kind: EntryKind::Call,
                params: Types::Any,
                results: Types::Any,
                returned: None,
                args: List::Borrowed(&[]),
            }]),
            functions: List::Borrowed(&[]),
            virtual_functions: List::Borrowed(&[]),
            layouts: List::Borrowed(&[]),
            values: List::Borrowed(&[]),
            responses: List::Borrowed(&[]),
        }
    }

    /// The function of this platform itself with that name and type.
    pub fn own_function(
        &self,
        module: &str,
        name: &str,
        params: &[Type],
        results: &[Type],
    ) -> Option<&HostFunction> {
        let wanted = (module, name, params, results);
        let found = self.functions.binary_search_by(|f| f.order().cmp(&wanted));
        self.functions.get(found.ok()?)
    }

    /// Whether its functions take and give tagged values (Soroban): methods' parameters are such values, too.
    pub fn tagged_values(&self) -> bool {
        self.functions.iter().any(|f| f.result == HostResult::Val)
    }

    /// The operation that a function of this platform performs for a selector.
    pub fn virtual_function(&self, via: &HostFunction, selector: &str) -> Option<&VirtualFunction> {
        let via = format!("{}.{}", via.module, via.name);
        let wanted = (via.as_str(), selector);
        let found = self
            .virtual_functions
            .binary_search_by(|f| f.order().cmp(&wanted));
        self.virtual_functions.get(found.ok()?)
    }

    /// Whether a function, by the name that is shown, tells by its result how it went, rather than by an abort.
    pub fn answers(&self, shown: &str) -> bool {
        let mut known = self.functions.iter().filter(|f| f.shown() == shown);
        known.any(|f| f.result != HostResult::None)
            || self.virtual_functions.iter().any(|f| f.name == shown)
    }

    /// The structure of data of that meaning.
    pub fn layout(&self, of: &str) -> Option<&Layout> {
        self.layouts.iter().find(|layout| layout.of == of)
    }

    /// The name of a number among the values of that meaning.
    pub fn value_name(&self, of: &str, value: i64) -> Option<&str> {
        let named = self
            .values
            .iter()
            .find(|v| v.of == of && v.value == value)?;
        Some(&named.name)
    }
}

/// Something that shows for which host a module is: all of the named things are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// Imports as `module.name`, with `*` standing for any characters.
    pub imports: List<Text>,
    /// Exports, likewise.
    pub exports: List<Text>,
    /// Custom sections.
    pub sections: List<Text>,
    /// How much it says.
    pub weight: Weight,
}

/// An export that the host calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// The export's name, with `*` standing for any characters.
    pub name: Text,
    /// Who calls it, and when.
    pub kind: EntryKind,
    /// The parameter types it must have.
    pub params: Types,
    /// The result types it must have.
    pub results: Types,
    /// The form of the result, where it is the data that the caller gets.
    pub returned: Option<Role>,
    /// What each parameter is; empty where nothing is known (each is then an input of its own).
    pub args: List<HostArg>,
}

/// What is demanded of the parameters or results of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Types {
    /// Nothing.
    Any,
    /// Just these.
    These(List<Type>),
    /// Any number of this type.
    Every(Type),
}

impl Types {
    /// Whether they meet the demand.
    pub fn admit(&self, types: &[Type]) -> bool {
        match self {
            Types::Any => true,
            Types::These(these) => **these == *types,
            Types::Every(ty) => types.iter().all(|t| t == ty),
        }
    }
}

/// An imported function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFunction {
    /// Module name of the import.
    pub module: Text,
    /// Field name of the import.
    pub name: Text,
    /// The name to show to people, where it differs (Soroban's `l._` is `put_contract_data`).
    pub shown: Option<Text>,
    /// Parameter types.
    pub params: List<Type>,
    /// Result types.
    pub results: List<Type>,
    /// The parameters' roles, as many as `params`.
    pub args: List<HostArg>,
    /// What the result is.
    pub result: HostResult,
    /// What a call may do.
    pub effects: List<EffectKind>,
    /// Whether the callee of a call may enter the contract again, where that is not as the platform has it.
    pub reentry: Option<bool>,
    /// Whether what it schedules fails together with the contract: then all of it is undone.
    pub atomic: bool,
    /// The argument whose bits change what a call may do.
    pub call_flags: Option<CallFlags>,
    /// The argument that makes the call abort, for functions that do not always.
    pub aborts_if: Option<AbortsIf>,
    /// Where the operation is named, if an argument selects it: see the virtual functions.
    pub selector: Option<Selector>,
    /// Which argument is the request whose fields the virtual functions name.
    pub body: Option<Body>,
}

impl HostFunction {
    /// Whether it may have this effect.
    pub fn is(&self, kind: EffectKind) -> bool {
        self.effects.contains(&kind)
    }

    /// The name to show to people.
    pub fn shown(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.name)
    }

    /// By what functions are sorted.
    pub(super) fn order(&self) -> (&str, &str, &[Type], &[Type]) {
        (&self.module, &self.name, &self.params, &self.results)
    }
}

/// An argument of a call whose bits change what the call may do. A mask of 0 says that there is no such bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallFlags {
    /// Which argument.
    pub arg: u8,
    /// If one of these bits is set, the callee may enter the contract again; otherwise it may not.
    pub allow_reentry: u64,
    /// If one of these bits is set, the callee cannot change state.
    pub read_only: u64,
    /// If one of these bits is set, the call does not return to the contract.
    pub tail_call: u64,
}

/// When a call aborts and the host undoes what the contract did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbortsIf {
    /// If the argument is 0.
    Zero {
        /// Which argument.
        arg: u8,
    },
    /// If one of these bits of the argument is set.
    Set {
        /// Which argument.
        arg: u8,
        /// The bits.
        mask: u64,
    },
}

/// Where a dispatching function finds which operation is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The argument: the number itself, or a pointer.
    pub arg: u8,
    /// How it is written.
    pub encoding: Encoding,
    /// The field of a structured argument that has the selector.
    pub field: Option<Text>,
}

/// The request of a dispatching function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body {
    /// The argument that points to it.
    pub arg: u8,
    /// How it is written.
    pub encoding: Encoding,
}

/// An operation behind a dispatching import, such as ChainMaker's `sys_call` with the method `PutState`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualFunction {
    /// The dispatching import as `module.name`.
    pub via: Text,
    /// The constant that selects the operation: the text found in the selecting argument, or a number in decimal.
    pub selector: Text,
    /// The name to show to people.
    pub name: Text,
    /// What it may do.
    pub effects: List<EffectKind>,
    /// The fields of the request.
    pub body: List<Field>,
    /// The fields of the answer, where it is not simply what the effects say.
    pub gives: List<Field>,
}

impl VirtualFunction {
    /// Whether it may have this effect.
    pub fn is(&self, kind: EffectKind) -> bool {
        self.effects.contains(&kind)
    }

    /// By what virtual functions are sorted.
    pub(super) fn order(&self) -> (&str, &str) {
        (&self.via, &self.selector)
    }
}

/// A named part of structured data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name; `*` is the data as a whole. A path has dots between its steps.
    pub name: Text,
    /// What it means.
    pub what: What,
    /// How it is found and passed.
    pub place: Place,
}

/// How a field is found and passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// By its name.
    Named,
    /// By its name; its value is the address that the host writes to.
    Out,
    /// By the number it has in a protobuf message.
    Number(u32),
    /// After the fields before it, that many bytes long.
    Bytes(u32),
    /// After the fields before it: its length in that many bytes, then itself.
    Prefixed(u32),
}

/// The structure of all arguments and fields whose bytes mean the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The meaning.
    pub of: What,
    /// How it is written.
    pub encoding: Encoding,
    /// Its parts.
    pub fields: List<Field>,
    /// What the host could pass, newer forms first.
    pub examples: List<Text>,
}

/// The name of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedValue {
    /// The meaning of the arguments that can have it.
    pub of: What,
    /// The name.
    pub name: Text,
    /// The number.
    pub value: i64,
}

/// What the host does because of a part of the data that an entry point returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The part: names from the outside in, with dots between them (`bank.send`).
    pub path: Text,
    /// What the host does.
    pub effects: List<EffectKind>,
    /// The fields beneath, and what each is.
    pub fields: List<Field>,
}

/// One parameter of a host function or of an entry point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostArg {
    /// Its name, for people.
    pub name: Text,
    /// How the bytes are passed.
    pub role: Role,
    /// What the bytes mean; empty where nothing is said.
    pub what: What,
    /// For pointers: which argument holds the length. If that is a pointer itself, the length is stored there.
    pub len: Option<u8>,
    /// For pointers to a fixed number of bytes: how many.
    pub size: Option<u32>,
    /// How many bytes the length counts as one.
    pub unit: u32,
    /// Whether the number sits in the upper half of a tagged 64-bit value (Soroban's `U32Val`).
    pub tagged: bool,
    /// For outputs of a fixed number of bytes that come in several variants: what they usually begin with.
    pub begins: List<u8>,
    /// For outputs that are read field by field: the short ones tell how what follows is built.
    pub typed: bool,
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
    /// The number of bytes of the output, or of what was asked about.
    Length,
    /// How many bytes were read or written: all that were asked for, if there are as many.
    Filled,
    /// The result itself, as a number.
    Number,
    /// The order of the two inputs: below, at or above 0.
    Order,
    /// A handle of a host-side object: a new one, which holds the result, or the one asked for.
    Handle,
    /// A tagged Soroban value, which holds the result.
    Val,
    /// A tagged Soroban value, which holds the result or is an error.
    ValOrError,
    /// Address of a CosmWasm region with the result, or 0.
    Region,
    /// Address of a CosmWasm region with the result in the low half of 64 bits; the high half is 0 on success.
    RegionOrError,
    /// Address of the result in memory.
    Pointer,
    /// A database iterator.
    Iterator,
}

impl HostResult {
    /// The word for it in host model files.
    pub fn kind(self) -> ResultKind {
        match self {
            HostResult::None => ResultKind::Ignored,
            HostResult::Status { .. } => ResultKind::Status,
            HostResult::Answer => ResultKind::Answer,
            HostResult::Length => ResultKind::Length,
            HostResult::Filled => ResultKind::Filled,
            HostResult::Number => ResultKind::Number,
            HostResult::Order => ResultKind::Order,
            HostResult::Handle => ResultKind::Handle,
            HostResult::Val => ResultKind::Val,
            HostResult::ValOrError => ResultKind::ValOrError,
            HostResult::Region => ResultKind::Region,
            HostResult::RegionOrError => ResultKind::RegionOrError,
            HostResult::Pointer => ResultKind::Pointer,
            HostResult::Iterator => ResultKind::Iterator,
        }
    }

    /// Whether it says if the call went well, so that a contract has to look.
    pub fn tells_failure(self) -> bool {
        matches!(
            self,
            HostResult::Status { .. } | HostResult::ValOrError | HostResult::RegionOrError
        )
    }
}
