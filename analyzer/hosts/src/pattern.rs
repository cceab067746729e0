//! Names with `*` for any characters, as host model files write them.

/// Whether the pattern describes the whole text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let Some((middle, end)) = rest.rsplit_once('*') else {
        return text.ends_with(rest);
    };
    // The leftmost place for each piece is as good as any: it leaves most for those after it.
    for piece in middle.split('*') {
        let Some(place) = text.find(piece) else {
            return false;
        };
        text = &text[place + piece.len()..];
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("call", "call", true),
            ("call", "calls", false),
            ("*", "", true),
            ("init_*", "init_escrow", true),
            ("init_*", "escrow_init_", false),
            ("*.*", "escrow.pay", true),
            ("*.*", "escrow", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            ("env.promise_*", "env.promise_create", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
