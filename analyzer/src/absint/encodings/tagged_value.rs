//! Soroban's tagged values: eight bits of tag, and above them either the value itself or the number of an object of the
//! host.

/// The bits of the tag.
pub(crate) const TAG_MASK: u64 = 0xff;

/// A value that is no object, as people read it; `None` for what has no text of its own.
pub(crate) fn text(bits: u64) -> Option<String> {
    let body = bits >> 8;
    Some(match bits & TAG_MASK {
        0 if body == 0 => "false".to_owned(),
        1 if body == 0 => "true".to_owned(),
        2 if body == 0 => "void".to_owned(),
        4 => (bits >> 32).to_string(),
        5 => ((bits >> 32) as u32).cast_signed().to_string(),
        6 | 8 | 9 | 10 | 12 => body.to_string(),
        7 | 11 | 13 => (bits.cast_signed() >> 8).to_string(),
        14 => symbol(body),
        _ => return None,
    })
}

/// Up to nine characters of six bits, the first the highest.
fn symbol(body: u64) -> String {
    (0..9)
        .rev()
        .filter_map(|i| match (body >> (6 * i)) & 0x3f {
            0 => None,
            1 => Some('_'),
            code @ 2..=11 => Some(char::from(b'0' + (code as u8 - 2))),
            code @ 12..=37 => Some(char::from(b'A' + (code as u8 - 12))),
            code => Some(char::from(b'a' + (code as u8 - 38))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn values_read_as_people_write_them() {
        let symbol = b"ab_1".iter().fold(0u64, |body, c| {
            let code = match c {
                b'_' => 1,
                b'0'..=b'9' => c - b'0' + 2,
                _ => c - b'a' + 38,
            };
            body << 6 | u64::from(code)
        });
        for (bits, expected) in [
            (0, Some("false")),
            (1, Some("true")),
            (2, Some("void")),
            (7 << 32 | 4, Some("7")),
            (u64::from(u32::MAX) << 32 | 5, Some("-1")),
            (1000 << 8 | 11, Some("1000")),
            ((-5i64 << 8) as u64 | 11, Some("-5")),
            (symbol << 8 | 14, Some("ab_1")),
            (3 << 32 | 77, None),
        ] {
            assert_eq!(text(bits).as_deref(), expected);
        }
    }
}
