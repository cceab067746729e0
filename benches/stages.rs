//! What each stage costs, and all of them, on a small, a middling and a large contract.

#![expect(clippy::unwrap_used, reason = "a benchmark fails where it stands")]

use std::hint::black_box;
use std::path::Path;

use contract_lint_analyzer::graph::callgraph::Lifted;
use contract_lint_analyzer::host::{entry_points, recognise};
use contract_lint_analyzer::module::{Module, decode};
use contract_lint_analyzer::{Options, analyze};
use contract_lint_lints::check;
use contract_lint_lints::lint::Context;
use contract_lint_lints::policy::Policy;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const CONTRACTS: &[&str] = &[
    "soroban/vault",
    "antelope/vault",
    "near/vault",
    "cosmwasm/vault",
];

fn read(contract: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(contract);
    let name = folder.file_name().unwrap();
    std::fs::read(folder.join(name).with_extension("wasm")).unwrap()
}

fn lift(module: &Module) -> Lifted {
    let (_, host) = recognise(module, &[]);
    let roots: Vec<_> = entry_points(&host, module).iter().map(|e| e.func).collect();
    Lifted::new(module, roots)
}

fn stages(criterion: &mut Criterion) {
    for contract in CONTRACTS {
        let bytes = read(contract);
        let mut group = criterion.benchmark_group(*contract);
        group.sample_size(10);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("decode", |b| b.iter(|| decode(black_box(bytes.clone()))));
        let module = decode(bytes.clone()).unwrap();
        group.bench_function("lift", |b| b.iter(|| lift(black_box(&module))));
        let options = Options::default();
        group.bench_function("analyze", |b| {
            b.iter(|| analyze(black_box(decode(bytes.clone()).unwrap()), &options))
        });
        let facts = analyze(module, &options);
        let policy = Policy::default();
        group.bench_function("lint", |b| {
            b.iter(|| check(black_box(&Context::new(&facts, &policy))))
        });
        group.finish();
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
