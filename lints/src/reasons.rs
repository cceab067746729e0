//! Why a method was not analysed wholly, as people read it: equal reasons together.

use contract_lint_analyzer::facts::{Method, Reason};
use contract_lint_analyzer::ir::Func;
use contract_lint_analyzer::module::Module;

/// More of one kind are counted, not told.
const TOLD: usize = 2;

/// The reasons as sentences without a full stop; none if the method was analysed wholly.
pub fn sentences(method: &Method, module: &Module) -> Vec<String> {
    let mut groups: [Vec<String>; 7] = Default::default();
    let place = |func: Func| format!("`{}`", module.func_label(func));
    for reason in &method.reasons {
        let (group, what) = match reason {
            Reason::UnknownImport(name) => (0, format!("`{name}`")),
            Reason::UnresolvedOperation(name) => (1, format!("`{name}`")),
            Reason::UnresolvedIndirectCall { func, offset } => {
                (2, format!("{} at {offset:#x}", place(*func)))
            }
            Reason::NotLifted(func) => (3, place(*func)),
            Reason::UnreadResponse => (5, String::new()),
            Reason::NoGoodEnd => (6, String::new()),
            Reason::Limit(what) => (4, (*what).to_owned()),
        };
        if !groups[group].contains(&what) {
            groups[group].push(what);
        }
    }
    groups
        .iter()
        .enumerate()
        .filter(|(_, places)| !places.is_empty())
        .map(|(group, places)| sentence(group, places))
        .collect()
}

fn sentence(group: usize, places: &[String]) -> String {
    let list = listed(places);
    let one = places.len() == 1;
    match group {
        0 if one => format!("what the import {list} does is not known"),
        0 => format!("what the imports {list} do is not known"),
        1 => format!("which operation a call of {list} asks for is not known"),
        2 if one => format!("the target of an indirect call is not known, in {list}"),
        2 => format!(
            "the targets of {} indirect calls are not known, in {list}",
            places.len()
        ),
        3 if one => format!("{list} has instructions that are not supported"),
        3 => format!("{list} have instructions that are not supported"),
        5 => "the messages in its response could not be read".to_owned(),
        6 => "no way was found on which it ends well".to_owned(),
        _ => format!("the limit on {list} was reached"),
    }
}

/// `a`, `b` and 3 more.
fn listed(places: &[String]) -> String {
    match places {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        _ => format!(
            "{} and {} more",
            places[..TOLD].join(", "),
            places.len() - TOLD
        ),
    }
}
