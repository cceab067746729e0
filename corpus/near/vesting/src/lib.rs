//! Vesting of a fungible token: it sends what is to be vested, and beneficiaries claim what is due.

use near_sdk::collections::{LazyOption, LookupMap, Vector};
use near_sdk::json_types::{U128, U64};
use near_sdk::store::IterableMap;
use near_sdk::{
    env, ext_contract, is_promise_success, near, require, serde_json, AccountId, BorshStorageKey,
    FunctionError, Gas, NearToken, PanicOnDefault, Promise, PromiseOrValue,
};

const GAS_FOR_TRANSFER: Gas = Gas::from_tgas(10);
const GAS_FOR_CALLBACK: Gas = Gas::from_tgas(5);

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Config,
    Grants,
    Releases,
    Delegates,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub enum Schedule {
    Immediate,
    Cliff { at: U64 },
    Linear { start: U64, end: U64 },
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Grant {
    total: U128,
    released: U128,
    schedule: Schedule,
    revocable_by: Option<AccountId>,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Config {
    pauser: AccountId,
    paused: bool,
    min_claim: U128,
}

#[near(serializers = [borsh, json])]
pub struct Release {
    account_id: AccountId,
    amount: U128,
    at: U64,
}

#[near(serializers = [json])]
pub struct FundMessage {
    account_id: AccountId,
    schedule: Schedule,
    revocable_by: Option<AccountId>,
}

#[derive(Debug)]
pub enum Error {
    NotOwner,
    NoGrant,
    TooSoon { until: u64 },
}

impl FunctionError for Error {
    fn panic(&self) -> ! {
        match self {
            Error::NotOwner => env::panic_str("only the owner may do this"),
            Error::NoGrant => env::panic_str("no such grant"),
            Error::TooSoon { until } => env::panic_str(&format!("not before {until}")),
        }
    }
}

#[ext_contract(ext_ft)]
pub trait FungibleToken {
    fn ft_transfer(&mut self, receiver_id: AccountId, amount: U128, memo: Option<String>);
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Vesting {
    owner_id: AccountId,
    token_id: AccountId,
    config: LazyOption<Config>,
    grants: LookupMap<AccountId, Grant>,
    releases: Vector<Release>,
    delegates: IterableMap<AccountId, AccountId>,
    locked: u128,
}

#[near]
impl Vesting {
    #[init]
    pub fn new(owner_id: AccountId, token_id: AccountId, config: Option<Config>) -> Self {
        let config = config.unwrap_or_else(|| Config {
            pauser: owner_id.clone(),
            paused: false,
            min_claim: U128(0),
        });
        Self::with(owner_id, token_id, config)
    }

    /// Anyone starts anew, with themselves as the owner.
    #[init(ignore_state)]
    pub fn reset(owner_id: AccountId, token_id: AccountId, config: Config) -> Self {
        Self::with(owner_id, token_id, config)
    }

    #[private]
    #[init(ignore_state)]
    pub fn reset_checked(owner_id: AccountId, token_id: AccountId, config: Config) -> Self {
        Self::with(owner_id, token_id, config)
    }

    /// Any token that says so has sent something.
    pub fn ft_on_transfer(
        &mut self,
        sender_id: AccountId,
        amount: U128,
        msg: String,
    ) -> PromiseOrValue<U128> {
        let message: FundMessage = serde_json::from_str(&msg).expect("no grant");
        require!(sender_id != message.account_id, "not for yourself");
        self.add(message.account_id, amount, message.schedule, message.revocable_by);
        PromiseOrValue::Value(U128(0))
    }

    pub fn claim(&mut self, amount: Option<U128>) -> Promise {
        let account = env::predecessor_account_id();
        self.pay(account.clone(), account, amount)
    }

    /// Anyone has what is due to others sent to where they like.
    pub fn claim_for(
        &mut self,
        account_id: AccountId,
        receiver_id: Option<AccountId>,
        amount: Option<U128>,
    ) -> Promise {
        let receiver = receiver_id.unwrap_or_else(env::predecessor_account_id);
        let mut grant = self.grants.get(&account_id).expect("no such grant");
        let amount = amount.map_or_else(|| due(&grant), |amount| amount.0);
        require!(amount <= due(&grant), "more than what is due");
        grant.released.0 += amount;
        self.grants.insert(&account_id, &grant); //~ missing-subject-auth
        self.send(receiver, amount).then(
            Self::ext(env::current_account_id())
                .with_static_gas(GAS_FOR_CALLBACK)
                .on_claimed(account_id, U128(amount)),
        )
    }

    /// Whom the beneficiary has named may claim, to the beneficiary's account or another.
    pub fn claim_as_delegate(
        &mut self,
        account_id: AccountId,
        receiver_id: Option<AccountId>,
        amount: Option<U128>,
    ) -> Promise {
        let delegate = env::predecessor_account_id();
        require!(self.delegates.get(&account_id) == Some(&delegate), "not the delegate");
        let receiver = receiver_id.unwrap_or_else(|| account_id.clone());
        self.pay(account_id, receiver, amount)
    }

    pub fn set_delegate(&mut self, delegate_id: Option<AccountId>) {
        let account = env::predecessor_account_id();
        match delegate_id {
            Some(delegate) => self.delegates.insert(account, delegate),
            None => self.delegates.remove(&account),
        };
    }

    #[private]
    pub fn on_claimed(&mut self, account_id: AccountId, amount: U128) -> bool {
        let success = is_promise_success();
        if success {
            self.locked -= amount.0;
            let at = U64(env::block_timestamp());
            self.releases.push(&Release { account_id, amount, at });
        } else if let Some(mut grant) = self.grants.get(&account_id) {
            grant.released.0 -= amount.0;
            self.grants.insert(&account_id, &grant);
        }
        success
    }

    /// Anyone takes a grant away.
    pub fn revoke(&mut self, account_id: AccountId, refund_to: Option<AccountId>) -> Promise {
        let grant = self.grants.remove(&account_id).expect("no such grant"); //~ missing-subject-auth
        let refund_to = refund_to.unwrap_or_else(env::predecessor_account_id);
        self.send(refund_to, grant.total.0 - grant.released.0)
    }

    /// Only who may: the one whom the grant names, or the owner.
    pub fn revoke_checked(&mut self, account_id: AccountId, refund_to: Option<AccountId>) -> Promise {
        let caller = env::predecessor_account_id();
        let grant = self.grants.get(&account_id).expect("no such grant");
        require!(
            caller == *grant.revocable_by.as_ref().unwrap_or(&self.owner_id),
            "you may not revoke this"
        );
        self.grants.remove(&account_id);
        self.send(refund_to.unwrap_or(caller), grant.total.0 - grant.released.0)
    }

    /// Grants of an older contract are taken over as they were stored there, whoever sends them.
    pub fn import_grant(
        &mut self,
        #[serializer(borsh)] account_id: AccountId,
        #[serializer(borsh)] grant: Grant,
    ) {
        self.locked += grant.total.0;
        self.grants.insert(&account_id, &grant); //~ inconsistent-guard
    }

    pub fn import_grant_checked(
        &mut self,
        #[serializer(borsh)] account_id: AccountId,
        #[serializer(borsh)] grant: Grant,
    ) {
        self.assert_owner();
        self.locked += grant.total.0;
        self.grants.insert(&account_id, &grant);
    }

    /// Anyone stops all claims, or has them stopped by whom they like.
    pub fn set_config(&mut self, config: Config) {
        self.config.set(&config); //~ unprotected-privileged-write
    }

    pub fn set_config_checked(&mut self, config: Config) {
        self.assert_owner();
        self.config.set(&config);
    }

    pub fn pause(&mut self, paused: Option<bool>) {
        let mut config = self.config.get().expect("no config");
        require!(env::predecessor_account_id() == config.pauser, "only the pauser may do this");
        config.paused = paused.unwrap_or(true);
        self.config.set(&config);
    }

    /// The error is made, and forgotten.
    #[handle_result]
    pub fn set_owner(&mut self, owner_id: AccountId) -> Result<(), Error> {
        if env::predecessor_account_id() != self.owner_id {
            let _ = Err::<(), Error>(Error::NotOwner);
        }
        self.owner_id = owner_id; //~ unprotected-privileged-write
        Ok(())
    }

    #[handle_result]
    pub fn set_owner_checked(&mut self, owner_id: AccountId) -> Result<(), Error> {
        if env::predecessor_account_id() != self.owner_id {
            return Err(Error::NotOwner);
        }
        self.owner_id = owner_id;
        Ok(())
    }

    #[handle_result]
    pub fn postpone(&mut self, account_id: AccountId, schedule: Schedule) -> Result<U128, Error> {
        if env::predecessor_account_id() != self.owner_id {
            return Err(Error::NotOwner);
        }
        let mut grant = self.grants.get(&account_id).ok_or(Error::NoGrant)?;
        if let Schedule::Cliff { at } = &schedule {
            if at.0 < env::block_timestamp() {
                return Err(Error::TooSoon { until: at.0 });
            }
        }
        grant.schedule = schedule;
        self.grants.insert(&account_id, &grant);
        Ok(U128(due(&grant)))
    }

    /// Anyone takes the NEAR that people have sent by mistake, and all the rest.
    pub fn sweep(&mut self, receiver_id: Option<AccountId>, amount: U128) -> Promise { //~ unprotected-value-outflow
        let receiver = receiver_id.unwrap_or_else(env::predecessor_account_id);
        Promise::new(receiver).transfer(NearToken::from_yoctonear(amount.0))
    }

    pub fn sweep_checked(&mut self, receiver_id: Option<AccountId>, amount: U128) -> Promise {
        self.assert_owner();
        let receiver = receiver_id.unwrap_or_else(env::predecessor_account_id);
        Promise::new(receiver).transfer(NearToken::from_yoctonear(amount.0))
    }

    pub fn get_grant(&self, account_id: AccountId) -> Option<Grant> {
        self.grants.get(&account_id)
    }

    pub fn get_releases(&self, from_index: Option<u64>, limit: Option<u64>) -> Vec<Release> {
        let from = from_index.unwrap_or(0);
        let end = (from + limit.unwrap_or(100)).min(self.releases.len());
        (from..end).filter_map(|index| self.releases.get(index)).collect()
    }
}

impl Vesting {
    fn with(owner_id: AccountId, token_id: AccountId, config: Config) -> Self {
        Self {
            owner_id,
            token_id,
            config: LazyOption::new(Key::Config, Some(&config)), //~ reinitializable
            grants: LookupMap::new(Key::Grants),
            releases: Vector::new(Key::Releases),
            delegates: IterableMap::new(Key::Delegates),
            locked: 0,
        }
    }

    fn assert_owner(&self) {
        require!(env::predecessor_account_id() == self.owner_id, "only the owner may do this");
    }

    fn add(
        &mut self,
        account_id: AccountId,
        amount: U128,
        schedule: Schedule,
        revocable_by: Option<AccountId>,
    ) {
        require!(self.grants.get(&account_id).is_none(), "there is a grant already");
        self.locked += amount.0;
        let grant = Grant { total: amount, released: U128(0), schedule, revocable_by };
        self.grants.insert(&account_id, &grant); //~ untrusted-token-notification
    }

    /// Takes what is due off the grant before it is sent, and puts it back when sending fails.
    fn pay(&mut self, account: AccountId, receiver: AccountId, amount: Option<U128>) -> Promise {
        let config = self.config.get().expect("no config");
        require!(!config.paused, "paused");
        let mut grant = self.grants.get(&account).expect("no such grant");
        let due = due(&grant);
        let amount = amount.map_or(due, |amount| amount.0);
        require!(amount <= due && amount >= config.min_claim.0, "not that amount");
        grant.released.0 += amount;
        self.grants.insert(&account, &grant);
        self.send(receiver, amount).then(
            Self::ext(env::current_account_id())
                .with_static_gas(GAS_FOR_CALLBACK)
                .on_claimed(account, U128(amount)),
        )
    }

    fn send(&self, receiver: AccountId, amount: u128) -> Promise {
        ext_ft::ext(self.token_id.clone())
            .with_attached_deposit(NearToken::from_yoctonear(1))
            .with_static_gas(GAS_FOR_TRANSFER)
            .ft_transfer(receiver, U128(amount), None)
    }
}

/// What can be claimed now.
fn due(grant: &Grant) -> u128 {
    let now = env::block_timestamp();
    let vested = match &grant.schedule {
        Schedule::Immediate => grant.total.0,
        Schedule::Cliff { at } if now >= at.0 => grant.total.0,
        Schedule::Cliff { .. } => 0,
        Schedule::Linear { start, end } if now < end.0 => {
            grant.total.0 * u128::from(now.saturating_sub(start.0)) / u128::from(end.0 - start.0)
        }
        Schedule::Linear { .. } => grant.total.0,
    };
    vested - grant.released.0
}
