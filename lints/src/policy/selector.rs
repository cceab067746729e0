//! Selectors: how a user points at data without source code.
//!
//! | selector | data |
//! |---|---|
//! | `param:register.id_card` | a parameter of a method; both with `*`, the parameter also as `/regex/` or `#2` |
//! | `param:submit.payload$.buyer.phone` | a value within a structured parameter |
//! | `key:"kyc/" *` | what is stored under such keys: quoted text, `0x…` bytes, `*` for anything |
//! | `host:read_feed[2]`, `host:sys_call(GetState, key="invoice#*")[out]` | what a host function is given or gives |
//! | `data:/regex/` | text in the data section |
//! | `local:FUNC#1` | a parameter of a function inside the contract |

use std::fmt;

use contract_lint_analyzer::facts::{Content, Piece};
use regex::Regex;
use serde::Deserialize;

use super::glob::{Glob, Wild, matches};
use super::host_selector::{HostPart, HostSelector};

/// Which data is meant.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub enum Selector {
    /// A parameter of a method.
    Param {
        /// The method.
        method: Glob,
        /// The parameter.
        param: NamePattern,
        /// The way to a value within it (`.buyer.phone`); empty for all of it.
        path: String,
    },
    /// What is stored under such keys.
    Key(KeyPattern),
    /// What a host function is given or gives.
    Host(HostSelector),
    /// Text in the data section.
    Data(NamePattern),
    /// A parameter of a function inside the contract.
    Local {
        /// The function.
        function: Glob,
        /// The parameter, from 0.
        index: u32,
    },
}

/// A name: with wildcards, as a regular expression, or by its place.
#[derive(Debug, Clone)]
pub enum NamePattern {
    /// With `*` and `?`.
    Glob(Glob),
    /// Between slashes.
    Regex(Regex),
    /// After `#`, from 0.
    Index(u32),
}

impl NamePattern {
    /// Whether the thing of that name and place is meant.
    pub fn matches(&self, name: Option<&str>, index: u32) -> bool {
        match self {
            NamePattern::Glob(glob) => {
                glob.as_str() == "*" || name.is_some_and(|n| glob.matches(n))
            }
            NamePattern::Regex(regex) => name.is_some_and(|n| regex.is_match(n)),
            NamePattern::Index(wanted) => *wanted == index,
        }
    }

    /// Where in a text it is found: a regular expression anywhere, a name if it is all of it.
    pub fn find_in(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        match self {
            NamePattern::Regex(regex) => regex.find_iter(text).map(|m| m.range()).collect(),
            NamePattern::Glob(glob) => glob
                .matches(text)
                .then_some(0..text.len())
                .into_iter()
                .collect(),
            NamePattern::Index(_) => Vec::new(),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("a name is missing".to_owned());
        }
        if let Some(regex) = text.strip_prefix('/') {
            let regex = regex
                .strip_suffix('/')
                .ok_or_else(|| format!("the regular expression `{text}` does not end with `/`"))?;
            return match Regex::new(regex) {
                Ok(regex) => Ok(NamePattern::Regex(regex)),
                Err(error) => {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or_default();
                    Err(format!(
                        "the regular expression `{regex}` is malformed: {reason}"
                    ))
                }
            };
        }
        match text.strip_prefix('#') {
            Some(index) => Ok(NamePattern::Index(number(index)?)),
            None => Ok(NamePattern::Glob(Glob::new(text))),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selector::Param {
                method,
                param,
                path,
            } => {
                write!(f, "param:{method}.{param}")?;
                if path.is_empty() {
                    return Ok(());
                }
                write!(f, "${path}")
            }
            Selector::Key(pattern) => write!(f, "key:{pattern}"),
            Selector::Host(host) => write!(f, "host:{host}"),
            Selector::Data(pattern) => write!(f, "data:{pattern}"),
            Selector::Local { function, index } => write!(f, "local:{function}#{index}"),
        }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NamePattern::Glob(glob) => write!(f, "{glob}"),
            NamePattern::Regex(regex) => write!(f, "/{regex}/"),
            NamePattern::Index(index) => write!(f, "#{index}"),
        }
    }
}

const KINDS: &str = "a selector begins with `param:`, `key:`, `host:`, `data:` or `local:`";

impl TryFrom<String> for Selector {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (kind, rest) = text.split_once(':').ok_or(KINDS)?;
        match kind {
            "param" => param(rest),
            "key" => Ok(Selector::Key(KeyPattern::parse(rest)?)),
            "host" => host(rest),
            "data" => match NamePattern::parse(rest)? {
                NamePattern::Index(_) => Err("write `data:/regular expression/`".to_owned()),
                pattern => Ok(Selector::Data(pattern)),
            },
            "local" => {
                let (function, index) = rest
                    .rsplit_once('#')
                    .ok_or("write `local:function#0`: which parameter is missing")?;
                Ok(Selector::Local {
                    function: Glob::new(function),
                    index: number(index)?,
                })
            }
            _ => Err(format!("there is no selector `{kind}:`: {KINDS}")),
        }
    }
}

/// `METHOD.PARAM`, `METHOD./regex/`, `METHOD.PARAM$.path`.
fn param(text: &str) -> Result<Selector, String> {
    let missing = || format!("write `param:method.parameter` instead of `param:{text}`");
    // A regular expression may hold dots and dollar signs, so it is cut off first.
    let (method, param, path) = if let Some((method, regex)) = text.split_once("./") {
        (method, format!("/{regex}"), "")
    } else {
        let (place, path) = text.split_once('$').unwrap_or((text, ""));
        let (method, param) = place.rsplit_once('.').ok_or_else(missing)?;
        (method, param.to_owned(), path)
    };
    if method.is_empty() || param.is_empty() {
        return Err(missing());
    }
    Ok(Selector::Param {
        method: Glob::new(method),
        param: NamePattern::parse(&param)?,
        path: path.to_owned(),
    })
}

/// `NAME[0]`, `NAME(OPERATION, name="glob")[out]`.
fn host(text: &str) -> Result<Selector, String> {
    let (call, part) = text
        .strip_suffix(']')
        .and_then(|t| t.rsplit_once('['))
        .ok_or("write `host:function[0]`, `[out]` or `[ret]`: which argument is missing")?;
    let part = match part {
        "out" => HostPart::Output,
        "ret" => HostPart::Returned,
        index => HostPart::Argument(number(index)?),
    };
    let (function, conditions) = match call.split_once('(') {
        None => (call, ""),
        Some((function, rest)) => (
            function,
            rest.strip_suffix(')').ok_or("the `)` is missing")?,
        ),
    };
    if function.is_empty() {
        return Err("the name of the host function is missing".to_owned());
    }
    let mut operation = None;
    let mut arguments = Vec::new();
    for condition in conditions
        .split(',')
        .map(str::trim)
        .filter(|c| !c.is_empty())
    {
        match condition.split_once('=') {
            Some((name, value)) => {
                arguments.push((
                    name.trim().to_owned(),
                    Glob::new(value.trim().trim_matches('"')),
                ));
            }
            None => operation = Some(condition.trim_matches('"').to_owned()),
        }
    }
    Ok(Selector::Host(HostSelector {
        function: Glob::new(function),
        operation,
        arguments,
        part,
        text: text.to_owned(),
    }))
}

fn number(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not the number of an argument (from 0)"))
}

/// Storage keys: constant parts, and `*` for anything between them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct KeyPattern {
    text: String,
    parts: Vec<Wild<u8>>,
}

impl TryFrom<String> for KeyPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl fmt::Display for KeyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl KeyPattern {
    /// Reads `"kyc/" * 0x00ff`.
    ///
    /// # Errors
    /// If it is written otherwise; the message says how it is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err("the key is missing: write `key:\"prefix\" *`".to_owned());
        }
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('*') {
                parts.push(Wild::Many);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('"') {
                let end = after
                    .find('"')
                    .ok_or_else(|| format!("the closing quote is missing in `{text}`"))?;
                parts.extend(after[..end].bytes().map(Wild::This));
                rest = &after[end + 1..];
            } else if let Some(after) = rest.strip_prefix("0x") {
                let end = after
                    .find(|c: char| !c.is_ascii_hexdigit())
                    .unwrap_or(after.len());
                parts.extend(hex(&after[..end])?.into_iter().map(Wild::This));
                rest = &after[end..];
            } else {
                return Err(format!(
                    "`{text}` is not a key pattern: write constant parts in quotes and `*` for the rest, as in `\"kyc/\" *`"
                ));
            }
            rest = rest.trim_start();
        }
        Ok(Self {
            text: text.trim().to_owned(),
            parts,
        })
    }

    /// Whether all keys of that content are meant. A part that the analysis does not know is only covered by `*`.
    pub fn matches(&self, key: &Content) -> bool {
        fits(&self.parts, key)
    }
}

/// Whether a pattern covers all that a content may be. Bytes that are not known are only covered by `*`.
pub(super) fn fits(pattern: &[Wild<u8>], content: &Content) -> bool {
    let mut symbols = Vec::new();
    for piece in &content.pieces {
        match piece {
            Piece::Const(bytes) => symbols.extend(bytes.iter().copied().map(Some)),
            Piece::Hole { .. } => symbols.push(None),
        }
    }
    matches(pattern, &symbols, |byte, symbol| *symbol == Some(*byte))
}

fn hex(digits: &str) -> Result<Vec<u8>, String> {
    let malformed = || format!("`0x{digits}` does not have two digits for each byte");
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return Err(malformed());
    }
    (0..digits.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&digits[i..i + 2], 16).map_err(|_| malformed()))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn selector(text: &str) -> Result<Selector, String> {
        Selector::try_from(text.to_owned())
    }

    #[test]
    fn parameters() {
        let Ok(Selector::Param {
            method,
            param,
            path,
        }) = selector("param:execute.submit.payload$.buyer.phone")
        else {
            panic!("not a parameter");
        };
        assert_eq!(method.as_str(), "execute.submit");
        assert!(param.matches(Some("payload"), 9));
        assert_eq!(path, ".buyer.phone");

        let Ok(Selector::Param { param, .. }) = selector("param:*./(?i)^(id_?card|sfz)$/") else {
            panic!("not a parameter");
        };
        assert!(param.matches(Some("IdCard"), 0));
        assert!(!param.matches(Some("card"), 0));
        assert!(!param.matches(None, 0));

        let Ok(Selector::Param { param, .. }) = selector("param:register.#2") else {
            panic!("not a parameter");
        };
        assert!(param.matches(None, 2));
    }

    #[test]
    fn host_functions() {
        let Ok(Selector::Host(HostSelector {
            function,
            operation,
            arguments,
            part,
            ..
        })) = selector("host:sys_call(GetState, key=\"invoice#*\")[out]")
        else {
            panic!("not a host function");
        };
        assert_eq!(function.as_str(), "sys_call");
        assert_eq!(operation.as_deref(), Some("GetState"));
        assert_eq!(arguments, [("key".to_owned(), Glob::new("invoice#*"))]);
        assert_eq!(part, HostPart::Output);
    }

    #[test]
    fn keys() {
        let pattern = KeyPattern::parse("\"kyc/\" *").unwrap();
        let mut key = Content::constant(*b"kyc/");
        key.pieces
            .extend(Content::hole(BTreeSet::new(), None).pieces);
        assert!(pattern.matches(&key));
        assert!(pattern.matches(&Content::constant(*b"kyc/7")));
        assert!(!pattern.matches(&Content::constant(*b"config")));
        // What is not known is not taken for a key of this class.
        assert!(!pattern.matches(&Content::hole(BTreeSet::new(), None)));
        assert!(
            KeyPattern::parse("0x0003 \"kyc\"*")
                .unwrap()
                .matches(&Content::constant(*b"\0\x03kyc1"))
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, expected) in [
            ("register.id", "begins with"),
            ("parm:register.id", "no selector `parm:`"),
            ("param:register", "param:method.parameter"),
            ("param:r./(/", "malformed"),
            ("key:kyc", "in quotes"),
            ("key:\"kyc", "closing quote"),
            ("key:0x0", "two digits"),
            ("host:log", "which argument"),
            ("host:log[x]", "not the number"),
            ("local:f", "which parameter"),
        ] {
            let error = selector(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
