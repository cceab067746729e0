//! A fungible token: holders transfer it, or allow others to.

#![no_std]

use xuperchain_abi::{Context, Key};

const BALANCE: &[u8] = b"balance/";
const ALLOWANCE: &[u8] = b"allowance/";

#[export_name = "_initialize"]
pub extern "C" fn initialize() {
    let ctx = Context::current();
    let supply = ctx.number("supply").unwrap_or(0);
    ctx.put_object(Key::new(&[BALANCE, ctx.initiator()]).as_bytes(), &supply.to_le_bytes());
    ctx.ok(b"initialized");
}

#[export_name = "_transfer"]
pub extern "C" fn transfer() {
    let ctx = Context::current();
    move_tokens(&ctx, ctx.initiator());
}

#[export_name = "_approve"]
pub extern "C" fn approve() {
    let ctx = Context::current();
    let Some(amount) = ctx.number("amount") else {
        return ctx.error("bad amount");
    };
    let key = Key::new(&[ALLOWANCE, ctx.initiator(), b"/", ctx.arg("spender")]);
    ctx.put_object(key.as_bytes(), &amount.to_le_bytes());
    ctx.ok(b"approved");
}

/// Whoever holds the tokens has allowed the initiator to move them: the allowance is the authorisation.
#[export_name = "_transfer_from"]
pub extern "C" fn transfer_from() {
    let ctx = Context::current();
    let from = ctx.arg("from");
    let key = Key::new(&[ALLOWANCE, from, b"/", ctx.initiator()]);
    let Some(left) = ctx.number("amount").and_then(|amount| number(&ctx, &key).checked_sub(amount)) else {
        return ctx.error("insufficient allowance");
    };
    ctx.put_object(key.as_bytes(), &left.to_le_bytes());
    move_tokens(&ctx, from);
}

#[export_name = "_balance_of"]
pub extern "C" fn balance_of() {
    let ctx = Context::current();
    ctx.ok(&number(&ctx, &Key::new(&[BALANCE, ctx.arg("account")])).to_le_bytes());
}

/// Moves the amount of the call from `from`, who has agreed, to the receiver that the call names.
fn move_tokens(ctx: &Context, from: &[u8]) {
    let Some(amount) = ctx.number("amount") else {
        return ctx.error("bad amount");
    };
    let from = Key::new(&[BALANCE, from]);
    let Some(rest) = number(ctx, &from).checked_sub(amount) else {
        return ctx.error("insufficient balance");
    };
    ctx.put_object(from.as_bytes(), &rest.to_le_bytes());
    let to = Key::new(&[BALANCE, ctx.arg("to")]);
    let sum = number(ctx, &to) + amount;
    ctx.put_object(to.as_bytes(), &sum.to_le_bytes());
    ctx.ok(b"transferred");
}

fn number(ctx: &Context, key: &Key) -> u64 {
    let mut bytes = [0; 8];
    ctx.get_object(key.as_bytes(), &mut bytes);
    u64::from_le_bytes(bytes)
}
