//! Customers of several banks: who they are, and which bank has checked it.

#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod passports {
    use ink::env::call::{build_call, ExecutionInput, Selector};
    use ink::env::hash::Blake2x256;
    use ink::env::DefaultEnvironment;
    use ink::prelude::format;
    use ink::prelude::string::String;
    use ink::prelude::vec::Vec;
    use ink::storage::Mapping;

    #[derive(Clone, PartialEq, Eq, Debug)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub struct Customer {
        bank: AccountId,
        phone: String,
        level: u8,
        checked_at: Timestamp,
    }

    #[ink(storage)]
    pub struct Passports {
        regulator: AccountId,
        anchor: AccountId,
        banks: Mapping<AccountId, bool>,
        customers: Mapping<AccountId, Customer>,
        passports: Mapping<AccountId, Vec<u8>>,
        digests: Mapping<AccountId, [u8; 32]>,
        seals: Mapping<AccountId, Hash>,
    }

    #[ink(event)]
    pub struct Checked {
        #[ink(topic)]
        customer: AccountId,
        #[ink(topic)]
        bank: AccountId,
        remark: String,
    }

    #[ink(event)]
    pub struct BankAdded {
        #[ink(topic)]
        bank: AccountId,
    }

    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum Error {
        NotTheRegulator,
        NotABank,
        Unknown,
        Refused(String),
        AnchorFailed,
    }

    pub type Result<T> = core::result::Result<T, Error>;

    impl Passports {
        #[ink(constructor)]
        pub fn new(anchor: AccountId) -> Self {
            Self {
                regulator: Self::env().caller(),
                anchor,
                banks: Mapping::default(),
                customers: Mapping::default(),
                passports: Mapping::default(),
                digests: Mapping::default(),
                seals: Mapping::default(),
            }
        }

        /// Anyone admits banks.
        #[ink(message)]
        pub fn add_bank(&mut self, bank: AccountId) {
            self.banks.insert(bank, &true); //~ unprotected-privileged-write
            self.env().emit_event(BankAdded { bank });
        }

        #[ink(message)]
        pub fn add_bank_checked(&mut self, bank: AccountId) -> Result<()> {
            if self.env().caller() != self.regulator {
                return Err(Error::NotTheRegulator);
            }
            self.banks.insert(bank, &true);
            self.env().emit_event(BankAdded { bank });
            Ok(())
        }

        /// Telephones may be kept here.
        #[ink(message)]
        pub fn check(&mut self, customer: AccountId, phone: String, level: u8) -> Result<()> {
            let bank = self.ensure_bank()?;
            let checked_at = self.env().block_timestamp();
            self.customers.insert(customer, &Customer { bank, phone, level, checked_at });
            self.env().emit_event(Checked { customer, bank, remark: String::from("first check") });
            Ok(())
        }

        /// Other banks read the passport.
        #[ink(message)]
        pub fn store_passport(&mut self, customer: AccountId, passport: Vec<u8>) -> Result<()> {
            //~^ plaintext-sensitive-parameter
            self.ensure_bank()?;
            self.passports.insert(customer, &passport); //~ sensitive-to-public-state
            Ok(())
        }

        /// The bank and the customer that are hashed along are known to all.
        #[ink(message)]
        pub fn store_salted(&mut self, customer: AccountId, passport: String) -> Result<()> {
            //~^ plaintext-sensitive-parameter
            let bank = self.ensure_bank()?;
            let digest = self.env().hash_encoded::<Blake2x256, _>(&(bank, passport));
            self.digests.insert(customer, &digest); //~ weak-anonymisation
            Ok(())
        }

        /// The bank hashed passport and blind, and keeps both.
        #[ink(message)]
        pub fn store_seal(&mut self, customer: AccountId, seal: Hash) -> Result<()> {
            self.ensure_bank()?;
            self.seals.insert(customer, &seal);
            Ok(())
        }

        /// The remark in the event names the passport.
        #[ink(message)]
        pub fn renew(&mut self, customer: AccountId, passport: String) -> Result<()> {
            //~^ plaintext-sensitive-parameter
            let bank = self.ensure_bank()?;
            let remark = format!("now with passport {passport}");
            self.env().emit_event(Checked { customer, bank, remark }); //~ sensitive-to-event
            Ok(())
        }

        /// The error names it.
        #[ink(message)]
        pub fn compare(&mut self, customer: AccountId, passport: String) -> Result<()> {
            //~^ plaintext-sensitive-parameter
            self.ensure_bank()?;
            if !self.seals.contains(customer) {
                return Err(Error::Refused(passport)); //~ sensitive-to-error-text
            }
            Ok(())
        }

        /// The anchor is on a public chain.
        #[ink(message)]
        pub fn anchor_phone(&mut self, customer: AccountId, phone: String) -> Result<()> {
            self.ensure_bank()?;
            let call = build_call::<DefaultEnvironment>().call(self.anchor);
            let input = ExecutionInput::new(Selector::new(ink::selector_bytes!("put"))).push_arg(customer);
            call.exec_input(input.push_arg(phone)) //~ sensitive-to-external-message
                .returns::<()>()
                .try_invoke()
                .map_err(|_| Error::AnchorFailed)?
                .map_err(|_| Error::AnchorFailed)
        }

        #[ink(message)]
        pub fn anchor_seal(&mut self, customer: AccountId) -> Result<()> {
            self.ensure_bank()?;
            let seal = self.seals.get(customer).ok_or(Error::Unknown)?;
            let call = build_call::<DefaultEnvironment>().call(self.anchor);
            let input = ExecutionInput::new(Selector::new(ink::selector_bytes!("put"))).push_arg(customer);
            call.exec_input(input.push_arg(seal))
                .returns::<()>()
                .try_invoke()
                .map_err(|_| Error::AnchorFailed)?
                .map_err(|_| Error::AnchorFailed)
        }

        /// Anyone looks up anyone's telephone.
        #[ink(message)]
        pub fn customer(&self, customer: AccountId) -> Option<Customer> {
            self.customers.get(customer) //~ sensitive-to-query-result
        }

        #[ink(message)]
        pub fn customer_for_bank(&self, customer: AccountId) -> Result<Customer> {
            self.ensure_bank()?;
            self.customers.get(customer).ok_or(Error::Unknown)
        }

        #[ink(message)]
        pub fn seal_of(&self, customer: AccountId) -> Option<Hash> {
            self.seals.get(customer)
        }

        #[ink(message)]
        pub fn forget(&mut self, customer: AccountId) -> Result<()> {
            self.ensure_bank()?;
            self.customers.remove(customer);
            self.passports.remove(customer);
            self.digests.remove(customer);
            self.seals.remove(customer);
            Ok(())
        }

        fn ensure_bank(&self) -> Result<AccountId> {
            let caller = self.env().caller();
            if !self.banks.get(caller).unwrap_or(false) {
                return Err(Error::NotABank);
            }
            Ok(caller)
        }
    }
}
