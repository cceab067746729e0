//! Function bodies → SSA.
//!
//! One pass over the operators (`translate`) runs the operand stack and the control stack symbolically and asks
//! `ssa` for the values of locals. Structured control flow keeps this simple: the predecessors of a join are all known
//! when control reaches it; only loop headers are entered before their back edges are. `finish` then drops the block
//! parameters that turned out to be needless and numbers the rest in the order of the code.
//!
//! Nothing recurses, and the work for a function is bounded by a multiple of its size ([`LiftError::Limit`]), because
//! a hostile body can make the number of block parameters quadratic.

use thiserror::Error;
use wasmparser::{BinaryReader, FunctionBody};

use crate::ir::verify::verify;
use crate::ir::{Func, Function};
use crate::module::{FuncKind, Module};

mod finish;
mod locals;
mod opaque;
mod operator;
mod ssa;
mod translate;

/// Why a function was not lifted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LiftError {
    /// The function is imported or does not exist.
    #[error("the function has no body")]
    NoBody,
    /// The body uses an operator that the IR does not represent.
    #[error("operator `{operator}` at offset {offset:#x} is not supported")]
    Unsupported {
        /// Where.
        offset: u32,
        /// The operator's name.
        operator: &'static str,
    },
    /// A limit was hit that no code of a compiler comes near.
    #[error("the function at offset {offset:#x} has too many {what}")]
    Limit {
        /// Where the body begins.
        offset: u32,
        /// Of what there is too much.
        what: &'static str,
    },
    /// The body breaks a rule of the specification; decoding lets no such body through.
    #[error("invalid function body at offset {offset:#x}: {message}")]
    Invalid {
        /// Where.
        offset: u32,
        /// Which rule.
        message: String,
    },
}

impl From<wasmparser::BinaryReaderError> for LiftError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        LiftError::Invalid {
            offset: file_offset(error.offset()),
            message: error.message().to_owned(),
        }
    }
}

/// Loops nested deeper than this are not lifted, so that what follows the nesting may recurse.
pub const MAX_LOOP_DEPTH: usize = 200;

/// Lifts the body of a function.
///
/// # Errors
/// If the function has no body, or one that the IR cannot represent.
pub fn lift(module: &Module, func: Func) -> Result<Function, LiftError> {
    let Some(FuncKind::Local { body }) = module.funcs.get(func).map(|decl| &decl.kind) else {
        return Err(LiftError::NoBody);
    };
    let bytes = module.bytes.get(body.clone()).ok_or(LiftError::NoBody)?;
    let body = FunctionBody::new(BinaryReader::new(bytes, body.start as u64));
    let function = translate::translate(module, func, &body)?;
    if cfg!(debug_assertions)
        && let Err(errors) = verify(&function, module)
    {
        panic!("{func} is lifted wrongly: {}", errors[0]);
    }
    Ok(function)
}

/// An offset into the file; files are shorter than 4 GiB, as every section size is a `u32`.
fn file_offset(offset: u64) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
