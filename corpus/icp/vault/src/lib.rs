//! Principals keep credits here, spend them, and have cycles sent for them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use candid::{CandidType, Deserialize, Principal};
use ic_cdk::api::call::call_with_payment128;
use ic_cdk::api::management_canister::main::CanisterIdRecord;
use ic_cdk::{caller, id, init, inspect_message, post_upgrade, pre_upgrade, query, trap, update};

#[derive(CandidType, Deserialize, Clone)]
struct State {
    owner: Principal,
    controllers: Vec<Principal>,
    credits: BTreeMap<Principal, u64>,
    notes: BTreeMap<u64, String>,
}

impl Default for State {
    fn default() -> Self {
        let owner = Principal::anonymous();
        State { owner, controllers: Vec::new(), credits: BTreeMap::new(), notes: BTreeMap::new() }
    }
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn only_owner() -> Result<(), String> {
    let owner = STATE.with_borrow(|state| state.owner);
    if caller() != owner {
        return Err("not the owner".to_string());
    }
    Ok(())
}

#[init]
fn init() {
    STATE.with_borrow_mut(|state| state.owner = caller());
}

/// Asked before a call is accepted at all; calls from other canisters do not come this way.
#[inspect_message]
fn inspect() {
    if caller() == Principal::anonymous() {
        trap("anonymous callers are not served");
    }
    ic_cdk::api::call::accept_message();
}

#[update]
fn credit(to: Principal, amount: u64) -> Result<(), String> {
    only_owner()?;
    STATE.with_borrow_mut(|state| *state.credits.entry(to).or_default() += amount);
    Ok(())
}

#[update]
fn transfer(to: Principal, amount: u64) -> Result<(), String> {
    let from = caller();
    STATE.with_borrow_mut(|state| {
        let held = state.credits.get(&from).copied().unwrap_or_default();
        let rest = held.checked_sub(amount).ok_or("insufficient")?;
        state.credits.insert(from, rest);
        *state.credits.entry(to).or_default() += amount;
        Ok(())
    })
}

/// Anyone becomes the owner.
#[update]
fn set_owner(owner: Principal) {
    STATE.with_borrow_mut(|state| state.owner = owner);
}

#[update]
fn set_owner_checked(owner: Principal) -> Result<(), String> {
    only_owner()?;
    STATE.with_borrow_mut(|state| state.owner = owner);
    Ok(())
}

/// Anyone has the cycles of the canister sent anywhere.
#[update]
async fn send_cycles(to: Principal, amount: u128) -> Result<(), String> {
    let canister = CanisterIdRecord { canister_id: to };
    let management = Principal::management_canister();
    let sent: Result<((),), _> = call_with_payment128(management, "deposit_cycles", (canister,), amount).await;
    //~^ unprotected-value-outflow
    sent.map(|_| ()).map_err(|(_, message)| message)
}

#[update]
async fn send_cycles_checked(to: Principal, amount: u128) -> Result<(), String> {
    only_owner()?;
    let canister = CanisterIdRecord { canister_id: to };
    let management = Principal::management_canister();
    let sent: Result<((),), _> = call_with_payment128(management, "deposit_cycles", (canister,), amount).await;
    sent.map(|_| ()).map_err(|(_, message)| message)
}

/// Calls whatever anyone wants in the name of the canister.
#[update]
async fn forward(canister: Principal, method: String, argument: Vec<u8>) -> Result<Vec<u8>, String> {
    let answer = ic_cdk::api::call::call_raw(canister, &method, argument, 0).await; //~ arbitrary-call-target
    answer.map_err(|(_, message)| message)
}

#[query]
fn credits_of(account: Principal) -> u64 {
    STATE.with_borrow(|state| state.credits.get(&account).copied().unwrap_or_default())
}

#[query]
fn who() -> Principal {
    id()
}

#[pre_upgrade]
fn pre_upgrade() {
    let state = STATE.with_borrow(State::clone);
    if ic_cdk::storage::stable_save((state,)).is_err() {
        trap("the state could not be saved");
    }
}

#[post_upgrade]
fn post_upgrade() {
    let Ok((state,)) = ic_cdk::storage::stable_restore::<(State,)>() else {
        trap("the state could not be restored");
    };
    STATE.replace(state);
}
