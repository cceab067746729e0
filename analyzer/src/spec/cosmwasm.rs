//! The message schemas of CosmWasm, as `cosmwasm-schema` writes them: one file for the whole contract, or one for each kind
//! of message.

use serde_json::{Map, Value};

use super::MethodSpec;
use crate::facts::Param;

/// The messages of the one-file form, by the exports that take them.
const MESSAGES: &[&str] = &["instantiate", "execute", "query", "migrate", "sudo"];
/// The titles of the other form, with the exports that take them.
const TITLES: &[(&str, &str)] = &[
    ("InstantiateMsg", "instantiate"),
    ("ExecuteMsg", "execute"),
    ("QueryMsg", "query"),
    ("MigrateMsg", "migrate"),
    ("SudoMsg", "sudo"),
    // Before version 0.14.
    ("InitMsg", "init"),
    ("HandleMsg", "handle"),
];
/// Definitions that lead to definitions are followed this far.
const MAX_DEPTH: usize = 8;

/// The messages that a schema describes: a method for each variant, or for the whole if there are none.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<MethodSpec>, String> {
    let schema: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let mut methods = Vec::new();
    if let Some(title) = schema.get("title").and_then(Value::as_str) {
        let known = TITLES.iter().find(|(known, _)| *known == title);
        let (_, export) = known.ok_or_else(|| format!("`{title}` is no message of a contract"))?;
        Message::new(&schema, export).methods(&mut methods);
        return Ok(methods);
    }
    for export in MESSAGES {
        if let Some(message) = schema.get(export).filter(|message| message.is_object()) {
            Message::new(message, export).methods(&mut methods);
        }
    }
    if methods.is_empty() {
        return Err("it describes no message".to_owned());
    }
    Ok(methods)
}

/// The schema of one kind of message.
struct Message<'a> {
    root: &'a Value,
    export: &'a str,
}

impl<'a> Message<'a> {
    fn new(root: &'a Value, export: &'a str) -> Self {
        Message { root, export }
    }

    fn methods(&self, methods: &mut Vec<MethodSpec>) {
        let before = methods.len();
        self.variants(self.root, methods, 0);
        if methods.len() == before {
            methods.push(self.method(self.export, self.root));
        }
    }

    /// The variants of an enum: objects with one key, and names alone.
    fn variants(&self, schema: &'a Value, methods: &mut Vec<MethodSpec>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let schema = self.resolve(schema);
        let names = schema.get("enum").and_then(Value::as_array);
        for name in names.into_iter().flatten().filter_map(Value::as_str) {
            methods.push(self.method(name, &Value::Null));
        }
        let choices = ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(key));
        for choice in choices.filter_map(Value::as_array).flatten() {
            let choice = self.resolve(choice);
            match properties(choice) {
                Some(fields) if fields.len() == 1 => {
                    for (name, fields) in fields {
                        methods.push(self.method(name, fields));
                    }
                }
                _ => self.variants(choice, methods, depth + 1),
            }
        }
    }

    fn method(&self, name: &str, fields: &Value) -> MethodSpec {
        let params = properties(self.resolve(fields))
            .into_iter()
            .flatten()
            .map(|(name, schema)| Param {
                name: Some(name.clone()),
                ty: type_name(schema),
            })
            .collect();
        MethodSpec {
            name: name.to_owned(),
            export: Some(self.export.to_owned()),
            params,
            ..MethodSpec::default()
        }
    }

    /// What a schema refers to, if it does.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut at = schema;
        for _ in 0..MAX_DEPTH {
            let Some(pointer) = reference(at) else { break };
            let Some(target) = self.root.pointer(pointer.trim_start_matches('#')) else {
                break;
            };
            at = target;
        }
        at
    }
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

/// The pointer of a schema that is only a reference, with or without a description of its own.
fn reference(schema: &Value) -> Option<&str> {
    let only = schema.pointer("/allOf/0/$ref");
    schema.get("$ref").or(only)?.as_str()
}

/// The name of a type as people know it: `Uint128`, `string`, `uint64`.
fn type_name(schema: &Value) -> Option<String> {
    if let Some(pointer) = reference(schema) {
        return pointer.rsplit('/').next().map(str::to_owned);
    }
    let choices = schema.get("anyOf").and_then(Value::as_array);
    if let Some(choice) = choices.and_then(|choices| choices.first()) {
        // An optional one: it or null.
        return type_name(choice);
    }
    let ty = match schema.get("type")? {
        Value::Array(types) => types.first()?.as_str()?,
        ty => ty.as_str()?,
    };
    match ty {
        "integer" => schema.get("format").and_then(Value::as_str).or(Some(ty)),
        _ => Some(ty),
    }
    .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(schema: &str) -> Vec<String> {
        let methods = read(schema.as_bytes()).expect("a schema");
        let show = |method: &MethodSpec| {
            let params: Vec<String> = method
                .params
                .iter()
                .map(|p| {
                    format!(
                        "{}: {}",
                        p.name.as_deref().unwrap_or("?"),
                        p.ty.as_deref().unwrap_or("?")
                    )
                })
                .collect();
            let export = method.export.as_deref().unwrap_or("?");
            format!("{export}.{}({})", method.name, params.join(", "))
        };
        methods.iter().map(show).collect()
    }

    #[test]
    fn one_file_describes_all_messages() {
        let schema = r##"{
            "contract_name": "vault", "idl_version": "1.0.0",
            "instantiate": {
                "title": "InstantiateMsg", "type": "object", "required": ["owner"],
                "properties": { "owner": { "type": "string" } }
            },
            "execute": {
                "title": "ExecuteMsg",
                "oneOf": [
                    { "type": "string", "enum": ["pause"] },
                    { "type": "object", "required": ["withdraw"], "properties": {
                        "withdraw": { "type": "object", "properties": {
                            "after": { "type": ["integer", "null"], "format": "uint64" },
                            "amount": { "$ref": "#/definitions/Uint128" },
                            "to": { "anyOf": [ { "$ref": "#/definitions/Addr" }, { "type": "null" } ] }
                        } }
                    } }
                ],
                "definitions": { "Uint128": { "type": "string" }, "Addr": { "type": "string" } }
            },
            "query": null, "migrate": null, "sudo": null
        }"##;
        assert_eq!(
            shown(schema),
            [
                "instantiate.instantiate(owner: string)",
                "execute.pause()",
                "execute.withdraw(after: uint64, amount: Uint128, to: Addr)",
            ]
        );
    }

    #[test]
    fn a_file_for_each_message_is_known_by_its_title() {
        let schema = r##"{
            "title": "HandleMsg",
            "anyOf": [ { "$ref": "#/definitions/Inner" } ],
            "definitions": { "Inner": { "oneOf": [
                { "type": "object", "properties": { "receive": { "$ref": "#/definitions/Received" } } }
            ] }, "Received": { "type": "object", "properties": { "msg": { "$ref": "#/definitions/Binary" } } } }
        }"##;
        assert_eq!(shown(schema), ["handle.receive(msg: Binary)"]);
        assert!(read(br#"{ "title": "Config" }"#).is_err());
        assert!(read(b"{}").is_err());
    }
}
