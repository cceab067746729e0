//! JSON examples that grow by what is said to be wrong with them.

use super::Complaint;

/// Texts that contracts take: account names, amounts (which are base64 too), hashes, keys, hexadecimal numbers. The first
/// letter of account names is replaced, so that they differ.
pub(super) const TEXTS: &[&str] = &[
    "alice.near",
    "12345678",
    "11111111111111111111111111111111",
    "ed25519:11111111111111111111111111111111",
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "0x00112233445566778899aabbccddeeff00112233",
    "0.5",
    "1",
];
/// The one of them that is base64, but no number of another base.
const BASE64: usize = 1;
/// Where nothing is known of a value, so many lists are tried one in the other.
const MAX_LISTS: usize = 2;
/// Deeper nesting is not tried.
const MAX_DEPTH: usize = 10;
/// More elements than this are not tried for a list of fixed length.
const MAX_ELEMENTS: usize = 64;

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Text(usize),
    /// The name of a variant.
    Name(String),
    Number,
    Bool,
    Null,
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
    /// A variant with its data.
    Variant(String, Box<Value>),
    /// A text that is JSON in base64: a message within the message.
    Encoded(Box<Value>),
}

/// An object being improved, and which value of it is in question.
#[derive(Clone, Debug)]
pub(crate) struct Json {
    pub(super) root: Value,
    /// The way to the value that was added last: indices into objects and lists.
    cursor: Vec<usize>,
    /// What was expected of each of the root's fields, in serde's words.
    pub(super) types: Vec<Option<String>>,
    /// The field that was said to be missing last, and how deep it was put.
    missing: Option<(String, usize)>,
    /// Whether texts may be messages in base64.
    encodes: bool,
    /// The value that was given the type that was expected last.
    retyped: Option<Vec<usize>>,
    /// The message within that is an enum, and its variants.
    inner: Option<(Vec<usize>, Vec<String>)>,
}

impl Json {
    pub(crate) fn empty() -> Self {
        Json {
            root: Value::Object(Vec::new()),
            cursor: Vec::new(),
            types: Vec::new(),
            missing: None,
            encodes: false,
            retyped: None,
            inner: None,
        }
    }

    /// The same for a message, in which others may be encoded.
    pub(crate) fn message() -> Self {
        Json {
            encodes: true,
            ..Json::empty()
        }
    }

    /// The variants of the message within, if there is one and it has such.
    pub(crate) fn inner_variants(&self) -> &[String] {
        self.inner.as_ref().map_or(&[], |(_, names)| names)
    }

    /// Makes the message within another variant, about which nothing is known yet.
    pub(crate) fn choose_inner(&mut self, name: &str) {
        let Some((path, _)) = self.inner.clone() else {
            return;
        };
        if let Some(value) = self.at(&path) {
            *value = Value::Name(name.to_owned());
        }
        self.cursor = path;
        self.missing = None;
        self.retyped = None;
    }

    /// Changes the example by what is wrong with it. Whether there was something to change.
    pub(crate) fn improve(&mut self, complaint: &Complaint) -> bool {
        match complaint {
            Complaint::MissingField(name) => self.add_field(name),
            Complaint::ExpectedOneOf(names) => self.choose(names),
            Complaint::ExpectedType(expected) => self.retype(expected),
            Complaint::Length(_) => self.lengthen(),
            Complaint::OtherKind => self.rekind(),
            Complaint::Other => self.guess(),
        }
    }

    fn at(&mut self, path: &[usize]) -> Option<&mut Value> {
        let mut value = &mut self.root;
        for step in path {
            value = match value {
                Value::Object(fields) => &mut fields.get_mut(*step)?.1,
                Value::List(elements) => elements.get_mut(*step)?,
                Value::Encoded(inner) | Value::Variant(_, inner) => inner,
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
        if let Some(name) = self.misplaced(names) {
            return self.add_field(&name);
        }
        let path = self.cursor.clone();
        if let Some((_, around)) = path.split_last()
            && let Some(Value::Encoded(_)) = self.at(around)
            && self.inner.is_none()
        {
            self.inner = Some((path.clone(), names.to_vec()));
        }
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

    /// The field that was put last into an object that does not have it, but others of these.
    fn misplaced(&mut self, names: &[String]) -> Option<String> {
        let (name, depth) = self.missing.clone()?;
        let object = self.cursor.get(..depth)?.to_vec();
        let Some(Value::Object(fields)) = self.at(&object) else {
            return None;
        };
        let known = fields.iter().any(|(field, _)| names.contains(field));
        (known && !names.contains(&name)).then_some(name)
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
        *value = Value::Variant(name.clone(), Box::new(data));
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
        self.retyped = Some(path.clone());
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

    /// Makes the value in question something else than a text, if it is one.
    fn rekind(&mut self) -> bool {
        let path = self.cursor.clone();
        match self.at(&path) {
            Some(value @ Value::Text(_)) if !path.is_empty() => {
                *value = Value::Number;
                true
            }
            _ => self.guess(),
        }
    }

    /// The next value that contracts take, where nothing is said of what is wrong.
    fn guess(&mut self) -> bool {
        // The value is of the type that was expected: something else is wrong.
        if self.encodes && self.retyped.take().is_some_and(|path| path == self.cursor) {
            let before = self.cursor.clone();
            if self.encode_another() {
                return true;
            }
            self.cursor = before;
        }
        let path = self.cursor.clone();
        if path.is_empty() {
            return false;
        }
        let encodes = self.encodes;
        let may_encode = encodes && self.around(&path).is_none();
        let may_list = path.len() < MAX_DEPTH && self.lists_around(&path) < MAX_LISTS;
        let Some(value) = self.at(&path) else {
            return false;
        };
        let next = match value {
            Value::Text(n) if *n + 1 < TEXTS.len() => Value::Text(*n + 1),
            Value::Text(_) if may_encode => {
                *value = Value::Encoded(Box::new(Value::Text(0)));
                self.cursor.push(0);
                return true;
            }
            Value::Text(_) => Value::Number,
            Value::Name(name) if encodes => {
                // A variant has data.
                *value = Value::Variant(std::mem::take(name), Box::new(Value::Text(0)));
                self.cursor.push(0);
                self.missing = None;
                return true;
            }
            Value::Number => Value::Bool,
            Value::Bool => Value::Object(Vec::new()),
            Value::Object(fields) if fields.is_empty() => Value::Null,
            Value::Null if may_list => {
                *value = Value::List(vec![Value::Text(0)]);
                self.cursor.push(0);
                return true;
            }
            _ => {
                // It is no message.
                let Some(encoded) = self.around(&path) else {
                    return false;
                };
                self.cursor = path[..encoded].to_vec();
                self.inner = None;
                let path = self.cursor.clone();
                let Some(value) = self.at(&path) else {
                    return false;
                };
                *value = Value::Number;
                return true;
            }
        };
        *value = next;
        true
    }

    /// How deep the encoded message is that a value is in.
    fn around(&mut self, path: &[usize]) -> Option<usize> {
        (0..path.len()).find(|depth| matches!(self.at(&path[..*depth]), Some(Value::Encoded(_))))
    }

    /// How many lists there are around a value, one right in the other.
    fn lists_around(&mut self, path: &[usize]) -> usize {
        let depths = (0..path.len()).rev();
        depths
            .take_while(|depth| matches!(self.at(&path[..*depth]), Some(Value::List(_))))
            .count()
    }

    /// Makes the last text that was taken because it is base64 an encoded message.
    fn encode_another(&mut self) -> bool {
        let mut todo = vec![Vec::new()];
        while let Some(path) = todo.pop() {
            let inner = match self.at(&path) {
                Some(Value::Text(BASE64)) => {
                    if let Some(value) = self.at(&path) {
                        *value = Value::Encoded(Box::new(Value::Text(0)));
                    }
                    self.cursor = path;
                    self.cursor.push(0);
                    return true;
                }
                Some(Value::Object(fields)) => fields.len(),
                Some(Value::List(elements)) => elements.len(),
                Some(Value::Variant(..)) => 1,
                _ => 0,
            };
            todo.extend((0..inner).map(|i| [&path[..], &[i]].concat()));
        }
        false
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
    pub(crate) fn objects(&self) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        let mut todo = vec![(Vec::new(), &self.root)];
        while let Some((path, value)) = todo.pop() {
            let inner: Vec<&Value> = match value {
                Value::Object(fields) => fields.iter().map(|(_, value)| value).collect(),
                Value::List(elements) => elements.iter().collect(),
                Value::Encoded(inner) | Value::Variant(_, inner) => vec![inner],
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

    /// What a message is improved to by these complaints.
    fn message(complaints: &[Complaint]) -> Json {
        let mut json = Json::message();
        for complaint in complaints {
            assert!(json.improve(complaint), "{complaint:?}");
        }
        json
    }

    #[test]
    fn a_variant_that_is_refused_as_a_name_has_data() {
        let json = message(&[
            missing("info"),
            Complaint::ExpectedOneOf(vec!["token".to_owned()]),
            Complaint::OtherKind,
            Complaint::OtherKind,
            Complaint::OtherKind,
            Complaint::OtherKind,
            missing("addr"),
            missing("amount"),
            // Not a field of the variant's data, nor can anything stand beside the variant.
            missing("amount"),
        ]);
        assert_eq!(
            text(&json),
            r#"{"info":{"token":{"addr":"alice.near"}},"amount":"blice.near"}"#
        );
    }

    #[test]
    fn a_field_that_the_object_does_not_know_is_put_further_out() {
        let json = message(&[
            missing("price"),
            Complaint::OtherKind,
            Complaint::OtherKind,
            Complaint::OtherKind,
            missing("denom"),
            missing("is_evm"),
            Complaint::ExpectedOneOf(vec!["denom".to_owned(), "amount".to_owned()]),
        ]);
        assert_eq!(
            text(&json),
            r#"{"price":{"denom":"alice.near"},"is_evm":"blice.near"}"#
        );
    }

    #[test]
    fn a_text_that_no_other_text_will_do_for_is_a_message() {
        let mut complaints = vec![missing("sender"), missing("msg")];
        complaints.extend(vec![Complaint::Other; TEXTS.len()]);
        complaints.push(Complaint::ExpectedOneOf(vec![
            "swap".to_owned(),
            "bond".to_owned(),
        ]));
        let mut json = message(&complaints);
        assert_eq!(text(&json), r#"{"sender":"alice.near","msg":"InN3YXAi"}"#);
        assert_eq!(json.inner_variants(), ["swap", "bond"]);
        json.choose_inner("bond");
        for complaint in [Complaint::OtherKind, missing("min")] {
            while matches!(complaint, Complaint::OtherKind)
                && !matches!(json.at(&json.cursor.clone()), Some(Value::Object(_)))
            {
                assert!(json.improve(&complaint));
            }
            if complaint != Complaint::OtherKind {
                assert!(json.improve(&complaint));
            }
        }
        let sample = json.render();
        let names: Vec<_> = sample.params.iter().map(|p| p.name.as_deref()).collect();
        assert_eq!(names, [Some("sender"), Some("min")]);
        // `{"bond":{"min":"blice.near"}}`
        assert!(text(&json).contains("eyJib25kIjp7Im1pbiI6ImJsaWNlLm5lYXIifX0="));
        assert!(sample.owners.contains(&Some(1)));
    }

    #[test]
    fn lists_have_an_element_of_what_is_expected() {
        let json = improved(&[missing("ids"), expected("a sequence"), expected("u32")]);
        assert_eq!(text(&json), r#"{"ids":[7]}"#);
    }
}
