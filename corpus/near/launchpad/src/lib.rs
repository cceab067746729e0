//! A launchpad: projects sell their tokens for NEAR or for another token, whoever holds a ticket buys first, and
//! what nobody spends yet is delegated to a staking pool.

use near_contract_standards::fungible_token::core::ext_ft_core;
use near_contract_standards::fungible_token::receiver::FungibleTokenReceiver;
use near_contract_standards::non_fungible_token::core::{ext_nft_core, NonFungibleTokenReceiver};
use near_contract_standards::non_fungible_token::TokenId;
use near_sdk::collections::{LazyOption, LookupMap, UnorderedMap};
use near_sdk::json_types::{Base64VecU8, U128, U64};
use near_sdk::serde_json;
use near_sdk::store::{IterableMap, IterableSet};
use near_sdk::{
    assert_one_yocto, env, ext_contract, log, near, require, AccountId, BorshStorageKey, Gas,
    NearToken, PanicOnDefault, Promise, PromiseError, PromiseOrValue,
};

const GAS_FOR_FT_TRANSFER: Gas = Gas::from_tgas(15);
const GAS_FOR_CALLBACK: Gas = Gas::from_tgas(20);
const ONE_YOCTO: NearToken = NearToken::from_yoctonear(1);
const STORAGE_PER_ACCOUNT: u128 = 5_000_000_000_000_000_000_000;
const BPS: u128 = 10_000;

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Sales,
    Contributions { sale_id: u64 },
    Metadata,
    Storage,
    Guardians,
    Tickets,
    Stakes,
}

#[near(serializers = [borsh, json])]
#[derive(Clone, PartialEq)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Currency {
    Near,
    Ft { token_id: AccountId },
}

#[near(serializers = [borsh, json])]
#[derive(Clone, PartialEq)]
pub enum SaleStatus {
    Pending,
    Open,
    Finalised,
    Cancelled,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Sale {
    owner_id: AccountId,
    token_id: AccountId,
    currency: Currency,
    price: U128,
    supply: U128,
    raised: U128,
    starts_at: U64,
    ends_at: U64,
    status: SaleStatus,
}

#[near(serializers = [borsh])]
pub enum VersionedSale {
    V0(Sale),
}

impl From<VersionedSale> for Sale {
    fn from(sale: VersionedSale) -> Self {
        match sale {
            VersionedSale::V0(sale) => sale,
        }
    }
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Metadata {
    name: String,
    url: Option<String>,
    treasury_id: AccountId,
    fee_bps: u16,
}

#[near(serializers = [json])]
pub struct SaleInput {
    token_id: AccountId,
    currency: Currency,
    price: U128,
    supply: U128,
    starts_at: U64,
    ends_at: U64,
}

#[near(serializers = [json])]
#[serde(rename_all = "snake_case")]
pub enum TokenMessage {
    Fund { sale_id: u64 },
    Contribute { sale_id: u64, referrer: Option<AccountId> },
}

#[ext_contract(ext_pool)]
pub trait StakingPool {
    fn deposit_and_stake(&mut self);
    fn unstake(&mut self, amount: U128);
    fn withdraw(&mut self, amount: U128);
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Launchpad {
    owner_id: AccountId,
    pending_owner: Option<AccountId>,
    ticket_contract: AccountId,
    pool_id: AccountId,
    metadata: LazyOption<Metadata>,
    sales: UnorderedMap<u64, VersionedSale>,
    next_sale_id: u64,
    storage: LookupMap<AccountId, u128>,
    guardians: IterableSet<AccountId>,
    tickets: IterableMap<TokenId, AccountId>,
    stakes: LookupMap<AccountId, u128>,
    paused: bool,
    fees: u128,
}

#[near] //~ unprotected-value-outflow, arbitrary-call-target
impl Launchpad {
    #[init]
    pub fn new(
        owner_id: AccountId,
        ticket_contract: AccountId,
        pool_id: AccountId,
        metadata: Metadata,
    ) -> Self {
        require!(u128::from(metadata.fee_bps) <= BPS, "E01: fee too high");
        Self {
            owner_id,
            pending_owner: None,
            ticket_contract,
            pool_id,
            metadata: LazyOption::new(Key::Metadata, Some(&metadata)),
            sales: UnorderedMap::new(Key::Sales),
            next_sale_id: 0,
            storage: LookupMap::new(Key::Storage),
            guardians: IterableSet::new(Key::Guardians),
            tickets: IterableMap::new(Key::Tickets),
            stakes: LookupMap::new(Key::Stakes),
            paused: false,
            fees: 0,
        }
    }

    /// Whoever opens a sale pays for what it stores.
    #[payable]
    pub fn create_sale(&mut self, sale: SaleInput) -> u64 {
        self.assert_running();
        require!(sale.starts_at.0 < sale.ends_at.0, "E02: ends before it starts");
        require!(sale.price.0 > 0, "E03: no price");
        let before = env::storage_usage();
        let id = self.next_sale_id;
        self.next_sale_id += 1;
        let sale = Sale {
            owner_id: env::predecessor_account_id(),
            token_id: sale.token_id,
            currency: sale.currency,
            price: sale.price,
            supply: sale.supply,
            raised: U128(0),
            starts_at: sale.starts_at,
            ends_at: sale.ends_at,
            status: SaleStatus::Pending,
        };
        self.sales.insert(&id, &VersionedSale::V0(sale));
        let cost = env::storage_byte_cost()
            .saturating_mul(u128::from(env::storage_usage() - before));
        let deposit = env::attached_deposit();
        require!(deposit >= cost, "E04: deposit too small");
        let refund = deposit.saturating_sub(cost);
        if refund > ONE_YOCTO {
            Promise::new(env::predecessor_account_id()).transfer(refund).detach();
        }
        id
    }

    /// Its owner ends a sale that has raised nothing.
    pub fn cancel_sale(&mut self, sale_id: u64) {
        let mut sale = self.sale(sale_id);
        require!(env::predecessor_account_id() == sale.owner_id, "E05: not your sale");
        require!(sale.raised.0 == 0, "E06: has raised something");
        sale.status = SaleStatus::Cancelled;
        self.sales.insert(&sale_id, &VersionedSale::V0(sale));
    }

    /// Anyone changes what anyone's tokens cost.
    pub fn set_price(&mut self, sale_id: u64, price: U128) {
        let mut sale = self.sale(sale_id);
        require!(price.0 > 0, "E03: no price");
        sale.price = price;
        self.sales.insert(&sale_id, &VersionedSale::V0(sale)); //~ inconsistent-guard
    }

    pub fn set_price_checked(&mut self, sale_id: u64, price: U128) {
        let mut sale = self.sale(sale_id);
        require!(env::predecessor_account_id() == sale.owner_id, "E05: not your sale");
        require!(price.0 > 0, "E03: no price");
        sale.price = price;
        self.sales.insert(&sale_id, &VersionedSale::V0(sale));
    }

    #[payable]
    pub fn storage_deposit(&mut self, account_id: Option<AccountId>) {
        let account = account_id.unwrap_or_else(env::predecessor_account_id);
        let deposit = env::attached_deposit().as_yoctonear();
        require!(deposit >= STORAGE_PER_ACCOUNT, "E04: deposit too small");
        let held = self.storage.get(&account).unwrap_or(0);
        self.storage.insert(&account, &(held + deposit));
    }

    /// Contributions in NEAR, by those who have paid for storage.
    #[payable]
    pub fn contribute(&mut self, sale_id: u64, ticket: Option<TokenId>) -> U128 {
        self.assert_running();
        let account = env::predecessor_account_id();
        require!(self.storage.get(&account).is_some(), "E07: not registered");
        let early = ticket.is_some_and(|ticket| self.tickets.get(&ticket) == Some(&account));
        let amount = env::attached_deposit().as_yoctonear();
        require!(self.sale(sale_id).currency == Currency::Near, "E08: other currency");
        U128(self.add_contribution(sale_id, account, amount, early))
    }

    /// Before the end, contributors have their NEAR back.
    pub fn refund(&mut self, sale_id: u64, amount: Option<U128>) -> Promise {
        let account = env::predecessor_account_id();
        let amount = self.take_contribution(sale_id, &account, amount);
        Promise::new(account).transfer(NearToken::from_yoctonear(amount))
    }

    /// Anyone has the contributions of anyone back.
    pub fn refund_of(
        &mut self,
        sale_id: u64,
        account_id: AccountId,
        receiver_id: Option<AccountId>,
    ) -> Promise {
        let mut contributions = contributions(sale_id);
        let amount = contributions.remove(&account_id).expect("E09: no contribution"); //~ missing-subject-auth
        let receiver = receiver_id.unwrap_or_else(env::predecessor_account_id);
        Promise::new(receiver).transfer(NearToken::from_yoctonear(amount))
    }

    /// What was bought is claimed; the entry is gone before the token is called, and comes back when it refuses.
    pub fn claim(&mut self, sale_id: u64) -> Promise {
        let account = env::predecessor_account_id();
        let sale = self.sale(sale_id);
        require!(sale.status == SaleStatus::Finalised, "E10: not finalised");
        let mut contributions = contributions(sale_id);
        let paid = contributions.remove(&account).expect("E09: no contribution");
        let bought = paid * BPS / sale.price.0;
        self.send_ft(sale.token_id, account.clone(), bought).then(
            Self::ext(env::current_account_id())
                .with_static_gas(GAS_FOR_CALLBACK)
                .on_claimed(sale_id, account, U128(paid)),
        )
    }

    /// The same, and what the token refuses is lost.
    pub fn claim_uncompensated(&mut self, sale_id: u64) -> Promise {
        let account = env::predecessor_account_id();
        let sale = self.sale(sale_id);
        require!(sale.status == SaleStatus::Finalised, "E10: not finalised");
        let mut contributions = contributions(sale_id);
        let paid = contributions.remove(&account).expect("E09: no contribution"); //~ async-failure-not-compensated
        let bought = paid * BPS / sale.price.0;
        self.send_ft(sale.token_id, account, bought)
    }

    #[private]
    pub fn on_claimed(
        &mut self,
        sale_id: u64,
        account_id: AccountId,
        paid: U128,
        #[callback_result] result: Result<(), PromiseError>,
    ) -> bool {
        if result.is_ok() {
            return true;
        }
        contributions(sale_id).insert(&account_id, &paid.0);
        false
    }

    /// The same, and anyone can say that the token has refused.
    pub fn on_claimed_open(
        &mut self,
        sale_id: u64,
        account_id: AccountId,
        paid: U128,
        #[callback_result] result: Result<(), PromiseError>,
    ) -> bool {
        if result.is_ok() {
            return true;
        }
        contributions(sale_id).insert(&account_id, &paid.0); //~ public-callback
        false
    }

    /// What was raised goes to the project, less the fee.
    pub fn finalise(&mut self, sale_id: u64) {
        let mut sale = self.sale(sale_id);
        require!(env::predecessor_account_id() == sale.owner_id, "E05: not your sale");
        require!(sale.status == SaleStatus::Open, "E11: not open");
        require!(env::block_timestamp() >= sale.ends_at.0, "E12: goes on");
        let metadata = self.metadata.get().expect("no metadata");
        let fee = sale.raised.0 * u128::from(metadata.fee_bps) / BPS;
        self.fees += fee;
        let rest = sale.raised.0 - fee;
        match sale.currency.clone() {
            Currency::Near => {
                Promise::new(sale.owner_id.clone())
                    .transfer(NearToken::from_yoctonear(rest))
                    .detach();
            }
            Currency::Ft { token_id } => {
                self.send_ft(token_id, sale.owner_id.clone(), rest).detach();
            }
        }
        sale.status = SaleStatus::Finalised;
        self.sales.insert(&sale_id, &VersionedSale::V0(sale));
    }

    /// Anyone has the fees.
    pub fn withdraw_fees(&mut self, receiver_id: AccountId, amount: U128) -> Promise {
        require!(amount.0 <= self.fees, "E13: not that much");
        self.fees -= amount.0;
        Promise::new(receiver_id).transfer(NearToken::from_yoctonear(amount.0))
    }

    #[payable]
    pub fn withdraw_fees_checked(&mut self, amount: U128) -> Promise {
        self.assert_owner();
        require!(amount.0 <= self.fees, "E13: not that much");
        self.fees -= amount.0;
        let metadata = self.metadata.get().expect("no metadata");
        Promise::new(metadata.treasury_id).transfer(NearToken::from_yoctonear(amount.0))
    }

    /// Any token is sent to anyone.
    pub fn rescue(&mut self, token_id: AccountId, receiver_id: AccountId, amount: U128) -> Promise {
        ext_ft_core::ext(token_id)
            .with_attached_deposit(ONE_YOCTO)
            .with_static_gas(GAS_FOR_FT_TRANSFER)
            .ft_transfer(receiver_id, amount, None)
    }

    #[payable]
    pub fn rescue_checked(
        &mut self,
        token_id: AccountId,
        receiver_id: AccountId,
        amount: U128,
    ) -> Promise {
        self.assert_owner();
        self.send_ft(token_id, receiver_id, amount.0)
    }

    /// Tickets go back to who brought them.
    #[payable]
    pub fn return_ticket(&mut self, token_id: TokenId) -> Promise {
        assert_one_yocto();
        let holder = self.tickets.get(&token_id).expect("E14: no such ticket").clone();
        require!(holder == env::predecessor_account_id(), "E15: not your ticket");
        self.tickets.remove(&token_id);
        self.send_ticket(holder, token_id)
    }

    /// Anyone has anyone's ticket sent to themselves.
    pub fn take_ticket(&mut self, token_id: TokenId) -> Promise {
        require!(self.tickets.remove(&token_id).is_some(), "E14: no such ticket");
        ext_nft_core::ext(self.ticket_contract.clone())
            .with_attached_deposit(ONE_YOCTO)
            .with_static_gas(GAS_FOR_FT_TRANSFER)
            .nft_transfer(env::predecessor_account_id(), token_id, None, None)
    }

    /// What is staked is the caller's own.
    #[payable]
    pub fn stake(&mut self) -> Promise {
        let account = env::predecessor_account_id();
        let amount = env::attached_deposit();
        let held = self.stakes.get(&account).unwrap_or(0);
        self.stakes.insert(&account, &(held + amount.as_yoctonear()));
        ext_pool::ext(self.pool_id.clone())
            .with_attached_deposit(amount)
            .with_static_gas(GAS_FOR_FT_TRANSFER)
            .deposit_and_stake()
            .then(
                Self::ext(env::current_account_id())
                    .with_static_gas(GAS_FOR_CALLBACK)
                    .on_staked(account, U128(amount.as_yoctonear())),
            )
    }

    #[private]
    pub fn on_staked(
        &mut self,
        account_id: AccountId,
        amount: U128,
        #[callback_result] result: Result<(), PromiseError>,
    ) {
        if result.is_err() {
            let held = self.stakes.get(&account_id).unwrap_or(0);
            self.stakes.insert(&account_id, &held.saturating_sub(amount.0));
            Promise::new(account_id).transfer(NearToken::from_yoctonear(amount.0)).detach();
        }
    }

    #[payable]
    pub fn unstake(&mut self, amount: U128) -> Promise {
        self.assert_owner();
        ext_pool::ext(self.pool_id.clone()).with_static_gas(GAS_FOR_FT_TRANSFER).unstake(amount)
    }

    /// Anyone says where money is staked.
    pub fn set_pool(&mut self, pool_id: AccountId) {
        self.pool_id = pool_id; //~ unprotected-privileged-write
    }

    #[payable]
    pub fn set_pool_checked(&mut self, pool_id: AccountId) {
        self.assert_owner();
        self.pool_id = pool_id;
    }

    /// Whoever the owner calls can pause.
    pub fn set_paused(&mut self, paused: bool) {
        require!(self.is_guardian(&env::signer_account_id()), "E16: not a guardian");
        self.paused = paused; //~ auth-by-origin
    }

    pub fn set_paused_checked(&mut self, paused: bool) {
        require!(self.is_guardian(&env::predecessor_account_id()), "E16: not a guardian");
        self.paused = paused;
    }

    /// Anyone names guardians.
    pub fn add_guardians(&mut self, guardians: Vec<AccountId>) {
        for guardian in guardians {
            self.guardians.insert(guardian); //~ unprotected-privileged-write
        }
    }

    #[payable]
    pub fn add_guardians_checked(&mut self, guardians: Vec<AccountId>) {
        self.assert_owner();
        for guardian in guardians {
            self.guardians.insert(guardian);
        }
    }

    pub fn resign(&mut self) {
        self.guardians.remove(&env::predecessor_account_id());
    }

    /// The owner proposes, and the proposed one accepts.
    #[payable]
    pub fn propose_owner(&mut self, owner_id: Option<AccountId>) {
        self.assert_owner();
        self.pending_owner = owner_id;
    }

    pub fn accept_owner(&mut self) {
        let caller = env::predecessor_account_id();
        require!(self.pending_owner.as_ref() == Some(&caller), "E17: not proposed");
        self.owner_id = caller;
        self.pending_owner = None;
    }

    /// Anyone says what the launchpad is called, and who has its fees.
    pub fn set_metadata(
        &mut self,
        #[serializer(borsh)] metadata: Metadata,
    ) {
        self.metadata.set(&metadata); //~ unprotected-privileged-write
    }

    #[payable]
    pub fn set_metadata_checked(
        &mut self,
        #[serializer(borsh)] metadata: Metadata,
    ) {
        self.assert_owner();
        self.metadata.set(&metadata);
    }

    /// Anyone has the launchpad call what they like, with its money.
    pub fn execute(
        &mut self,
        contract_id: AccountId,
        method_name: String,
        args: Base64VecU8,
        deposit: U128,
    ) -> Promise {
        Promise::new(contract_id).function_call(
            method_name,
            args.0,
            NearToken::from_yoctonear(deposit.0),
            GAS_FOR_FT_TRANSFER,
        )
    }

    #[payable]
    pub fn execute_checked(
        &mut self,
        contract_id: AccountId,
        method_name: String,
        args: Base64VecU8,
        deposit: U128,
    ) -> Promise {
        self.assert_owner();
        Promise::new(contract_id).function_call(
            method_name,
            args.0,
            NearToken::from_yoctonear(deposit.0),
            GAS_FOR_FT_TRANSFER,
        )
    }

    /// Anyone makes anything the launchpad's code.
    pub fn upgrade(&self) -> Promise { //~ unprotected-code-upgrade
        let code = env::input().expect("E18: no code");
        Promise::new(env::current_account_id())
            .deploy_contract(code)
            .function_call("migrate".to_string(), vec![], NearToken::default(), GAS_FOR_CALLBACK)
    }

    pub fn upgrade_checked(&self) -> Promise {
        require!(env::predecessor_account_id() == self.owner_id, "E19: not the owner");
        let code = env::input().expect("E18: no code");
        Promise::new(env::current_account_id())
            .deploy_contract(code)
            .function_call("migrate".to_string(), vec![], NearToken::default(), GAS_FOR_CALLBACK)
    }

    #[private]
    #[init(ignore_state)]
    pub fn migrate() -> Self {
        env::state_read().expect("E20: no state")
    }

    /// All who have brought tickets have them back, however many there are: whoever brings more makes this longer.
    #[payable]
    pub fn return_tickets(&mut self) {
        self.assert_owner();
        for (token_id, holder) in self.tickets.iter() {
            ext_nft_core::ext(self.ticket_contract.clone())
                .with_attached_deposit(ONE_YOCTO)
                .with_static_gas(GAS_FOR_FT_TRANSFER)
                .nft_transfer(holder.clone(), token_id.clone(), None, None)
                .detach(); //~ external-call-in-loop
        }
        self.tickets.clear();
    }

    pub fn get_sale(&self, sale_id: u64) -> Option<Sale> {
        self.sales.get(&sale_id).map(Sale::from)
    }

    pub fn get_sales(&self, from_index: Option<u64>, limit: Option<u64>) -> Vec<Sale> {
        let from = from_index.unwrap_or(0);
        let end = (from + limit.unwrap_or(20)).min(self.next_sale_id);
        (from..end).filter_map(|id| self.sales.get(&id).map(Sale::from)).collect()
    }

    pub fn get_contribution(&self, sale_id: u64, account_id: AccountId) -> U128 {
        U128(contributions(sale_id).get(&account_id).unwrap_or(0))
    }

    pub fn get_metadata(&self) -> Option<Metadata> {
        self.metadata.get()
    }
}

#[near]
impl FungibleTokenReceiver for Launchpad {
    /// Who calls is the token, and it has to be the sale's.
    fn ft_on_transfer(
        &mut self,
        sender_id: AccountId,
        amount: U128,
        msg: String,
    ) -> PromiseOrValue<U128> {
        self.assert_running();
        let token = env::predecessor_account_id();
        match serde_json::from_str(&msg).expect("E21: no message") {
            TokenMessage::Fund { sale_id } => {
                let mut sale = self.sale(sale_id);
                require!(sale.token_id == token, "E22: other token");
                require!(sale.owner_id == sender_id, "E05: not your sale");
                require!(sale.supply == amount, "E23: other amount");
                require!(sale.status == SaleStatus::Pending, "E24: not pending");
                sale.status = SaleStatus::Open;
                self.sales.insert(&sale_id, &VersionedSale::V0(sale));
            }
            TokenMessage::Contribute { sale_id, referrer } => {
                let currency = self.sale(sale_id).currency;
                require!(currency == Currency::Ft { token_id: token }, "E08: other currency");
                if let Some(referrer) = referrer {
                    log!("referred by {}", referrer);
                }
                self.add_contribution(sale_id, sender_id, amount.0, false);
            }
        }
        PromiseOrValue::Value(U128(0))
    }
}

#[near]
impl NonFungibleTokenReceiver for Launchpad {
    /// Any NFT is taken for a ticket.
    fn nft_on_transfer(
        &mut self,
        sender_id: AccountId,
        previous_owner_id: AccountId,
        token_id: TokenId,
        msg: String,
    ) -> PromiseOrValue<bool> {
        require!(sender_id == previous_owner_id, "E25: sent for another");
        log!("ticket {}: {}", token_id, msg);
        self.tickets.insert(token_id, previous_owner_id); //~ untrusted-token-notification
        PromiseOrValue::Value(false)
    }
}

impl Launchpad {
    fn assert_owner(&self) {
        assert_one_yocto();
        require!(env::predecessor_account_id() == self.owner_id, "E19: not the owner");
    }

    fn assert_running(&self) {
        require!(!self.paused, "E26: paused");
    }

    fn is_guardian(&self, account: &AccountId) -> bool {
        *account == self.owner_id || self.guardians.contains(account)
    }

    fn sale(&self, sale_id: u64) -> Sale {
        self.sales.get(&sale_id).expect("E27: no such sale").into()
    }

    fn add_contribution(&mut self, sale_id: u64, account: AccountId, amount: u128, early: bool) -> u128 {
        let mut sale = self.sale(sale_id);
        require!(sale.status == SaleStatus::Open, "E11: not open");
        let now = env::block_timestamp();
        require!(early || now >= sale.starts_at.0, "E28: not yet");
        require!(now < sale.ends_at.0, "E29: over");
        sale.raised.0 += amount;
        self.sales.insert(&sale_id, &VersionedSale::V0(sale));
        let mut contributions = contributions(sale_id);
        let held = contributions.get(&account).unwrap_or(0) + amount;
        contributions.insert(&account, &held);
        held
    }

    fn take_contribution(&mut self, sale_id: u64, account: &AccountId, amount: Option<U128>) -> u128 {
        let mut sale = self.sale(sale_id);
        require!(sale.status == SaleStatus::Open, "E11: not open");
        require!(sale.currency == Currency::Near, "E08: other currency");
        let mut contributions = contributions(sale_id);
        let held = contributions.get(account).expect("E09: no contribution");
        let amount = amount.map_or(held, |amount| amount.0);
        require!(amount <= held, "E13: not that much");
        sale.raised.0 -= amount;
        self.sales.insert(&sale_id, &VersionedSale::V0(sale));
        contributions.insert(account, &(held - amount));
        amount
    }

    fn send_ft(&self, token_id: AccountId, receiver_id: AccountId, amount: u128) -> Promise {
        ext_ft_core::ext(token_id)
            .with_attached_deposit(ONE_YOCTO)
            .with_static_gas(GAS_FOR_FT_TRANSFER)
            .ft_transfer(receiver_id, U128(amount), None)
    }

    fn send_ticket(&self, receiver_id: AccountId, token_id: TokenId) -> Promise {
        ext_nft_core::ext(self.ticket_contract.clone())
            .with_attached_deposit(ONE_YOCTO)
            .with_static_gas(GAS_FOR_FT_TRANSFER)
            .nft_transfer(receiver_id, token_id, None, None)
    }
}

fn contributions(sale_id: u64) -> LookupMap<AccountId, u128> {
    LookupMap::new(Key::Contributions { sale_id })
}
