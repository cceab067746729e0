//! Signers propose payments and calls, and enough of them sign before one is performed.

#![no_std]

use multiversx_sc::{derive_imports::*, imports::*};

#[type_abi]
#[derive(TopEncode, TopDecode)]
pub struct Proposal<M: ManagedTypeApi> {
    pub to: ManagedAddress<M>,
    pub amount: BigUint<M>,
    pub function: ManagedBuffer<M>,
    pub args: ManagedVec<M, ManagedBuffer<M>>,
}

#[multiversx_sc::contract]
pub trait Multisig {
    #[init]
    fn init(&self, quorum: usize, signers: MultiValueEncoded<ManagedAddress>) {
        for signer in signers {
            self.signers().insert(signer);
        }
        self.change_quorum(quorum);
    }

    #[upgrade]
    fn upgrade(&self) {}

    #[payable("EGLD")]
    #[endpoint(deposit)]
    fn deposit(&self) {}

    #[endpoint(propose)]
    fn propose(&self, to: ManagedAddress, amount: BigUint, function: ManagedBuffer, args: MultiValueEncoded<ManagedBuffer>) -> usize {
        let caller = self.only_signer();
        let number = self.last().update(|last| {
            *last += 1;
            *last
        });
        self.proposal(number).set(Proposal { to, amount, function, args: args.to_vec() });
        self.signed(number).insert(caller);
        number
    }

    #[endpoint(sign)]
    fn sign(&self, number: usize) {
        let caller = self.only_signer();
        require!(!self.proposal(number).is_empty(), "no such proposal");
        self.signed(number).insert(caller);
    }

    #[endpoint(unsign)]
    fn unsign(&self, number: usize) {
        let caller = self.only_signer();
        self.signed(number).swap_remove(&caller);
    }

    #[endpoint(perform)]
    fn perform(&self, number: usize) {
        self.only_signer();
        require!(!self.proposal(number).is_empty(), "no such proposal");
        require!(self.valid_signatures(number) >= self.quorum().get(), "not enough signatures");
        let Proposal { to, amount, function, args } = self.proposal(number).take();
        self.signed(number).clear();
        let gas = self.blockchain().get_gas_left() / 2;
        self.tx().to(&to).raw_call(function).arguments_raw(args.into()).egld(&amount).gas(gas).transfer_execute();
        self.performed_event(number, &to, &amount);
    }

    #[endpoint(discard)]
    fn discard(&self, number: usize) {
        self.only_signer();
        require!(self.valid_signatures(number) == 0, "somebody still wants it");
        self.proposal(number).clear();
        self.signed(number).clear();
    }

    #[only_owner]
    #[endpoint(replaceSigner)]
    fn replace_signer(&self, old: ManagedAddress, new: ManagedAddress) {
        require!(self.signers().swap_remove(&old), "not a signer");
        require!(self.signers().insert(new), "a signer already");
    }

    #[only_owner]
    #[endpoint(changeQuorum)]
    fn change_quorum(&self, quorum: usize) {
        require!(quorum > 0 && quorum <= self.signers().len(), "quorum is out of range");
        self.quorum().set(quorum);
    }

    /// Signatures of those who still are signers.
    fn valid_signatures(&self, number: usize) -> usize {
        let signers = self.signers();
        self.signed(number).iter().filter(|signer| signers.contains(signer)).count()
    }

    fn only_signer(&self) -> ManagedAddress {
        let caller = self.blockchain().get_caller();
        require!(self.signers().contains(&caller), "only signers may do this");
        caller
    }

    #[event("performed")]
    fn performed_event(&self, #[indexed] number: usize, #[indexed] to: &ManagedAddress, amount: &BigUint);

    #[view(getQuorum)]
    #[storage_mapper("quorum")]
    fn quorum(&self) -> SingleValueMapper<usize>;

    #[view(getSigners)]
    #[storage_mapper("signers")]
    fn signers(&self) -> UnorderedSetMapper<ManagedAddress>;

    #[storage_mapper("last")]
    fn last(&self) -> SingleValueMapper<usize>;

    #[view(getProposal)]
    #[storage_mapper("proposal")]
    fn proposal(&self, number: usize) -> SingleValueMapper<Proposal<Self::Api>>;

    #[storage_mapper("signed")]
    fn signed(&self, number: usize) -> UnorderedSetMapper<ManagedAddress>;
}
