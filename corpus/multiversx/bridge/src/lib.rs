//! Deposits are lent to a pool, a contract in another shard, and come back from it by asynchronous calls.

#![no_std]

use multiversx_sc::imports::*;

const GAS: u64 = 10_000_000;
const GAS_FOR_CALLBACK: u64 = 5_000_000;

#[multiversx_sc::contract]
pub trait Bridge {
    #[init]
    fn init(&self, pool: ManagedAddress) {
        require!(self.blockchain().is_smart_contract(&pool), "the pool is a contract");
        self.pool().set(pool);
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

    #[endpoint(withdraw)]
    fn withdraw(&self, amount: BigUint) {
        let caller = self.blockchain().get_caller();
        self.reduce(&caller, &amount);
        self.send().direct_egld(&caller, &amount);
    }

    /// What was lent is gone from the books, and nobody hears whether the pool took it.
    #[endpoint(lend)]
    fn lend(&self, amount: BigUint) {
        let caller = self.blockchain().get_caller();
        self.reduce(&caller, &amount);
        self.tx().to(self.pool().get()).raw_call("lend").egld(&amount).gas(GAS).register_promise();
        //~^ async-failure-not-compensated
    }

    /// The callback does not care whether the pool failed: the caller's money is lost then.
    #[endpoint(lendCarelessly)]
    fn lend_carelessly(&self, amount: BigUint) {
        let caller = self.blockchain().get_caller();
        self.reduce(&caller, &amount);
        self.tx() //~ async-failure-not-compensated
            .to(self.pool().get())
            .raw_call("lend")
            .egld(&amount)
            .gas(GAS)
            .callback(self.callbacks().count(&amount))
            .gas_for_callback(GAS_FOR_CALLBACK)
            .register_promise();
    }

    #[endpoint(lendSafely)]
    fn lend_safely(&self, amount: BigUint) {
        let caller = self.blockchain().get_caller();
        self.reduce(&caller, &amount);
        self.tx()
            .to(self.pool().get())
            .raw_call("lend")
            .egld(&amount)
            .gas(GAS)
            .callback(self.callbacks().lent(&caller, &amount))
            .gas_for_callback(GAS_FOR_CALLBACK)
            .register_promise();
    }

    #[promises_callback]
    fn count(&self, amount: &BigUint) {
        self.lent_in_all().update(|sum| *sum += amount);
    }

    #[promises_callback]
    fn lent(
        &self,
        caller: &ManagedAddress,
        amount: &BigUint,
        #[call_result] result: ManagedAsyncCallResult<IgnoreValue>,
    ) {
        match result {
            ManagedAsyncCallResult::Ok(_) => self.lent_in_all().update(|sum| *sum += amount),
            ManagedAsyncCallResult::Err(_) => self.balance(caller).update(|held| *held += amount),
        }
    }

    /// The balance that is read before the call is written when it returns: what changed meanwhile is undone.
    #[endpoint(sync)]
    fn sync_balance(&self) {
        let caller = self.blockchain().get_caller();
        let held = self.balance(&caller).get();
        self.tx() //~ async-state-race
            .to(self.pool().get())
            .raw_call("earned")
            .argument(&caller)
            .gas(GAS)
            .callback(self.callbacks().synced(&caller, held))
            .gas_for_callback(GAS_FOR_CALLBACK)
            .register_promise();
    }

    #[promises_callback]
    fn synced(
        &self,
        caller: &ManagedAddress,
        held: BigUint,
        #[call_result] result: ManagedAsyncCallResult<BigUint>,
    ) {
        if let ManagedAsyncCallResult::Ok(earned) = result {
            self.balance(caller).set(held + earned);
        }
    }

    #[endpoint(syncFresh)]
    fn sync_fresh(&self) {
        let caller = self.blockchain().get_caller();
        self.tx()
            .to(self.pool().get())
            .raw_call("earned")
            .argument(&caller)
            .gas(GAS)
            .callback(self.callbacks().earned(&caller))
            .gas_for_callback(GAS_FOR_CALLBACK)
            .register_promise();
    }

    #[promises_callback]
    fn earned(&self, caller: &ManagedAddress, #[call_result] result: ManagedAsyncCallResult<BigUint>) {
        if let ManagedAsyncCallResult::Ok(earned) = result {
            self.balance(caller).update(|held| *held += earned);
        }
    }

    /// Anyone says where deposits are lent to.
    #[endpoint(setPool)]
    fn set_pool(&self, pool: ManagedAddress) {
        self.pool().set(pool); //~ unprotected-privileged-write
    }

    #[only_owner]
    #[endpoint(setPoolByOwner)]
    fn set_pool_by_owner(&self, pool: ManagedAddress) {
        require!(self.blockchain().is_smart_contract(&pool), "the pool is a contract");
        self.pool().set(pool);
    }

    /// The caller's call, with the bridge's money and in its name.
    #[endpoint(relay)]
    fn relay(&self, to: ManagedAddress, amount: BigUint, function: ManagedBuffer, args: MultiValueEncoded<ManagedBuffer>) {
        self.tx() //~ arbitrary-call-target
            .to(&to)
            .raw_call(function)
            .arguments_raw(args.to_arg_buffer())
            .egld(&amount)
            .gas(GAS)
            .transfer_execute();
    }

    #[only_owner]
    #[endpoint(relayByOwner)]
    fn relay_by_owner(&self, to: ManagedAddress, amount: BigUint, function: ManagedBuffer, args: MultiValueEncoded<ManagedBuffer>) {
        self.tx()
            .to(&to)
            .raw_call(function)
            .arguments_raw(args.to_arg_buffer())
            .egld(&amount)
            .gas(GAS)
            .transfer_execute();
    }

    fn reduce(&self, account: &ManagedAddress, amount: &BigUint) {
        self.balance(account).update(|held| {
            require!(*held >= *amount, "insufficient balance");
            *held -= amount;
        });
    }

    #[view(getPool)]
    #[storage_mapper("pool")]
    fn pool(&self) -> SingleValueMapper<ManagedAddress>;

    #[view(getBalance)]
    #[storage_mapper("balance")]
    fn balance(&self, account: &ManagedAddress) -> SingleValueMapper<BigUint>;

    #[view(getLent)]
    #[storage_mapper("lent")]
    fn lent_in_all(&self) -> SingleValueMapper<BigUint>;
}
