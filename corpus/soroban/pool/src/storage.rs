//! What the pool keeps, and where.

use soroban_sdk::{contracttype, token, Address, Env};

use crate::Reserves;

const DAY_IN_LEDGERS: u32 = 17_280;
const LIFETIME: u32 = 30 * DAY_IN_LEDGERS;

#[contracttype]
#[derive(Clone)]
pub enum DataKey {
    Admin,
    PendingAdmin,
    TokenA,
    TokenB,
    ReserveA,
    ReserveB,
    TotalShares,
    FeeBps,
    Shares(Address),
}

pub fn extend_instance(env: &Env) {
    env.storage().instance().extend_ttl(LIFETIME - DAY_IN_LEDGERS, LIFETIME);
}

pub fn get_admin(env: &Env) -> Address {
    env.storage().instance().get(&DataKey::Admin).unwrap()
}

pub fn put_admin(env: &Env, admin: &Address) {
    env.storage().instance().set(&DataKey::Admin, admin);
}

pub fn get_token(env: &Env, key: DataKey) -> Address {
    env.storage().instance().get(&key).unwrap()
}

pub fn put_token(env: &Env, key: DataKey, token: &Address) {
    env.storage().instance().set(&key, token);
}

pub fn get_amount(env: &Env, key: DataKey) -> i128 {
    env.storage().instance().get(&key).unwrap()
}

pub fn put_amount(env: &Env, key: DataKey, amount: i128) {
    env.storage().instance().set(&key, &amount);
}

pub fn reserves(env: &Env) -> Reserves {
    Reserves { a: get_amount(env, DataKey::ReserveA), b: get_amount(env, DataKey::ReserveB) }
}

pub fn get_shares(env: &Env, user: &Address) -> i128 {
    let key = DataKey::Shares(user.clone());
    if let Some(shares) = env.storage().persistent().get::<DataKey, i128>(&key) {
        env.storage().persistent().extend_ttl(&key, LIFETIME - DAY_IN_LEDGERS, LIFETIME);
        shares
    } else {
        0
    }
}

pub fn put_shares(env: &Env, user: &Address, shares: i128) {
    env.storage().persistent().set(&DataKey::Shares(user.clone()), &shares);
}

/// What the pool has of one of its tokens.
pub fn own_balance(env: &Env, token: DataKey) -> i128 {
    token::Client::new(env, &get_token(env, token)).balance(&env.current_contract_address())
}
