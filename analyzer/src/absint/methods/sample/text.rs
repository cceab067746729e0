//! Examples as text, each byte with whose data it is.

use super::json::{Json, TEXTS, Value};
use super::{Sample, TRUE};
use crate::facts::Param;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Json {
    /// The text, with whose data each byte is.
    pub(crate) fn render(&self) -> Sample {
        let mut sample = Sample {
            bytes: Vec::new(),
            owners: Vec::new(),
            params: Vec::new(),
            flags: Vec::new(),
        };
        let fields = match &self.root {
            Value::Object(fields) => &fields[..],
            _ => &[],
        };
        sample.push("{", None);
        for (i, (name, value)) in fields.iter().enumerate() {
            if i > 0 {
                sample.push(",", None);
            }
            sample.push(&format!("\"{name}\":"), None);
            let ty = self.types.get(i).cloned().flatten();
            match value {
                Value::Encoded(inner) => sample.message(name, inner),
                _ => sample.param(name, ty, value),
            }
        }
        sample.push("}", None);
        sample
    }
}

impl Sample {
    /// Framing alone.
    pub(crate) fn framing(text: &str) -> Sample {
        Sample {
            bytes: text.as_bytes().to_vec(),
            owners: vec![None; text.len()],
            params: Vec::new(),
            flags: Vec::new(),
        }
    }

    /// The same between more framing.
    pub(crate) fn within(self, front: &str, back: &str) -> Sample {
        let mut whole = Sample::framing(front);
        whole.bytes.extend(self.bytes);
        whole.owners.extend(self.owners);
        whole.params = self.params;
        whole.flags = self.flags;
        whole.push(back, None);
        whole
    }

    /// A parameter and its value.
    fn param(&mut self, name: &str, ty: Option<String>, value: &Value) {
        let number = u32::try_from(self.params.len()).unwrap_or(u32::MAX);
        self.value(value, number);
        let name = Some(name.to_owned());
        self.params.push(Param { name, ty });
    }

    /// A message in a field of this name. Its own fields are parameters.
    fn message(&mut self, field: &str, message: &Value) {
        let mut inner = Sample::framing("");
        inner.params = std::mem::take(&mut self.params);
        let (variant, data) = match message {
            Value::Variant(name, data) => (Some(name), &**data),
            _ => (None, message),
        };
        if let Some(name) = variant {
            inner.push(&format!("{{\"{name}\":"), None);
        }
        match data {
            Value::Object(fields) => {
                inner.push("{", None);
                for (i, (name, value)) in fields.iter().enumerate() {
                    let comma = if i > 0 { "," } else { "" };
                    inner.push(&format!("{comma}\"{name}\":"), None);
                    inner.param(name, None, value);
                }
                inner.push("}", None);
            }
            Value::Name(_) => inner.value(data, 0),
            _ => inner.param(field, None, data),
        }
        if variant.is_some() {
            inner.push("}", None);
        }
        self.encode(&inner);
        self.params = inner.params;
    }

    /// A text that is another one in base64. Digits that are part of data and of framing count as data.
    fn encode(&mut self, inner: &Sample) {
        self.push("\"", None);
        for (group, owners) in inner.bytes.chunks(3).zip(inner.owners.chunks(3)) {
            let bits = group
                .iter()
                .chain([&0, &0])
                .take(3)
                .fold(0u32, |bits, byte| (bits << 8) | u32::from(*byte));
            for i in 0..4 {
                // The first digit is of the first byte, the second of that and the next, and so on.
                let of = |at: usize| owners.get(at).copied().flatten();
                let owner = of(i).or_else(|| of(i.checked_sub(1)?));
                let digit = match i <= group.len() {
                    true => DIGITS[((bits >> (18 - 6 * i)) & 63) as usize],
                    false => b'=',
                };
                self.bytes.push(digit);
                self.owners.push(owner);
            }
        }
        self.push("\"", None);
    }

    fn push(&mut self, text: &str, owner: Option<u32>) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.owners.resize(self.bytes.len(), owner);
    }

    fn value(&mut self, value: &Value, param: u32) {
        match value {
            Value::Text(n) => {
                self.push("\"", None);
                let text = TEXTS[*n];
                let text = match text.strip_prefix('a') {
                    Some(rest) => format!("{}{rest}", char::from(b'a' + (param % 26) as u8)),
                    None => text.to_owned(),
                };
                self.push(&text, Some(param));
                self.push("\"", None);
            }
            Value::Name(name) => {
                self.push(&format!("\"{name}\""), None);
            }
            Value::Number => self.push("7", Some(param)),
            Value::Bool => {
                self.push(&String::from_utf8_lossy(TRUE), Some(param));
                if self.flags.last() != Some(&param) {
                    self.flags.push(param);
                }
            }
            Value::Null => self.push("null", Some(param)),
            Value::Variant(name, data) => {
                self.push(&format!("{{\"{name}\":"), None);
                self.value(data, param);
                self.push("}", None);
            }
            Value::Encoded(inner) => {
                let mut message = Sample::framing("");
                message.value(inner, param);
                self.encode(&message);
            }
            Value::List(elements) => {
                self.push("[", None);
                for (i, element) in elements.iter().enumerate() {
                    if i > 0 {
                        self.push(",", None);
                    }
                    self.value(element, param);
                }
                self.push("]", None);
            }
            Value::Object(fields) => {
                self.push("{", None);
                for (i, (name, value)) in fields.iter().enumerate() {
                    if i > 0 {
                        self.push(",", None);
                    }
                    self.push(&format!("\"{name}\":"), None);
                    self.value(value, param);
                }
                self.push("}", None);
            }
        }
    }
}
