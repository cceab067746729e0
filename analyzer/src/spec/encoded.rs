//! Inputs by example: how a caller encodes the parameters of a method, with what is fixed by the encoding known and the
//! data left open. Texts and lists have a plausible length, so that all positions are known.

/// Parts of an input, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Bytes that the encoding fixes: lengths, offsets, padding.
    Known(Vec<u8>),
    /// So many bytes of the parameter of that number.
    Data { param: u32, len: u32 },
}

/// An input that grows by parameters.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    parts: Vec<Part>,
}

impl Encoded {
    pub(super) fn known(&mut self, bytes: &[u8]) {
        match self.parts.last_mut() {
            Some(Part::Known(last)) => last.extend_from_slice(bytes),
            _ => self.parts.push(Part::Known(bytes.to_vec())),
        }
    }

    pub(super) fn data(&mut self, param: u32, len: u32) {
        match self.parts.last_mut() {
            Some(Part::Data {
                param: last,
                len: old,
            }) if *last == param => *old += len,
            _ => self.parts.push(Part::Data { param, len }),
        }
    }

    /// A text or list of bytes in SCALE, of fewer than 64 bytes.
    pub(super) fn scale_text(&mut self, param: u32, len: u8) {
        self.known(&[len << 2]);
        self.data(param, u32::from(len));
    }

    pub(super) fn into_parts(self) -> Vec<Part> {
        self.parts
    }
}
