//! Evidence: the hash of a document is kept with who filed it and when, so that it can be shown later that the document is
//! unchanged. Without defects.

use cm_contract_sdk::sim_context::{get_sim_context, SimContext};

const COURT: &str = "court";
const EVIDENCE: &str = "evidence";
const FILER: &str = "filer";
const SEALED: &str = "sealed";

/// Hexadecimal digits of a SHA-256.
const HASH: usize = 64;

#[no_mangle]
pub extern "C" fn init_contract() {
    let ctx = get_sim_context();
    ctx.put_state_from_key(COURT, ctx.get_sender_pub_key().as_bytes());
    ctx.ok(b"init");
}

#[no_mangle]
pub extern "C" fn upgrade() {
    get_sim_context().ok(b"upgrade");
}

/// Files evidence; what is filed cannot be filed again.
#[no_mangle]
pub extern "C" fn file() {
    let ctx = get_sim_context();
    let hash = ctx.arg_as_utf8_str("file_hash");
    let title = ctx.arg_as_utf8_str("title");
    let Ok(time) = ctx.arg_as_utf8_str("time").parse::<i64>() else {
        ctx.error("the time is no number");
        return;
    };
    if hash.len() != HASH {
        ctx.error("no hash");
        return;
    }
    if !ctx.get_state(EVIDENCE, &hash).unwrap_or_default().is_empty() {
        ctx.error("this has been filed");
        return;
    }
    let record = format!("{{\"title\":\"{}\",\"time\":{},\"tx\":\"{}\"}}", title, time, ctx.get_tx_id());
    ctx.put_state(EVIDENCE, &hash, record.as_bytes());
    ctx.put_state(FILER, &hash, ctx.get_sender_pub_key().as_bytes());
    ctx.emit_event("filed", &vec![hash, title]);
    ctx.ok(record.as_bytes());
}

/// The court seals evidence in a case.
#[no_mangle]
pub extern "C" fn seal() {
    let ctx = get_sim_context();
    let court = ctx.get_state_from_key(COURT).unwrap_or_default();
    if court != ctx.get_sender_pub_key().as_bytes() {
        ctx.error("only the court seals");
        return;
    }
    let hash = ctx.arg_as_utf8_str("file_hash");
    ctx.put_state(SEALED, &hash, ctx.arg_as_utf8_str("case").as_bytes());
    ctx.ok(b"sealed");
}

/// Whoever filed evidence withdraws it, unless it is sealed.
#[no_mangle]
pub extern "C" fn withdraw() {
    let ctx = get_sim_context();
    let hash = ctx.arg_as_utf8_str("file_hash");
    let filer = ctx.get_state(FILER, &hash).unwrap_or_default();
    if filer.is_empty() || filer != ctx.get_sender_pub_key().as_bytes() {
        ctx.error("not yours");
        return;
    }
    if !ctx.get_state(SEALED, &hash).unwrap_or_default().is_empty() {
        ctx.error("sealed");
        return;
    }
    ctx.delete_state(EVIDENCE, &hash);
    ctx.delete_state(FILER, &hash);
    ctx.emit_event("withdrawn", &vec![hash]);
    ctx.ok(b"withdrawn");
}

#[no_mangle]
pub extern "C" fn hand_over() {
    let ctx = get_sim_context();
    let court = ctx.get_state_from_key(COURT).unwrap_or_default();
    if court != ctx.get_sender_pub_key().as_bytes() {
        ctx.error("only the court hands over");
        return;
    }
    ctx.put_state_from_key(COURT, ctx.arg_as_utf8_str("court").as_bytes());
    ctx.ok(b"handed over");
}

#[no_mangle]
pub extern "C" fn find() {
    let ctx = get_sim_context();
    match ctx.get_state(EVIDENCE, &ctx.arg_as_utf8_str("file_hash")) {
        Ok(record) if !record.is_empty() => ctx.ok(&record),
        _ => ctx.error("not found"),
    };
}
