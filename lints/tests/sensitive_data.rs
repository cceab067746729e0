//! What the policy calls sensitive, on the registry of the corpus.

use contract_lint_analyzer::facts::{Facts, Param};
use contract_lint_analyzer::{Options, analyze, module::decode};
use contract_lint_lints::check;
use contract_lint_lints::lint::{Confidence, Context, Domain};
use contract_lint_lints::policy::{ClassPattern, Form, Policy, Selector, Source};

const NAMES: &[(&str, &[&str])] = &[
    ("reach_me", &["person", "phone"]),
    ("register", &["person", "id_card"]),
    ("register_by_card", &["person", "id_card"]),
    ("register_hashed", &["person", "id_card"]),
    ("register_sealed", &["person", "commitment"]),
];

fn registry() -> Facts {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../corpus/soroban/registry/registry.wasm"
    );
    let bytes = std::fs::read(path).expect("the corpus is in the repository");
    let module = decode(bytes).expect("the registry is valid");
    analyze(module, &Options::default())
}

/// The registry with the names that its source gives to parameters.
fn named_registry() -> Facts {
    let mut facts = registry();
    for method in &mut facts.methods {
        if let Some((_, names)) = NAMES.iter().find(|(name, _)| *name == method.name) {
            let param = |name: &&str| Param {
                name: Some((*name).to_owned()),
                ty: None,
            };
            method.params = names.iter().map(param).collect();
        }
    }
    facts
}

/// The registry as if no specification named its parameters.
fn nameless_registry() -> Facts {
    let mut facts = registry();
    for method in &mut facts.methods {
        method.params.clear();
    }
    facts
}

type Found = Vec<(&'static str, String, Confidence)>;

fn findings(facts: &Facts, zone: &str, form: Form, sources: &[(&str, &str)]) -> Found {
    let source = |(select, class): &(&str, &str)| Source {
        select: Selector::try_from((*select).to_owned()).expect("the selector is well formed"),
        class: ClassPattern::new(*class),
        form,
    };
    let mut policy = Policy::default();
    policy.target.zone = Some(zone.to_owned());
    policy.sources = sources.iter().map(source).collect();
    let context = Context::new(facts, &policy);
    let mut found: Found = check(&context)
        .into_iter()
        .filter(|f| f.lint.domain == Domain::PersonalInformation)
        .map(|f| (f.lint.name, f.method, f.confidence))
        .collect();
    found.sort();
    found
}

fn expected(rows: &[(&'static str, &str, Confidence)]) -> Found {
    rows.iter()
        .map(|(lint, method, sure)| (*lint, (*method).to_owned(), *sure))
        .collect()
}

const DECLARED: &[(&str, &str)] = &[
    ("param:register*.id_card", "pi.id.national"),
    ("param:reach_me.phone", "pi.contact.phone"),
];

#[test]
fn plaintext_is_found_on_a_public_chain() {
    use Confidence::{High, Medium};
    let found = findings(&named_registry(), "mainnet", Form::Plaintext, DECLARED);
    let rows = [
        ("plaintext-sensitive-parameter", "reach_me", High),
        ("plaintext-sensitive-parameter", "register", High),
        ("plaintext-sensitive-parameter", "register_by_card", High),
        ("plaintext-sensitive-parameter", "register_hashed", High),
        ("sensitive-to-event", "reach_me", High),
        ("sensitive-to-public-state", "register", Medium),
        ("sensitive-to-public-state", "register_by_card", Medium),
        // A digest of what can be guessed hides nothing.
        ("sensitive-to-public-state", "register_hashed", Medium),
    ];
    assert_eq!(found, expected(&rows));
}

#[test]
fn a_declaration_counts_where_nothing_names_the_parameters() {
    use Confidence::{Low, Medium};
    let sources = [("param:register.id_card", "pi.id.national")];
    let found = findings(&nameless_registry(), "mainnet", Form::Plaintext, &sources);
    let rows = [
        ("plaintext-sensitive-parameter", "register", Medium),
        ("sensitive-to-public-state", "register", Low),
    ];
    assert_eq!(found, expected(&rows));
}

#[test]
fn a_trusted_zone_or_a_ciphertext_is_no_finding() {
    let facts = named_registry();
    let rows = ["register", "register_by_card", "register_hashed"];
    let kept = rows.map(|method| ("no-erasure-path", method, Confidence::Medium));
    // What may be there has to be deletable.
    assert_eq!(
        findings(&facts, "sidechain", Form::Plaintext, DECLARED),
        expected(&kept)
    );
    assert_eq!(findings(&facts, "mainnet", Form::Ciphertext, DECLARED), []);
}
