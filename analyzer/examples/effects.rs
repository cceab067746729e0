#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]
fn main() {
    for path in std::env::args().skip(1) {
        let mut bytes = std::fs::read(&path).unwrap();
        if !bytes.starts_with(b"\0asm") && bytes.get(8..12) == Some(b"\0asm") {
            bytes.drain(..8);
        }
        let Ok(module) = contract_lint_analyzer::module::decode(bytes) else {
            println!("{path}: invalid");
            continue;
        };
        let t = std::time::Instant::now();
        let facts = contract_lint_analyzer::analyze(module, &Default::default());
        let inc = facts
            .methods
            .iter()
            .filter(|m| !m.reasons.is_empty())
            .count();
        println!(
            "{path}: {} {:?}: {} methods, {} incomplete, {:?}",
            facts.recognition.platform,
            facts.recognition.certainty,
            facts.methods.len(),
            inc,
            t.elapsed()
        );
        for n in &facts.notes {
            println!("  note {n}");
        }
        if std::env::var("Q").is_ok() {
            continue;
        }
        for m in &facts.methods {
            println!(
                "== {} {:?} {:?} nodes {} {:?}",
                m.name,
                m.kind,
                m.selector,
                m.graph.nodes.len(),
                m.reasons
            );
            if std::env::var("V").is_ok() {
                println!("{}", m.graph);
            }
        }
    }
}
