//! The few forms of protobuf that the system calls need: varints and length-delimited fields.

const SIZE: usize = 1024;

/// A message that is being written.
pub struct Message {
    buffer: [u8; SIZE],
    len: usize,
}

impl Message {
    pub fn new() -> Self {
        Self { buffer: [0; SIZE], len: 0 }
    }

    pub fn bytes(mut self, field: u32, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u32);
        self.buffer[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
        self
    }

    pub fn number(mut self, field: u32, number: u32) -> Self {
        self.varint(field << 3);
        self.varint(number);
        self
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.buffer[..self.len]
    }

    fn varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.push(value as u8);
    }

    fn push(&mut self, byte: u8) {
        self.buffer[self.len] = byte;
        self.len += 1;
    }
}

/// The length-delimited fields of a message, up to the first that is malformed.
#[derive(Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// The first field of this number.
    pub fn get(mut self, field: u32) -> Option<&'a [u8]> {
        self.find(|(number, _)| *number == field).map(|(_, value)| value)
    }

    fn varint(&mut self) -> Option<u32> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let tag = self.varint()?;
            let len = self.varint()? as usize;
            match tag & 7 {
                0 => {}
                2 => {
                    let value = self.rest.get(..len)?;
                    self.rest = &self.rest[len..];
                    return Some((tag >> 3, value));
                }
                _ => return None,
            }
        }
    }
}
