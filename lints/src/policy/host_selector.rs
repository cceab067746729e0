//! Selectors of what a host function is given or gives.

use std::fmt;

use contract_lint_analyzer::facts::{Content, Effect, Labels};
use contract_lint_analyzer::host::HostModel;

use super::glob::{Glob, Wild};
use super::selector::fits;

/// Which calls of which host function, and which of what goes in and out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSelector {
    /// The function.
    pub function: Glob,
    /// The operation, where the function serves several.
    pub operation: Option<String>,
    /// Conditions on further arguments: name and value.
    pub arguments: Vec<(String, Glob)>,
    /// Which of what goes in and out.
    pub part: HostPart,
    /// As it is written, without `host:`.
    pub(super) text: String,
}

/// Which of what goes in and out of a host function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPart {
    /// The argument of this number, from 0.
    Argument(u32),
    /// What it writes to memory.
    Output,
    /// What it returns.
    Returned,
}

impl fmt::Display for HostSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl HostSelector {
    /// The argument that an effect hands over, with what it means; `None` if another function is meant, or no argument.
    pub fn argument<'a>(
        &self,
        effect: &'a Effect,
        host: &HostModel,
    ) -> Option<(&'a str, &'a Content)> {
        let HostPart::Argument(index) = self.part else {
            return None;
        };
        let meanings = self.meanings(effect, host)?;
        let (_, what) = meanings.get(usize::try_from(index).ok()?)?;
        let operand = effect.operands.iter().find(|o| o.what == **what)?;
        Some((&operand.what, &operand.content))
    }

    /// Where the selected data of an effect comes from.
    pub fn data(&self, effect: &Effect, host: &HostModel) -> Option<Labels> {
        match self.part {
            HostPart::Argument(_) => Some(self.argument(effect, host)?.1.labels()),
            HostPart::Output | HostPart::Returned => {
                self.meanings(effect, host)?;
                Some(effect.gives.clone())
            }
        }
    }

    /// Names and meanings of the arguments of the function behind an effect, if it is one that is meant.
    fn meanings<'h>(
        &self,
        effect: &Effect,
        host: &'h HostModel,
    ) -> Option<Vec<(&'h str, &'h str)>> {
        let found = match &self.operation {
            Some(operation) => {
                let function = host.virtual_functions.iter().find(|function| {
                    function.name == effect.host_function
                        && (function.selector == *operation || function.name == *operation)
                        && self.is_called(&function.via)
                })?;
                let fields = function.body.iter();
                fields.map(|f| (&*f.name, &*f.what)).collect::<Vec<_>>()
            }
            None => {
                let function = host.functions.iter().find(|function| {
                    function.shown() == effect.host_function
                        && (self.function.matches(function.shown())
                            || self.function.matches(&function.name)
                            || self
                                .function
                                .matches(&format!("{}.{}", function.module, function.name)))
                })?;
                let args = function.args.iter();
                args.map(|a| (&*a.name, &*a.what)).collect()
            }
        };
        let holds = self.arguments.iter().all(|(name, wanted)| {
            let what = found.iter().find(|(n, what)| n == name || what == name);
            what.and_then(|(_, what)| effect.operand(what))
                .is_some_and(|content| fits(&symbols(wanted), content))
        });
        holds.then_some(found)
    }

    /// Whether the function is known by that name, with or without its module.
    fn is_called(&self, qualified: &str) -> bool {
        let name = qualified.rsplit('.').next().unwrap_or(qualified);
        self.function.matches(qualified) || self.function.matches(name)
    }
}

/// A pattern over text as one over bytes.
fn symbols(glob: &Glob) -> Vec<Wild<u8>> {
    glob.as_str()
        .bytes()
        .map(|byte| match byte {
            b'*' => Wild::Many,
            b'?' => Wild::One,
            byte => Wild::This(byte),
        })
        .collect()
}
