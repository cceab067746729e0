//! Medical records that hospitals share.

#![no_std]

use asclepius_abi::{announce, arg, confide, digest, give, holds_office, refuse, relay, sender, Buf, Shelf};

const CONFIG: Shelf = Shelf(c"config");
const HOSPITALS: Shelf = Shelf(c"hospitals");
const CARDS: Shelf = Shelf(c"cards");
const DIGESTS: Shelf = Shelf(c"digests");
const SEALS: Shelf = Shelf(c"seals");
const DIAGNOSES: Shelf = Shelf(c"diagnoses");
const CONSENTS: Shelf = Shelf(c"consents");

#[no_mangle]
pub extern "C" fn on_install() {
    CONFIG.put("board".into(), sender());
}

/// Anyone admits hospitals.
#[no_mangle]
pub extern "C" fn do_admit() {
    HOSPITALS.put(arg("hospital"), "yes".into()); //~ unprotected-privileged-write
}

#[no_mangle]
pub extern "C" fn do_admit_by_board() {
    only_board();
    HOSPITALS.put(arg("hospital"), "yes".into());
}

#[no_mangle]
pub extern "C" fn do_admit_by_office() {
    if !holds_office(sender(), c"ministry of health") {
        refuse("only the ministry admits hospitals");
    }
    HOSPITALS.put(arg("hospital"), "yes".into());
}

/// Anyone takes over the board.
#[no_mangle]
pub extern "C" fn do_set_board() {
    CONFIG.put("board".into(), arg("board")); //~ unprotected-privileged-write
}

#[no_mangle]
pub extern "C" fn do_set_board_checked() {
    only_board();
    CONFIG.put("board".into(), arg("board"));
}

/// All hospitals read the number of the card.
#[no_mangle]
pub extern "C" fn do_register() {
    //~^ plaintext-sensitive-parameter
    only_hospital();
    let patient = arg("patient");
    let card = arg("national_id");
    CARDS.put(patient, card); //~ sensitive-to-public-state
    announce(c"registered", Buf::from("card ").then(card)); //~ sensitive-to-event
}

/// A digest that any hospital can make of all cards.
#[no_mangle]
pub extern "C" fn do_register_hashed() {
    //~^ plaintext-sensitive-parameter
    only_hospital();
    let card = arg("national_id");
    DIGESTS.put(arg("patient"), digest(card)); //~ sensitive-to-public-state
}

/// The sender's name is no secret.
#[no_mangle]
pub extern "C" fn do_register_salted() {
    //~^ plaintext-sensitive-parameter
    only_hospital();
    let card = arg("national_id");
    DIGESTS.put(arg("patient"), digest(sender().then(card))); //~ weak-anonymisation
}

#[no_mangle]
pub extern "C" fn do_register_sealed() {
    only_hospital();
    let seal = arg("seal");
    SEALS.put(arg("patient"), seal);
    announce(c"registered", seal);
}

/// The card stays with the hospital itself.
#[no_mangle]
pub extern "C" fn do_confide() {
    //~^ plaintext-sensitive-parameter
    only_hospital();
    confide(arg("patient"), arg("national_id"));
}

/// Whoever asks for the wrong card tells everybody which.
#[no_mangle]
pub extern "C" fn do_match() {
    //~^ plaintext-sensitive-parameter
    let (patient, card) = (arg("patient"), arg("national_id"));
    only_hospital();
    if SEALS.get(patient).is_none() {
        refuse(Buf::from("nobody has the card ").then(card)); //~ sensitive-to-error-text
    }
    CONSENTS.put(patient, sender());
}

/// Hospitals share diagnoses.
#[no_mangle]
pub extern "C" fn do_diagnose() {
    only_hospital();
    DIAGNOSES.put(arg("patient"), arg("diagnosis"));
}

/// The research institutes' chain is public.
#[no_mangle]
pub extern "C" fn do_report() {
    only_hospital();
    relay(c"research-net", arg("diagnosis")); //~ sensitive-to-external-message
}

#[no_mangle]
pub extern "C" fn do_bill() {
    only_hospital();
    relay(c"insurers", arg("diagnosis"));
}

#[no_mangle]
pub extern "C" fn do_report_sealed() {
    only_hospital();
    let Some(seal) = SEALS.get(arg("patient")) else {
        refuse("not registered");
    };
    relay(c"research-net", seal);
}

/// Anyone asks for anybody's diagnosis.
#[no_mangle]
pub extern "C" fn ask_diagnosis() {
    let Some(diagnosis) = DIAGNOSES.get(arg("patient")) else {
        refuse("no diagnosis");
    };
    give(diagnosis); //~ sensitive-to-query-result
}

#[no_mangle]
pub extern "C" fn ask_diagnosis_as_hospital() {
    only_hospital();
    let Some(diagnosis) = DIAGNOSES.get(arg("patient")) else {
        refuse("no diagnosis");
    };
    give(diagnosis);
}

#[no_mangle]
pub extern "C" fn ask_seal() {
    give(SEALS.get(arg("patient")).unwrap_or(Buf::new()));
}

/// Anyone strikes anyone out.
#[no_mangle]
pub extern "C" fn do_forget() {
    let patient = arg("patient");
    CARDS.clear(patient); //~ missing-subject-auth
    DIGESTS.clear(patient); //~ missing-subject-auth
    DIAGNOSES.clear(patient); //~ missing-subject-auth
}

#[no_mangle]
pub extern "C" fn do_forget_me() {
    let patient = sender();
    CARDS.clear(patient);
    DIGESTS.clear(patient);
    DIAGNOSES.clear(patient);
}

fn only_board() {
    if CONFIG.get("board".into()) != Some(sender()) {
        refuse("only the board may do this");
    }
}

fn only_hospital() {
    match HOSPITALS.get(sender()) {
        Some(known) if !known.is_empty() => {}
        _ => refuse("only hospitals may do this"),
    }
}
