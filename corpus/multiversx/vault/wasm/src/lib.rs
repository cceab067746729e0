//! The exports of the vault, as `sc-meta` writes them.

#![no_std]

multiversx_sc_wasm_adapter::allocator!();
multiversx_sc_wasm_adapter::panic_handler!();

multiversx_sc_wasm_adapter::endpoints! {
    multiversx_vault
    (
        init => init
        upgrade => upgrade
        deposit => deposit
        withdraw => withdraw
        withdrawChecked => withdraw_checked
        withdrawFrom => withdraw_from
        withdrawFromChecked => withdraw_from_checked
        setAdmin => set_admin
        setAdminChecked => set_admin_checked
        setAdminByOwner => set_admin_by_owner
        upgradeStrategy => upgrade_strategy
        upgradeStrategyChecked => upgrade_strategy_checked
        cashOut => cash_out
        cashOutSealed => cash_out_sealed
        balanceOf => balance
        getAdmin => admin
    )
}

multiversx_sc_wasm_adapter::async_callback_empty! {}
