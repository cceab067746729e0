//! What token standards call their methods: names that contracts agree on among themselves, on each platform. Data.

use contract_lint_analyzer::facts::{Content, Effect};
use contract_lint_analyzer::host::EffectKind;

/// What a call asks of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Move what the calling contract holds.
    Transfer,
    /// Move what another account holds, by its allowance.
    TransferFrom,
    /// Create tokens.
    Mint,
}

/// Methods by name.
static NAMES: &[(&str, Asks)] = &[
    ("transfer", Asks::Transfer),
    ("ft_transfer", Asks::Transfer),
    ("ft_transfer_call", Asks::Transfer),
    ("nft_transfer", Asks::Transfer),
    ("send", Asks::Transfer),
    ("transfer_from", Asks::TransferFrom),
    ("transferFrom", Asks::TransferFrom),
    ("send_from", Asks::TransferFrom),
    ("mint", Asks::Mint),
    ("ft_mint", Asks::Mint),
    ("issue", Asks::Mint),
];

/// Methods by selector: of the Solidity ABI, and of PSP-22.
static SELECTORS: &[([u8; 4], Asks)] = &[
    ([0xa9, 0x05, 0x9c, 0xbb], Asks::Transfer),
    ([0x23, 0xb8, 0x72, 0xdd], Asks::TransferFrom),
    ([0x40, 0xc1, 0x0f, 0x19], Asks::Mint),
    ([0xdb, 0x20, 0xf9, 0xf5], Asks::Transfer),
    ([0x54, 0xb3, 0xc7, 0x6e], Asks::TransferFrom),
];

/// Methods that token contracts call at the receiver of a transfer.
static HOOKS: &[(&str, &[&str])] = &[
    (
        "near",
        &["ft_on_transfer", "nft_on_transfer", "mt_on_transfer"],
    ),
    ("cosmwasm", &["receive", "receive_nft"]),
];

/// What a call of another contract asks, if it is a token's method.
pub(super) fn asks(effect: &Effect) -> Option<Asks> {
    let calls = [EffectKind::ExternalCall, EffectKind::ExternalCallAsync];
    if !calls.iter().any(|kind| effect.is(*kind)) {
        return None;
    }
    if let Some(name) = effect.operand("method-name").and_then(Content::as_constant) {
        let name = std::str::from_utf8(name).ok()?.trim_end_matches('\0');
        return NAMES
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, asks)| *asks);
    }
    let front = effect.operand("calldata")?.front()?;
    SELECTORS
        .iter()
        .find(|(selector, _)| front.starts_with(selector))
        .map(|(_, asks)| *asks)
}

/// Whether token contracts call this method to say that something was transferred.
pub(super) fn is_hook(platform: &str, method: &str) -> bool {
    HOOKS
        .iter()
        .any(|(id, names)| *id == platform && names.contains(&method))
}
