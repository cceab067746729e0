//! Where goods come from: producers register batches, traders pass them on, carriers tell where they are.

#![no_std]

use xuperchain_abi::{Context, Key};

const ADMIN: &[u8] = b"admin";
const PRODUCER: &[u8] = b"producer:";
const OWNER: &[u8] = b"owner:";
const PLACE: &[u8] = b"place:";
const PRICE: &[u8] = b"price:";
const SEALED: &[u8] = b"sealed:";
const DRIVER: &[u8] = b"driver:";
const RECALLED: &[u8] = b"recalled:";

/// Longest address, place or number.
const FIELD: usize = 64;

#[export_name = "_initialize"]
pub extern "C" fn initialize() {
    let ctx = Context::current();
    let admin = ctx.arg("admin");
    if admin.is_empty() {
        ctx.error("missing admin address");
        return;
    }
    ctx.put_object(ADMIN, admin);
    ctx.ok(b"initialize success");
}

#[export_name = "_addProducer"]
pub extern "C" fn add_producer() {
    let ctx = Context::current();
    if !is_admin(&ctx) {
        ctx.error("only the admin can add producers");
        return;
    }
    let producer = Key::new(&[PRODUCER, ctx.arg("producer")]);
    ctx.put_object(producer.as_bytes(), b"1");
    ctx.ok(b"ok");
}

/// Anyone puts themselves in the admin's place.
#[export_name = "_changeAdmin"]
pub extern "C" fn change_admin() {
    let ctx = Context::current();
    let admin = ctx.arg("new_admin");
    if admin.is_empty() {
        ctx.error("missing new_admin");
        return;
    }
    ctx.put_object(ADMIN, admin); //~ unprotected-privileged-write
    ctx.ok(b"ok");
}

#[export_name = "_changeAdminChecked"]
pub extern "C" fn change_admin_checked() {
    let ctx = Context::current();
    let admin = ctx.arg("new_admin");
    if admin.is_empty() {
        ctx.error("missing new_admin");
        return;
    }
    if !is_admin(&ctx) {
        ctx.error("only the admin can do this");
        return;
    }
    ctx.put_object(ADMIN, admin);
    ctx.ok(b"ok");
}

#[export_name = "_createBatch"]
pub extern "C" fn create_batch() {
    let ctx = Context::current();
    let producer = Key::new(&[PRODUCER, ctx.initiator()]);
    if !exists(&ctx, producer.as_bytes()) {
        ctx.error("not a producer");
        return;
    }
    let batch = ctx.arg("batch_id");
    let owner = Key::new(&[OWNER, batch]);
    if exists(&ctx, owner.as_bytes()) {
        ctx.error("batch exists");
        return;
    }
    ctx.put_object(owner.as_bytes(), ctx.initiator());
    ctx.put_object(Key::new(&[PLACE, batch]).as_bytes(), ctx.arg("origin"));
    ctx.emit_event("batch", batch);
    ctx.ok(batch);
}

/// The price that two traders agreed upon is there for all others.
#[export_name = "_sell"]
pub extern "C" fn sell() {
    //~^ plaintext-sensitive-parameter
    let ctx = Context::current();
    let batch = ctx.arg("batch_id");
    if !owns(&ctx, batch) {
        ctx.error("not your batch");
        return;
    }
    let price = ctx.arg("price");
    ctx.put_object(Key::new(&[PRICE, batch]).as_bytes(), price); //~ sensitive-to-public-state
    ctx.put_object(Key::new(&[OWNER, batch]).as_bytes(), ctx.arg("buyer"));
    ctx.emit_event("sold", price); //~ sensitive-to-event
    ctx.ok(b"ok");
}

#[export_name = "_sellSealed"]
pub extern "C" fn sell_sealed() {
    let ctx = Context::current();
    let batch = ctx.arg("batch_id");
    if !owns(&ctx, batch) {
        ctx.error("not your batch");
        return;
    }
    let seal = ctx.arg("price_seal");
    ctx.put_object(Key::new(&[SEALED, batch]).as_bytes(), seal);
    ctx.put_object(Key::new(&[OWNER, batch]).as_bytes(), ctx.arg("buyer"));
    ctx.emit_event("sold", seal);
    ctx.ok(b"ok");
}

/// Anyone gives anyone's batch away.
#[export_name = "_handOver"]
pub extern "C" fn hand_over() {
    let ctx = Context::current();
    let owner = Key::new(&[OWNER, ctx.arg("batch_id")]);
    if !exists(&ctx, owner.as_bytes()) {
        ctx.error("no such batch");
        return;
    }
    ctx.put_object(owner.as_bytes(), ctx.arg("to")); //~ unprotected-privileged-write
    ctx.ok(b"ok");
}

#[export_name = "_handOverChecked"]
pub extern "C" fn hand_over_checked() {
    let ctx = Context::current();
    let batch = ctx.arg("batch_id");
    if !owns(&ctx, batch) {
        ctx.error("not your batch");
        return;
    }
    ctx.put_object(Key::new(&[OWNER, batch]).as_bytes(), ctx.arg("to"));
    ctx.ok(b"ok");
}

/// The carrier's telephone may be kept here.
#[export_name = "_ship"]
pub extern "C" fn ship() {
    let ctx = Context::current();
    let batch = ctx.arg("batch_id");
    if !owns(&ctx, batch) {
        ctx.error("not your batch");
        return;
    }
    ctx.put_object(Key::new(&[DRIVER, batch]).as_bytes(), ctx.arg("driver_phone"));
    ctx.put_object(Key::new(&[PLACE, batch]).as_bytes(), ctx.arg("place"));
    ctx.ok(b"ok");
}

/// Not everybody has to know how to reach the carrier.
#[export_name = "_driverOf"]
pub extern "C" fn driver_of() {
    let ctx = Context::current();
    let mut phone = [0; FIELD];
    let key = Key::new(&[DRIVER, ctx.arg("batch_id")]);
    let Some(len) = ctx.get_object(key.as_bytes(), &mut phone) else {
        ctx.error("no driver");
        return;
    };
    ctx.ok(&phone[..len]); //~ sensitive-to-query-result
}

#[export_name = "_driverForOwner"]
pub extern "C" fn driver_for_owner() {
    let ctx = Context::current();
    let batch = ctx.arg("batch_id");
    if !owns(&ctx, batch) {
        ctx.error("not your batch");
        return;
    }
    let mut phone = [0; FIELD];
    let Some(len) = ctx.get_object(Key::new(&[DRIVER, batch]).as_bytes(), &mut phone) else {
        ctx.error("no driver");
        return;
    };
    ctx.ok(&phone[..len]);
}

#[export_name = "_arrived"]
pub extern "C" fn arrived() {
    let ctx = Context::current();
    let batch = ctx.arg("batch_id");
    if !owns(&ctx, batch) {
        ctx.error("not your batch");
        return;
    }
    ctx.delete_object(Key::new(&[DRIVER, batch]).as_bytes());
    ctx.ok(b"ok");
}

/// The admin, or whoever produced the batch and still has it, calls it back.
#[export_name = "_recall"]
pub extern "C" fn recall() {
    let ctx = Context::current();
    let batch = ctx.arg("batch_id");
    if !is_admin(&ctx) && !owns(&ctx, batch) {
        ctx.error("permission denied");
        return;
    }
    ctx.put_object(Key::new(&[RECALLED, batch]).as_bytes(), b"1");
    ctx.emit_event("recalled", batch);
    ctx.ok(b"ok");
}

#[export_name = "_where"]
pub extern "C" fn place() {
    let ctx = Context::current();
    let mut place = [0; FIELD];
    let key = Key::new(&[PLACE, ctx.arg("batch_id")]);
    match ctx.get_object(key.as_bytes(), &mut place) {
        Some(len) => ctx.ok(&place[..len]),
        None => ctx.error("no such batch"),
    }
}

fn is_admin(ctx: &Context) -> bool {
    let mut admin = [0; FIELD];
    match ctx.get_object(ADMIN, &mut admin) {
        Some(len) => admin[..len] == *ctx.initiator(),
        None => false,
    }
}

fn owns(ctx: &Context, batch: &[u8]) -> bool {
    let mut owner = [0; FIELD];
    match ctx.get_object(Key::new(&[OWNER, batch]).as_bytes(), &mut owner) {
        Some(len) => owner[..len] == *ctx.initiator(),
        None => false,
    }
}

fn exists(ctx: &Context, key: &[u8]) -> bool {
    ctx.get_object(key, &mut [0; FIELD]).is_some()
}
