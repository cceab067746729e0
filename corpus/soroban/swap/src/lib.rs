//! Two accounts swap tokens in one transaction, or leave them for someone to claim in time.

#![no_std]

use soroban_sdk::{
    contract, contracterror, contractevent, contractimpl, contracttype, panic_with_error, token, Address,
    Env, IntoVal, Vec,
};

#[contracttype]
#[derive(Clone)]
pub enum DataKey {
    Next,
    Balance(u64),
}

#[contracttype]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeBoundKind {
    Before,
    After,
}

#[contracttype]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeBound {
    pub kind: TimeBoundKind,
    pub timestamp: u64,
}

#[contracttype]
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimableBalance {
    pub token: Address,
    pub amount: i128,
    pub from: Address,
    pub claimants: Vec<Address>,
    pub time_bound: TimeBound,
}

#[contracterror]
#[derive(Copy, Clone, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    NotEnough = 1,
    TooManyClaimants = 2,
    UnknownBalance = 3,
    NotClaimant = 4,
    WrongTime = 5,
    BadAmount = 6,
}

#[contractevent]
pub struct Claimed {
    #[topic]
    pub claimant: Address,
    pub id: u64,
    pub amount: i128,
}

#[contract]
pub struct Swap;

#[contractimpl]
impl Swap {
    /// Either side agrees to what it gives and what it wants at least, whoever submits the transaction.
    #[allow(clippy::too_many_arguments)]
    pub fn swap(
        env: Env,
        a: Address,
        b: Address,
        token_a: Address,
        token_b: Address,
        amount_a: i128,
        min_b_for_a: i128,
        amount_b: i128,
        min_a_for_b: i128,
    ) {
        if amount_b < min_b_for_a || amount_a < min_a_for_b {
            panic_with_error!(&env, Error::NotEnough);
        }
        a.require_auth_for_args((token_a.clone(), token_b.clone(), amount_a, min_b_for_a).into_val(&env));
        b.require_auth_for_args((token_b.clone(), token_a.clone(), amount_b, min_a_for_b).into_val(&env));
        move_token(&env, &token_a, &a, &b, amount_a, min_a_for_b);
        move_token(&env, &token_b, &b, &a, amount_b, min_b_for_a);
    }

    pub fn deposit(
        env: Env,
        from: Address,
        token: Address,
        amount: i128,
        claimants: Vec<Address>,
        time_bound: TimeBound,
    ) -> u64 {
        if claimants.is_empty() || claimants.len() > 10 {
            panic_with_error!(&env, Error::TooManyClaimants);
        }
        if amount <= 0 {
            panic_with_error!(&env, Error::BadAmount);
        }
        from.require_auth();
        token::Client::new(&env, &token).transfer(&from, &env.current_contract_address(), &amount);
        let id: u64 = env.storage().instance().get(&DataKey::Next).unwrap_or_default();
        env.storage().instance().set(&DataKey::Next, &(id + 1));
        let balance = ClaimableBalance { token, amount, from, claimants, time_bound };
        env.storage().persistent().set(&DataKey::Balance(id), &balance);
        id
    }

    pub fn claim(env: Env, claimant: Address, id: u64) {
        claimant.require_auth();
        let balance = balance(&env, id);
        if !in_time(&env, &balance.time_bound) {
            panic_with_error!(&env, Error::WrongTime);
        }
        if !balance.claimants.contains(&claimant) {
            panic_with_error!(&env, Error::NotClaimant);
        }
        env.storage().persistent().remove(&DataKey::Balance(id));
        let token = token::Client::new(&env, &balance.token);
        token.transfer(&env.current_contract_address(), &claimant, &balance.amount);
        Claimed { claimant, id, amount: balance.amount }.publish(&env);
    }

    /// Whoever deposited takes it back; the claimants had their chance, or it was a mistake.
    pub fn reclaim(env: Env, id: u64) {
        let balance = balance(&env, id);
        balance.from.require_auth();
        env.storage().persistent().remove(&DataKey::Balance(id));
        let token = token::Client::new(&env, &balance.token);
        token.transfer(&env.current_contract_address(), &balance.from, &balance.amount);
    }

    pub fn get(env: Env, id: u64) -> Option<ClaimableBalance> {
        env.storage().persistent().get(&DataKey::Balance(id))
    }
}

/// Takes what `from` has agreed to, passes on what `to` wants, and gives back the rest.
fn move_token(env: &Env, token: &Address, from: &Address, to: &Address, max_spend: i128, amount: i128) {
    let token = token::Client::new(env, token);
    let swap = env.current_contract_address();
    token.transfer(from, &swap, &max_spend);
    token.transfer(&swap, to, &amount);
    token.transfer(&swap, from, &(max_spend - amount));
}

fn balance(env: &Env, id: u64) -> ClaimableBalance {
    env.storage()
        .persistent()
        .get(&DataKey::Balance(id))
        .unwrap_or_else(|| panic_with_error!(env, Error::UnknownBalance))
}

fn in_time(env: &Env, bound: &TimeBound) -> bool {
    let now = env.ledger().timestamp();
    match bound.kind {
        TimeBoundKind::Before => now <= bound.timestamp,
        TimeBoundKind::After => now >= bound.timestamp,
    }
}
