//! Accounts deposit motes and withdraw them again.

#![no_std]

extern crate alloc;

use alloc::string::{String, ToString};

use casper_contract::contract_api::{runtime, storage, system};
use casper_contract::unwrap_or_revert::UnwrapOrRevert;
use casper_types::account::AccountHash;
use casper_types::contracts::{ContractHash, EntryPoint, EntryPoints, NamedKeys};
use casper_types::{
    runtime_args, ApiError, CLType, CLValue, EntryPointAccess, EntryPointType, Key, Parameter, URef, U512,
};

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

const OWNER: &str = "owner";
const TOTAL: &str = "total";
const PURSE: &str = "purse";
const BALANCES: &str = "balances";

#[repr(u16)]
enum Error {
    NotOwner = 1,
    Insufficient = 2,
    NotYourAccount = 3,
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        ApiError::User(error as u16)
    }
}

fn uref(name: &str) -> URef {
    let key = runtime::get_key(name).unwrap_or_revert_with(ApiError::MissingKey);
    key.into_uref().unwrap_or_revert_with(ApiError::UnexpectedKeyVariant)
}

fn balance(who: &AccountHash) -> U512 {
    storage::dictionary_get(uref(BALANCES), &who.to_string()).unwrap_or_revert().unwrap_or_default()
}

fn set_balance(who: &AccountHash, amount: U512) {
    storage::dictionary_put(uref(BALANCES), &who.to_string(), amount);
}

fn total() -> U512 {
    storage::read(uref(TOTAL)).unwrap_or_revert().unwrap_or_revert()
}

fn only_owner() {
    let owner: AccountHash = storage::read(uref(OWNER)).unwrap_or_revert().unwrap_or_revert();
    if runtime::get_caller() != owner { //~ auth-by-origin
        runtime::revert(Error::NotOwner);
    }
}

/// Takes from what is kept for an account.
fn debit(who: &AccountHash, amount: U512) {
    let held = balance(who);
    if held < amount {
        runtime::revert(Error::Insufficient);
    }
    set_balance(who, held - amount);
    storage::write(uref(TOTAL), total() - amount);
}

#[no_mangle]
pub extern "C" fn deposit() {
    let from: URef = runtime::get_named_arg("purse");
    let amount: U512 = runtime::get_named_arg("amount");
    let who = runtime::get_caller();
    system::transfer_from_purse_to_purse(from, uref(PURSE), amount, None).unwrap_or_revert();
    set_balance(&who, balance(&who) + amount);
    storage::write(uref(TOTAL), total() + amount);
}

#[no_mangle]
pub extern "C" fn withdraw() {
    let amount: U512 = runtime::get_named_arg("amount");
    let who = runtime::get_caller();
    debit(&who, amount);
    system::transfer_from_purse_to_account(uref(PURSE), who, amount, None).unwrap_or_revert();
}

/// Anyone takes what is kept for anyone.
#[no_mangle]
pub extern "C" fn withdraw_from() {
    let account: AccountHash = runtime::get_named_arg("account");
    let amount: U512 = runtime::get_named_arg("amount");
    let held = balance(&account);
    if held < amount {
        runtime::revert(Error::Insufficient);
    }
    storage::dictionary_put(uref(BALANCES), &account.to_string(), held - amount); //~ missing-subject-auth
    let to = runtime::get_caller();
    system::transfer_from_purse_to_account(uref(PURSE), to, amount, None).unwrap_or_revert();
}

#[no_mangle]
pub extern "C" fn withdraw_from_checked() {
    let account: AccountHash = runtime::get_named_arg("account");
    let amount: U512 = runtime::get_named_arg("amount");
    if runtime::get_caller() != account { //~ auth-by-origin
        runtime::revert(Error::NotYourAccount);
    }
    debit(&account, amount);
    system::transfer_from_purse_to_account(uref(PURSE), account, amount, None).unwrap_or_revert();
}

/// Anyone becomes the owner.
#[no_mangle]
pub extern "C" fn set_owner() {
    let owner: AccountHash = runtime::get_named_arg("owner");
    storage::write(uref(OWNER), owner); //~ unprotected-privileged-write
}

#[no_mangle]
pub extern "C" fn set_owner_checked() {
    only_owner();
    let owner: AccountHash = runtime::get_named_arg("owner");
    storage::write(uref(OWNER), owner);
}

/// Anyone takes what the vault has.
#[no_mangle]
pub extern "C" fn sweep() {
    let to: AccountHash = runtime::get_named_arg("to");
    let amount: U512 = runtime::get_named_arg("amount");
    system::transfer_from_purse_to_account(uref(PURSE), to, amount, None).unwrap_or_revert();
    //~^ unprotected-value-outflow
}

#[no_mangle]
pub extern "C" fn sweep_checked() {
    only_owner();
    let to: AccountHash = runtime::get_named_arg("to");
    let amount: U512 = runtime::get_named_arg("amount");
    system::transfer_from_purse_to_account(uref(PURSE), to, amount, None).unwrap_or_revert();
}

/// The vault calls whatever anyone wants.
#[no_mangle]
pub extern "C" fn forward() {
    let target: Key = runtime::get_named_arg("target");
    let entry: String = runtime::get_named_arg("entry");
    let amount: U512 = runtime::get_named_arg("amount");
    let contract = ContractHash::new(target.into_hash_addr().unwrap_or_revert());
    runtime::call_contract::<()>(contract, &entry, runtime_args! { "amount" => amount }); //~ arbitrary-call-target
}

#[no_mangle]
pub extern "C" fn balance_of() {
    let account: AccountHash = runtime::get_named_arg("account");
    runtime::ret(CLValue::from_t(balance(&account)).unwrap_or_revert());
}

fn entry(name: &str, args: &[(&str, CLType)], ret: CLType) -> EntryPoint {
    let args = args.iter().map(|(name, ty)| Parameter::new(*name, ty.clone())).collect();
    EntryPoint::new(name, args, ret, EntryPointAccess::Public, EntryPointType::Called)
}

#[no_mangle]
pub extern "C" fn call() {
    let account = ("account", CLType::ByteArray(32));
    let amount = ("amount", CLType::U512);
    let mut entries = EntryPoints::new();
    entries.add_entry_point(entry("deposit", &[("purse", CLType::URef), amount.clone()], CLType::Unit));
    entries.add_entry_point(entry("withdraw", &[amount.clone()], CLType::Unit));
    entries.add_entry_point(entry("withdraw_from", &[account.clone(), amount.clone()], CLType::Unit));
    entries.add_entry_point(entry("withdraw_from_checked", &[account.clone(), amount.clone()], CLType::Unit));
    entries.add_entry_point(entry("set_owner", &[("owner", CLType::ByteArray(32))], CLType::Unit));
    entries.add_entry_point(entry("set_owner_checked", &[("owner", CLType::ByteArray(32))], CLType::Unit));
    entries.add_entry_point(entry("sweep", &[("to", CLType::ByteArray(32)), amount.clone()], CLType::Unit));
    entries.add_entry_point(entry("sweep_checked", &[("to", CLType::ByteArray(32)), amount.clone()], CLType::Unit));
    entries.add_entry_point(entry("forward", &[("target", CLType::Key), ("entry", CLType::String), amount], CLType::Unit));
    entries.add_entry_point(entry("balance_of", &[account], CLType::U512));
    let mut keys = NamedKeys::new();
    keys.insert(OWNER.into(), storage::new_uref(runtime::get_caller()).into());
    keys.insert(TOTAL.into(), storage::new_uref(U512::zero()).into());
    keys.insert(PURSE.into(), system::create_purse().into());
    keys.insert(BALANCES.into(), storage::new_dictionary(BALANCES).unwrap_or_revert().into());
    let (hash, _) = storage::new_locked_contract(
        entries.into(),
        Some(keys),
        Some("vault_package".into()),
        Some("vault_access".into()),
        None,
    );
    runtime::put_key("vault", Key::Hash(hash.value()));
}
