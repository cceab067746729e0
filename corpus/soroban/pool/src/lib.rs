//! A pool of two tokens: whoever provides both gets shares of it, and everybody can swap one for the other.

#![no_std]

mod storage;

use soroban_sdk::{
    contract, contractclient, contracterror, contractevent, contractimpl, contracttype, panic_with_error,
    token, Address, BytesN, Env,
};

use storage::*;

#[contracterror]
#[derive(Copy, Clone, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    WrongOrder = 1,
    BadAmount = 2,
    Slippage = 3,
    Insufficient = 4,
    NotAdmin = 5,
    NoPendingAdmin = 6,
    NotRepaid = 7,
    BadFee = 8,
}

#[contracttype]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reserves {
    pub a: i128,
    pub b: i128,
}

#[contractevent(topics = ["pool", "deposit"])]
pub struct Deposited {
    #[topic]
    pub provider: Address,
    pub a: i128,
    pub b: i128,
    pub shares: i128,
}

#[contractevent(topics = ["pool", "swap"], data_format = "vec")]
pub struct Swapped {
    #[topic]
    pub trader: Address,
    pub buy_a: bool,
    pub bought: i128,
    pub sold: i128,
}

/// What a borrower of a flash loan implements.
#[contractclient(name = "BorrowerClient")]
pub trait Borrower {
    fn exec_op(env: Env, pool: Address, token: Address, amount: i128, fee: i128);
}

#[contract]
pub struct Pool;

#[contractimpl]
impl Pool {
    pub fn __constructor(env: Env, admin: Address, token_a: Address, token_b: Address) {
        if token_a >= token_b {
            panic_with_error!(&env, Error::WrongOrder);
        }
        put_admin(&env, &admin);
        put_token(&env, DataKey::TokenA, &token_a);
        put_token(&env, DataKey::TokenB, &token_b);
        put_amount(&env, DataKey::ReserveA, 0);
        put_amount(&env, DataKey::ReserveB, 0);
        put_amount(&env, DataKey::TotalShares, 0);
        env.storage().instance().set(&DataKey::FeeBps, &30u32);
    }

    pub fn balance_shares(env: Env, user: Address) -> i128 {
        get_shares(&env, &user)
    }

    pub fn deposit(
        env: Env,
        to: Address,
        desired_a: i128,
        min_a: i128,
        desired_b: i128,
        min_b: i128,
    ) -> i128 {
        // The user authorises the call with all its arguments, so nobody can change the limits.
        to.require_auth();
        extend_instance(&env);
        let reserves = reserves(&env);
        let (a, b) = deposit_amounts(&env, desired_a, min_a, desired_b, min_b, reserves);
        if a <= 0 || b <= 0 {
            panic_with_error!(&env, Error::BadAmount);
        }
        let pool = env.current_contract_address();
        token::Client::new(&env, &get_token(&env, DataKey::TokenA)).transfer(&to, &pool, &a);
        token::Client::new(&env, &get_token(&env, DataKey::TokenB)).transfer(&to, &pool, &b);
        let balance_a = own_balance(&env, DataKey::TokenA);
        let balance_b = own_balance(&env, DataKey::TokenB);
        let total = get_amount(&env, DataKey::TotalShares);
        let new_total = if reserves.a > 0 && reserves.b > 0 {
            let by_a = balance_a * total / reserves.a;
            let by_b = balance_b * total / reserves.b;
            by_a.min(by_b)
        } else {
            sqrt(balance_a * balance_b)
        };
        let minted = new_total - total;
        mint_shares(&env, &to, minted);
        put_amount(&env, DataKey::ReserveA, balance_a);
        put_amount(&env, DataKey::ReserveB, balance_b);
        Deposited { provider: to, a, b, shares: minted }.publish(&env);
        minted
    }

    /// Buys `out` of one token for at most `in_max` of the other.
    pub fn swap(env: Env, to: Address, buy_a: bool, out: i128, in_max: i128) {
        to.require_auth();
        if out <= 0 {
            panic_with_error!(&env, Error::BadAmount);
        }
        let r = reserves(&env);
        let (reserve_sell, reserve_buy) = if buy_a { (r.b, r.a) } else { (r.a, r.b) };
        if reserve_buy <= out {
            panic_with_error!(&env, Error::Insufficient);
        }
        let fee_bps: u32 = env.storage().instance().get(&DataKey::FeeBps).unwrap_or_default();
        let kept = 10_000 - i128::from(fee_bps);
        let sell = (reserve_sell * out * 10_000) / ((reserve_buy - out) * kept) + 1;
        if sell > in_max {
            panic_with_error!(&env, Error::Slippage);
        }
        let (sold, bought) =
            if buy_a { (DataKey::TokenB, DataKey::TokenA) } else { (DataKey::TokenA, DataKey::TokenB) };
        token::Client::new(&env, &get_token(&env, sold)).transfer(
            &to,
            &env.current_contract_address(),
            &sell,
        );
        pay(&env, bought, &to, out);
        put_amount(&env, DataKey::ReserveA, own_balance(&env, DataKey::TokenA));
        put_amount(&env, DataKey::ReserveB, own_balance(&env, DataKey::TokenB));
        Swapped { trader: to, buy_a, bought: out, sold: sell }.publish(&env);
    }

    pub fn withdraw(env: Env, to: Address, shares: i128, min_a: i128, min_b: i128) -> (i128, i128) {
        to.require_auth();
        let (out_a, out_b) = value_of(&env, shares);
        if out_a < min_a || out_b < min_b {
            panic_with_error!(&env, Error::Slippage);
        }
        let held = get_shares(&env, &to);
        if held < shares {
            panic_with_error!(&env, Error::Insufficient);
        }
        put_shares(&env, &to, held - shares);
        let total = get_amount(&env, DataKey::TotalShares);
        put_amount(&env, DataKey::TotalShares, total - shares);
        pay(&env, DataKey::TokenA, &to, out_a);
        pay(&env, DataKey::TokenB, &to, out_b);
        put_amount(&env, DataKey::ReserveA, own_balance(&env, DataKey::TokenA));
        put_amount(&env, DataKey::ReserveB, own_balance(&env, DataKey::TokenB));
        (out_a, out_b)
    }

    /// Anyone cashes in anyone's shares: `provider` never agrees.
    pub fn withdraw_for(env: Env, provider: Address, to: Address, shares: i128) -> (i128, i128) {
        let (out_a, out_b) = value_of(&env, shares);
        let held = get_shares(&env, &provider);
        if held < shares {
            panic_with_error!(&env, Error::Insufficient);
        }
        env.storage().persistent().set(&DataKey::Shares(provider), &(held - shares)); //~ missing-subject-auth
        let total = get_amount(&env, DataKey::TotalShares);
        put_amount(&env, DataKey::TotalShares, total - shares);
        pay(&env, DataKey::TokenA, &to, out_a);
        pay(&env, DataKey::TokenB, &to, out_b);
        (out_a, out_b)
    }

    pub fn transfer_shares(env: Env, from: Address, to: Address, shares: i128) {
        from.require_auth();
        let held = get_shares(&env, &from);
        if shares < 0 || held < shares {
            panic_with_error!(&env, Error::Insufficient);
        }
        put_shares(&env, &from, held - shares);
        put_shares(&env, &to, get_shares(&env, &to) + shares);
    }

    /// Whoever calls names the administrator who agrees.
    pub fn set_fee(env: Env, admin: Address, bps: u32) {
        admin.require_auth();
        if bps > 1_000 {
            panic_with_error!(&env, Error::BadFee);
        }
        env.storage().instance().set(&DataKey::FeeBps, &bps); //~ auth-on-attacker-supplied-subject
    }

    pub fn set_fee_checked(env: Env, admin: Address, bps: u32) {
        admin.require_auth();
        if admin != get_admin(&env) {
            panic_with_error!(&env, Error::NotAdmin);
        }
        if bps > 1_000 {
            panic_with_error!(&env, Error::BadFee);
        }
        env.storage().instance().set(&DataKey::FeeBps, &bps);
    }

    /// What the pool has above its reserves goes to anyone who asks first.
    pub fn collect(env: Env, to: Address) {
        let surplus = own_balance(&env, DataKey::TokenA) - get_amount(&env, DataKey::ReserveA);
        let token = get_token(&env, DataKey::TokenA);
        token::Client::new(&env, &token).transfer(&env.current_contract_address(), &to, &surplus);
        //~^ unprotected-value-outflow
    }

    pub fn collect_checked(env: Env, to: Address) {
        get_admin(&env).require_auth();
        let surplus = own_balance(&env, DataKey::TokenA) - get_amount(&env, DataKey::ReserveA);
        let token = get_token(&env, DataKey::TokenA);
        token::Client::new(&env, &token).transfer(&env.current_contract_address(), &to, &surplus);
    }

    /// Lends what the pool has for the length of a call; it is fetched back with the fee.
    pub fn flash_loan(env: Env, borrower: Address, amount: i128) {
        if amount <= 0 {
            panic_with_error!(&env, Error::BadAmount);
        }
        let pool = env.current_contract_address();
        let token = get_token(&env, DataKey::TokenA);
        let fee = (amount * 5).div_euclid(10_000) + 1;
        let before = own_balance(&env, DataKey::TokenA);
        pay(&env, DataKey::TokenA, &borrower, amount);
        BorrowerClient::new(&env, &borrower).exec_op(&pool, &token, &amount, &fee);
        token::Client::new(&env, &token).transfer_from(&pool, &borrower, &pool, &(amount + fee));
        if own_balance(&env, DataKey::TokenA) < before + fee {
            panic_with_error!(&env, Error::NotRepaid);
        }
    }

    /// The next administrator is proposed by this one, and accepts.
    pub fn propose_admin(env: Env, next: Address) {
        get_admin(&env).require_auth();
        env.storage().temporary().set(&DataKey::PendingAdmin, &next);
        env.storage().temporary().extend_ttl(&DataKey::PendingAdmin, 100, 17_280);
    }

    pub fn accept_admin(env: Env) {
        let next: Option<Address> = env.storage().temporary().get(&DataKey::PendingAdmin);
        let Some(next) = next else { panic_with_error!(&env, Error::NoPendingAdmin) };
        next.require_auth();
        env.storage().temporary().remove(&DataKey::PendingAdmin);
        put_admin(&env, &next);
    }

    /// Whoever comes becomes the administrator, if someone was proposed.
    pub fn take_over(env: Env, next: Address) {
        next.require_auth();
        if !env.storage().temporary().has(&DataKey::PendingAdmin) {
            panic_with_error!(&env, Error::NoPendingAdmin);
        }
        env.storage().temporary().remove(&DataKey::PendingAdmin); //~ auth-on-attacker-supplied-subject
        env.storage().instance().set(&DataKey::Admin, &next); //~ auth-on-attacker-supplied-subject
    }

    pub fn upgrade(env: Env, new_wasm_hash: BytesN<32>) {
        get_admin(&env).require_auth();
        env.deployer().update_current_contract_wasm(new_wasm_hash);
    }

    pub fn get_rsrvs(env: Env) -> Reserves {
        reserves(&env)
    }
}

fn deposit_amounts(
    env: &Env,
    desired_a: i128,
    min_a: i128,
    desired_b: i128,
    min_b: i128,
    r: Reserves,
) -> (i128, i128) {
    if r.a == 0 && r.b == 0 {
        return (desired_a, desired_b);
    }
    let b = desired_a * r.b / r.a;
    if b <= desired_b {
        if b < min_b {
            panic_with_error!(env, Error::Slippage);
        }
        (desired_a, b)
    } else {
        let a = desired_b * r.a / r.b;
        if a > desired_a || a < min_a {
            panic_with_error!(env, Error::Slippage);
        }
        (a, desired_b)
    }
}

/// What `shares` of the pool are worth.
fn value_of(env: &Env, shares: i128) -> (i128, i128) {
    if shares <= 0 {
        panic_with_error!(env, Error::BadAmount);
    }
    let total = get_amount(env, DataKey::TotalShares);
    let a = own_balance(env, DataKey::TokenA) * shares / total;
    let b = own_balance(env, DataKey::TokenB) * shares / total;
    (a, b)
}

fn mint_shares(env: &Env, to: &Address, shares: i128) {
    put_shares(env, to, get_shares(env, to) + shares);
    let total = get_amount(env, DataKey::TotalShares);
    put_amount(env, DataKey::TotalShares, total + shares);
}

fn pay(env: &Env, token: DataKey, to: &Address, amount: i128) {
    token::Client::new(env, &get_token(env, token)).transfer(&env.current_contract_address(), to, &amount);
}

fn sqrt(y: i128) -> i128 {
    let mut z = y;
    if y > 3 {
        let mut x = y / 2 + 1;
        while x < z {
            z = x;
            x = (y / x + x) / 2;
        }
    } else if y != 0 {
        z = 1;
    }
    z
}
