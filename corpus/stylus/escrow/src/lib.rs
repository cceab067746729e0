//! A buyer's ether is kept until the buyer releases it to the seller, or the seller gives it back.
//!
//! Deals are closed after they are paid; the SDK's entry point refuses re-entrant calls, so nobody sees them open.

#![cfg_attr(not(any(feature = "export-abi", test)), no_main)]
extern crate alloc;

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use stylus_sdk::call::transfer::transfer_eth;
use stylus_sdk::prelude::*;

sol_storage! {
    #[entrypoint]
    pub struct Escrow {
        uint256 deals;
        mapping(uint256 => address) buyers;
        mapping(uint256 => address) sellers;
        mapping(uint256 => uint256) amounts;
    }
}

sol! {
    event Opened(uint256 indexed deal, address buyer, address seller, uint256 amount);
    event Settled(uint256 indexed deal, address receiver);
    error NotYourDecision();
    error PaymentFailed();
}

#[derive(SolidityError)]
pub enum EscrowError {
    NotYourDecision(NotYourDecision),
    PaymentFailed(PaymentFailed),
}

#[public]
impl Escrow {
    #[payable]
    pub fn open(&mut self, seller: Address) -> U256 {
        let deal = self.deals.get();
        self.deals.set(deal + U256::from(1));
        let buyer = self.vm().msg_sender();
        let amount = self.vm().msg_value();
        self.buyers.insert(deal, buyer);
        self.sellers.insert(deal, seller);
        self.amounts.insert(deal, amount);
        self.vm().log(Opened { deal, buyer, seller, amount });
        deal
    }

    /// The buyer has the goods: the seller is paid.
    pub fn release(&mut self, deal: U256) -> Result<(), EscrowError> {
        let seller = self.sellers.get(deal);
        self.settle(deal, self.buyers.get(deal), seller)
    }

    /// The seller cannot deliver: the buyer is paid back.
    pub fn refund(&mut self, deal: U256) -> Result<(), EscrowError> {
        let buyer = self.buyers.get(deal);
        self.settle(deal, self.sellers.get(deal), buyer)
    }

    pub fn amount_of(&self, deal: U256) -> U256 {
        self.amounts.get(deal)
    }
}

impl Escrow {
    /// Pays `receiver` if the sender is `decider`.
    fn settle(&mut self, deal: U256, decider: Address, receiver: Address) -> Result<(), EscrowError> {
        if self.vm().msg_sender() != decider {
            return Err(EscrowError::NotYourDecision(NotYourDecision {}));
        }
        let amount = self.amounts.get(deal);
        transfer_eth(self.vm(), receiver, amount)
            .map_err(|_| EscrowError::PaymentFailed(PaymentFailed {}))?;
        self.buyers.insert(deal, Address::ZERO);
        self.sellers.insert(deal, Address::ZERO);
        self.amounts.insert(deal, U256::ZERO);
        self.vm().log(Settled { deal, receiver });
        Ok(())
    }
}
