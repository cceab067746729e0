//! A pair of tokens that are swapped for each other, and a price that feeders report.

#![no_std]

use soroban_sdk::{
    contract, contracterror, contractimpl, contracttype, panic_with_error, symbol_short, token, Address, BytesN, Env,
    Symbol, Vec,
};

#[contracttype]
#[derive(Clone)]
pub enum DataKey {
    Admin,
    PendingAdmin,
    Config,
    TotalShares,
    ReserveA,
    ReserveB,
    Paused,
    FeesA,
    Shares(Address),
    Allowance(Address, Address),
    Feeder(Address),
    Frozen(Address),
    Price(Symbol),
    Referrer(Address),
    Feeders,
}

#[contracttype]
#[derive(Clone)]
pub struct Config {
    pub token_a: Address,
    pub token_b: Address,
    pub fee_recipient: Address,
    pub total_fee_bps: i64,
    pub max_slippage_bps: i64,
}

#[contracttype]
#[derive(Clone)]
pub struct PriceData {
    pub price: i128,
    pub timestamp: u64,
}

#[contracterror]
#[derive(Copy, Clone, Debug, Eq, PartialEq, PartialOrd, Ord)]
#[repr(u32)]
pub enum ContractError {
    AlreadyInitialized = 1,
    NotInitialized = 2,
    NotAuthorized = 3,
    InvalidAmount = 4,
    SlippageExceeded = 5,
    InsufficientShares = 6,
    Paused = 7,
    Frozen = 8,
    InsufficientAllowance = 9,
}

const DAY: u32 = 17280;

#[contract]
pub struct LiquidityPool;

#[contractimpl]
impl LiquidityPool {
    pub fn __constructor(env: Env, admin: Address, token_a: Address, token_b: Address, fee_bps: i64) {
        let config = Config {
            token_a,
            token_b,
            fee_recipient: admin.clone(),
            total_fee_bps: fee_bps,
            max_slippage_bps: 500,
        };
        env.storage().instance().set(&DataKey::Admin, &admin);
        env.storage().instance().set(&DataKey::Config, &config);
        env.storage().instance().set(&DataKey::TotalShares, &0i128);
        put_reserves(&env, 0, 0);
    }

    pub fn provide_liquidity(
        env: Env,
        sender: Address,
        desired_a: i128,
        desired_b: i128,
        min_shares: i128,
    ) -> Result<i128, ContractError> {
        sender.require_auth();
        not_paused(&env)?;
        not_frozen(&env, &sender)?;
        if desired_a <= 0 || desired_b <= 0 {
            return Err(ContractError::InvalidAmount);
        }
        let config = config(&env);
        let pool = env.current_contract_address();
        token::Client::new(&env, &config.token_a).transfer(&sender, &pool, &desired_a);
        token::Client::new(&env, &config.token_b).transfer(&sender, &pool, &desired_b);
        let (reserve_a, reserve_b) = reserves(&env);
        let total = total_shares(&env);
        let shares = if total == 0 {
            desired_a.checked_add(desired_b).unwrap()
        } else {
            (desired_a * total / reserve_a).min(desired_b * total / reserve_b)
        };
        if shares < min_shares {
            return Err(ContractError::SlippageExceeded);
        }
        mint_shares(&env, &sender, shares);
        put_reserves(&env, reserve_a + desired_a, reserve_b + desired_b);
        env.events().publish((symbol_short!("provide"), sender), shares);
        extend(&env);
        Ok(shares)
    }

    pub fn withdraw_liquidity(env: Env, sender: Address, shares: i128) -> Result<(i128, i128), ContractError> {
        sender.require_auth();
        not_paused(&env)?;
        let out = burn_shares(&env, &sender, shares)?;
        pay(&env, &sender, out);
        Ok(out)
    }

    /// Anyone withdraws what anyone has in the pool.
    pub fn withdraw_for(env: Env, owner: Address, to: Address, shares: i128) -> Result<(i128, i128), ContractError> {
        not_paused(&env)?;
        let held = shares_of(&env, &owner);
        if held < shares {
            return Err(ContractError::InsufficientShares);
        }
        let out = value_of(&env, shares);
        env.storage().persistent().set(&DataKey::Shares(owner), &(held - shares)); //~ missing-subject-auth
        put_total(&env, total_shares(&env) - shares);
        pay(&env, &to, out);
        Ok(out)
    }

    pub fn approve(env: Env, owner: Address, spender: Address, amount: i128) {
        owner.require_auth();
        env.storage().temporary().set(&DataKey::Allowance(owner, spender), &amount);
    }

    /// Nobody asks the owner.
    pub fn approve_for(env: Env, owner: Address, spender: Address, amount: i128) {
        env.storage().temporary().set(&DataKey::Allowance(owner, spender), &amount); //~ missing-subject-auth
    }

    pub fn transfer_from(
        env: Env,
        spender: Address,
        from: Address,
        to: Address,
        amount: i128,
    ) -> Result<(), ContractError> {
        spender.require_auth();
        let key = DataKey::Allowance(from.clone(), spender.clone());
        let allowed: i128 = env.storage().temporary().get(&key).unwrap_or(0);
        if allowed < amount {
            return Err(ContractError::InsufficientAllowance);
        }
        env.storage().temporary().set(&key, &(allowed - amount));
        move_shares(&env, &from, &to, amount)
    }

    /// The spender agrees, but nobody asks whether the owner of the shares allowed it.
    pub fn pull(env: Env, spender: Address, from: Address, to: Address, amount: i128) -> Result<(), ContractError> {
        spender.require_auth();
        let held = shares_of(&env, &from);
        if held < amount {
            return Err(ContractError::InsufficientShares);
        }
        env.storage().persistent().set(&DataKey::Shares(from), &(held - amount)); //~ missing-subject-auth
        let other = shares_of(&env, &to);
        env.storage().persistent().set(&DataKey::Shares(to), &(other + amount));
        Ok(())
    }

    pub fn swap(
        env: Env,
        sender: Address,
        sell_a: bool,
        offer: i128,
        ask_min: i128,
        referrer: Option<Address>,
    ) -> Result<i128, ContractError> {
        sender.require_auth();
        not_paused(&env)?;
        not_frozen(&env, &sender)?;
        if offer <= 0 {
            return Err(ContractError::InvalidAmount);
        }
        let config = config(&env);
        let (reserve_a, reserve_b) = reserves(&env);
        let (sell, buy, sell_reserve, buy_reserve) = if sell_a {
            (config.token_a, config.token_b, reserve_a, reserve_b)
        } else {
            (config.token_b, config.token_a, reserve_b, reserve_a)
        };
        let fee = offer * i128::from(config.total_fee_bps) / 10_000;
        let net = offer - fee;
        let out = net * buy_reserve / (sell_reserve + net);
        if out < ask_min {
            return Err(ContractError::SlippageExceeded);
        }
        if sell_a {
            put_reserves(&env, reserve_a + net, reserve_b - out);
            let fees: i128 = env.storage().instance().get(&DataKey::FeesA).unwrap_or(0);
            env.storage().instance().set(&DataKey::FeesA, &(fees + fee));
        } else {
            put_reserves(&env, reserve_a - out, reserve_b + offer);
        }
        let pool = env.current_contract_address();
        token::Client::new(&env, &sell).transfer(&sender, &pool, &offer);
        token::Client::new(&env, &buy).transfer(&pool, &sender, &out);
        if let Some(referrer) = referrer {
            env.storage().persistent().set(&DataKey::Referrer(sender.clone()), &referrer);
        }
        env.events().publish((symbol_short!("swap"), sender), (offer, out));
        Ok(out)
    }

    /// Anyone sets the fee and who gets it.
    pub fn update_config(env: Env, fee_recipient: Address, total_fee_bps: i64) {
        let mut config = config(&env);
        config.fee_recipient = fee_recipient;
        config.total_fee_bps = total_fee_bps;
        env.storage().instance().set(&DataKey::Config, &config); //~ unprotected-privileged-write
    }

    pub fn update_config_checked(env: Env, fee_recipient: Option<Address>, total_fee_bps: Option<i64>) {
        admin(&env).require_auth();
        let mut config = config(&env);
        if let Some(fee_recipient) = fee_recipient {
            config.fee_recipient = fee_recipient;
        }
        if let Some(total_fee_bps) = total_fee_bps {
            if !(0..=10_000).contains(&total_fee_bps) {
                panic_with_error!(&env, ContractError::InvalidAmount);
            }
            config.total_fee_bps = total_fee_bps;
        }
        env.storage().instance().set(&DataKey::Config, &config);
    }

    /// The admin agrees to become the admin, which the caller chose.
    pub fn propose_admin(env: Env, new_admin: Address) {
        admin(&env).require_auth();
        env.storage().instance().set(&DataKey::PendingAdmin, &new_admin);
    }

    pub fn accept_admin(env: Env) -> Result<(), ContractError> {
        let pending: Address =
            env.storage().instance().get(&DataKey::PendingAdmin).ok_or(ContractError::NotAuthorized)?;
        pending.require_auth();
        env.storage().instance().remove(&DataKey::PendingAdmin);
        env.storage().instance().set(&DataKey::Admin, &pending);
        Ok(())
    }

    /// Who becomes the admin agrees, who is it is not asked.
    pub fn set_admin(env: Env, new_admin: Address) {
        new_admin.require_auth();
        env.storage().instance().set(&DataKey::Admin, &new_admin); //~ auth-on-attacker-supplied-subject
    }

    /// Anyone lets anyone report prices.
    pub fn add_feeder(env: Env, feeder: Address) {
        env.storage().persistent().set(&DataKey::Feeder(feeder), &true); //~ unprotected-privileged-write
    }

    pub fn add_feeder_checked(env: Env, feeder: Address) {
        admin(&env).require_auth();
        env.storage().persistent().set(&DataKey::Feeder(feeder), &true);
    }

    pub fn remove_feeder(env: Env, feeder: Address) {
        admin(&env).require_auth();
        env.storage().persistent().remove(&DataKey::Feeder(feeder));
    }

    /// Anyone reports any price.
    pub fn set_price(env: Env, asset: Symbol, price: i128, timestamp: u64) {
        let data = PriceData { price, timestamp };
        env.storage().persistent().set(&DataKey::Price(asset), &data); //~ inconsistent-guard
    }

    /// The feeder agrees, but nobody asks whether it is one.
    pub fn report(env: Env, feeder: Address, asset: Symbol, price: i128) {
        feeder.require_auth();
        let data = PriceData { price, timestamp: env.ledger().timestamp() };
        env.storage().persistent().set(&DataKey::Price(asset), &data); //~ auth-on-attacker-supplied-subject
    }

    pub fn report_checked(env: Env, feeder: Address, asset: Symbol, price: i128) -> Result<(), ContractError> {
        feeder.require_auth();
        if !env.storage().persistent().has(&DataKey::Feeder(feeder)) {
            return Err(ContractError::NotAuthorized);
        }
        let data = PriceData { price, timestamp: env.ledger().timestamp() };
        env.storage().persistent().set(&DataKey::Price(asset), &data);
        Ok(())
    }

    /// Anyone keeps others from trading.
    pub fn freeze(env: Env, account: Address, frozen: bool) {
        env.storage().persistent().set(&DataKey::Frozen(account), &frozen); //~ unprotected-privileged-write
    }

    pub fn freeze_checked(env: Env, account: Address, frozen: bool) {
        admin(&env).require_auth();
        env.storage().persistent().set(&DataKey::Frozen(account), &frozen);
    }

    pub fn pause(env: Env, paused: bool) {
        env.storage().instance().set(&DataKey::Paused, &paused); //~ unprotected-privileged-write
    }

    pub fn pause_checked(env: Env, paused: bool) {
        admin(&env).require_auth();
        env.storage().instance().set(&DataKey::Paused, &paused);
    }

    /// The fees go to whoever the caller names.
    pub fn claim_fees(env: Env, to: Address) {
        let config = config(&env);
        let fees: i128 = env.storage().instance().get(&DataKey::FeesA).unwrap_or(0);
        env.storage().instance().set(&DataKey::FeesA, &0i128);
        let pool = env.current_contract_address();
        token::Client::new(&env, &config.token_a).transfer(&pool, &to, &fees); //~ unprotected-value-outflow
    }

    /// Anyone may have the fees sent to where they belong.
    pub fn claim_fees_checked(env: Env) {
        let config = config(&env);
        let fees: i128 = env.storage().instance().get(&DataKey::FeesA).unwrap_or(0);
        env.storage().instance().set(&DataKey::FeesA, &0i128);
        let pool = env.current_contract_address();
        token::Client::new(&env, &config.token_a).transfer(&pool, &config.fee_recipient, &fees);
    }

    pub fn upgrade(env: Env, new_wasm_hash: BytesN<32>) {
        env.deployer().update_current_contract_wasm(new_wasm_hash); //~ unprotected-code-upgrade
    }

    pub fn upgrade_checked(env: Env, new_wasm_hash: BytesN<32>) {
        admin(&env).require_auth();
        env.deployer().update_current_contract_wasm(new_wasm_hash);
    }

    /// Hands out rewards to those in the list.
    pub fn distribute(env: Env, receivers: Vec<Address>, amount: i128) {
        admin(&env).require_auth();
        let config = config(&env);
        let pool = env.current_contract_address();
        let client = token::Client::new(&env, &config.token_a);
        for receiver in receivers.iter() {
            client.transfer(&pool, &receiver, &amount); //~ external-call-in-loop
        }
    }

    pub fn balance(env: Env, account: Address) -> i128 {
        shares_of(&env, &account)
    }

    pub fn price(env: Env, asset: Symbol) -> Option<PriceData> {
        env.storage().persistent().get(&DataKey::Price(asset))
    }

    pub fn query_config(env: Env) -> Config {
        config(&env)
    }
}

fn admin(env: &Env) -> Address {
    env.storage().instance().get(&DataKey::Admin).unwrap()
}

fn config(env: &Env) -> Config {
    env.storage().instance().get(&DataKey::Config).unwrap()
}

fn extend(env: &Env) {
    env.storage().instance().extend_ttl(7 * DAY, 30 * DAY);
}

fn not_paused(env: &Env) -> Result<(), ContractError> {
    if env.storage().instance().get(&DataKey::Paused).unwrap_or(false) {
        return Err(ContractError::Paused);
    }
    Ok(())
}

fn not_frozen(env: &Env, account: &Address) -> Result<(), ContractError> {
    if env.storage().persistent().get(&DataKey::Frozen(account.clone())).unwrap_or(false) {
        return Err(ContractError::Frozen);
    }
    Ok(())
}

fn reserves(env: &Env) -> (i128, i128) {
    let storage = env.storage().instance();
    (storage.get(&DataKey::ReserveA).unwrap_or(0), storage.get(&DataKey::ReserveB).unwrap_or(0))
}

fn put_reserves(env: &Env, a: i128, b: i128) {
    env.storage().instance().set(&DataKey::ReserveA, &a);
    env.storage().instance().set(&DataKey::ReserveB, &b);
}

fn total_shares(env: &Env) -> i128 {
    env.storage().instance().get(&DataKey::TotalShares).unwrap_or(0)
}

fn put_total(env: &Env, total: i128) {
    env.storage().instance().set(&DataKey::TotalShares, &total);
}

fn shares_of(env: &Env, account: &Address) -> i128 {
    env.storage().persistent().get(&DataKey::Shares(account.clone())).unwrap_or(0)
}

fn put_shares(env: &Env, account: &Address, shares: i128) {
    let key = DataKey::Shares(account.clone());
    env.storage().persistent().set(&key, &shares);
    env.storage().persistent().extend_ttl(&key, 7 * DAY, 30 * DAY);
}

fn mint_shares(env: &Env, account: &Address, shares: i128) {
    put_shares(env, account, shares_of(env, account) + shares);
    put_total(env, total_shares(env) + shares);
}

fn value_of(env: &Env, shares: i128) -> (i128, i128) {
    let (reserve_a, reserve_b) = reserves(env);
    let total = total_shares(env);
    (reserve_a * shares / total, reserve_b * shares / total)
}

fn burn_shares(env: &Env, account: &Address, shares: i128) -> Result<(i128, i128), ContractError> {
    let held = shares_of(env, account);
    if held < shares {
        return Err(ContractError::InsufficientShares);
    }
    let out = value_of(env, shares);
    put_shares(env, account, held - shares);
    put_total(env, total_shares(env) - shares);
    Ok(out)
}

fn move_shares(env: &Env, from: &Address, to: &Address, amount: i128) -> Result<(), ContractError> {
    let held = shares_of(env, from);
    if held < amount {
        return Err(ContractError::InsufficientShares);
    }
    put_shares(env, from, held - amount);
    put_shares(env, to, shares_of(env, to) + amount);
    Ok(())
}

fn pay(env: &Env, to: &Address, (a, b): (i128, i128)) {
    let config = config(env);
    let pool = env.current_contract_address();
    let (reserve_a, reserve_b) = reserves(env);
    put_reserves(env, reserve_a - a, reserve_b - b);
    token::Client::new(env, &config.token_a).transfer(&pool, to, &a);
    token::Client::new(env, &config.token_b).transfer(&pool, to, &b);
}
