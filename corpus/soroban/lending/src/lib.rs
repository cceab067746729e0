//! Accounts lend a token to a pool, borrow from it against what they lent, and pay back.

#![no_std]

use soroban_sdk::{contract, contracterror, contractimpl, contracttype, panic_with_error, token, Address, BytesN, Env};

#[contracttype]
#[derive(Clone)]
pub enum DataKey {
    Admin,
    Asset,
    Rate,
    Pool(Address),
}

/// What an account has in the pool.
#[contracttype]
#[derive(Clone)]
pub struct Position {
    lent: i128,
    owed: i128,
}

#[contracterror]
#[derive(Copy, Clone, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    AlreadyInitialised = 1,
    NotAdmin = 2,
    BadAmount = 3,
    Insufficient = 4,
}

#[contract]
pub struct Lending;

#[contractimpl]
impl Lending {
    /// Anyone can do it again later, and become the administrator.
    pub fn initialize(env: Env, admin: Address, asset: Address) {
        env.storage().instance().set(&DataKey::Admin, &admin); //~ reinitializable
        env.storage().instance().set(&DataKey::Asset, &asset);
    }

    pub fn initialize_once(env: Env, admin: Address, asset: Address) {
        if env.storage().instance().has(&DataKey::Admin) {
            panic_with_error!(&env, Error::AlreadyInitialised);
        }
        env.storage().instance().set(&DataKey::Admin, &admin);
        env.storage().instance().set(&DataKey::Asset, &asset);
    }

    /// Whoever calls names the administrator who agrees.
    pub fn set_rate(env: Env, admin: Address, bps: u32) {
        admin.require_auth();
        env.storage().instance().set(&DataKey::Rate, &bps); //~ auth-on-attacker-supplied-subject
    }

    pub fn set_rate_checked(env: Env, admin: Address, bps: u32) {
        admin.require_auth();
        require_admin(&env, &admin);
        env.storage().instance().set(&DataKey::Rate, &bps);
    }

    pub fn upgrade(env: Env, wasm_hash: BytesN<32>) {
        env.deployer().update_current_contract_wasm(wasm_hash); //~ unprotected-code-upgrade
    }

    pub fn upgrade_checked(env: Env, admin: Address, wasm_hash: BytesN<32>) {
        admin.require_auth();
        require_admin(&env, &admin);
        env.deployer().update_current_contract_wasm(wasm_hash);
    }

    /// Counts what a token that the caller brings along says it has moved.
    pub fn lend_any(env: Env, asset: Address, from: Address, amount: i128) {
        from.require_auth();
        check(&env, amount);
        token::Client::new(&env, &asset).transfer(&from, &env.current_contract_address(), &amount);
        let mut position = position(&env, &from);
        position.lent += amount;
        env.storage().persistent().set(&DataKey::Pool(from), &position); //~ untrusted-token-notification
    }

    pub fn lend(env: Env, from: Address, amount: i128) {
        from.require_auth();
        check(&env, amount);
        asset(&env).transfer(&from, &env.current_contract_address(), &amount);
        let mut position = position(&env, &from);
        position.lent += amount;
        env.storage().persistent().set(&DataKey::Pool(from), &position);
    }

    /// Spends what `payer` allowed the pool, for any debtor, without asking `payer`.
    pub fn repay_from(env: Env, payer: Address, debtor: Address, amount: i128) {
        check(&env, amount);
        let pool = env.current_contract_address();
        asset(&env).transfer_from(&pool, &payer, &pool, &amount); //~ missing-subject-auth
        let mut position = position(&env, &debtor);
        position.owed -= amount;
        env.storage().persistent().set(&DataKey::Pool(debtor), &position);
    }

    pub fn repay_from_checked(env: Env, payer: Address, debtor: Address, amount: i128) {
        payer.require_auth();
        check(&env, amount);
        let pool = env.current_contract_address();
        asset(&env).transfer_from(&pool, &payer, &pool, &amount);
        let mut position = position(&env, &debtor);
        position.owed -= amount;
        env.storage().persistent().set(&DataKey::Pool(debtor), &position);
    }

    pub fn borrow(env: Env, to: Address, amount: i128) {
        to.require_auth();
        check(&env, amount);
        let mut position = position(&env, &to);
        position.owed += amount;
        if position.owed > position.lent / 2 {
            panic_with_error!(&env, Error::Insufficient);
        }
        env.storage().persistent().set(&DataKey::Pool(to.clone()), &position);
        asset(&env).transfer(&env.current_contract_address(), &to, &amount);
    }

    /// Anyone takes what the pool has.
    pub fn sweep(env: Env, to: Address, amount: i128) {
        asset(&env).transfer(&env.current_contract_address(), &to, &amount); //~ unprotected-value-outflow
    }

    pub fn sweep_checked(env: Env, to: Address, amount: i128) {
        admin(&env).require_auth();
        asset(&env).transfer(&env.current_contract_address(), &to, &amount);
    }

    pub fn position(env: Env, account: Address) -> Position {
        position(&env, &account)
    }
}

fn check(env: &Env, amount: i128) {
    if amount <= 0 {
        panic_with_error!(env, Error::BadAmount);
    }
}

fn admin(env: &Env) -> Address {
    env.storage().instance().get(&DataKey::Admin).unwrap()
}

fn require_admin(env: &Env, account: &Address) {
    if *account != admin(env) {
        panic_with_error!(env, Error::NotAdmin);
    }
}

fn asset(env: &Env) -> token::Client<'_> {
    let asset: Address = env.storage().instance().get(&DataKey::Asset).unwrap();
    token::Client::new(env, &asset)
}

fn position(env: &Env, account: &Address) -> Position {
    let none = Position { lent: 0, owed: 0 };
    env.storage().persistent().get(&DataKey::Pool(account.clone())).unwrap_or(none)
}
