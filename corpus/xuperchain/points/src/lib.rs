//! Points of a shop: it awards them to members, who pass them on and redeem them.

#![no_std]

use xuperchain_abi::{Context, Key};

const SHOP: &[u8] = b"shop";
const TOTAL: &[u8] = b"total";
const POINTS: &[u8] = b"points/";
const PHONE: &[u8] = b"phone/";
const CONTACT: &[u8] = b"contact/";

/// Longest address.
const ADDRESS: usize = 64;

#[export_name = "_initialize"]
pub extern "C" fn initialize() {
    let ctx = Context::current();
    ctx.put_object(SHOP, ctx.initiator());
    ctx.put_object(TOTAL, &0u64.to_le_bytes());
    ctx.ok(b"initialized");
}

/// Anyone awards points to anyone.
#[export_name = "_award"]
pub extern "C" fn award() {
    let ctx = Context::current();
    let Some(amount) = ctx.number("amount") else {
        return ctx.error("bad amount");
    };
    let to = Key::new(&[POINTS, ctx.arg("to")]);
    ctx.put_object(TOTAL, &(number(&ctx, TOTAL) + amount).to_le_bytes()); //~ unprotected-privileged-write
    ctx.put_object(to.as_bytes(), &(number(&ctx, to.as_bytes()) + amount).to_le_bytes());
    ctx.ok(b"awarded");
}

#[export_name = "_award_checked"]
pub extern "C" fn award_checked() {
    let ctx = Context::current();
    if !by_shop(&ctx) {
        return ctx.error("only the shop awards points");
    }
    let Some(amount) = ctx.number("amount") else {
        return ctx.error("bad amount");
    };
    let to = Key::new(&[POINTS, ctx.arg("to")]);
    ctx.put_object(TOTAL, &(number(&ctx, TOTAL) + amount).to_le_bytes());
    ctx.put_object(to.as_bytes(), &(number(&ctx, to.as_bytes()) + amount).to_le_bytes());
    ctx.ok(b"awarded");
}

/// A member passes points on.
#[export_name = "_transfer"]
pub extern "C" fn transfer() {
    let ctx = Context::current();
    let Some(amount) = ctx.number("amount") else {
        return ctx.error("bad amount");
    };
    let from = Key::new(&[POINTS, ctx.initiator()]);
    let Some(rest) = number(&ctx, from.as_bytes()).checked_sub(amount) else {
        return ctx.error("insufficient points");
    };
    ctx.put_object(from.as_bytes(), &rest.to_le_bytes());
    let to = Key::new(&[POINTS, ctx.arg("to")]);
    ctx.put_object(to.as_bytes(), &(number(&ctx, to.as_bytes()) + amount).to_le_bytes());
    ctx.ok(b"passed on");
}

/// Anyone makes anyone's points lapse.
#[export_name = "_expire"]
pub extern "C" fn expire() {
    let ctx = Context::current();
    let member = Key::new(&[POINTS, ctx.arg("member")]);
    ctx.delete_object(member.as_bytes()); //~ missing-subject-auth
    ctx.ok(b"lapsed");
}

#[export_name = "_expire_checked"]
pub extern "C" fn expire_checked() {
    let ctx = Context::current();
    if !by_shop(&ctx) {
        return ctx.error("only the shop does this");
    }
    let member = Key::new(&[POINTS, ctx.arg("member")]);
    ctx.delete_object(member.as_bytes());
    ctx.ok(b"lapsed");
}

/// The points that the initiator has are redeemed for goods, of which an event tells.
#[export_name = "_redeem"]
pub extern "C" fn redeem() {
    let ctx = Context::current();
    let Some(amount) = ctx.number("amount") else {
        return ctx.error("bad amount");
    };
    let from = Key::new(&[POINTS, ctx.initiator()]);
    let Some(rest) = number(&ctx, from.as_bytes()).checked_sub(amount) else {
        return ctx.error("insufficient points");
    };
    ctx.put_object(from.as_bytes(), &rest.to_le_bytes());
    ctx.emit_event("redeemed", ctx.arg("goods"));
    ctx.ok(b"redeemed");
}

/// Everybody reads where the member can be reached.
#[export_name = "_join"]
pub extern "C" fn join() {
    //~^ plaintext-sensitive-parameter
    let ctx = Context::current();
    let key = Key::new(&[PHONE, ctx.initiator()]);
    ctx.put_object(key.as_bytes(), ctx.arg("phone")); //~ sensitive-to-public-state
    ctx.ok(b"joined");
}

#[export_name = "_join_sealed"]
pub extern "C" fn join_sealed() {
    let ctx = Context::current();
    let key = Key::new(&[CONTACT, ctx.initiator()]);
    ctx.put_object(key.as_bytes(), ctx.arg("commitment"));
    ctx.ok(b"joined");
}

#[export_name = "_points_of"]
pub extern "C" fn points_of() {
    let ctx = Context::current();
    let key = Key::new(&[POINTS, ctx.arg("member")]);
    ctx.ok(&number(&ctx, key.as_bytes()).to_le_bytes());
}

fn by_shop(ctx: &Context) -> bool {
    let mut shop = [0; ADDRESS];
    let len = ctx.get_object(SHOP, &mut shop).unwrap_or(0);
    shop[..len] == *ctx.initiator()
}

fn number(ctx: &Context, key: &[u8]) -> u64 {
    let mut number = [0; 8];
    ctx.get_object(key, &mut number);
    u64::from_le_bytes(number)
}
