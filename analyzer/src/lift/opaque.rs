//! Vector, atomic and wide arithmetic operators: numerous, and opaque to every analysis. wasmparser knows how many
//! operands and results they have; the types of the results follow from the names.

use wasmparser::Operator;

use super::operator::Plain;
use crate::ir::Type;

/// The operator as an opaque one, if it belongs to one of those proposals.
pub(super) fn opaque(operator: &Operator<'_>) -> Option<Plain> {
    macro_rules! arity {
        (@simd $operands:literal $results:literal) => {
            Some(($operands, $results))
        };
        (@relaxed_simd $operands:literal $results:literal) => {
            Some(($operands, $results))
        };
        (@threads $operands:literal $results:literal) => {
            Some(($operands, $results))
        };
        (@wide_arithmetic $operands:literal $results:literal) => {
            Some(($operands, $results))
        };
        (@$other:ident $($rest:tt)*) => {
            None
        };
    }
    macro_rules! define {
        ($(
            @$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? =>
            $visit:ident (arity $($kind:ident)? $($operands:literal -> $results:literal)?)
        )*) => {
            match operator {
                $(Operator::$op { .. } => {
                    let arity: Option<(usize, usize)> = arity!(@$proposal $($operands $results)?);
                    (name_of(stringify!($visit)), arity?)
                })*
                _ => return None,
            }
        };
    }
    let (name, (operands, results)): (_, (_, usize)) = wasmparser::for_each_operator!(define);
    // More results than the name tells of would be an operator that is not known here.
    let results = result_types(name).get(..results)?;
    Some(Plain::opaque(name, stores(name), operands, results))
}

/// The name of any operator, for messages.
pub(super) fn name(operator: &Operator<'_>) -> &'static str {
    macro_rules! define {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            match operator {
                $(Operator::$op { .. } => name_of(stringify!($visit)),)*
                _ => "unknown",
            }
        };
    }
    wasmparser::for_each_operator!(define)
}

/// The name of an operator by that of its visitor method: as in the text format, with underscores.
fn name_of(visitor: &'static str) -> &'static str {
    visitor.strip_prefix("visit_").unwrap_or(visitor)
}

fn stores(name: &str) -> bool {
    name.contains("store") || name.contains("_rmw")
}

fn result_types(name: &str) -> &'static [Type] {
    if name.contains("atomic") {
        return if name.starts_with("i64") {
            &[Type::I64]
        } else {
            &[Type::I32]
        };
    }
    // Wide arithmetic.
    if name.starts_with("i64_") {
        return &[Type::I64, Type::I64];
    }
    if name.contains("extract_lane") {
        return match name.get(..3) {
            Some("i64") => &[Type::I64],
            Some("f32") => &[Type::F32],
            Some("f64") => &[Type::F64],
            _ => &[Type::I32],
        };
    }
    if name.ends_with("any_true") || name.ends_with("all_true") || name.ends_with("bitmask") {
        return &[Type::I32];
    }
    &[Type::V128]
}
