//! The Solidity ABI: a list of functions. Selectors are the first four bytes of a digest of the signature. Stylus contracts
//! have it and encode by it; Liquid contracts (FISCO BCOS) have it but encode in SCALE, and digest as their chain does.

use serde::Deserialize;
use sha3::{Digest, Keccak256};
use sm3::Sm3;

use super::MethodSpec;
use super::encoded::{Encoded, Part};
use crate::facts::Param;
use crate::host::EntryKind;

/// The length of a text in SCALE: that of an address in Liquid, forty hexadecimal digits.
const SCALE_TEXT: u8 = 40;
/// The length of texts in Solidity's own encoding.
const WORD: usize = 32;
/// More elements of an array than this are left out.
const MAX_ELEMENTS: usize = 8;
/// Arrays within arrays beyond this are not told apart.
const MAX_DIMENSIONS: usize = 2;

/// How a contract with this description is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Convention {
    /// Solidity's own encoding, Keccak-256.
    Solidity,
    /// SCALE; Keccak-256 or SM3, as the chain has it.
    Liquid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    inputs: Vec<Input>,
    #[serde(default)]
    constant: bool,
    #[serde(default)]
    state_mutability: String,
}

#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    name: String,
    #[serde(rename = "type")]
    ty: String,
    #[serde(default)]
    components: Vec<Input>,
}

/// Reads an ABI. A function comes twice where it is not known how selectors are digested: a contract has only one of them.
pub(super) fn read(bytes: &[u8], convention: Convention) -> Result<Vec<MethodSpec>, String> {
    let items: Vec<Item> = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let mut methods = Vec::new();
    for item in &items {
        let reads = item.constant || matches!(&*item.state_mutability, "view" | "pure");
        let method = MethodSpec {
            name: item.name.clone(),
            kind: reads.then_some(EntryKind::Query),
            params: item.inputs.iter().map(param).collect(),
            encoded: Some(sample(&item.inputs, convention)),
            ..MethodSpec::default()
        };
        match &*item.kind {
            "constructor" => methods.push(MethodSpec {
                name: "constructor".to_owned(),
                export: Some("deploy".to_owned()),
                kind: Some(EntryKind::Init),
                ..method
            }),
            "function" | "" => {
                let types: Vec<String> = item.inputs.iter().map(Input::canonical).collect();
                let signature = format!("{}({})", item.name, types.join(","));
                let mut push = |digest: &[u8]| {
                    methods.push(MethodSpec {
                        selector: digest.first_chunk().copied(),
                        ..method.clone()
                    });
                };
                push(&Keccak256::digest(&signature));
                if convention == Convention::Liquid {
                    push(&Sm3::digest(&signature));
                }
            }
            _ => {}
        }
    }
    Ok(methods)
}

fn param(input: &Input) -> Param {
    Param {
        name: (!input.name.is_empty()).then(|| input.name.clone()),
        ty: Some(input.ty.clone()),
    }
}

impl Input {
    /// The type as signatures have it.
    fn canonical(&self) -> String {
        match self.ty.strip_prefix("tuple") {
            Some(suffix) => {
                let members: Vec<String> = self.components.iter().map(Input::canonical).collect();
                format!("({}){suffix}", members.join(","))
            }
            None => self.ty.clone(),
        }
    }

    /// Element type and length of an array; no length where it varies.
    fn array(&self) -> Option<(Input, Option<usize>)> {
        if self.ty.matches('[').count() > MAX_DIMENSIONS {
            return None;
        }
        let (element, len) = self.ty.strip_suffix(']')?.rsplit_once('[')?;
        let element = Input {
            name: String::new(),
            ty: element.to_owned(),
            components: self
                .components
                .iter()
                .map(|c| Input {
                    name: String::new(),
                    ty: c.ty.clone(),
                    components: Vec::new(),
                })
                .collect(),
        };
        Some((
            element,
            len.parse().ok().map(|n: usize| n.min(MAX_ELEMENTS)),
        ))
    }

    fn is_text(&self) -> bool {
        matches!(&*self.ty, "string" | "bytes")
    }

    fn is_dynamic(&self) -> bool {
        match self.array() {
            Some((_, None)) => true,
            Some((element, Some(_))) => element.is_dynamic(),
            None => self.is_text() || self.components.iter().any(Input::is_dynamic),
        }
    }

    /// How many bytes a number has, and whether it stands at the left of its word.
    fn width(&self) -> (usize, bool) {
        let digits: String = self.ty.chars().filter(char::is_ascii_digit).collect();
        let number = digits.parse().unwrap_or(256usize);
        match self.ty.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "bytes" => (number.min(WORD), true),
            "bool" => (1, false),
            "address" => (20, false),
            _ => ((number / 8).clamp(1, WORD), false),
        }
    }
}

fn sample(inputs: &[Input], convention: Convention) -> Vec<Part> {
    match convention {
        Convention::Liquid => {
            let mut sample = Encoded::default();
            for (i, input) in inputs.iter().enumerate() {
                scale(input, i as u32, &mut sample);
            }
            sample.into_parts()
        }
        Convention::Solidity => {
            let numbered: Vec<(u32, &Input)> = (0u32..).zip(inputs).collect();
            let mut sample = Encoded::default();
            for part in words(&numbered) {
                append(&mut sample, part);
            }
            sample.into_parts()
        }
    }
}

fn scale(input: &Input, param: u32, sample: &mut Encoded) {
    if let Some((element, len)) = input.array() {
        if len.is_none() {
            sample.known(&[1 << 2]);
        }
        for _ in 0..len.unwrap_or(1) {
            scale(&element, param, sample);
        }
    } else if input.is_text() {
        sample.scale_text(param, SCALE_TEXT);
    } else if input.components.is_empty() {
        sample.data(param, input.width().0 as u32);
    } else {
        for component in &input.components {
            scale(component, param, sample);
        }
    }
}

/// Solidity's encoding of a tuple: a word or more for each member, then what varies in length.
fn words(members: &[(u32, &Input)]) -> Vec<Part> {
    let encoded: Vec<(bool, Vec<Part>)> = members
        .iter()
        .map(|(param, input)| (input.is_dynamic(), value(input, *param)))
        .collect();
    let mut tail_at: usize = encoded
        .iter()
        .map(|(dynamic, parts)| if *dynamic { WORD } else { size(parts) })
        .sum();
    let (mut heads, mut tails) = (Vec::new(), Vec::new());
    for (dynamic, parts) in encoded {
        if dynamic {
            heads.push(number(tail_at));
            tail_at += size(&parts);
            tails.extend(parts);
        } else {
            heads.extend(parts);
        }
    }
    heads.extend(tails);
    heads
}

fn value(input: &Input, param: u32) -> Vec<Part> {
    if let Some((element, len)) = input.array() {
        let mut parts = Vec::new();
        if len.is_none() {
            parts.push(number(1));
        }
        let elements = vec![(param, &element); len.unwrap_or(1)];
        parts.extend(words(&elements));
        return parts;
    }
    if input.is_text() {
        return vec![number(WORD), data(param, WORD)];
    }
    if !input.components.is_empty() {
        let members: Vec<(u32, &Input)> = input.components.iter().map(|c| (param, c)).collect();
        return words(&members);
    }
    let (width, left) = input.width();
    let padding = Part::Known(vec![0; WORD - width]);
    if left {
        vec![data(param, width), padding]
    } else {
        vec![padding, data(param, width)]
    }
}

fn data(param: u32, len: usize) -> Part {
    Part::Data {
        param,
        len: len as u32,
    }
}

/// A number as a word.
fn number(n: usize) -> Part {
    let mut word = vec![0; WORD];
    word[WORD - 8..].copy_from_slice(&(n as u64).to_be_bytes());
    Part::Known(word)
}

fn size(parts: &[Part]) -> usize {
    parts
        .iter()
        .map(|part| match part {
            Part::Known(bytes) => bytes.len(),
            Part::Data { len, .. } => *len as usize,
        })
        .sum()
}

fn append(sample: &mut Encoded, part: Part) {
    match part {
        Part::Known(bytes) => sample.known(&bytes),
        Part::Data { param, len } => sample.data(param, len),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERC20: &[u8] =
        br#"[{"type": "function", "name": "transfer", "stateMutability": "nonpayable",
        "inputs": [{"name": "to", "type": "address"}, {"name": "amount", "type": "uint256"}]},
        {"type": "function", "name": "setName", "inputs": [{"name": "name", "type": "string"}]},
        {"type": "event", "name": "Transfer", "inputs": []}]"#;

    #[test]
    fn selectors_are_those_of_solidity() {
        let methods = read(ERC20, Convention::Solidity).unwrap();
        assert_eq!(methods.len(), 2);
        assert_eq!(methods[0].selector, Some([0xa9, 0x05, 0x9c, 0xbb]));
    }

    #[test]
    fn texts_follow_the_words() {
        let methods = read(ERC20, Convention::Solidity).unwrap();
        let mut framing = vec![0; 64];
        framing[31] = 32;
        framing[63] = 32;
        let expected = [Part::Known(framing), data(0, 32)];
        assert_eq!(methods[1].encoded.as_deref(), Some(&expected[..]));
    }

    #[test]
    fn tuples_are_spelt_out_in_signatures() {
        let abi =
            br#"[{"type": "function", "name": "f", "inputs": [{"name": "p", "type": "tuple[]",
            "components": [{"name": "a", "type": "uint8"}, {"name": "b", "type": "bytes4"}]}]}]"#;
        let items: Vec<Item> = serde_json::from_slice(abi).unwrap();
        assert_eq!(items[0].inputs[0].canonical(), "(uint8,bytes4)[]");
    }

    #[test]
    fn liquid_digests_as_the_chain_does() {
        let methods = read(ERC20, Convention::Liquid).unwrap();
        assert_eq!(methods.len(), 4);
        assert_ne!(methods[0].selector, methods[1].selector);
    }
}
