//! Accounts deposit a token and withdraw it again, or have it paid out to a bank account.

#![no_std]

use soroban_sdk::{
    contract, contracterror, contractevent, contractimpl, contracttype, panic_with_error, token, Address,
    BytesN, Env, String,
};

#[contracttype]
#[derive(Clone)]
pub enum DataKey {
    Owner,
    Token,
    Balance(Address),
    Payout(Address),
    Commitment(Address),
}

#[contracterror]
#[derive(Copy, Clone, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    BadAmount = 1,
    Insufficient = 2,
}

#[contractevent]
pub struct Withdrawn {
    #[topic]
    pub account: Address,
    pub amount: i128,
}

#[contractevent]
pub struct CashedOut {
    #[topic]
    pub account: Address,
    pub iban: String,
}

#[contractevent]
pub struct CashedOutSealed {
    #[topic]
    pub account: Address,
    pub payee: BytesN<32>,
}

#[contract]
pub struct Vault;

#[contractimpl]
impl Vault {
    pub fn __constructor(env: Env, owner: Address, token: Address) {
        env.storage().instance().set(&DataKey::Owner, &owner);
        env.storage().instance().set(&DataKey::Token, &token);
    }

    pub fn deposit(env: Env, from: Address, amount: i128) {
        from.require_auth();
        if amount <= 0 {
            panic_with_error!(&env, Error::BadAmount);
        }
        let vault = env.current_contract_address();
        token(&env).transfer(&from, &vault, &amount);
        let held = balance(&env, &from);
        env.storage().persistent().set(&DataKey::Balance(from), &(held + amount));
    }

    /// Anyone takes anyone's balance: `from` never agrees.
    pub fn withdraw(env: Env, from: Address, to: Address, amount: i128) {
        let rest = after_withdrawal(&env, &from, amount);
        env.storage().persistent().set(&DataKey::Balance(from.clone()), &rest); //~ missing-subject-auth
        token(&env).transfer(&env.current_contract_address(), &to, &amount);
        Withdrawn { account: from, amount }.publish(&env);
    }

    pub fn withdraw_checked(env: Env, from: Address, to: Address, amount: i128) {
        from.require_auth();
        let rest = after_withdrawal(&env, &from, amount);
        env.storage().persistent().set(&DataKey::Balance(from.clone()), &rest);
        token(&env).transfer(&env.current_contract_address(), &to, &amount);
        Withdrawn { account: from, amount }.publish(&env);
    }

    /// Anyone becomes the owner.
    pub fn set_owner(env: Env, new_owner: Address) {
        env.storage().instance().set(&DataKey::Owner, &new_owner); //~ unprotected-privileged-write
    }

    pub fn set_owner_checked(env: Env, new_owner: Address) {
        owner(&env).require_auth();
        env.storage().instance().set(&DataKey::Owner, &new_owner);
    }

    /// The caller names the administrator who agrees, so anyone will do.
    pub fn upgrade(env: Env, admin: Address, wasm_hash: BytesN<32>) {
        admin.require_auth();
        env.deployer().update_current_contract_wasm(wasm_hash); //~ unprotected-code-upgrade
    }

    pub fn upgrade_checked(env: Env, wasm_hash: BytesN<32>) {
        owner(&env).require_auth();
        env.deployer().update_current_contract_wasm(wasm_hash);
    }

    /// The bank account is public three times over: in the call, in the state and in the event.
    pub fn cash_out(env: Env, from: Address, amount: i128, iban: String) {
        //~^ plaintext-sensitive-parameter
        from.require_auth();
        let rest = after_withdrawal(&env, &from, amount);
        env.storage().persistent().set(&DataKey::Balance(from.clone()), &rest);
        env.storage().persistent().set(&DataKey::Payout(from.clone()), &iban); //~ sensitive-to-public-state
        CashedOut { account: from, iban }.publish(&env); //~ sensitive-to-event
    }

    /// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
    pub fn cash_out_sealed(env: Env, from: Address, amount: i128, payee: BytesN<32>) {
        from.require_auth();
        let rest = after_withdrawal(&env, &from, amount);
        env.storage().persistent().set(&DataKey::Balance(from.clone()), &rest);
        env.storage().persistent().set(&DataKey::Commitment(from.clone()), &payee);
        CashedOutSealed { account: from, payee }.publish(&env);
    }

    pub fn balance(env: Env, account: Address) -> i128 {
        balance(&env, &account)
    }
}

fn balance(env: &Env, account: &Address) -> i128 {
    env.storage().persistent().get(&DataKey::Balance(account.clone())).unwrap_or(0)
}

fn after_withdrawal(env: &Env, account: &Address, amount: i128) -> i128 {
    let held = balance(env, account);
    if amount <= 0 {
        panic_with_error!(env, Error::BadAmount);
    }
    if held < amount {
        panic_with_error!(env, Error::Insufficient);
    }
    held - amount
}

fn owner(env: &Env) -> Address {
    env.storage().instance().get(&DataKey::Owner).unwrap()
}

fn token(env: &Env) -> token::Client<'_> {
    let token: Address = env.storage().instance().get(&DataKey::Token).unwrap();
    token::Client::new(env, &token)
}
