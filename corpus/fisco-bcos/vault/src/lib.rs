//! Members deposit an asset that another contract keeps, and withdraw it again or have it paid out to a bank account.

#![no_std]

use fisco_bcos_abi::{call, caller, emit, finish, get_storage, revert, set_storage, Address, Input, Key};

const OWNER: &[u8] = b"owner";
const ASSET: &[u8] = b"asset";
const BALANCE: &[u8] = b"balance/";
const PAYOUT: &[u8] = b"payout/";
const COMMITMENT: &[u8] = b"commitment/";

// The first four bytes of keccak256 of `name(types)`, with the types of the ABI beside this contract.
const DEPOSIT: [u8; 4] = [0x54, 0x46, 0x9a, 0xea];
const WITHDRAW: [u8; 4] = [0xb2, 0xbc, 0xb4, 0x0e];
const WITHDRAW_CHECKED: [u8; 4] = [0x9a, 0xa9, 0x01, 0x88];
const WITHDRAW_FROM: [u8; 4] = [0xc7, 0xb2, 0x4d, 0xbd];
const WITHDRAW_FROM_CHECKED: [u8; 4] = [0x1d, 0xd9, 0x29, 0x40];
const SET_OWNER: [u8; 4] = [0x6a, 0xfb, 0x45, 0xbd];
const SET_OWNER_CHECKED: [u8; 4] = [0x5c, 0x06, 0x89, 0xaf];
const CASH_OUT: [u8; 4] = [0xbe, 0xff, 0xe7, 0xb2];
const CASH_OUT_SEALED: [u8; 4] = [0x68, 0x7f, 0xa5, 0x23];
const BALANCE_OF: [u8; 4] = [0x3e, 0x6b, 0x44, 0x59];

/// Longest path of a contract.
const PATH: usize = 64;

#[no_mangle]
pub extern "C" fn deploy() {
    let mut input = Input::read();
    set_storage(OWNER, &caller());
    set_storage(ASSET, input.text());
}

#[no_mangle]
pub extern "C" fn main() {
    let mut input = Input::read();
    match input.selector() {
        DEPOSIT => deposit(input.amount()),
        WITHDRAW => withdraw(input.amount(), input.text()),
        WITHDRAW_CHECKED => withdraw_checked(input.amount(), input.text()),
        WITHDRAW_FROM => withdraw_from(input.address(), input.amount(), input.text()),
        WITHDRAW_FROM_CHECKED => withdraw_from_checked(input.address(), input.amount(), input.text()),
        SET_OWNER => set_owner(input.address()),
        SET_OWNER_CHECKED => set_owner_checked(input.address()),
        CASH_OUT => cash_out(input.amount(), input.text()),
        CASH_OUT_SEALED => cash_out_sealed(input.amount(), input.digest()),
        BALANCE_OF => return finish(&balance(&input.address()).amount().to_le_bytes()),
        _ => revert("no such method"),
    }
    finish(b"");
}

fn deposit(amount: u128) {
    ask_asset(b"pull", &caller(), amount);
    let balance = balance(&caller());
    set_storage(balance.as_bytes(), &(balance.amount() + amount).to_le_bytes());
}

/// The receiver that the caller names runs before the balance is written, and can withdraw it again.
fn withdraw(amount: u128, receiver: &[u8]) {
    let balance = balance(&caller());
    let rest = rest(&balance, amount);
    pay(receiver, amount);
    set_storage(balance.as_bytes(), &rest.to_le_bytes()); //~ reentrancy-write-after-call
}

fn withdraw_checked(amount: u128, receiver: &[u8]) {
    let balance = balance(&caller());
    let rest = rest(&balance, amount);
    set_storage(balance.as_bytes(), &rest.to_le_bytes());
    pay(receiver, amount);
}

/// Anyone takes anyone's balance: nothing relates the caller to `account`.
fn withdraw_from(account: Address, amount: u128, receiver: &[u8]) {
    let balance = balance(&account);
    let rest = rest(&balance, amount);
    set_storage(balance.as_bytes(), &rest.to_le_bytes()); //~ missing-subject-auth
    pay(receiver, amount);
}

fn withdraw_from_checked(account: Address, amount: u128, receiver: &[u8]) {
    if account != caller() {
        revert("not your account");
    }
    let balance = balance(&account);
    let rest = rest(&balance, amount);
    set_storage(balance.as_bytes(), &rest.to_le_bytes());
    pay(receiver, amount);
}

/// Anyone becomes the owner.
fn set_owner(owner: Address) {
    set_storage(OWNER, &owner); //~ unprotected-privileged-write
}

fn set_owner_checked(owner: Address) {
    let mut current = [0; 40];
    get_storage(OWNER, &mut current);
    if caller() != current {
        revert("only the owner may do this");
    }
    set_storage(OWNER, &owner);
}

/// The bank account is public three times over: in the call, in the state and in the event.
fn cash_out(amount: u128, iban: &[u8]) {
    //~^ plaintext-sensitive-parameter
    let balance = balance(&caller());
    let rest = rest(&balance, amount);
    set_storage(balance.as_bytes(), &rest.to_le_bytes());
    set_storage(Key::new(&[PAYOUT, &caller()]).as_bytes(), iban); //~ sensitive-to-public-state
    emit("CashedOut", iban); //~ sensitive-to-event
}

/// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
fn cash_out_sealed(amount: u128, payee: [u8; 32]) {
    let balance = balance(&caller());
    let rest = rest(&balance, amount);
    set_storage(balance.as_bytes(), &rest.to_le_bytes());
    set_storage(Key::new(&[COMMITMENT, &caller()]).as_bytes(), &payee);
    emit("CashedOutSealed", &payee);
}

fn balance(account: &Address) -> Key {
    Key::new(&[BALANCE, account])
}

/// What is left when `amount` is taken.
fn rest(balance: &Key, amount: u128) -> u128 {
    let Some(rest) = balance.amount().checked_sub(amount) else {
        revert("insufficient balance");
    };
    rest
}

/// Transfers the amount to a contract, and tells it.
fn pay(receiver: &[u8], amount: u128) {
    ask_asset(b"push", receiver, amount);
    if !call(receiver, &amount.to_le_bytes()) {
        revert("the receiver refused");
    }
}

/// Asks the contract that keeps the asset to move it.
fn ask_asset(method: &[u8; 4], party: &[u8], amount: u128) {
    let mut asset = [0; PATH];
    let len = get_storage(ASSET, &mut asset);
    if !call(&asset[..len], Key::new(&[method, &amount.to_le_bytes(), party]).as_bytes()) {
        revert("the asset was not moved");
    }
}
