//! What data is, by the names that people give it: English, pinyin and Chinese.

use crate::policy::{Class, Policy};

/// Words after which a name still means the thing itself: `passport_no`.
const GENERIC: &[&str] = &[
    "no", "num", "number", "id", "code", "str", "string", "text", "value", "data", "info", "name",
    "haoma", "hao",
];

/// Words that say that a name means something made from the thing.
const SEALED: &[&str] = &[
    "hash",
    "hashed",
    "digest",
    "commitment",
    "commit",
    "cipher",
    "ciphertext",
    "encrypted",
    "sealed",
    "proof",
    "root",
    "salt",
    "sig",
    "signature",
    "count",
    "verified",
    "hasxi",
];

/// The class that a name stands for, if a word of its dictionary is in it.
pub(super) fn class_of_name(policy: &Policy, name: &str) -> Option<Class> {
    let words = words(name);
    if words.iter().any(|word| SEALED.contains(&word.as_str())) {
        return None;
    }
    // `patient_name` is a name, though it is that of a `patient`.
    let longest = |class: &&Class| {
        let meant = class.names.iter().filter(|n| means(name, &words, n));
        meant.map(|entry| entry.chars().count()).max()
    };
    let fitting = policy.known_classes().filter(|c| longest(c).is_some());
    // Of several that fit as well, the first.
    fitting
        .reduce(|best, class| {
            if longest(&class) > longest(&best) {
                class
            } else {
                best
            }
        })
        .cloned()
}

/// Whether a name means what an entry of a dictionary names.
fn means(name: &str, words: &[String], entry: &str) -> bool {
    if !entry.is_ascii() {
        return name.contains(entry);
    }
    let entry: Vec<&str> = entry.split('_').collect();
    (0..words.len()).any(|at| {
        let rest = &words[at..];
        let starts = rest.len() >= entry.len() && rest.iter().zip(&entry).all(|(a, b)| a == b);
        starts
            && rest[entry.len()..].iter().all(|word| {
                GENERIC.contains(&word.as_str()) || word.chars().all(|c| c.is_ascii_digit())
            })
    })
}

/// The words of a name in snake case, kebab case or camel case, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous_lower = false;
    for c in name.chars() {
        let separates = !c.is_alphanumeric();
        if (separates || (c.is_uppercase() && previous_lower))
            && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
        if !separates && let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        previous_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether data of a type can hold text, as far as the type is known. Numbers, flags, accounts and digests cannot.
pub(super) fn can_be_text(ty: Option<&str>) -> bool {
    let Some(ty) = ty else { return true };
    let ty = ty.to_ascii_lowercase();
    // An array of known length is a digest or a key.
    let fixed = ty.contains("bytesn") || ty.contains("; 32]") || ty.contains("bytes32");
    !fixed
        && [
            "string", "str", "bytes", "text", "buffer", "vec<u8>", "utf8", "json",
        ]
        .iter()
        .any(|text| ty.contains(text))
}

/// Whether data of a type can be a secret that nobody guesses, as far as the type is known.
pub(super) fn can_be_secret(ty: Option<&str>) -> bool {
    let Some(ty) = ty else { return true };
    let ty = ty.to_ascii_lowercase();
    const KNOWN: &[&str] = &[
        "name",
        "address",
        "accountid",
        "account_id",
        "managedaddress",
        "addr",
        "bool",
        "symbol",
        "asset",
        "u8",
        "u16",
        "u32",
        "u64",
        "i8",
        "i16",
        "i32",
        "i64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "int64",
        "time_point_sec",
        "timestamp",
    ];
    !KNOWN.contains(&ty.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(name: &str) -> Option<String> {
        class_of_name(&Policy::default(), name).map(|class| class.id)
    }

    #[test]
    fn names_are_taken_word_by_word() {
        for (name, expected) in [
            ("id_card", Some("pi.id.national")),
            ("idCard", Some("pi.id.national")),
            ("passportNo", Some("pi.id.national")),
            ("buyer_phone", Some("pi.contact.phone")),
            ("shenfenzheng_haoma", Some("pi.id.national")),
            ("用户手机号", Some("pi.contact.phone")),
            ("patient_id", Some("pi.health")),
            ("patient_name", Some("pi.name")),
            ("ownerName", Some("pi.name")),
            ("token_name", None),
            ("diagnosis_text", Some("pi.health")),
            ("iban", Some("pi.finance")),
            // Words within words, and things made from the thing, are nothing.
            ("saxophone", None),
            ("hotel", None),
            ("id_card_hash", None),
            ("phoneCommitment", None),
            ("track_length", None),
            ("owner", None),
            ("trading_card", None),
        ] {
            assert_eq!(class(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn types_tell_what_cannot_be_text() {
        for (ty, expected) in [
            (None, true),
            (Some("String"), true),
            (Some("string"), true),
            (Some("Vec<u8>"), true),
            (Some("u64"), false),
            (Some("name"), false),
            (Some("BytesN<32>"), false),
            (Some("Address"), false),
        ] {
            assert_eq!(can_be_text(ty), expected, "{ty:?}");
        }
    }
}
