//! The host interface of the Asclepius Hospital Chain, which `host.toml` describes.

#![no_std]

use core::ffi::CStr;

#[link(wasm_import_module = "asclepius")]
extern "C" {
    fn buf_new() -> i32;
    fn buf_from(bytes: *const u8, len: usize) -> i32;
    fn buf_append(to: i32, more: i32);
    fn buf_len(of: i32) -> usize;
    fn buf_equal(a: i32, b: i32) -> i32;
    fn argument(name: *const u8, name_len: usize, to: i32) -> i32;
    #[link_name = "sender"]
    fn host_sender(to: i32);
    #[link_name = "holds_office"]
    fn host_holds_office(member: i32, office: *const u8) -> i32;
    #[link_name = "give"]
    fn host_give(result: i32);
    #[link_name = "refuse"]
    fn host_refuse(why: i32) -> !;
    fn shelf_put(shelf: *const u8, key: i32, value: i32);
    fn shelf_get(shelf: *const u8, key: i32, to: i32) -> i32;
    fn shelf_clear(shelf: *const u8, key: i32);
    #[link_name = "announce"]
    fn host_announce(subject: *const u8, what: i32);
    #[link_name = "relay"]
    fn host_relay(chain: *const u8, message: i32);
    #[link_name = "digest"]
    fn host_digest(message: i32, to: i32);
    #[link_name = "locker_put"]
    fn host_locker_put(key: i32, value: i32);
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// A buffer of the host.
#[derive(Clone, Copy)]
pub struct Buf(i32);

impl Buf {
    pub fn new() -> Self {
        Buf(unsafe { buf_new() })
    }

    pub fn is_empty(self) -> bool {
        unsafe { buf_len(self.0) == 0 }
    }

    /// A new buffer with the other's bytes after these.
    pub fn then(self, other: impl Into<Buf>) -> Buf {
        let joined = Buf::new();
        unsafe { buf_append(joined.0, self.0) };
        unsafe { buf_append(joined.0, other.into().0) };
        joined
    }
}

impl From<&str> for Buf {
    fn from(text: &str) -> Self {
        Buf(unsafe { buf_from(text.as_ptr(), text.len()) })
    }
}

impl PartialEq for Buf {
    fn eq(&self, other: &Self) -> bool {
        unsafe { buf_equal(self.0, other.0) == 1 }
    }
}

/// An argument; the call is refused where it is not given.
pub fn arg(name: &str) -> Buf {
    let value = Buf::new();
    if unsafe { argument(name.as_ptr(), name.len(), value.0) } != 1 {
        refuse(Buf::from("missing argument: ").then(name));
    }
    value
}

pub fn sender() -> Buf {
    let sender = Buf::new();
    unsafe { host_sender(sender.0) };
    sender
}

pub fn holds_office(member: Buf, office: &CStr) -> bool {
    unsafe { host_holds_office(member.0, office.as_ptr().cast()) == 1 }
}

pub fn give(result: Buf) {
    unsafe { host_give(result.0) }
}

pub fn refuse(why: impl Into<Buf>) -> ! {
    unsafe { host_refuse(why.into().0) }
}

pub fn announce(subject: &CStr, what: Buf) {
    unsafe { host_announce(subject.as_ptr().cast(), what.0) }
}

pub fn relay(chain: &CStr, message: Buf) {
    unsafe { host_relay(chain.as_ptr().cast(), message.0) }
}

pub fn digest(message: Buf) -> Buf {
    let digest = Buf::new();
    unsafe { host_digest(message.0, digest.0) };
    digest
}

/// Keeps something off the ledger, in the sender's own hospital.
pub fn confide(key: Buf, value: Buf) {
    unsafe { host_locker_put(key.0, value.0) }
}

/// Part of the ledger.
pub struct Shelf(pub &'static CStr);

impl Shelf {
    pub fn put(&self, key: Buf, value: Buf) {
        unsafe { shelf_put(self.0.as_ptr().cast(), key.0, value.0) }
    }

    pub fn get(&self, key: Buf) -> Option<Buf> {
        let value = Buf::new();
        let found = unsafe { shelf_get(self.0.as_ptr().cast(), key.0, value.0) };
        (found == 1).then_some(value)
    }

    pub fn clear(&self, key: Buf) {
        unsafe { shelf_clear(self.0.as_ptr().cast(), key.0) }
    }
}
