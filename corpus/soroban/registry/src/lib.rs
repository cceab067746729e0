//! A registry of people, whose identity cards an office has seen.

#![no_std]

use soroban_sdk::{
    contract, contracterror, contractevent, contractimpl, contracttype, panic_with_error, Address, Bytes,
    BytesN, Env, String,
};

#[contracttype]
#[derive(Clone)]
pub enum DataKey {
    Office,
    IdCard(Address),
    Account(String),
    Digest(Address),
    Commitment(Address),
    Verified(Address),
}

#[contracterror]
#[derive(Copy, Clone, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    Unknown = 1,
}

#[contractevent]
pub struct Reached {
    #[topic]
    pub person: Address,
    pub phone: String,
}

#[contractevent]
pub struct Verified {
    #[topic]
    pub person: Address,
}

#[contract]
pub struct Registry;

#[contractimpl]
impl Registry {
    pub fn __constructor(env: Env, office: Address) {
        env.storage().instance().set(&DataKey::Office, &office);
    }

    /// The number of the card is stored as it is.
    pub fn register(env: Env, person: Address, id_card: String) {
        //~^ plaintext-sensitive-parameter
        person.require_auth();
        env.storage().persistent().set(&DataKey::IdCard(person), &id_card); //~ sensitive-to-public-state
    }

    /// The number of the card is the key.
    pub fn register_by_card(env: Env, person: Address, id_card: String) {
        //~^ plaintext-sensitive-parameter
        person.require_auth();
        env.storage().persistent().set(&DataKey::Account(id_card), &person); //~ sensitive-to-public-state
    }

    /// A hash without salt: whoever tries all numbers of cards finds the one.
    pub fn register_hashed(env: Env, person: Address, id_card: Bytes) {
        //~^ plaintext-sensitive-parameter
        person.require_auth();
        let digest = env.crypto().sha256(&id_card).to_bytes();
        env.storage().persistent().set(&DataKey::Digest(person), &digest); //~ sensitive-to-public-state
    }

    /// The telephone is not stored, but everybody reads it in the event.
    pub fn reach_me(env: Env, person: Address, phone: String) {
        //~^ plaintext-sensitive-parameter
        person.require_auth();
        Reached { person, phone }.publish(&env); //~ sensitive-to-event
    }

    /// The person commits to the card with a salted hash, and shows card and salt to the office alone.
    pub fn register_sealed(env: Env, person: Address, commitment: BytesN<32>) {
        person.require_auth();
        env.storage().persistent().set(&DataKey::Commitment(person), &commitment);
    }

    /// The office has seen the card that belongs to the commitment.
    pub fn verify(env: Env, person: Address) {
        let office: Address = env.storage().instance().get(&DataKey::Office).unwrap();
        office.require_auth();
        if !env.storage().persistent().has(&DataKey::Commitment(person.clone())) {
            panic_with_error!(&env, Error::Unknown);
        }
        env.storage().persistent().set(&DataKey::Verified(person.clone()), &env.ledger().timestamp());
        Verified { person }.publish(&env);
    }

    /// Anyone removes anyone from the registry.
    pub fn remove(env: Env, person: Address) {
        env.storage().persistent().remove(&DataKey::Commitment(person)); //~ missing-subject-auth
    }

    pub fn remove_checked(env: Env, person: Address) {
        person.require_auth();
        env.storage().persistent().remove(&DataKey::Commitment(person));
    }

    pub fn verified_at(env: Env, person: Address) -> Option<u64> {
        env.storage().persistent().get(&DataKey::Verified(person))
    }
}
