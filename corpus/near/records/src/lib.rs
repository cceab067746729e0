//! Medical records: clinics write them, patients decide who reads them.

use near_sdk::borsh::BorshSerialize;
use near_sdk::collections::{LookupMap, UnorderedMap};
use near_sdk::json_types::Base58CryptoHash;
use near_sdk::serde_json::json;
use near_sdk::store::LookupMap as Map;
use near_sdk::{
    env, log, near, require, AccountId, BorshStorageKey, CryptoHash, Gas, NearToken, PanicOnDefault, Promise,
};

#[derive(BorshStorageKey, BorshSerialize)]
#[borsh(crate = "near_sdk::borsh")]
enum Key {
    Clinics,
    Visits,
    Digests,
    Seals,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Visit {
    clinic: AccountId,
    diagnosis: String,
    day: u64,
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Records {
    ministry: AccountId,
    clinics: LookupMap<AccountId, bool>,
    visits: UnorderedMap<u64, Visit>,
    digests: LookupMap<u64, CryptoHash>,
    seals: Map<u64, CryptoHash>,
    next: u64,
}

#[near]
impl Records {
    #[init]
    pub fn new(ministry: AccountId) -> Self {
        Self {
            ministry,
            clinics: LookupMap::new(Key::Clinics),
            visits: UnorderedMap::new(Key::Visits),
            digests: LookupMap::new(Key::Digests),
            seals: Map::new(Key::Seals),
            next: 0,
        }
    }

    pub fn admit_clinic(&mut self, clinic: AccountId) {
        require!(env::predecessor_account_id() == self.ministry, "only the ministry may do this");
        self.clinics.insert(&clinic, &true);
    }

    /// What the patient has is stored for everybody to read.
    pub fn record_visit(&mut self, diagnosis: String, day: u64) -> u64 {
        //~^ plaintext-sensitive-parameter
        let clinic = self.known_clinic();
        let id = self.take_id();
        self.visits.insert(&id, &Visit { clinic, diagnosis, day }); //~ sensitive-to-public-state
        id
    }

    /// The log names the patient.
    pub fn call_patient(&self, patient_name: String, room: u32) {
        //~^ plaintext-sensitive-parameter
        self.known_clinic();
        let event = json!({
            "standard": "clinic", "version": "1.0.0", "event": "call",
            "data": { "patient": patient_name, "room": room },
        });
        log!("EVENT_JSON:{}", event); //~ sensitive-to-event
    }

    /// The log names the visit.
    pub fn call_visit(&self, visit: u64, room: u32) {
        self.known_clinic();
        log!("visit {} to room {}", visit, room);
    }

    /// A failed call tells everybody who was not found.
    pub fn find_patient(&mut self, patient_name: String) {
        //~^ plaintext-sensitive-parameter
        self.known_clinic();
        let digest = env::sha256_array(patient_name.as_bytes());
        if !env::storage_has_key(&digest) {
            env::panic_str(&format!("no record of {patient_name}")); //~ sensitive-to-error-text
        }
        self.next += 1;
    }

    /// The clinic that is hashed along is known to everybody.
    pub fn link_insurance(&mut self, visit: u64, insurance_no: String) {
        //~^ plaintext-sensitive-parameter
        let clinic = self.known_clinic();
        let digest = env::sha256_array([clinic.as_bytes(), insurance_no.as_bytes()].concat());
        self.digests.insert(&visit, &digest); //~ weak-anonymisation
    }

    /// The clinic commits to number and diagnosis, with a blind that never goes on the chain.
    pub fn link_insurance_sealed(&mut self, visit: u64, seal: Base58CryptoHash) {
        self.known_clinic();
        self.seals.insert(visit, seal.into());
    }

    /// The bill tells the insurer, and everybody else, what the patient has.
    pub fn send_bill(&self, diagnosis: String, fee: u64) -> Promise {
        //~^ plaintext-sensitive-parameter
        self.known_clinic();
        let bill = json!({ "diagnosis": diagnosis, "fee": fee }).to_string();
        Promise::new("insurer.near".parse().unwrap()).function_call(
            "bill".to_string(),
            bill.into_bytes(),
            NearToken::from_near(0),
            Gas::from_tgas(10),
        ) //~ sensitive-to-external-message
    }

    pub fn send_bill_sealed(&self, visit: u64, fee: u64) -> Promise {
        self.known_clinic();
        let bill = json!({ "visit": visit, "fee": fee }).to_string();
        Promise::new("insurer.near".parse().unwrap()).function_call(
            "bill".to_string(),
            bill.into_bytes(),
            NearToken::from_near(0),
            Gas::from_tgas(10),
        )
    }

    pub fn visit(&self, id: u64) -> Option<Visit> {
        self.visits.get(&id)
    }

    pub fn seal_of(&self, id: u64) -> Option<Base58CryptoHash> {
        self.seals.get(&id).map(|seal| (*seal).into())
    }
}

impl Records {
    fn known_clinic(&self) -> AccountId {
        let clinic = env::predecessor_account_id();
        require!(self.clinics.get(&clinic) == Some(true), "not a clinic");
        clinic
    }

    fn take_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}
