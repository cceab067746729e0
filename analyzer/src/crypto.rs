//! Cryptographic algorithms that a contract uses or contains, and the functions that do their work.

use std::collections::BTreeSet;

use crate::facts::{CryptoOrigin, CryptoUse};
use crate::graph::callgraph::Lifted;
use crate::ir::{Callee, Func, Function, NumericOp, Op, Type};
use crate::module::Module;

/// What the core of an algorithm does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Core {
    /// It digests.
    Digest,
    /// It encrypts or decrypts.
    Cipher,
}

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
    // Four words at a time, the last one first, as the crate `sha2` keeps them.
    (
        "sha256",
        &[
            0xa5, 0xdb, 0xb5, 0xe9, 0xcf, 0xfb, 0xc0, 0xb5, 0x91, 0x44, 0x37, 0x71, 0x98, 0x2f,
            0x8a, 0x42,
        ],
    ),
    (
        "sha512",
        &[
            0xcd, 0x65, 0xef, 0x23, 0x91, 0x44, 0x37, 0x71, 0x22, 0xae, 0x28, 0xd7, 0x98, 0x2f,
            0x8a, 0x42,
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
            if let Some(at) = position(bytes, table) {
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
            // What is added is subtracted as its opposite, where that is shorter to write.
            numbers.insert((*bits as u32).wrapping_neg());
            if *ty == Type::I64 {
                // Two words stored at once.
                numbers.insert((*bits >> 32) as u32);
            }
        }
    }
    numbers
}

/// The functions that do the work of an algorithm, sorted: those that mix bits and use its numbers or its table.
pub(crate) fn cores(module: &Module, lifted: &Lifted) -> Vec<(Func, Core)> {
    let tables = addresses(module);
    let mut found = Vec::new();
    for function in lifted.iter().filter(|function| mixes(function, lifted)) {
        let numbers = constants(function);
        let by_number = ROUNDS
            .iter()
            .find(|(_, wanted)| wanted.iter().all(|number| numbers.contains(number)));
        let by_table = || {
            tables
                .iter()
                .find(|(_, addresses)| uses_table(function, addresses))
        };
        let core = by_number
            .map(|(core, _)| *core)
            .or_else(|| by_table().map(|(core, _)| *core));
        found.extend(core.map(|core| (function.func, core)));
    }
    found
}

/// Numbers that the rounds of an algorithm add, all of them, where they are in the code.
const ROUNDS: &[(Core, &[u32])] = &[
    // SHA-256, SHA-1, MD5.
    (Core::Digest, &[0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5]),
    (
        Core::Digest,
        &[0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6],
    ),
    (Core::Digest, &[0xd76a_a478, 0xe8c7_b756, 0x2420_70db]),
    // SM3.
    (Core::Digest, &[0x79cc_4519, 0x7a87_9d8a]),
    // Half of what BLAKE2s, BLAKE3 and BLAKE2b begin each block with.
    (
        Core::Digest,
        &[0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a],
    ),
    // SM4's schedule of keys, ChaCha and Salsa.
    (
        Core::Cipher,
        &[0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc],
    ),
    (
        Core::Cipher,
        &[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574],
    ),
];

/// The tables that rounds read, with how long they are.
const ROUND_TABLES: &[(&str, Core, u64)] = &[
    ("aes", Core::Cipher, 256),
    ("sm4", Core::Cipher, 256),
    ("sha256", Core::Digest, 256),
    ("sha512", Core::Digest, 640),
    ("md5", Core::Digest, 256),
    ("keccak256", Core::Digest, 192),
];

/// Where the tables of rounds are in memory.
fn addresses(module: &Module) -> Vec<(Core, std::ops::Range<u64>)> {
    let mut found = Vec::new();
    for segment in &module.data {
        let bytes = module.bytes.get(segment.range.clone()).unwrap_or_default();
        let Some(start) = segment.address else {
            continue;
        };
        for (algorithm, core, len) in ROUND_TABLES {
            let begins = TABLES.iter().filter(|(name, _)| name == algorithm);
            for (_, begin) in begins {
                if let Some(at) = position(bytes, begin) {
                    let from = start.saturating_add(at as u64);
                    found.push((*core, from..from.saturating_add(*len)));
                }
            }
        }
    }
    found
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// Whether a function names an address within a table.
fn uses_table(function: &Function, table: &std::ops::Range<u64>) -> bool {
    function.insts.values().any(|inst| match &inst.op {
        Op::Const(Type::I32, bits) => table.contains(&u64::from(*bits as u32)),
        Op::Load { mem, .. } => table.contains(&mem.offset),
        _ => false,
    })
}

/// Whether a function does to bits what the rounds of digests and ciphers do, itself or through helpers that were not
/// inlined.
fn mixes(function: &Function, lifted: &Lifted) -> bool {
    const LEAST: usize = 12;
    let of_inst = |op: &Op| match op {
        Op::Call(Callee::Direct(helper)) => lifted.get(*helper).map_or(0, mixing),
        op => usize::from(is_mixing(op)),
    };
    let mut count = 0;
    function.insts.values().any(|inst| {
        count += of_inst(&inst.op);
        count >= LEAST
    })
}

fn mixing(function: &Function) -> usize {
    function
        .insts
        .values()
        .filter(|inst| is_mixing(&inst.op))
        .count()
}

fn is_mixing(op: &Op) -> bool {
    matches!(op, Op::Numeric(op) if matches!(
        op,
        NumericOp::I32Xor
            | NumericOp::I64Xor
            | NumericOp::I32Rotl
            | NumericOp::I32Rotr
            | NumericOp::I64Rotl
            | NumericOp::I64Rotr
    ))
}
