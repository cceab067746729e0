//! Prints the ABI of the contract that is chosen by feature.

fn main() {
    #[cfg(feature = "escrow")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_escrow::AbiProvider>();
    #[cfg(feature = "kyc")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_kyc::AbiProvider>();
    #[cfg(feature = "vault")]
    multiversx_sc_meta_lib::abi_json::print_abi::<multiversx_vault::AbiProvider>();
}
