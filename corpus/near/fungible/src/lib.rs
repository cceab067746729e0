//! A fungible token (NEP-141) whose holders pay for the storage they use (NEP-145). Nothing is wrong with it.

use near_sdk::collections::{LazyOption, LookupMap};
use near_sdk::json_types::U128;
use near_sdk::serde_json;
use near_sdk::{
    assert_one_yocto, env, ext_contract, log, near, require, AccountId, BorshStorageKey, Gas,
    NearToken, PanicOnDefault, Promise, PromiseOrValue, PromiseResult,
};

const GAS_FOR_RESOLVE: Gas = Gas::from_tgas(5);
const GAS_FOR_CALL: Gas = Gas::from_tgas(30);

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Accounts,
    Metadata,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Metadata {
    spec: String,
    name: String,
    symbol: String,
    icon: Option<String>,
    decimals: u8,
}

#[near(serializers = [json])]
pub struct StorageBalance {
    total: NearToken,
    available: NearToken,
}

#[ext_contract(ext_receiver)]
pub trait Receiver {
    fn ft_on_transfer(&mut self, sender_id: AccountId, amount: U128, msg: String) -> PromiseOrValue<U128>;
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Token {
    owner_id: AccountId,
    supply: u128,
    accounts: LookupMap<AccountId, u128>,
    metadata: LazyOption<Metadata>,
    storage_price: u128,
}

#[near]
impl Token {
    #[init]
    pub fn new(owner_id: AccountId, total_supply: U128, name: String, symbol: String) -> Self {
        let metadata = Metadata {
            spec: "ft-1.0.0".to_owned(),
            name,
            symbol,
            icon: None,
            decimals: 24,
        };
        let mut token = Self {
            owner_id: owner_id.clone(),
            supply: total_supply.0,
            accounts: LookupMap::new(Key::Accounts),
            metadata: LazyOption::new(Key::Metadata, Some(&metadata)),
            storage_price: 125 * env::storage_byte_cost().as_yoctonear(),
        };
        token.accounts.insert(&owner_id, &total_supply.0);
        token
    }

    #[payable]
    pub fn ft_transfer(&mut self, receiver_id: AccountId, amount: U128, memo: Option<String>) {
        assert_one_yocto();
        self.move_tokens(&env::predecessor_account_id(), &receiver_id, amount.0);
        if let Some(memo) = memo {
            log!("memo: {}", memo);
        }
    }

    #[payable]
    pub fn ft_transfer_call(
        &mut self,
        receiver_id: AccountId,
        amount: U128,
        memo: Option<String>,
        msg: String,
    ) -> PromiseOrValue<U128> {
        assert_one_yocto();
        let sender_id = env::predecessor_account_id();
        self.move_tokens(&sender_id, &receiver_id, amount.0);
        if let Some(memo) = memo {
            log!("memo: {}", memo);
        }
        ext_receiver::ext(receiver_id.clone())
            .with_static_gas(GAS_FOR_CALL)
            .ft_on_transfer(sender_id.clone(), amount, msg)
            .then(
                Self::ext(env::current_account_id())
                    .with_static_gas(GAS_FOR_RESOLVE)
                    .ft_resolve_transfer(sender_id, receiver_id, amount),
            )
            .into()
    }

    /// What the receiver did not use goes back, as far as they still have it.
    #[private]
    pub fn ft_resolve_transfer(
        &mut self,
        sender_id: AccountId,
        receiver_id: AccountId,
        amount: U128,
    ) -> U128 {
        let unused = match env::promise_result(0) {
            PromiseResult::Successful(value) => match serde_json::from_slice::<U128>(&value) {
                Ok(unused) => unused.0.min(amount.0),
                Err(_) => amount.0,
            },
            PromiseResult::Failed => amount.0,
        };
        if unused == 0 {
            return amount;
        }
        let held = self.accounts.get(&receiver_id).unwrap_or(0);
        let refund = held.min(unused);
        if refund > 0 {
            self.accounts.insert(&receiver_id, &(held - refund));
            match self.accounts.get(&sender_id) {
                Some(had) => {
                    self.accounts.insert(&sender_id, &(had + refund));
                }
                None => self.supply -= refund,
            }
        }
        U128(amount.0 - refund)
    }

    pub fn ft_total_supply(&self) -> U128 {
        U128(self.supply)
    }

    pub fn ft_balance_of(&self, account_id: AccountId) -> U128 {
        U128(self.accounts.get(&account_id).unwrap_or(0))
    }

    pub fn ft_metadata(&self) -> Metadata {
        self.metadata.get().expect("it has metadata")
    }

    /// Anyone may register anyone; what is paid beyond the price goes back.
    #[payable]
    pub fn storage_deposit(&mut self, account_id: Option<AccountId>, registration_only: Option<bool>) -> StorageBalance {
        let _ = registration_only;
        let paid = env::attached_deposit().as_yoctonear();
        let payer = env::predecessor_account_id();
        let account = account_id.unwrap_or_else(|| payer.clone());
        let mut refund = paid;
        if self.accounts.get(&account).is_none() {
            require!(paid >= self.storage_price, "the deposit is too small");
            self.accounts.insert(&account, &0);
            refund -= self.storage_price;
        }
        if refund > 0 {
            Promise::new(payer).transfer(NearToken::from_yoctonear(refund)).detach();
        }
        StorageBalance {
            total: NearToken::from_yoctonear(self.storage_price),
            available: NearToken::from_yoctonear(0),
        }
    }

    #[payable]
    pub fn storage_unregister(&mut self, force: Option<bool>) -> bool {
        assert_one_yocto();
        let account = env::predecessor_account_id();
        let Some(held) = self.accounts.get(&account) else {
            return false;
        };
        require!(held == 0 || force == Some(true), "the balance is not zero");
        self.accounts.remove(&account);
        self.supply -= held;
        Promise::new(account).transfer(NearToken::from_yoctonear(self.storage_price + 1)).detach();
        true
    }

    pub fn storage_balance_of(&self, account_id: AccountId) -> Option<StorageBalance> {
        self.accounts.get(&account_id).map(|_| StorageBalance {
            total: NearToken::from_yoctonear(self.storage_price),
            available: NearToken::from_yoctonear(0),
        })
    }

    pub fn set_metadata(&mut self, metadata: Metadata) {
        require!(env::predecessor_account_id() == self.owner_id, "only the owner may do this");
        self.metadata.set(&metadata);
    }
}

impl Token {
    fn move_tokens(&mut self, from: &AccountId, to: &AccountId, amount: u128) {
        require!(from != to, "sender and receiver are the same");
        require!(amount > 0, "the amount is zero");
        let held = self.accounts.get(from).expect("the sender is not registered");
        require!(held >= amount, "insufficient balance");
        let has = self.accounts.get(to).expect("the receiver is not registered");
        self.accounts.insert(from, &(held - amount));
        self.accounts.insert(to, &(has + amount));
        log!("{} pays {} to {}", from, amount, to);
    }
}
