//! What an ERC-20 token is made of.

use alloc::string::String;
use core::marker::PhantomData;

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use stylus_sdk::prelude::*;

pub trait Erc20Params {
    const NAME: &'static str;
    const SYMBOL: &'static str;
    const DECIMALS: u8;
}

sol_storage! {
    pub struct Erc20<T> {
        mapping(address => uint256) balances;
        mapping(address => mapping(address => uint256)) allowances;
        uint256 total_supply;
        PhantomData<T> phantom;
    }
}

sol! {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error InsufficientBalance(address from, uint256 have, uint256 want);
    error InsufficientAllowance(address owner, address spender, uint256 have, uint256 want);
}

#[derive(SolidityError)]
pub enum Erc20Error {
    InsufficientBalance(InsufficientBalance),
    InsufficientAllowance(InsufficientAllowance),
}

#[public]
pub trait IErc20 {
    type Error: Into<alloc::vec::Vec<u8>>;

    fn name(&self) -> String;
    fn symbol(&self) -> String;
    fn decimals(&self) -> u8;
    fn total_supply(&self) -> U256;
    fn balance_of(&self, owner: Address) -> U256;
    fn transfer(&mut self, to: Address, value: U256) -> Result<bool, Self::Error>;
    fn approve(&mut self, spender: Address, value: U256) -> bool;
    fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Self::Error>;
    fn allowance(&self, owner: Address, spender: Address) -> U256;
}

impl<T: Erc20Params> Erc20<T> {
    pub fn mint(&mut self, to: Address, value: U256) {
        let mut balance = self.balances.setter(to);
        let sum = balance.get() + value;
        balance.set(sum);
        self.total_supply.set(self.total_supply.get() + value);
        self.vm().log(Transfer { from: Address::ZERO, to, value });
    }

    pub fn burn(&mut self, from: Address, value: U256) -> Result<(), Erc20Error> {
        let rest = self.rest(from, value)?;
        self.balances.insert(from, rest);
        self.total_supply.set(self.total_supply.get() - value);
        self.vm().log(Transfer { from, to: Address::ZERO, value });
        Ok(())
    }

    /// What is left of what `account` has when `value` is taken from it.
    pub fn rest(&self, account: Address, value: U256) -> Result<U256, Erc20Error> {
        let have = self.balances.get(account);
        if have < value {
            let error = InsufficientBalance { from: account, have, want: value };
            return Err(Erc20Error::InsufficientBalance(error));
        }
        Ok(have - value)
    }

    fn move_tokens(&mut self, from: Address, to: Address, value: U256) -> Result<(), Erc20Error> {
        let rest = self.rest(from, value)?;
        self.balances.insert(from, rest);
        let mut balance = self.balances.setter(to);
        let sum = balance.get() + value;
        balance.set(sum);
        self.vm().log(Transfer { from, to, value });
        Ok(())
    }
}

#[public]
impl<T: Erc20Params> IErc20 for Erc20<T> {
    type Error = Erc20Error;

    fn name(&self) -> String {
        T::NAME.into()
    }

    fn symbol(&self) -> String {
        T::SYMBOL.into()
    }

    fn decimals(&self) -> u8 {
        T::DECIMALS
    }

    fn total_supply(&self) -> U256 {
        self.total_supply.get()
    }

    fn balance_of(&self, owner: Address) -> U256 {
        self.balances.get(owner)
    }

    fn transfer(&mut self, to: Address, value: U256) -> Result<bool, Self::Error> {
        self.move_tokens(self.vm().msg_sender(), to, value)?;
        Ok(true)
    }

    fn approve(&mut self, spender: Address, value: U256) -> bool {
        let owner = self.vm().msg_sender();
        self.allowances.setter(owner).insert(spender, value);
        self.vm().log(Approval { owner, spender, value });
        true
    }

    fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Self::Error> {
        let spender = self.vm().msg_sender();
        let mut allowances = self.allowances.setter(from);
        let mut allowance = allowances.setter(spender);
        let have = allowance.get();
        if have < value {
            let error = InsufficientAllowance { owner: from, spender, have, want: value };
            return Err(Erc20Error::InsufficientAllowance(error));
        }
        allowance.set(have - value);
        self.move_tokens(from, to, value)?;
        Ok(true)
    }

    fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.allowances.getter(owner).get(spender)
    }
}
