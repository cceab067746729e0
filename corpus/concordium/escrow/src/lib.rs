//! A buyer's CCD is kept until the buyer releases it to the seller, or the seller gives it back.

#![cfg_attr(not(feature = "std"), no_std)]

use concordium_std::*;

#[derive(Serial, DeserialWithState)]
#[concordium(state_parameter = "S")]
pub struct State<S = StateApi> {
    next: u64,
    deals: StateMap<u64, Deal, S>,
}

#[derive(Serialize, Clone, Copy)]
pub struct Deal {
    buyer: AccountAddress,
    seller: AccountAddress,
    amount: Amount,
}

#[derive(Serialize, Debug, PartialEq, Eq, Reject, SchemaType)]
pub enum Error {
    #[from(ParseError)]
    Parse,
    #[from(TransferError)]
    Transfer,
    OnlyAccounts,
    UnknownDeal,
    NotYourDecision,
}

#[init(contract = "escrow")]
fn init(_ctx: &InitContext, state_builder: &mut StateBuilder) -> InitResult<State> {
    Ok(State { next: 0, deals: state_builder.new_map() })
}

#[receive(
    contract = "escrow",
    name = "open",
    parameter = "AccountAddress",
    return_value = "u64",
    mutable,
    payable
)]
fn open(ctx: &ReceiveContext, host: &mut Host<State>, amount: Amount) -> Result<u64, Error> {
    let Address::Account(buyer) = ctx.sender() else {
        bail!(Error::OnlyAccounts);
    };
    let seller = ctx.parameter_cursor().get()?;
    let state = host.state_mut();
    let number = state.next;
    state.next += 1;
    let _ = state.deals.insert(number, Deal { buyer, seller, amount });
    Ok(number)
}

/// The buyer has the goods: the seller is paid.
#[receive(contract = "escrow", name = "release", parameter = "u64", mutable)]
fn release(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    let number = ctx.parameter_cursor().get()?;
    let deal = deal(host, number)?;
    ensure!(ctx.sender().matches_account(&deal.buyer), Error::NotYourDecision);
    host.state_mut().deals.remove(&number);
    host.invoke_transfer(&deal.seller, deal.amount)?;
    Ok(())
}

/// The seller cannot deliver: the buyer is paid back.
#[receive(contract = "escrow", name = "refund", parameter = "u64", mutable)]
fn refund(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    let number = ctx.parameter_cursor().get()?;
    let deal = deal(host, number)?;
    ensure!(ctx.sender().matches_account(&deal.seller), Error::NotYourDecision);
    host.state_mut().deals.remove(&number);
    host.invoke_transfer(&deal.buyer, deal.amount)?;
    Ok(())
}

fn deal(host: &Host<State>, number: u64) -> Result<Deal, Error> {
    let deal = host.state().deals.get(&number).ok_or(Error::UnknownDeal)?;
    Ok(*deal)
}
