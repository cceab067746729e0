//! The metadata of ink!: constructors and messages with their selectors, and the types of their arguments.
//!
//! The form changed little from version 1 to 5: first the version was the only key of the file, then a field in it; names
//! were paths before they were labels.

use serde::Deserialize;
use serde_json::Value;

use super::MethodSpec;
use super::encoded::Encoded;
use crate::facts::Param;
use crate::host::EntryKind;

/// Types within types beyond this are not told apart.
const MAX_DEPTH: u32 = 8;
/// Longer inputs are not spelt out.
const MAX_SIZE: u32 = 4096;
/// The length of texts and lists of bytes in samples.
const TEXT: u8 = 32;

#[derive(Deserialize)]
struct Metadata {
    spec: Spec,
    #[serde(default)]
    types: Vec<Value>,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(default)]
    constructors: Vec<Message>,
    #[serde(default)]
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(alias = "name")]
    label: Label,
    selector: String,
    #[serde(default = "yes")]
    mutates: bool,
    #[serde(default)]
    args: Vec<Arg>,
}

#[derive(Deserialize)]
struct Arg {
    #[serde(alias = "name")]
    label: String,
    #[serde(rename = "type")]
    ty: ArgType,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ArgType {
    #[serde(rename = "type")]
    id: u64,
    #[serde(default)]
    display_name: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Label {
    Text(String),
    Path(Vec<String>),
}

fn yes() -> bool {
    true
}

/// Reads metadata, alone or in a `.contract` bundle.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<MethodSpec>, String> {
    let mut json: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if json.get("spec").is_none() {
        let versioned = ["V1", "V2", "V3", "V4", "V5"]
            .iter()
            .find(|version| json.get(version).is_some())
            .and_then(|version| json.get_mut(version));
        json = versioned.map(Value::take).unwrap_or_default();
    }
    let metadata: Metadata = serde_json::from_value(json).map_err(|e| e.to_string())?;
    let Metadata { spec, types } = metadata;
    let constructors = spec
        .constructors
        .iter()
        .map(|c| (c, "deploy", EntryKind::Init));
    let messages = spec.messages.iter().map(|m| {
        let kind = if m.mutates {
            EntryKind::Call
        } else {
            EntryKind::Query
        };
        (m, "call", kind)
    });
    constructors
        .chain(messages)
        .map(|(message, export, kind)| method(message, export, kind, &types))
        .collect()
}

fn method(
    message: &Message,
    export: &str,
    kind: EntryKind,
    types: &[Value],
) -> Result<MethodSpec, String> {
    let name = match &message.label {
        Label::Text(text) => text.clone(),
        Label::Path(path) => path.join("::"),
    };
    let selector = selector(&message.selector)
        .ok_or_else(|| format!("`{}` is no selector", message.selector))?;
    let mut sample = Encoded::default();
    for (i, arg) in message.args.iter().enumerate() {
        let mut budget = MAX_SIZE;
        encode(types, arg.ty.id, i as u32, 0, &mut budget, &mut sample);
    }
    Ok(MethodSpec {
        name,
        export: Some(export.to_owned()),
        selector: Some(selector),
        kind: Some(kind),
        params: message
            .args
            .iter()
            .map(|arg| Param {
                name: Some(arg.label.clone()),
                ty: (!arg.ty.display_name.is_empty()).then(|| arg.ty.display_name.join("::")),
            })
            .collect(),
        encoded: Some(sample.into_parts()),
        ..MethodSpec::default()
    })
}

fn selector(text: &str) -> Option<[u8; 4]> {
    let digits = text.strip_prefix("0x")?;
    Some(u32::from_str_radix(digits, 16).ok()?.to_be_bytes()).filter(|_| digits.len() == 8)
}

/// Appends a value of a type of the registry in SCALE.
fn encode(
    types: &[Value],
    id: u64,
    param: u32,
    depth: u32,
    budget: &mut u32,
    sample: &mut Encoded,
) {
    let definition = types
        .iter()
        .find(|t| t.get("id").and_then(Value::as_u64) == Some(id))
        .and_then(|t| t.pointer("/type/def"));
    let Some(definition) = definition.filter(|_| depth < MAX_DEPTH && *budget > 0) else {
        return;
    };
    // Also for what takes no room: a hostile registry has endless lists of nothing.
    *budget -= 1;
    let mut data = |sample: &mut Encoded, len: u32| {
        let len = len.min(*budget);
        *budget -= len;
        if len > 0 {
            sample.data(param, len);
        }
    };
    if let Some(name) = definition.get("primitive").and_then(Value::as_str) {
        match name {
            "str" => sample.scale_text(param, TEXT),
            _ => data(sample, primitive(name)),
        }
    } else if let Some(sequence) = definition.get("sequence") {
        let element = sequence.get("type").and_then(Value::as_u64).unwrap_or(0);
        if is_byte(types, element) {
            sample.scale_text(param, TEXT);
        } else {
            // A list of one.
            sample.known(&[1 << 2]);
            encode(types, element, param, depth + 1, budget, sample);
        }
    } else if let Some(array) = definition.get("array") {
        let element = array.get("type").and_then(Value::as_u64).unwrap_or(0);
        let len = array.get("len").and_then(Value::as_u64).unwrap_or(0);
        if is_byte(types, element) {
            data(sample, u32::try_from(len).unwrap_or(MAX_SIZE));
        } else {
            for _ in 0..len {
                if *budget == 0 {
                    break;
                }
                encode(types, element, param, depth + 1, budget, sample);
            }
        }
    } else if let Some(variants) = definition
        .pointer("/variant/variants")
        .and_then(Value::as_array)
    {
        // Which variant is open; the longest takes the room.
        data(sample, 1);
        let longest = variants
            .iter()
            .filter_map(|v| v.get("fields")?.as_array())
            .max_by_key(|fields| fields.len());
        for field in longest.into_iter().flatten() {
            let id = field.get("type").and_then(Value::as_u64).unwrap_or(0);
            encode(types, id, param, depth + 1, budget, sample);
        }
    } else if let Some(members) = definition.get("tuple").and_then(Value::as_array) {
        for id in members.iter().filter_map(Value::as_u64) {
            encode(types, id, param, depth + 1, budget, sample);
        }
    } else if let Some(fields) = definition
        .pointer("/composite/fields")
        .and_then(Value::as_array)
    {
        for id in fields.iter().filter_map(|f| f.get("type")?.as_u64()) {
            encode(types, id, param, depth + 1, budget, sample);
        }
    } else if definition.get("compact").is_some() {
        data(sample, 1);
    }
}

fn is_byte(types: &[Value], id: u64) -> bool {
    types.iter().any(|t| {
        t.get("id").and_then(Value::as_u64) == Some(id)
            && t.pointer("/type/def/primitive").and_then(Value::as_str) == Some("u8")
    })
}

/// The size of a primitive type.
fn primitive(name: &str) -> u32 {
    match name {
        "u16" | "i16" => 2,
        "u32" | "i32" | "char" => 4,
        "u64" | "i64" => 8,
        "u128" | "i128" => 16,
        "u256" | "i256" => 32,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::encoded::Part;

    #[test]
    fn old_and_new_forms_are_read() {
        let old = br#"{"V3": {"spec": {"constructors": [], "messages": [{"label": "flip", "selector": "0x633aa551",
            "mutates": true, "args": []}]}, "types": []}}"#;
        let methods = read(old).unwrap();
        assert_eq!(methods[0].name, "flip");
        assert_eq!(methods[0].selector, Some([0x63, 0x3a, 0xa5, 0x51]));
        let oldest = br#"{"V1": {"spec": {"constructors": [{"name": ["new"], "selector": "0x9bae9d5e", "args": []}],
            "messages": []}, "types": []}}"#;
        let methods = read(oldest).unwrap();
        assert_eq!(methods[0].kind, Some(EntryKind::Init));
        assert_eq!(methods[0].export.as_deref(), Some("deploy"));
    }

    #[test]
    fn arguments_are_laid_out_in_scale() {
        let json = br#"{"version": 4, "spec": {"constructors": [], "messages": [{"label": "pay", "selector": "0x00000001",
            "mutates": true, "args": [{"label": "to", "type": {"type": 0, "displayName": ["AccountId"]}},
            {"label": "memo", "type": {"type": 3}}, {"label": "amount", "type": {"type": 4}}]}]},
            "types": [{"id": 0, "type": {"def": {"composite": {"fields": [{"type": 1}]}}}},
            {"id": 1, "type": {"def": {"array": {"len": 32, "type": 2}}}},
            {"id": 2, "type": {"def": {"primitive": "u8"}}}, {"id": 3, "type": {"def": {"primitive": "str"}}},
            {"id": 4, "type": {"def": {"primitive": "u128"}}}]}"#;
        let methods = read(json).unwrap();
        let expected = [
            Part::Data { param: 0, len: 32 },
            Part::Known(vec![TEXT << 2]),
            Part::Data {
                param: 1,
                len: u32::from(TEXT),
            },
            Part::Data { param: 2, len: 16 },
        ];
        assert_eq!(methods[0].encoded.as_deref(), Some(&expected[..]));
        assert_eq!(methods[0].params[0].ty.as_deref(), Some("AccountId"));
    }
}
