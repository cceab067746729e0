//! Keys and data as messages name them: `Balance[from]`.

use contract_lint_analyzer::facts::{Content, Label, Labels, Method, Piece};

/// Whether a key says which group of entries it is of: it holds known bytes, be they digested with the rest.
pub(crate) fn names_group(key: &Content) -> bool {
    let digested = |l: &Label| matches!(l, Label::Digest(of) if names_group(of));
    key.has_constant() || key.labels().iter().any(digested)
}

/// More bytes of a key that is no text are not told.
const SHOWN_BYTES: usize = 8;

/// A key as people read it, without knowledge of the method that uses it.
pub(crate) fn name_of(key: &Content) -> String {
    named(key, None)
}

/// A key as people read it, with the names of the method's parameters.
pub(crate) fn name_in(key: &Content, method: &Method) -> String {
    named(key, Some(method))
}

fn named(key: &Content, method: Option<&Method>) -> String {
    if let Some(of) = key.digested() {
        return named(of, method);
    }
    let constants: Vec<&[u8]> = key
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Const(bytes) => Some(bytes.as_slice()),
            Piece::Hole { .. } => None,
        })
        .collect();
    let map = map_of(&constants);
    let mut holes: Vec<String> = Vec::new();
    for piece in &key.pieces {
        if let Piece::Hole { labels, .. } = piece {
            let own = |l: &Label| matches!(l, Label::SelfIdentity | Label::FirstReceiver);
            // The contract's own name in its own storage tells nothing.
            if !map.is_empty() && !labels.is_empty() && labels.iter().all(own) {
                continue;
            }
            let name = data(labels, method);
            // Names are often written after their length.
            if !holes.contains(&name) {
                holes.push(name);
            }
        }
    }
    match (map.is_empty(), holes.is_empty()) {
        (true, true) => "storage".to_owned(),
        (false, true) => format!("`{map}`"),
        (true, false) if holes.iter().all(|h| h == UNKNOWN) => "storage".to_owned(),
        (true, false) => format!("storage of `{}`", holes.join(", ")),
        (false, false) => format!("`{map}[{}]`", holes.join(", ")),
    }
}

/// What the constant parts of a key say: the text among them, or else the first that is not padding.
fn map_of(constants: &[&[u8]]) -> String {
    let mut texts: Vec<String> = constants.iter().filter_map(|bytes| text(bytes)).collect();
    if !texts.is_empty() {
        texts.dedup();
        return texts.join(".");
    }
    let padding = |bytes: &[u8]| bytes.iter().all(|b| *b == 0);
    constants
        .iter()
        .rev()
        .find(|bytes| !padding(bytes))
        .or(constants.last())
        .map_or_else(String::new, |bytes| number(bytes))
}

const UNKNOWN: &str = "…";

/// Data as messages name it: a parameter by its name, everything else by where it comes from.
pub(crate) fn data(labels: &Labels, method: Option<&Method>) -> String {
    let mut names: Vec<String> = Vec::new();
    let named = labels.iter().any(|label| matches!(label, Label::Param(_)));
    for label in labels {
        let name = match label {
            // Where the argument lies among the others says nothing more of it.
            Label::Input if named => continue,
            Label::Param(i) => param(*i, method),
            Label::Input | Label::Selector => "argument".to_owned(),
            Label::Storage(_) => "stored data".to_owned(),
            Label::Digest(of) => data(&of.labels(), method),
            other => other.to_string(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => UNKNOWN.to_owned(),
        [one] => one.clone(),
        [one, other] => format!("{one}+{other}"),
        [one, ..] => format!("{one}+{UNKNOWN}"),
    }
}

/// The arguments among labels, as a message names them: `from`, `to` and `amount`.
pub(crate) fn argument_names(labels: &Labels, method: &Method) -> String {
    let names: Vec<String> = labels
        .iter()
        .filter_map(|label| match label {
            Label::Param(i) => Some(format!("`{}`", param(*i, Some(method)))),
            _ => None,
        })
        .collect();
    match names.split_last() {
        None => "an argument".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn param(index: u32, method: Option<&Method>) -> String {
    let name = method
        .and_then(|m| m.params.get(index as usize))
        .and_then(|p| p.name.clone());
    name.unwrap_or_else(|| format!("parameter {}", index + 1))
}

/// A constant as text, without separators; `None` if it is none.
fn text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let readable = !text.is_empty() && text.chars().all(|c| !c.is_control());
    readable.then(|| text.to_owned())
}

/// A constant that is no text: a small number of many bytes as a slot, other bytes in hexadecimal.
fn number(bytes: &[u8]) -> String {
    if bytes.iter().all(|b| (0x20..0x7f).contains(b)) {
        return String::new();
    }
    let significant = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
    if bytes.len() >= 16 && bytes.len() - significant <= 4 {
        let slot = bytes[significant..]
            .iter()
            .fold(0_u32, |n, b| n << 8 | u32::from(*b));
        return format!("slot {slot}");
    }
    let mut hex = String::from("0x");
    for byte in bytes.iter().take(SHOWN_BYTES) {
        hex += &format!("{byte:02x}");
    }
    if bytes.len() > SHOWN_BYTES {
        hex.push('…');
    }
    hex
}
