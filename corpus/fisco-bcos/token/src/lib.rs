//! A fungible token: holders transfer it, or allow others to.

#![no_std]

use fisco_bcos_abi::{caller, finish, revert, set_storage, Address, Input, Key};

const BALANCE: &[u8] = b"balance/";
const ALLOWANCE: &[u8] = b"allowance/";

// The first four bytes of keccak256 of `name(types)`, with the types of the ABI beside this contract.
const TRANSFER: [u8; 4] = [0xca, 0xc8, 0xc7, 0x1b];
const APPROVE: [u8; 4] = [0xbe, 0x6b, 0xd1, 0xff];
const TRANSFER_FROM: [u8; 4] = [0xb7, 0xfe, 0xeb, 0x2c];
const BALANCE_OF: [u8; 4] = [0x3e, 0x6b, 0x44, 0x59];

#[no_mangle]
pub extern "C" fn deploy() {
    let supply = Input::read().amount();
    set_storage(balance(&caller()).as_bytes(), &supply.to_le_bytes());
}

#[no_mangle]
pub extern "C" fn main() {
    let mut input = Input::read();
    match input.selector() {
        TRANSFER => move_tokens(caller(), input.address(), input.amount()),
        APPROVE => approve(input.address(), input.amount()),
        TRANSFER_FROM => transfer_from(input.address(), input.address(), input.amount()),
        BALANCE_OF => return finish(&balance(&input.address()).amount().to_le_bytes()),
        _ => revert("no such method"),
    }
    finish(b"");
}

fn approve(spender: Address, amount: u128) {
    set_storage(allowance(&caller(), &spender).as_bytes(), &amount.to_le_bytes());
}

/// Whoever holds the tokens has allowed the caller to move them: the allowance is the authorisation.
fn transfer_from(from: Address, to: Address, amount: u128) {
    let allowance = allowance(&from, &caller());
    let Some(left) = allowance.amount().checked_sub(amount) else {
        revert("insufficient allowance");
    };
    set_storage(allowance.as_bytes(), &left.to_le_bytes());
    move_tokens(from, to, amount);
}

/// Moves tokens of `from`, who has agreed.
fn move_tokens(from: Address, to: Address, amount: u128) {
    let from = balance(&from);
    let Some(rest) = from.amount().checked_sub(amount) else {
        revert("insufficient balance");
    };
    set_storage(from.as_bytes(), &rest.to_le_bytes());
    let to = balance(&to);
    set_storage(to.as_bytes(), &(to.amount() + amount).to_le_bytes());
}

fn balance(account: &Address) -> Key {
    Key::new(&[BALANCE, account])
}

fn allowance(owner: &Address, spender: &Address) -> Key {
    Key::new(&[ALLOWANCE, owner, spender])
}
