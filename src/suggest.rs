//! “Did you mean …?”

use crate::text::printable;

/// The candidate that the user most likely meant.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| {
            // Long names are begun rather than misspelt: `reentrncy` for `reentrancy-write-after-call`.
            let begun = candidate.split('-').next().unwrap_or(candidate);
            let whole = strsim::damerau_levenshtein(name, candidate);
            let begun = strsim::damerau_levenshtein(name, begun) + usize::from(begun != candidate);
            (whole.min(begun), candidate)
        })
        .filter(|(distance, candidate)| *distance <= candidate.len().min(name.len()).max(3) / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

/// ``there is no lint `lokced-value`; did you mean `locked-value`?``
pub(crate) fn unknown<'a>(
    what: &str,
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    let name = printable(name);
    match nearest(&name, candidates) {
        Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_close_only() {
        let names = ["reentrancy-write-after-call", "locked-value"];
        assert_eq!(nearest("locked-valeu", names), Some("locked-value"));
        assert_eq!(
            nearest("reentrncy", names),
            Some("reentrancy-write-after-call")
        );
        assert_eq!(nearest("overflow", names), None);
    }
}
