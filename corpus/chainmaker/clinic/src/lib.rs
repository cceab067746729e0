//! Medical records that clinics keep together: doctors write them, and an index of patients finds them.

use cm_contract_sdk::easycodec::EasyCodec;
use cm_contract_sdk::sim_context::{get_sim_context, SimContext};
use sha2::{Digest, Sha256};

const MINISTRY: &str = "ministry";
const DOCTOR: &str = "doctor";
const RECORD: &str = "record";
const VISIT: &str = "visit";
const PATIENT: &str = "patient";
const CARD: &str = "card";
const SEAL: &str = "seal";
const CONSENT: &str = "consent";

struct Record {
    record_id: String,
    clinic: String,
    diagnosis: String,
    time: i64,
}

impl Record {
    fn from_args(ctx: &impl SimContext) -> Result<Record, String> {
        let time = ctx.arg_as_utf8_str("time");
        let time = time.parse::<i64>().map_err(|_| format!("time [{}] is no number", time))?;
        Ok(Record {
            record_id: ctx.arg_as_utf8_str("record_id"),
            clinic: ctx.arg_as_utf8_str("clinic"),
            diagnosis: ctx.arg_as_utf8_str("diagnosis"),
            time,
        })
    }

    fn codec(&self) -> EasyCodec {
        let mut codec = EasyCodec::new();
        codec.add_string("record_id", &self.record_id);
        codec.add_string("clinic", &self.clinic);
        codec.add_string("diagnosis", &self.diagnosis);
        codec.add_i64("time", self.time);
        codec
    }

    fn event(&self) -> Vec<String> {
        vec![self.record_id.clone(), self.clinic.clone(), self.time.to_string()]
    }
}

#[no_mangle]
pub extern "C" fn init_contract() {
    let ctx = &get_sim_context();
    ctx.put_state_from_key(MINISTRY, ctx.get_creator_pub_key().as_bytes());
    ctx.ok("init success".as_bytes());
}

#[no_mangle]
pub extern "C" fn upgrade() {
    get_sim_context().ok("upgrade success".as_bytes());
}

/// Anyone makes themselves a doctor.
#[no_mangle]
pub extern "C" fn add_doctor() {
    let ctx = &get_sim_context();
    let doctor = ctx.arg_as_utf8_str("doctor");
    ctx.put_state(DOCTOR, &doctor, "1".as_bytes()); //~ unprotected-privileged-write
    ctx.emit_event("doctor_added", &vec![doctor]);
    ctx.ok("ok".as_bytes());
}

#[no_mangle]
pub extern "C" fn add_doctor_checked() {
    let ctx = &get_sim_context();
    if !is_ministry(ctx) {
        ctx.error("permission denied");
        return;
    }
    let doctor = ctx.arg_as_utf8_str("doctor");
    ctx.put_state(DOCTOR, &doctor, "1".as_bytes());
    ctx.emit_event("doctor_added", &vec![doctor]);
    ctx.ok("ok".as_bytes());
}

#[no_mangle]
pub extern "C" fn remove_doctor() {
    let ctx = &get_sim_context();
    if !is_ministry(ctx) {
        ctx.error("permission denied");
        return;
    }
    ctx.delete_state(DOCTOR, &ctx.arg_as_utf8_str("doctor"));
    ctx.ok("ok".as_bytes());
}

/// Diagnoses may be kept here; the event only says that there is one.
#[no_mangle]
pub extern "C" fn save_record() {
    let ctx = &get_sim_context();
    if !is_doctor(ctx) {
        ctx.error("not a doctor");
        return;
    }
    let record = match Record::from_args(ctx) {
        Ok(record) => record,
        Err(msg) => {
            ctx.log(&msg);
            ctx.error(&msg);
            return;
        }
    };
    ctx.put_state(RECORD, &record.record_id, &record.codec().marshal());
    ctx.emit_event("record_saved", &record.event());
    ctx.ok("ok".as_bytes());
}

/// The name of the patient is part of what is stored as JSON, and of the event.
#[no_mangle]
pub extern "C" fn save_visit() {
    //~^ plaintext-sensitive-parameter
    let ctx = &get_sim_context();
    if !is_doctor(ctx) {
        ctx.error("not a doctor");
        return;
    }
    let visit_id = ctx.arg_as_utf8_str("visit_id");
    let name = ctx.arg_as_utf8_str("patient_name");
    let mut visit = EasyCodec::new();
    visit.add_string("visit_id", &visit_id);
    visit.add_string("patient_name", &name);
    visit.add_string("tx_id", &ctx.get_tx_id());
    ctx.put_state(VISIT, &visit_id, visit.to_json().as_bytes()); //~ sensitive-to-public-state
    ctx.emit_event("visit", &vec![visit_id, name]); //~ sensitive-to-event
    ctx.ok("ok".as_bytes());
}

/// Records are found by the number of the identity card, which is then a key.
#[no_mangle]
pub extern "C" fn index_record() {
    //~^ plaintext-sensitive-parameter
    let ctx = &get_sim_context();
    if !is_doctor(ctx) {
        ctx.error("not a doctor");
        return;
    }
    let card = ctx.arg_as_utf8_str("id_card");
    let record_id = ctx.arg_as_utf8_str("record_id");
    ctx.put_state(PATIENT, &card, record_id.as_bytes()); //~ sensitive-to-public-state
    ctx.ok("ok".as_bytes());
}

/// The doctor's public key is no secret salt.
#[no_mangle]
pub extern "C" fn index_hashed() {
    //~^ plaintext-sensitive-parameter
    let ctx = &get_sim_context();
    if !is_doctor(ctx) {
        ctx.error("not a doctor");
        return;
    }
    let card = ctx.arg_as_utf8_str("id_card");
    let mut hasher = Sha256::new();
    hasher.update(ctx.get_sender_pub_key().as_bytes());
    hasher.update(card.as_bytes());
    let digest = hasher.finalize();
    let record_id = ctx.arg_as_utf8_str("record_id");
    ctx.put_state(CARD, &record_id, &digest); //~ weak-anonymisation
    ctx.ok("ok".as_bytes());
}

/// The number with its digits in hexadecimal is still the number.
#[no_mangle]
pub extern "C" fn index_encoded() {
    //~^ plaintext-sensitive-parameter
    let ctx = &get_sim_context();
    if !is_doctor(ctx) {
        ctx.error("not a doctor");
        return;
    }
    let card = ctx.arg_as_utf8_str("id_card");
    let encoded: String = card.bytes().map(|b| format!("{:02x}", b)).collect();
    let record_id = ctx.arg_as_utf8_str("record_id");
    ctx.put_state(CARD, &record_id, encoded.as_bytes()); //~ weak-anonymisation
    ctx.ok("ok".as_bytes());
}

/// The clinic makes the commitment, and keeps card and blind.
#[no_mangle]
pub extern "C" fn index_sealed() {
    let ctx = &get_sim_context();
    if !is_doctor(ctx) {
        ctx.error("not a doctor");
        return;
    }
    let record_id = ctx.arg_as_utf8_str("record_id");
    let seal = ctx.arg_as_utf8_str("commitment");
    ctx.put_state(SEAL, &record_id, seal.as_bytes());
    ctx.emit_event("sealed", &vec![record_id, seal]);
    ctx.ok("ok".as_bytes());
}

/// The node's log and the error tell who is looked for.
#[no_mangle]
pub extern "C" fn find_patient() {
    // Nothing is written: members ask one node, and no transaction is ordered.
    let ctx = &get_sim_context();
    let name = ctx.arg_as_utf8_str("patient_name");
    ctx.log(&format!("looking for {}", name)); //~ sensitive-to-event
    if !is_doctor(ctx) {
        ctx.error(&format!("{} is none of your patients", name)); //~ sensitive-to-error-text
        return;
    }
    ctx.ok("ok".as_bytes());
}

/// A statistics contract on the public chain gets the diagnosis.
#[no_mangle]
pub extern "C" fn report_case() {
    let ctx = &get_sim_context();
    if !is_doctor(ctx) {
        ctx.error("not a doctor");
        return;
    }
    let mut params = EasyCodec::new();
    params.add_string("diagnosis", &ctx.arg_as_utf8_str("diagnosis"));
    params.add_string("region", &ctx.arg_as_utf8_str("region"));
    let reported = ctx.call_contract("statistics", "report", params); //~ sensitive-to-external-message
    match reported {
        Ok(_) => ctx.ok("ok".as_bytes()),
        Err(_) => ctx.error("not reported"),
    };
}

/// The insurance is on the same chain.
#[no_mangle]
pub extern "C" fn claim() {
    let ctx = &get_sim_context();
    if !is_doctor(ctx) {
        ctx.error("not a doctor");
        return;
    }
    let mut params = EasyCodec::new();
    params.add_string("diagnosis", &ctx.arg_as_utf8_str("diagnosis"));
    params.add_string("policy", &ctx.arg_as_utf8_str("policy"));
    match ctx.call_contract("insurance", "claim", params) {
        Ok(_) => ctx.ok("ok".as_bytes()),
        Err(_) => ctx.error("not claimed"),
    };
}

/// All members read all diagnoses.
#[no_mangle]
pub extern "C" fn get_record() {
    let ctx = &get_sim_context();
    match ctx.get_state(RECORD, &ctx.arg_as_utf8_str("record_id")) {
        Ok(record) => ctx.ok(&record), //~ sensitive-to-query-result
        Err(_) => ctx.error("no such record"),
    };
}

#[no_mangle]
pub extern "C" fn get_record_as_doctor() {
    let ctx = &get_sim_context();
    if !is_doctor(ctx) {
        ctx.error("not a doctor");
        return;
    }
    match ctx.get_state(RECORD, &ctx.arg_as_utf8_str("record_id")) {
        Ok(record) => ctx.ok(&record),
        Err(_) => ctx.error("no such record"),
    };
}

/// The seals of everybody are no secret.
#[no_mangle]
pub extern "C" fn list_seals() {
    let ctx = &get_sim_context();
    let Ok(rows) = ctx.new_iterator_prefix_with_key(SEAL) else {
        ctx.error("no seals");
        return;
    };
    let mut count = 0;
    let mut json = String::from("[");
    while rows.has_next() && count < 100 {
        let Ok(row) = rows.next_row() else { break };
        json.push_str(&row.to_json());
        count += 1;
    }
    rows.close();
    json.push(']');
    ctx.ok(json.as_bytes());
}

/// Anyone consents for anyone.
#[no_mangle]
pub extern "C" fn consent() {
    let ctx = &get_sim_context();
    let patient = ctx.arg_as_utf8_str("patient");
    let clinic = ctx.arg_as_utf8_str("clinic");
    ctx.put_state(CONSENT, &patient, clinic.as_bytes()); //~ missing-subject-auth
    ctx.ok("ok".as_bytes());
}

#[no_mangle]
pub extern "C" fn consent_checked() {
    let ctx = &get_sim_context();
    let patient = ctx.get_sender_pub_key();
    let clinic = ctx.arg_as_utf8_str("clinic");
    ctx.put_state(CONSENT, &patient, clinic.as_bytes());
    ctx.ok("ok".as_bytes());
}

#[no_mangle]
pub extern "C" fn erase_record() {
    let ctx = &get_sim_context();
    if !is_ministry(ctx) {
        ctx.error("permission denied");
        return;
    }
    let record_id = ctx.arg_as_utf8_str("record_id");
    ctx.delete_state(RECORD, &record_id);
    ctx.delete_state(VISIT, &record_id);
    ctx.delete_state(CARD, &record_id);
    ctx.delete_state(SEAL, &record_id);
    ctx.delete_state(PATIENT, &ctx.arg_as_utf8_str("patient"));
    ctx.ok("ok".as_bytes());
}

fn is_ministry(ctx: &impl SimContext) -> bool {
    match ctx.get_state_from_key(MINISTRY) {
        Ok(ministry) => ministry == ctx.get_sender_pub_key().as_bytes(),
        Err(_) => false,
    }
}

fn is_doctor(ctx: &impl SimContext) -> bool {
    match ctx.get_state(DOCTOR, &ctx.get_sender_pub_key()) {
        Ok(known) => known == "1".as_bytes(),
        Err(_) => false,
    }
}
