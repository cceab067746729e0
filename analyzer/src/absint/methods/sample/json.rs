//! JSON examples that grow by what is said to be wrong with them.

use super::{Complaint, Sample, TRUE};
use crate::facts::Param;

/// Texts that contracts take: account names, amounts (which are base64 too), hashes, keys, hexadecimal numbers. The first
/// letter of account names is replaced, so that they differ.
const TEXTS: &[&str] = &[
    "alice.near",
    "12345678",
    "11111111111111111111111111111111",
    "ed25519:11111111111111111111111111111111",
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "0x00112233445566778899aabbccddeeff00112233",
    "0.5",
    "1",
];
/// Deeper nesting is not tried.
const MAX_DEPTH: usize = 10;
/// More elements than this are not tried for a list of fixed length.
const MAX_ELEMENTS: usize = 64;

/// A value.
#[derive(Clone, PartialEq, Debug)]
enum Value {
    Text(usize),
    /// The name of a variant.
    Name(String),
    Number,
    Bool,
    Null,
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// An object being improved, and which value of it is in question.
#[derive(Clone, Debug)]
pub(crate) struct Json {
    root: Value,
    /// The way to the value that was added last: indices into objects and lists.
    cursor: Vec<usize>,
    /// What was expected of each of the root's fields, in serde's words.
    types: Vec<Option<String>>,
    /// The field that was said to be missing last, and how deep it was put.
    missing: Option<(String, usize)>,
}

impl Json {
    pub(crate) fn empty() -> Self {
        Json {
            root: Value::Object(Vec::new()),
            cursor: Vec::new(),
            types: Vec::new(),
            missing: None,
        }
    }

    /// Changes the example by what is wrong with it. Whether there was something to change.
    pub(crate) fn improve(&mut self, complaint: &Complaint) -> bool {
        match complaint {
            Complaint::MissingField(name) => self.add_field(name),
            Complaint::ExpectedOneOf(names) => self.choose(names),
            Complaint::ExpectedType(expected) => self.retype(expected),
            Complaint::Length(_) => self.lengthen(),
            Complaint::Other => self.guess(),
        }
    }

    fn at(&mut self, path: &[usize]) -> Option<&mut Value> {
        let mut value = &mut self.root;
        for step in path {
            value = match value {
                Value::Object(fields) => &mut fields.get_mut(*step)?.1,
                Value::List(elements) => elements.get_mut(*step)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Adds a field to the innermost object that the last value is in or is, or further out if it did not help there.
    fn add_field(&mut self, name: &str) -> bool {
        let mut depth = self.cursor.len();
        if let Some((last, tried)) = self.missing.take()
            && last == name
        {
            if tried == 0 {
                return false;
            }
            if let Some(Value::Object(fields)) = self.at(&self.cursor.clone()[..tried]) {
                fields.retain(|(field, _)| field != name);
            }
            depth = tried - 1;
        }
        if depth >= MAX_DEPTH {
            return false;
        }
        let path = self.cursor.clone();
        for depth in (0..=depth.min(path.len())).rev() {
            let Some(Value::Object(fields)) = self.at(&path[..depth]) else {
                continue;
            };
            if fields.iter().any(|(field, _)| field == name) {
                continue;
            }
            let index = fields.len();
            fields.push((name.to_owned(), Value::Text(0)));
            self.cursor.truncate(depth);
            self.cursor.push(index);
            if depth == 0 {
                self.types.resize(index + 1, None);
            }
            self.missing = Some((name.to_owned(), depth));
            return true;
        }
        false
    }

    /// Makes the value in question one of these variants, or an object with one of these fields.
    fn choose(&mut self, names: &[String]) -> bool {
        let path = self.cursor.clone();
        let Some(value) = self.at(&path) else {
            return false;
        };
        match value {
            Value::Name(last) => {
                // A variant with data rather than a name alone: an object with one key.
                let name = last.clone();
                let next = names.iter().skip_while(|n| **n != name).nth(1);
                match next {
                    Some(next) => *value = Value::Name(next.clone()),
                    None => return false,
                }
            }
            _ => match names.first() {
                Some(first) => *value = Value::Name(first.clone()),
                None => return false,
            },
        }
        true
    }

    /// Adds an element to the list that the value in question is in.
    fn lengthen(&mut self) -> bool {
        let Some((_, list)) = self.cursor.split_last() else {
            return false;
        };
        let list = list.to_vec();
        let Some(Value::List(elements)) = self.at(&list) else {
            return false;
        };
        if elements.len() >= MAX_ELEMENTS {
            return false;
        }
        elements.push(Value::Text(0));
        let last = elements.len() - 1;
        self.cursor = list;
        self.cursor.push(last);
        true
    }

    /// Gives the variant in question the data that it is said to have.
    fn fill(&mut self, expected: &str) -> bool {
        let path = self.cursor.clone();
        let Some(value) = self.at(&path) else {
            return false;
        };
        let Value::Name(name) = value else {
            *value = Value::Name("?".to_owned());
            return true;
        };
        let data = match expected {
            _ if expected.contains("struct") => Value::Object(Vec::new()),
            _ if expected.contains("tuple") => Value::List(vec![Value::Text(0)]),
            _ => Value::Text(0),
        };
        let within = usize::from(expected.contains("tuple"));
        *value = Value::Object(vec![(name.clone(), data)]);
        self.cursor.extend(std::iter::repeat_n(0, 1 + within));
        self.missing = None;
        true
    }

    /// Makes the value in question one of the expected type.
    fn retype(&mut self, expected: &str) -> bool {
        let path = self.cursor.clone();
        let Some(value) = self.at(&path) else {
            return false;
        };
        let has = |words: &[&str]| words.iter().any(|w| expected.contains(w));
        if has(&["variant", "enum"]) {
            return self.fill(expected);
        }
        let wanted = if has(&["sequence", "tuple", "array", "elements"]) {
            match value {
                Value::List(elements) if elements.len() < MAX_ELEMENTS => {
                    let mut more = elements.clone();
                    let element = more.last().cloned().unwrap_or(Value::Text(0));
                    more.push(element);
                    Value::List(more)
                }
                _ => Value::List(vec![Value::Text(0)]),
            }
        } else if has(&["struct", "map", "object"]) {
            Value::Object(Vec::new())
        } else if has(&["bool"]) {
            Value::Bool
        } else if has(&["unit", "null"]) {
            Value::Null
        } else if has(&[
            "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128",
        ]) || has(&["f32", "f64", "integer", "number", "size"])
        {
            Value::Number
        } else if matches!(value, Value::Text(_)) {
            // A text, but none of this kind.
            return self.guess();
        } else {
            Value::Text(0)
        };
        if *value == wanted {
            return self.guess();
        }
        let nested = matches!(wanted, Value::List(_));
        let last = match &wanted {
            Value::List(elements) => elements.len() - 1,
            _ => 0,
        };
        *value = wanted;
        if let [field] = path[..]
            && let Some(ty) = self.types.get_mut(field)
        {
            *ty = Some(expected.to_owned());
        }
        if nested && path.len() < MAX_DEPTH {
            self.cursor.push(last);
        }
        true
    }

    /// The next value that contracts take, where nothing is said of what is wrong.
    fn guess(&mut self) -> bool {
        let path = self.cursor.clone();
        if path.is_empty() {
            return false;
        }
        let Some(value) = self.at(&path) else {
            return false;
        };
        let next = match value {
            Value::Text(n) if *n + 1 < TEXTS.len() => Value::Text(*n + 1),
            Value::Text(_) => Value::Number,
            Value::Number => Value::Bool,
            Value::Bool => Value::Object(Vec::new()),
            Value::Object(fields) if fields.is_empty() => Value::Null,
            Value::Null if path.len() < MAX_DEPTH => {
                *value = Value::List(vec![Value::Text(0)]);
                self.cursor.push(0);
                return true;
            }
            _ => return false,
        };
        *value = next;
        true
    }

    /// Adds a field to an object, unless it has that, and puts it in question.
    pub(crate) fn add(&mut self, object: &[usize], name: &str) -> bool {
        self.put(object, name, Value::Text(0))
    }

    /// The same with the value that means nothing.
    pub(super) fn add_null(&mut self, object: &[usize], name: &str) -> bool {
        self.put(object, name, Value::Null)
    }

    /// The same with a value that nobody expects.
    pub(super) fn add_odd(&mut self, object: &[usize], name: &str) -> bool {
        let odd = Value::List(vec![Value::Bool, Value::Null]);
        self.put(object, name, Value::Object(vec![("?".to_owned(), odd)]))
    }

    fn put(&mut self, object: &[usize], name: &str, value: Value) -> bool {
        let Some(Value::Object(fields)) = self.at(object) else {
            return false;
        };
        if fields.iter().any(|(field, _)| field == name) {
            return false;
        }
        fields.push((name.to_owned(), value));
        let last = fields.len() - 1;
        if object.is_empty() {
            self.types.resize(last + 1, None);
        }
        self.cursor = object.to_vec();
        self.cursor.push(last);
        self.missing = None;
        true
    }

    /// Where there are objects: the root first.
    pub(super) fn objects(&self) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        let mut todo = vec![(Vec::new(), &self.root)];
        while let Some((path, value)) = todo.pop() {
            let inner: Vec<&Value> = match value {
                Value::Object(fields) => fields.iter().map(|(_, value)| value).collect(),
                Value::List(elements) => elements.iter().collect(),
                _ => continue,
            };
            let within = inner.into_iter().enumerate().rev();
            todo.extend(within.map(|(i, value)| ([&path[..], &[i]].concat(), value)));
            if matches!(value, Value::Object(_)) {
                found.push(path);
            }
        }
        found
    }

    /// Puts the object's fields into this order.
    pub(crate) fn order(&mut self, names: &[String]) {
        let Value::Object(fields) = &mut self.root else {
            return;
        };
        self.types.resize(fields.len(), None);
        let mut all: Vec<_> = fields.drain(..).zip(self.types.drain(..)).collect();
        all.sort_by_key(|((field, _), _)| names.iter().position(|name| name == field));
        for (field, ty) in all {
            fields.push(field);
            self.types.push(ty);
        }
        self.cursor.clear();
    }

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
            sample.value(value, u32::try_from(i).unwrap_or(u32::MAX));
            sample.params.push(Param {
                name: Some(name.clone()),
                ty: self.types.get(i).cloned().flatten(),
            });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &Json) -> String {
        String::from_utf8(json.render().bytes).expect("JSON is text")
    }

    /// The example after these complaints, each of which it must be able to answer.
    fn improved(complaints: &[Complaint]) -> Json {
        let mut json = Json::empty();
        for complaint in complaints {
            assert!(json.improve(complaint), "{complaint:?}");
        }
        json
    }

    fn missing(name: &str) -> Complaint {
        Complaint::MissingField(name.to_owned())
    }

    fn expected(ty: &str) -> Complaint {
        Complaint::ExpectedType(ty.to_owned())
    }

    #[test]
    fn an_example_grows_by_what_it_lacks() {
        let json = improved(&[missing("to"), missing("amount"), expected("u64")]);
        assert_eq!(text(&json), r#"{"to":"alice.near","amount":7}"#);
        let sample = json.render();
        assert_eq!(sample.params.len(), 2);
        assert_eq!(sample.params[1].ty.as_deref(), Some("u64"));
        let at = sample.bytes.iter().position(|b| *b == b'7').expect("there");
        assert_eq!(sample.owners[at], Some(1));
        assert_eq!(sample.owners[0], None);
    }

    #[test]
    fn another_text_is_tried_where_a_text_of_another_kind_is_expected() {
        let json = improved(&[missing("hash"), Complaint::Other, expected("32 got 6")]);
        assert_eq!(
            text(&json),
            r#"{"hash":"11111111111111111111111111111111"}"#
        );
        assert_eq!(json.render().params[0].ty, None);
    }

    #[test]
    fn flags_are_known_and_take_as_much_room_either_way() {
        let json = improved(&[missing("paused"), expected("a boolean")]);
        assert_eq!(text(&json), r#"{"paused":true }"#);
        assert_eq!(json.render().flags, [0]);
    }

    #[test]
    fn tuples_in_lists_have_as_many_elements_as_they_should() {
        let json = improved(&[
            missing("paid"),
            expected("a sequence"),
            expected("a tuple of size 2"),
            Complaint::Length("a tuple of size 2".to_owned()),
            expected("u64"),
        ]);
        assert_eq!(text(&json), r#"{"paid":[["alice.near",7]]}"#);
    }

    #[test]
    fn variants_have_their_data_within() {
        let json = improved(&[
            missing("msgs"),
            expected("a sequence"),
            Complaint::ExpectedOneOf(vec!["bank".to_owned(), "wasm".to_owned()]),
            expected("newtype variant"),
            Complaint::ExpectedOneOf(vec!["send".to_owned(), "burn".to_owned()]),
            expected("struct variant"),
            missing("to"),
            missing("amount"),
            expected("u64"),
        ]);
        assert_eq!(
            text(&json),
            r#"{"msgs":[{"bank":{"send":{"to":"alice.near","amount":7}}}]}"#
        );
    }

    #[test]
    fn lists_have_an_element_of_what_is_expected() {
        let json = improved(&[missing("ids"), expected("a sequence"), expected("u32")]);
        assert_eq!(text(&json), r#"{"ids":[7]}"#);
    }
}
