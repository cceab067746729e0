//! The FISCO BCOS host interface for contracts without an allocator: module `bcos`, parameters in SCALE.

#![no_std]

#[link(wasm_import_module = "bcos")]
extern "C" {
    fn getCallDataSize() -> u32;
    fn getCallData(data: *mut u8);
    #[link_name = "finish"]
    fn host_finish(data: *const u8, len: usize);
    #[link_name = "revert"]
    fn host_revert(text: *const u8, len: usize);
    fn getStorage(key: *const u8, key_len: usize, value: *mut u8) -> u32;
    fn setStorage(key: *const u8, key_len: usize, value: *const u8, value_len: usize);
    fn getCaller(address: *mut u8) -> u32;
    #[link_name = "call"]
    fn host_call(contract: *const u8, contract_len: usize, data: *const u8, len: usize) -> u32;
    fn log(
        data: *const u8,
        len: usize,
        topics: u32,
        t1: *const u8,
        t2: *const u8,
        t3: *const u8,
        t4: *const u8,
    );
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Longest call data.
const INPUT: usize = 1024;
/// The host writes a value of any length: room for the longest that these contracts store.
const VALUE: usize = 512;

/// An account: forty hexadecimal digits.
pub type Address = [u8; 40];

/// This chain hashes with keccak256; a chain of the national standard wants 1 here.
#[no_mangle]
extern "C" fn hash_type() -> u32 {
    0
}

/// The call data, read from front to back.
pub struct Input {
    data: [u8; INPUT],
    len: usize,
    at: usize,
}

impl Input {
    pub fn read() -> Self {
        let len = unsafe { getCallDataSize() } as usize;
        let mut input = Self { data: [0; INPUT], len, at: 0 };
        if len > INPUT {
            revert("the call data is too long");
        }
        unsafe { getCallData(input.data.as_mut_ptr()) };
        input
    }

    /// The four bytes that select the method.
    pub fn selector(&mut self) -> [u8; 4] {
        self.array()
    }

    pub fn address(&mut self) -> Address {
        if self.length() != 40 {
            revert("not an address");
        }
        self.array()
    }

    pub fn amount(&mut self) -> u128 {
        u128::from_le_bytes(self.array())
    }

    pub fn digest(&mut self) -> [u8; 32] {
        self.array()
    }

    /// Text of at most 16383 bytes.
    pub fn text(&mut self) -> &[u8] {
        let len = self.length();
        let start = self.at;
        if len > self.len - start {
            revert("the call data is too short");
        }
        self.at += len;
        &self.data[start..start + len]
    }

    /// A length in SCALE's compact form, of one or two bytes.
    fn length(&mut self) -> usize {
        let [low] = self.array();
        match low & 3 {
            0 => usize::from(low >> 2),
            1 => {
                let [high] = self.array();
                usize::from(low >> 2) | usize::from(high) << 6
            }
            _ => revert("too long"),
        }
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        if N > self.len - self.at {
            revert("the call data is too short");
        }
        let mut array = [0; N];
        array.copy_from_slice(&self.data[self.at..self.at + N]);
        self.at += N;
        array
    }
}

/// Whoever made this call: an account or a contract.
pub fn caller() -> Address {
    let mut address = [0; 40];
    unsafe { getCaller(address.as_mut_ptr()) };
    address
}

/// Reads a value into `value`: its length, 0 where there is none.
pub fn get_storage(key: &[u8], value: &mut [u8]) -> usize {
    let mut buffer = [0; VALUE];
    let len = unsafe { getStorage(key.as_ptr(), key.len(), buffer.as_mut_ptr()) } as usize;
    if len > value.len() {
        revert("the value is too long");
    }
    value[..len].copy_from_slice(&buffer[..len]);
    len
}

pub fn set_storage(key: &[u8], value: &[u8]) {
    if value.len() > VALUE {
        revert("the value is too long");
    }
    unsafe { setStorage(key.as_ptr(), key.len(), value.as_ptr(), value.len()) }
}

/// Calls another contract by its path; false where it failed.
pub fn call(contract: &[u8], data: &[u8]) -> bool {
    unsafe { host_call(contract.as_ptr(), contract.len(), data.as_ptr(), data.len()) == 0 }
}

/// Emits an event with its name, padded to a topic, and its data.
pub fn emit(name: &str, data: &[u8]) {
    let mut topic = [0; 32];
    topic[..name.len()].copy_from_slice(name.as_bytes());
    let none = core::ptr::null();
    unsafe { log(data.as_ptr(), data.len(), 1, topic.as_ptr(), none, none, none) }
}

/// Ends the call well.
pub fn finish(data: &[u8]) {
    unsafe { host_finish(data.as_ptr(), data.len()) }
}

/// Ends the call badly: the host discards what it wrote.
pub fn revert(text: &str) -> ! {
    unsafe { host_revert(text.as_ptr(), text.len()) };
    // Hosts before 3.4 come back from `revert`.
    core::arch::wasm32::unreachable()
}

/// A key: the name of a mapping and up to two accounts.
pub struct Key {
    bytes: [u8; 96],
    len: usize,
}

impl Key {
    pub fn new(parts: &[&[u8]]) -> Self {
        let mut key = Self { bytes: [0; 96], len: 0 };
        for part in parts {
            key.bytes[key.len..key.len + part.len()].copy_from_slice(part);
            key.len += part.len();
        }
        key
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// What is stored under this key; 0 where nothing is.
    pub fn amount(&self) -> u128 {
        let mut amount = [0; 16];
        get_storage(self.as_bytes(), &mut amount);
        u128::from_le_bytes(amount)
    }
}
