//! The ChainMaker host interface for contracts without an allocator: `sys_call` and EasyCodec on fixed buffers.
//!
//! The methods of [`Context`] are those of ChainMaker's own Rust SDK as far as the borrowed buffers allow.

#![no_std]

mod codec;

use codec::{Decoder, Encoder};

#[link(wasm_import_module = "env")]
extern "C" {
    fn sys_call(header: *const u8, header_len: usize, body: *const u8, body_len: usize) -> i32;
    fn log_message(text: *const u8, len: i32);
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Longest set of parameters that a contract accepts.
const INPUT: usize = 4096;
static mut PARAMS: [u8; INPUT] = [0; INPUT];

#[no_mangle]
extern "C" fn runtime_type() -> i32 {
    2
}

/// Where the host may write the parameters of the next call; a null pointer where they do not fit.
#[no_mangle]
extern "C" fn allocate(len: usize) -> *mut u8 {
    if len > INPUT {
        return core::ptr::null_mut();
    }
    core::ptr::addr_of_mut!(PARAMS).cast()
}

#[no_mangle]
extern "C" fn deallocate(_: *mut u8) {}

/// One call of the contract: its parameters and the ledger.
pub struct Context {
    params: Decoder<'static>,
}

/// The context of the call that is being run.
pub fn get_sim_context() -> Context {
    let bytes = unsafe { core::slice::from_raw_parts(core::ptr::addr_of!(PARAMS).cast::<u8>(), INPUT) };
    Context { params: Decoder::new(bytes) }
}

impl Context {
    /// A parameter; empty where the caller did not give it.
    pub fn arg(&self, key: &str) -> &'static [u8] {
        self.params.get(key).unwrap_or(b"")
    }

    /// A parameter that is a decimal number.
    pub fn arg_as_u64(&self, key: &str) -> Option<u64> {
        core::str::from_utf8(self.arg(key)).ok()?.parse().ok()
    }

    /// The public key that signed the transaction; the host adds it to the parameters.
    pub fn get_sender_pub_key(&self) -> &'static [u8] {
        self.arg("__sender_pk__")
    }

    /// Reads a state into `value`: its length, or none where it is absent or longer than `value`.
    pub fn get_state(&self, key: &str, field: &[u8], value: &mut [u8]) -> Option<usize> {
        let mut len = [0; 4];
        let body = Encoder::new()
            .string("key", key.as_bytes())
            .string("field", field)
            .pointer("value_ptr", &mut len);
        self.host("GetStateLen", &body)?;
        let len = u32::from_le_bytes(len) as usize;
        if len == 0 || len > value.len() {
            return None;
        }
        let body =
            Encoder::new().string("key", key.as_bytes()).string("field", field).pointer("value_ptr", value);
        self.host("GetState", &body)?;
        Some(len)
    }

    pub fn put_state(&self, key: &str, field: &[u8], value: &[u8]) {
        let body = Encoder::new().string("key", key.as_bytes()).string("field", field).bytes("value", value);
        self.host("PutState", &body);
    }

    pub fn delete_state(&self, key: &str, field: &[u8]) {
        let body = Encoder::new().string("key", key.as_bytes()).string("field", field);
        self.host("DeleteState", &body);
    }

    /// Calls another contract and waits for it; its answer is left with the host.
    pub fn call_contract(&self, contract: &[u8], method: &str, params: &[(&str, &[u8])]) -> Option<()> {
        let mut nested = Encoder::new();
        for (key, value) in params {
            nested = nested.bytes(key, value);
        }
        let mut len = [0; 4];
        let body = Encoder::new()
            .string("contract_name", contract)
            .string("method", method.as_bytes())
            .bytes("param", nested.as_bytes())
            .pointer("value_ptr", &mut len);
        self.host("CallContractLen", &body)
    }

    pub fn emit_event(&self, topic: &str, data: &[&[u8]]) {
        let mut body = Encoder::new().string("topic", topic.as_bytes());
        for item in data {
            body = body.string("data", item);
        }
        self.host("EmitEvent", &body);
    }

    /// Writes to the log of the node.
    pub fn log(&self, text: &str) {
        unsafe { log_message(text.as_ptr(), text.len() as i32) }
    }

    /// Ends the call well.
    pub fn ok(&self, value: &[u8]) {
        self.call("SuccessResult", value);
    }

    /// Ends the call badly: the host discards what it wrote.
    pub fn error(&self, text: &str) {
        self.call("ErrorResult", text.as_bytes());
    }

    fn host(&self, method: &str, body: &Encoder) -> Option<()> {
        (self.call(method, body.as_bytes()) == 0).then_some(())
    }

    fn call(&self, method: &str, body: &[u8]) -> i32 {
        let header = Encoder::new()
            .system("ctx_ptr", self.arg("__context_ptr__"))
            .system("version", b"v1.2.0")
            .system("method", method.as_bytes());
        let header = header.as_bytes();
        unsafe { sys_call(header.as_ptr(), header.len(), body.as_ptr(), body.len()) }
    }
}
