//! The stages after decoding, as the analyzer prints them.

use std::fmt::Write;

use anyhow::Context;
use contract_lint_analyzer::analyze;
use contract_lint_analyzer::graph::callgraph::{CallGraph, Lifted};
use contract_lint_analyzer::graph::dot;
use contract_lint_analyzer::host::{entry_points, recognise};
use contract_lint_analyzer::ir::{Func, Function};
use contract_lint_analyzer::lift::lift;
use contract_lint_analyzer::module::{FuncKind, Module};
use contract_lint_analyzer::{Options, facts::Method};

use contract_lint_lints::reasons::sentences;

use crate::suggest;
use crate::text::printable;

/// The functions in the form that is analysed: one, or all that are defined.
pub(super) fn ir(module: &Module, func: Option<Func>) -> anyhow::Result<String> {
    let mut text = String::new();
    for func in chosen(module, func) {
        let name = module.func_label(func);
        match lift(module, func) {
            Ok(function) => write!(text, "; {}\n{function}\n", printable(&name))?,
            Err(error) => writeln!(text, "; {}: {error}\n", printable(&name))?,
        }
    }
    Ok(text)
}

/// The control flow of one function: blocks and their successors, or DOT.
pub(super) fn cfg(module: &Module, func: Option<Func>, as_dot: bool) -> anyhow::Result<String> {
    let func =
        func.context("which function? add `--function F` (an export, a name or an index)")?;
    let name = module.func_label(func);
    let function = lift(module, func).with_context(|| format!("`{name}` cannot be shown"))?;
    if as_dot {
        return Ok(dot::cfg(&function));
    }
    let mut text = format!("{}\n", printable(&name));
    successors(&function, &mut text)?;
    Ok(text)
}

fn successors(function: &Function, text: &mut String) -> std::fmt::Result {
    for (block, data) in function.blocks.iter() {
        let to: Vec<String> = data
            .terminator
            .edges()
            .iter()
            .map(|edge| edge.block.to_string())
            .collect();
        let to = if to.is_empty() {
            "leaves".to_owned()
        } else {
            format!("→ {}", to.join(", "))
        };
        writeln!(text, "  {block}  @{:06x}  {to}", data.terminator_offset)?;
    }
    Ok(())
}

/// Who calls whom, of what the entry points reach.
pub(super) fn calls(module: &Module, options: &Options, as_dot: bool) -> anyhow::Result<String> {
    let host = match &options.platform {
        Some(host) => host.clone(),
        None => recognise(module, &options.hosts).1,
    };
    let roots = entry_points(&host, module)
        .into_iter()
        .map(|entry| entry.func);
    let lifted = Lifted::new(module, roots);
    let graph = CallGraph::new(module, &lifted);
    let name = |func: Func| printable(&module.func_label(func)).into_owned();
    if as_dot {
        return Ok(dot::calls(module, &lifted, &graph, name));
    }
    let mut text = String::new();
    for function in lifted.iter() {
        let mut callees: Vec<Func> = graph.callees(function.func).collect();
        callees.sort_unstable();
        callees.dedup();
        let callees: Vec<String> = callees.into_iter().map(name).collect();
        writeln!(text, "{} → {}", name(function.func), callees.join(", "))?;
    }
    Ok(text)
}

/// What each method does to the world.
pub(super) fn effects(
    module: Module,
    options: &Options,
    wanted: Option<&str>,
) -> anyhow::Result<String> {
    let facts = analyze(module, options);
    let mut text = String::new();
    writeln!(
        text,
        "platform {} ({})\n",
        printable(&facts.recognition.platform),
        printable(&facts.recognition.because)
    )?;
    let mut methods = facts
        .methods
        .iter()
        .filter(|method| wanted.is_none_or(|name| method.name == name || method.export == name))
        .peekable();
    if methods.peek().is_none() {
        let names: Vec<&str> = facts.methods.iter().map(|m| m.name.as_str()).collect();
        let unknown = suggest::unknown("method", wanted.unwrap_or_default(), names.iter().copied());
        anyhow::bail!("{unknown}\nhelp: the methods are {}", names.join(", "));
    }
    for method in methods {
        writeln!(text, "{}{}", printable(&method.name), selector(method))?;
        for reason in sentences(method, &facts.module) {
            writeln!(text, "  not complete: {}", printable(&reason))?;
        }
        writeln!(text, "{}", printable_lines(&method.graph.to_string()))?;
    }
    Ok(text)
}

fn selector(method: &Method) -> String {
    method
        .selector
        .as_ref()
        .map_or(String::new(), |s| format!(" ({})", printable(s)))
}

fn printable_lines(text: &str) -> String {
    let lines = text.lines().map(|line| printable(line).into_owned() + "\n");
    lines.collect()
}

fn chosen(module: &Module, func: Option<Func>) -> Vec<Func> {
    match func {
        Some(func) => vec![func],
        None => module
            .funcs
            .iter()
            .filter(|(_, decl)| matches!(decl.kind, FuncKind::Local { .. }))
            .map(|(func, _)| func)
            .collect(),
    }
}
