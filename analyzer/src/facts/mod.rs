//! What lints read: for each method, the graph of what it does to the world, in what order, under which guards, with
//! whose data.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::entity::entity;
use crate::host::{EffectKind, EntryKind, HostModel};
use crate::ir::Func;
use crate::module::Module;

mod display;
mod graph;
mod guard;
mod key;
mod loops;
mod spine;
mod unify;

pub use graph::EffectGraph;
pub use guard::{Guard, Strength};
pub use key::{Content, Piece};
pub use loops::Loop;

/// Everything known about one contract.
#[derive(Debug)]
pub struct Facts {
    /// The decoded module.
    pub module: Arc<Module>,
    /// The host model it was analysed against.
    pub host: Arc<HostModel>,
    /// How the platform was recognised.
    pub recognition: Recognition,
    /// What outsiders and the host can call, in the order of exports and of dispatch.
    pub methods: Vec<Method>,
    /// The cryptographic algorithms that the contract uses or contains.
    pub crypto: Vec<CryptoUse>,
    /// The functions with floating-point instructions that outsiders can reach through direct calls.
    pub floats: Vec<FloatUse>,
    /// What a user should know about the analysis of the whole file.
    pub notes: Vec<String>,
}

/// A cryptographic algorithm that a contract uses or contains.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CryptoUse {
    /// Its name in lower case: `sha256`, `sm3`.
    pub algorithm: &'static str,
    /// What shows it.
    pub origin: CryptoOrigin,
}

/// What shows that a contract uses an algorithm.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CryptoOrigin {
    /// The host provides it, by this import.
    Import(String),
    /// Its constants are in the data, at this offset of the file.
    Data(usize),
    /// Its constants are in this function.
    Code(Func),
}

/// A function that computes with floating-point numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FloatUse {
    /// The function.
    pub func: Func,
    /// The first such instruction, as an offset in the module.
    pub offset: u32,
}

/// How the platform was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// The id of the host model.
    pub platform: String,
    /// How sure that is.
    pub certainty: Certainty,
    /// What it rests on, for people.
    pub because: String,
}

/// How sure a recognition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Nothing speaks for any platform.
    None,
    /// The best of several that fit.
    Likely,
    /// Only one fits.
    Certain,
    /// The user said so.
    Given,
}

/// Something an outsider or the host can call.
#[derive(Debug)]
pub struct Method {
    /// The name by which it is called: export, action, message, or `0x…` selector where nothing names it.
    pub name: String,
    /// Who calls it, and when.
    pub kind: EntryKind,
    /// The export through which it is entered.
    pub export: String,
    /// How the export's dispatcher selects it, for people (`selector 0x410fcc9d`, `action`); `None` if it is the export.
    pub selector: Option<String>,
    /// Its parameters, as far as known.
    pub params: Vec<Param>,
    /// What it does.
    pub graph: EffectGraph,
    /// Why it was not analysed completely; empty if it was.
    pub reasons: Vec<Reason>,
}

impl Method {
    /// How a notification is described that any account can send.
    pub const FROM_ANYONE: &'static str = "notification from any account";

    /// Whether it is a notification that any account can send.
    pub fn is_open_notification(&self) -> bool {
        self.selector.as_deref() == Some(Self::FROM_ANYONE)
    }
}

/// A parameter of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name, where a specification or the code gives one.
    pub name: Option<String>,
    /// Its type as the specification names it.
    pub ty: Option<String>,
}

impl Param {
    /// A parameter of which the name is known.
    #[must_use]
    pub fn named(name: String) -> Self {
        Param {
            name: Some(name),
            ty: None,
        }
    }
}

/// Why a method was not analysed completely.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A call through the function table whose target could not be determined.
    UnresolvedIndirectCall {
        /// The calling function.
        func: Func,
        /// Where the call is in the file.
        offset: u32,
    },
    /// An import that the host model does not know.
    UnknownImport(String),
    /// More work than the limit allows.
    Limit(&'static str),
    /// A call of a dispatching host function whose operation could not be determined.
    UnresolvedOperation(String),
    /// What the method returns for the host to act on could not be read.
    UnreadResponse,
    /// A function with an operator that is not supported.
    NotLifted(Func),
    /// The method decides something, and aborts whichever way: most likely what it reads was misunderstood.
    NoGoodEnd,
}

entity! {
    /// A point of a method's effect graph.
    Node, "n"
}

/// A point at which a method touches the world, decides, or ends.
#[derive(Debug, Clone)]
pub struct NodeData {
    /// What happens.
    pub kind: NodeKind,
    /// Where.
    pub site: Site,
    /// Where control goes on. For a branch: the successors in the order of its edges.
    pub succs: Vec<Node>,
}

/// What happens at a node.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// Control enters the method.
    Entry,
    /// Paths meet; nothing happens.
    Join,
    /// The contract asks something of the host.
    Effect(Effect),
    /// Control depends on a condition.
    Branch(Branch),
    /// The method ends normally.
    Return,
    /// The method aborts, and the host undoes its effects.
    Trap,
    /// Code that was not followed: it may do anything.
    Unknown(Reason),
}

/// A place in the code, with the calls that led there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// The function.
    pub func: Func,
    /// Offset of the instruction in the module.
    pub offset: u32,
    /// The calls through which control came, outermost first: calling function and offset of the call.
    pub chain: Arc<[(Func, u32)]>,
}

/// Something asked of the host.
#[derive(Debug, Clone)]
pub struct Effect {
    /// What it may do.
    pub kinds: Arc<[EffectKind]>,
    /// The host function, for people.
    pub host_function: String,
    /// What was handed over, in the order of the host function's arguments.
    pub operands: Vec<Operand>,
    /// The labels that its outputs carry.
    pub gives: Labels,
    /// Whether this call lets the callee enter the contract again.
    pub may_reenter: bool,
    /// Whether a failure is told by the result, rather than by a trap. Then what depends on it has the label
    /// [`Label::Outcome`].
    pub tells_failure: bool,
    /// Whether what it schedules fails together with the contract, so that all of it is undone.
    pub atomic: bool,
}

/// One thing handed to the host.
#[derive(Debug, Clone)]
pub struct Operand {
    /// What it means (`storage-key`, `amount`), from the host model.
    pub what: crate::host::What,
    /// What is known of its bytes.
    pub content: Content,
}

impl Effect {
    /// Whether it may have this effect.
    pub fn is(&self, kind: EffectKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// The first operand of that meaning.
    pub fn operand(&self, what: &str) -> Option<&Content> {
        let operand = self.operands.iter().find(|o| o.what == what)?;
        Some(&operand.content)
    }

    /// The storage key it concerns.
    pub fn key(&self) -> Option<&Content> {
        self.operand("storage-key")
    }
}

/// A decision.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The comparisons that decide it. More than one where a flag computed from several is tested.
    pub predicates: Vec<Predicate>,
}

/// A comparison, or the truth of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Predicate {
    /// How the sides are compared.
    pub relation: Relation,
    /// What is compared.
    pub left: Content,
    /// With what. Empty for [`Relation::Truth`].
    pub right: Content,
}

/// How two things are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// For equality.
    Equal,
    /// For order.
    Order,
    /// One thing, for being zero or not.
    Truth,
}

/// Where data comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// What the entry point's dispatcher selects the method by.
    Selector,
    /// The account whose action or notification this is (Antelope's `code`).
    FirstReceiver,
    /// The caller's input, this parameter of the method.
    Param(u32),
    /// The caller's input, which part is not known.
    Input,
    /// The identity of the immediate caller.
    Caller,
    /// The identity of the transaction's signer.
    Origin,
    /// The contract's own identity.
    SelfIdentity,
    /// Assets attached to the call.
    AttachedValue,
    /// The time.
    Time,
    /// Other block data.
    BlockInfo,
    /// Chain randomness.
    Randomness,
    /// Persistent storage under this key class.
    Storage(Arc<Content>),
    /// What another contract returned.
    CallResult,
    /// A balance.
    Balance,
    /// The answer of an authorisation query about this subject.
    AuthAnswer(Arc<Content>),
    /// A digest of this.
    Digest(Arc<Content>),
    /// What something inside the contract that makes data harmless made of this: of the data, and of what was mixed in.
    Sealed(Seal, Arc<Content>),
    /// A parameter of a function inside the contract that the user declared ([`Mark`](crate::Mark)), by its number.
    Marked(u32),
    /// State of the chain.
    Chain,
    /// Whether the call at this offset went well.
    Outcome(u32),
    /// A division by this, which dropped a remainder.
    Quotient(Arc<Content>),
    /// A product of such a quotient.
    Rescaled,
    /// A difference or product of data that may have wrapped around, with no test for it nearby.
    Unchecked,
    /// A remainder or a few bits of block data, of chain randomness, or of a digest: a lot that was drawn. Stands beside
    /// the labels of what it was drawn from.
    Drawn,
}

/// What makes data harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seal {
    /// A cipher, recognised by its numbers.
    Cipher,
    /// A function that the user declared ([`Sealer`](crate::Sealer)), by its number.
    Declared(u32),
}

/// A set of labels.
pub type Labels = BTreeSet<Label>;
