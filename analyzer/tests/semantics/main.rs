//! The lifted form of a module does what the module does: generated modules run in an engine and in an interpreter of
//! the IR, from the same state and with the same arguments, to the same results, memory, globals and traps.

mod interp;
mod program;
#[path = "../support/mod.rs"]
mod support;

use arbtest::arbitrary;
use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::ir::{Func, FuncType, Type};
use contract_lint_analyzer::module::{self, ExportItem, Global, decode};
use interp::{Interp, Stop, exported};
use support::for_seeds;
use wasmi::{Engine, Extern, Instance, Linker, Module, Nullable, Store, Val};

/// Loop iterations and calls before a generated function traps; both sides count in a global that wasm-smith adds.
const FUEL: u32 = 200;

/// How much was compared, so that the test cannot pass by comparing nothing.
#[derive(Debug, Default)]
struct Tally {
    returned: u32,
    trapped: u32,
    unsupported: u32,
    steps: u64,
}

fn config(references: bool) -> wasm_smith::Config {
    wasm_smith::Config {
        allow_start_export: false,
        bulk_memory_enabled: true,
        canonicalize_nans: true,
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: false,
        gc_enabled: false,
        max_imports: 0,
        max_instructions: 400,
        max_memory32_bytes: 4 << 16,
        max_table_elements: 50,
        memory64_enabled: false,
        memory_max_size_required: true,
        memory_offset_choices: wasm_smith::MemoryOffsetChoices(90, 9, 1),
        min_funcs: 2,
        min_memories: 1,
        reference_types_enabled: references,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        table_max_size_required: true,
        tail_call_enabled: true,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..wasm_smith::Config::default()
    }
}

struct Engines {
    engine: Engine,
}

impl Engines {
    fn new() -> Self {
        let mut config = wasmi::Config::default();
        // Deeper than the fuel allows to call.
        config.set_max_recursion_depth(10_000);
        Self {
            engine: Engine::new(&config),
        }
    }

    fn instance(&self, bytes: &[u8]) -> Option<(Store<()>, Instance)> {
        let module = Module::new(&self.engine, bytes).expect("a module that the engine supports");
        let mut store = Store::new(&self.engine, ());
        // Segments may be out of bounds.
        let instance = Linker::new(&self.engine)
            .instantiate_and_start(&mut store, &module)
            .ok()?;
        Some((store, instance))
    }
}

fn to_val(ty: Type, bits: u64) -> Val {
    match ty {
        Type::I32 => Val::I32(bits as i32),
        Type::I64 => Val::I64(bits as i64),
        Type::F32 => Val::F32(f32::from_bits(bits as u32).into()),
        Type::F64 => Val::F64(f64::from_bits(bits).into()),
        Type::V128 | Type::Ref => panic!("a number"),
    }
}

/// A value as the interpreter has it; references are only told apart from null.
fn to_bits(val: &Val) -> u64 {
    match val {
        Val::I32(value) => u64::from(*value as u32),
        Val::I64(value) => *value as u64,
        Val::F32(value) => u64::from(value.to_bits()),
        Val::F64(value) => value.to_bits(),
        Val::FuncRef(Nullable::Null) | Val::ExternRef(Nullable::Null) => 0,
        Val::FuncRef(_) | Val::ExternRef(_) => 1,
        Val::V128(_) => panic!("no vectors"),
    }
}

fn normal(ty: Type, bits: u64) -> u64 {
    match ty {
        Type::Ref => bits.min(1),
        _ => bits,
    }
}

fn arguments(
    u: &mut arbitrary::Unstructured<'_>,
    ty: &FuncType,
) -> arbitrary::Result<Option<Vec<u64>>> {
    let mut args = Vec::new();
    for param in &ty.params {
        let bits = if u.ratio(1, 2)? {
            u64::from(u.arbitrary::<u8>()?)
        } else {
            u.arbitrary()?
        };
        args.push(match param {
            Type::I32 => bits & u64::from(u32::MAX),
            Type::I64 => bits,
            Type::F32 => u64::from((bits as f32).to_bits()),
            Type::F64 => (bits as f64).to_bits(),
            Type::V128 | Type::Ref => return Ok(None),
        });
    }
    Ok(Some(args))
}

fn compare(
    engines: &Engines,
    bytes: &[u8],
    module: &module::Module,
    (name, func): (&str, Func),
    args: &[u64],
    tally: &mut Tally,
) {
    let Some((mut store, instance)) = engines.instance(bytes) else {
        return;
    };
    let tables: Vec<usize> = tables(module, &store, instance);
    let memory = memory(module, &store, instance);
    let max_pages = memory.map_or(0, |memory| memory.ty(&store).maximum().expect("a maximum"));
    let Some(mut ours) = Interp::new(module, &tables, max_pages as usize) else {
        return;
    };
    if let Some(memory) = memory {
        assert!(ours.memory == memory.data(&store), "initial memory");
    }
    // Only null is known of a global that holds a reference.
    let held = globals(module, &store, instance);
    if held
        .iter()
        .any(|&(global, bits)| module.globals[global].ty == Type::Ref && bits != 0)
    {
        return;
    }

    let ty = module.func_type(func);
    let vals: Vec<Val> = std::iter::zip(&ty.params, args)
        .map(|(&ty, &bits)| to_val(ty, bits))
        .collect();
    let mut results = vec![Val::I32(0); ty.results.len()];
    let their_func = instance.get_func(&store, name).expect("an export");
    let theirs = their_func.call(&mut store, &vals, &mut results);
    let result = ours.call(func, args);
    tally.steps += ours.steps;
    match result {
        Err(Stop::Unsupported) => {
            tally.unsupported += 1;
            return;
        }
        Err(Stop::Trap) => {
            tally.trapped += 1;
            assert!(theirs.is_err(), "{name} traps only here");
        }
        Ok(values) => {
            tally.returned += 1;
            theirs.unwrap_or_else(|trap| panic!("{name} traps only there: {trap}"));
            let values: Vec<u64> = std::iter::zip(&ty.results, values)
                .map(|(&ty, bits)| normal(ty, bits))
                .collect();
            let expected: Vec<u64> = results.iter().map(to_bits).collect();
            assert_eq!(values, expected, "results of {name}{args:?}");
        }
    }
    if let Some(memory) = memory {
        assert!(ours.memory == memory.data(&store), "memory after {name}");
    }
    for (global, theirs) in globals(module, &store, instance) {
        let ours = normal(module.globals[global].ty, ours.globals[global.index()]);
        assert_eq!(ours, theirs, "{global} after {name}");
    }
}

fn globals(module: &module::Module, store: &Store<()>, instance: Instance) -> Vec<(Global, u64)> {
    let mut globals = Vec::new();
    for export in &module.exports {
        if let ExportItem::Global(global) = export.item
            && let Some(Extern::Global(theirs)) = instance.get_export(store, &export.name)
        {
            globals.push((global, to_bits(&theirs.get(store))));
        }
    }
    globals
}

fn tables(module: &module::Module, store: &Store<()>, instance: Instance) -> Vec<usize> {
    let mut sizes = vec![0; module.tables.len()];
    for export in &module.exports {
        if let ExportItem::Table(table) = export.item
            && let Some(Extern::Table(theirs)) = instance.get_export(store, &export.name)
        {
            sizes[table.index()] = theirs.size(store) as usize;
        }
    }
    sizes
}

fn memory(module: &module::Module, store: &Store<()>, instance: Instance) -> Option<wasmi::Memory> {
    let export = module
        .exports
        .iter()
        .find(|e| e.item == ExportItem::Memory)?;
    instance.get_memory(store, &export.name)
}

fn check(references: bool, count: u32) -> Tally {
    let engines = Engines::new();
    let mut tally = Tally::default();
    for_seeds(count, 1 << 14, |u| {
        let mut smith = wasm_smith::Module::new(config(references), u)?;
        smith.ensure_termination(FUEL).expect("generated code");
        let bytes = smith.to_bytes();
        let module = decode(bytes.clone()).expect("a valid module");
        for (name, func) in exported(&module) {
            for _ in 0..2 {
                if let Some(args) = arguments(u, module.func_type(func))? {
                    compare(&engines, &bytes, &module, (&name, func), &args, &mut tally);
                }
            }
        }
        Ok(())
    });
    tally
}

fn check_programs(count: u32) -> Tally {
    let engines = Engines::new();
    let mut tally = Tally::default();
    for_seeds(count, 1 << 11, |u| {
        let text = program::program(u)?;
        let bytes = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let module = decode(bytes.clone()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let (name, func) = &exported(&module)[0];
        for args in [[0, 0], [1, 2], [77, 3]] {
            compare(&engines, &bytes, &module, (name, *func), &args, &mut tally);
        }
        Ok(())
    });
    tally
}

/// The interpreter recurses with the calls of the module.
fn with_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(test)
        .expect("a thread")
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

#[test]
fn generated_modules_behave_the_same() {
    with_stack(|| {
        let tally = check(false, 2_000);
        assert!(tally.returned > 100 && tally.trapped > 20, "{tally:?}");
        assert!(tally.steps > 10_000, "{tally:?}");
    });
}

#[test]
fn generated_modules_with_references_behave_the_same() {
    with_stack(|| {
        let tally = check(true, 1_000);
        assert!(tally.returned > 50, "{tally:?}");
    });
}

#[test]
fn programs_with_much_control_flow_behave_the_same() {
    let tally = check_programs(2_000);
    assert!(
        tally.returned > 3_000 && tally.unsupported == 0,
        "{tally:?}"
    );
    assert!(tally.steps > 200_000, "{tally:?}");
}
