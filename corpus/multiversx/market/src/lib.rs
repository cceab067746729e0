//! A market for collectibles: NFTs are listed at a price in a token that the market accepts, or auctioned.

#![no_std]

use multiversx_sc::{derive_imports::*, imports::*};

pub const PERCENTAGE_TOTAL: u64 = 10_000;

#[type_abi]
#[derive(TopEncode, TopDecode, NestedEncode, NestedDecode, PartialEq, Clone, Copy)]
pub enum Kind {
    Sale,
    Auction,
}

#[type_abi]
#[derive(TopEncode, TopDecode, NestedEncode, NestedDecode, Clone)]
pub struct Listing<M: ManagedTypeApi> {
    pub collection: TokenIdentifier<M>,
    pub nonce: u64,
    pub owner: ManagedAddress<M>,
    pub payment_token: EgldOrEsdtTokenIdentifier<M>,
    pub price: BigUint<M>,
    pub bidder: ManagedAddress<M>,
    pub bid: BigUint<M>,
    pub deadline: u64,
    pub kind: Kind,
}

#[multiversx_sc::contract]
pub trait Market {
    #[init]
    fn init(&self, fee: u64) {
        self.set_fee_checked(fee);
    }

    #[upgrade]
    fn upgrade(&self) {}

    #[only_owner]
    #[endpoint(setFee)]
    fn set_fee(&self, fee: u64) {
        self.set_fee_checked(fee);
    }

    /// A moderator is whoever says so.
    #[endpoint(addModerator)]
    fn add_moderator(&self, account: ManagedAddress) {
        self.moderators().insert(account); //~ unprotected-privileged-write
    }

    #[only_owner]
    #[endpoint(addModeratorByOwner)]
    fn add_moderator_by_owner(&self, account: ManagedAddress) {
        self.moderators().insert(account);
    }

    #[endpoint(acceptToken)]
    fn accept_token(&self, token: EgldOrEsdtTokenIdentifier) {
        self.require_moderator();
        self.accepted().insert(token);
    }

    #[endpoint(pause)]
    fn pause(&self) {
        self.require_moderator();
        self.paused().set(true);
    }

    #[endpoint(unpause)]
    fn unpause(&self) {
        self.require_moderator();
        self.paused().set(false);
    }

    #[payable("*")]
    #[endpoint(list)]
    fn list(
        &self,
        payment_token: EgldOrEsdtTokenIdentifier,
        price: BigUint,
        kind: Kind,
        opt_deadline: OptionalValue<u64>,
    ) -> u64 {
        require!(!self.paused().get(), "the market is paused");
        require!(price > 0, "price must be above zero");
        require!(self.accepted().contains(&payment_token), "token is not accepted");
        let nft = self.call_value().single_esdt();
        require!(nft.token_nonce > 0 && nft.amount == 1, "only NFTs can be listed");
        let now = self.blockchain().get_block_timestamp();
        let deadline = match opt_deadline {
            OptionalValue::Some(deadline) => {
                require!(deadline > now, "deadline has passed");
                deadline
            }
            OptionalValue::None => 0,
        };
        let owner = self.blockchain().get_caller();
        let id = self.last_id().update(|id| {
            *id += 1;
            *id
        });
        self.listing(id).set(Listing {
            collection: nft.token_identifier.clone(),
            nonce: nft.token_nonce,
            owner: owner.clone(),
            payment_token,
            price,
            bidder: ManagedAddress::zero(),
            bid: BigUint::zero(),
            deadline,
            kind,
        });
        self.listings_of(&owner).insert(id);
        self.listed_event(id, &owner, &nft.token_identifier);
        id
    }

    /// Takes the price in whatever token comes.
    #[payable("*")]
    #[endpoint(buy)]
    fn buy(&self, id: u64) {
        require!(!self.paused().get(), "the market is paused");
        let listing = self.take_listing(id);
        require!(listing.kind == Kind::Sale, "not for sale");
        let payment = self.call_value().egld_or_single_esdt();
        require!(payment.amount == listing.price, "not the price");
        let buyer = self.blockchain().get_caller();
        self.send().direct_esdt(&buyer, &listing.collection, listing.nonce, &BigUint::from(1u32)); //~ unchecked-payment-asset
        self.distribute(&listing, &listing.price);
        self.sold_event(id, &buyer, &listing.price);
    }

    #[payable("*")]
    #[endpoint(buyChecked)]
    fn buy_checked(&self, id: u64) {
        require!(!self.paused().get(), "the market is paused");
        let listing = self.take_listing(id);
        require!(listing.kind == Kind::Sale, "not for sale");
        let payment = self.call_value().egld_or_single_esdt();
        require!(payment.token_identifier == listing.payment_token, "not the token of the price");
        require!(payment.amount == listing.price, "not the price");
        let buyer = self.blockchain().get_caller();
        self.send().direct_esdt(&buyer, &listing.collection, listing.nonce, &BigUint::from(1u32));
        self.distribute(&listing, &listing.price);
        self.sold_event(id, &buyer, &listing.price);
    }

    #[payable("*")]
    #[endpoint(bid)]
    fn bid(&self, id: u64) {
        require!(!self.paused().get(), "the market is paused");
        require!(!self.listing(id).is_empty(), "no such listing");
        let mut listing = self.listing(id).get();
        require!(listing.kind == Kind::Auction, "not an auction");
        require!(self.blockchain().get_block_timestamp() < listing.deadline, "the auction is over");
        let payment = self.call_value().egld_or_single_esdt();
        require!(payment.token_identifier == listing.payment_token, "not the token of the price");
        require!(payment.amount >= listing.price && payment.amount > listing.bid, "bid is too low");
        if listing.bid > 0 {
            self.pending(&listing.bidder, &listing.payment_token).update(|held| *held += &listing.bid);
        }
        listing.bidder = self.blockchain().get_caller();
        listing.bid = payment.amount.clone();
        self.listing(id).set(&listing);
    }

    #[endpoint(endAuction)]
    fn end_auction(&self, id: u64) {
        let listing = self.take_listing(id);
        require!(listing.kind == Kind::Auction, "not an auction");
        require!(self.blockchain().get_block_timestamp() >= listing.deadline, "the auction is still open");
        if listing.bid == 0 {
            self.send().direct_esdt(&listing.owner, &listing.collection, listing.nonce, &BigUint::from(1u32));
            return;
        }
        self.send().direct_esdt(&listing.bidder, &listing.collection, listing.nonce, &BigUint::from(1u32));
        self.distribute(&listing, &listing.bid);
        self.sold_event(id, &listing.bidder, &listing.bid);
    }

    /// Gives the NFT to whoever asks.
    #[endpoint(delist)]
    fn delist(&self, id: u64) {
        let listing = self.take_listing(id);
        require!(listing.bid == 0, "there are bids");
        let caller = self.blockchain().get_caller();
        self.send().direct_esdt(&caller, &listing.collection, listing.nonce, &BigUint::from(1u32));
        //~^ unprotected-value-outflow
    }

    #[endpoint(delistOwn)]
    fn delist_own(&self, id: u64) {
        let caller = self.blockchain().get_caller();
        let listing = self.take_listing(id);
        require!(listing.owner == caller, "not your listing");
        require!(listing.bid == 0, "there are bids");
        self.send().direct_esdt(&caller, &listing.collection, listing.nonce, &BigUint::from(1u32));
    }

    #[endpoint(changePrice)]
    fn change_price(&self, id: u64, price: BigUint) {
        require!(price > 0, "price must be above zero");
        require!(!self.listing(id).is_empty(), "no such listing");
        self.listing(id).update(|listing| listing.price = price); //~ missing-subject-auth
    }

    #[endpoint(changePriceOwn)]
    fn change_price_own(&self, id: u64, price: BigUint) {
        require!(price > 0, "price must be above zero");
        require!(!self.listing(id).is_empty(), "no such listing");
        let caller = self.blockchain().get_caller();
        self.listing(id).update(|listing| {
            require!(listing.owner == caller, "not your listing");
            listing.price = price;
        });
    }

    #[endpoint(withdraw)]
    fn withdraw(&self, token: EgldOrEsdtTokenIdentifier) {
        let caller = self.blockchain().get_caller();
        let amount = self.pending(&caller, &token).take();
        require!(amount > 0, "nothing is pending");
        self.send().direct(&caller, &token, 0, &amount);
    }

    /// The fees, for whoever comes first.
    #[endpoint(claimFees)]
    fn claim_fees(&self, token: EgldOrEsdtTokenIdentifier, to: ManagedAddress) {
        let amount = self.fees().remove(&token).unwrap_or_default();
        require!(amount > 0, "no fees");
        self.send().direct(&to, &token, 0, &amount); //~ unprotected-value-outflow
    }

    #[only_owner]
    #[endpoint(claimFeesByOwner)]
    fn claim_fees_by_owner(&self, token: EgldOrEsdtTokenIdentifier) {
        let amount = self.fees().remove(&token).unwrap_or_default();
        require!(amount > 0, "no fees");
        let owner = self.blockchain().get_caller();
        self.send().direct(&owner, &token, 0, &amount);
    }

    #[view(getListingsOf)]
    fn get_listings_of(&self, owner: ManagedAddress) -> MultiValueEncoded<u64> {
        self.listings_of(&owner).iter().collect()
    }

    fn set_fee_checked(&self, fee: u64) {
        require!(fee <= PERCENTAGE_TOTAL / 10, "fee is above ten percent");
        self.fee().set(fee);
    }

    fn require_moderator(&self) {
        let caller = self.blockchain().get_caller();
        require!(
            caller == self.blockchain().get_owner_address() || self.moderators().contains(&caller),
            "only the owner and moderators"
        );
    }

    fn take_listing(&self, id: u64) -> Listing<Self::Api> {
        let mapper = self.listing(id);
        require!(!mapper.is_empty(), "no such listing");
        let listing = mapper.take();
        self.listings_of(&listing.owner).swap_remove(&id);
        listing
    }

    fn distribute(&self, listing: &Listing<Self::Api>, amount: &BigUint) {
        let fee = amount * self.fee().get() / PERCENTAGE_TOTAL;
        let rest = amount - &fee;
        let mut fees = self.fees();
        let before = fees.get(&listing.payment_token).unwrap_or_default();
        fees.insert(listing.payment_token.clone(), before + fee);
        self.send().direct(&listing.owner, &listing.payment_token, 0, &rest);
    }

    #[event("listed")]
    fn listed_event(&self, #[indexed] id: u64, #[indexed] owner: &ManagedAddress, collection: &TokenIdentifier);

    #[event("sold")]
    fn sold_event(&self, #[indexed] id: u64, #[indexed] buyer: &ManagedAddress, price: &BigUint);

    #[view(getFee)]
    #[storage_mapper("fee")]
    fn fee(&self) -> SingleValueMapper<u64>;

    #[view(isPaused)]
    #[storage_mapper("paused")]
    fn paused(&self) -> SingleValueMapper<bool>;

    #[storage_mapper("moderators")]
    fn moderators(&self) -> UnorderedSetMapper<ManagedAddress>;

    #[view(getAcceptedTokens)]
    #[storage_mapper("accepted")]
    fn accepted(&self) -> SetMapper<EgldOrEsdtTokenIdentifier>;

    #[storage_mapper("lastId")]
    fn last_id(&self) -> SingleValueMapper<u64>;

    #[view(getListing)]
    #[storage_mapper("listing")]
    fn listing(&self, id: u64) -> SingleValueMapper<Listing<Self::Api>>;

    #[storage_mapper("listingsOf")]
    fn listings_of(&self, owner: &ManagedAddress) -> UnorderedSetMapper<u64>;

    #[storage_mapper("pending")]
    fn pending(&self, account: &ManagedAddress, token: &EgldOrEsdtTokenIdentifier) -> SingleValueMapper<BigUint>;

    #[storage_mapper("fees")]
    fn fees(&self) -> MapMapper<EgldOrEsdtTokenIdentifier, BigUint>;
}
