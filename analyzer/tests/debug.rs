//! From offsets back to lines, on the corpus: what the sources say there, the map must find.

#![allow(clippy::unwrap_used)] // a test fails where it stands

use std::path::PathBuf;

use contract_lint_analyzer::debug::{Origin, SourceMap};
use contract_lint_analyzer::entity::Entity;
use contract_lint_analyzer::facts::{Effect, Facts, NodeKind, Site};
use contract_lint_analyzer::host::EffectKind;
use contract_lint_analyzer::ir::Func;
use contract_lint_analyzer::module::{Module, decode};
use contract_lint_analyzer::{Options, analyze};

fn corpus(file: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    std::fs::read(root.join(file)).unwrap()
}

fn facts(bytes: Vec<u8>) -> Facts {
    analyze(decode(bytes).unwrap(), &Options::default())
}

/// Where a method has such an effect.
fn sites(facts: &Facts, method: &str, is: impl Fn(&Effect) -> bool) -> Vec<Site> {
    let method = facts.methods.iter().find(|m| m.name == method).unwrap();
    let nodes = method.graph.nodes.iter();
    nodes
        .filter(|(_, node)| matches!(&node.kind, NodeKind::Effect(effect) if is(effect)))
        .map(|(_, node)| node.site.clone())
        .collect()
}

/// The text of the source line that a site comes from.
fn line(module: &Module, source: &str, site: &Site) -> String {
    let origin = SourceMap::new(module).unwrap().position(site).unwrap();
    let (Origin::Statement(position) | Origin::Macro(position)) = origin;
    assert_eq!(position.path, "src/lib.rs");
    let text = source.lines().nth(position.line as usize - 1).unwrap();
    text.trim().to_owned()
}

#[test]
fn effects_are_found_in_the_contracts_own_source() {
    let source = String::from_utf8(corpus("soroban/vault/src/lib.rs")).unwrap();
    let facts = facts(corpus("soroban/vault/vault.wasm.debug"));
    for (method, kind, expected) in [
        (
            "set_owner",
            EffectKind::StorageWrite,
            "env.storage().instance().set(&DataKey::Owner",
        ),
        (
            "upgrade",
            EffectKind::CodeUpgrade,
            "env.deployer().update_current_contract_wasm(",
        ),
        // The function that publishes is written by an attribute.
        (
            "cash_out",
            EffectKind::EventLog,
            "CashedOut { account: from, iban }.publish(&env);",
        ),
    ] {
        let found = sites(&facts, method, |effect| effect.is(kind));
        assert!(!found.is_empty(), "{method}");
        for site in found {
            let line = line(&facts.module, &source, &site);
            assert!(line.starts_with(expected), "{method}: {line}");
        }
    }
}

/// What is kept in one state is written by an attribute; the assignment is what the author wrote.
#[test]
fn state_that_an_attribute_writes_is_changed_where_it_is_assigned() {
    for (contract, method, expected) in [
        ("near/vault", "set_paused", Some("self.paused = paused;")),
        (
            "near/auction",
            "set_owner",
            Some("self.owner_id = owner_id;"),
        ),
        // A check may come first.
        ("near/auction", "set_fee", Some("self.fee = fee;")),
        (
            "concordium/vault",
            "vault.set_owner",
            Some("host.state_mut().owner ="),
        ),
        // Calls only.
        ("near/vault", "withdraw_from", None),
    ] {
        let name = contract.rsplit('/').next().unwrap();
        let source = String::from_utf8(corpus(&format!("{contract}/src/lib.rs"))).unwrap();
        let module = decode(corpus(&format!("{contract}/{name}.wasm.debug"))).unwrap();
        let map = SourceMap::new(&module).unwrap();
        let found = map.assignment(&module, method);
        let text = found.map(|at| source.lines().nth(at.line as usize - 1).unwrap().trim());
        match expected {
            Some(start) => assert!(text.unwrap().starts_with(start), "{method}: {text:?}"),
            None => assert_eq!(text, None, "{method}"),
        }
    }
}

#[test]
fn without_debug_information_there_is_no_map() {
    let module = decode(corpus("soroban/vault/vault.wasm")).unwrap();
    assert!(SourceMap::new(&module).is_none());
}

/// The debug information of another build says nothing about this one.
#[test]
fn stale_debug_information_is_not_trusted() {
    let mut bytes = corpus("soroban/vault/vault.wasm");
    let other = decode(corpus("soroban/token/token.wasm.debug")).unwrap();
    for section in &other.custom_sections {
        if section.name.starts_with(".debug_") {
            append_section(
                &mut bytes,
                &section.name,
                &other.bytes[section.range.clone()],
            );
        }
    }
    let module = decode(bytes).unwrap();
    assert!(module.custom_section(".debug_line").is_some());
    assert!(SourceMap::new(&module).is_none());
}

#[test]
fn damaged_debug_information_does_no_harm() {
    let bytes = corpus("soroban/vault/vault.wasm.debug");
    let module = decode(bytes.clone()).unwrap();
    let sections: Vec<_> = module
        .custom_sections
        .iter()
        .filter(|section| section.name.starts_with(".debug_"))
        .map(|section| section.range.clone())
        .collect();
    let code = module.code_section.clone();
    for range in sections {
        for at in range.step_by(7) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            let Ok(module) = decode(damaged) else {
                continue;
            };
            let Some(map) = SourceMap::new(&module) else {
                continue;
            };
            for offset in code.clone().step_by(97) {
                let site = Site {
                    func: Func::new(0),
                    offset: u32::try_from(offset).unwrap(),
                    chain: [].into(),
                };
                let _ = map.position(&site);
            }
        }
    }
}

fn append_section(bytes: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut payload = leb(name.len());
    payload.extend(name.as_bytes());
    payload.extend(content);
    bytes.push(0);
    bytes.extend(leb(payload.len()));
    bytes.extend(payload);
}

fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
