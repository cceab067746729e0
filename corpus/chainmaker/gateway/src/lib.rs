//! A gateway: relayers report what was locked on other chains, and the same is credited here, passed on and paid out.

#![no_std]

use chainmaker_abi::{get_sim_context, Context};

const ADMIN: &str = "admin";
const RELAYER: &str = "relayer";
const PEER: &str = "peer";
const SEEN: &str = "seen";
const FEE: &str = "fee";
const FEES: &str = "fees";
const BALANCE: &str = "balance";
const VOUCHER: &str = "voucher";
const HOLDER: &str = "holder";
const HOLDERS: &str = "holders";
const NOTE: &str = "note";
const ASSET: &str = "asset";

/// Longest public key, name or hash.
const NAME: usize = 512;
/// Length of a voucher's number in a list of them.
const VOUCHER_LEN: usize = 8;
/// Holders that one call pays.
const AT_ONCE: u64 = 50;

#[no_mangle]
pub extern "C" fn init_contract() {
    let ctx = get_sim_context();
    ctx.put_state(ADMIN, b"", ctx.get_sender_pub_key());
    ctx.put_state(RELAYER, b"", ctx.arg("relayer"));
    ctx.put_state(ASSET, b"", ctx.arg("asset"));
    ctx.ok(b"init");
}

#[no_mangle]
pub extern "C" fn upgrade() {
    get_sim_context().ok(b"upgrade");
}

/// Tells strangers off, and does what they want.
#[no_mangle]
pub extern "C" fn set_fee() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, ADMIN) {
        ctx.error("only the admin sets the fee"); //~ ineffective-guard
    }
    ctx.put_state(FEE, b"", ctx.arg("fee")); //~ unprotected-privileged-write
    ctx.ok(b"set");
}

#[no_mangle]
pub extern "C" fn set_fee_checked() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, ADMIN) {
        return ctx.error("only the admin sets the fee");
    }
    ctx.put_state(FEE, b"", ctx.arg("fee"));
    ctx.ok(b"set");
}

/// The same with a limit instead of a name.
#[no_mangle]
pub extern "C" fn issue_voucher() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, ADMIN) {
        return ctx.error("only the admin issues vouchers");
    }
    let amount = ctx.arg_as_u64("amount").unwrap_or(0);
    if amount > 1_000_000 {
        ctx.error("a voucher is worth a million at most"); //~ ineffective-guard
    }
    ctx.put_state(VOUCHER, ctx.arg("voucher"), &amount.to_le_bytes());
    ctx.ok(b"issued");
}

#[no_mangle]
pub extern "C" fn issue_voucher_checked() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, ADMIN) {
        return ctx.error("only the admin issues vouchers");
    }
    let amount = ctx.arg_as_u64("amount").unwrap_or(0);
    if amount > 1_000_000 {
        return ctx.error("a voucher is worth a million at most");
    }
    ctx.put_state(VOUCHER, ctx.arg("voucher"), &amount.to_le_bytes());
    ctx.ok(b"issued");
}

#[no_mangle]
pub extern "C" fn set_peer() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, ADMIN) {
        return ctx.error("only the admin names peers");
    }
    ctx.put_state(PEER, ctx.arg("chain"), ctx.arg("contract"));
    ctx.ok(b"set");
}

/// Believes whoever says that something was locked elsewhere.
#[no_mangle]
pub extern "C" fn receive() {
    let ctx = get_sim_context();
    let Some(amount) = ctx.arg_as_u64("amount") else {
        return ctx.error("bad amount");
    };
    if ctx.arg("source_chain").is_empty() || ctx.arg("source_contract").is_empty() {
        return ctx.error("where from?");
    }
    credit(&ctx, ctx.arg("recipient"), amount);
    ctx.emit_event("received", &[ctx.arg("source_chain"), ctx.arg("recipient")]);
    ctx.ok(b"received");
}

#[no_mangle]
pub extern "C" fn receive_verified() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, RELAYER) {
        return ctx.error("only the relayer reports");
    }
    let mut peer = [0; NAME];
    let known = ctx
        .get_state(PEER, ctx.arg("source_chain"), &mut peer)
        .map(|len| peer[..len] == *ctx.arg("source_contract"));
    if known != Some(true) {
        return ctx.error("not our contract over there");
    }
    if ctx.get_state(SEEN, ctx.arg("packet"), &mut [0; 1]).is_some() {
        return ctx.error("this was received before");
    }
    let Some(amount) = ctx.arg_as_u64("amount") else {
        return ctx.error("bad amount");
    };
    ctx.put_state(SEEN, ctx.arg("packet"), b"1");
    let to = ctx.arg("recipient");
    let Some(sum) = balance(&ctx, to).checked_add(amount) else {
        return ctx.error("too much");
    };
    ctx.put_state(BALANCE, to, &sum.to_le_bytes());
    ctx.ok(b"received");
}

/// Whoever sends to themselves has more afterwards.
#[no_mangle]
pub extern "C" fn transfer() {
    let ctx = get_sim_context();
    let Some(amount) = ctx.arg_as_u64("amount") else {
        return ctx.error("bad amount");
    };
    let (from, to) = (ctx.get_sender_pub_key(), ctx.arg("to"));
    let (has, had) = (balance(&ctx, from), balance(&ctx, to));
    let (Some(rest), Some(sum)) = (has.checked_sub(amount), had.checked_add(amount)) else {
        return ctx.error("not that much");
    };
    ctx.put_state(BALANCE, from, &rest.to_le_bytes());
    ctx.put_state(BALANCE, to, &sum.to_le_bytes()); //~ self-transfer-aliasing
    ctx.ok(b"transferred");
}

#[no_mangle]
pub extern "C" fn transfer_checked() {
    let ctx = get_sim_context();
    let Some(amount) = ctx.arg_as_u64("amount") else {
        return ctx.error("bad amount");
    };
    let (from, to) = (ctx.get_sender_pub_key(), ctx.arg("to"));
    let Some(rest) = balance(&ctx, from).checked_sub(amount) else {
        return ctx.error("not that much");
    };
    ctx.put_state(BALANCE, from, &rest.to_le_bytes());
    let Some(sum) = balance(&ctx, to).checked_add(amount) else {
        return ctx.error("too much");
    };
    ctx.put_state(BALANCE, to, &sum.to_le_bytes());
    ctx.ok(b"transferred");
}

/// What is taken may be more than there is.
#[no_mangle]
pub extern "C" fn burn() {
    let ctx = get_sim_context();
    let Some(amount) = ctx.arg_as_u64("amount") else {
        return ctx.error("bad amount");
    };
    let from = ctx.get_sender_pub_key();
    let rest = balance(&ctx, from).wrapping_sub(amount);
    ctx.put_state(BALANCE, from, &rest.to_le_bytes()); //~ unchecked-arithmetic
    ctx.emit_event("burnt", &[from, ctx.arg("amount")]);
    ctx.ok(b"burnt");
}

#[no_mangle]
pub extern "C" fn burn_checked() {
    let ctx = get_sim_context();
    let Some(amount) = ctx.arg_as_u64("amount") else {
        return ctx.error("bad amount");
    };
    let from = ctx.get_sender_pub_key();
    let has = balance(&ctx, from);
    if has < amount {
        return ctx.error("not that much");
    }
    ctx.put_state(BALANCE, from, &(has - amount).to_le_bytes());
    ctx.emit_event("burnt", &[from, ctx.arg("amount")]);
    ctx.ok(b"burnt");
}

/// Vouchers are counted first and torn up then: one that is listed twice counts twice.
#[no_mangle]
pub extern "C" fn redeem() {
    let ctx = get_sim_context();
    let mut sum = 0u64;
    for voucher in ctx.arg("vouchers").chunks(VOUCHER_LEN) {
        sum = sum.saturating_add(number(&ctx, VOUCHER, voucher));
    }
    for voucher in ctx.arg("vouchers").chunks(VOUCHER_LEN) {
        ctx.delete_state(VOUCHER, voucher);
    }
    credit(&ctx, ctx.get_sender_pub_key(), sum); //~ duplicate-batch-element
    ctx.ok(b"redeemed");
}

#[no_mangle]
pub extern "C" fn redeem_checked() {
    let ctx = get_sim_context();
    let mut sum = 0u64;
    for voucher in ctx.arg("vouchers").chunks(VOUCHER_LEN) {
        sum = sum.saturating_add(number(&ctx, VOUCHER, voucher));
        ctx.delete_state(VOUCHER, voucher);
    }
    credit(&ctx, ctx.get_sender_pub_key(), sum);
    ctx.ok(b"redeemed");
}

#[no_mangle]
pub extern "C" fn join() {
    let ctx = get_sim_context();
    let holders = number(&ctx, HOLDERS, b"");
    ctx.put_state(HOLDER, &holders.to_le_bytes(), ctx.get_sender_pub_key());
    ctx.put_state(HOLDERS, b"", &holders.saturating_add(1).to_le_bytes());
    ctx.ok(b"joined");
}

/// Everyone who joined is paid at once.
#[no_mangle]
pub extern "C" fn distribute() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, ADMIN) {
        return ctx.error("only the admin distributes");
    }
    let share = ctx.arg_as_u64("share").unwrap_or(0);
    let holders = number(&ctx, HOLDERS, b"");
    for i in 0..holders { //~ unbounded-loop
        pay(&ctx, i, share);
    }
    ctx.ok(b"distributed");
}

#[no_mangle]
pub extern "C" fn distribute_some() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, ADMIN) {
        return ctx.error("only the admin distributes");
    }
    let share = ctx.arg_as_u64("share").unwrap_or(0);
    let from = ctx.arg_as_u64("from").unwrap_or(0);
    let holders = number(&ctx, HOLDERS, b"");
    let end = holders.min(from.saturating_add(AT_ONCE));
    for i in from..end {
        pay(&ctx, i, share);
    }
    ctx.ok(b"distributed");
}

/// Of less than ten thousand nothing is taken.
#[no_mangle]
pub extern "C" fn charge() {
    let ctx = get_sim_context();
    let Some(amount) = ctx.arg_as_u64("amount").filter(|amount| *amount < 1 << 40) else {
        return ctx.error("bad amount");
    };
    let fee = amount / 10_000 * number(&ctx, FEE, b"").min(10_000);
    ctx.put_state(FEES, b"", &number(&ctx, FEES, b"").saturating_add(fee).to_le_bytes()); //~ divide-before-multiply
    ctx.ok(b"charged");
}

#[no_mangle]
pub extern "C" fn charge_checked() {
    let ctx = get_sim_context();
    let Some(amount) = ctx.arg_as_u64("amount").filter(|amount| *amount < 1 << 40) else {
        return ctx.error("bad amount");
    };
    let fee = amount * number(&ctx, FEE, b"").min(10_000) / 10_000;
    ctx.put_state(FEES, b"", &number(&ctx, FEES, b"").saturating_add(fee).to_le_bytes());
    ctx.ok(b"charged");
}

/// The fees are paid out and stay on record.
#[no_mangle]
pub extern "C" fn withdraw_fees() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, ADMIN) {
        return ctx.error("only the admin takes the fees");
    }
    let fees = number(&ctx, FEES, b"").to_le_bytes();
    let mut asset = [0; NAME];
    let len = ctx.get_state(ASSET, b"", &mut asset).unwrap_or(0);
    let payment = [("to", ctx.get_sender_pub_key()), ("amount", &fees[..])];
    if ctx.call_contract(&asset[..len], "transfer", &payment).is_none() { //~ lost-state-update
        return ctx.error("the payment failed");
    }
    ctx.ok(b"paid");
}

#[no_mangle]
pub extern "C" fn withdraw_fees_checked() {
    let ctx = get_sim_context();
    if !is_sender(&ctx, ADMIN) {
        return ctx.error("only the admin takes the fees");
    }
    let fees = number(&ctx, FEES, b"").to_le_bytes();
    ctx.put_state(FEES, b"", &0u64.to_le_bytes());
    let mut asset = [0; NAME];
    let len = ctx.get_state(ASSET, b"", &mut asset).unwrap_or(0);
    let payment = [("to", ctx.get_sender_pub_key()), ("amount", &fees[..])];
    if ctx.call_contract(&asset[..len], "transfer", &payment).is_none() {
        return ctx.error("the payment failed");
    }
    ctx.ok(b"paid");
}

/// Whatever is the key: `admin`, too.
#[no_mangle]
pub extern "C" fn note() {
    let ctx = get_sim_context();
    let Ok(key) = core::str::from_utf8(ctx.arg("key")) else {
        return ctx.error("bad key");
    };
    ctx.put_state(key, b"", ctx.arg("text")); //~ tainted-storage-key
    ctx.ok(b"noted");
}

#[no_mangle]
pub extern "C" fn note_checked() {
    let ctx = get_sim_context();
    ctx.put_state(NOTE, ctx.arg("key"), ctx.arg("text"));
    ctx.ok(b"noted");
}

/// Who has the right number of the block doubles what they have.
#[no_mangle]
pub extern "C" fn double() {
    let ctx = get_sim_context();
    let who = ctx.get_sender_pub_key();
    let has = balance(&ctx, who);
    let height = ctx.arg_as_u64("__block_height__").unwrap_or(0);
    let rest = if height % 2 == 1 { has.saturating_add(has) } else { 0 };
    ctx.put_state(BALANCE, who, &rest.to_le_bytes()); //~ block-data-randomness
    ctx.ok(b"played");
}

fn pay(ctx: &Context, number: u64, share: u64) {
    let mut holder = [0; NAME];
    if let Some(len) = ctx.get_state(HOLDER, &number.to_le_bytes(), &mut holder) {
        credit(ctx, &holder[..len], share);
    }
}

fn credit(ctx: &Context, to: &[u8], amount: u64) {
    let sum = balance(ctx, to).saturating_add(amount);
    ctx.put_state(BALANCE, to, &sum.to_le_bytes()); //~ unprotected-value-outflow
}

fn balance(ctx: &Context, of: &[u8]) -> u64 {
    number(ctx, BALANCE, of)
}

fn number(ctx: &Context, key: &str, field: &[u8]) -> u64 {
    let mut number = [0; 8];
    ctx.get_state(key, field, &mut number);
    u64::from_le_bytes(number)
}

fn is_sender(ctx: &Context, role: &str) -> bool {
    let mut key = [0; NAME];
    let len = ctx.get_state(role, b"", &mut key).unwrap_or(0);
    len > 0 && key[..len] == *ctx.get_sender_pub_key()
}
