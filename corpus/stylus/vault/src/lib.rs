//! Accounts deposit ether and withdraw it again, or have it paid out to a bank account.

#![cfg_attr(not(any(feature = "export-abi", test)), no_main)]
extern crate alloc;

use alloc::string::String;

use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::sol;
use stylus_sdk::call::transfer::transfer_eth;
use stylus_sdk::prelude::*;

sol_storage! {
    #[entrypoint]
    pub struct Vault {
        address owner;
        mapping(address => uint256) balances;
        mapping(address => string) payouts;
        mapping(address => bytes32) commitments;
    }
}

sol! {
    event Withdrawn(address indexed account, uint256 amount);
    event CashedOut(address indexed account, string iban);
    event CashedOutSealed(address indexed account, bytes32 payee);
    error NotOwner();
    error NotYourAccount();
    error Insufficient();
    error PaymentFailed();
}

sol_interface! {
    interface IReceiver {
        function onPayment() external payable;
    }
}

#[derive(SolidityError)]
pub enum VaultError {
    NotOwner(NotOwner),
    NotYourAccount(NotYourAccount),
    Insufficient(Insufficient),
    PaymentFailed(PaymentFailed),
}

#[public]
impl Vault {
    #[constructor]
    pub fn constructor(&mut self, owner: Address) {
        self.owner.set(owner);
    }

    #[payable]
    pub fn deposit(&mut self) {
        let caller = self.vm().msg_sender();
        let held = self.balances.get(caller);
        let amount = self.vm().msg_value();
        self.balances.insert(caller, held + amount);
    }

    /// The receiver runs before the balance is written, and can withdraw it again.
    pub fn withdraw(&mut self, amount: U256) -> Result<(), VaultError> {
        let caller = self.vm().msg_sender();
        let rest = self.rest(caller, amount)?;
        self.notify_and_pay(caller, amount)?;
        self.balances.insert(caller, rest); //~ reentrancy-write-after-call
        self.vm().log(Withdrawn { account: caller, amount });
        Ok(())
    }

    pub fn withdraw_checked(&mut self, amount: U256) -> Result<(), VaultError> {
        let caller = self.vm().msg_sender();
        let rest = self.rest(caller, amount)?;
        self.balances.insert(caller, rest);
        self.notify_and_pay(caller, amount)?;
        self.vm().log(Withdrawn { account: caller, amount });
        Ok(())
    }

    /// Anyone takes anyone's balance: nothing relates the caller to `account`.
    pub fn withdraw_from(&mut self, account: Address, amount: U256) -> Result<(), VaultError> {
        let rest = self.rest(account, amount)?;
        self.balances.insert(account, rest); //~ missing-subject-auth
        let caller = self.vm().msg_sender();
        transfer_eth(self.vm(), caller, amount).map_err(|_| VaultError::PaymentFailed(PaymentFailed {}))
    }

    pub fn withdraw_from_checked(&mut self, account: Address, amount: U256) -> Result<(), VaultError> {
        let caller = self.vm().msg_sender();
        if caller != account {
            return Err(VaultError::NotYourAccount(NotYourAccount {}));
        }
        let rest = self.rest(account, amount)?;
        self.balances.insert(account, rest);
        transfer_eth(self.vm(), caller, amount).map_err(|_| VaultError::PaymentFailed(PaymentFailed {}))
    }

    /// Anyone becomes the owner.
    pub fn set_owner(&mut self, owner: Address) {
        self.owner.set(owner); //~ unprotected-privileged-write
    }

    pub fn set_owner_checked(&mut self, owner: Address) -> Result<(), VaultError> {
        if self.vm().msg_sender() != self.owner.get() {
            return Err(VaultError::NotOwner(NotOwner {}));
        }
        self.owner.set(owner);
        Ok(())
    }

    /// The bank account is public three times over: in the call, in the state and in the event.
    pub fn cash_out(&mut self, amount: U256, iban: String) -> Result<(), VaultError> {
        //~^ plaintext-sensitive-parameter
        let caller = self.vm().msg_sender();
        let rest = self.rest(caller, amount)?;
        self.balances.insert(caller, rest);
        self.payouts.setter(caller).set_str(&iban); //~ sensitive-to-public-state
        self.vm().log(CashedOut { account: caller, iban }); //~ sensitive-to-event
        Ok(())
    }

    /// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
    pub fn cash_out_sealed(&mut self, amount: U256, payee: FixedBytes<32>) -> Result<(), VaultError> {
        let caller = self.vm().msg_sender();
        let rest = self.rest(caller, amount)?;
        self.balances.insert(caller, rest);
        self.commitments.insert(caller, payee);
        self.vm().log(CashedOutSealed { account: caller, payee });
        Ok(())
    }

    pub fn balance_of(&self, account: Address) -> U256 {
        self.balances.get(account)
    }
}

impl Vault {
    /// What is left of `account` when `amount` is taken from it.
    fn rest(&self, account: Address, amount: U256) -> Result<U256, VaultError> {
        let held = self.balances.get(account);
        if held < amount {
            return Err(VaultError::Insufficient(Insufficient {}));
        }
        Ok(held - amount)
    }

    /// Pays a receiver that may be a contract, and tells it so.
    fn notify_and_pay(&mut self, receiver: Address, amount: U256) -> Result<(), VaultError> {
        let vm = self.vm().clone();
        let payment = Call::new_payable(self, amount);
        IReceiver::new(receiver)
            .on_payment(&vm, payment)
            .map_err(|_| VaultError::PaymentFailed(PaymentFailed {}))
    }
}
