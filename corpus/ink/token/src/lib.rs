//! A fungible token: holders transfer it, or allow others to.

#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod token {
    use ink::storage::Mapping;

    #[ink(storage)]
    pub struct Token {
        minter: AccountId,
        total_supply: Balance,
        balances: Mapping<AccountId, Balance>,
        allowances: Mapping<(AccountId, AccountId), Balance>,
    }

    #[ink(event)]
    pub struct Transfer {
        #[ink(topic)]
        from: Option<AccountId>,
        #[ink(topic)]
        to: Option<AccountId>,
        value: Balance,
    }

    #[ink(event)]
    pub struct Approval {
        #[ink(topic)]
        owner: AccountId,
        #[ink(topic)]
        spender: AccountId,
        value: Balance,
    }

    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum Error {
        NotMinter,
        InsufficientBalance,
        InsufficientAllowance,
        Overflow,
    }

    impl Token {
        #[ink(constructor)]
        pub fn new() -> Self {
            Self {
                minter: Self::env().caller(),
                total_supply: 0,
                balances: Mapping::new(),
                allowances: Mapping::new(),
            }
        }

        #[ink(message)]
        pub fn mint(&mut self, to: AccountId, value: Balance) -> Result<(), Error> {
            self.only_minter()?;
            self.total_supply = self.total_supply.checked_add(value).ok_or(Error::Overflow)?;
            self.credit(to, value)?;
            self.env().emit_event(Transfer { from: None, to: Some(to), value });
            Ok(())
        }

        #[ink(message)]
        pub fn burn(&mut self, value: Balance) -> Result<(), Error> {
            let caller = self.env().caller();
            self.debit(caller, value)?;
            self.total_supply = self.total_supply.checked_sub(value).ok_or(Error::Overflow)?;
            self.env().emit_event(Transfer { from: Some(caller), to: None, value });
            Ok(())
        }

        #[ink(message)]
        pub fn transfer(&mut self, to: AccountId, value: Balance) -> Result<(), Error> {
            let caller = self.env().caller();
            self.debit(caller, value)?;
            self.credit(to, value)?;
            self.env().emit_event(Transfer { from: Some(caller), to: Some(to), value });
            Ok(())
        }

        #[ink(message)]
        pub fn approve(&mut self, spender: AccountId, value: Balance) {
            let owner = self.env().caller();
            self.allowances.insert((owner, spender), &value);
            self.env().emit_event(Approval { owner, spender, value });
        }

        /// Whoever holds the tokens has allowed the caller to move them: the allowance is the authorisation.
        #[ink(message)]
        pub fn transfer_from(&mut self, from: AccountId, to: AccountId, value: Balance) -> Result<(), Error> {
            let caller = self.env().caller();
            let left = self.allowance(from, caller).checked_sub(value).ok_or(Error::InsufficientAllowance)?;
            self.allowances.insert((from, caller), &left);
            self.debit(from, value)?;
            self.credit(to, value)?;
            self.env().emit_event(Transfer { from: Some(from), to: Some(to), value });
            Ok(())
        }

        #[ink(message)]
        pub fn set_minter(&mut self, minter: AccountId) -> Result<(), Error> {
            self.only_minter()?;
            self.minter = minter;
            Ok(())
        }

        #[ink(message)]
        pub fn total_supply(&self) -> Balance {
            self.total_supply
        }

        #[ink(message)]
        pub fn balance_of(&self, owner: AccountId) -> Balance {
            self.balances.get(owner).unwrap_or(0)
        }

        #[ink(message)]
        pub fn allowance(&self, owner: AccountId, spender: AccountId) -> Balance {
            self.allowances.get((owner, spender)).unwrap_or(0)
        }

        fn debit(&mut self, account: AccountId, value: Balance) -> Result<(), Error> {
            let rest = self.balance_of(account).checked_sub(value).ok_or(Error::InsufficientBalance)?;
            self.balances.insert(account, &rest);
            Ok(())
        }

        fn credit(&mut self, account: AccountId, value: Balance) -> Result<(), Error> {
            let sum = self.balance_of(account).checked_add(value).ok_or(Error::Overflow)?;
            self.balances.insert(account, &sum);
            Ok(())
        }

        fn only_minter(&self) -> Result<(), Error> {
            if self.env().caller() == self.minter {
                Ok(())
            } else {
                Err(Error::NotMinter)
            }
        }
    }
}
