//! Examples of a method's input. Contracts read JSON with large parsers; over unknown bytes these cost a lot and say
//! little. So the machine runs a method on an input that the contract takes, of which each byte knows whose data it is.
//! While the contract reads it, the example decides; afterwards what came out of it is unknown data with labels.
//!
//! Which names and types a method expects, the contract says itself: the [concrete machine](crate::absint::methods::trial) runs it on
//! guesses, and serde's complaints tell what is wrong with each.

mod complaint;
mod json;
mod optional;
mod text;

use std::rc::Rc;

use optional::Search;

pub(crate) use complaint::Complaint;
pub(crate) use json::Json;
pub(crate) use optional::Listener;

use crate::absint::domain::arena::{Arena, Bytes, Label};
use crate::absint::functions::program::Program;
use crate::absint::methods::trial::Verdict;
use crate::facts::Param;
use crate::ir::Func;

/// Guesses for one method.
const MAX_TRIALS: usize = 200;

/// How a flag is written that is set, and one that is not: with as many bytes, and no byte twice.
pub(crate) const TRUE: &[u8; 5] = b"true ";
pub(crate) const FALSE: &[u8; 5] = b"false";

/// An input that a method takes.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Of each byte, which parameter it is data of; `None` for the framing.
    pub(crate) owners: Vec<Option<u32>>,
    /// The parameters, in the order of their numbers.
    pub(crate) params: Vec<Param>,
    /// Which of them have flags, written as [`TRUE`].
    pub(crate) flags: Vec<u32>,
}

/// Inputs that a method takes.
#[derive(Clone, Debug)]
pub(crate) struct Samples {
    /// With everything that may be there.
    pub(crate) whole: Sample,
    /// Without what may be left out, where there is such.
    pub(crate) bare: Option<Sample>,
}

impl Samples {
    /// Finds JSON objects that an exported function takes as its input. `None` if there is none, or if anything will do.
    pub(crate) fn find(program: &Program<'_>, func: Func) -> Option<Samples> {
        let start = program.start.as_ref()?;
        if !program.host.registers || !program.module.func_type(func).params.is_empty() {
            return None;
        }
        let mut search = Search {
            program,
            start,
            func,
            left: MAX_TRIALS,
        };
        // What takes this reads no JSON.
        if matches!(search.attempt(b"?"), Some(Verdict::Passed)) {
            return None;
        }
        let mut json = Json::empty();
        if !search.improve(&mut json) {
            return None;
        }
        let bare = json.render();
        search.complete(&mut json);
        let whole = json.render();
        let differs = whole.bytes != bare.bytes;
        Some(Samples {
            whole,
            bare: differs.then_some(bare),
        })
    }
}

impl Sample {
    /// The content that the contract reads.
    pub(crate) fn content(&self, arena: &mut Arena) -> Bytes {
        let mut runs = Vec::new();
        let mut from = 0;
        while let Some(owner) = self.owners.get(from) {
            let len = self.owners[from..]
                .iter()
                .take_while(|o| *o == owner)
                .count();
            let label = owner.map_or(Label::Input, Label::Param);
            let labels = arena.label(label);
            let bytes: Rc<[u8]> = self.bytes[from..from + len].into();
            runs.push((bytes, labels));
            from += len;
        }
        arena.example(runs)
    }
}
