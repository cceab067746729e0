//! EasyCodec: a magic number, the count of items, and for each its key type, key, value type and value.

/// "cmec", "v1.0" and eight reserved bytes.
const MAGIC: &[u8; 16] = b"cmecv1.0\xff\xff\xff\xff\xff\xff\xff\xff";
const COUNT: usize = MAGIC.len();
const FIRST: usize = COUNT + 4;

const SYSTEM: u32 = 0;
const USER: u32 = 1;

const INT32: u32 = 0;
const STRING: u32 = 1;
const BYTES: u32 = 2;

/// Longest request to the host.
const SIZE: usize = 1024;

pub struct Encoder {
    buffer: [u8; SIZE],
    len: usize,
    items: u32,
}

impl Encoder {
    pub fn new() -> Self {
        let mut new = Self { buffer: [0; SIZE], len: 0, items: 0 };
        new.raw(MAGIC);
        new.word(0);
        new
    }

    pub fn system(self, key: &str, value: &[u8]) -> Self {
        self.item(SYSTEM, key, STRING, value)
    }

    pub fn string(self, key: &str, value: &[u8]) -> Self {
        self.item(USER, key, STRING, value)
    }

    pub fn bytes(self, key: &str, value: &[u8]) -> Self {
        self.item(USER, key, BYTES, value)
    }

    /// Where the host shall write its answer.
    pub fn pointer(self, key: &str, value: &mut [u8]) -> Self {
        self.item(USER, key, INT32, &(value.as_mut_ptr() as u32).to_le_bytes())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.buffer[..self.len]
    }

    fn item(mut self, key_type: u32, key: &str, value_type: u32, value: &[u8]) -> Self {
        self.word(key_type);
        self.word(key.len() as u32);
        self.raw(key.as_bytes());
        self.word(value_type);
        self.word(value.len() as u32);
        self.raw(value);
        self.items += 1;
        self.buffer[COUNT..FIRST].copy_from_slice(&self.items.to_le_bytes());
        self
    }

    fn word(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.buffer[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }
}

pub struct Decoder<'a> {
    bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The value of the first item with this key.
    pub fn get(&self, key: &str) -> Option<&'a [u8]> {
        let mut at = COUNT;
        let items = self.word(&mut at)?;
        for _ in 0..items {
            self.word(&mut at)?;
            let name = self.slice(&mut at)?;
            self.word(&mut at)?;
            let value = self.slice(&mut at)?;
            if name == key.as_bytes() {
                return Some(value);
            }
        }
        None
    }

    fn slice(&self, at: &mut usize) -> Option<&'a [u8]> {
        let len = self.word(at)? as usize;
        let slice = self.bytes.get(*at..at.checked_add(len)?)?;
        *at += len;
        Some(slice)
    }

    fn word(&self, at: &mut usize) -> Option<u32> {
        let word = self.bytes.get(*at..*at + 4)?;
        *at += 4;
        Some(u32::from_le_bytes(word.try_into().ok()?))
    }
}
