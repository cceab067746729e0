//! Sellers put tokens up for auction; whoever bids most gets the token, the others their ether back.

#![cfg_attr(not(any(feature = "export-abi", test)), no_main)]
extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, Bytes, U256, U64};
use alloy_sol_types::sol;
use stylus_sdk::call::transfer::transfer_eth;
use stylus_sdk::call::{call, delegate_call};
use stylus_sdk::prelude::*;

sol_storage! {
    #[entrypoint]
    pub struct AuctionHouse {
        address owner;
        bool paused;
        uint256 fee_bps;
        uint256 fees;
        uint256 next;
        mapping(uint256 => Lot) lots;
        mapping(address => uint256) refunds;
        mapping(uint256 => mapping(address => uint256)) bids;
        address[] curators;
    }

    pub struct Lot {
        address seller;
        address collection;
        uint256 token_id;
        address highest_bidder;
        uint256 highest_bid;
        uint64 ends_at;
        bool settled;
    }
}

sol_interface! {
    interface IERC721 {
        function transferFrom(address from, address to, uint256 token_id) external;
        function ownerOf(uint256 token_id) external view returns (address);
    }
}

sol! {
    event Listed(uint256 indexed lot, address indexed seller, address collection, uint256 token_id);
    event BidPlaced(uint256 indexed lot, address indexed bidder, uint256 amount);
    event Settled(uint256 indexed lot, address winner, uint256 amount);

    error NotOwner();
    error NotSeller(address caller);
    error AuctionPaused();
    error AuctionOver(uint256 lot);
    error AuctionRunning(uint256 lot);
    error BidTooLow(uint256 lot, uint256 highest);
    error AlreadySettled(uint256 lot);
    error NothingToRefund();
    error PaymentFailed();
    error TokenFailed();
}

#[derive(SolidityError)]
pub enum AuctionError {
    NotOwner(NotOwner),
    NotSeller(NotSeller),
    AuctionPaused(AuctionPaused),
    AuctionOver(AuctionOver),
    AuctionRunning(AuctionRunning),
    BidTooLow(BidTooLow),
    AlreadySettled(AlreadySettled),
    NothingToRefund(NothingToRefund),
    PaymentFailed(PaymentFailed),
    TokenFailed(TokenFailed),
}

#[public]
impl AuctionHouse {
    #[constructor]
    pub fn constructor(&mut self, owner: Address, fee_bps: U256) {
        self.owner.set(owner);
        self.fee_bps.set(fee_bps);
    }

    pub fn list(&mut self, collection: Address, token_id: U256, duration: u64) -> Result<U256, AuctionError> {
        self.when_not_paused()?;
        let seller = self.vm().msg_sender();
        let house = self.vm().contract_address();
        let ends_at = self.vm().block_timestamp().saturating_add(duration);
        let lot = self.next.get();
        self.next.set(lot + U256::from(1));
        let mut entry = self.lots.setter(lot);
        entry.seller.set(seller);
        entry.collection.set(collection);
        entry.token_id.set(token_id);
        entry.ends_at.set(U64::from(ends_at));
        self.move_token(collection, seller, house, token_id)?;
        self.vm().log(Listed { lot, seller, collection, token_id });
        Ok(lot)
    }

    /// Whoever is outbid fetches the bid with `withdraw`.
    #[payable]
    pub fn bid(&mut self, lot: U256) -> Result<(), AuctionError> {
        self.when_not_paused()?;
        self.when_running(lot)?;
        let bidder = self.vm().msg_sender();
        let amount = self.vm().msg_value();
        let (previous, highest) = {
            let entry = self.lots.getter(lot);
            (entry.highest_bidder.get(), entry.highest_bid.get())
        };
        if amount <= highest {
            return Err(AuctionError::BidTooLow(BidTooLow { lot, highest }));
        }
        if previous != Address::ZERO {
            let owed = self.refunds.get(previous);
            self.refunds.insert(previous, owed + highest);
        }
        let mut entry = self.lots.setter(lot);
        entry.highest_bidder.set(bidder);
        entry.highest_bid.set(amount);
        let sum = self.bids.getter(lot).get(bidder);
        self.bids.setter(lot).insert(bidder, sum + amount);
        self.vm().log(BidPlaced { lot, bidder, amount });
        Ok(())
    }

    /// The bidder's code runs before what is owed to it is cleared, and can fetch it again.
    pub fn withdraw(&mut self) -> Result<(), AuctionError> {
        let bidder = self.vm().msg_sender();
        let owed = self.refunds.get(bidder);
        if owed.is_zero() {
            return Err(AuctionError::NothingToRefund(NothingToRefund {}));
        }
        let payment = Call::new_payable(self, owed);
        call(self.vm(), payment, bidder, &[]).map_err(|_| AuctionError::PaymentFailed(PaymentFailed {}))?;
        self.refunds.insert(bidder, U256::ZERO); //~ reentrancy-write-after-call
        Ok(())
    }

    pub fn withdraw_checked(&mut self) -> Result<(), AuctionError> {
        let bidder = self.vm().msg_sender();
        let owed = self.refunds.get(bidder);
        if owed.is_zero() {
            return Err(AuctionError::NothingToRefund(NothingToRefund {}));
        }
        self.refunds.insert(bidder, U256::ZERO);
        let payment = Call::new_payable(self, owed);
        call(self.vm(), payment, bidder, &[]).map_err(|_| AuctionError::PaymentFailed(PaymentFailed {}))?;
        Ok(())
    }

    /// Anyone clears what is owed to anyone, and has it paid to an account of choice.
    pub fn withdraw_to(&mut self, bidder: Address, to: Address) -> Result<(), AuctionError> {
        let owed = self.refunds.get(bidder);
        if owed.is_zero() {
            return Err(AuctionError::NothingToRefund(NothingToRefund {}));
        }
        self.refunds.insert(bidder, U256::ZERO); //~ missing-subject-auth
        transfer_eth(self.vm(), to, owed).map_err(|_| AuctionError::PaymentFailed(PaymentFailed {}))
    }

    /// When time is up, anyone has the token handed over and the seller paid.
    pub fn settle(&mut self, lot: U256) -> Result<(), AuctionError> {
        self.when_over(lot)?;
        let (seller, collection, token_id, winner, amount) = {
            let entry = self.lots.getter(lot);
            (
                entry.seller.get(),
                entry.collection.get(),
                entry.token_id.get(),
                entry.highest_bidder.get(),
                entry.highest_bid.get(),
            )
        };
        self.lots.setter(lot).settled.set(true);
        let house = self.vm().contract_address();
        if winner == Address::ZERO {
            return self.move_token(collection, house, seller, token_id);
        }
        let fee = amount * self.fee_bps.get() / U256::from(10_000);
        let fees = self.fees.get();
        self.fees.set(fees + fee);
        self.move_token(collection, house, winner, token_id)?;
        transfer_eth(self.vm(), seller, amount - fee)
            .map_err(|_| AuctionError::PaymentFailed(PaymentFailed {}))?;
        self.vm().log(Settled { lot, winner, amount });
        Ok(())
    }

    /// Anyone ends an auction early, and the seller gets the token back.
    pub fn cancel(&mut self, lot: U256) -> Result<(), AuctionError> {
        self.when_running(lot)?;
        let (seller, collection, token_id) = {
            let entry = self.lots.getter(lot);
            (entry.seller.get(), entry.collection.get(), entry.token_id.get())
        };
        self.lots.setter(lot).settled.set(true);
        let house = self.vm().contract_address();
        self.move_token(collection, house, seller, token_id)
    }

    pub fn cancel_checked(&mut self, lot: U256) -> Result<(), AuctionError> {
        self.when_running(lot)?;
        let caller = self.vm().msg_sender();
        let (seller, collection, token_id, bidder) = {
            let entry = self.lots.getter(lot);
            (entry.seller.get(), entry.collection.get(), entry.token_id.get(), entry.highest_bidder.get())
        };
        if caller != seller {
            return Err(AuctionError::NotSeller(NotSeller { caller }));
        }
        if bidder != Address::ZERO {
            return Err(AuctionError::AuctionRunning(AuctionRunning { lot }));
        }
        self.lots.setter(lot).settled.set(true);
        let house = self.vm().contract_address();
        self.move_token(collection, house, seller, token_id)
    }

    /// Anyone sets the fee.
    pub fn set_fee(&mut self, fee_bps: U256) {
        self.fee_bps.set(fee_bps); //~ unprotected-privileged-write
    }

    pub fn set_fee_checked(&mut self, fee_bps: U256) -> Result<(), AuctionError> {
        self.only_owner()?;
        self.fee_bps.set(fee_bps);
        Ok(())
    }

    pub fn pause(&mut self, paused: bool) -> Result<(), AuctionError> {
        self.only_owner()?;
        self.paused.set(paused);
        Ok(())
    }

    /// The origin of the transaction may be the owner who was talked into calling something else.
    pub fn set_owner(&mut self, owner: Address) -> Result<(), AuctionError> {
        if self.vm().tx_origin() != self.owner.get() {
            //~^ auth-by-origin
            return Err(AuctionError::NotOwner(NotOwner {}));
        }
        self.owner.set(owner);
        Ok(())
    }

    pub fn set_owner_checked(&mut self, owner: Address) -> Result<(), AuctionError> {
        self.only_owner()?;
        self.owner.set(owner);
        Ok(())
    }

    /// The fees go to whoever asks.
    pub fn collect_fees(&mut self, to: Address) -> Result<(), AuctionError> {
        let fees = self.fees.get();
        self.fees.set(U256::ZERO);
        transfer_eth(self.vm(), to, fees).map_err(|_| AuctionError::PaymentFailed(PaymentFailed {}))
        //~^ unprotected-value-outflow
    }

    pub fn collect_fees_checked(&mut self, to: Address) -> Result<(), AuctionError> {
        self.only_owner()?;
        let fees = self.fees.get();
        self.fees.set(U256::ZERO);
        transfer_eth(self.vm(), to, fees).map_err(|_| AuctionError::PaymentFailed(PaymentFailed {}))
    }

    /// Runs anyone's code on the state of the house.
    pub fn run(&mut self, target: Address, data: Bytes) -> Result<Vec<u8>, Vec<u8>> {
        let context = Call::new_mutating(self);
        unsafe { delegate_call(self.vm(), context, target, &data) } //~ arbitrary-call-target
            .map_err(Vec::<u8>::from)
    }

    /// Whoever is a curator does not change with it.
    pub fn add_curator(&mut self, curator: Address) -> Result<(), AuctionError> {
        self.only_owner()?;
        self.curators.push(curator);
        Ok(())
    }

    pub fn highest_bid(&self, lot: U256) -> (Address, U256) {
        let entry = self.lots.getter(lot);
        (entry.highest_bidder.get(), entry.highest_bid.get())
    }

    pub fn bid_of(&self, lot: U256, bidder: Address) -> U256 {
        self.bids.getter(lot).get(bidder)
    }
}

impl AuctionHouse {
    fn only_owner(&self) -> Result<(), AuctionError> {
        if self.vm().msg_sender() != self.owner.get() {
            return Err(AuctionError::NotOwner(NotOwner {}));
        }
        Ok(())
    }

    fn when_not_paused(&self) -> Result<(), AuctionError> {
        if self.paused.get() {
            return Err(AuctionError::AuctionPaused(AuctionPaused {}));
        }
        Ok(())
    }

    fn when_running(&self, lot: U256) -> Result<(), AuctionError> {
        let now = self.vm().block_timestamp();
        let entry = self.lots.getter(lot);
        if entry.settled.get() || U64::from(now) >= entry.ends_at.get() {
            return Err(AuctionError::AuctionOver(AuctionOver { lot }));
        }
        Ok(())
    }

    fn when_over(&self, lot: U256) -> Result<(), AuctionError> {
        let now = self.vm().block_timestamp();
        let entry = self.lots.getter(lot);
        if entry.settled.get() {
            return Err(AuctionError::AlreadySettled(AlreadySettled { lot }));
        }
        if entry.seller.get() == Address::ZERO || U64::from(now) < entry.ends_at.get() {
            return Err(AuctionError::AuctionRunning(AuctionRunning { lot }));
        }
        Ok(())
    }

    fn move_token(
        &mut self,
        collection: Address,
        from: Address,
        to: Address,
        token_id: U256,
    ) -> Result<(), AuctionError> {
        let vm = self.vm().clone();
        let context = Call::new_mutating(self);
        IERC721::new(collection)
            .transfer_from(&vm, context, from, to, token_id)
            .map_err(|_| AuctionError::TokenFailed(TokenFailed {}))
    }
}
