//! The exports of the market, as `sc-meta` writes them.

#![no_std]

multiversx_sc_wasm_adapter::allocator!();
multiversx_sc_wasm_adapter::panic_handler!();

multiversx_sc_wasm_adapter::endpoints! {
    multiversx_market
    (
        init => init
        upgrade => upgrade
        setFee => set_fee
        addModerator => add_moderator
        addModeratorByOwner => add_moderator_by_owner
        acceptToken => accept_token
        pause => pause
        unpause => unpause
        list => list
        buy => buy
        buyChecked => buy_checked
        bid => bid
        endAuction => end_auction
        delist => delist
        delistOwn => delist_own
        changePrice => change_price
        changePriceOwn => change_price_own
        withdraw => withdraw
        claimFees => claim_fees
        claimFeesByOwner => claim_fees_by_owner
        getListingsOf => get_listings_of
        getFee => fee
        isPaused => paused
        getAcceptedTokens => accepted
        getListing => listing
    )
}

multiversx_sc_wasm_adapter::async_callback_empty! {}
