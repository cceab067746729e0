//! A buyer's asset is kept until the buyer releases it to the seller, or the seller gives it back.

#![no_std]

use chainmaker_abi::{get_sim_context, Context};

const ASSET: &str = "asset";
const AMOUNT: &str = "amount";
const BUYER: &str = "buyer";
const SELLER: &str = "seller";

/// Longest public key or contract name.
const NAME: usize = 512;
/// Longest amount in decimal digits.
const DIGITS: usize = 20;

#[no_mangle]
pub extern "C" fn init_contract() {
    let ctx = get_sim_context();
    ctx.put_state(ASSET, b"", ctx.arg("asset"));
    ctx.ok(b"init");
}

#[no_mangle]
pub extern "C" fn upgrade() {
    get_sim_context().ok(b"upgrade");
}

/// Pulls the amount from the buyer and opens the deal under a number that is free.
#[no_mangle]
pub extern "C" fn open() {
    let ctx = get_sim_context();
    let deal = ctx.arg("deal");
    if ctx.get_state(BUYER, deal, &mut [0; NAME]).is_some() {
        return ctx.error("this deal exists");
    }
    if ctx.arg_as_u64("amount").is_none()
        || ctx.arg("amount").len() > DIGITS
        || ctx.arg("seller").len() > NAME
    {
        return ctx.error("bad amount or seller");
    }
    let buyer = ctx.get_sender_pub_key();
    ctx.put_state(BUYER, deal, buyer);
    ctx.put_state(SELLER, deal, ctx.arg("seller"));
    ctx.put_state(AMOUNT, deal, ctx.arg("amount"));
    let pull = [("from", buyer), ("amount", ctx.arg("amount"))];
    if call_asset(&ctx, "transfer_from", &pull).is_none() {
        return ctx.error("the asset was not transferred");
    }
    ctx.ok(b"opened");
}

/// The buyer has the goods: the seller is paid.
#[no_mangle]
pub extern "C" fn release() {
    settle(BUYER, SELLER);
}

/// The seller cannot deliver: the buyer is paid back.
#[no_mangle]
pub extern "C" fn refund() {
    settle(SELLER, BUYER);
}

/// Pays `receiver` if the sender is `decider`; the deal is gone before anything is paid.
fn settle(decider: &str, receiver: &str) {
    let ctx = get_sim_context();
    let deal = ctx.arg("deal");
    let mut key = [0; NAME];
    let decides = ctx.get_state(decider, deal, &mut key).map(|len| key[..len] == *ctx.get_sender_pub_key());
    if decides != Some(true) {
        return ctx.error("not your decision");
    }
    let mut to = [0; NAME];
    let mut amount = [0; DIGITS];
    let (Some(to_len), Some(amount_len)) =
        (ctx.get_state(receiver, deal, &mut to), ctx.get_state(AMOUNT, deal, &mut amount))
    else {
        return ctx.error("no such deal");
    };
    ctx.delete_state(BUYER, deal);
    ctx.delete_state(SELLER, deal);
    ctx.delete_state(AMOUNT, deal);
    let payment = [("to", &to[..to_len]), ("amount", &amount[..amount_len])];
    if call_asset(&ctx, "transfer", &payment).is_none() {
        return ctx.error("the payment failed");
    }
    ctx.ok(b"settled");
}

fn call_asset(ctx: &Context, method: &str, params: &[(&str, &[u8])]) -> Option<()> {
    let mut asset = [0; NAME];
    let len = ctx.get_state(ASSET, b"", &mut asset)?;
    ctx.call_contract(&asset[..len], method, params)
}
