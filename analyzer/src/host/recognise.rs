//! For which host a module is made.
//!
//! The imports with their types say most: hardly any two platforms share both name and signature of all that a contract
//! imports. Where they do not decide, the signs that the models list do.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{EffectKind, HostFunction, HostModel, Sign, Text, Weight, matches};
use crate::facts::{Certainty, Recognition};
use crate::ir::FuncType;
use crate::module::Module;

/// Finds the host that a module is made for, among the user's and those built in.
///
/// Without any evidence the platform is `unknown`, with a model that knows no function.
pub fn recognise(module: &Module, of_user: &[Arc<HostModel>]) -> (Recognition, Arc<HostModel>) {
    let evidence = Evidence::of(module);
    let of_user = of_user.iter().map(|model| &**model);
    let mut fits: Vec<Fit> = of_user
        .chain(HostModel::builtins())
        .map(|model| Fit::of(&evidence, model))
        .filter(Fit::is_possible)
        .collect();
    // A stable sort: what the user gave stays before what is built in and fits as well.
    fits.sort_by_key(|fit| Reverse(fit.rank()));

    let Some((best, others)) = fits.split_first() else {
        return unknown(&evidence);
    };
    let rivals: Vec<&str> = others
        .iter()
        .filter(|other| other.class() == best.class())
        .map(|other| &*other.model.id)
        .collect();
    let mut because = best.because();
    if !rivals.is_empty() {
        because += &format!("; {} would fit too", rivals.join(", "));
    }
    let certain = rivals.is_empty() && best.class() != (false, false);
    let recognition = Recognition {
        platform: best.model.id.to_string(),
        certainty: if certain {
            Certainty::Certain
        } else {
            Certainty::Likely
        },
        because,
    };
    (recognition, Arc::new(best.model.clone()))
}

fn unknown(evidence: &Evidence) -> (Recognition, Arc<HostModel>) {
    let because = match evidence.imports.len() {
        0 => "it imports no function and shows no sign of a platform".to_owned(),
        1 => "no known platform has the one function it imports".to_owned(),
        count => format!("no known platform has most of the {count} functions it imports"),
    };
    let model = HostModel::unknown();
    let recognition = Recognition {
        platform: model.id.to_string(),
        certainty: Certainty::None,
        because,
    };
    (recognition, Arc::new(model))
}

/// What a module shows of the host it is made for.
struct Evidence<'a> {
    module: &'a Module,
    /// The imported functions.
    imports: Vec<Import<'a>>,
    /// The names of all imports that signs can ask for, as `module.name`.
    names: Vec<String>,
}

struct Import<'a> {
    module: &'a str,
    name: &'a str,
    ty: &'a FuncType,
}

impl<'a> Evidence<'a> {
    fn of(module: &'a Module) -> Self {
        let import = |func| {
            let (from, name) = module.import(func)?;
            Some(Import {
                module: from,
                name,
                ty: module.func_type(func),
            })
        };
        let imports: Vec<Import> = module.funcs.keys().filter_map(import).collect();
        let functions = imports.iter().map(|import| (import.module, import.name));
        let memory = module
            .memory_import
            .iter()
            .map(|(from, name)| (&**from, &**name));
        let names = functions
            .chain(memory)
            .map(|(from, name)| format!("{from}.{name}"))
            .collect();
        Evidence {
            module,
            imports,
            names,
        }
    }

    /// Whether all that a sign asks for is there.
    fn shows(&self, sign: &Sign) -> bool {
        let import = |wanted: &Text| self.names.iter().any(|name| matches(wanted, name));
        let export = |wanted: &Text| self.module.exports.iter().any(|e| matches(wanted, &e.name));
        let section = |wanted: &Text| {
            self.module
                .custom_sections
                .iter()
                .any(|s| matches(wanted, &s.name))
        };
        sign.imports.iter().all(import)
            && sign.exports.iter().all(export)
            && sign.sections.iter().all(section)
    }
}

/// How well a module fits a model.
struct Fit<'a> {
    model: &'a HostModel,
    /// How many functions the module imports.
    imports: usize,
    /// How many of them are known: described by the model with these types, or added by toolchains everywhere.
    known: usize,
    /// How many of them speak for this model: they do something that only a host can do.
    telling: usize,
    /// How many exports are entry points that the model calls by name.
    entries: usize,
    /// The signs that the module shows.
    signs: Vec<&'a Sign>,
}

impl<'a> Fit<'a> {
    fn of(evidence: &Evidence, model: &'a HostModel) -> Self {
        let (mut known, mut telling) = (0, 0);
        for Import { module, name, ty } in &evidence.imports {
            known += usize::from(model.function(module, name, ty).is_some());
            let own = model.own_function(module, name, &ty.params, &ty.results);
            telling += usize::from(own.is_some_and(is_telling));
        }
        let entries = super::entry_points(model, evidence.module);
        Fit {
            model,
            imports: evidence.imports.len(),
            known,
            telling,
            entries: entries.iter().filter(|e| e.entry.name == e.export).count(),
            signs: model
                .signs
                .iter()
                .filter(|sign| evidence.shows(sign))
                .collect(),
        }
    }

    /// Whether more than chance speaks for it. A module that asks nothing of its host can only be told by its exports.
    fn is_possible(&self) -> bool {
        let most_known = self.telling > 0 && 2 * self.known > self.imports;
        let only_exports = self.imports == 0 && self.count(Weight::Strong) > 0;
        most_known || only_exports || self.count(Weight::Decisive) > 0
    }

    /// What sets fits apart for certain: whether all imports are known, and whether there is a decisive sign.
    fn class(&self) -> (bool, bool) {
        let all_known = self.telling > 0 && self.known == self.imports;
        (all_known, self.count(Weight::Decisive) > 0)
    }

    /// The greater, the better it fits.
    fn rank(&self) -> impl Ord + use<> {
        (
            self.class(),
            self.known,
            self.telling,
            self.count(Weight::Strong),
            self.entries,
            self.count(Weight::Weak),
        )
    }

    fn count(&self, weight: Weight) -> usize {
        self.signs
            .iter()
            .filter(|sign| sign.weight == weight)
            .count()
    }

    /// What the fit rests on, for people.
    fn because(&self) -> String {
        let imports = match (self.imports, self.known) {
            (0, _) => None,
            (1, 1) => Some("the one function it imports is known, with this signature".to_owned()),
            (all, known) if all == known => Some(format!(
                "all {all} functions it imports are known, with these signatures"
            )),
            (all, known) => Some(format!(
                "{known} of the {all} functions it imports are known"
            )),
        };
        let telling = self.signs.iter().filter(|sign| sign.weight != Weight::Weak);
        let sign = telling
            .min_by_key(|sign| sign.weight)
            .map(|sign| describe(sign));
        imports
            .into_iter()
            .chain(sign)
            .collect::<Vec<_>>()
            .join("; ")
    }
}

/// Whether a function does something that only a host of its kind can do. `abort` and the like, which toolchains import
/// everywhere, do not.
fn is_telling(function: &HostFunction) -> bool {
    use EffectKind::*;
    let anywhere = [
        Arith, DebugLog, DebugOnly, Exit, MemoryOp, Metering, PanicAbort, TestOnly,
    ];
    function
        .effects
        .iter()
        .any(|effect| !anywhere.contains(effect))
}

fn describe(sign: &Sign) -> String {
    let parts = [
        ("it imports", &sign.imports),
        ("it exports", &sign.exports),
        ("it has the section", &sign.sections),
    ];
    let part =
        |(what, names): (&str, &super::List<Text>)| format!("{what} `{}`", names.join("`, `"));
    let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
    parts.map(part).collect::<Vec<_>>().join(" and ")
}
