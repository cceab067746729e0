//! The exports of the multisig, as `sc-meta` writes them.

#![no_std]

multiversx_sc_wasm_adapter::allocator!();
multiversx_sc_wasm_adapter::panic_handler!();

multiversx_sc_wasm_adapter::endpoints! {
    multiversx_multisig
    (
        init => init
        upgrade => upgrade
        deposit => deposit
        propose => propose
        sign => sign
        unsign => unsign
        perform => perform
        discard => discard
        replaceSigner => replace_signer
        changeQuorum => change_quorum
        getQuorum => quorum
        getSigners => signers
        getProposal => proposal
    )
}

multiversx_sc_wasm_adapter::async_callback_empty! {}
