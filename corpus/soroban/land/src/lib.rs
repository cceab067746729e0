//! A land registry that offices keep together, and whose entries are anchored on a public chain.

#![no_std]

use sm3::{Digest, Sm3};
use soroban_sdk::{
    contract, contractclient, contracterror, contractimpl, contracttype, panic_with_error, symbol_short, Address, Bytes,
    BytesN, Env, String, Symbol,
};

const OFFICE: Symbol = symbol_short!("office");
const ANCHOR: Symbol = symbol_short!("anchor");

#[contracttype]
#[derive(Clone)]
pub enum DataKey {
    Parcel(u64),
    Deed(u64),
    OwnerName(u64),
    Commitment(u64),
}

#[contracttype]
#[derive(Clone)]
pub struct Parcel {
    pub owner: Address,
    pub area: u64,
    pub registered_at: u64,
}

#[contracterror]
#[derive(Copy, Clone, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    Unknown = 1,
    Taken = 2,
}

#[contractclient(name = "AnchorClient")]
pub trait Anchor {
    fn put(env: Env, parcel: u64, document: Bytes);
    fn put_seal(env: Env, parcel: u64, seal: BytesN<32>);
}

#[contract]
pub struct Land;

#[contractimpl]
impl Land {
    pub fn __constructor(env: Env, office: Address, anchor: Address) {
        env.storage().instance().set(&OFFICE, &office);
        env.storage().instance().set(&ANCHOR, &anchor);
    }

    /// Deeds stay within the network of the offices, and can be deleted there.
    pub fn register(env: Env, parcel: u64, owner: Address, area: u64, deed: Bytes, commitment: BytesN<32>) {
        Self::office(&env).require_auth();
        let store = env.storage().persistent();
        if store.has(&DataKey::Parcel(parcel)) {
            panic_with_error!(&env, Error::Taken);
        }
        let registered_at = env.ledger().timestamp();
        store.set(&DataKey::Parcel(parcel), &Parcel { owner, area, registered_at });
        store.set(&DataKey::Deed(parcel), &deed);
        store.set(&DataKey::Commitment(parcel), &commitment);
    }

    /// The name stays for ever.
    pub fn name_owner(env: Env, parcel: u64, owner_name: String) {
        Self::office(&env).require_auth();
        env.storage().persistent().set(&DataKey::OwnerName(parcel), &owner_name); //~ no-erasure-path
    }

    pub fn strike(env: Env, parcel: u64) {
        Self::office(&env).require_auth();
        let store = env.storage().persistent();
        store.remove(&DataKey::Parcel(parcel));
        store.remove(&DataKey::Deed(parcel));
        store.remove(&DataKey::Commitment(parcel));
    }

    pub fn transfer(env: Env, parcel: u64, to: Address) {
        let mut entry = Self::parcel(env.clone(), parcel);
        entry.owner.require_auth();
        entry.owner = to;
        env.storage().persistent().set(&DataKey::Parcel(parcel), &entry);
    }

    /// The deed itself goes to the public chain.
    pub fn anchor(env: Env, parcel: u64, deed: Bytes) {
        Self::office(&env).require_auth();
        let anchor: Address = env.storage().instance().get(&ANCHOR).unwrap();
        AnchorClient::new(&env, &anchor).put(&parcel, &deed); //~ sensitive-to-external-message
    }

    /// A hash without a blind: whoever has a deed at hand knows whose it is.
    pub fn anchor_hashed(env: Env, parcel: u64, deed: Bytes) {
        Self::office(&env).require_auth();
        let anchor: Address = env.storage().instance().get(&ANCHOR).unwrap();
        let seal = env.crypto().sha256(&deed).to_bytes();
        AnchorClient::new(&env, &anchor).put_seal(&parcel, &seal); //~ sensitive-to-external-message
    }

    /// The same with the digest that the offices are asked to use, which the host does not have.
    pub fn anchor_sm3(env: Env, parcel: u64, deed: BytesN<64>) {
        Self::office(&env).require_auth();
        let anchor: Address = env.storage().instance().get(&ANCHOR).unwrap();
        let digest: [u8; 32] = Sm3::digest(deed.to_array()).into();
        let seal = BytesN::from_array(&env, &digest);
        AnchorClient::new(&env, &anchor).put_seal(&parcel, &seal); //~ sensitive-to-external-message
    }

    /// With a blind, the digest tells nothing.
    pub fn anchor_sm3_blind(env: Env, parcel: u64, deed: BytesN<64>, blind: BytesN<32>) {
        Self::office(&env).require_auth();
        let anchor: Address = env.storage().instance().get(&ANCHOR).unwrap();
        let digest: [u8; 32] = Sm3::new_with_prefix(blind.to_array()).chain_update(deed.to_array()).finalize().into();
        let seal = BytesN::from_array(&env, &digest);
        AnchorClient::new(&env, &anchor).put_seal(&parcel, &seal);
    }

    /// What goes there is the commitment that was made outside.
    pub fn anchor_sealed(env: Env, parcel: u64) {
        Self::office(&env).require_auth();
        let anchor: Address = env.storage().instance().get(&ANCHOR).unwrap();
        let seal = env.storage().persistent().get(&DataKey::Commitment(parcel));
        let Some(seal) = seal else { panic_with_error!(&env, Error::Unknown) };
        AnchorClient::new(&env, &anchor).put_seal(&parcel, &seal);
    }

    /// Anyone on the network reads any deed.
    pub fn deed_of(env: Env, parcel: u64) -> Option<Bytes> {
        env.storage().persistent().get(&DataKey::Deed(parcel)) //~ sensitive-to-query-result
    }

    pub fn deed_for_office(env: Env, parcel: u64) -> Option<Bytes> {
        Self::office(&env).require_auth();
        env.storage().persistent().get(&DataKey::Deed(parcel))
    }

    pub fn parcel(env: Env, parcel: u64) -> Parcel {
        let entry = env.storage().persistent().get(&DataKey::Parcel(parcel));
        entry.unwrap_or_else(|| panic_with_error!(&env, Error::Unknown))
    }
}

impl Land {
    fn office(env: &Env) -> Address {
        env.storage().instance().get(&OFFICE).unwrap()
    }
}
