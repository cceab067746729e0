//! What makes data harmless inside the contract: recognised algorithms and declared functions.

mod support;

use contract_lint_analyzer::facts::Facts;
use contract_lint_analyzer::module::decode;
use contract_lint_analyzer::{Options, analyze, host};
use contract_lint_lints::policy::{Policy, Sanitizer};
use support::{IMPORTS, facts, methods_with, policy};

const PHONE: &[(&str, &str)] = &[("param:*.#0", "pi.contact.phone")];

/// A function `(state, block)` that mixes a block into a state as rounds do, with these numbers.
fn core(name: &str, numbers: &[u32]) -> String {
    let mut rounds = String::new();
    for (i, number) in numbers.iter().cycle().take(8).enumerate() {
        let at = 4 * i;
        rounds += &format!(
            "(i32.store offset={at} (local.get 0)
                (i32.xor (i32.rotl (i32.add (i32.load offset={at} (local.get 0)) (i32.const {number})) (i32.const 7))
                    (i32.xor (i32.load offset={at} (local.get 1)) (i32.load offset={} (local.get 1)))))",
            at + 32
        );
    }
    format!("(func ${name} (param i32 i32) {rounds})")
}

const SHA256: &[u32] = &[0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5];
const CHACHA: &[u32] = &[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// Parameter 0 is at 2100, parameter 1 at 2132, the caller at 2300; the state is at 2400.
fn methods(methods: &[(&str, &str)]) -> String {
    let mut text = String::from(r#"(data (i32.const 0) "mine/")"#);
    for (name, body) in methods {
        text += &format!(
            "(func (export \"{name}\") (call $arg (i32.const 0) (i32.const 2100)) {body} (call $put (i32.const 0) (i32.const 5) (i32.const 2400) (i32.const 32)))"
        );
    }
    text
}

const BLIND: &str = "(call $arg (i32.const 1) (i32.const 2132))";
const SALT: &str = "(call $caller (i32.const 2300)) (i64.store (i32.const 2132) (i64.load (i32.const 2300))) (i64.store (i32.const 2140) (i64.load (i32.const 2308)))";

#[test]
fn digests_inside_the_contract_are_digests() {
    let digest = "(call $compress (i32.const 2400) (i32.const 2100))";
    let text = methods(&[
        ("hashed", digest),
        ("with_caller", &format!("{SALT} {digest}")),
        ("with_blind", &format!("{BLIND} {digest}")),
    ]);
    let facts = facts(&(core("compress", SHA256) + &text));
    let mainnet = policy("mainnet", PHONE);
    assert_eq!(
        methods_with(&facts, &mainnet, "sensitive-to-public-state"),
        ["hashed"]
    );
    assert_eq!(
        methods_with(&facts, &mainnet, "weak-anonymisation"),
        ["with_caller"]
    );
}

/// Compilers that save space leave the mixing to helpers, and subtract the opposite of numbers that are long to write.
#[test]
fn digests_are_digests_however_they_are_compiled() {
    let mut rounds = String::new();
    for (i, number) in SHA256.iter().cycle().take(8).enumerate() {
        let at = 4 * i;
        rounds += &format!(
            "(i32.store offset={at} (local.get 0) (call $mix
                (i32.sub (i32.load offset={at} (local.get 0)) (i32.const {}))
                (i32.load offset={at} (local.get 1)) (i32.load offset={} (local.get 1))))",
            number.wrapping_neg(),
            at + 32
        );
    }
    let core = format!(
        "(func $mix (param i32 i32 i32) (result i32)
            (i32.xor (i32.rotl (local.get 0) (i32.const 7)) (i32.xor (local.get 1) (local.get 2))))
        (func $compress (param i32 i32) {rounds})"
    );
    let digest = format!("{SALT} (call $compress (i32.const 2400) (i32.const 2100))");
    let facts = facts(&(core + &methods(&[("with_caller", &digest)])));
    let mainnet = policy("mainnet", PHONE);
    assert_eq!(
        methods_with(&facts, &mainnet, "weak-anonymisation"),
        ["with_caller"]
    );
}

#[test]
fn what_only_mixes_hides_nothing() {
    let digest = "(call $mix (i32.const 2400) (i32.const 2100))";
    let text = methods(&[("mixed", &format!("{BLIND} {digest}"))]);
    let facts = facts(&(core("mix", &[1, 2, 3, 4]) + &text));
    let mainnet = policy("mainnet", PHONE);
    assert_eq!(
        methods_with(&facts, &mainnet, "sensitive-to-public-state"),
        ["mixed"]
    );
}

#[test]
fn a_cipher_is_as_good_as_its_key() {
    let cipher = "(call $cipher (i32.const 2400) (i32.const 2100))";
    let text = methods(&[
        ("constant_key", cipher),
        ("public_key", &format!("{SALT} {cipher}")),
        ("key_of_the_caller", &format!("{BLIND} {cipher}")),
    ]);
    let facts = facts(&(core("cipher", CHACHA) + &text));
    let mainnet = policy("mainnet", PHONE);
    assert_eq!(
        methods_with(&facts, &mainnet, "weak-anonymisation"),
        ["constant_key", "public_key"]
    );
    assert!(methods_with(&facts, &mainnet, "sensitive-to-public-state").is_empty());
}

/// The facts as they are where the policy names functions of the contract.
fn instructed(policy: &Policy, text: &str) -> Facts {
    let model = host::parse(include_str!("support/host.toml")).expect("the host is well formed");
    let module = wat::parse_str(format!("(module {IMPORTS} {text})")).expect("well-formed text");
    let module = decode(module).expect("a valid module");
    let mut options = Options {
        platform: Some(model.into()),
        ..Options::default()
    };
    policy.instruct(&module, &mut options);
    analyze(module, &options)
}

#[test]
fn declared_functions_make_data_harmless() {
    let seal = "(call $seal (i32.const 2400) (i32.const 2100) (i32.const 2132))";
    let text = core("mix", &[1, 2, 3, 4])
        + r#"(func $seal (export "commit_with_blind") (param i32 i32 i32) (call $mix (local.get 0) (local.get 1)))"#
        + &methods(&[
            ("sealed", seal),
            ("plain", "(call $mix (i32.const 2400) (i32.const 2100))"),
        ]);
    let lint = "sensitive-to-public-state";
    let mut policy = policy(
        "mainnet",
        &[
            ("param:sealed.#0", "pi.name"),
            ("param:plain.#0", "pi.name"),
        ],
    );
    assert_eq!(
        methods_with(&instructed(&policy, &text), &policy, lint),
        ["plain", "sealed"]
    );
    let declare = |kind: &str| -> Sanitizer {
        let text = format!("function = \"commit_*\"\nkind = \"{kind}\"\ninput = 1\noutput = 0");
        toml::from_str(&text).expect("a sanitizer")
    };
    policy.sanitizers = vec![declare("commit")];
    assert_eq!(
        methods_with(&instructed(&policy, &text), &policy, lint),
        ["plain"]
    );
    // Names have few values: a digest alone does not do.
    policy.sanitizers = vec![declare("hash")];
    assert_eq!(
        methods_with(&instructed(&policy, &text), &policy, lint),
        ["plain", "sealed"]
    );
    // With the salt declared, it is looked at: here everybody knows it.
    let salted = format!("{SALT} {seal}");
    let text = text
        .replace("\"sealed\") ", "\"sealed_publicly\") ")
        .replace(seal, &salted);
    let mut commit = declare("commit");
    commit.salt = Some(2);
    policy.sanitizers = vec![commit];
    policy.sources = support::policy("mainnet", PHONE).sources;
    let facts = instructed(&policy, &text);
    assert_eq!(
        methods_with(&facts, &policy, "weak-anonymisation"),
        ["sealed_publicly"]
    );
}

#[test]
fn data_that_a_function_inside_is_given() {
    let text = r#"(func $store (param i32 i32) (call $put (i32.const 0) (i32.const 5) (local.get 1) (i32.const 32)))
        (func (export "register") (call $arg (i32.const 0) (i32.const 2100)) (call $store (i32.const 7) (i32.const 2100)))
        (func (export "other") (call $arg (i32.const 0) (i32.const 2100)) (call $put (i32.const 0) (i32.const 5) (i32.const 2100) (i32.const 32)))"#;
    let policy = policy("mainnet", &[("local:store#1", "pi.name")]);
    let facts = instructed(&policy, text);
    assert_eq!(
        methods_with(&facts, &policy, "sensitive-to-public-state"),
        ["register"]
    );
}

/// A salt that the contract stores is there for everybody who sees what it stores, on a closed chain, too.
#[test]
fn stored_salts_are_no_secret_beside_what_they_hide() {
    let digest = "(call $get (i32.const 0) (i32.const 5) (i32.const 2132)) (call $compress (i32.const 2400) (i32.const 2100))";
    let text = methods(&[("with_stored", digest)]);
    let facts = facts(&(core("compress", SHA256) + &text));
    for zone in ["mainnet", "consortium"] {
        assert_eq!(
            methods_with(&facts, &policy(zone, PHONE), "weak-anonymisation"),
            ["with_stored"],
            "{zone}"
        );
    }
}
