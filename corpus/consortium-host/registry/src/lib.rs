//! The customers of a port: who has been identified, what they have deposited for duties, and who the customs office is.

#![no_std]

use harbor_abi::{call, caller, delete, emit, ensure, finish, get, key, put, require_role, Account, Input};

const OFFICE: &[u8] = b"office";
const DEPOSIT: &[u8; 8] = b"deposit/";
const PASSPORT: &[u8; 8] = b"passprt/";
const COMMITMENT: &[u8; 8] = b"commitm/";

#[no_mangle]
pub extern "C" fn setup() {
    put(OFFICE, &caller());
}

/// The number of the passport is in the ledger and in the event for all members to read.
#[no_mangle]
pub extern "C" fn register() {
    //~^ plaintext-sensitive-parameter
    let mut input = Input::read();
    let passport: [u8; 9] = input.array();
    put(&key(PASSPORT, &caller()), &passport); //~ sensitive-to-public-state
    emit(c"registered", &passport); //~ sensitive-to-event
}

/// The customer commits to the passport with a salted hash, and shows it to the office alone.
#[no_mangle]
pub extern "C" fn register_sealed() {
    let mut input = Input::read();
    let commitment: [u8; 32] = input.array();
    put(&key(COMMITMENT, &caller()), &commitment);
    emit(c"registered", &commitment);
}

/// Anyone removes anyone.
#[no_mangle]
pub extern "C" fn remove() {
    let customer = Input::read().account();
    delete(&key(COMMITMENT, &customer)); //~ missing-subject-auth
}

#[no_mangle]
pub extern "C" fn remove_checked() {
    let customer = Input::read().account();
    ensure(customer == caller(), c"not you");
    delete(&key(COMMITMENT, &customer));
}

/// Those who have the role remove customers.
#[no_mangle]
pub extern "C" fn remove_by_office() {
    require_role("customs");
    let customer = Input::read().account();
    delete(&key(COMMITMENT, &customer));
}

/// Anyone becomes the office.
#[no_mangle]
pub extern "C" fn set_office() {
    put(OFFICE, &Input::read().account()); //~ unprotected-privileged-write
}

#[no_mangle]
pub extern "C" fn set_office_checked() {
    ensure(get::<20>(OFFICE) == caller(), c"only the office may do this");
    put(OFFICE, &Input::read().account());
}

#[no_mangle]
pub extern "C" fn deposit() {
    let amount = Input::read().amount();
    require_role("bank");
    let key = key(DEPOSIT, &caller());
    put(&key, &(stored(&key) + amount).to_le_bytes());
}

/// The receiver that the customer names runs before the deposit is written, and can withdraw it again.
#[no_mangle]
pub extern "C" fn withdraw() {
    let mut input = Input::read();
    let (amount, receiver) = (input.amount(), input.account());
    let key = key(DEPOSIT, &caller());
    let deposit = stored(&key);
    ensure(deposit >= amount, c"insufficient deposit");
    pay(&receiver, amount);
    put(&key, &(deposit - amount).to_le_bytes()); //~ reentrancy-write-after-call
}

#[no_mangle]
pub extern "C" fn withdraw_checked() {
    let mut input = Input::read();
    let (amount, receiver) = (input.amount(), input.account());
    let key = key(DEPOSIT, &caller());
    let deposit = stored(&key);
    ensure(deposit >= amount, c"insufficient deposit");
    put(&key, &(deposit - amount).to_le_bytes());
    pay(&receiver, amount);
}

#[no_mangle]
pub extern "C" fn deposit_of() {
    let customer = Input::read().account();
    finish(&stored(&key(DEPOSIT, &customer)).to_le_bytes());
}

fn stored(key: &[u8; 28]) -> u64 {
    u64::from_le_bytes(get(key))
}

fn pay(receiver: &Account, amount: u64) {
    let paid = call(receiver, c"on_payment", &amount.to_le_bytes());
    ensure(paid, c"the payment failed");
}
