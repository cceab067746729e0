//! The ABI JSON of MultiversX: endpoints with their parameters, and who may call them.

use serde::Deserialize;

use super::MethodSpec;
use crate::facts::Param;
use crate::host::EntryKind;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Abi {
    constructor: Option<Endpoint>,
    upgrade_constructor: Option<Endpoint>,
    #[serde(default)]
    endpoints: Vec<Endpoint>,
    #[serde(default)]
    promises_callback_names: Vec<String>,
}

#[derive(Deserialize)]
struct Endpoint {
    /// Constructors have none.
    #[serde(default)]
    name: String,
    #[serde(default)]
    mutability: Mutability,
    #[serde(default)]
    inputs: Vec<Input>,
}

#[derive(Deserialize, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Mutability {
    Readonly,
    #[default]
    #[serde(other)]
    Mutable,
}

#[derive(Deserialize)]
struct Input {
    name: String,
    #[serde(rename = "type")]
    ty: String,
}

/// The endpoints of an ABI.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<MethodSpec>, String> {
    let abi: Abi = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let mut methods = Vec::new();
    let constructors = [
        (abi.constructor, "init"),
        (abi.upgrade_constructor, "upgrade"),
    ];
    for (endpoint, name) in constructors {
        methods.extend(endpoint.map(|endpoint| method(name.to_owned(), None, endpoint.inputs)));
    }
    for endpoint in abi.endpoints {
        let kind = if endpoint.mutability == Mutability::Readonly {
            Some(EntryKind::Query)
        } else if abi.promises_callback_names.contains(&endpoint.name) {
            Some(EntryKind::Callback)
        } else {
            None
        };
        methods.push(method(endpoint.name, kind, endpoint.inputs));
    }
    Ok(methods)
}

fn method(name: String, kind: Option<EntryKind>, inputs: Vec<Input>) -> MethodSpec {
    let param = |input: Input| Param {
        name: Some(input.name),
        ty: Some(input.ty),
    };
    MethodSpec {
        name,
        kind,
        params: inputs.into_iter().map(param).collect(),
        ..MethodSpec::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_with_their_kind_and_parameters() {
        let abi = br#"{
            "constructor": { "inputs": [{ "name": "admin", "type": "Address" }], "outputs": [] },
            "endpoints": [
                { "name": "pay", "mutability": "mutable", "inputs": [{ "name": "to", "type": "Address" }] },
                { "name": "total", "mutability": "readonly", "inputs": [] },
                { "name": "paid", "inputs": [] }
            ],
            "promisesCallbackNames": ["paid"]
        }"#;
        let methods = read(abi).expect("a valid ABI");
        let kinds: Vec<_> = methods.iter().map(|m| (&*m.name, m.kind)).collect();
        let expected = [
            ("init", None),
            ("pay", None),
            ("total", Some(EntryKind::Query)),
            ("paid", Some(EntryKind::Callback)),
        ];
        assert_eq!(kinds, expected);
        assert_eq!(methods[1].params[0].name.as_deref(), Some("to"));
    }
}
