//! The exports of the register of customers, as `sc-meta` writes them.

#![no_std]

multiversx_sc_wasm_adapter::allocator!();
multiversx_sc_wasm_adapter::panic_handler!();

multiversx_sc_wasm_adapter::endpoints! {
    multiversx_kyc
    (
        init => init
        upgrade => upgrade
        addBank => add_bank
        register => register
        setPhone => set_phone
        forget => forget
        announce => announce
        announceHashed => announce_hashed
        announceSealed => announce_sealed
        sealOf => seal_of
    )
}

multiversx_sc_wasm_adapter::async_callback_empty! {}
