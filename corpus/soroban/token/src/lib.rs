//! A fungible token: holders transfer it, or allow others to.

#![no_std]

use soroban_sdk::{
    contract, contracterror, contractevent, contractimpl, contracttype, panic_with_error, Address, Env,
};

#[contracttype]
#[derive(Clone)]
pub enum DataKey {
    Admin,
    Balance(Address),
    Allowance(Address, Address),
}

#[contracterror]
#[derive(Copy, Clone, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    BadAmount = 1,
    InsufficientBalance = 2,
    InsufficientAllowance = 3,
}

#[contractevent]
pub struct Transfer {
    #[topic]
    pub from: Address,
    #[topic]
    pub to: Address,
    pub amount: i128,
}

#[contract]
pub struct Token;

#[contractimpl]
impl Token {
    pub fn __constructor(env: Env, admin: Address) {
        env.storage().instance().set(&DataKey::Admin, &admin);
    }

    pub fn mint(env: Env, to: Address, amount: i128) {
        admin(&env).require_auth();
        check_amount(&env, amount);
        credit(&env, &to, amount);
    }

    pub fn burn(env: Env, from: Address, amount: i128) {
        from.require_auth();
        check_amount(&env, amount);
        debit(&env, &from, amount);
    }

    pub fn transfer(env: Env, from: Address, to: Address, amount: i128) {
        from.require_auth();
        move_tokens(&env, from, to, amount);
    }

    pub fn approve(env: Env, from: Address, spender: Address, amount: i128) {
        from.require_auth();
        check_amount(&env, amount);
        env.storage().temporary().set(&DataKey::Allowance(from, spender), &amount);
    }

    /// `from` has allowed the spender to move the tokens: the spender agrees, the allowance stands for `from`.
    pub fn transfer_from(env: Env, spender: Address, from: Address, to: Address, amount: i128) {
        spender.require_auth();
        let key = DataKey::Allowance(from.clone(), spender);
        let allowed: i128 = env.storage().temporary().get(&key).unwrap_or(0);
        if allowed < amount {
            panic_with_error!(&env, Error::InsufficientAllowance);
        }
        env.storage().temporary().set(&key, &(allowed - amount));
        move_tokens(&env, from, to, amount);
    }

    /// Both the administrator and the successor agree.
    pub fn set_admin(env: Env, new_admin: Address) {
        admin(&env).require_auth();
        new_admin.require_auth();
        env.storage().instance().set(&DataKey::Admin, &new_admin);
    }

    pub fn balance(env: Env, account: Address) -> i128 {
        balance(&env, &account)
    }
}

fn move_tokens(env: &Env, from: Address, to: Address, amount: i128) {
    check_amount(env, amount);
    debit(env, &from, amount);
    credit(env, &to, amount);
    Transfer { from, to, amount }.publish(env);
}

fn check_amount(env: &Env, amount: i128) {
    if amount < 0 {
        panic_with_error!(env, Error::BadAmount);
    }
}

fn balance(env: &Env, account: &Address) -> i128 {
    env.storage().persistent().get(&DataKey::Balance(account.clone())).unwrap_or(0)
}

fn debit(env: &Env, account: &Address, amount: i128) {
    let held = balance(env, account);
    if held < amount {
        panic_with_error!(env, Error::InsufficientBalance);
    }
    env.storage().persistent().set(&DataKey::Balance(account.clone()), &(held - amount));
}

fn credit(env: &Env, account: &Address, amount: i128) {
    let held = balance(env, account);
    env.storage().persistent().set(&DataKey::Balance(account.clone()), &(held + amount));
}

fn admin(env: &Env) -> Address {
    env.storage().instance().get(&DataKey::Admin).unwrap()
}
