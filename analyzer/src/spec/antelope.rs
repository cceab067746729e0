//! The ABI JSON that Antelope chains keep with an account: actions and the fields of their data.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::MethodSpec;
use crate::facts::Param;

/// Types within types than this are not followed: a malformed ABI may name itself.
const MAX_DEPTH: u32 = 16;
/// More fields of one action than this are not told apart.
const MAX_FIELDS: usize = 64;

#[derive(Deserialize)]
struct Abi {
    #[serde(default)]
    types: Vec<Alias>,
    #[serde(default)]
    structs: Vec<Struct>,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct Alias {
    new_type_name: String,
    #[serde(rename = "type")]
    ty: String,
}

#[derive(Deserialize)]
struct Struct {
    name: String,
    #[serde(default)]
    base: String,
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    ty: String,
}

#[derive(Deserialize)]
struct Action {
    name: String,
    #[serde(rename = "type")]
    ty: String,
}

/// The actions of an ABI.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<MethodSpec>, String> {
    let abi: Abi = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let types = Types {
        aliases: abi
            .types
            .iter()
            .map(|a| (&*a.new_type_name, &*a.ty))
            .collect(),
        structs: abi.structs.iter().map(|s| (&*s.name, s)).collect(),
    };
    let actions = abi.actions.iter().map(|action| {
        let mut fields = Vec::new();
        types.fields(&action.ty, 0, &mut fields);
        method(
            &action.name,
            fields
                .iter()
                .map(|f| (&*f.name, &*f.ty, types.size(&f.ty, 0))),
        )
    });
    Ok(actions.collect())
}

/// `transfer` as every token contract has it, and as contracts are notified of it.
pub(crate) fn token_transfer() -> MethodSpec {
    method(
        "transfer",
        [
            ("from", "name", Some(8)),
            ("to", "name", Some(8)),
            ("quantity", "asset", Some(16)),
            ("memo", "string", None),
        ],
    )
}

fn method<'a>(
    name: &str,
    fields: impl IntoIterator<Item = (&'a str, &'a str, Option<u32>)>,
) -> MethodSpec {
    let mut method = MethodSpec {
        name: name.to_owned(),
        ..MethodSpec::default()
    };
    for (name, ty, size) in fields {
        method.params.push(Param {
            name: Some(name.to_owned()),
            ty: Some(ty.to_owned()),
        });
        method.sizes.push(size);
    }
    method
}

/// The types that an ABI defines.
struct Types<'a> {
    aliases: BTreeMap<&'a str, &'a str>,
    structs: BTreeMap<&'a str, &'a Struct>,
}

impl<'a> Types<'a> {
    /// The fields of a structure, those of its base first.
    fn fields(&self, ty: &'a str, depth: u32, into: &mut Vec<&'a Field>) {
        let ty = self.aliases.get(ty).copied().unwrap_or(ty);
        let Some(structure) = self.structs.get(ty).filter(|_| depth < MAX_DEPTH) else {
            return;
        };
        if !structure.base.is_empty() {
            self.fields(&structure.base, depth + 1, into);
        }
        let room = MAX_FIELDS.saturating_sub(into.len());
        into.extend(structure.fields.iter().take(room));
    }

    /// How many bytes every value of a type takes; `None` if that varies.
    fn size(&self, ty: &str, depth: u32) -> Option<u32> {
        if depth >= MAX_DEPTH {
            return None;
        }
        if let Some(size) = builtin_size(ty) {
            return Some(size);
        }
        if let Some(of) = self.aliases.get(ty) {
            return self.size(of, depth + 1);
        }
        let structure = self.structs.get(ty)?;
        let mut size = match &*structure.base {
            "" => 0,
            base => self.size(base, depth + 1)?,
        };
        for field in structure.fields.iter().take(MAX_FIELDS) {
            size = self.size(&field.ty, depth + 1)?.checked_add(size)?;
        }
        Some(size)
    }
}

/// The sizes of the types that every ABI knows, as chains pack them.
fn builtin_size(ty: &str) -> Option<u32> {
    Some(match ty {
        "bool" | "int8" | "uint8" => 1,
        "int16" | "uint16" => 2,
        "int32" | "uint32" | "float32" | "time_point_sec" | "block_timestamp_type" => 4,
        "int64" | "uint64" | "float64" | "name" | "account_name" | "action_name" | "table_name"
        | "scope_name" | "permission_name" | "time_point" | "symbol" | "symbol_code" => 8,
        "int128" | "uint128" | "float128" | "asset" => 16,
        "checksum160" => 20,
        "extended_asset" => 24,
        "checksum256" | "transaction_id_type" | "block_id_type" => 32,
        // Of the two curves that every chain has; keys and signatures of WebAuthn are longer.
        "public_key" => 34,
        "checksum512" => 64,
        "signature" => 66,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_sizes_of_nested_structures() {
        let abi = br#"{
            "types": [{ "new_type_name": "account", "type": "name" }],
            "structs": [
                { "name": "who", "base": "", "fields": [{ "name": "owner", "type": "account" }] },
                { "name": "point", "base": "", "fields": [
                    { "name": "x", "type": "uint32" }, { "name": "y", "type": "uint32" } ] },
                { "name": "move", "base": "who", "fields": [
                    { "name": "to", "type": "point" }, { "name": "tags", "type": "string[]" } ] },
                { "name": "endless", "base": "endless", "fields": [{ "name": "of", "type": "endless" }] }
            ],
            "actions": [
                { "name": "move", "type": "move", "ricardian_contract": "" },
                { "name": "endless", "type": "endless", "ricardian_contract": "" }
            ]
        }"#;
        let methods = read(abi).expect("a valid ABI");
        let names: Vec<_> = methods[0]
            .params
            .iter()
            .map(|p| p.name.as_deref())
            .collect();
        assert_eq!(names, [Some("owner"), Some("to"), Some("tags")]);
        assert_eq!(methods[0].sizes, [Some(8), Some(8), None]);
        assert!(methods[1].sizes.iter().all(Option::is_none));
    }

    #[test]
    fn what_is_no_abi_is_refused() {
        assert!(read(b"[1, 2]").is_err());
        assert!(read(br#"{ "actions": [{ "name": 3 }] }"#).is_err());
    }
}
