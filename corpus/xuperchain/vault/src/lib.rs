//! Accounts deposit the chain's coin and withdraw it again, or have it paid out to a bank account.

#![no_std]

use xuperchain_abi::{Context, Key};

const OWNER: &[u8] = b"owner";
const BALANCE: &[u8] = b"balance/";
const PAYOUT: &[u8] = b"payout/";
const COMMITMENT: &[u8] = b"commitment/";

/// Longest address.
const ADDRESS: usize = 64;

#[export_name = "_initialize"]
pub extern "C" fn initialize() {
    let ctx = Context::current();
    ctx.put_object(OWNER, ctx.initiator());
    ctx.ok(b"initialized");
}

#[export_name = "_deposit"]
pub extern "C" fn deposit() {
    let ctx = Context::current();
    let balance = balance(&ctx, ctx.initiator()) + ctx.transfer_amount();
    ctx.put_object(Key::new(&[BALANCE, ctx.initiator()]).as_bytes(), &balance.to_le_bytes());
    ctx.ok(b"deposited");
}

#[export_name = "_withdraw"]
pub extern "C" fn withdraw() {
    let ctx = Context::current();
    let Some(rest) = rest(&ctx, ctx.initiator()) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_object(Key::new(&[BALANCE, ctx.initiator()]).as_bytes(), &rest.to_le_bytes());
    pay(&ctx);
}

/// Anyone takes anyone's balance: nothing relates the initiator to `account`.
#[export_name = "_withdraw_from"]
pub extern "C" fn withdraw_from() {
    let ctx = Context::current();
    let account = ctx.arg("account");
    let Some(rest) = rest(&ctx, account) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_object(Key::new(&[BALANCE, account]).as_bytes(), &rest.to_le_bytes()); //~ missing-subject-auth
    pay(&ctx);
}

#[export_name = "_withdraw_from_checked"]
pub extern "C" fn withdraw_from_checked() {
    let ctx = Context::current();
    let account = ctx.arg("account");
    if account != ctx.initiator() {
        return ctx.error("not your account");
    }
    let Some(rest) = rest(&ctx, account) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_object(Key::new(&[BALANCE, account]).as_bytes(), &rest.to_le_bytes());
    pay(&ctx);
}

/// Anyone becomes the owner.
#[export_name = "_set_owner"]
pub extern "C" fn set_owner() {
    let ctx = Context::current();
    ctx.put_object(OWNER, ctx.arg("owner")); //~ unprotected-privileged-write
    ctx.ok(b"owner set");
}

#[export_name = "_set_owner_checked"]
pub extern "C" fn set_owner_checked() {
    let ctx = Context::current();
    let mut owner = [0; ADDRESS];
    let len = ctx.get_object(OWNER, &mut owner).unwrap_or(0);
    if owner[..len] != *ctx.initiator() {
        return ctx.error("only the owner may do this");
    }
    ctx.put_object(OWNER, ctx.arg("owner"));
    ctx.ok(b"owner set");
}

/// The bank account is public three times over: in the call, in the state and in the event.
#[export_name = "_cash_out"]
pub extern "C" fn cash_out() {
    //~^ plaintext-sensitive-parameter
    let ctx = Context::current();
    let Some(rest) = rest(&ctx, ctx.initiator()) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_object(Key::new(&[BALANCE, ctx.initiator()]).as_bytes(), &rest.to_le_bytes());
    ctx.put_object(Key::new(&[PAYOUT, ctx.initiator()]).as_bytes(), ctx.arg("iban")); //~ sensitive-to-public-state
    ctx.emit_event("cash_out", ctx.arg("iban")); //~ sensitive-to-event
    ctx.ok(b"cashed out");
}

/// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
#[export_name = "_cash_out_sealed"]
pub extern "C" fn cash_out_sealed() {
    let ctx = Context::current();
    let Some(rest) = rest(&ctx, ctx.initiator()) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_object(Key::new(&[BALANCE, ctx.initiator()]).as_bytes(), &rest.to_le_bytes());
    ctx.put_object(Key::new(&[COMMITMENT, ctx.initiator()]).as_bytes(), ctx.arg("payee"));
    ctx.emit_event("cash_out_sealed", ctx.arg("payee"));
    ctx.ok(b"cashed out");
}

#[export_name = "_balance_of"]
pub extern "C" fn balance_of() {
    let ctx = Context::current();
    ctx.ok(&balance(&ctx, ctx.arg("account")).to_le_bytes());
}

fn balance(ctx: &Context, account: &[u8]) -> u64 {
    let mut balance = [0; 8];
    ctx.get_object(Key::new(&[BALANCE, account]).as_bytes(), &mut balance);
    u64::from_le_bytes(balance)
}

/// What is left of `account` when the amount of the call is taken from it.
fn rest(ctx: &Context, account: &[u8]) -> Option<u64> {
    balance(ctx, account).checked_sub(ctx.number("amount")?)
}

/// Pays the amount of the call to whoever signed it.
fn pay(ctx: &Context) {
    if ctx.transfer(ctx.initiator(), ctx.arg("amount")).is_none() {
        return ctx.error("the payment failed");
    }
    ctx.ok(b"withdrawn");
}
