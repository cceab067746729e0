//! A PSP22 token whose owner sells it for the chain's coin.

#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod psp22 {
    use ink::prelude::string::String;
    use ink::prelude::vec::Vec;
    use ink::storage::Mapping;

    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum PSP22Error {
        Custom(String),
        InsufficientBalance,
        InsufficientAllowance,
        ZeroRecipientAddress,
        ZeroSenderAddress,
        SafeTransferCheckFailed(String),
    }

    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum SaleError {
        Token(PSP22Error),
        CallerIsNotOwner,
        Paused,
        TooLittle,
        TransferFailed,
    }

    impl From<PSP22Error> for SaleError {
        fn from(error: PSP22Error) -> Self {
            SaleError::Token(error)
        }
    }

    #[ink::trait_definition]
    pub trait PSP22 {
        #[ink(message)]
        fn total_supply(&self) -> Balance;

        #[ink(message)]
        fn balance_of(&self, owner: AccountId) -> Balance;

        #[ink(message)]
        fn allowance(&self, owner: AccountId, spender: AccountId) -> Balance;

        #[ink(message)]
        fn transfer(&mut self, to: AccountId, value: Balance, data: Vec<u8>) -> Result<(), PSP22Error>;

        #[ink(message)]
        fn transfer_from(
            &mut self,
            from: AccountId,
            to: AccountId,
            value: Balance,
            data: Vec<u8>,
        ) -> Result<(), PSP22Error>;

        #[ink(message)]
        fn approve(&mut self, spender: AccountId, value: Balance) -> Result<(), PSP22Error>;

        #[ink(message)]
        fn increase_allowance(&mut self, spender: AccountId, delta: Balance) -> Result<(), PSP22Error>;

        #[ink(message)]
        fn decrease_allowance(&mut self, spender: AccountId, delta: Balance) -> Result<(), PSP22Error>;
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
        amount: Balance,
    }

    #[ink(event)]
    pub struct OwnershipTransferred {
        #[ink(topic)]
        previous: Option<AccountId>,
        #[ink(topic)]
        new: Option<AccountId>,
    }

    #[derive(Default, Debug)]
    #[ink::storage_item]
    pub struct Data {
        supply: Balance,
        balances: Mapping<AccountId, Balance>,
        allowances: Mapping<(AccountId, AccountId), Balance>,
    }

    #[ink(storage)] //~ unprotected-privileged-write
    pub struct Token {
        token: Data,
        owner: Option<AccountId>,
        price: Balance,
        paused: bool,
        name: Option<String>,
        symbol: Option<String>,
    }

    impl Token {
        #[ink(constructor)]
        pub fn new(supply: Balance, name: Option<String>, symbol: Option<String>, price: Balance) -> Self {
            let caller = Self::env().caller();
            let mut token = Data { supply, ..Default::default() };
            token.balances.insert(caller, &supply);
            Self::env().emit_event(Transfer { from: None, to: Some(caller), value: supply });
            Self { token, owner: Some(caller), price, paused: false, name, symbol }
        }

        #[ink(message)]
        pub fn token_name(&self) -> Option<String> {
            self.name.clone()
        }

        #[ink(message)]
        pub fn owner(&self) -> Option<AccountId> {
            self.owner
        }

        /// Whoever pays gets tokens at the price.
        #[ink(message, payable)]
        pub fn buy(&mut self) -> Result<(), SaleError> {
            if self.paused {
                return Err(SaleError::Paused);
            }
            let value = self.env().transferred_value().checked_div(self.price).ok_or(SaleError::TooLittle)?;
            if value == 0 {
                return Err(SaleError::TooLittle);
            }
            let caller = self.env().caller();
            self.credit(caller, value)?;
            self.env().emit_event(Transfer { from: None, to: Some(caller), value });
            Ok(())
        }

        /// Anyone makes tokens for anyone.
        #[ink(message)]
        pub fn mint(&mut self, to: AccountId, value: Balance) -> Result<(), SaleError> {
            self.token.supply = self.token.supply.checked_add(value).ok_or(overflow())?;
            let held = self.balance(&to);
            self.token.balances.insert(to, &(held.checked_add(value).ok_or(overflow())?));
            //~^ unprotected-value-outflow
            self.env().emit_event(Transfer { from: None, to: Some(to), value });
            Ok(())
        }

        #[ink(message)]
        pub fn mint_checked(&mut self, to: AccountId, value: Balance) -> Result<(), SaleError> {
            self.ensure_owner()?;
            self.credit(to, value)?;
            self.env().emit_event(Transfer { from: None, to: Some(to), value });
            Ok(())
        }

        /// Anyone destroys the tokens of anyone.
        #[ink(message)]
        pub fn burn_from(&mut self, account: AccountId, value: Balance) -> Result<(), PSP22Error> {
            let held = self.balance(&account);
            let rest = held.checked_sub(value).ok_or(PSP22Error::InsufficientBalance)?;
            self.token.balances.insert(account, &rest); //~ missing-subject-auth
            self.token.supply = self.token.supply.saturating_sub(value);
            self.env().emit_event(Transfer { from: Some(account), to: None, value });
            Ok(())
        }

        #[ink(message)]
        pub fn burn(&mut self, value: Balance) -> Result<(), PSP22Error> {
            let account = self.env().caller();
            let rest = self.balance(&account).checked_sub(value).ok_or(PSP22Error::InsufficientBalance)?;
            self.token.balances.insert(account, &rest);
            self.token.supply = self.token.supply.saturating_sub(value);
            self.env().emit_event(Transfer { from: Some(account), to: None, value });
            Ok(())
        }

        /// Allows anyone to spend what anyone has.
        #[ink(message)]
        pub fn approve_for(
            &mut self,
            owner: AccountId,
            spender: AccountId,
            value: Balance,
        ) -> Result<(), PSP22Error> {
            self.token.allowances.insert((owner, spender), &value); //~ missing-subject-auth
            self.env().emit_event(Approval { owner, spender, amount: value });
            Ok(())
        }

        #[ink(message)]
        pub fn set_price(&mut self, price: Balance) -> Result<(), SaleError> {
            self.ensure_owner()?;
            self.price = price;
            Ok(())
        }

        /// Anyone stops the sale, or opens it again.
        #[ink(message)]
        pub fn set_paused(&mut self, paused: bool) {
            self.paused = paused;
        }

        #[ink(message)]
        pub fn set_paused_checked(&mut self, paused: bool) -> Result<(), SaleError> {
            self.ensure_owner()?;
            self.paused = paused;
            Ok(())
        }

        /// The takings go to anyone.
        #[ink(message)]
        pub fn take(&mut self, to: AccountId, amount: Balance) -> Result<(), SaleError> {
            self.env().transfer(to, amount).map_err(|_| SaleError::TransferFailed)
            //~ unprotected-value-outflow
        }

        #[ink(message)]
        pub fn take_checked(&mut self, to: AccountId, amount: Balance) -> Result<(), SaleError> {
            self.ensure_owner()?;
            self.env().transfer(to, amount).map_err(|_| SaleError::TransferFailed)
        }

        #[ink(message)]
        pub fn transfer_ownership(&mut self, new: AccountId) -> Result<(), SaleError> {
            self.ensure_owner()?;
            let previous = self.owner;
            self.owner = Some(new);
            self.env().emit_event(OwnershipTransferred { previous, new: self.owner });
            Ok(())
        }

        #[ink(message)]
        pub fn renounce_ownership(&mut self) -> Result<(), SaleError> {
            self.ensure_owner()?;
            let previous = self.owner.take();
            self.env().emit_event(OwnershipTransferred { previous, new: None });
            Ok(())
        }

        fn ensure_owner(&self) -> Result<(), SaleError> {
            match self.owner {
                Some(owner) if owner == self.env().caller() => Ok(()),
                _ => Err(SaleError::CallerIsNotOwner),
            }
        }

        fn balance(&self, owner: &AccountId) -> Balance {
            self.token.balances.get(owner).unwrap_or_default()
        }

        fn credit(&mut self, to: AccountId, value: Balance) -> Result<(), PSP22Error> {
            self.token.supply = self.token.supply.checked_add(value).ok_or(overflow())?;
            let sum = self.balance(&to).checked_add(value).ok_or(overflow())?;
            self.token.balances.insert(to, &sum);
            Ok(())
        }

        fn move_tokens(&mut self, from: AccountId, to: AccountId, value: Balance) -> Result<(), PSP22Error> {
            if from == to || value == 0 {
                return Ok(());
            }
            let rest = self.balance(&from).checked_sub(value).ok_or(PSP22Error::InsufficientBalance)?;
            if rest == 0 {
                self.token.balances.remove(from);
            } else {
                self.token.balances.insert(from, &rest);
            }
            let sum = self.balance(&to).checked_add(value).ok_or(overflow())?;
            self.token.balances.insert(to, &sum);
            self.env().emit_event(Transfer { from: Some(from), to: Some(to), value });
            Ok(())
        }

        fn allow(&mut self, owner: AccountId, spender: AccountId, amount: Balance) -> Result<(), PSP22Error> {
            if owner == spender {
                return Ok(());
            }
            if amount == 0 {
                self.token.allowances.remove((owner, spender));
            } else {
                self.token.allowances.insert((owner, spender), &amount);
            }
            self.env().emit_event(Approval { owner, spender, amount });
            Ok(())
        }
    }

    impl PSP22 for Token {
        #[ink(message)]
        fn total_supply(&self) -> Balance {
            self.token.supply
        }

        #[ink(message)]
        fn balance_of(&self, owner: AccountId) -> Balance {
            self.balance(&owner)
        }

        #[ink(message)]
        fn allowance(&self, owner: AccountId, spender: AccountId) -> Balance {
            self.token.allowances.get((owner, spender)).unwrap_or_default()
        }

        #[ink(message)]
        fn transfer(&mut self, to: AccountId, value: Balance, _data: Vec<u8>) -> Result<(), PSP22Error> {
            let from = self.env().caller();
            self.move_tokens(from, to, value)
        }

        #[ink(message)]
        fn transfer_from(
            &mut self,
            from: AccountId,
            to: AccountId,
            value: Balance,
            _data: Vec<u8>,
        ) -> Result<(), PSP22Error> {
            let caller = self.env().caller();
            if caller != from {
                let allowed = self.allowance(from, caller);
                let left = allowed.checked_sub(value).ok_or(PSP22Error::InsufficientAllowance)?;
                self.allow(from, caller, left)?;
            }
            self.move_tokens(from, to, value)
        }

        #[ink(message)]
        fn approve(&mut self, spender: AccountId, value: Balance) -> Result<(), PSP22Error> {
            let owner = self.env().caller();
            self.allow(owner, spender, value)
        }

        #[ink(message)]
        fn increase_allowance(&mut self, spender: AccountId, delta: Balance) -> Result<(), PSP22Error> {
            let owner = self.env().caller();
            let allowed = self.allowance(owner, spender);
            self.allow(owner, spender, allowed.saturating_add(delta))
        }

        #[ink(message)]
        fn decrease_allowance(&mut self, spender: AccountId, delta: Balance) -> Result<(), PSP22Error> {
            let owner = self.env().caller();
            let allowed = self.allowance(owner, spender);
            let left = allowed.checked_sub(delta).ok_or(PSP22Error::InsufficientAllowance)?;
            self.allow(owner, spender, left)
        }
    }

    fn overflow() -> PSP22Error {
        PSP22Error::Custom(String::from("overflow"))
    }
}
