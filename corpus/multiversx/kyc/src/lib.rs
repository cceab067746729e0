//! A register of customers that banks keep on a side chain of theirs, and from which a bridge to a mainnet is told who passed.

#![no_std]

use multiversx_sc::imports::*;

#[multiversx_sc::contract]
pub trait Kyc {
    #[init]
    fn init(&self, bridge: ManagedAddress) {
        self.bridge().set(bridge);
    }

    #[upgrade]
    fn upgrade(&self) {}

    #[only_owner]
    #[endpoint(addBank)]
    fn add_bank(&self, bank: ManagedAddress) {
        self.banks().add(&bank);
    }

    /// The passport stays on the side chain, and can be deleted there.
    #[endpoint(register)]
    fn register(&self, customer: ManagedAddress, passport: ManagedBuffer) {
        self.only_bank();
        self.passport(&customer).set(&passport);
        self.registered_event(&customer);
    }

    /// The telephone stays for ever.
    #[endpoint(setPhone)]
    fn set_phone(&self, customer: ManagedAddress, phone: ManagedBuffer) {
        self.only_bank();
        self.phone(&customer).set(&phone); //~ no-erasure-path
    }

    #[endpoint(forget)]
    fn forget(&self, customer: ManagedAddress) {
        self.only_bank();
        self.passport(&customer).clear();
        self.seal(&customer).clear();
    }

    /// The bridge, and so the mainnet, gets the passport.
    #[endpoint(announce)]
    fn announce(&self, customer: ManagedAddress, passport: ManagedBuffer) {
        self.only_bank();
        let bridge = self.bridge().get();
        let call = self.tx().to(bridge).raw_call("passed").argument(&customer).argument(&passport);
        call.transfer_execute(); //~ sensitive-to-external-message
    }

    /// A digest of a passport without a blind: there are few enough passports to try them all.
    #[endpoint(announceHashed)]
    fn announce_hashed(&self, customer: ManagedAddress, passport: ManagedBuffer) {
        self.only_bank();
        let bridge = self.bridge().get();
        let digest = self.crypto().sha256(&passport);
        let call = self.tx().to(bridge).raw_call("passed").argument(&customer).argument(&digest);
        call.transfer_execute(); //~ sensitive-to-external-message
    }

    /// With a blind that the customer keeps, the digest tells nothing.
    #[endpoint(announceSealed)]
    fn announce_sealed(&self, customer: ManagedAddress, passport: ManagedBuffer, blind: ManagedByteArray<32>) {
        self.only_bank();
        let mut preimage = blind.as_managed_buffer().clone();
        preimage.append(&passport);
        let digest = self.crypto().sha256(&preimage);
        self.seal(&customer).set(&digest);
        let bridge = self.bridge().get();
        let call = self.tx().to(bridge).raw_call("passed").argument(&customer).argument(&digest);
        call.transfer_execute();
    }

    #[view(sealOf)]
    fn seal_of(&self, customer: ManagedAddress) -> ManagedByteArray<32> {
        self.seal(&customer).get()
    }

    fn only_bank(&self) {
        let caller = self.blockchain().get_caller();
        require!(self.banks().contains(&caller), "only banks may do this");
    }

    #[event("registered")]
    fn registered_event(&self, #[indexed] customer: &ManagedAddress);

    #[storage_mapper("bridge")]
    fn bridge(&self) -> SingleValueMapper<ManagedAddress>;

    #[storage_mapper("banks")]
    fn banks(&self) -> WhitelistMapper<ManagedAddress>;

    #[storage_mapper("passport")]
    fn passport(&self, customer: &ManagedAddress) -> SingleValueMapper<ManagedBuffer>;

    #[storage_mapper("phone")]
    fn phone(&self, customer: &ManagedAddress) -> SingleValueMapper<ManagedBuffer>;

    #[storage_mapper("seal")]
    fn seal(&self, customer: &ManagedAddress) -> SingleValueMapper<ManagedByteArray<32>>;
}
