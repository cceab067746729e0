//! Says inside a contract which of its data is sensitive, for contract-lint.
//!
//! ```ignore
//! contract_lint_annotations::sensitive!("param:register.id_card", "pi.id.national");
//! contract_lint_annotations::sensitive!("key:\"kyc/\" *", "biz.customer", min_zone = "consortium");
//! ```

#![no_std]

/// Says that what a selector stands for is data of a class, and optionally in which zone it may appear at least.
///
/// Writes a line into the custom section `contract-lint.policy.v1` of the module, and nothing into its code or memory.
#[macro_export]
macro_rules! sensitive {
    ($select:literal, $class:literal $(,)?) => {
        $crate::record!(concat!($select, "=", $class, "\n"));
    };
    ($select:literal, $class:literal, min_zone = $zone:literal $(,)?) => {
        $crate::record!(concat!($select, "=", $class, ";min_zone=", $zone, "\n"));
    };
}

/// Writes a text into the section.
#[doc(hidden)]
#[macro_export]
macro_rules! record {
    ($text:expr) => {
        const _: () = {
            const TEXT: &str = $text;
            // Elsewhere sections are named otherwise, and tests need none.
            #[cfg_attr(
                target_arch = "wasm32",
                unsafe(link_section = "contract-lint.policy.v1")
            )]
            #[used]
            static RECORD: [u8; TEXT.len()] = {
                let mut bytes = [0; TEXT.len()];
                let mut i = 0;
                while i < bytes.len() {
                    bytes[i] = TEXT.as_bytes()[i];
                    i += 1;
                }
                bytes
            };
        };
    };
}

#[cfg(test)]
mod tests {
    // That they compile, with all kinds of selectors.
    sensitive!("param:register.id_card", "pi.id.national");
    sensitive!("key:\"kyc/\" *", "biz.customer", min_zone = "consortium",);
}
