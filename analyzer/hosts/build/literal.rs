//! Values as the Rust expressions that make them, fit for constants.

use std::borrow::Cow;

use super::Type;
use super::model::*;
use super::words::*;

/// The expression for a value.
pub(crate) fn literal<T: Literal + ?Sized>(value: &T) -> String {
    let mut code = String::new();
    value.write(&mut code);
    code
}

/// A value that has a constant expression.
pub(crate) trait Literal {
    /// Appends the expression.
    fn write(&self, code: &mut String);
}

/// Enums without data, whose `Debug` form is the name of the variant.
macro_rules! plain {
    ($($name:ident)*) => {$(
        impl Literal for $name {
            fn write(&self, code: &mut String) {
                *code += &format!(concat!(stringify!($name), "::{:?}"), self);
            }
        }
    )*};
}

plain! { Type Reentrancy Dispatch Floats EntryKind Weight Encoding Role EffectKind HostResult Place AbortsIf }

/// Numbers and the like, which print as they are written.
macro_rules! number {
    ($($name:ident)*) => {$(
        impl Literal for $name {
            fn write(&self, code: &mut String) {
                *code += &format!("{self:?}");
            }
        }
    )*};
}

number! { bool u8 u32 u64 i64 str }

macro_rules! structure {
    ($($name:ident { $($field:ident)* })*) => {$(
        impl Literal for $name {
            fn write(&self, code: &mut String) {
                // Naming every field makes the compiler check that none is forgotten.
                let $name { $($field,)* } = self;
                *code += concat!(stringify!($name), " {");
                $(
                    *code += concat!(stringify!($field), ": ");
                    $field.write(code);
                    *code += ", ";
                )*
                *code += "}";
            }
        }
    )*};
}

structure! {
    HostModel {
        id name public reentrancy dispatch floats registers counted_handles named_keys input_allocator state_key native_actions
        signs entry_points functions virtual_functions layouts values responses
    }
    Sign { imports exports sections weight }
    EntryPoint { name kind params results returned args }
    HostFunction { module name shown params results args result effects reentry atomic call_flags aborts_if selector body }
    HostArg { name role what len size unit tagged begins typed }
    CallFlags { arg allow_reentry read_only tail_call }
    Selector { arg encoding field }
    Body { arg encoding }
    VirtualFunction { via selector name effects body gives }
    Field { name what place }
    Layout { of encoding fields examples }
    NamedValue { of name value }
    Response { path effects fields }
}

impl Literal for Types {
    fn write(&self, code: &mut String) {
        match self {
            Types::Any => *code += "Types::Any",
            Types::These(these) => wrap(code, "Types::These", these),
            Types::Every(ty) => wrap(code, "Types::Every", ty),
        }
    }
}

impl<T: Literal> Literal for Option<T> {
    fn write(&self, code: &mut String) {
        match self {
            Some(value) => wrap(code, "Some", value),
            None => *code += "None",
        }
    }
}

impl<T: Literal> Literal for Vec<T> {
    fn write(&self, code: &mut String) {
        self.as_slice().write(code);
    }
}

impl<T: Literal> Literal for [T] {
    fn write(&self, code: &mut String) {
        *code += "[";
        for item in self {
            item.write(code);
            *code += ",\n";
        }
        *code += "]";
    }
}

impl<T: Literal + Borrowable + ToOwned + ?Sized> Literal for Cow<'_, T> {
    fn write(&self, code: &mut String) {
        *code += "Cow::Borrowed(";
        *code += T::REFERENCE;
        T::write(self, code);
        *code += ")";
    }
}

/// What a `Cow` can hold, and what makes its expression a reference.
pub(crate) trait Borrowable {
    /// The operator before the expression.
    const REFERENCE: &'static str;
}

impl Borrowable for str {
    const REFERENCE: &'static str = "";
}

impl<T> Borrowable for [T] {
    const REFERENCE: &'static str = "&";
}

fn wrap(code: &mut String, name: &str, value: &impl Literal) {
    *code += name;
    *code += "(";
    value.write(code);
    *code += ")";
}
