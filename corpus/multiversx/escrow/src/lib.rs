//! A buyer's EGLD is kept until the buyer releases it to the seller, or the seller gives it back.

#![no_std]

use multiversx_sc::{derive_imports::*, imports::*};

#[type_abi]
#[derive(TopEncode, TopDecode)]
pub struct Deal<M: ManagedTypeApi> {
    pub buyer: ManagedAddress<M>,
    pub seller: ManagedAddress<M>,
    pub amount: BigUint<M>,
}

#[multiversx_sc::contract]
pub trait Escrow {
    #[init]
    fn init(&self) {}

    #[upgrade]
    fn upgrade(&self) {}

    #[payable("EGLD")]
    #[endpoint(open)]
    fn open(&self, seller: ManagedAddress) -> u64 {
        let buyer = self.blockchain().get_caller();
        let amount = self.call_value().egld().clone_value();
        let number = self.next().get();
        self.next().set(number + 1);
        self.deal(number).set(Deal { buyer, seller, amount });
        number
    }

    /// The buyer has the goods: the seller is paid.
    #[endpoint(release)]
    fn release(&self, number: u64) {
        let deal = self.take(number);
        require!(self.blockchain().get_caller() == deal.buyer, "not your decision");
        self.tx().to(&deal.seller).raw_call("onPayment").egld(&deal.amount).sync_call();
    }

    /// The seller cannot deliver: the buyer is paid back.
    #[endpoint(refund)]
    fn refund(&self, number: u64) {
        let deal = self.take(number);
        require!(self.blockchain().get_caller() == deal.seller, "not your decision");
        self.send().direct_egld(&deal.buyer, &deal.amount);
    }

    /// Ends a deal; it is back if the caller turns out not to be the one who decides, as the host undoes all then.
    fn take(&self, number: u64) -> Deal<Self::Api> {
        require!(!self.deal(number).is_empty(), "no such deal");
        self.deal(number).take()
    }

    #[storage_mapper("next")]
    fn next(&self) -> SingleValueMapper<u64>;

    #[view(getDeal)]
    #[storage_mapper("deal")]
    fn deal(&self, number: u64) -> SingleValueMapper<Deal<Self::Api>>;
}
