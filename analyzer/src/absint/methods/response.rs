//! What the host does because of the data that an entry point returns (CosmWasm's messages and events): the returned JSON
//! is read back, each byte with whose data it is.

use std::sync::Arc;

use crate::absint::domain::arena::{Arena, Bytes};
use crate::absint::encodings::json_text::{Kind, MAX_DEPTH, Text, Value};
use crate::host::{EffectKind, HostModel, Response, What};

/// Something that the host does because of a part of the response.
#[derive(Clone, Debug)]
pub(crate) struct Consequence {
    /// Where the part's first text begins in the response.
    pub(crate) at: usize,
    /// What the host does.
    pub(crate) kinds: Arc<[EffectKind]>,
    /// The part, by its names.
    pub(crate) path: String,
    /// The fields that the host model names.
    pub(crate) operands: Vec<(What, Bytes)>,
}

/// What the host does because of a response. `None` if it is no object of JSON.
pub(crate) fn consequences(
    arena: &mut Arena,
    host: &HostModel,
    mut text: Text,
) -> Option<Vec<Consequence>> {
    let root = text.parse()?;
    matches!(root.kind, Kind::Object(_)).then_some(())?;
    let mut reader = Reader {
        arena,
        host,
        found: Vec::new(),
    };
    reader.walk(&text, &root, &[], 0);
    Some(reader.found)
}

struct Reader<'a> {
    arena: &'a mut Arena,
    host: &'a HostModel,
    found: Vec<Consequence>,
}

impl Reader<'_> {
    /// Looks for parts that the host acts on. `lent` are fields of the parts around.
    fn walk(&mut self, text: &Text, value: &Value, lent: &[(What, Bytes)], depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match &value.kind {
            Kind::List(elements) => {
                for element in elements {
                    self.walk(text, element, lent, depth + 1);
                }
            }
            Kind::Object(fields) => {
                let host = self.host;
                for (name, inner) in fields {
                    let parts = parts(host, name, inner);
                    if parts.is_empty() {
                        self.walk(text, inner, lent, depth + 1);
                    } else {
                        self.act(text, &parts, lent, depth);
                    }
                }
            }
            Kind::Text(_) | Kind::Other => {}
        }
    }

    /// Notes what the host does because of a part, said by one path or several that lead further into it.
    fn act(
        &mut self,
        text: &Text,
        parts: &[(&Response, &Value)],
        lent: &[(What, Bytes)],
        depth: usize,
    ) {
        let Some((outer, value)) = parts.first() else {
            return;
        };
        if let Kind::List(elements) = &value.kind {
            for element in elements.iter().filter(|_| depth < MAX_DEPTH) {
                self.act(text, &[(outer, element)], lent, depth + 1);
            }
            return;
        }
        if value.is_nothing(text) {
            return;
        }
        let mut kinds: Vec<EffectKind> = Vec::new();
        let mut operands = Vec::new();
        let mut path = &outer.path;
        // What is said of the inner parts says more.
        for (response, part) in parts.iter().rev() {
            let own = self.operands(text, response, part);
            let moves = own.iter().any(|(what, _)| what == "amount");
            kinds.extend(response.effects.iter().filter(|kind| {
                moves || **kind != EffectKind::ValueTransfer || response.effects.len() == 1
            }));
            operands.extend(own);
            if response.path.len() > path.len() {
                path = &response.path;
            }
        }
        operands.extend_from_slice(lent);
        if outer.effects.is_empty() {
            // Its fields are said of all parts within.
            self.walk(text, value, &operands, depth + 1);
            return;
        }
        kinds.sort_unstable();
        kinds.dedup();
        self.found.push(Consequence {
            at: value.first_text(),
            kinds: kinds.into(),
            path: path.to_string(),
            operands,
        });
    }

    fn operands(&mut self, text: &Text, response: &Response, part: &Value) -> Vec<(What, Bytes)> {
        let mut operands = Vec::new();
        for field in response.fields.iter() {
            let value = match &*field.name {
                "*" => Some(part),
                name => part.field(name),
            };
            if let Some(value) = value.filter(|value| !value.is_nothing(text)) {
                let content = text.content(self.arena, value.decoded());
                operands.push((field.what.clone(), content));
            }
        }
        operands
    }
}

/// The parts that the host acts on, beginning with this name: the outermost first, then those further in.
fn parts<'a>(host: &'a HostModel, name: &str, value: &'a Value) -> Vec<(&'a Response, &'a Value)> {
    let mut parts: Vec<(&Response, &Value)> = host
        .responses
        .iter()
        .filter_map(|response| {
            let mut names = response.path.split('.');
            if names.next() != Some(name) {
                return None;
            }
            let part = names.try_fold(value, |at, name| at.field(name))?;
            Some((response, part))
        })
        .collect();
    parts.sort_by_key(|(response, _)| response.path.len());
    if let Some((outer, _)) = parts.first().copied() {
        parts.retain(|(response, _)| response.path.starts_with(&*outer.path));
    }
    parts
}
