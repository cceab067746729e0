//! A registry of people, whose identity cards an office has seen.

#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod registry {
    use ink::env::hash::Sha2x256;
    use ink::prelude::string::String;
    use ink::storage::{Lazy, Mapping};

    #[ink(storage)]
    pub struct Registry {
        office: Lazy<AccountId>,
        id_cards: Mapping<AccountId, String>,
        accounts: Mapping<String, AccountId>,
        digests: Mapping<AccountId, [u8; 32]>,
        commitments: Mapping<AccountId, Hash>,
        verified: Mapping<AccountId, Timestamp>,
    }

    #[ink(event)]
    pub struct Reached {
        #[ink(topic)]
        account: AccountId,
        phone: String,
    }

    #[ink(event)]
    pub struct Verified {
        #[ink(topic)]
        account: AccountId,
    }

    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum Error {
        NotTheOffice,
        NotYours,
        Unknown,
    }

    impl Registry {
        #[ink(constructor)]
        pub fn new(office: AccountId) -> Self {
            let mut registry = Self {
                office: Lazy::new(),
                id_cards: Mapping::new(),
                accounts: Mapping::new(),
                digests: Mapping::new(),
                commitments: Mapping::new(),
                verified: Mapping::new(),
            };
            registry.office.set(&office);
            registry
        }

        /// The number of the card is stored as it is.
        #[ink(message)]
        pub fn register(&mut self, id_card: String) {
            //~^ plaintext-sensitive-parameter
            let caller = self.env().caller();
            self.id_cards.insert(caller, &id_card); //~ sensitive-to-public-state
        }

        /// The number of the card is the key.
        #[ink(message)]
        pub fn register_by_card(&mut self, id_card: String) {
            //~^ plaintext-sensitive-parameter
            let caller = self.env().caller();
            self.accounts.insert(id_card, &caller); //~ sensitive-to-public-state
        }

        /// A hash without salt: whoever tries all numbers of cards finds the one.
        #[ink(message)]
        pub fn register_hashed(&mut self, id_card: String) {
            //~^ plaintext-sensitive-parameter
            let caller = self.env().caller();
            let digest = self.env().hash_bytes::<Sha2x256>(id_card.as_bytes());
            self.digests.insert(caller, &digest); //~ sensitive-to-public-state
        }

        /// The telephone is not stored, but everybody reads it in the event.
        #[ink(message)]
        pub fn reach_me(&mut self, phone: String) {
            //~^ plaintext-sensitive-parameter
            let account = self.env().caller();
            self.env().emit_event(Reached { account, phone }); //~ sensitive-to-event
        }

        /// The caller commits to the card with a salted hash, and shows card and salt to the office alone.
        #[ink(message)]
        pub fn register_sealed(&mut self, commitment: Hash) {
            let caller = self.env().caller();
            self.commitments.insert(caller, &commitment);
        }

        /// The office has seen the card that belongs to the commitment.
        #[ink(message)]
        pub fn verify(&mut self, account: AccountId) -> Result<(), Error> {
            if self.office.get() != Some(self.env().caller()) {
                return Err(Error::NotTheOffice);
            }
            if !self.commitments.contains(account) {
                return Err(Error::Unknown);
            }
            self.verified.insert(account, &self.env().block_timestamp());
            self.env().emit_event(Verified { account });
            Ok(())
        }

        /// Anyone removes anyone from the registry.
        #[ink(message)]
        pub fn remove(&mut self, account: AccountId) {
            self.commitments.remove(account); //~ missing-subject-auth
        }

        #[ink(message)]
        pub fn remove_checked(&mut self, account: AccountId) -> Result<(), Error> {
            if self.env().caller() != account {
                return Err(Error::NotYours);
            }
            self.commitments.remove(account);
            Ok(())
        }

        #[ink(message)]
        pub fn verified_at(&self, account: AccountId) -> Option<Timestamp> {
            self.verified.get(account)
        }
    }
}
