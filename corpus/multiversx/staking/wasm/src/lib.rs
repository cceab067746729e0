//! The exports of the staking contract, as `sc-meta` writes them.

#![no_std]

multiversx_sc_wasm_adapter::allocator!();
multiversx_sc_wasm_adapter::panic_handler!();

multiversx_sc_wasm_adapter::endpoints! {
    multiversx_staking
    (
        init => init
        upgrade => upgrade
        stake => stake
        stakeChecked => stake_checked
        unstake => unstake
        unstakeFor => unstake_for
        claim => claim
        claimOnce => claim_once
        payAll => pay_all
        paySome => pay_some
        fund => fund
        setRate => set_rate
        setRateByOwner => set_rate_by_owner
        drain => drain
        drainByOwner => drain_by_owner
        getToken => token
        getRate => rate
        getStaked => staked
        getEarned => earned
        getStakers => stakers
    )
}

multiversx_sc_wasm_adapter::async_callback_empty! {}
