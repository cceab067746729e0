//! What serde says is wrong with an input. Its messages are the same in all its formats and versions, and even where a
//! contract throws them away they are still in its memory when it aborts.

/// What is wrong with an input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Complaint {
    /// An object lacks this field.
    MissingField(String),
    /// An object or an enum must have one of these.
    ExpectedOneOf(Vec<String>),
    /// A value of another type is expected, in serde's words (`u64`, `a sequence`).
    ExpectedType(String),
    /// A list has fewer or more elements than expected.
    Length(String),
    /// A value of another type is expected, which is not said.
    OtherKind,
    /// Something else.
    Other,
}

/// Longer names are none.
const MAX_NAME: usize = 64;

impl Complaint {
    /// The complaint in what a contract wrote to memory. Freed memory can have lost the first bytes of a message to the
    /// allocator, so its beginning is not asked for.
    pub(crate) fn find(memory: &[u8]) -> Complaint {
        // Freed memory can have lost the first bytes of the message to the allocator.
        if let Some(name) = after(memory, b"ng field `").find_map(quoted) {
            return Complaint::MissingField(name);
        }
        for marker in [&b"wn variant `"[..], b"wn field `"] {
            for rest in after(memory, marker) {
                if let Some(names) = one_of(rest) {
                    return Complaint::ExpectedOneOf(names);
                }
            }
        }
        for marker in [&b"d type: "[..], b"d value: ", b"d length "] {
            for rest in after(memory, marker) {
                match expected(rest) {
                    Some(tuple) if marker == b"d length " && tuple.contains("tuple") => {
                        return Complaint::Length(tuple);
                    }
                    Some(expected) => return Complaint::ExpectedType(expected),
                    None => {}
                }
            }
        }
        // Sylvia's messages are read by traits, none of which knows them all.
        if let Some(names) = after(memory, b"essages supported by this contract: ").find_map(listed)
        {
            return Complaint::ExpectedOneOf(names);
        }
        // As `serde-json-wasm` puts it, at the end of the text.
        if after(memory, b"Invalid type").any(|rest| matches!(rest.first(), Some(b'"' | b'\\'))) {
            return Complaint::OtherKind;
        }
        Complaint::Other
    }
}

/// What follows each place where the marker stands.
fn after<'a>(memory: &'a [u8], marker: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    memchr::memmem::find_iter(memory, marker).map(move |at| &memory[at + marker.len()..])
}

/// A name up to its closing backtick.
fn quoted(text: &[u8]) -> Option<String> {
    let end = text.iter().take(MAX_NAME).position(|b| *b == b'`')?;
    let name = &text[..end];
    is_name(name).then(|| String::from_utf8_lossy(name).into_owned())
}

/// Whether it may be the name of a field.
pub(super) fn is_name(text: &[u8]) -> bool {
    let is_of_name = |b: &u8| b.is_ascii_alphanumeric() || b"_-.$:@/".contains(b);
    !text.is_empty() && text.iter().all(is_of_name)
}

/// The names in "…`, expected one of `a`, `b`" or "…`, expected `a` or `b`".
fn one_of(text: &[u8]) -> Option<Vec<String>> {
    let text = printable(text);
    let (_, list) = text.split_once("`, expected ")?;
    let names: Vec<String> = list
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    (!names.is_empty()).then_some(names)
}

/// The names in a list with commas up to the end of the text.
fn listed(text: &[u8]) -> Option<Vec<String>> {
    let text = printable(text);
    let names: Vec<String> = text
        .split('"')
        .next()?
        .split(", ")
        .map(str::to_owned)
        .collect();
    let all = names.iter().all(|name| is_name(name.as_bytes()));
    all.then_some(names)
}

/// The type in "…, expected u64 at line 1 column 2".
fn expected(text: &[u8]) -> Option<String> {
    let text = printable(text);
    let (_, rest) = text.split_once(", expected ")?;
    let end = rest.find(" at line").unwrap_or(rest.len());
    // Where the message stands in another text, that goes on.
    let end = rest[..end].find(['"', '\\']).unwrap_or(end);
    Some(rest[..end].trim().to_owned())
}

fn printable(text: &[u8]) -> String {
    text.iter()
        .take(4096)
        .take_while(|b| b.is_ascii_graphic() || **b == b' ')
        .map(|b| char::from(*b))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_found_amid_other_memory() {
        let find = |text: &str| Complaint::find(text.as_bytes());
        assert_eq!(
            find("\0\0missing field `account_id` at line 1 column 2\0"),
            Complaint::MissingField("account_id".to_owned())
        );
        // The allocator has overwritten the front.
        assert_eq!(
            find("\u{1}\u{2}ng field `amount`"),
            Complaint::MissingField("amount".to_owned())
        );
        assert_eq!(
            find("unknown variant `?`, expected one of `mint`, `burn`"),
            Complaint::ExpectedOneOf(vec!["mint".to_owned(), "burn".to_owned()])
        );
        assert_eq!(
            find("invalid type: string \"a\", expected u64 at line 1 column 9"),
            Complaint::ExpectedType("u64".to_owned())
        );
        assert_eq!(
            find("invalid length 1, expected a tuple of size 2"),
            Complaint::Length("a tuple of size 2".to_owned())
        );
        assert_eq!(
            find(
                r#"{"error":"Unsupported message received: {}. Messages supported by this contract: mint, burn"}"#
            ),
            Complaint::ExpectedOneOf(vec!["mint".to_owned(), "burn".to_owned()])
        );
        assert_eq!(
            find(r#"{"error":"Error parsing into type a::B: Invalid type"}"#),
            Complaint::OtherKind
        );
        assert_eq!(find("Invalid typeInvalid number."), Complaint::Other);
        assert_eq!(find("insufficient balance"), Complaint::Other);
    }

    #[test]
    fn an_expected_type_ends_where_a_quotation_does() {
        for text in [
            r#"{"msg":"invalid type: null, expected a boolean"}"#,
            r#"\"invalid type: null, expected a boolean\""#,
        ] {
            assert_eq!(
                Complaint::find(text.as_bytes()),
                Complaint::ExpectedType("a boolean".to_owned())
            );
        }
    }
}
