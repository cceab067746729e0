//! The ABI JSON of MultiversX: endpoints with their parameters.
//!
//! What it says of who may call (`mutability`, `onlyOwner`, callbacks) is left aside: the chain does not see to it, the code
//! does.

use serde::Deserialize;

use super::MethodSpec;
use crate::facts::Param;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Abi {
    constructor: Option<Endpoint>,
    upgrade_constructor: Option<Endpoint>,
    #[serde(default)]
    endpoints: Vec<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    /// Constructors have none.
    #[serde(default)]
    name: String,
    #[serde(default)]
    inputs: Vec<Input>,
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
        methods.extend(endpoint.map(|endpoint| method(name.to_owned(), endpoint.inputs)));
    }
    for endpoint in abi.endpoints {
        methods.push(method(endpoint.name, endpoint.inputs));
    }
    Ok(methods)
}

fn method(name: String, inputs: Vec<Input>) -> MethodSpec {
    let param = |input: Input| Param {
        name: Some(input.name),
        ty: Some(input.ty),
    };
    MethodSpec {
        name,
        params: inputs.into_iter().map(param).collect(),
        ..MethodSpec::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_with_their_parameters() {
        let abi = br#"{
            "constructor": { "inputs": [{ "name": "admin", "type": "Address" }], "outputs": [] },
            "endpoints": [
                { "name": "pay", "mutability": "mutable", "inputs": [{ "name": "to", "type": "Address" }] },
                { "name": "total", "mutability": "readonly", "inputs": [] }
            ]
        }"#;
        let methods = read(abi).expect("a valid ABI");
        let names: Vec<_> = methods.iter().map(|m| &*m.name).collect();
        assert_eq!(names, ["init", "pay", "total"]);
        assert_eq!(methods[1].params[0].name.as_deref(), Some("to"));
    }
}
