//! Invoices of a supply chain: a supplier issues them, the buyer accepts them, and whoever holds them can pass them on to a
//! bank that finances them.

use cm_contract_sdk::easycodec::EasyCodec;
use cm_contract_sdk::sim_context::{get_sim_context, SimContext};

const OPERATOR: &str = "operator";
const TOKEN: &str = "token";
const HOLDER: &str = "holder";
const BUYER: &str = "buyer";
const AMOUNT: &str = "amount";
const STATUS: &str = "status";
const BANK: &str = "bank";
const TERMS: &str = "terms";

#[no_mangle]
pub extern "C" fn init_contract() {
    let ctx = get_sim_context();
    ctx.put_state_from_key(OPERATOR, ctx.get_sender_pub_key().as_bytes());
    ctx.put_state_from_key(TOKEN, ctx.arg_as_utf8_str("token").as_bytes());
    ctx.ok(b"init");
}

#[no_mangle]
pub extern "C" fn upgrade() {
    get_sim_context().ok(b"upgrade");
}

#[no_mangle]
pub extern "C" fn issue() {
    let ctx = get_sim_context();
    let invoice = ctx.arg_as_utf8_str("invoice");
    let Ok(amount) = ctx.arg_as_utf8_str("amount").parse::<u64>() else {
        ctx.error("the amount is no number");
        return;
    };
    if !ctx.get_state(HOLDER, &invoice).unwrap_or_default().is_empty() {
        ctx.error("there is such an invoice");
        return;
    }
    ctx.put_state(HOLDER, &invoice, ctx.get_sender_pub_key().as_bytes());
    ctx.put_state(BUYER, &invoice, ctx.arg_as_utf8_str("buyer").as_bytes());
    ctx.put_state(AMOUNT, &invoice, amount.to_string().as_bytes());
    ctx.put_state(STATUS, &invoice, b"issued");
    ctx.emit_event("issued", &vec![invoice, amount.to_string()]);
    ctx.ok(b"issued");
}

/// The account that the buyer shall pay to is there for all members to read.
#[no_mangle]
pub extern "C" fn set_account() {
    //~^ plaintext-sensitive-parameter
    let ctx = get_sim_context();
    let invoice = ctx.arg_as_utf8_str("invoice");
    let account = ctx.arg_as_utf8_str("bank_account");
    if !holds(&ctx, &invoice) {
        ctx.error("not your invoice");
        return;
    }
    ctx.put_state(BANK, &invoice, account.as_bytes()); //~ sensitive-to-public-state
    ctx.emit_event("account", &vec![invoice, account]); //~ sensitive-to-event
    ctx.ok(b"account set");
}

/// The parties know the terms; the ledger knows a salted hash of them.
#[no_mangle]
pub extern "C" fn set_terms() {
    let ctx = get_sim_context();
    let invoice = ctx.arg_as_utf8_str("invoice");
    if !holds(&ctx, &invoice) {
        ctx.error("not your invoice");
        return;
    }
    ctx.put_state(TERMS, &invoice, ctx.arg_as_utf8_str("commitment").as_bytes());
    ctx.ok(b"terms set");
}

#[no_mangle]
pub extern "C" fn accept() {
    let ctx = get_sim_context();
    let invoice = ctx.arg_as_utf8_str("invoice");
    let buyer = ctx.get_state(BUYER, &invoice).unwrap_or_default();
    if buyer != ctx.get_sender_pub_key().as_bytes() {
        ctx.error("only the buyer accepts");
        return;
    }
    ctx.put_state(STATUS, &invoice, b"accepted");
    ctx.emit_event("accepted", &vec![invoice]);
    ctx.ok(b"accepted");
}

/// Anyone takes anyone's invoice.
#[no_mangle]
pub extern "C" fn assign() {
    let ctx = get_sim_context();
    let invoice = ctx.arg_as_utf8_str("invoice");
    let to = ctx.arg_as_utf8_str("to");
    ctx.put_state(HOLDER, &invoice, to.as_bytes()); //~ unprotected-privileged-write
    ctx.emit_event("assigned", &vec![invoice, to]);
    ctx.ok(b"assigned");
}

#[no_mangle]
pub extern "C" fn assign_checked() {
    let ctx = get_sim_context();
    let invoice = ctx.arg_as_utf8_str("invoice");
    let to = ctx.arg_as_utf8_str("to");
    if !holds(&ctx, &invoice) {
        ctx.error("not your invoice");
        return;
    }
    ctx.put_state(HOLDER, &invoice, to.as_bytes());
    ctx.emit_event("assigned", &vec![invoice, to]);
    ctx.ok(b"assigned");
}

/// Anyone chooses what invoices are paid in.
#[no_mangle]
pub extern "C" fn set_token() {
    let ctx = get_sim_context();
    let token = ctx.arg_as_utf8_str("token");
    ctx.put_state_from_key(TOKEN, token.as_bytes()); //~ unprotected-privileged-write
    ctx.ok(b"token set");
}

#[no_mangle]
pub extern "C" fn set_token_checked() {
    let ctx = get_sim_context();
    if !is_operator(&ctx) {
        ctx.error("only the operator may do this");
        return;
    }
    ctx.put_state_from_key(TOKEN, ctx.arg_as_utf8_str("token").as_bytes());
    ctx.ok(b"token set");
}

/// The buyer pays the holder with the token, and the invoice is settled.
#[no_mangle]
pub extern "C" fn pay() {
    let ctx = get_sim_context();
    let invoice = ctx.arg_as_utf8_str("invoice");
    let buyer = ctx.get_state(BUYER, &invoice).unwrap_or_default();
    if buyer != ctx.get_sender_pub_key().as_bytes() {
        ctx.error("only the buyer pays");
        return;
    }
    if ctx.get_state(STATUS, &invoice).unwrap_or_default() != b"accepted" {
        ctx.error("not accepted");
        return;
    }
    let token = String::from_utf8(ctx.get_state_from_key(TOKEN).unwrap_or_default()).unwrap_or_default();
    let mut transfer = EasyCodec::new();
    transfer.add_bytes("from", buyer);
    transfer.add_bytes("to", ctx.get_state(HOLDER, &invoice).unwrap_or_default());
    transfer.add_bytes("amount", ctx.get_state(AMOUNT, &invoice).unwrap_or_default());
    ctx.put_state(STATUS, &invoice, b"paid");
    if ctx.call_contract(&token, "transfer_from", transfer).is_err() {
        ctx.error("the token was not transferred");
        return;
    }
    ctx.ok(b"paid");
}

#[no_mangle]
pub extern "C" fn status() {
    let ctx = get_sim_context();
    let status = ctx.get_state(STATUS, &ctx.arg_as_utf8_str("invoice")).unwrap_or_default();
    ctx.ok(&status);
}

fn holds(ctx: &impl SimContext, invoice: &str) -> bool {
    ctx.get_state(HOLDER, invoice).unwrap_or_default() == ctx.get_sender_pub_key().as_bytes()
}

fn is_operator(ctx: &impl SimContext) -> bool {
    ctx.get_state_from_key(OPERATOR).unwrap_or_default() == ctx.get_sender_pub_key().as_bytes()
}
