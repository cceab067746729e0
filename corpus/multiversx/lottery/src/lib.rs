//! A lottery: tickets are sold until the owner closes the round, and one of them wins.

#![no_std]

use multiversx_sc::{derive_imports::*, imports::*};

#[type_abi]
#[derive(TopEncode, TopDecode, NestedEncode, NestedDecode, PartialEq, Clone, Copy)]
pub enum Phase {
    Selling,
    Drawn,
}

#[multiversx_sc::contract]
pub trait Lottery {
    #[init]
    fn init(&self, price: BigUint) {
        self.price().set(price);
        self.phase().set(Phase::Selling);
    }

    #[upgrade]
    fn upgrade(&self) {}

    #[payable("EGLD")]
    #[endpoint(buy)]
    fn buy(&self) {
        require!(self.phase().get() == Phase::Selling, "no tickets are sold");
        require!(*self.call_value().egld() == self.price().get(), "not the price of a ticket");
        let caller = self.blockchain().get_caller();
        self.tickets().push(&caller);
    }

    /// Whoever calls knows the seed of the block that the call is in, and calls when it suits.
    #[endpoint(draw)]
    fn draw(&self) {
        require!(self.phase().get() == Phase::Selling, "drawn already");
        let count = self.tickets().len();
        require!(count > 0, "no tickets");
        let number = self.blockchain().get_block_nonce() as usize % count + 1;
        self.phase().set(Phase::Drawn);
        let winner = self.tickets().get(number);
        let pot = self.price().get() * count as u64;
        self.send().direct_egld(&winner, &pot); //~ block-data-randomness
        self.drawn_event(&winner, &pot);
    }

    /// Draws with a number to which the owner committed before the first ticket was sold.
    #[only_owner]
    #[endpoint(reveal)]
    fn reveal(&self, number: ManagedBuffer) {
        require!(self.phase().get() == Phase::Selling, "drawn already");
        let commitment = self.commitment().get();
        require!(self.crypto().sha256(&number) == commitment, "not the number of the commitment");
        let count = self.tickets().len();
        require!(count > 0, "no tickets");
        let digest = self.crypto().keccak256(&number).to_byte_array();
        let drawn = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) as usize % count + 1;
        self.phase().set(Phase::Drawn);
        let winner = self.tickets().get(drawn);
        let pot = self.price().get() * count as u64;
        self.send().direct_egld(&winner, &pot);
        self.drawn_event(&winner, &pot);
    }

    #[only_owner]
    #[endpoint(commit)]
    fn commit(&self, commitment: ManagedByteArray<32>) {
        require!(self.tickets().is_empty(), "tickets were sold already");
        self.commitment().set(commitment);
    }

    /// Pays as soon as the coin falls well, in the call that throws it.
    #[payable("EGLD")]
    #[endpoint(flip)]
    fn flip(&self, heads: bool) {
        let stake = self.call_value().egld().clone_value();
        require!(stake <= self.price().get(), "stake is too high");
        let mut random = RandomnessSource::new();
        if (random.next_u8() & 1 == 1) == heads {
            let caller = self.blockchain().get_caller();
            self.send().direct_egld(&caller, &(stake * 2u64)); //~ atomic-reveal-payout
        }
    }

    #[only_owner]
    #[endpoint(reopen)]
    fn reopen(&self, price: BigUint) {
        require!(self.phase().get() == Phase::Drawn, "the round is not over");
        self.tickets().clear(); //~ unbounded-loop
        self.price().set(price);
        self.phase().set(Phase::Selling);
    }

    #[event("drawn")]
    fn drawn_event(&self, #[indexed] winner: &ManagedAddress, pot: &BigUint);

    #[view(getPrice)]
    #[storage_mapper("price")]
    fn price(&self) -> SingleValueMapper<BigUint>;

    #[view(getPhase)]
    #[storage_mapper("phase")]
    fn phase(&self) -> SingleValueMapper<Phase>;

    #[storage_mapper("commitment")]
    fn commitment(&self) -> SingleValueMapper<ManagedByteArray<32>>;

    #[view(getTickets)]
    #[storage_mapper("tickets")]
    fn tickets(&self) -> VecMapper<ManagedAddress>;
}
