//! A market for NFTs of any contract: owners approve the market, buyers pay, and the NFT contract says whom.

use std::collections::HashMap;

use near_sdk::collections::{LookupMap, UnorderedMap, UnorderedSet};
use near_sdk::json_types::{U128, U64};
use near_sdk::serde_json;
use near_sdk::{
    assert_one_yocto, env, ext_contract, near, promise_result_as_success, require, AccountId,
    BorshStorageKey, CryptoHash, Gas, NearToken, PanicOnDefault, Promise,
};

const GAS_FOR_PAYOUT: Gas = Gas::from_tgas(40);
const GAS_FOR_RESOLVE: Gas = Gas::from_tgas(60);
const STORAGE_PER_SALE: u128 = 10_000_000_000_000_000_000_000;

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Sales,
    ByOwner,
    ByOwnerInner { owner: CryptoHash },
    Deposits,
    Offers,
    Currencies,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Sale {
    owner_id: AccountId,
    approval_id: u64,
    nft_contract_id: AccountId,
    token_id: String,
    price: U128,
    ends_at: Option<U64>,
}

#[near(serializers = [json])]
pub struct SaleArgs {
    price: U128,
    ends_at: Option<U64>,
}

#[near(serializers = [json])]
pub struct Payout {
    payout: HashMap<AccountId, U128>,
}

#[near(serializers = [json])]
pub struct StorageBalance {
    total: U128,
    available: U128,
}

#[ext_contract(ext_nft)]
pub trait NonFungibleToken {
    fn nft_transfer_payout(
        &mut self,
        receiver_id: AccountId,
        token_id: String,
        approval_id: Option<u64>,
        memo: Option<String>,
        balance: U128,
        max_len_payout: Option<u32>,
    );
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Market {
    owner_id: AccountId,
    treasury_id: Option<AccountId>,
    fee_bps: u16,
    sales: UnorderedMap<String, Sale>,
    by_owner: LookupMap<AccountId, UnorderedSet<String>>,
    deposits: LookupMap<AccountId, u128>,
    offers: LookupMap<AccountId, u128>,
    currencies: UnorderedSet<AccountId>,
}

#[near]
impl Market {
    #[init]
    pub fn new(owner_id: AccountId, treasury_id: Option<AccountId>) -> Self {
        Self {
            owner_id,
            treasury_id,
            fee_bps: 200,
            sales: UnorderedMap::new(Key::Sales),
            by_owner: LookupMap::new(Key::ByOwner),
            deposits: LookupMap::new(Key::Deposits),
            offers: LookupMap::new(Key::Offers),
            currencies: UnorderedSet::new(Key::Currencies),
        }
    }

    #[payable]
    pub fn storage_deposit(
        &mut self,
        account_id: Option<AccountId>,
        registration_only: Option<bool>,
    ) -> StorageBalance {
        let account = account_id.unwrap_or_else(env::predecessor_account_id);
        let amount = env::attached_deposit().as_yoctonear();
        require!(amount >= STORAGE_PER_SALE, "the deposit does not pay for a sale");
        let kept = if registration_only == Some(true) { STORAGE_PER_SALE } else { amount };
        let held = self.deposits.get(&account).unwrap_or(0) + kept;
        self.deposits.insert(&account, &held);
        if amount > kept {
            Promise::new(env::predecessor_account_id())
                .transfer(NearToken::from_yoctonear(amount - kept))
                .detach();
        }
        StorageBalance { total: U128(held), available: U128(0) }
    }

    /// What no sale needs goes back to who has paid it.
    #[payable]
    pub fn storage_withdraw(&mut self) {
        assert_one_yocto();
        let account = env::predecessor_account_id();
        let held = self.deposits.remove(&account).unwrap_or(0);
        let sales = self.by_owner.get(&account).map_or(0, |tokens| tokens.len());
        let needed = u128::from(sales) * STORAGE_PER_SALE;
        require!(held >= needed, "the sales need more");
        if held > needed {
            Promise::new(account.clone()).transfer(NearToken::from_yoctonear(held - needed)).detach();
        }
        if needed > 0 {
            self.deposits.insert(&account, &needed);
        }
    }

    /// Whoever calls speaks for its own tokens only.
    pub fn nft_on_approve(
        &mut self,
        token_id: String,
        owner_id: AccountId,
        approval_id: u64,
        msg: String,
    ) {
        let nft_contract_id = env::predecessor_account_id();
        require!(nft_contract_id != env::signer_account_id(), "to be called by a contract");
        require!(owner_id == env::signer_account_id(), "the owner has to sign");
        let paid = self.deposits.get(&owner_id).unwrap_or(0);
        let sales = self.by_owner.get(&owner_id).map_or(0, |tokens| tokens.len()) + 1;
        require!(paid >= u128::from(sales) * STORAGE_PER_SALE, "not enough storage paid");
        let SaleArgs { price, ends_at } = serde_json::from_str(&msg).expect("no sale");
        let id = format!("{nft_contract_id}.{token_id}");
        let sale = Sale {
            owner_id: owner_id.clone(),
            approval_id,
            nft_contract_id,
            token_id,
            price,
            ends_at,
        };
        self.sales.insert(&id, &sale);
        let mut tokens = self.by_owner.get(&owner_id).unwrap_or_else(|| {
            let owner = env::sha256_array(owner_id.as_bytes());
            UnorderedSet::new(Key::ByOwnerInner { owner })
        });
        tokens.insert(&id);
        self.by_owner.insert(&owner_id, &tokens);
    }

    #[payable]
    pub fn remove_sale(&mut self, nft_contract_id: AccountId, token_id: String) {
        assert_one_yocto();
        let sale = self.take_sale(&nft_contract_id, &token_id);
        require!(sale.owner_id == env::predecessor_account_id(), "not your token");
    }

    /// Anyone says what anyone's token costs.
    #[payable]
    pub fn update_price(&mut self, nft_contract_id: AccountId, token_id: String, price: U128) {
        assert_one_yocto();
        let id = format!("{nft_contract_id}.{token_id}");
        let mut sale = self.sales.get(&id).expect("no such sale");
        sale.price = price;
        self.sales.insert(&id, &sale); //~ inconsistent-guard
    }

    #[payable]
    pub fn update_price_checked(
        &mut self,
        nft_contract_id: AccountId,
        token_id: String,
        price: U128,
    ) {
        assert_one_yocto();
        let id = format!("{nft_contract_id}.{token_id}");
        let mut sale = self.sales.get(&id).expect("no such sale");
        require!(sale.owner_id == env::predecessor_account_id(), "not your token");
        sale.price = price;
        self.sales.insert(&id, &sale);
    }

    /// The token goes to the buyer, and what was paid to whom the NFT contract names.
    #[payable]
    pub fn buy(&mut self, nft_contract_id: AccountId, token_id: String) -> Promise {
        let deposit = env::attached_deposit().as_yoctonear();
        let buyer = env::predecessor_account_id();
        let sale = self.take_sale(&nft_contract_id, &token_id);
        require!(sale.owner_id != buyer, "your own token");
        require!(deposit == sale.price.0, "the deposit must be the price");
        if let Some(ends_at) = sale.ends_at {
            require!(env::block_timestamp() < ends_at.0, "the sale is over");
        }
        ext_nft::ext(nft_contract_id)
            .with_attached_deposit(NearToken::from_yoctonear(1))
            .with_static_gas(GAS_FOR_PAYOUT)
            .nft_transfer_payout(
                buyer.clone(),
                token_id,
                Some(sale.approval_id),
                Some("payout from market".to_string()),
                U128(deposit),
                Some(10),
            )
            .then(
                Self::ext(env::current_account_id())
                    .with_static_gas(GAS_FOR_RESOLVE)
                    .resolve_purchase(buyer, sale.owner_id, U128(deposit)),
            )
    }

    #[private]
    pub fn resolve_purchase(&mut self, buyer_id: AccountId, owner_id: AccountId, price: U128) -> U128 {
        let Some(value) = promise_result_as_success() else {
            Promise::new(buyer_id).transfer(NearToken::from_yoctonear(price.0)).detach();
            return U128(0);
        };
        match serde_json::from_slice::<Payout>(&value) {
            Ok(Payout { payout }) if is_fair(&payout, price.0) => {
                for (receiver, amount) in payout {
                    Promise::new(receiver).transfer(NearToken::from_yoctonear(amount.0)).detach();
                }
            }
            _ => Promise::new(owner_id).transfer(NearToken::from_yoctonear(price.0)).detach(),
        }
        price
    }

    /// The same, and anyone can say that there was a purchase.
    pub fn resolve_purchase_open(&mut self, buyer_id: AccountId, price: U128) -> U128 {
        if promise_result_as_success().is_none() {
            Promise::new(buyer_id).transfer(NearToken::from_yoctonear(price.0)).detach(); //~ public-callback
        }
        price
    }

    /// Who offers leaves the money with the market.
    #[payable]
    pub fn offer(&mut self) {
        let bidder = env::predecessor_account_id();
        let held = self.offers.get(&bidder).unwrap_or(0);
        self.offers.insert(&bidder, &(held + env::attached_deposit().as_yoctonear()));
    }

    pub fn withdraw_offer(&mut self, amount: Option<U128>) -> Promise {
        let bidder = env::predecessor_account_id();
        let held = self.offers.get(&bidder).unwrap_or(0);
        let amount = amount.map_or(held, |amount| amount.0);
        require!(amount <= held, "not that much");
        self.offers.insert(&bidder, &(held - amount));
        Promise::new(bidder).transfer(NearToken::from_yoctonear(amount))
    }

    /// Anyone withdraws anyone's offer to themselves.
    pub fn withdraw_offer_of(&mut self, bidder: AccountId, amount: Option<U128>) -> Promise {
        let held = self.offers.get(&bidder).unwrap_or(0);
        let amount = amount.map_or(held, |amount| amount.0);
        require!(amount <= held, "not that much");
        self.offers.insert(&bidder, &(held - amount)); //~ missing-subject-auth
        Promise::new(env::predecessor_account_id()).transfer(NearToken::from_yoctonear(amount))
    }

    /// Anyone says where the fees go.
    pub fn set_treasury(&mut self, treasury_id: Option<AccountId>, fee_bps: u16) {
        require!(fee_bps <= 1_000, "the fee is too high");
        self.treasury_id = treasury_id; //~ unprotected-privileged-write
        self.fee_bps = fee_bps; //~ unprotected-privileged-write
    }

    #[payable]
    pub fn set_treasury_checked(&mut self, treasury_id: Option<AccountId>, fee_bps: u16) {
        self.assert_owner();
        require!(fee_bps <= 1_000, "the fee is too high");
        self.treasury_id = treasury_id;
        self.fee_bps = fee_bps;
    }

    pub fn pay_treasury(&mut self, amount: U128) -> Promise {
        require!(Some(env::predecessor_account_id()) == self.treasury_id, "not the treasury");
        Promise::new(env::predecessor_account_id()).transfer(NearToken::from_yoctonear(amount.0))
    }

    /// Anyone decides what tokens count as money.
    pub fn add_currencies(&mut self, token_ids: Vec<AccountId>) -> Vec<bool> {
        token_ids.iter().map(|token| self.currencies.insert(token)).collect() //~ inconsistent-guard
    }

    #[payable]
    pub fn add_currencies_checked(&mut self, token_ids: Vec<AccountId>) -> Vec<bool> {
        self.assert_owner();
        token_ids.iter().map(|token| self.currencies.insert(token)).collect()
    }

    pub fn get_sale(&self, id: String) -> Option<Sale> {
        self.sales.get(&id)
    }

    pub fn get_sales_by_owner(
        &self,
        account_id: AccountId,
        from_index: Option<U128>,
        limit: Option<u64>,
    ) -> Vec<Sale> {
        let Some(tokens) = self.by_owner.get(&account_id) else { return vec![] };
        tokens
            .iter()
            .skip(from_index.map_or(0, |index| index.0) as usize)
            .take(limit.unwrap_or(50) as usize)
            .filter_map(|id| self.sales.get(&id))
            .collect()
    }
}

impl Market {
    fn assert_owner(&self) {
        assert_one_yocto();
        require!(env::predecessor_account_id() == self.owner_id, "only the owner may do this");
    }

    fn take_sale(&mut self, nft_contract_id: &AccountId, token_id: &String) -> Sale {
        let id = format!("{nft_contract_id}.{token_id}");
        let sale = self.sales.remove(&id).expect("no such sale");
        let mut tokens = self.by_owner.get(&sale.owner_id).expect("no sales of this owner");
        tokens.remove(&id);
        if tokens.is_empty() {
            self.by_owner.remove(&sale.owner_id);
        } else {
            self.by_owner.insert(&sale.owner_id, &tokens);
        }
        sale
    }
}

/// Nobody is paid more than was paid, and few enough for the gas.
fn is_fair(payout: &HashMap<AccountId, U128>, price: u128) -> bool {
    let sum = payout.values().try_fold(0u128, |sum, amount| sum.checked_add(amount.0));
    payout.len() <= 10 && sum.is_some_and(|sum| sum <= price)
}
