//! The exports of the bridge, as `sc-meta` writes them.

#![no_std]

multiversx_sc_wasm_adapter::allocator!();
multiversx_sc_wasm_adapter::panic_handler!();

multiversx_sc_wasm_adapter::endpoints! {
    multiversx_bridge
    (
        init => init
        upgrade => upgrade
        deposit => deposit
        withdraw => withdraw
        lend => lend
        lendCarelessly => lend_carelessly
        lendSafely => lend_safely
        sync => sync_balance
        syncFresh => sync_fresh
        setPool => set_pool
        setPoolByOwner => set_pool_by_owner
        relay => relay
        relayByOwner => relay_by_owner
        getPool => pool
        getBalance => balance
        getLent => lent_in_all
        count => count
        lent => lent
        synced => synced
        earned => earned
    )
}

multiversx_sc_wasm_adapter::async_callback_empty! {}
