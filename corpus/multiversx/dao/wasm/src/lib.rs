//! The exports of the organisation, as `sc-meta` writes them.

#![no_std]

multiversx_sc_wasm_adapter::allocator!();
multiversx_sc_wasm_adapter::panic_handler!();

multiversx_sc_wasm_adapter::endpoints! {
    multiversx_dao
    (
        init => init
        upgrade => upgrade
        issueToken => issue_token
        mint => mint
        mintByMinter => mint_by_minter
        addMinter => add_minter
        lock => lock
        unlock => unlock
        unlockTo => unlock_to
        propose => propose
        vote => vote
        voteFor => vote_for
        execute => execute
        setQuorum => set_quorum
        setQuorumByDao => set_quorum_by_dao
        payRewards => pay_rewards
        reward => reward
        fund => fund
        donate => donate
        getStatus => status
        getToken => token
        getQuorum => quorum
        getLocked => locked
        getTotalLocked => total_locked
        getVotesFor => votes_for
        getVotesAgainst => votes_against
        funded => funded
    )
}

multiversx_sc_wasm_adapter::async_callback! { multiversx_dao }
