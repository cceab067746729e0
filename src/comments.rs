//! Suppressions in the source: `// contract-lint: allow(lint) -- reason`, at the end of the line of a finding or on a line
//! of its own above it. `expect(lint)` is the same, for a finding that has to be there. Both are reported when they hide
//! nothing, for then they mislead.

use std::cell::Cell;

use contract_lint_lints::lint::LintMeta;

use crate::config::Scope;

/// What stands before the words that are meant for us.
const MARK: &str = "contract-lint:";

/// A comment that speaks to the linter.
#[derive(Debug)]
pub(crate) struct Comment {
    /// Its line, from 1.
    pub(crate) line: u32,
    /// The line that it is about: its own, or the next one with code.
    about: u32,
    expects: bool,
    scopes: Vec<Scope>,
    used: Cell<bool>,
}

/// A comment that cannot be used, or is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// The line, from 1.
    pub(crate) line: u32,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// The comments of a source file, and what is wrong with those that cannot be used.
pub(crate) fn read(text: &str) -> (Vec<Comment>, Vec<Complaint>) {
    let mut comments = Vec::new();
    let mut complaints = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (index, text) in lines.iter().enumerate() {
        let Some((code, words)) = text
            .split_once("//")
            .and_then(|(code, comment)| Some((code, comment.trim_start().strip_prefix(MARK)?)))
        else {
            continue;
        };
        let line = number(index);
        let about = if code.trim().is_empty() {
            let below = lines.iter().skip(index + 1);
            let skipped = below.take_while(|text| !is_code(text)).count();
            number(index + 1 + skipped)
        } else {
            line
        };
        match words_of(words) {
            Ok((expects, scopes)) => comments.push(Comment {
                line,
                about,
                expects,
                scopes,
                used: Cell::new(false),
            }),
            Err(message) => complaints.push(Complaint { line, message }),
        }
    }
    (comments, complaints)
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// Whether a line is more than a comment or an attribute.
fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//") && !line.starts_with("#[")
}

/// `allow(a, b) -- reason`.
fn words_of(text: &str) -> Result<(bool, Vec<Scope>), String> {
    let form = "write `// contract-lint: allow(lint) -- reason`, or `expect` instead of `allow`";
    let (verb, rest) = text.split_once('(').ok_or(form)?;
    let expects = match verb.trim() {
        "allow" => false,
        "expect" => true,
        _ => return Err(form.to_owned()),
    };
    let (names, rest) = rest.split_once(')').ok_or(form)?;
    let reason = rest.trim().strip_prefix("--").unwrap_or_default().trim();
    if reason.is_empty() {
        return Err("a suppression needs a reason: `-- why the finding is accepted`".to_owned());
    }
    let scopes = names
        .split(',')
        .map(|name| Scope::parse(name.trim()))
        .collect::<Result<_, _>>()?;
    Ok((expects, scopes))
}

impl Comment {
    /// Whether it hides a finding of a lint on a line. If so, it counts as used.
    pub(crate) fn hides(&self, lint: &LintMeta, line: u32) -> bool {
        let hides = line == self.about && self.scopes.iter().any(|scope| scope.covers(lint));
        self.used.set(self.used.get() || hides);
        hides
    }

    /// What to say if it has hidden nothing.
    pub(crate) fn complaint(&self) -> Option<Complaint> {
        let message = match (self.used.get(), self.expects) {
            (true, _) => return None,
            (false, true) => "the expected finding is not there",
            (false, false) => "this suppression hides nothing",
        };
        Some(Complaint {
            line: self.line,
            message: message.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lint(name: &str) -> &'static LintMeta {
        contract_lint_lints::by_name(name).unwrap().meta
    }

    #[test]
    fn comments_hide_findings_of_their_line() {
        let text = "\
            // contract-lint: allow(missing-subject-auth) -- the keeper may\n\
            #[inline]\n\
            remove(x);\n\
            call(); // contract-lint: expect(access) -- shown in the course\n";
        let (comments, complaints) = read(text);
        assert_eq!(complaints, []);
        assert!(comments[0].hides(lint("missing-subject-auth"), 3));
        assert!(!comments[0].hides(lint("missing-subject-auth"), 4));
        assert!(!comments[0].hides(lint("unprotected-code-upgrade"), 3));
        assert_eq!(comments[0].complaint(), None);
        let unused = comments[1].complaint().unwrap();
        assert_eq!(
            (unused.line, unused.message.as_str()),
            (4, "the expected finding is not there")
        );
        assert!(comments[1].hides(lint("unprotected-code-upgrade"), 4));
    }

    #[test]
    fn comments_without_sense_are_told() {
        for (text, word) in [
            ("// contract-lint: allow(missing-subject-auth)", "reason"),
            (
                "// contract-lint: allow(mising-subject-auth) -- typo",
                "missing-subject-auth",
            ),
            ("// contract-lint: ignore", "write"),
        ] {
            let (comments, complaints) = read(text);
            assert!(comments.is_empty());
            assert!(complaints[0].message.contains(word), "{complaints:?}");
        }
        assert!(read("// contract-lint is a linter").0.is_empty());
    }
}
