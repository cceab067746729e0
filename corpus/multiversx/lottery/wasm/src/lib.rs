//! The exports of the lottery, as `sc-meta` writes them.

#![no_std]

multiversx_sc_wasm_adapter::allocator!();
multiversx_sc_wasm_adapter::panic_handler!();

multiversx_sc_wasm_adapter::endpoints! {
    multiversx_lottery
    (
        init => init
        upgrade => upgrade
        buy => buy
        draw => draw
        reveal => reveal
        commit => commit
        flip => flip
        reopen => reopen
        getPrice => price
        getPhase => phase
        getTickets => tickets
    )
}

multiversx_sc_wasm_adapter::async_callback_empty! {}
