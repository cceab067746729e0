//! A registry of people, whose identity cards an office has seen.

use cm_contract_sdk::sim_context::{get_sim_context, SimContext};

const OFFICE: &str = "office";
const ID_CARD: &str = "id_card";
const ACCOUNT: &str = "account";
const COMMITMENT: &str = "commitment";
const VERIFIED: &str = "verified";

#[no_mangle]
pub extern "C" fn init_contract() {
    let ctx = get_sim_context();
    ctx.put_state_from_key(OFFICE, ctx.get_sender_pub_key().as_bytes());
    ctx.ok(b"init");
}

#[no_mangle]
pub extern "C" fn upgrade() {
    get_sim_context().ok(b"upgrade");
}

/// The number of the card is stored as it is.
#[no_mangle]
pub extern "C" fn register() {
    //~^ plaintext-sensitive-parameter
    let ctx = get_sim_context();
    let id_card = ctx.arg_as_utf8_str("id_card");
    ctx.put_state(ID_CARD, &ctx.get_sender_pub_key(), id_card.as_bytes()); //~ sensitive-to-public-state
    ctx.ok(b"registered");
}

/// The number of the card is part of the key.
#[no_mangle]
pub extern "C" fn register_by_card() {
    //~^ plaintext-sensitive-parameter
    let ctx = get_sim_context();
    let id_card = ctx.arg_as_utf8_str("id_card");
    ctx.put_state(ACCOUNT, &id_card, ctx.get_sender_pub_key().as_bytes()); //~ sensitive-to-public-state
    ctx.ok(b"registered");
}

/// The telephone is not stored, but everybody reads it in the event.
#[no_mangle]
pub extern "C" fn reach_me() {
    //~^ plaintext-sensitive-parameter
    let ctx = get_sim_context();
    let phone = ctx.arg_as_utf8_str("phone");
    ctx.emit_event("reached", &vec![ctx.get_sender_pub_key(), phone]); //~ sensitive-to-event
    ctx.ok(b"announced");
}

/// The caller commits to the card with a salted hash, and shows card and salt to the office alone.
#[no_mangle]
pub extern "C" fn register_sealed() {
    let ctx = get_sim_context();
    let commitment = ctx.arg_as_utf8_str("commitment");
    ctx.put_state(COMMITMENT, &ctx.get_sender_pub_key(), commitment.as_bytes());
    ctx.ok(b"registered");
}

/// The office has seen the card that belongs to the commitment.
#[no_mangle]
pub extern "C" fn verify() {
    let ctx = get_sim_context();
    let office = ctx.get_state_from_key(OFFICE).unwrap_or_default();
    if office != ctx.get_sender_pub_key().as_bytes() {
        ctx.error("only the office may do this");
        return;
    }
    let account = ctx.arg_as_utf8_str("account");
    ctx.put_state(VERIFIED, &account, ctx.get_tx_id().as_bytes());
    ctx.emit_event("verified", &vec![account]);
    ctx.ok(b"verified");
}

/// Anyone becomes the office.
#[no_mangle]
pub extern "C" fn set_office() {
    let ctx = get_sim_context();
    ctx.put_state_from_key(OFFICE, ctx.arg_as_utf8_str("office").as_bytes()); //~ unprotected-privileged-write
    ctx.ok(b"office set");
}

#[no_mangle]
pub extern "C" fn set_office_checked() {
    let ctx = get_sim_context();
    let office = ctx.get_state_from_key(OFFICE).unwrap_or_default();
    if office != ctx.get_sender_pub_key().as_bytes() {
        ctx.error("only the office may do this");
        return;
    }
    ctx.put_state_from_key(OFFICE, ctx.arg_as_utf8_str("office").as_bytes());
    ctx.ok(b"office set");
}

/// Anyone removes anyone from the registry.
#[no_mangle]
pub extern "C" fn remove() {
    let ctx = get_sim_context();
    ctx.delete_state(COMMITMENT, &ctx.arg_as_utf8_str("account")); //~ missing-subject-auth
    ctx.ok(b"removed");
}

#[no_mangle]
pub extern "C" fn remove_checked() {
    let ctx = get_sim_context();
    let account = ctx.arg_as_utf8_str("account");
    if account != ctx.get_sender_pub_key() {
        ctx.error("not yours");
        return;
    }
    ctx.delete_state(COMMITMENT, &account);
    ctx.ok(b"removed");
}

#[no_mangle]
pub extern "C" fn verified_in() {
    let ctx = get_sim_context();
    let tx = ctx.get_state(VERIFIED, &ctx.arg_as_utf8_str("account")).unwrap_or_default();
    ctx.ok(&tx);
}
