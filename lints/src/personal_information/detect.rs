//! Personal data by its form: numbers with check digits, telephone numbers, addresses of mail.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Personal data found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// Where in the text.
    pub range: Range<usize>,
    /// The built-in class.
    pub class: &'static str,
    /// What it is, for people.
    pub what: &'static str,
    /// Whether a check digit confirms it.
    pub checked: bool,
}

struct Detector {
    class: &'static str,
    what: &'static str,
    pattern: &'static str,
    /// What a match must satisfy beside the pattern.
    holds: fn(&str) -> bool,
    checked: bool,
}

const DETECTORS: &[Detector] = &[
    Detector {
        class: "pi.id.national",
        what: "a resident identity number",
        pattern: r"[1-8]\d{16}[\dXx]",
        holds: resident_id,
        checked: true,
    },
    Detector {
        class: "pi.finance",
        what: "the number of a bank card",
        pattern: r"(?:62|4\d|5[1-5]|35|60)\d{14,17}",
        holds: luhn,
        checked: true,
    },
    Detector {
        class: "biz.sensitive",
        what: "a unified social credit code",
        pattern: r"[159Y][1239]\d{6}[0-9A-HJ-NPQRTUWXY]{10}",
        holds: credit_code,
        checked: true,
    },
    Detector {
        class: "pi.contact.phone",
        what: "a mobile telephone number",
        pattern: r"(?:\+?86)?1[3-9]\d{9}",
        // Round numbers are amounts.
        holds: |text| !text.ends_with("0000"),
        checked: false,
    },
    Detector {
        class: "pi.contact.email",
        what: "an address of electronic mail",
        pattern: r"[A-Za-z0-9][A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|cn|org|net|io|edu|gov|dev)",
        holds: |text| !text.contains("@example."),
        checked: false,
    },
    Detector {
        class: "pi.id.national",
        what: "the number of a Chinese passport",
        pattern: r"E[A-HJ-NP-Z0-9]\d{7}|[GD]\d{8}",
        holds: |_| true,
        checked: false,
    },
];

static PATTERNS: LazyLock<Vec<Option<Regex>>> = LazyLock::new(|| {
    DETECTORS
        .iter()
        .map(|d| Regex::new(d.pattern).ok())
        .collect()
});

/// All personal data in a text that stands by itself there: not part of a longer word or number.
pub(super) fn detect(text: &str) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    for (detector, pattern) in DETECTORS.iter().zip(PATTERNS.iter()) {
        let Some(pattern) = pattern else { continue };
        for found in pattern.find_iter(text) {
            let taken = hits.iter().any(|hit| hit.range.contains(&found.start()));
            if !taken && stands_alone(text, &found.range()) && (detector.holds)(found.as_str()) {
                hits.push(Hit {
                    range: found.range(),
                    class: detector.class,
                    what: detector.what,
                    checked: detector.checked,
                });
            }
        }
    }
    hits.sort_by_key(|hit| hit.range.start);
    hits
}

fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    let joins =
        |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    !joins(before) && !after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// GB 11643: a date of birth, and ISO 7064 MOD 11-2 over 17 digits.
fn resident_id(text: &str) -> bool {
    let digit = |i: usize| u32::from(text.as_bytes()[i] - b'0');
    let number = |range: Range<usize>| range.fold(0, |n, i| 10 * n + digit(i));
    let (year, month, day) = (number(6..10), number(10..12), number(12..14));
    if !(1900..2100).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return false;
    }
    let sum: u32 = (0..17).map(|i| digit(i) * (1 << (17 - i)) % 11).sum();
    let check = match text.as_bytes()[17] {
        b'X' | b'x' => 10,
        digit => u32::from(digit - b'0'),
    };
    (sum + check) % 11 == 1
}

/// ISO/IEC 7812-1.
fn luhn(text: &str) -> bool {
    let digits = text.bytes().rev().map(|b| u32::from(b - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(i, digit)| match (i % 2, digit) {
            (0, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    let varied = text.bytes().any(|b| b != text.as_bytes()[0]);
    sum.is_multiple_of(10) && varied && !text.ends_with("00000")
}

/// GB 32100: 18 characters, MOD 31-3.
fn credit_code(text: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let values: Option<Vec<usize>> = text.chars().map(|c| ALPHABET.find(c)).collect();
    let Some(values) = values else { return false };
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    (31 - sum % 31) % 31 == values[17]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, &str)> {
        detect(text)
            .into_iter()
            .map(|hit| (hit.class, &text[hit.range]))
            .collect()
    }

    #[test]
    fn check_digits_decide() {
        // The example of GB 11643.
        assert_eq!(
            found("id: 11010519491231002X;"),
            [("pi.id.national", "11010519491231002X")]
        );
        assert_eq!(found("id: 110105194912310021"), []);
        assert_eq!(found("110105194913310020"), []);
        assert_eq!(
            found("card 4111111111111111"),
            [("pi.finance", "4111111111111111")]
        );
        assert_eq!(found("card 4111111111111112"), []);
        assert_eq!(
            found("91350100M000100Y43"),
            [("biz.sensitive", "91350100M000100Y43")]
        );
        assert_eq!(found("91350100M000100Y44"), []);
    }

    #[test]
    fn parts_of_longer_words_are_nothing() {
        assert_eq!(found("x11010519491231002X"), []);
        assert_eq!(found("0013812345678"), []);
        assert_eq!(found("deadE12345678beef"), []);
        assert_eq!(found("13000000000"), []);
    }

    #[test]
    fn telephones_and_mail() {
        assert_eq!(
            found("call 13812345678 or li.lei@mail.cn"),
            [
                ("pi.contact.phone", "13812345678"),
                ("pi.contact.email", "li.lei@mail.cn")
            ]
        );
        assert_eq!(found("me@example.com"), []);
    }
}
