//! What several tests share.

use arbtest::{arbitrary, arbtest};

/// Runs a property on `count` random inputs of up to `size` bytes, the same in every run. A failure prints the seed,
/// which `arbtest(…).seed(…)` takes.
pub(crate) fn for_seeds(
    count: u32,
    size: u32,
    mut property: impl FnMut(&mut arbitrary::Unstructured<'_>) -> arbitrary::Result<()>,
) {
    for i in 1..=count {
        // Any odd multiplier visits every seed once; small inputs and large ones alternate.
        let seed = i.wrapping_mul(0x9e37_79b1);
        let size = size >> (i % 4);
        arbtest(&mut property).seed(u64::from(seed) << 32 | u64::from(size));
    }
}
