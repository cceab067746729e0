//! Accounts deposit the chain's coin and withdraw it again, or have it paid out to a bank account.

#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod vault {
    use ink::env::call::{build_call, ExecutionInput, Selector};
    use ink::env::{CallFlags, DefaultEnvironment};
    use ink::prelude::string::String;
    use ink::storage::{Lazy, Mapping};

    /// Every field has a key of its own, so that an upgrade which changes the layout of the state cannot lose one.
    #[ink(storage)]
    pub struct Vault {
        owner: Lazy<AccountId>,
        balances: Mapping<AccountId, Balance>,
        payouts: Mapping<AccountId, String>,
        commitments: Mapping<AccountId, Hash>,
    }

    #[ink(event)]
    pub struct Withdrawn {
        #[ink(topic)]
        account: AccountId,
        amount: Balance,
    }

    #[ink(event)]
    pub struct CashedOut {
        #[ink(topic)]
        account: AccountId,
        iban: String,
    }

    #[ink(event)]
    pub struct CashedOutSealed {
        #[ink(topic)]
        account: AccountId,
        payee: Hash,
    }

    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum Error {
        NotOwner,
        NotYourAccount,
        Insufficient,
        TransferFailed,
        UpgradeFailed,
    }

    impl Vault {
        #[ink(constructor)]
        pub fn new(owner: AccountId) -> Self {
            let mut vault = Self {
                owner: Lazy::new(),
                balances: Mapping::new(),
                payouts: Mapping::new(),
                commitments: Mapping::new(),
            };
            vault.owner.set(&owner);
            vault
        }

        #[ink(message, payable)]
        pub fn deposit(&mut self) {
            let caller = self.env().caller();
            let held = self.held(caller);
            let amount = self.env().transferred_value();
            self.balances.insert(caller, &held.checked_add(amount).expect("balances fit"));
        }

        /// The receiver runs before the balance is written, and can withdraw it again.
        #[ink(message)]
        pub fn withdraw(&mut self, amount: Balance) -> Result<(), Error> {
            let caller = self.env().caller();
            let rest = self.rest(caller, amount)?;
            notify_and_pay(caller, amount, CallFlags::ALLOW_REENTRY)?;
            self.balances.insert(caller, &rest); //~ reentrancy-write-after-call
            self.env().emit_event(Withdrawn { account: caller, amount });
            Ok(())
        }

        #[ink(message)]
        pub fn withdraw_checked(&mut self, amount: Balance) -> Result<(), Error> {
            let caller = self.env().caller();
            let rest = self.rest(caller, amount)?;
            self.balances.insert(caller, &rest);
            notify_and_pay(caller, amount, CallFlags::ALLOW_REENTRY)?;
            self.env().emit_event(Withdrawn { account: caller, amount });
            Ok(())
        }

        /// The balance is written last here too, but the host lets nobody re-enter: the flag is not set.
        #[ink(message)]
        pub fn withdraw_without_reentry(&mut self, amount: Balance) -> Result<(), Error> {
            let caller = self.env().caller();
            let rest = self.rest(caller, amount)?;
            notify_and_pay(caller, amount, CallFlags::empty())?;
            self.balances.insert(caller, &rest);
            self.env().emit_event(Withdrawn { account: caller, amount });
            Ok(())
        }

        /// Anyone takes anyone's balance: nothing relates the caller to `account`.
        #[ink(message)]
        pub fn withdraw_from(&mut self, account: AccountId, amount: Balance) -> Result<(), Error> {
            let rest = self.rest(account, amount)?;
            self.balances.insert(account, &rest); //~ missing-subject-auth
            let caller = self.env().caller();
            self.env().transfer(caller, amount).map_err(|_| Error::TransferFailed)
        }

        #[ink(message)]
        pub fn withdraw_from_checked(&mut self, account: AccountId, amount: Balance) -> Result<(), Error> {
            let caller = self.env().caller();
            if caller != account {
                return Err(Error::NotYourAccount);
            }
            let rest = self.rest(account, amount)?;
            self.balances.insert(account, &rest);
            self.env().transfer(caller, amount).map_err(|_| Error::TransferFailed)
        }

        /// Anyone becomes the owner.
        #[ink(message)]
        pub fn set_owner(&mut self, owner: AccountId) {
            self.owner.set(&owner); //~ unprotected-privileged-write
        }

        #[ink(message)]
        pub fn set_owner_checked(&mut self, owner: AccountId) -> Result<(), Error> {
            self.only_owner()?;
            self.owner.set(&owner);
            Ok(())
        }

        /// Anyone replaces the code.
        #[ink(message)]
        pub fn set_code(&mut self, code_hash: Hash) -> Result<(), Error> {
            self.env().set_code_hash(&code_hash).map_err(|_| Error::UpgradeFailed)
            //~^ unprotected-code-upgrade
        }

        #[ink(message)]
        pub fn set_code_checked(&mut self, code_hash: Hash) -> Result<(), Error> {
            self.only_owner()?;
            self.env().set_code_hash(&code_hash).map_err(|_| Error::UpgradeFailed)
        }

        /// The bank account is public three times over: in the call, in the state and in the event.
        #[ink(message)]
        pub fn cash_out(&mut self, amount: Balance, iban: String) -> Result<(), Error> {
            //~^ plaintext-sensitive-parameter
            let caller = self.env().caller();
            let rest = self.rest(caller, amount)?;
            self.balances.insert(caller, &rest);
            self.payouts.insert(caller, &iban); //~ sensitive-to-public-state
            self.env().emit_event(CashedOut { account: caller, iban }); //~ sensitive-to-event
            Ok(())
        }

        /// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
        #[ink(message)]
        pub fn cash_out_sealed(&mut self, amount: Balance, payee: Hash) -> Result<(), Error> {
            let caller = self.env().caller();
            let rest = self.rest(caller, amount)?;
            self.balances.insert(caller, &rest);
            self.commitments.insert(caller, &payee);
            self.env().emit_event(CashedOutSealed { account: caller, payee });
            Ok(())
        }

        #[ink(message)]
        pub fn balance_of(&self, account: AccountId) -> Balance {
            self.held(account)
        }

        fn held(&self, account: AccountId) -> Balance {
            self.balances.get(account).unwrap_or(0)
        }

        /// What is left of `account` when `amount` is taken from it.
        fn rest(&self, account: AccountId, amount: Balance) -> Result<Balance, Error> {
            self.held(account).checked_sub(amount).ok_or(Error::Insufficient)
        }

        fn only_owner(&self) -> Result<(), Error> {
            if self.owner.get() == Some(self.env().caller()) {
                Ok(())
            } else {
                Err(Error::NotOwner)
            }
        }
    }

    /// Pays a receiver that may be a contract, and tells it so.
    fn notify_and_pay(receiver: AccountId, amount: Balance, flags: CallFlags) -> Result<(), Error> {
        build_call::<DefaultEnvironment>()
            .call(receiver)
            .call_flags(flags)
            .transferred_value(amount)
            .exec_input(ExecutionInput::new(Selector::new(ink::selector_bytes!("on_payment"))))
            .returns::<()>()
            .try_invoke()
            .map_err(|_| Error::TransferFailed)?
            .map_err(|_| Error::TransferFailed)
    }
}
