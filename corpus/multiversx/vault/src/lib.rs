//! Accounts deposit EGLD and withdraw it again, or have it paid out to a bank account.

#![no_std]

use multiversx_sc::imports::*;

#[multiversx_sc::contract]
pub trait Vault {
    #[init]
    fn init(&self, admin: ManagedAddress, strategy: ManagedAddress) {
        self.admin().set(admin);
        self.strategy().set(strategy);
    }

    #[upgrade]
    fn upgrade(&self) {}

    #[payable("EGLD")]
    #[endpoint(deposit)]
    fn deposit(&self) {
        let amount = self.call_value().egld().clone_value();
        let caller = self.blockchain().get_caller();
        self.balance(&caller).update(|held| *held += amount);
    }

    /// The receiver that the caller names runs before the balance is written, and can withdraw it again.
    #[endpoint(withdraw)]
    fn withdraw(&self, amount: BigUint, receiver: ManagedAddress) {
        let caller = self.blockchain().get_caller();
        let rest = self.rest(&caller, &amount);
        self.notify_and_pay(&receiver, &amount);
        self.balance(&caller).set(&rest); //~ reentrancy-write-after-call
        self.withdrawn_event(&caller, &amount);
    }

    #[endpoint(withdrawChecked)]
    fn withdraw_checked(&self, amount: BigUint, receiver: ManagedAddress) {
        let caller = self.blockchain().get_caller();
        let rest = self.rest(&caller, &amount);
        self.balance(&caller).set(&rest);
        self.notify_and_pay(&receiver, &amount);
        self.withdrawn_event(&caller, &amount);
    }

    /// Anyone takes anyone's balance: nothing relates the caller to `account`.
    #[endpoint(withdrawFrom)]
    fn withdraw_from(&self, account: ManagedAddress, amount: BigUint) {
        let rest = self.rest(&account, &amount);
        self.balance(&account).set(&rest); //~ missing-subject-auth
        let caller = self.blockchain().get_caller();
        self.send().direct_egld(&caller, &amount);
    }

    #[endpoint(withdrawFromChecked)]
    fn withdraw_from_checked(&self, account: ManagedAddress, amount: BigUint) {
        let caller = self.blockchain().get_caller();
        require!(caller == account, "not your account");
        let rest = self.rest(&account, &amount);
        self.balance(&account).set(&rest);
        self.send().direct_egld(&caller, &amount);
    }

    /// Anyone becomes the administrator.
    #[endpoint(setAdmin)]
    fn set_admin(&self, admin: ManagedAddress) {
        self.admin().set(admin); //~ unprotected-privileged-write
    }

    #[endpoint(setAdminChecked)]
    fn set_admin_checked(&self, admin: ManagedAddress) {
        self.only_admin();
        self.admin().set(admin);
    }

    /// The same, checked by the SDK against the account that deployed the vault.
    #[only_owner]
    #[endpoint(setAdminByOwner)]
    fn set_admin_by_owner(&self, admin: ManagedAddress) {
        self.admin().set(admin);
    }

    /// Anyone replaces the code of the strategy, a contract that belongs to the vault.
    #[endpoint(upgradeStrategy)]
    fn upgrade_strategy(&self, source: ManagedAddress) {
        let strategy = self.strategy().get();
        let gas = self.blockchain().get_gas_left() / 2;
        let upgrade = self.tx().to(strategy).gas(gas).raw_upgrade().from_source(source);
        upgrade.code_metadata(CodeMetadata::UPGRADEABLE).upgrade_async_call_and_exit();
        //~^ unprotected-code-upgrade
    }

    #[endpoint(upgradeStrategyChecked)]
    fn upgrade_strategy_checked(&self, source: ManagedAddress) {
        self.only_admin();
        let strategy = self.strategy().get();
        let gas = self.blockchain().get_gas_left() / 2;
        let upgrade = self.tx().to(strategy).gas(gas).raw_upgrade().from_source(source);
        upgrade.code_metadata(CodeMetadata::UPGRADEABLE).upgrade_async_call_and_exit();
    }

    /// The bank account is public three times over: in the call, in the state and in the event.
    #[endpoint(cashOut)]
    fn cash_out(&self, amount: BigUint, iban: ManagedBuffer) {
        //~^ plaintext-sensitive-parameter
        let caller = self.blockchain().get_caller();
        let rest = self.rest(&caller, &amount);
        self.balance(&caller).set(&rest);
        self.payout(&caller).set(&iban); //~ sensitive-to-public-state
        self.cashed_out_event(&caller, &iban); //~ sensitive-to-event
    }

    /// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
    #[endpoint(cashOutSealed)]
    fn cash_out_sealed(&self, amount: BigUint, payee: ManagedByteArray<32>) {
        let caller = self.blockchain().get_caller();
        let rest = self.rest(&caller, &amount);
        self.balance(&caller).set(&rest);
        self.commitment(&caller).set(&payee);
        self.cashed_out_sealed_event(&caller, &payee);
    }

    /// What is left of `account` when `amount` is taken from it.
    fn rest(&self, account: &ManagedAddress, amount: &BigUint) -> BigUint {
        let held = self.balance(account).get();
        require!(held >= *amount, "insufficient balance");
        held - amount
    }

    /// Pays a contract in the same shard, and waits for it.
    fn notify_and_pay(&self, receiver: &ManagedAddress, amount: &BigUint) {
        self.tx().to(receiver).raw_call("onPayment").egld(amount).sync_call();
    }

    fn only_admin(&self) {
        require!(self.blockchain().get_caller() == self.admin().get(), "only the administrator may do this");
    }

    #[event("withdrawn")]
    fn withdrawn_event(&self, #[indexed] account: &ManagedAddress, amount: &BigUint);

    #[event("cashedOut")]
    fn cashed_out_event(&self, #[indexed] account: &ManagedAddress, iban: &ManagedBuffer);

    #[event("cashedOutSealed")]
    fn cashed_out_sealed_event(&self, #[indexed] account: &ManagedAddress, payee: &ManagedByteArray<32>);

    #[view(balanceOf)]
    #[storage_mapper("balance")]
    fn balance(&self, account: &ManagedAddress) -> SingleValueMapper<BigUint>;

    #[view(getAdmin)]
    #[storage_mapper("admin")]
    fn admin(&self) -> SingleValueMapper<ManagedAddress>;

    #[storage_mapper("strategy")]
    fn strategy(&self) -> SingleValueMapper<ManagedAddress>;

    #[storage_mapper("payout")]
    fn payout(&self, account: &ManagedAddress) -> SingleValueMapper<ManagedBuffer>;

    #[storage_mapper("commitment")]
    fn commitment(&self, account: &ManagedAddress) -> SingleValueMapper<ManagedByteArray<32>>;
}
