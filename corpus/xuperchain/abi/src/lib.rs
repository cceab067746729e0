//! The XuperChain host interface for contracts without an allocator: system calls with protobuf on fixed buffers.

#![no_std]

mod proto;

use proto::{Fields, Message};

#[link(wasm_import_module = "env")]
extern "C" {
    fn _call_method(method: *const u8, method_len: usize, request: *const u8, request_len: usize) -> usize;
    fn _fetch_response(response: *mut u8, len: usize) -> i32;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Longest answer of the host.
const SIZE: usize = 2048;

/// One call of the contract: its arguments and the ledger.
pub struct Context {
    call: [u8; SIZE],
    len: usize,
}

impl Context {
    /// The context of the call that is being run.
    pub fn current() -> Self {
        let mut call = [0; SIZE];
        let len = host("GetCallArgs", &Message::new(), &mut call).unwrap_or(0);
        Self { call, len }
    }

    /// An argument; empty where the caller did not give it.
    pub fn arg(&self, key: &str) -> &[u8] {
        for (number, pair) in self.fields() {
            if number == 2 && Fields::new(pair).get(1) == Some(key.as_bytes()) {
                return Fields::new(pair).get(2).unwrap_or(b"");
            }
        }
        b""
    }

    /// An argument that is a decimal number.
    pub fn number(&self, key: &str) -> Option<u64> {
        decimal(self.arg(key))
    }

    /// The address that signed the transaction.
    pub fn initiator(&self) -> &[u8] {
        self.fields().get(3).unwrap_or(b"")
    }

    /// What the transaction brings along for this contract.
    pub fn transfer_amount(&self) -> u64 {
        self.fields().get(5).and_then(decimal).unwrap_or(0)
    }

    /// Reads an object into `value`: its length, or none where it is absent or longer than `value`.
    pub fn get_object(&self, key: &[u8], value: &mut [u8]) -> Option<usize> {
        let mut response = [0; SIZE];
        let len = host("GetObject", &Message::new().bytes(2, key), &mut response)?;
        let found = Fields::new(&response[..len]).get(1)?;
        value.get_mut(..found.len())?.copy_from_slice(found);
        Some(found.len())
    }

    pub fn put_object(&self, key: &[u8], value: &[u8]) {
        host("PutObject", &Message::new().bytes(2, key).bytes(3, value), &mut []);
    }

    pub fn delete_object(&self, key: &[u8]) {
        host("DeleteObject", &Message::new().bytes(2, key), &mut []);
    }

    /// Pays from the account of the contract; `amount` is a decimal number.
    pub fn transfer(&self, to: &[u8], amount: &[u8]) -> Option<()> {
        host("Transfer", &Message::new().bytes(3, to).bytes(4, amount), &mut [0; SIZE]).map(|_| ())
    }

    pub fn emit_event(&self, name: &str, body: &[u8]) {
        host("EmitEvent", &Message::new().bytes(2, name.as_bytes()).bytes(3, body), &mut []);
    }

    /// Ends the call well.
    pub fn ok(&self, body: &[u8]) {
        self.output(200, b"", body);
    }

    /// Ends the call badly: the host discards what it wrote.
    pub fn error(&self, message: &str) {
        self.output(500, message.as_bytes(), b"");
    }

    fn output(&self, status: u32, message: &[u8], body: &[u8]) {
        let response = Message::new().number(1, status).bytes(2, message).bytes(3, body);
        host("SetOutput", &Message::new().bytes(2, response.as_bytes()), &mut []);
    }

    fn fields(&self) -> Fields<'_> {
        Fields::new(&self.call[..self.len])
    }
}

/// A key that is put together from parts.
pub struct Key {
    bytes: [u8; 256],
    len: usize,
}

impl Key {
    pub fn new(parts: &[&[u8]]) -> Self {
        let mut key = Self { bytes: [0; 256], len: 0 };
        for part in parts {
            key.bytes[key.len..key.len + part.len()].copy_from_slice(part);
            key.len += part.len();
        }
        key
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Runs a system call: the length of its answer, or none where the host refused.
fn host(method: &str, request: &Message, response: &mut [u8]) -> Option<usize> {
    let request = request.as_bytes();
    let len = unsafe { _call_method(method.as_ptr(), method.len(), request.as_ptr(), request.len()) };
    if len > response.len() {
        return None;
    }
    (unsafe { _fetch_response(response.as_mut_ptr(), len) } == 1).then_some(len)
}

fn decimal(digits: &[u8]) -> Option<u64> {
    core::str::from_utf8(digits).ok()?.parse().ok()
}
