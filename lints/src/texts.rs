//! Text in the data that a module ships.

use contract_lint_analyzer::facts::Facts;

/// A run of text in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    /// Where it begins in the file.
    pub offset: usize,
    /// The text: printable, at least [`SHORTEST`] bytes.
    pub text: &'a str,
}

/// Shorter runs are no text of interest.
const SHORTEST: usize = 6;

/// All runs of text in the data segments, in file order. Compilers put literals side by side, so a run can hold several.
pub(crate) fn runs(facts: &Facts) -> Vec<Run<'_>> {
    let module = &facts.module;
    let mut runs = Vec::new();
    for segment in &module.data {
        if let Some(bytes) = module.bytes.get(segment.range.clone()) {
            collect(bytes, segment.range.start, &mut runs);
        }
    }
    runs
}

fn collect<'a>(bytes: &'a [u8], start: usize, runs: &mut Vec<Run<'a>>) {
    let mut offset = start;
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid();
        let mut at = offset;
        for part in text.split(|c: char| c.is_control() && c != '\n') {
            if part.len() >= SHORTEST {
                runs.push(Run {
                    offset: at,
                    text: part,
                });
            }
            // The character that was split at is a control character, so one byte or two.
            let after = at + part.len() - offset;
            at += part.len() + text[after..].chars().next().map_or(0, char::len_utf8);
        }
        offset += text.len() + chunk.invalid().len();
    }
}

/// A secret or personal text so that people recognise it and others learn nothing: `110***********002X`.
pub(crate) fn masked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let shown = (chars.len() / 6).min(3);
    chars
        .iter()
        .enumerate()
        .map(|(i, c)| {
            if i < shown || i + shown >= chars.len() {
                *c
            } else {
                '*'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_cut_at_what_is_no_text() {
        let mut runs = Vec::new();
        collect(
            b"\0\x01first run\0\xff\xffsecond run\xfe\0abc",
            100,
            &mut runs,
        );
        let found: Vec<_> = runs.iter().map(|r| (r.offset, r.text)).collect();
        assert_eq!(found, [(102, "first run"), (114, "second run")]);
    }

    #[test]
    fn masks_show_the_ends_only() {
        assert_eq!(masked("11010519491231002X"), "110************02X");
        assert_eq!(masked("abc"), "***");
    }
}
