//! The contract made ready to run: its functions with what is known of each before running it.

use std::sync::Arc;

use rayon::prelude::*;
use smallvec::SmallVec;

use crate::Options;
use crate::absint::domain::memory::{Image, StackPointer};
use crate::absint::encodings::easy_codec;
use crate::absint::functions::concrete::{Concrete, HostHelper, HostHelpers};
use crate::absint::functions::intrinsics::{self, Intrinsic};
use crate::absint::functions::seal::{FuncSeal, Seals};
use crate::absint::functions::summary::{self, HostSummary, Known, Summary};
use crate::absint::functions::vtables::{Origin, Origins, Vtables};
use crate::absint::machine::arithmetic;
use crate::absint::machine::parting::{self, Kept};
use crate::entity::PrimaryMap;
use crate::graph::callgraph::{CallGraph, Lifted};
use crate::graph::cfg::Cfg;
use crate::graph::loops::LoopForest;
use crate::graph::{Dominators, IndirectTargets};
use crate::host::{
    AbortsIf, EffectKind, EntryKind, HostFunction, HostModel, HostResult, Role, entry_points,
};
use crate::ir::{Block, Callee, Func, Function, Inst, Op, Sig, Terminator, Type, Value, ValueDef};
use crate::module::{Module, Table};

pub(crate) use crate::absint::functions::summary::Extent;

/// Work that a runtime may take to set itself up.
const START_FUEL: u32 = 1_000_000;
/// Addresses beyond this are not kept as static data.
const MAX_STATIC: u64 = 16 << 20;
/// A number below this is not taken for the top of the shadow stack.
const LEAST_TOP: u64 = 1024;
/// Branches looked at for what decides between the paths that meet at a block.
const MAX_CONTROLLERS: usize = 24;
/// Shorter names of a response's parts say nothing.
const LEAST_NAME: usize = 6;
/// Stands for quotes beside the names of parts.
const QUOTES: u64 = 1 << 63;
/// Says that a function writes numbers.
const HAS_DIGITS: u64 = 1 << 62;
/// The table by which Rust writes numbers, two digits at a time, begins so.
const DIGITS: &[u8] = b"000102030405060708091011";
/// How many calls deep names of a response's parts are looked for.
const LEVELS: usize = 4;

/// The contract made ready to run.
pub(crate) struct Program<'m> {
    pub(crate) module: &'m Module,
    /// The module as it starts, for trials; none if its memory is too large.
    pub(crate) start: Option<Concrete<'m>>,
    pub(crate) host: &'m HostModel,
    /// Whether contracts read input and state field by field.
    pub(crate) typed: bool,
    pub(crate) image: Image,
    infos: PrimaryMap<Func, Option<FuncInfo<'m>>>,
    indirect: IndirectTargets,
    vtables: Vtables,
    /// The functions that write responses for the host.
    renderers: Vec<Func>,
    /// The functions that write other JSON.
    writers: Vec<Func>,
    /// The functions that encode requests to the host.
    encoders: Vec<Func>,
    host_functions: PrimaryMap<Func, Option<&'m HostFunction>>,
}

/// A function with what is known of it before running it.
pub(crate) struct FuncInfo<'m> {
    pub(crate) ir: &'m Function,
    pub(crate) forest: LoopForest,
    /// For each block where paths meet: the branches that decide between them.
    pub(crate) controllers: Vec<SmallVec<[Block; 4]>>,
    /// In which blocks the ways that lead there are kept apart.
    pub(crate) kept: Vec<Kept>,
    pub(crate) summary: Summary,
    pub(crate) intrinsic: Option<Intrinsic>,
    /// What is known of it as one that makes data harmless, or is given data that is to be followed.
    pub(crate) seal: FuncSeal,
    /// Differences and products that nothing tests for overflow, in order.
    pub(crate) unchecked: Vec<Inst>,
    /// The constants, which are the same in every activation.
    pub(crate) constants: Vec<(Value, u64)>,
    /// The other instructions of each block, each with where the next one stands in it.
    pub(crate) code: PrimaryMap<Block, Box<[(usize, Inst)]>>,
}

impl FuncInfo<'_> {
    /// The headers of the loops that an edge leaves, innermost first.
    pub(crate) fn loops_left(&self, from: Block, to: Block) -> impl Iterator<Item = Block> + '_ {
        std::iter::successors(self.forest.innermost(from), |h| self.forest.outer(*h))
            .take_while(move |header| !self.forest.contains(*header, to))
    }
}

impl<'m> Program<'m> {
    /// Prepares the functions that are reached from the roots.
    pub(crate) fn new(
        module: &'m Module,
        host: &'m HostModel,
        lifted: &'m Lifted,
        options: &Options,
    ) -> Self {
        let host_functions: PrimaryMap<Func, Option<&HostFunction>> = module
            .funcs
            .keys()
            .map(|func| {
                let (name_space, name) = module.import(func)?;
                host.function(name_space, name, module.func_type(func))
            })
            .collect();
        let graph = CallGraph::new(module, lifted);
        let host_summary = |func: Func| match host_functions[func] {
            Some(host) => HostSummary {
                pure: computes(host),
                asserts: matches!(host.aborts_if, Some(AbortsIf::Zero { .. })),
                returns: !summary::aborts(host),
                ends: host.is(EffectKind::Exit),
                // Who hands over a C string has it at hand, mostly as a constant.
                speaks: host
                    .args
                    .iter()
                    .any(|arg| arg.what == "error-message" && arg.role != Role::Cstr),
            },
            None => HostSummary {
                pure: false,
                asserts: false,
                returns: true,
                ends: false,
                speaks: false,
            },
        };
        let helpers: HostHelpers = host_functions
            .values()
            .map(|host| host.and_then(host_helper))
            .collect();
        let start = Concrete::new(module, lifted, Arc::new(helpers), 0);
        let start = start.map(|start| started(module, host, start));
        let image = image(module, host, start.as_ref());
        let vtables = find_vtables(module, lifted, &image);
        let nothing = |_| Known::Nothing;
        let first = summary::summarise(module, lifted, &graph, &host_summary, &nothing, &vtables);
        let intrinsics = start
            .as_ref()
            .map(|start| intrinsics::find(module, lifted, start, &first))
            .unwrap_or_else(|| module.funcs.keys().map(|_| None).collect());
        // Again, now that it is known what need not be looked into.
        let seals = Seals::new(module, lifted, options);
        let known = |func: Func| match (intrinsics[func], seals.core(func)) {
            (Some(_), _) => Known::Helper,
            (None, Some(_)) => Known::Core,
            _ => Known::Nothing,
        };
        let summaries = summary::summarise(module, lifted, &graph, &host_summary, &known, &vtables);
        let functions: Vec<&Function> = lifted.iter().collect();
        let prepared: Vec<FuncInfo<'m>> = functions
            .into_par_iter()
            .filter_map(|ir| {
                let summary = summaries[ir.func].clone()?;
                Some(prepare(ir, summary, intrinsics[ir.func], seals.of(ir.func)))
            })
            .collect();
        let mut infos: PrimaryMap<Func, Option<FuncInfo<'m>>> =
            module.funcs.keys().map(|_| None).collect();
        for info in prepared {
            let func = info.ir.func;
            infos[func] = Some(info);
        }
        let (renderers, writers) = writers_of_json(host, &image, &infos);
        let encoders = easy_codec::encoders(&host_functions, &image, &infos);
        let of = |func: Func| infos[func].as_ref();
        let harmless = |func: Func| {
            of(func).is_some_and(|info| {
                info.intrinsic == Some(Intrinsic::Free)
                    || info.summary.pure && info.ir.ty.results.is_empty()
            })
        };
        let returns = |func: Func| of(func).is_none_or(|info| info.summary.returns);
        let kept: Vec<Vec<Kept>> = infos
            .values()
            .map(|info| {
                info.as_ref().map_or_else(Vec::new, |info| {
                    parting::kept(info, &renderers, &harmless, &returns)
                })
            })
            .collect();
        for (info, kept) in infos.values_mut().zip(kept) {
            if let Some(info) = info {
                info.kept = kept;
            }
        }
        Program {
            module,
            start,
            host,
            typed: host.is_typed(),
            image,
            infos,
            indirect: IndirectTargets::new(module),
            vtables,
            renderers,
            writers,
            encoders,
            host_functions,
        }
    }

    pub(crate) fn info(&self, func: Func) -> Option<&FuncInfo<'m>> {
        self.infos[func].as_ref()
    }

    /// The functions that copy memory.
    pub(crate) fn copies(&self) -> Vec<Func> {
        let copies = |info: &&FuncInfo<'_>| info.intrinsic == Some(Intrinsic::Copy);
        let found = self.infos.values().flatten().filter(copies);
        found.map(|info| info.ir.func).collect()
    }

    pub(crate) fn host_function(&self, func: Func) -> Option<&'m HostFunction> {
        self.host_functions[func]
    }

    pub(crate) fn host_functions(&self) -> &PrimaryMap<Func, Option<&'m HostFunction>> {
        &self.host_functions
    }

    /// Whether a function writes JSON, and does nothing else.
    pub(crate) fn writes_json(&self, func: Func) -> bool {
        self.writers.binary_search(&func).is_ok()
    }

    /// Whether a function encodes requests to the host, and does nothing else.
    pub(crate) fn writes_requests(&self, func: Func) -> bool {
        self.encoders.binary_search(&func).is_ok()
    }

    /// What an index of the table can come from; nothing if that is not known.
    pub(crate) fn origins(&self, function: &Function, index: Value) -> Origins {
        self.vtables.origins(function, index)
    }

    /// Whether a function writes responses for the host, or may.
    pub(crate) fn renders(&self, func: Func) -> bool {
        self.renderers.binary_search(&func).is_ok()
    }

    pub(crate) fn is_pure(&self, func: Func) -> bool {
        self.info(func).is_some_and(|info| info.summary.pure)
    }

    /// The function that a table index calls, if it has the type.
    pub(crate) fn table_entry(&self, table: Table, index: u64, sig: Sig) -> Option<Func> {
        let entry = *self.module.tables[table]
            .entries
            .get(index as u32 as usize)?;
        entry.filter(|func| self.has_type(*func, sig))
    }

    /// The functions that a call through a table may reach, by their type and by where the index was loaded from.
    pub(crate) fn table_candidates(&self, table: Table, sig: Sig, origins: &[Origin]) -> Vec<Func> {
        let of_type = self.indirect.get(table, sig);
        let mut found: Vec<Func> = (0..)
            .zip(&self.module.tables[table].entries)
            .filter(|(index, _)| self.vtables.may_call(*index, origins))
            .filter_map(|(_, func)| *func)
            .filter(|func| of_type.binary_search(func).is_ok())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn has_type(&self, func: Func, sig: Sig) -> bool {
        self.module.func_type(func) == &self.module.types[sig]
    }

    /// Whether a table may hold other functions than those known.
    pub(crate) fn is_open(&self, table: Table) -> bool {
        self.module.tables[table].open
    }
}

/// Whether an imported function only computes from its arguments and the memory they point to.
fn computes(host: &HostFunction) -> bool {
    let helper = |effect: &EffectKind| matches!(effect, EffectKind::Arith | EffectKind::MemoryOp);
    let plain = |role: Role| {
        matches!(
            role,
            Role::Scalar | Role::Len | Role::Cap | Role::InPtr | Role::OutPtr | Role::InOutPtr
        )
    };
    !host.effects.is_empty()
        && host.effects.iter().all(helper)
        && host.args.iter().all(|arg| plain(arg.role))
        && matches!(
            host.result,
            HostResult::None | HostResult::Number | HostResult::Pointer
        )
}

/// What an imported function does for the contract's own helpers.
fn host_helper(host: &HostFunction) -> Option<HostHelper> {
    if let Some(AbortsIf::Zero { arg }) = host.aborts_if {
        return Some(HostHelper::Assert(arg));
    }
    let intrinsic = Intrinsic::of_c(&host.name).filter(|_| host.is(EffectKind::MemoryOp))?;
    Some(HostHelper::C(intrinsic))
}

fn prepare(
    ir: &Function,
    summary: Summary,
    intrinsic: Option<Intrinsic>,
    seal: FuncSeal,
) -> FuncInfo<'_> {
    let cfg = Cfg::new(ir);
    let dominators = Dominators::new(&cfg);
    let forest = LoopForest::new(&cfg);
    let controllers = ir
        .blocks
        .keys()
        .map(|block| controllers(ir, &cfg, &dominators, block))
        .collect();
    let (constants, code) = without_constants(ir);
    FuncInfo {
        ir,
        forest,
        controllers,
        kept: Vec::new(),
        summary,
        intrinsic,
        seal,
        unchecked: arithmetic::unchecked(ir),
        constants,
        code,
    }
}

/// The constants of a function, and its blocks without them.
#[expect(clippy::type_complexity, reason = "two fields of `FuncInfo`")]
fn without_constants(
    ir: &Function,
) -> (Vec<(Value, u64)>, PrimaryMap<Block, Box<[(usize, Inst)]>>) {
    let constant = |inst: Inst| match ir.insts[inst].op {
        Op::Const(_, bits) => Some(bits),
        _ => None,
    };
    let constants = ir
        .insts
        .iter()
        .filter_map(|(inst, data)| Some((*data.results.first()?, constant(inst)?)))
        .collect();
    let code = ir
        .blocks
        .values()
        .map(|block| {
            (1..)
                .zip(&block.insts)
                .filter(|(_, inst)| constant(**inst).is_none())
                .map(|(next, inst)| (next, *inst))
                .collect()
        })
        .collect();
    (constants, code)
}

/// The branches between a block's immediate dominator and the block.
fn controllers(
    ir: &Function,
    cfg: &Cfg,
    dominators: &Dominators,
    block: Block,
) -> SmallVec<[Block; 4]> {
    let mut found = SmallVec::new();
    let Some(stop) = dominators.idom(block) else {
        return found;
    };
    if cfg.preds(block).len() < 2 {
        return found;
    }
    let mut seen: SmallVec<[Block; 16]> = SmallVec::new();
    let mut queue: Vec<Block> = cfg.preds(block).to_vec();
    while let Some(at) = queue.pop() {
        if at == block || seen.contains(&at) || seen.len() >= MAX_CONTROLLERS {
            continue;
        }
        seen.push(at);
        if matches!(
            ir.blocks[at].terminator,
            Terminator::Branch { .. } | Terminator::Switch { .. }
        ) {
            found.push(at);
        }
        if at != stop {
            queue.extend_from_slice(cfg.preds(at));
        }
    }
    found.sort_unstable();
    found
}

/// The stack pointer of LLVM's convention: the first mutable i32 global, which starts at the top of the shadow stack. Before
/// there were such, the pointer lay at address 4.
fn stack_pointer(module: &Module) -> Option<(StackPointer, u64)> {
    let global = module.globals.iter().find_map(|(global, data)| {
        let top = data.init.filter(|init| *init >= LEAST_TOP)?;
        let is_it = data.mutable && data.ty == Type::I32;
        is_it.then_some((StackPointer::Global(global), top))
    });
    global.or_else(|| {
        let segment = module
            .data
            .iter()
            .find(|segment| segment.address == Some(4))?;
        let bytes = module.bytes.get(segment.range.clone())?;
        let top = u64::from(u32::from_le_bytes(bytes.try_into().ok()?));
        let memory = module.memory_pages?.checked_mul(65536)?;
        let is_it = (LEAST_TOP..=memory).contains(&top) && top % 16 == 0;
        is_it.then_some((StackPointer::Memory(4), top))
    })
}

/// The module after the runtime of its language has set itself up, where the host runs that before anything else.
fn started<'m>(module: &'m Module, host: &HostModel, start: Concrete<'m>) -> Concrete<'m> {
    let entries = entry_points(host, module);
    let set_up = entries.iter().find(|entry| {
        entry.kind == EntryKind::Support && ["_start", "_initialize"].contains(&entry.export)
    });
    let Some(set_up) = set_up else { return start };
    let mut after = start.clone_for_trial(START_FUEL);
    let args = vec![0; module.func_type(set_up.func).params.len()];
    match after.call(set_up.func, &args) {
        Some(_) => after.clone_for_trial(0),
        // It asked the host for something, at the end perhaps to exit: what it wrote until then is there.
        None => start.with_memory_of(after),
    }
}

/// Static data, and where the shadow stack lies in it.
fn image(module: &Module, host: &HostModel, start: Option<&Concrete<'_>>) -> Image {
    let mut data = Vec::new();
    let (stack_pointer, top) = stack_pointer(module).unzip();
    let mut bottom = 0;
    for segment in &module.data {
        let Some(start) = segment.address else {
            continue;
        };
        let end = start.saturating_add(segment.range.len() as u64);
        if end > MAX_STATIC {
            continue;
        }
        if data.len() < end as usize {
            data.resize(end as usize, 0);
        }
        data[start as usize..end as usize].copy_from_slice(&module.bytes[segment.range.clone()]);
        if top.is_some_and(|top| end <= top) {
            bottom = bottom.max(end);
        }
    }
    if let Some(start) = start
        && start.initial_len() > data.len()
    {
        data = start.initial();
    }
    // Without a pointer that moves, the top of the stack was made a constant below the data.
    let top = top.unwrap_or_else(|| {
        module
            .data
            .iter()
            .filter_map(|segment| segment.address)
            .min()
            .unwrap_or(0)
    });
    Image {
        data,
        stack_pointer,
        counted_handles: host.counted_handles,
        stack: bottom as u32..top.min(u64::from(u32::MAX)) as u32,
    }
}

/// The functions that ask nothing of the host and, with what they call, write quotes: those that name at least two parts
/// of a response, and others.
fn writers_of_json(
    host: &HostModel,
    image: &Image,
    infos: &PrimaryMap<Func, Option<FuncInfo<'_>>>,
) -> (Vec<Func>, Vec<Func>) {
    let parts: Vec<&[u8]> = host
        .responses
        .iter()
        .map(|response| response.path.as_bytes())
        .filter(|path| !path.contains(&b'.') && path.len() >= LEAST_NAME)
        .collect();
    if parts.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let quiet = |func: Func| infos[func].as_ref().filter(|info| info.summary.quiet);
    let mut seen: PrimaryMap<Func, u64> = infos
        .keys()
        .map(|func| {
            let of = |info: &FuncInfo<'_>| {
                let quotes = if writes_quotes(info.ir) { QUOTES } else { 0 };
                let digits = parts_named(info.ir, image, &[DIGITS]) * HAS_DIGITS;
                parts_named(info.ir, image, &parts) | quotes | digits
            };
            quiet(func).map_or(0, of)
        })
        .collect();
    // What callees do; serializers are a few calls deep.
    for _ in 0..LEVELS {
        for func in infos.keys() {
            let Some(info) = quiet(func) else { continue };
            let callees = info.ir.insts.values().filter_map(|inst| match inst.op {
                Op::Call(Callee::Direct(callee)) => Some(seen[callee]),
                _ => None,
            });
            seen[func] |= callees.fold(0, |all, more| all | more);
        }
    }
    let writers = |renders: bool| {
        seen.iter()
            .filter(|(func, seen)| {
                let named = (**seen & !(QUOTES | HAS_DIGITS)).count_ones() >= 2;
                let pure = infos[*func].as_ref().is_some_and(|info| info.summary.pure);
                named == renders && (renders || pure && **seen & (QUOTES | HAS_DIGITS) != 0)
            })
            .map(|(func, _)| func)
            .collect()
    };
    (writers(true), writers(false))
}

/// Whether a function stores the character that texts in JSON begin with.
fn writes_quotes(ir: &Function) -> bool {
    ir.insts.values().any(|inst| {
        let Op::Store { bytes: 1, .. } = inst.op else {
            return false;
        };
        let ValueDef::Result(of, 0) = ir.values[inst.args[1]].def else {
            return false;
        };
        matches!(ir.insts[of].op, Op::Const(_, bits) if bits == u64::from(b'"'))
    })
}

/// Which of some names stand in static data where a function's constants point to, as bits.
fn parts_named(ir: &Function, image: &Image, parts: &[&[u8]]) -> u64 {
    let mut named = 0;
    for inst in ir.insts.values() {
        let Op::Const(Type::I32, address) = inst.op else {
            continue;
        };
        let Some(data) = image.data.get(address as u32 as usize..) else {
            continue;
        };
        for (i, part) in parts.iter().enumerate().take(62) {
            named |= u64::from(data.starts_with(part)) << i;
        }
    }
    named
}

/// The vtables in static data, of the table that calls go through.
fn find_vtables(module: &Module, lifted: &Lifted, image: &Image) -> Vtables {
    let Some(table) = module.tables.values().next() else {
        return Vtables::default();
    };
    let ty = |index: u32| {
        let func = (*table.entries.get(index as usize)?)?;
        Some(module.func_type(func))
    };
    // Methods take a pointer to their value first, or second after that to their result.
    let is_entry = |index| ty(index).is_some_and(|ty| ty.params.first() == Some(&Type::I32));
    let drops =
        |index| ty(index).is_some_and(|ty| ty.params == [Type::I32] && ty.results.is_empty());
    let mut vtables = Vtables::find(image, &is_entry, &drops);
    let mut entries: Vec<Func> = table.entries.iter().flatten().copied().collect();
    entries.sort_unstable();
    vtables.trace_params(lifted, &|func| entries.binary_search(&func).is_ok());
    vtables
}
