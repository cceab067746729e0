//! Linear memory of the concrete machine. It is copied for each of many trials, of which each writes little: so it is made
//! of pages that copies share until they are written to.

use std::ops::Range;
use std::sync::Arc;

/// The bytes of a page, a divisor of WebAssembly's.
const PAGE: usize = 4096;
/// How many of them make one of WebAssembly's.
const IN_WASM_PAGE: usize = 65536 / PAGE;

type Page = [u8; PAGE];

/// Bytes from address 0 on.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    pages: Vec<Arc<Page>>,
}

impl Pages {
    /// So many of WebAssembly's pages, all zero.
    pub(crate) fn new(wasm_pages: usize) -> Self {
        let zero = Arc::new([0; PAGE]);
        Pages {
            pages: vec![zero; wasm_pages * IN_WASM_PAGE],
        }
    }

    /// The size in bytes.
    pub(crate) fn len(&self) -> usize {
        self.pages.len() * PAGE
    }

    /// Adds so many of WebAssembly's pages.
    pub(crate) fn grow(&mut self, wasm_pages: usize) {
        let zero = Arc::new([0; PAGE]);
        let more = std::iter::repeat_n(zero, wasm_pages * IN_WASM_PAGE);
        self.pages.extend(more);
    }

    /// The number of up to eight bytes that stands at an address; `None` beyond the end.
    pub(crate) fn number(&self, at: usize, width: usize) -> Option<u64> {
        let mut buffer = [0; 8];
        let (page, offset) = (self.pages.get(at / PAGE)?, at % PAGE);
        let buffered = buffer.get_mut(..width)?;
        match page.get(offset..offset + width) {
            Some(bytes) => buffered.copy_from_slice(bytes),
            None => buffered.copy_from_slice(&self.get(at..at + width)?),
        }
        Some(u64::from_le_bytes(buffer))
    }

    /// The word at an address; `None` beyond the end.
    pub(crate) fn word(&self, at: usize) -> Option<u32> {
        self.number(at, 4).map(|bits| bits as u32)
    }

    /// A copy of a run of bytes; `None` beyond the end.
    pub(crate) fn get(&self, range: Range<usize>) -> Option<Vec<u8>> {
        if range.end > self.len() || range.start > range.end {
            return None;
        }
        let mut bytes = Vec::with_capacity(range.len());
        for (page, within) in parts(&range) {
            bytes.extend_from_slice(&self.pages[page][within]);
        }
        Some(bytes)
    }

    /// Writes a run of bytes; `None` beyond the end.
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) -> Option<()> {
        let range = at..at.checked_add(bytes.len())?;
        if range.end > self.len() {
            return None;
        }
        let mut rest = bytes;
        for (page, within) in parts(&range) {
            let (now, then) = rest.split_at(within.len());
            Arc::make_mut(&mut self.pages[page])[within].copy_from_slice(now);
            rest = then;
        }
        Some(())
    }

    /// Writes the same byte all along a run; `None` beyond the end.
    pub(crate) fn fill(&mut self, range: Range<usize>, byte: u8) -> Option<()> {
        if range.end > self.len() {
            return None;
        }
        for (page, within) in parts(&range) {
            Arc::make_mut(&mut self.pages[page])[within].fill(byte);
        }
        Some(())
    }

    /// Whether all bytes of a run are the same one.
    pub(crate) fn is_filled(&self, range: Range<usize>, byte: u8) -> bool {
        self.get(range)
            .is_some_and(|bytes| bytes.iter().all(|b| *b == byte))
    }
}

/// A run as parts of pages.
fn parts(range: &Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> + use<> {
    let Range { mut start, end } = *range;
    std::iter::from_fn(move || {
        (start < end).then(|| {
            let (page, offset) = (start / PAGE, start % PAGE);
            let len = (end - start).min(PAGE - offset);
            start += len;
            (page, offset..offset + len)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_apart_and_runs_cross_pages() {
        let mut memory = Pages::new(1);
        let before = memory.clone();
        assert_eq!(memory.put(PAGE - 3, b"across"), Some(()));
        assert_eq!(
            memory.get(PAGE - 3..PAGE + 3).as_deref(),
            Some(&b"across"[..])
        );
        assert_eq!(memory.word(PAGE - 2), Some(u32::from_le_bytes(*b"cros")));
        assert!(before.is_filled(0..65536, 0));
        assert_eq!(memory.fill(PAGE - 1..PAGE + 1, b'_'), Some(()));
        assert_eq!(
            memory.get(PAGE - 3..PAGE + 3).as_deref(),
            Some(&b"ac__ss"[..])
        );
    }

    #[test]
    fn nothing_is_beyond_the_end() {
        let mut memory = Pages::new(1);
        assert_eq!(memory.word(65533), None);
        assert_eq!(memory.number(65535, 1), Some(0));
        assert_eq!(memory.put(65533, b"four"), None);
        assert_eq!(memory.get(65530..65537), None);
        memory.grow(1);
        assert_eq!(memory.put(65533, b"four"), Some(()));
        assert_eq!(memory.len(), 131_072);
    }
}
