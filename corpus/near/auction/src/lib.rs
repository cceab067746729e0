//! An auction house for the tokens of one NFT contract: sellers approve the house, bidders outbid each other.

use near_sdk::json_types::{U128, U64};
use near_sdk::store::LookupMap;
use near_sdk::{
    env, ext_contract, is_promise_success, near, require, AccountId, BorshStorageKey, Gas,
    NearToken, PanicOnDefault, Promise,
};

const GAS_FOR_TRANSFER: Gas = Gas::from_tgas(15);
const GAS_FOR_CALLBACK: Gas = Gas::from_tgas(10);
const MAX_FEE: u16 = 1_000;

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Auctions,
}

#[near(serializers = [borsh, json])]
#[derive(Clone)]
pub struct Auction {
    seller: AccountId,
    approval_id: u64,
    highest: U128,
    bidder: Option<AccountId>,
    ends_at: U64,
}

#[ext_contract(ext_nft)]
pub trait NonFungibleToken {
    fn nft_transfer(&mut self, receiver_id: AccountId, token_id: String, approval_id: u64);
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct House {
    owner_id: AccountId,
    nft: AccountId,
    fee: u16,
    earned: u128,
    auctions: LookupMap<String, Auction>,
}

// The state itself is written where `#[near]` wraps a method, after what the method assigns.
#[near]
impl House {
    #[init]
    pub fn new(owner_id: AccountId, nft: AccountId, fee: u16) -> Self {
        require!(fee <= MAX_FEE, "the fee is too high");
        Self {
            owner_id,
            nft,
            fee,
            earned: 0,
            auctions: LookupMap::new(Key::Auctions),
        }
    }

    /// The NFT contract says that a token may be sold.
    pub fn nft_on_approve(
        &mut self,
        token_id: String,
        owner_id: AccountId,
        approval_id: u64,
        msg: String,
    ) {
        require!(env::predecessor_account_id() == self.nft, "not the NFT contract");
        let minutes: u64 = msg.parse().unwrap_or(60);
        let ends_at = env::block_timestamp() + minutes * 60_000_000_000;
        let auction = Auction {
            seller: owner_id,
            approval_id,
            highest: U128(0),
            bidder: None,
            ends_at: U64(ends_at),
        };
        self.auctions.insert(token_id, auction);
    }

    #[payable]
    pub fn bid(&mut self, token_id: String) {
        let amount = env::attached_deposit().as_yoctonear();
        let bidder = env::predecessor_account_id();
        let auction = self.auctions.get_mut(&token_id).expect("no such auction");
        require!(env::block_timestamp() < auction.ends_at.0, "the auction is over");
        require!(amount > auction.highest.0, "too little");
        let outbid = auction.bidder.replace(bidder);
        let back = auction.highest.0;
        auction.highest = U128(amount);
        if let Some(outbid) = outbid {
            Promise::new(outbid).transfer(NearToken::from_yoctonear(back)).detach();
        }
    }

    /// Whoever comes first after the end has the token sent to the winner; what was paid goes out once it has arrived.
    pub fn settle(&mut self, token_id: String) -> Promise {
        let auction = self.auctions.remove(&token_id).expect("no such auction");
        require!(env::block_timestamp() >= auction.ends_at.0, "the auction goes on");
        let winner = auction.bidder.clone().expect("nobody has bid");
        ext_nft::ext(self.nft.clone())
            .with_attached_deposit(NearToken::from_yoctonear(1))
            .with_static_gas(GAS_FOR_TRANSFER)
            .nft_transfer(winner, token_id, auction.approval_id)
            .then(
                Self::ext(env::current_account_id())
                    .with_static_gas(GAS_FOR_CALLBACK)
                    .on_settled(auction),
            )
    }

    #[private]
    pub fn on_settled(&mut self, auction: Auction) -> bool {
        let success = is_promise_success();
        let paid = auction.highest.0;
        if success {
            let fee = paid * u128::from(self.fee) / 10_000;
            self.earned += fee;
            Promise::new(auction.seller).transfer(NearToken::from_yoctonear(paid - fee)).detach();
        } else if let Some(bidder) = auction.bidder {
            Promise::new(bidder).transfer(NearToken::from_yoctonear(paid)).detach();
        }
        success
    }

    /// Anyone ends anyone's auction, bids or not.
    pub fn cancel(&mut self, token_id: String) {
        let auction = self.auctions.remove(&token_id).expect("no such auction");
        if let Some(bidder) = auction.bidder {
            Promise::new(bidder).transfer(NearToken::from_yoctonear(auction.highest.0)).detach();
        }
    }

    pub fn cancel_checked(&mut self, token_id: String) {
        let auction = self.auctions.remove(&token_id).expect("no such auction");
        require!(auction.seller == env::predecessor_account_id(), "not your auction");
        if let Some(bidder) = auction.bidder {
            Promise::new(bidder).transfer(NearToken::from_yoctonear(auction.highest.0)).detach();
        }
    }

    /// Anyone becomes the owner.
    pub fn set_owner(&mut self, owner_id: AccountId) {
        self.owner_id = owner_id; //~ unprotected-privileged-write
    }

    pub fn set_owner_checked(&mut self, owner_id: AccountId) {
        self.assert_owner();
        self.owner_id = owner_id;
    }

    /// Anyone sets the fee.
    pub fn set_fee(&mut self, fee: u16) {
        require!(fee <= MAX_FEE, "the fee is too high");
        self.fee = fee; //~ unprotected-privileged-write
    }

    pub fn set_fee_checked(&mut self, fee: u16) {
        self.assert_owner();
        require!(fee <= MAX_FEE, "the fee is too high");
        self.fee = fee;
    }

    /// Anyone has the fees paid out to themselves.
    pub fn withdraw_fees(&mut self, receiver_id: Option<AccountId>) {
        let receiver = receiver_id.unwrap_or_else(env::predecessor_account_id);
        let amount = std::mem::take(&mut self.earned);
        Promise::new(receiver).transfer(NearToken::from_yoctonear(amount)).detach(); //~ unprotected-value-outflow
    }

    pub fn withdraw_fees_checked(&mut self, receiver_id: Option<AccountId>) {
        self.assert_owner();
        let receiver = receiver_id.unwrap_or_else(env::predecessor_account_id);
        let amount = std::mem::take(&mut self.earned);
        Promise::new(receiver).transfer(NearToken::from_yoctonear(amount)).detach();
    }

    /// Anyone gives the house any code.
    pub fn migrate_code(&self) {
        let code = env::input().expect("no code");
        Promise::new(env::current_account_id()).deploy_contract(code).detach(); //~ unprotected-code-upgrade
    }

    pub fn get_auction(&self, token_id: String) -> Option<Auction> {
        self.auctions.get(&token_id).cloned()
    }

    pub fn get_fee(&self) -> u16 {
        self.fee
    }
}

impl House {
    fn assert_owner(&self) {
        require!(env::predecessor_account_id() == self.owner_id, "only the owner may do this");
    }
}
