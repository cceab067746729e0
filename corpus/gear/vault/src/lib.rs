//! Programs and users deposit value and withdraw it again.

#![no_std]

extern crate alloc;

use gstd::collections::BTreeMap;
use gstd::prelude::*;
use gstd::{exec, msg, ActorId};

#[derive(Encode, Decode, TypeInfo)]
#[codec(crate = gstd::codec)]
#[scale_info(crate = gstd::scale_info)]
pub enum Action {
    Deposit,
    Withdraw(u128),
    WithdrawLate(u128),
    WithdrawFrom(ActorId, u128),
    WithdrawFromChecked(ActorId, u128),
    SetOwner(ActorId),
    SetOwnerChecked(ActorId),
    Sweep(ActorId, u128),
    SweepChecked(ActorId, u128),
    Close(ActorId),
    CloseChecked(ActorId),
}

#[derive(Encode, Decode, TypeInfo)]
#[codec(crate = gstd::codec)]
#[scale_info(crate = gstd::scale_info)]
pub enum Event {
    Deposited(ActorId, u128),
    Withdrawn(ActorId, u128),
    OwnerChanged(ActorId),
}

#[derive(Default)]
struct Vault {
    owner: ActorId,
    total: u128,
    balances: BTreeMap<ActorId, u128>,
}

impl Vault {
    fn only_owner(&self) {
        assert_eq!(msg::source(), self.owner, "not the owner");
    }

    /// Takes from what is kept for an account.
    fn debit(&mut self, account: ActorId, amount: u128) {
        let held = self.balances.get_mut(&account).expect("no balance");
        *held = held.checked_sub(amount).expect("insufficient");
        self.total -= amount;
    }
}

static mut VAULT: Option<Vault> = None;

#[allow(static_mut_refs)]
fn vault() -> &'static mut Vault {
    unsafe { VAULT.as_mut().expect("not initialised") }
}

#[unsafe(no_mangle)]
extern "C" fn init() {
    let owner = msg::source();
    unsafe { VAULT = Some(Vault { owner, ..Default::default() }) };
}

#[gstd::async_main]
async fn main() {
    let action: Action = msg::load().expect("an action");
    let who = msg::source();
    let vault = vault();
    match action {
        Action::Deposit => {
            let amount = msg::value();
            *vault.balances.entry(who).or_default() += amount;
            vault.total += amount;
            msg::reply(Event::Deposited(who, amount), 0).expect("a reply");
        }
        Action::Withdraw(amount) => {
            vault.debit(who, amount);
            msg::send(who, Event::Withdrawn(who, amount), amount).expect("a message");
        }
        // While the reply is awaited, other messages are handled.
        Action::WithdrawLate(amount) => {
            let held = vault.balances.get(&who).copied().unwrap_or_default();
            assert!(held >= amount, "insufficient");
            let sent = msg::send_for_reply(who, Event::Withdrawn(who, amount), amount, 0);
            sent.expect("a message").await.expect("a reply");
            vault.balances.insert(who, held - amount);
            vault.total -= amount;
        }
        // Anyone takes what is kept for anyone.
        Action::WithdrawFrom(account, amount) => {
            vault.debit(account, amount);
            msg::send(who, Event::Withdrawn(account, amount), amount).expect("a message");
        }
        Action::WithdrawFromChecked(account, amount) => {
            assert_eq!(who, account, "not your account");
            vault.debit(account, amount);
            msg::send(who, Event::Withdrawn(account, amount), amount).expect("a message");
        }
        // Anyone becomes the owner.
        Action::SetOwner(owner) => {
            vault.owner = owner;
            msg::reply(Event::OwnerChanged(owner), 0).expect("a reply");
        }
        Action::SetOwnerChecked(owner) => {
            vault.only_owner();
            vault.owner = owner;
            msg::reply(Event::OwnerChanged(owner), 0).expect("a reply");
        }
        // Anyone takes what the vault has.
        Action::Sweep(to, amount) => {
            msg::send(to, Event::Withdrawn(to, amount), amount).expect("a message"); //~ unprotected-value-outflow
        }
        Action::SweepChecked(to, amount) => {
            vault.only_owner();
            msg::send(to, Event::Withdrawn(to, amount), amount).expect("a message");
        }
        // Anyone ends the vault, and has what is in it.
        Action::Close(to) => exec::exit(to), //~ unprotected-destruction
        Action::CloseChecked(to) => {
            vault.only_owner();
            exec::exit(to);
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn state() {
    msg::reply(vault().total, 0).expect("a reply");
}
