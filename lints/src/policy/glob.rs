//! Names with wildcards.

use std::fmt;

use contract_lint_analyzer::facts::Method;
use serde::Deserialize;

/// A name in which `*` stands for any characters and `?` for any one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Glob(String);

impl Glob {
    /// The pattern written like that.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether a name fits.
    pub fn matches(&self, name: &str) -> bool {
        let pattern: Vec<Wild<char>> = self
            .0
            .chars()
            .map(|c| match c {
                '*' => Wild::Many,
                '?' => Wild::One,
                c => Wild::This(c),
            })
            .collect();
        let name: Vec<char> = name.chars().collect();
        matches(&pattern, &name, |a, b| a == b)
    }

    /// Whether it can stand for several names.
    pub fn is_pattern(&self) -> bool {
        self.0.contains(['*', '?'])
    }

    /// Whether a method is meant: by its name, after the export that serves it (`execute.register`), or without what a
    /// platform puts before it (`vault.register`, `_register`).
    pub fn matches_method(&self, method: &Method) -> bool {
        let name = &method.name;
        let last = name.rsplit('.').next().unwrap_or(name);
        self.matches(name)
            || self.matches(&format!("{}.{name}", method.export))
            || self.matches(last)
            || self.matches(last.trim_start_matches('_'))
    }

    /// Whether it names just this method.
    pub fn names(&self, method: &Method) -> bool {
        !self.is_pattern() && self.matches_method(method)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wild<T> {
    /// Any number of anything.
    Many,
    /// One of anything.
    One,
    /// Just this.
    This(T),
}

/// Whether the pattern fits all of the text. Only the last `Many` has to be tried again, so the time is at most the
/// product of the lengths.
pub(super) fn matches<P, T>(
    pattern: &[Wild<P>],
    text: &[T],
    same: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        let fits = match pattern.get(p) {
            Some(Wild::Many) => {
                retry = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some(Wild::One) => true,
            Some(Wild::This(this)) => same(this, &text[t]),
            None => false,
        };
        if fits {
            p += 1;
            t += 1;
        } else if let Some((after, from)) = retry {
            retry = Some((after, from + 1));
            p = after;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|part| matches!(part, Wild::Many))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, name, expected) in [
            ("register", "register", true),
            ("register", "registers", false),
            ("*", "", true),
            ("re*er", "register", true),
            ("re*er", "registry", false),
            ("*a*b*c", "xxaybzc", true),
            ("*ab", "aab", true),
            ("?et", "set", true),
            ("?et", "et", false),
            ("身*", "身份证", true),
        ] {
            assert_eq!(
                Glob::new(pattern).matches(name),
                expected,
                "{pattern} {name}"
            );
        }
    }
}
