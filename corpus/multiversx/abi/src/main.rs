//! Prints the ABI of the contract that is chosen by feature.

fn main() {
    #[cfg(feature = "bridge")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_bridge::AbiProvider>();
    #[cfg(feature = "dao")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_dao::AbiProvider>();
    #[cfg(feature = "escrow")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_escrow::AbiProvider>();
    #[cfg(feature = "kyc")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_kyc::AbiProvider>();
    #[cfg(feature = "lottery")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_lottery::AbiProvider>();
    #[cfg(feature = "market")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_market::AbiProvider>();
    #[cfg(feature = "multisig")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_multisig::AbiProvider>();
    #[cfg(feature = "staking")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_staking::AbiProvider>();
    #[cfg(feature = "vault")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_vault::AbiProvider>();
}
