//! The host interface of the Harbor Trade Ledger, which `host.toml` describes.

#![no_std]

#[link(wasm_import_module = "harbor")]
extern "C" {
    fn ledger_put(key: *const u8, key_len: usize, value: *const u8, value_len: usize);
    fn ledger_get(key: *const u8, key_len: usize, out: *mut u8, out_cap: usize) -> usize;
    fn ledger_delete(key: *const u8, key_len: usize);
    #[link_name = "caller"]
    fn host_caller(out: *mut u8);
    #[link_name = "require_role"]
    fn host_require_role(role: *const u8, role_len: usize);
    fn input(out: *mut u8, out_cap: usize) -> usize;
    fn output(data: *const u8, data_len: usize);
    fn call_contract(flags: u32, contract: *const u8, method: *const u8, input: *const u8, len: usize) -> u32;
    #[link_name = "emit"]
    fn host_emit(topic: *const u8, data: *const u8, data_len: usize);
    #[link_name = "ensure"]
    fn host_ensure(condition: u32, message: *const u8);
    fn service(operation: *const u8, request: *const u8, request_len: usize) -> u32;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// An account or a contract.
pub type Account = [u8; 20];

/// Longest input.
const INPUT: usize = 512;

/// The input, read from front to back.
pub struct Input {
    data: [u8; INPUT],
    at: usize,
}

impl Input {
    pub fn read() -> Self {
        let mut data = [0; INPUT];
        let len = unsafe { input(data.as_mut_ptr(), INPUT) };
        ensure(len <= INPUT, c"the input is too long");
        Self { data, at: 0 }
    }

    pub fn account(&mut self) -> Account {
        self.array()
    }

    pub fn amount(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        ensure(self.at + N <= INPUT, c"the input is too short");
        array.copy_from_slice(&self.data[self.at..self.at + N]);
        self.at += N;
        array
    }
}

pub fn caller() -> Account {
    let mut account = [0; 20];
    unsafe { host_caller(account.as_mut_ptr()) };
    account
}

pub fn require_role(role: &str) {
    unsafe { host_require_role(role.as_ptr(), role.len()) }
}

pub fn ensure(condition: bool, message: &core::ffi::CStr) {
    unsafe { host_ensure(condition.into(), message.as_ptr().cast()) }
}

pub fn put(key: &[u8], value: &[u8]) {
    unsafe { ledger_put(key.as_ptr(), key.len(), value.as_ptr(), value.len()) }
}

/// Reads a value of fixed length; zeros where there is none.
pub fn get<const N: usize>(key: &[u8]) -> [u8; N] {
    let mut value = [0; N];
    unsafe { ledger_get(key.as_ptr(), key.len(), value.as_mut_ptr(), N) };
    value
}

pub fn delete(key: &[u8]) {
    unsafe { ledger_delete(key.as_ptr(), key.len()) }
}

pub fn emit(topic: &core::ffi::CStr, data: &[u8]) {
    unsafe { host_emit(topic.as_ptr().cast(), data.as_ptr(), data.len()) }
}

pub fn finish(data: &[u8]) {
    unsafe { output(data.as_ptr(), data.len()) }
}

/// Runs another contract at once; false where it failed.
pub fn call(contract: &Account, method: &core::ffi::CStr, data: &[u8]) -> bool {
    unsafe { call_contract(0, contract.as_ptr(), method.as_ptr().cast(), data.as_ptr(), data.len()) == 0 }
}

/// Asks a service of the ledger; false where it refused.
pub fn serve(operation: &core::ffi::CStr, request: &[u8]) -> bool {
    unsafe { service(operation.as_ptr().cast(), request.as_ptr(), request.len()) == 0 }
}

/// A key: a name, and whose.
pub fn key(name: &[u8; 8], of: &Account) -> [u8; 28] {
    let mut key = [0; 28];
    key[..8].copy_from_slice(name);
    key[8..].copy_from_slice(of);
    key
}
