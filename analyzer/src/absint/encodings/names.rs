//! Antelope names: up to twelve characters of five bits and a thirteenth of four, in a 64-bit number.

const CHARACTERS: &[u8; 32] = b".12345abcdefghijklmnopqrstuvwxyz";

/// The text of a name; empty for 0.
pub(crate) fn decode(name: u64) -> String {
    let mut text = String::with_capacity(13);
    for i in 0..13u32 {
        let code = if i < 12 {
            (name >> (64 - 5 * (i + 1))) & 0x1f
        } else {
            name & 0x0f
        };
        text.push(char::from(CHARACTERS[code as usize]));
    }
    text.trim_end_matches('.').to_owned()
}

/// The name of a text; `None` if it is not a name.
pub(crate) fn encode(text: &str) -> Option<u64> {
    if text.len() > 13 {
        return None;
    }
    let mut name = 0u64;
    for (i, byte) in text.bytes().enumerate() {
        let code = CHARACTERS.iter().position(|c| *c == byte)? as u64;
        if i < 12 {
            name |= code << (64 - 5 * (i as u32 + 1));
        } else if code < 16 {
            name |= code;
        } else {
            return None;
        }
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for text in ["transfer", "eosio.token", "a", "zzzzzzzzzzzzj", "eosio"] {
            assert_eq!(decode(encode(text).expect("a name")), text);
        }
        assert_eq!(encode("eosio"), Some(6_138_663_577_826_885_632));
        assert_eq!(encode("Upper"), None);
        assert_eq!(encode("zzzzzzzzzzzzz"), None);
    }
}
