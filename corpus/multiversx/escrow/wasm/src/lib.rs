//! The exports of the escrow, as `sc-meta` writes them.

#![no_std]

multiversx_sc_wasm_adapter::allocator!();
multiversx_sc_wasm_adapter::panic_handler!();

multiversx_sc_wasm_adapter::endpoints! {
    multiversx_escrow
    (
        init => init
        upgrade => upgrade
        open => open
        release => release
        refund => refund
        getDeal => deal
    )
}

multiversx_sc_wasm_adapter::async_callback_empty! {}
