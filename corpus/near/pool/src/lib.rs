//! A staking pool: accounts deposit, stake and withdraw again, and share the rewards. Nothing to report.

use near_sdk::collections::UnorderedMap;
use near_sdk::json_types::U128;
use near_sdk::{
    env, is_promise_success, log, near, require, AccountId, BorshStorageKey, EpochHeight, Gas,
    NearToken, PanicOnDefault, Promise, PublicKey,
};

const GAS_FOR_CALLBACK: Gas = Gas::from_tgas(20);
const EPOCHS_TO_UNLOCK: EpochHeight = 4;

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Accounts,
}

#[near(serializers = [borsh, json])]
#[derive(Clone, Default)]
pub struct Account {
    unstaked: u128,
    shares: u128,
    unlocked_at: EpochHeight,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct RewardFee {
    numerator: u32,
    denominator: u32,
}

#[near(serializers = [json])]
pub struct HumanReadableAccount {
    account_id: AccountId,
    unstaked_balance: U128,
    staked_balance: U128,
    can_withdraw: bool,
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Pool {
    owner_id: AccountId,
    stake_public_key: PublicKey,
    fee: RewardFee,
    last_epoch: EpochHeight,
    last_balance: u128,
    total_shares: u128,
    total_staked: u128,
    paused: bool,
    accounts: UnorderedMap<AccountId, Account>,
}

#[near]
impl Pool {
    #[init]
    pub fn new(owner_id: AccountId, stake_public_key: PublicKey, fee: RewardFee) -> Self {
        check(&fee);
        let balance = env::account_balance().as_yoctonear();
        let mut pool = Self {
            owner_id,
            stake_public_key,
            fee,
            last_epoch: env::epoch_height(),
            last_balance: balance,
            total_shares: balance,
            total_staked: balance,
            paused: false,
            accounts: UnorderedMap::new(Key::Accounts),
        };
        pool.restake();
        pool
    }

    /// Anyone may have the rewards distributed: it changes nobody's share.
    pub fn ping(&mut self) {
        if self.distribute() {
            self.restake();
        }
    }

    #[payable]
    pub fn deposit(&mut self) {
        let changed = self.distribute();
        self.take_deposit();
        if changed {
            self.restake();
        }
    }

    #[payable]
    pub fn deposit_and_stake(&mut self) {
        self.distribute();
        let amount = self.take_deposit();
        self.stake_of_caller(amount);
        self.restake();
    }

    pub fn stake(&mut self, amount: U128) {
        self.distribute();
        self.stake_of_caller(amount.0);
        self.restake();
    }

    pub fn unstake(&mut self, amount: Option<U128>) {
        self.distribute();
        let caller = env::predecessor_account_id();
        let mut account = self.account(&caller);
        let staked = self.worth(account.shares);
        let amount = amount.map_or(staked, |amount| amount.0);
        require!(amount > 0 && amount <= staked, "not enough staked");
        let shares = (amount * self.total_shares).div_ceil(self.total_staked);
        require!(shares <= account.shares, "not enough shares");
        account.shares -= shares;
        account.unstaked += amount;
        account.unlocked_at = env::epoch_height() + EPOCHS_TO_UNLOCK;
        self.save(&caller, &account);
        self.total_shares -= shares;
        self.total_staked -= amount;
        log!("@{} unstaking {}", caller, amount);
        self.restake();
    }

    pub fn withdraw(&mut self, amount: Option<U128>) {
        let changed = self.distribute();
        let caller = env::predecessor_account_id();
        let mut account = self.account(&caller);
        let amount = amount.map_or(account.unstaked, |amount| amount.0);
        require!(amount > 0 && amount <= account.unstaked, "not enough unstaked");
        require!(account.unlocked_at <= env::epoch_height(), "not unlocked yet");
        account.unstaked -= amount;
        self.save(&caller, &account);
        self.last_balance -= amount;
        Promise::new(caller).transfer(NearToken::from_yoctonear(amount)).detach();
        if changed {
            self.restake();
        }
    }

    /// When staking failed, the pool gives the stake back, so that it can be withdrawn.
    #[private]
    pub fn on_stake_action(&mut self) {
        let locked = env::account_locked_balance().as_yoctonear();
        if !is_promise_success() && locked > 0 {
            Promise::new(env::current_account_id())
                .stake(NearToken::from_yoctonear(0), self.stake_public_key.clone())
                .detach();
        }
    }

    pub fn update_staking_key(&mut self, stake_public_key: PublicKey) {
        self.assert_owner();
        self.stake_public_key = stake_public_key;
        self.restake();
    }

    pub fn update_reward_fee(&mut self, reward_fee: RewardFee) {
        self.assert_owner();
        check(&reward_fee);
        self.distribute();
        self.fee = reward_fee;
    }

    pub fn set_owner(&mut self, owner_id: AccountId) {
        self.assert_owner();
        self.owner_id = owner_id;
    }

    pub fn pause_staking(&mut self) {
        self.assert_owner();
        require!(!self.paused, "paused already");
        self.paused = true;
        Promise::new(env::current_account_id())
            .stake(NearToken::from_yoctonear(0), self.stake_public_key.clone())
            .detach();
    }

    pub fn resume_staking(&mut self) {
        self.assert_owner();
        require!(self.paused, "not paused");
        self.distribute();
        self.paused = false;
        self.restake();
    }

    pub fn get_account(&self, account_id: AccountId) -> HumanReadableAccount {
        let account = self.account(&account_id);
        HumanReadableAccount {
            account_id,
            unstaked_balance: U128(account.unstaked),
            staked_balance: U128(self.worth(account.shares)),
            can_withdraw: account.unlocked_at <= env::epoch_height(),
        }
    }

    pub fn get_accounts(&self, from_index: u64, limit: u64) -> Vec<HumanReadableAccount> {
        let keys = self.accounts.keys_as_vector();
        (from_index..(from_index + limit).min(keys.len()))
            .filter_map(|index| keys.get(index).map(|id| self.get_account(id)))
            .collect()
    }

    pub fn get_owner_id(&self) -> AccountId {
        self.owner_id.clone()
    }
}

impl Pool {
    fn assert_owner(&self) {
        require!(env::predecessor_account_id() == self.owner_id, "only the owner may do this");
    }

    fn account(&self, account: &AccountId) -> Account {
        self.accounts.get(account).unwrap_or_default()
    }

    fn save(&mut self, account_id: &AccountId, account: &Account) {
        if account.unstaked > 0 || account.shares > 0 {
            self.accounts.insert(account_id, account);
        } else {
            self.accounts.remove(account_id);
        }
    }

    fn worth(&self, shares: u128) -> u128 {
        if self.total_shares == 0 {
            return 0;
        }
        shares * self.total_staked / self.total_shares
    }

    fn take_deposit(&mut self) -> u128 {
        let amount = env::attached_deposit().as_yoctonear();
        let caller = env::predecessor_account_id();
        let mut account = self.account(&caller);
        account.unstaked += amount;
        self.save(&caller, &account);
        self.last_balance += amount;
        log!("@{} deposited {}", caller, amount);
        amount
    }

    fn stake_of_caller(&mut self, amount: u128) {
        require!(amount > 0, "nothing to stake");
        let caller = env::predecessor_account_id();
        let mut account = self.account(&caller);
        require!(account.unstaked >= amount, "not enough unstaked");
        let shares = amount * self.total_shares / self.total_staked;
        require!(shares > 0, "too little for a share");
        account.unstaked -= amount;
        account.shares += shares;
        self.save(&caller, &account);
        self.total_staked += amount;
        self.total_shares += shares;
        log!("@{} staking {} for {} shares", caller, amount, shares);
    }

    /// Adds what the pool has earned since it last looked; the owner's part of it becomes shares.
    fn distribute(&mut self) -> bool {
        let epoch = env::epoch_height();
        if self.last_epoch == epoch {
            return false;
        }
        self.last_epoch = epoch;
        let balance = env::account_balance()
            .saturating_add(env::account_locked_balance())
            .saturating_sub(env::attached_deposit())
            .as_yoctonear();
        let reward = balance.saturating_sub(self.last_balance);
        if reward > 0 {
            let fee = reward * u128::from(self.fee.numerator) / u128::from(self.fee.denominator);
            self.total_staked += reward - fee;
            let shares = fee * self.total_shares / self.total_staked;
            let owner = self.owner_id.clone();
            let mut account = self.account(&owner);
            account.shares += shares;
            self.save(&owner, &account);
            self.total_shares += shares;
            self.total_staked += fee;
            log!("epoch {}: {} earned", epoch, reward);
        }
        self.last_balance = balance;
        true
    }

    fn restake(&mut self) {
        if self.paused {
            return;
        }
        Promise::new(env::current_account_id())
            .stake(NearToken::from_yoctonear(self.total_staked), self.stake_public_key.clone())
            .then(
                Self::ext(env::current_account_id())
                    .with_static_gas(GAS_FOR_CALLBACK)
                    .on_stake_action(),
            )
            .detach();
    }
}

fn check(fee: &RewardFee) {
    require!(fee.denominator != 0 && fee.numerator <= fee.denominator, "no valid fee");
}
