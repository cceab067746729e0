//! A fungible token: holders transfer it, or allow others to.

use near_sdk::collections::LookupMap;
use near_sdk::json_types::U128;
use near_sdk::{assert_one_yocto, env, log, near, require, AccountId, BorshStorageKey, PanicOnDefault};

#[near(serializers = [borsh])]
#[derive(BorshStorageKey)]
enum Key {
    Balances,
    Allowances,
}

#[near(contract_state)]
#[derive(PanicOnDefault)]
pub struct Token {
    minter: AccountId,
    total_supply: u128,
    balances: LookupMap<AccountId, u128>,
    allowances: LookupMap<(AccountId, AccountId), u128>,
}

#[near]
impl Token {
    #[init]
    pub fn new(minter: AccountId) -> Self {
        Self {
            minter,
            total_supply: 0,
            balances: LookupMap::new(Key::Balances),
            allowances: LookupMap::new(Key::Allowances),
        }
    }

    pub fn mint(&mut self, to: AccountId, amount: U128) {
        self.assert_minter();
        self.total_supply += amount.0;
        self.credit(&to, amount.0);
        log!("{} minted for {}", amount.0, to);
    }

    /// Writes the state of the contract, minter and all, but changes the supply alone.
    #[payable]
    pub fn burn(&mut self, amount: U128) {
        assert_one_yocto();
        let caller = env::predecessor_account_id();
        self.debit(&caller, amount.0);
        self.total_supply -= amount.0;
        log!("{} burnt by {}", amount.0, caller);
    }

    #[payable]
    pub fn transfer(&mut self, to: AccountId, amount: U128) {
        assert_one_yocto();
        let caller = env::predecessor_account_id();
        self.debit(&caller, amount.0);
        self.credit(&to, amount.0);
        log!("{} from {} to {}", amount.0, caller, to);
    }

    #[payable]
    pub fn approve(&mut self, spender: AccountId, amount: U128) {
        assert_one_yocto();
        let owner = env::predecessor_account_id();
        self.allowances.insert(&(owner, spender), &amount.0);
    }

    /// Whoever holds the tokens has allowed the caller to move them: the allowance is the authorisation.
    #[payable]
    pub fn transfer_from(&mut self, from: AccountId, to: AccountId, amount: U128) {
        assert_one_yocto();
        let key = (from, env::predecessor_account_id());
        let allowed = self.allowances.get(&key).unwrap_or(0);
        require!(allowed >= amount.0, "insufficient allowance");
        self.allowances.insert(&key, &(allowed - amount.0));
        self.debit(&key.0, amount.0);
        self.credit(&to, amount.0);
        log!("{} from {} to {}", amount.0, key.0, to);
    }

    pub fn set_minter(&mut self, minter: AccountId) {
        self.assert_minter();
        self.minter = minter;
    }

    pub fn total_supply(&self) -> U128 {
        U128(self.total_supply)
    }

    pub fn balance_of(&self, account_id: AccountId) -> U128 {
        U128(self.held(&account_id))
    }
}

impl Token {
    fn held(&self, account: &AccountId) -> u128 {
        self.balances.get(account).unwrap_or(0)
    }

    fn debit(&mut self, account: &AccountId, amount: u128) {
        let held = self.held(account);
        require!(held >= amount, "insufficient balance");
        self.balances.insert(account, &(held - amount));
    }

    fn credit(&mut self, account: &AccountId, amount: u128) {
        let held = self.held(account);
        self.balances.insert(account, &(held + amount));
    }

    fn assert_minter(&self) {
        require!(env::predecessor_account_id() == self.minter, "only the minter may do this");
    }
}
