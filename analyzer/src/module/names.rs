//! The names of functions, as people know them.

use super::{FuncKind, Module};
use crate::entity::Entity;
use crate::ir::Func;

/// No report is better for more of a name than this.
const MAX_NAME: usize = 512;

impl Module {
    /// The name of a function for people: from the `name` section, demangled, else from the exports, else of the import.
    /// `None` for a function that nothing names.
    pub fn func_name(&self, func: Func) -> Option<String> {
        let decl = self.funcs.get(func)?;
        if let FuncKind::Import { module, name } = &decl.kind {
            return Some(shortened(format!("{module}.{name}")));
        }
        if let Some(name) = decl.name.as_deref().filter(|n| !n.is_empty()) {
            return Some(demangled(name));
        }
        let (name, _) = self.exported_funcs().find(|(_, f)| *f == func)?;
        Some(shortened(name.to_owned()))
    }

    /// The name of a function for people; `func 37` if nothing names it.
    pub fn func_label(&self, func: Func) -> String {
        self.func_name(func)
            .unwrap_or_else(|| format!("func {}", func.index()))
    }
}

/// The name as the source has it, without the hash that tells builds apart.
fn demangled(name: &str) -> String {
    if name.len() > MAX_NAME * 8 {
        return shortened(name.to_owned());
    }
    let name = match rustc_demangle::try_demangle(name) {
        Ok(path) => format!("{path:#}"),
        Err(_) => name.to_owned(),
    };
    shortened(name)
}

fn shortened(mut name: String) -> String {
    if name.len() > MAX_NAME {
        let mut end = MAX_NAME;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
        name.push('…');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demangles_and_bounds_names() {
        assert_eq!(
            demangled("_ZN5vault8withdraw17h0123456789abcdefE"),
            "vault::withdraw"
        );
        assert_eq!(demangled("withdraw"), "withdraw");
        assert!(demangled(&"é".repeat(5000)).len() <= MAX_NAME + 3);
    }
}
