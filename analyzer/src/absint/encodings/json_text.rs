//! JSON of which each byte knows whose data it is.

use std::ops::Range;
use std::rc::Rc;

use crate::absint::domain::arena::{Arena, Bytes, LabelSet, Piece};

/// Deeper nesting is not looked into.
pub(crate) const MAX_DEPTH: usize = 24;

/// Bytes, each with where it comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    labels: Vec<LabelSet>,
}

/// A JSON value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Object(Vec<(String, Value)>),
    List(Vec<Value>),
    /// A text; the span is without the quotes. If it is JSON in base64, as contracts send it to each other, with what it
    /// says.
    Text(Option<Box<Value>>),
    /// A number, a truth value, or nothing.
    Other,
}

impl Value {
    /// Where the first text in it begins, quotes included; where it begins itself if there is none.
    pub(crate) fn first_text(&self) -> usize {
        fn first(value: &Value) -> Option<usize> {
            match &value.kind {
                Kind::Object(fields) => fields.iter().find_map(|(_, value)| first(value)),
                Kind::List(elements) => elements.iter().find_map(first),
                Kind::Text(_) => Some(value.span.start.saturating_sub(1)),
                Kind::Other => None,
            }
        }
        first(self).unwrap_or(self.span.start)
    }

    /// A field of an object.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        match &self.decoded().kind {
            Kind::Object(fields) => fields.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// What it says, where it is JSON in base64; itself otherwise.
    pub(crate) fn decoded(&self) -> &Value {
        match &self.kind {
            Kind::Text(Some(inner)) => inner,
            _ => self,
        }
    }

    /// Whether it is absent or empty.
    pub(crate) fn is_nothing(&self, text: &Text) -> bool {
        match &self.kind {
            Kind::Object(_) => false,
            Kind::List(elements) => elements.is_empty(),
            Kind::Text(_) => self.span.is_empty(),
            Kind::Other => &text.bytes[self.span.clone()] == b"null",
        }
    }
}

impl Text {
    /// Appends bytes that all come from the same.
    pub(crate) fn extend(&mut self, bytes: &[u8], labels: LabelSet) {
        self.bytes.extend_from_slice(bytes);
        self.labels.resize(self.bytes.len(), labels);
    }

    /// The content of a value, examples of unknown data as holes.
    pub(crate) fn content(&self, arena: &mut Arena, value: &Value) -> Bytes {
        let mut pieces = Vec::new();
        for at in value.span.clone() {
            let labels = self.labels[at];
            pieces.push(if labels == LabelSet::NONE {
                Piece::Const(Rc::from([self.bytes[at]]))
            } else {
                Piece::Hole {
                    labels,
                    len: None,
                    decreased: false,
                }
            });
        }
        arena.bytes(pieces)
    }

    /// The value that the text begins with.
    pub(crate) fn parse(&mut self) -> Option<Value> {
        let mut parser = Parser { text: self, at: 0 };
        parser.value(0)
    }
}

/// Reads JSON. What base64 in it says is appended to the text.
struct Parser<'t> {
    text: &'t mut Text,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.bytes.get(self.at).copied()
    }

    /// Steps over a character if it is there.
    fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        let kind = match self.peek()? {
            b'{' => {
                self.at += 1;
                let mut fields = Vec::new();
                while !self.skip(b'}') {
                    let name = self.string()?;
                    let name = String::from_utf8_lossy(&self.text.bytes[name]).into_owned();
                    self.skip(b':').then_some(())?;
                    fields.push((name, self.value(depth + 1)?));
                    self.skip(b',');
                }
                Kind::Object(fields)
            }
            b'[' => {
                self.at += 1;
                let mut elements = Vec::new();
                while !self.skip(b']') {
                    elements.push(self.value(depth + 1)?);
                    self.skip(b',');
                }
                Kind::List(elements)
            }
            b'"' => {
                let span = self.string()?;
                let inner = self.encoded(span.clone(), depth + 1);
                return Some(Value {
                    span,
                    kind: Kind::Text(inner.map(Box::new)),
                });
            }
            _ => {
                let rest = &self.text.bytes[self.at..];
                let len = rest
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b))
                    .count();
                (len > 0).then_some(())?;
                self.at += len;
                Kind::Other
            }
        };
        let span = start..self.at;
        Some(Value { span, kind })
    }

    /// A string; the span is that of what is between the quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        self.skip(b'"').then_some(())?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(start..self.at - 1)
    }

    /// The JSON that a text is in base64.
    fn encoded(&mut self, span: Range<usize>, depth: usize) -> Option<Value> {
        let (start, after) = (self.text.bytes.len(), self.at);
        let (mut bits, mut count, mut labels) = (0u32, 0, LabelSet::NONE);
        for at in span {
            let byte = self.text.bytes[at];
            let six = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' => break,
                _ => return self.restore(start, after),
            };
            bits = bits << 6 | u32::from(six);
            count += 6;
            if self.text.labels[at] != LabelSet::NONE {
                labels = self.text.labels[at];
            }
            if count >= 8 {
                count -= 8;
                self.text.extend(&[(bits >> count) as u8], labels);
                labels = LabelSet::NONE;
            }
        }
        let begins = self.text.bytes.get(start);
        if begins.is_none_or(|b| *b != b'{') {
            return self.restore(start, after);
        }
        self.at = start;
        match self.value(depth) {
            Some(value) => {
                self.at = after;
                Some(value)
            }
            None => self.restore(start, after),
        }
    }

    /// Forgets what was appended.
    fn restore(&mut self, start: usize, after: usize) -> Option<Value> {
        self.text.bytes.truncate(start);
        self.text.labels.truncate(start);
        self.at = after;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> (Text, Option<Value>) {
        let mut text = Text::default();
        text.extend(json.as_bytes(), LabelSet::NONE);
        let value = text.parse();
        (text, value)
    }

    #[test]
    fn fields_are_found_where_they_stand() {
        let (text, value) = parsed(r#"{"a":[1,"x\"y"],"b":{"c":null},"d":""}"#);
        let value = value.unwrap();
        let said =
            |value: &Value| String::from_utf8(text.bytes[value.span.clone()].to_vec()).unwrap();
        let Kind::List(elements) = &value.field("a").unwrap().kind else {
            panic!("not a list");
        };
        assert_eq!(said(&elements[0]), "1");
        assert_eq!(said(&elements[1]), r#"x\"y"#);
        assert!(
            value
                .field("b")
                .unwrap()
                .field("c")
                .unwrap()
                .is_nothing(&text)
        );
        assert!(value.field("d").unwrap().is_nothing(&text));
        assert!(!value.field("a").unwrap().is_nothing(&text));
        assert!(value.field("e").is_none());
    }

    #[test]
    fn messages_in_base64_are_looked_into() {
        // {"transfer":{"to":"x"}}
        let (text, value) = parsed(r#"{"msg":"eyJ0cmFuc2ZlciI6eyJ0byI6IngifX0=","memo":"aGk="}"#);
        let value = value.unwrap();
        let to = value
            .field("msg")
            .unwrap()
            .field("transfer")
            .unwrap()
            .field("to");
        assert_eq!(&text.bytes[to.unwrap().span.clone()], b"x");
        // A text that is no JSON in base64 is only a text.
        assert!(matches!(
            value.field("memo").unwrap().kind,
            Kind::Text(None)
        ));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for broken in ["", "{", r#"{"a""#, r#"{"a":}"#, r#"["\"#, "{a:1}"] {
            assert!(parsed(broken).1.is_none(), "{broken}");
        }
        assert!(parsed(&"[".repeat(100_000)).1.is_none());
        assert!(
            parsed(&format!("{}1{}", "[".repeat(20), "]".repeat(20)))
                .1
                .is_some()
        );
    }
}
