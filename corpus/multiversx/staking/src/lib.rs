//! Accounts stake a token and earn EGLD for it.

#![no_std]

use multiversx_sc::imports::*;

const DIVISION: u64 = 1_000_000;
const PER_CALL: usize = 20;

#[multiversx_sc::contract]
pub trait Staking {
    #[init]
    fn init(&self, token: TokenIdentifier, rate: u64) {
        self.token().set(token);
        self.rate().set(rate);
    }

    #[upgrade]
    fn upgrade(&self) {}

    /// Counts any token as the one that is staked.
    #[payable("*")]
    #[endpoint(stake)]
    fn stake(&self) {
        let payment = self.call_value().single_esdt();
        let caller = self.blockchain().get_caller();
        self.settle(&caller);
        self.staked(&caller).update(|staked| *staked += &payment.amount); //~ unchecked-payment-asset
        self.stakers().insert(caller);
    }

    #[payable("*")]
    #[endpoint(stakeChecked)]
    fn stake_checked(&self) {
        let payment = self.call_value().single_esdt();
        require!(payment.token_identifier == self.token().get(), "not the token that is staked");
        let caller = self.blockchain().get_caller();
        self.settle(&caller);
        self.staked(&caller).update(|staked| *staked += &payment.amount);
        self.stakers().insert(caller);
    }

    #[endpoint(unstake)]
    fn unstake(&self, amount: BigUint) {
        let caller = self.blockchain().get_caller();
        self.settle(&caller);
        self.staked(&caller).update(|staked| {
            require!(*staked >= amount, "not that much is staked");
            *staked -= &amount;
        });
        self.send().direct_esdt(&caller, &self.token().get(), 0, &amount);
    }

    /// Gives the stake of an account to whoever asks for it.
    #[endpoint(unstakeFor)]
    fn unstake_for(&self, account: ManagedAddress, amount: BigUint) {
        self.settle(&account);
        let staked = self.staked(&account).get();
        require!(staked >= amount, "not that much is staked");
        self.staked(&account).set(staked - &amount); //~ missing-subject-auth
        let caller = self.blockchain().get_caller();
        self.send().direct_esdt(&caller, &self.token().get(), 0, &amount);
    }

    /// Pays the reward, and keeps it on record.
    #[endpoint(claim)]
    fn claim(&self) {
        let caller = self.blockchain().get_caller();
        let earned = self.earned(&caller).get();
        require!(earned > 0, "nothing was earned");
        self.send().direct_egld(&caller, &earned); //~ lost-state-update
    }

    #[endpoint(claimOnce)]
    fn claim_once(&self) {
        let caller = self.blockchain().get_caller();
        let earned = self.earned(&caller).take();
        require!(earned > 0, "nothing was earned");
        self.send().direct_egld(&caller, &earned);
    }

    /// Pays everybody in one transaction, for which there is too little gas one day.
    #[endpoint(payAll)]
    fn pay_all(&self) {
        for staker in self.stakers().iter() { //~ unbounded-loop
            let earned = self.earned(&staker).take();
            if earned > 0 {
                self.send().direct_egld(&staker, &earned); //~ external-call-in-loop
            }
        }
    }

    /// Pays some of them, and goes on where it stopped.
    #[endpoint(paySome)]
    fn pay_some(&self, start: usize) {
        for staker in self.stakers().iter().skip(start).take(PER_CALL) {
            let earned = self.earned(&staker).take();
            if earned > 0 {
                self.send().direct_egld(&staker, &earned); //~ external-call-in-loop
            }
        }
    }

    #[payable("EGLD")]
    #[endpoint(fund)]
    fn fund(&self) {
        let amount = self.call_value().egld().clone_value();
        self.pot().update(|pot| *pot += amount);
    }

    /// Anyone decides what is earned.
    #[endpoint(setRate)]
    fn set_rate(&self, rate: u64) {
        self.rate().set(rate); //~ unprotected-privileged-write
    }

    #[only_owner]
    #[endpoint(setRateByOwner)]
    fn set_rate_by_owner(&self, rate: u64) {
        require!(rate <= DIVISION, "rate is above one");
        self.rate().set(rate);
    }

    /// Anyone takes what is in the pot.
    #[endpoint(drain)]
    fn drain(&self, to: ManagedAddress, amount: BigUint) {
        self.send().direct_egld(&to, &amount); //~ unprotected-value-outflow
    }

    #[only_owner]
    #[endpoint(drainByOwner)]
    fn drain_by_owner(&self, to: ManagedAddress, amount: BigUint) {
        self.send().direct_egld(&to, &amount);
    }

    /// Writes down what an account has earned since the last time.
    fn settle(&self, account: &ManagedAddress) {
        let now = self.blockchain().get_block_nonce();
        let since = self.since(account).replace(now);
        if since > 0 {
            let reward = self.staked(account).get() * self.rate().get() * (now - since) / DIVISION;
            self.earned(account).update(|earned| *earned += reward);
        }
    }

    #[view(getToken)]
    #[storage_mapper("token")]
    fn token(&self) -> SingleValueMapper<TokenIdentifier>;

    #[view(getRate)]
    #[storage_mapper("rate")]
    fn rate(&self) -> SingleValueMapper<u64>;

    #[storage_mapper("pot")]
    fn pot(&self) -> SingleValueMapper<BigUint>;

    #[view(getStaked)]
    #[storage_mapper("staked")]
    fn staked(&self, account: &ManagedAddress) -> SingleValueMapper<BigUint>;

    #[view(getEarned)]
    #[storage_mapper("earned")]
    fn earned(&self, account: &ManagedAddress) -> SingleValueMapper<BigUint>;

    #[storage_mapper("since")]
    fn since(&self, account: &ManagedAddress) -> SingleValueMapper<u64>;

    #[view(getStakers)]
    #[storage_mapper("stakers")]
    fn stakers(&self) -> SetMapper<ManagedAddress>;
}
