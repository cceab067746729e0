//! Accounts deposit NEAR and withdraw it again, or have it paid out to a bank account.

use near_sdk::collections::LookupMap;
use near_sdk::json_types::{Base58CryptoHash, U128};
use near_sdk::{
    env, log, near, require, AccountId, BorshStorageKey, CryptoHash, NearToken, PanicOnDefault, Promise,
};

/// The owner has a key of its own, so that an upgrade which changes the layout of the state cannot lose it.
const OWNER: &[u8] = b"__OWNER__";

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Balances,
    Payouts,
    Commitments,
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Vault {
    paused: bool,
    total: u128,
    balances: LookupMap<AccountId, u128>,
    payouts: LookupMap<AccountId, String>,
    commitments: LookupMap<AccountId, CryptoHash>,
}

// The state itself is written where `#[near]` wraps a method, after what the method assigns.
#[near]
impl Vault {
    #[init]
    pub fn new(owner: AccountId) -> Self {
        env::storage_write(OWNER, owner.as_bytes());
        Self {
            paused: false,
            total: 0,
            balances: LookupMap::new(Key::Balances),
            payouts: LookupMap::new(Key::Payouts),
            commitments: LookupMap::new(Key::Commitments),
        }
    }

    #[payable]
    pub fn deposit(&mut self) {
        self.credit(env::predecessor_account_id());
    }

    /// Anyone may pay for somebody else: the balance only grows, by what the caller attached.
    #[payable]
    pub fn deposit_for(&mut self, account_id: AccountId) {
        self.credit(account_id);
    }

    pub fn withdraw(&mut self, amount: U128) {
        self.assert_running();
        let caller = env::predecessor_account_id();
        let held = self.held(&caller);
        require!(held >= amount.0, "insufficient balance");
        self.balances.insert(&caller, &(held - amount.0));
        self.total -= amount.0;
        Promise::new(caller).transfer(NearToken::from_yoctonear(amount.0)).detach();
    }

    /// Anyone takes anyone's balance: nothing relates the caller to `account_id`.
    pub fn withdraw_from(&mut self, account_id: AccountId, amount: U128) {
        self.assert_running();
        let held = self.held(&account_id);
        require!(held >= amount.0, "insufficient balance");
        self.balances.insert(&account_id, &(held - amount.0)); //~ missing-subject-auth
        self.total -= amount.0;
        let caller = env::predecessor_account_id();
        Promise::new(caller).transfer(NearToken::from_yoctonear(amount.0)).detach();
    }

    pub fn withdraw_from_checked(&mut self, account_id: AccountId, amount: U128) {
        self.assert_running();
        let caller = env::predecessor_account_id();
        require!(caller == account_id, "not your account");
        let held = self.held(&account_id);
        require!(held >= amount.0, "insufficient balance");
        self.balances.insert(&account_id, &(held - amount.0));
        self.total -= amount.0;
        Promise::new(caller).transfer(NearToken::from_yoctonear(amount.0)).detach();
    }

    /// Anyone becomes the owner.
    pub fn set_owner(&mut self, owner: AccountId) {
        env::storage_write(OWNER, owner.as_bytes()); //~ unprotected-privileged-write
    }

    pub fn set_owner_checked(&mut self, owner: AccountId) {
        self.assert_owner();
        env::storage_write(OWNER, owner.as_bytes());
    }

    /// Anyone stops all deposits and withdrawals.
    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused; //~ unprotected-privileged-write
    }

    pub fn set_paused_checked(&mut self, paused: bool) {
        self.assert_owner();
        self.paused = paused;
    }

    /// Anyone replaces the code; the new code is the raw input of the call.
    pub fn upgrade(&self) {
        let code = env::input().unwrap_or_default();
        Promise::new(env::current_account_id()).deploy_contract(code).detach(); //~ unprotected-code-upgrade
    }

    pub fn upgrade_checked(&self) {
        self.assert_owner();
        let code = env::input().unwrap_or_default();
        Promise::new(env::current_account_id()).deploy_contract(code).detach();
    }

    /// The bank account is public three times over: in the call, in the log and in the state.
    pub fn cash_out(&mut self, amount: U128, iban: String) {
        //~^ plaintext-sensitive-parameter
        let caller = env::predecessor_account_id();
        self.debit(&caller, amount.0);
        log!("{} cashes out {} to {}", caller, amount.0, iban); //~ sensitive-to-event
        self.payouts.insert(&caller, &iban); //~ sensitive-to-public-state
    }

    /// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
    pub fn cash_out_sealed(&mut self, amount: U128, payee: Base58CryptoHash) {
        let caller = env::predecessor_account_id();
        self.debit(&caller, amount.0);
        log!("{} cashes out {}", caller, amount.0);
        self.commitments.insert(&caller, &payee.into());
    }

    pub fn balance_of(&self, account_id: AccountId) -> U128 {
        U128(self.held(&account_id))
    }

    pub fn total(&self) -> U128 {
        U128(self.total)
    }
}

impl Vault {
    fn held(&self, account: &AccountId) -> u128 {
        self.balances.get(account).unwrap_or(0)
    }

    fn credit(&mut self, account: AccountId) {
        self.assert_running();
        let amount = env::attached_deposit().as_yoctonear();
        let held = self.held(&account);
        self.balances.insert(&account, &(held + amount));
        self.total += amount;
    }

    fn debit(&mut self, account: &AccountId, amount: u128) {
        self.assert_running();
        let held = self.held(account);
        require!(held >= amount, "insufficient balance");
        self.balances.insert(account, &(held - amount));
        self.total -= amount;
    }

    fn assert_running(&self) {
        require!(!self.paused, "the vault is paused");
    }

    fn assert_owner(&self) {
        let owner = env::storage_read(OWNER);
        let caller = env::predecessor_account_id();
        require!(owner.as_deref() == Some(caller.as_bytes()), "only the owner may do this");
    }
}
