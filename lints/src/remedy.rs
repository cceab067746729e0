//! How each platform mends what the lints find, in its own terms. Data: a lint asks for a topic.

/// What has to be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Only someone the contract knows may do it.
    Owner,
    /// The account that is named must agree, or be the caller.
    Subject,
    /// Only the contract itself may call it.
    Callback,
    /// It may be done once only.
    Once,
    /// Who calls, not who signed the transaction.
    Caller,
    /// Which token contract is speaking.
    Token,
    /// Whether the transfer was made to the contract.
    Receiver,
    /// Which asset came with the call.
    Asset,
    /// Which contract is called.
    Target,
    /// What the caller is entitled to.
    Entitlement,
}

/// The platform's own remedy, or one for any platform.
pub(crate) fn remedy(platform: &str, what: Remedy) -> &'static str {
    PLATFORMS
        .iter()
        .find(|(ids, topic, _)| *topic == what && ids.contains(&platform))
        .map_or_else(|| general(what), |(_, _, text)| text)
}

fn general(what: Remedy) -> &'static str {
    match what {
        Remedy::Owner => "compare the caller with the stored owner first, and abort if they differ",
        Remedy::Subject => {
            "ask for the authorisation of the account, or take the caller's instead of one that is named"
        }
        Remedy::Callback => "abort unless the caller is the contract itself",
        Remedy::Once => {
            "abort if the state is initialised already, or do it when the contract is deployed"
        }
        Remedy::Caller => "compare the immediate caller, not the signer of the transaction",
        Remedy::Token => "compare the contract that notifies with the token that is accepted",
        Remedy::Receiver => "return unless the transfer's receiver is the contract itself",
        Remedy::Asset => "compare the asset that came with the call with the one that is accepted",
        Remedy::Target => "call only contracts from a stored list, and fix the method",
        Remedy::Entitlement => {
            "pay no more than what is stored for the caller, or let the owner only decide"
        }
    }
}

type Row = (&'static [&'static str], Remedy, &'static str);

static PLATFORMS: &[Row] = &[
    (
        &["soroban"],
        Remedy::Owner,
        "load the administrator from storage and call `admin.require_auth()` first",
    ),
    (
        &["soroban"],
        Remedy::Subject,
        "call `require_auth()` on the account before its data changes",
    ),
    (
        &["soroban"],
        Remedy::Once,
        "set the administrator in `__constructor`, which the host runs once, or abort if it is stored already",
    ),
    (
        &["soroban"],
        Remedy::Token,
        "accept the stored token address only",
    ),
    (
        &["near"],
        Remedy::Owner,
        "assert `env::predecessor_account_id() == self.owner_id` first",
    ),
    (
        &["near"],
        Remedy::Subject,
        "use `env::predecessor_account_id()` as the account, or compare it with the one that is named",
    ),
    (&["near"], Remedy::Callback, "mark the method `#[private]`"),
    (
        &["near"],
        Remedy::Once,
        "use `#[init]` without `ignore_state`, or add `#[private]`",
    ),
    (
        &["near"],
        Remedy::Caller,
        "use `env::predecessor_account_id()` instead of `env::signer_account_id()`",
    ),
    (
        &["near"],
        Remedy::Token,
        "compare `env::predecessor_account_id()` with the token contract that is accepted",
    ),
    (
        &["cosmwasm"],
        Remedy::Owner,
        "return `Unauthorized` unless `info.sender` is the stored owner",
    ),
    (
        &["cosmwasm"],
        Remedy::Subject,
        "use `info.sender` as the account, or compare it with the one that is named",
    ),
    (
        &["cosmwasm"],
        Remedy::Once,
        "set it in `instantiate`, which the chain runs once",
    ),
    (
        &["cosmwasm"],
        Remedy::Token,
        "compare `info.sender`, the token contract, with the one that is accepted",
    ),
    (
        &["cosmwasm"],
        Remedy::Asset,
        "check the denomination: `cw_utils::must_pay(&info, denom)`",
    ),
    (
        &["antelope"],
        Remedy::Owner,
        "call `require_auth(get_self())`, or of the stored administrator, first",
    ),
    (
        &["antelope"],
        Remedy::Subject,
        "call `require_auth(account)` before its row changes",
    ),
    (
        &["antelope"],
        Remedy::Token,
        "bind the handler to its token: `[[eosio::on_notify(\"eosio.token::transfer\")]]`, or check `get_first_receiver()`",
    ),
    (
        &["antelope"],
        Remedy::Receiver,
        "return unless `to == get_self()`",
    ),
    (
        &["multiversx"],
        Remedy::Owner,
        "mark the endpoint `#[only_owner]`, or compare the caller with the stored administrator",
    ),
    (
        &["multiversx"],
        Remedy::Subject,
        "use `self.blockchain().get_caller()` as the account, or compare it with the one that is named",
    ),
    (
        &["multiversx"],
        Remedy::Callback,
        "mark it `#[callback]`, so that only the protocol calls it",
    ),
    (
        &["multiversx"],
        Remedy::Once,
        "do it in `#[init]`, or abort unless `is_empty()`",
    ),
    (
        &["multiversx"],
        Remedy::Asset,
        "compare the payment's token identifier with the accepted one",
    ),
    (
        &["ink"],
        Remedy::Owner,
        "return an error unless `self.env().caller() == self.owner`",
    ),
    (
        &["ink"],
        Remedy::Subject,
        "use `self.env().caller()` as the account, or compare it with the one that is named",
    ),
    (
        &["ink"],
        Remedy::Once,
        "set it in the `#[ink(constructor)]`, which runs once",
    ),
    (
        &["stylus"],
        Remedy::Owner,
        "return an error unless `self.vm().msg_sender()` is the stored owner",
    ),
    (
        &["stylus"],
        Remedy::Subject,
        "use `self.vm().msg_sender()` as the account, or compare it with the one that is named",
    ),
    (
        &["stylus"],
        Remedy::Once,
        "set it in the `#[constructor]`, or abort if it is set already",
    ),
    (
        &["stylus"],
        Remedy::Caller,
        "use `self.vm().msg_sender()` instead of `tx_origin()`",
    ),
    (
        &["concordium"],
        Remedy::Owner,
        "ensure `ctx.sender().matches_account(&ctx.owner())` first",
    ),
    (
        &["concordium"],
        Remedy::Subject,
        "use `ctx.sender()` as the account, or compare it with the one that is named",
    ),
    (
        &["chainmaker"],
        Remedy::Owner,
        "compare `get_sender_org_id` or the sender's address with the stored administrator first",
    ),
    (
        &["xuperchain"],
        Remedy::Owner,
        "compare `ctx.initiator()` or the caller with the stored administrator first",
    ),
    (
        &["fisco-bcos", "platon", "platone"],
        Remedy::Caller,
        "compare the caller, not the origin of the transaction",
    ),
];
