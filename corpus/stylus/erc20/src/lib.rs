//! A token that wraps ether, and that minters make more of.

#![cfg_attr(not(any(feature = "export-abi", test)), no_main)]
extern crate alloc;

mod erc20;

use alloc::string::String;
use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use stylus_sdk::call::transfer::transfer_eth;
use stylus_sdk::prelude::*;

use crate::erc20::{Erc20, Erc20Error, Erc20Params, IErc20};

struct WrappedParams;

impl Erc20Params for WrappedParams {
    const NAME: &'static str = "Wrapped";
    const SYMBOL: &'static str = "WRP";
    const DECIMALS: u8 = 18;
}

sol_storage! {
    #[entrypoint]
    struct Wrapped {
        #[borrow]
        Erc20<WrappedParams> erc20;
        address owner;
        mapping(address => bool) minters;
        mapping(address => uint256) nonces;
        uint256 cap;
    }
}

sol! {
    event MinterChanged(address indexed minter, bool allowed);

    error NotOwner(address caller);
    error NotMinter(address caller);
    error CapExceeded(uint256 cap);
    error PaymentFailed();
    error LengthMismatch();
}

#[derive(SolidityError)]
enum WrappedError {
    NotOwner(NotOwner),
    NotMinter(NotMinter),
    CapExceeded(CapExceeded),
    PaymentFailed(PaymentFailed),
    LengthMismatch(LengthMismatch),
}

#[public]
#[implements(IErc20<Error = Erc20Error>)]
impl Wrapped {
    #[constructor]
    pub fn constructor(&mut self, owner: Address, cap: U256) {
        self.owner.set(owner);
        self.cap.set(cap);
    }

    #[payable]
    pub fn deposit(&mut self) {
        let account = self.vm().msg_sender();
        let value = self.vm().msg_value();
        self.erc20.mint(account, value);
    }

    pub fn withdraw(&mut self, value: U256) -> Result<(), Vec<u8>> {
        let account = self.vm().msg_sender();
        self.erc20.burn(account, value)?;
        transfer_eth(self.vm(), account, value)
    }

    /// Anyone makes tokens for anyone.
    pub fn mint(&mut self, to: Address, value: U256) -> Result<(), WrappedError> {
        self.below_cap(value)?;
        let balance = self.erc20.balances.get(to);
        self.erc20.balances.insert(to, balance + value); //~ unprotected-value-outflow
        let supply = self.erc20.total_supply.get();
        self.erc20.total_supply.set(supply + value);
        Ok(())
    }

    pub fn mint_checked(&mut self, to: Address, value: U256) -> Result<(), WrappedError> {
        self.only_minter()?;
        self.below_cap(value)?;
        self.erc20.mint(to, value);
        Ok(())
    }

    pub fn mint_batch(&mut self, to: Vec<Address>, values: Vec<U256>) -> Result<(), WrappedError> {
        self.only_minter()?;
        if to.len() != values.len() {
            return Err(WrappedError::LengthMismatch(LengthMismatch {}));
        }
        for (to, value) in to.into_iter().zip(values) {
            self.below_cap(value)?;
            self.erc20.mint(to, value);
        }
        Ok(())
    }

    /// Anyone destroys what anyone has.
    pub fn burn_from(&mut self, account: Address, value: U256) -> Result<(), Erc20Error> {
        let rest = self.erc20.rest(account, value)?;
        self.erc20.balances.insert(account, rest); //~ missing-subject-auth
        let supply = self.erc20.total_supply.get();
        self.erc20.total_supply.set(supply - value);
        Ok(())
    }

    pub fn burn(&mut self, value: U256) -> Result<(), Erc20Error> {
        self.erc20.burn(self.vm().msg_sender(), value)
    }

    /// Allows anyone to spend what anyone has.
    pub fn approve_for(&mut self, owner: Address, spender: Address, value: U256) {
        self.erc20.allowances.setter(owner).insert(spender, value); //~ missing-subject-auth
        let nonce = self.nonces.get(owner);
        self.nonces.insert(owner, nonce + U256::from(1));
    }

    /// Anyone says who makes tokens.
    pub fn set_minter(&mut self, minter: Address, allowed: bool) {
        self.minters.insert(minter, allowed); //~ unprotected-privileged-write
        self.vm().log(MinterChanged { minter, allowed });
    }

    pub fn set_minter_checked(&mut self, minter: Address, allowed: bool) -> Result<(), WrappedError> {
        self.only_owner()?;
        self.minters.insert(minter, allowed);
        self.vm().log(MinterChanged { minter, allowed });
        Ok(())
    }

    pub fn set_cap(&mut self, cap: U256) -> Result<(), WrappedError> {
        self.only_owner()?;
        self.cap.set(cap);
        Ok(())
    }

    /// Anyone becomes the owner.
    pub fn transfer_ownership(&mut self, owner: Address) {
        self.owner.set(owner); //~ unprotected-privileged-write
    }

    pub fn transfer_ownership_checked(&mut self, owner: Address) -> Result<(), WrappedError> {
        self.only_owner()?;
        self.owner.set(owner);
        Ok(())
    }

    pub fn is_minter(&self, account: Address) -> bool {
        self.minters.get(account)
    }
}

#[public]
impl IErc20 for Wrapped {
    type Error = Erc20Error;

    fn name(&self) -> String {
        self.erc20.name()
    }

    fn symbol(&self) -> String {
        self.erc20.symbol()
    }

    fn decimals(&self) -> u8 {
        self.erc20.decimals()
    }

    fn total_supply(&self) -> U256 {
        self.erc20.total_supply()
    }

    fn balance_of(&self, owner: Address) -> U256 {
        self.erc20.balance_of(owner)
    }

    fn transfer(&mut self, to: Address, value: U256) -> Result<bool, Self::Error> {
        self.erc20.transfer(to, value)
    }

    fn approve(&mut self, spender: Address, value: U256) -> bool {
        self.erc20.approve(spender, value)
    }

    fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Self::Error> {
        self.erc20.transfer_from(from, to, value)
    }

    fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.erc20.allowance(owner, spender)
    }
}

impl Wrapped {
    fn only_owner(&self) -> Result<(), WrappedError> {
        let caller = self.vm().msg_sender();
        if caller == self.owner.get() {
            Ok(())
        } else {
            Err(WrappedError::NotOwner(NotOwner { caller }))
        }
    }

    fn only_minter(&self) -> Result<(), WrappedError> {
        let caller = self.vm().msg_sender();
        if !self.minters.get(caller) {
            return Err(WrappedError::NotMinter(NotMinter { caller }));
        }
        Ok(())
    }

    fn below_cap(&self, value: U256) -> Result<(), WrappedError> {
        let cap = self.cap.get();
        if self.erc20.total_supply.get() + value > cap {
            return Err(WrappedError::CapExceeded(CapExceeded { cap }));
        }
        Ok(())
    }
}
