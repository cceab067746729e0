//! Members deposit an asset that another contract keeps, and withdraw it again or have it paid out to a bank account.

#![no_std]

use chainmaker_abi::{get_sim_context, Context};

const OWNER: &str = "owner";
const ASSET: &str = "asset";
const BALANCE: &str = "balance";
const PAYOUT: &str = "payout";
const COMMITMENT: &str = "commitment";

/// Longest public key, contract name or account.
const NAME: usize = 512;

#[no_mangle]
pub extern "C" fn init_contract() {
    let ctx = get_sim_context();
    ctx.put_state(OWNER, b"", ctx.get_sender_pub_key());
    ctx.put_state(ASSET, b"", ctx.arg("asset"));
    ctx.ok(b"init");
}

#[no_mangle]
pub extern "C" fn upgrade() {
    get_sim_context().ok(b"upgrade");
}

#[no_mangle]
pub extern "C" fn deposit() {
    let ctx = get_sim_context();
    let Some(amount) = ctx.arg_as_u64("amount") else {
        return ctx.error("bad amount");
    };
    let sender = ctx.get_sender_pub_key();
    let mut asset = [0; NAME];
    let Some(len) = ctx.get_state(ASSET, b"", &mut asset) else {
        return ctx.error("no asset");
    };
    let transfer = [("from", sender), ("amount", ctx.arg("amount"))];
    if ctx.call_contract(&asset[..len], "transfer_from", &transfer).is_none() {
        return ctx.error("the asset was not transferred");
    }
    let balance = balance_of_account(&ctx, sender);
    ctx.put_state(BALANCE, sender, &(balance + amount).to_le_bytes());
    ctx.ok(b"deposited");
}

/// The receiver that the caller names runs before the balance is written, and can withdraw it again.
#[no_mangle]
pub extern "C" fn withdraw() {
    let ctx = get_sim_context();
    let sender = ctx.get_sender_pub_key();
    let Some(rest) = rest_after_withdrawal(&ctx, sender) else {
        return ctx.error("insufficient balance");
    };
    if pay_receiver(&ctx).is_none() {
        return ctx.error("the payment failed");
    }
    ctx.put_state(BALANCE, sender, &rest.to_le_bytes()); //~ reentrancy-write-after-call
    ctx.ok(b"withdrawn");
}

#[no_mangle]
pub extern "C" fn withdraw_checked() {
    let ctx = get_sim_context();
    let sender = ctx.get_sender_pub_key();
    let Some(rest) = rest_after_withdrawal(&ctx, sender) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_state(BALANCE, sender, &rest.to_le_bytes());
    if pay_receiver(&ctx).is_none() {
        return ctx.error("the payment failed");
    }
    ctx.ok(b"withdrawn");
}

/// Anyone takes anyone's balance: nothing relates the sender to `account`.
#[no_mangle]
pub extern "C" fn withdraw_from() {
    let ctx = get_sim_context();
    let account = ctx.arg("account");
    let Some(rest) = rest_after_withdrawal(&ctx, account) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_state(BALANCE, account, &rest.to_le_bytes()); //~ missing-subject-auth
    if pay_receiver(&ctx).is_none() {
        return ctx.error("the payment failed");
    }
    ctx.ok(b"withdrawn");
}

#[no_mangle]
pub extern "C" fn withdraw_from_checked() {
    let ctx = get_sim_context();
    let account = ctx.arg("account");
    if account != ctx.get_sender_pub_key() {
        return ctx.error("not your account");
    }
    let Some(rest) = rest_after_withdrawal(&ctx, account) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_state(BALANCE, account, &rest.to_le_bytes());
    if pay_receiver(&ctx).is_none() {
        return ctx.error("the payment failed");
    }
    ctx.ok(b"withdrawn");
}

/// Anyone becomes the owner.
#[no_mangle]
pub extern "C" fn set_owner() {
    let ctx = get_sim_context();
    ctx.put_state(OWNER, b"", ctx.arg("owner")); //~ unprotected-privileged-write
    ctx.ok(b"owner set");
}

#[no_mangle]
pub extern "C" fn set_owner_checked() {
    let ctx = get_sim_context();
    if !sender_is_owner(&ctx) {
        return ctx.error("only the owner may do this");
    }
    ctx.put_state(OWNER, b"", ctx.arg("owner"));
    ctx.ok(b"owner set");
}

/// Anyone replaces the contract that keeps the asset by one of their own.
#[no_mangle]
pub extern "C" fn set_asset() {
    let ctx = get_sim_context();
    ctx.put_state(ASSET, b"", ctx.arg("asset")); //~ unprotected-privileged-write
    ctx.ok(b"asset set");
}

#[no_mangle]
pub extern "C" fn set_asset_checked() {
    let ctx = get_sim_context();
    if !sender_is_owner(&ctx) {
        return ctx.error("only the owner may do this");
    }
    ctx.put_state(ASSET, b"", ctx.arg("asset"));
    ctx.ok(b"asset set");
}

/// The bank account is public three times over: in the call, in the state and in the event.
#[no_mangle]
pub extern "C" fn cash_out() {
    //~^ plaintext-sensitive-parameter
    let ctx = get_sim_context();
    let sender = ctx.get_sender_pub_key();
    let Some(rest) = rest_after_withdrawal(&ctx, sender) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_state(BALANCE, sender, &rest.to_le_bytes());
    ctx.put_state(PAYOUT, sender, ctx.arg("iban")); //~ sensitive-to-public-state
    ctx.emit_event("cash_out", &[sender, ctx.arg("iban")]); //~ sensitive-to-event
    ctx.ok(b"cashed out");
}

/// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
#[no_mangle]
pub extern "C" fn cash_out_sealed() {
    let ctx = get_sim_context();
    let sender = ctx.get_sender_pub_key();
    let Some(rest) = rest_after_withdrawal(&ctx, sender) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_state(BALANCE, sender, &rest.to_le_bytes());
    ctx.put_state(COMMITMENT, sender, ctx.arg("payee"));
    ctx.emit_event("cash_out_sealed", &[sender, ctx.arg("payee")]);
    ctx.ok(b"cashed out");
}

#[no_mangle]
pub extern "C" fn balance_of() {
    let ctx = get_sim_context();
    let balance = balance_of_account(&ctx, ctx.arg("account"));
    ctx.ok(&balance.to_le_bytes());
}

fn balance_of_account(ctx: &Context, account: &[u8]) -> u64 {
    let mut balance = [0; 8];
    ctx.get_state(BALANCE, account, &mut balance);
    u64::from_le_bytes(balance)
}

/// What is left of `account` when the amount of the call is taken from it.
fn rest_after_withdrawal(ctx: &Context, account: &[u8]) -> Option<u64> {
    balance_of_account(ctx, account).checked_sub(ctx.arg_as_u64("amount")?)
}

/// Transfers the amount to the contract that the caller names, and tells it.
fn pay_receiver(ctx: &Context) -> Option<()> {
    let receiver = ctx.arg("receiver");
    let amount = ctx.arg("amount");
    let mut asset = [0; NAME];
    let len = ctx.get_state(ASSET, b"", &mut asset)?;
    ctx.call_contract(&asset[..len], "transfer", &[("to", receiver), ("amount", amount)])?;
    ctx.call_contract(receiver, "on_payment", &[("amount", amount)])
}

fn sender_is_owner(ctx: &Context) -> bool {
    let mut owner = [0; NAME];
    let len = ctx.get_state(OWNER, b"", &mut owner).unwrap_or(0);
    owner[..len] == *ctx.get_sender_pub_key()
}
