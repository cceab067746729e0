//! A registry of people, whose identity cards an office has seen.

use near_sdk::collections::LookupMap;
use near_sdk::json_types::Base58CryptoHash;
use near_sdk::{env, log, near, require, AccountId, BorshStorageKey, CryptoHash, PanicOnDefault};

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Digests,
    Commitments,
    Verified,
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Registry {
    office: AccountId,
    digests: LookupMap<AccountId, CryptoHash>,
    commitments: LookupMap<AccountId, CryptoHash>,
    verified: LookupMap<AccountId, u64>,
}

#[near]
impl Registry {
    #[init]
    pub fn new(office: AccountId) -> Self {
        Self {
            office,
            digests: LookupMap::new(Key::Digests),
            commitments: LookupMap::new(Key::Commitments),
            verified: LookupMap::new(Key::Verified),
        }
    }

    /// The number of the card is stored as it is.
    pub fn register(&self, id_card: String) {
        //~^ plaintext-sensitive-parameter
        let caller = env::predecessor_account_id();
        env::storage_write(&[b"card/", caller.as_bytes()].concat(), id_card.as_bytes());
        //~^ sensitive-to-public-state
    }

    /// The number of the card is the key.
    pub fn register_by_card(&self, id_card: String) {
        //~^ plaintext-sensitive-parameter
        let caller = env::predecessor_account_id();
        env::storage_write(&[b"person/", id_card.as_bytes()].concat(), caller.as_bytes());
        //~^ sensitive-to-public-state
    }

    /// A hash without salt: whoever tries all numbers of cards finds the one.
    pub fn register_hashed(&mut self, id_card: String) {
        //~^ plaintext-sensitive-parameter
        let digest = env::sha256_array(id_card.as_bytes());
        self.digests.insert(&env::predecessor_account_id(), &digest); //~ sensitive-to-public-state
    }

    /// The telephone is not stored, but everybody reads it in the log.
    pub fn reach_me(&self, phone: String) {
        //~^ plaintext-sensitive-parameter
        log!("reach {} at {}", env::predecessor_account_id(), phone); //~ sensitive-to-event
    }

    /// The caller commits to the card with a salted hash, and shows card and salt to the office alone.
    pub fn register_sealed(&mut self, commitment: Base58CryptoHash) {
        self.commitments.insert(&env::predecessor_account_id(), &commitment.into());
    }

    /// The office has seen the card that belongs to the commitment.
    pub fn verify(&mut self, account_id: AccountId) {
        require!(env::predecessor_account_id() == self.office, "only the office may do this");
        require!(self.commitments.get(&account_id).is_some(), "not registered");
        self.verified.insert(&account_id, &env::block_timestamp());
        log!("{} is verified", account_id);
    }

    /// Anyone removes anyone from the registry.
    pub fn remove(&mut self, account_id: AccountId) {
        self.commitments.remove(&account_id); //~ missing-subject-auth
    }

    pub fn remove_checked(&mut self, account_id: AccountId) {
        require!(env::predecessor_account_id() == account_id, "not yours");
        self.commitments.remove(&account_id);
    }

    pub fn verified_at(&self, account_id: AccountId) -> Option<u64> {
        self.verified.get(&account_id)
    }
}
