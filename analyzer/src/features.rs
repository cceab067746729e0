//! What a module contains that no single method shows: cryptographic algorithms, floating-point code.

use std::collections::BTreeSet;

use crate::facts::{CryptoOrigin, CryptoUse, FloatUse};
use crate::graph::callgraph::Lifted;
use crate::ir::{Callee, Func, Function, NumericOp, Op, Type};
use crate::module::Module;

/// Algorithms by what the names of host functions contain; the more special first.
const NAMES: &[(&str, &str)] = &[
    ("ripemd160", "ripemd160"),
    ("keccak", "keccak256"),
    ("sha3", "sha3"),
    ("sha512", "sha512"),
    ("sha256", "sha256"),
    ("sha1", "sha1"),
    ("blake2b", "blake2b"),
    ("blake2s", "blake2s"),
    ("blake3", "blake3"),
    ("md5", "md5"),
    ("sm2", "sm2"),
    ("sm3", "sm3"),
    ("sm4", "sm4"),
    ("ed25519", "ed25519"),
    ("sr25519", "sr25519"),
    ("secp256k1", "secp256k1"),
    ("ecrecover", "secp256k1"),
    ("ecdsa", "secp256k1"),
    ("secp256r1", "secp256r1"),
    ("p256_", "secp256r1"),
    ("bls12_381", "bls12-381"),
];

/// Algorithms by the beginning of a table in the data. Tables of words are in the byte order of Wasm.
const TABLES: &[(&str, &[u8])] = &[
    (
        "aes",
        &[
            0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b,
        ],
    ),
    (
        "sm4",
        &[
            0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7, 0x16, 0xb6, 0x14, 0xc2,
        ],
    ),
    (
        "sha256",
        &[
            0x98, 0x2f, 0x8a, 0x42, 0x91, 0x44, 0x37, 0x71, 0xcf, 0xfb, 0xc0, 0xb5,
        ],
    ),
    (
        "sha512",
        &[
            0x22, 0xae, 0x28, 0xd7, 0x98, 0x2f, 0x8a, 0x42, 0xcd, 0x65, 0xef, 0x23,
        ],
    ),
    (
        "md5",
        &[
            0x78, 0xa4, 0x6a, 0xd7, 0x56, 0xb7, 0xc7, 0xe8, 0xdb, 0x70, 0x20, 0x24,
        ],
    ),
    (
        "keccak256",
        &[
            0x01, 0, 0, 0, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0, 0, 0, 0x8a, 0x80, 0, 0, 0, 0, 0,
            0x80,
        ],
    ),
    (
        "sm3",
        &[
            0x6f, 0x16, 0x80, 0x73, 0xb9, 0xb2, 0x14, 0x49, 0xd7, 0x42, 0x24, 0x17,
        ],
    ),
];

/// Algorithms by numbers that their code contains, all of them.
const NUMBERS: &[(&str, &[u32])] = &[
    ("sm3", &[0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600]),
    // The initial values alone are those of MD5 and RIPEMD-160 too.
    (
        "sha1",
        &[0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6],
    ),
    ("md5", &[0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee]),
    (
        "ripemd160",
        &[0x50a2_8be6, 0x5c4d_d124, 0x6d70_3ef3, 0x7a6d_76e9],
    ),
    ("sm4", &[0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc]),
];

/// The algorithms of a module, sorted.
pub(crate) fn crypto(module: &Module, lifted: &Lifted) -> Vec<CryptoUse> {
    let mut found: BTreeSet<CryptoUse> = BTreeSet::new();
    for func in module.funcs.keys() {
        let Some((_, import)) = module.import(func) else {
            continue;
        };
        let lower = import.to_ascii_lowercase();
        if let Some((_, algorithm)) = NAMES.iter().find(|(part, _)| lower.contains(part)) {
            found.insert(CryptoUse {
                algorithm,
                origin: CryptoOrigin::Import(import.to_owned()),
            });
        }
    }
    for segment in &module.data {
        let bytes = module.bytes.get(segment.range.clone()).unwrap_or_default();
        for (algorithm, table) in TABLES {
            if let Some(at) = bytes
                .windows(table.len())
                .position(|window| window == *table)
            {
                found.insert(CryptoUse {
                    algorithm,
                    origin: CryptoOrigin::Data(segment.range.start + at),
                });
            }
        }
    }
    for function in lifted.iter() {
        let numbers = constants(function);
        for (algorithm, wanted) in NUMBERS {
            if wanted.iter().all(|number| numbers.contains(number)) {
                found.insert(CryptoUse {
                    algorithm,
                    origin: CryptoOrigin::Code(function.func),
                });
            }
        }
    }
    found.into_iter().collect()
}

fn constants(function: &Function) -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    for inst in function.insts.values() {
        if let Op::Const(ty, bits) = &inst.op {
            numbers.insert(*bits as u32);
            if *ty == Type::I64 {
                // Two words stored at once.
                numbers.insert((*bits >> 32) as u32);
            }
        }
    }
    numbers
}

/// The functions with floating-point arithmetic that direct calls lead to from the entry points, in the order of
/// functions.
pub(crate) fn floats(module: &Module, lifted: &Lifted, roots: &[Func]) -> Vec<FloatUse> {
    let mut reached: BTreeSet<Func> = BTreeSet::new();
    let mut todo: Vec<Func> = roots.to_vec();
    let mut found = Vec::new();
    while let Some(func) = todo.pop() {
        if module.import(func).is_some() || !reached.insert(func) {
            continue;
        }
        let Some(function) = lifted.get(func) else {
            continue;
        };
        for inst in function.insts.values() {
            if let Op::Call(Callee::Direct(callee)) = inst.op {
                todo.push(callee);
            }
        }
        let first = function
            .insts
            .values()
            .find(|inst| matches!(&inst.op, Op::Numeric(op) if computes(*op)));
        if let Some(inst) = first {
            found.push(FloatUse {
                func,
                offset: inst.offset,
            });
        }
    }
    found.sort();
    found
}

/// Whether an operator rounds, or makes a value that is not the same everywhere (NaN).
fn computes(op: NumericOp) -> bool {
    let name = op.name();
    let exact = [
        "const",
        "abs",
        "neg",
        "copysign",
        "reinterpret",
        "eq",
        "ne",
        "lt",
        "gt",
        "le",
        "ge",
    ];
    name.starts_with('f') && !exact.iter().any(|part| name.contains(part))
}
