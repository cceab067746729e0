//! Prints the metadata of the contract that is chosen by feature, for the module that is named as argument.

use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use ink::metadata::InkProject;
use serde_json::{json, Value};

#[cfg(feature = "crowdfund")]
use ink_crowdfund as _;
#[cfg(feature = "dao")]
use ink_dao as _;
#[cfg(feature = "nft")]
use ink_nft as _;
#[cfg(feature = "passports")]
use ink_passports as _;
#[cfg(feature = "psp22")]
use ink_psp22 as _;
#[cfg(feature = "registry")]
use ink_registry as _;
#[cfg(feature = "token")]
use ink_token as _;
#[cfg(feature = "vault")]
use ink_vault as _;

const NAME: &str = if cfg!(feature = "crowdfund") {
    "ink-crowdfund"
} else if cfg!(feature = "dao") {
    "ink-dao"
} else if cfg!(feature = "nft") {
    "ink-nft"
} else if cfg!(feature = "passports") {
    "ink-passports"
} else if cfg!(feature = "psp22") {
    "ink-psp22"
} else if cfg!(feature = "registry") {
    "ink-registry"
} else if cfg!(feature = "token") {
    "ink-token"
} else {
    "ink-vault"
};

extern "Rust" {
    /// What `#[ink::contract]` generates where the contract is compiled for this machine.
    fn __ink_generate_metadata() -> InkProject;
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let module = std::fs::read(std::env::args().nth(1).ok_or("which module?")?)?;
    let digest: String = Blake2b::<U32>::digest(module).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut metadata = json!({
        "source": { "hash": format!("0x{digest}"), "language": "ink! 5.1.1", "compiler": "rustc 1.96.0" },
        "contract": { "name": NAME, "version": "0.1.0", "authors": [] },
        "image": null,
    });
    let project: Value = serde_json::to_value(unsafe { __ink_generate_metadata() })?;
    for part in ["spec", "storage", "types", "version"] {
        metadata[part] = project[part].clone();
    }
    println!("{}", serde_json::to_string_pretty(&metadata)?);
    Ok(())
}
