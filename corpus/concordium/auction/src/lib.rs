//! An item is auctioned for CCD; whoever is outbid gets the bid back.

#![cfg_attr(not(feature = "std"), no_std)]

use concordium_std::*;

#[derive(Debug, Serialize, SchemaType, Eq, PartialEq, PartialOrd, Clone)]
pub enum AuctionState {
    NotSoldYet,
    Sold(AccountAddress),
}

#[derive(Serialize, SchemaType, Clone)]
pub struct Terms {
    item: String,
    end: Timestamp,
    minimum_raise: Amount,
}

#[derive(Serialize, SchemaType, Clone, Copy)]
pub struct Bid {
    amount: Amount,
    placed: Timestamp,
}

#[derive(Serial, DeserialWithState)]
#[concordium(state_parameter = "S")]
pub struct State<S = StateApi> {
    owner: AccountAddress,
    auction_state: AuctionState,
    highest_bidder: Option<AccountAddress>,
    terms: Terms,
    paused: bool,
    bids: StateMap<AccountAddress, Bid, S>,
    banned: StateSet<AccountAddress, S>,
    collected: Amount,
}

#[derive(Serialize, SchemaType)]
pub struct View {
    auction_state: AuctionState,
    highest_bidder: Option<AccountAddress>,
    item: String,
    end: Timestamp,
}

#[derive(Serialize, SchemaType)]
pub struct BidEvent {
    bidder: AccountAddress,
    amount: Amount,
}

#[derive(Serialize, SchemaType)]
pub struct Payout {
    receiver: AccountAddress,
    amount: Amount,
}

#[derive(Serialize, SchemaType)]
pub struct Upgrade {
    module: ModuleReference,
    migrate: Option<(OwnedEntrypointName, OwnedParameter)>,
}

#[derive(Serialize, Debug, PartialEq, Eq, Reject, SchemaType)]
pub enum Error {
    #[from(ParseError)]
    Parse,
    #[from(LogError)]
    Log,
    #[from(TransferError)]
    Transfer,
    OnlyAccount,
    OnlyOwner,
    BidTooLow,
    BidTooLate,
    NotOver,
    AlreadyFinalized,
    Paused,
    Banned,
    NothingToWithdraw,
    FailedUpgradeMissingModule,
    FailedUpgradeMissingContract,
    FailedUpgradeUnsupportedModuleVersion,
    CallFailed,
}

impl From<UpgradeError> for Error {
    fn from(error: UpgradeError) -> Self {
        match error {
            UpgradeError::MissingModule => Error::FailedUpgradeMissingModule,
            UpgradeError::MissingContract => Error::FailedUpgradeMissingContract,
            UpgradeError::UnsupportedModuleVersion => Error::FailedUpgradeUnsupportedModuleVersion,
        }
    }
}

impl<T> From<CallContractError<T>> for Error {
    fn from(_: CallContractError<T>) -> Self {
        Error::CallFailed
    }
}

type ContractResult<T> = Result<T, Error>;

#[init(contract = "auction", parameter = "Terms", event = "BidEvent")]
fn init(ctx: &InitContext, state_builder: &mut StateBuilder) -> InitResult<State> {
    let terms: Terms = ctx.parameter_cursor().get()?;
    Ok(State {
        owner: ctx.init_origin(),
        auction_state: AuctionState::NotSoldYet,
        highest_bidder: None,
        terms,
        paused: false,
        bids: state_builder.new_map(),
        banned: state_builder.new_set(),
        collected: Amount::zero(),
    })
}

#[receive(contract = "auction", name = "bid", payable, mutable, enable_logger, error = "Error")]
fn bid(
    ctx: &ReceiveContext,
    host: &mut Host<State>,
    amount: Amount,
    logger: &mut Logger,
) -> ContractResult<()> {
    let bidder = match ctx.sender() {
        Address::Contract(_) => bail!(Error::OnlyAccount),
        Address::Account(account) => account,
    };
    let now = ctx.metadata().slot_time();
    let (state, state_builder) = host.state_and_builder();
    let _ = state_builder;
    ensure!(!state.paused, Error::Paused);
    ensure!(!state.banned.contains(&bidder), Error::Banned);
    ensure_eq!(state.auction_state, AuctionState::NotSoldYet, Error::AlreadyFinalized);
    ensure!(now <= state.terms.end, Error::BidTooLate);
    let highest = match state.highest_bidder {
        Some(highest) => state.bids.get(&highest).map_or(Amount::zero(), |bid| bid.amount),
        None => Amount::zero(),
    };
    ensure!(amount >= highest + state.terms.minimum_raise, Error::BidTooLow);
    let previous = state.highest_bidder.replace(bidder);
    let refund =
        previous.and_then(|account| state.bids.remove_and_get(&account).map(|bid| (account, bid.amount)));
    let _ = state.bids.insert(bidder, Bid { amount, placed: now });
    if let Some((account, amount)) = refund {
        host.invoke_transfer(&account, amount)?;
    }
    logger.log(&BidEvent { bidder, amount })?;
    Ok(())
}

#[receive(contract = "auction", name = "finalize", mutable, error = "Error")]
fn finalize(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    let now = ctx.metadata().slot_time();
    ensure_eq!(host.state().auction_state, AuctionState::NotSoldYet, Error::AlreadyFinalized);
    ensure!(now > host.state().terms.end, Error::NotOver);
    if let Some(winner) = host.state().highest_bidder {
        let amount = host.state().bids.get(&winner).map_or(Amount::zero(), |bid| bid.amount);
        host.state_mut().auction_state = AuctionState::Sold(winner);
        let owner = host.state().owner;
        host.invoke_transfer(&owner, amount)?;
    }
    Ok(())
}

/// Anyone pays what the contract has to anyone.
#[receive(contract = "auction", name = "payout", parameter = "Payout", mutable, error = "Error")]
fn payout(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    let payout: Payout = ctx.parameter_cursor().get()?;
    host.invoke_transfer(&payout.receiver, payout.amount)?; //~ unprotected-value-outflow
    Ok(())
}

#[receive(contract = "auction", name = "payout_checked", parameter = "Payout", mutable, error = "Error")]
fn payout_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    ensure!(ctx.sender().matches_account(&host.state().owner), Error::OnlyOwner);
    let payout: Payout = ctx.parameter_cursor().get()?;
    host.invoke_transfer(&payout.receiver, payout.amount)?;
    Ok(())
}

/// Removes the bid of anyone, without asking.
#[receive(contract = "auction", name = "retract", parameter = "AccountAddress", mutable, error = "Error")]
fn retract(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    let bidder: AccountAddress = ctx.parameter_cursor().get()?;
    ensure!(host.state().highest_bidder != Some(bidder), Error::NothingToWithdraw);
    host.state_mut().bids.remove(&bidder); //~ missing-subject-auth
    Ok(())
}

#[receive(contract = "auction", name = "retract_checked", mutable, error = "Error")]
fn retract_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    let Address::Account(bidder) = ctx.sender() else {
        bail!(Error::OnlyAccount);
    };
    ensure!(host.state().highest_bidder != Some(bidder), Error::NothingToWithdraw);
    host.state_mut().bids.remove(&bidder);
    Ok(())
}

/// Anyone keeps anyone from bidding.
#[receive(contract = "auction", name = "ban", parameter = "AccountAddress", mutable, error = "Error")]
fn ban(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    let account: AccountAddress = ctx.parameter_cursor().get()?;
    host.state_mut().banned.insert(account); //~ unprotected-privileged-write
    Ok(())
}

#[receive(contract = "auction", name = "ban_checked", parameter = "AccountAddress", mutable, error = "Error")]
fn ban_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    only_owner(ctx, host)?;
    let account: AccountAddress = ctx.parameter_cursor().get()?;
    host.state_mut().banned.insert(account);
    Ok(())
}

/// Anyone stops the auction.
#[receive(contract = "auction", name = "pause", parameter = "bool", mutable, error = "Error")]
fn pause(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    host.state_mut().paused = ctx.parameter_cursor().get()?; //~ unprotected-privileged-write
    Ok(())
}

#[receive(contract = "auction", name = "pause_checked", parameter = "bool", mutable, error = "Error")]
fn pause_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    only_owner(ctx, host)?;
    host.state_mut().paused = ctx.parameter_cursor().get()?;
    Ok(())
}

/// Whoever set up the instance started the transaction, but maybe meant to call something else.
#[receive(contract = "auction", name = "hand_over", parameter = "AccountAddress", mutable, error = "Error")]
fn hand_over(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    ensure_eq!(ctx.invoker(), host.state().owner, Error::OnlyOwner); //~ auth-by-origin
    host.state_mut().owner = ctx.parameter_cursor().get()?;
    Ok(())
}

#[receive(
    contract = "auction",
    name = "hand_over_checked",
    parameter = "AccountAddress",
    mutable,
    error = "Error"
)]
fn hand_over_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    only_owner(ctx, host)?;
    host.state_mut().owner = ctx.parameter_cursor().get()?;
    Ok(())
}

/// Calls whatever contract anyone wants, with whatever is wanted.
#[receive(
    contract = "auction",
    name = "forward",
    parameter = "(ContractAddress, OwnedEntrypointName, OwnedParameter)",
    mutable,
    error = "Error"
)]
fn forward(ctx: &ReceiveContext, host: &mut Host<State>) -> ContractResult<()> {
    let (contract, entrypoint, parameter): (ContractAddress, OwnedEntrypointName, OwnedParameter) =
        ctx.parameter_cursor().get()?;
    host.invoke_contract_raw(
        //~^ arbitrary-call-target
        &contract,
        parameter.as_parameter(),
        entrypoint.as_entrypoint_name(),
        Amount::zero(),
    )?;
    Ok(())
}

#[receive(contract = "auction", name = "upgrade", parameter = "Upgrade", low_level, error = "Error")]
fn upgrade(ctx: &ReceiveContext, host: &mut LowLevelHost) -> ContractResult<()> {
    let params: Upgrade = ctx.parameter_cursor().get()?;
    host.upgrade(params.module)?; //~ unprotected-code-upgrade
    if let Some((entrypoint, parameter)) = params.migrate {
        host.invoke_contract_raw(
            &ctx.self_address(),
            parameter.as_parameter(),
            entrypoint.as_entrypoint_name(),
            Amount::zero(),
        )?;
    }
    Ok(())
}

#[receive(contract = "auction", name = "upgrade_checked", parameter = "Upgrade", low_level, error = "Error")]
fn upgrade_checked(ctx: &ReceiveContext, host: &mut LowLevelHost) -> ContractResult<()> {
    ensure!(ctx.sender().matches_account(&ctx.owner()), Error::OnlyOwner);
    let params: Upgrade = ctx.parameter_cursor().get()?;
    host.upgrade(params.module)?;
    if let Some((entrypoint, parameter)) = params.migrate {
        host.invoke_contract_raw(
            &ctx.self_address(),
            parameter.as_parameter(),
            entrypoint.as_entrypoint_name(),
            Amount::zero(),
        )?;
    }
    Ok(())
}

#[receive(contract = "auction", name = "view", return_value = "View", error = "Error")]
fn view(_ctx: &ReceiveContext, host: &Host<State>) -> ContractResult<View> {
    let state = host.state();
    Ok(View {
        auction_state: state.auction_state.clone(),
        highest_bidder: state.highest_bidder,
        item: state.terms.item.clone(),
        end: state.terms.end,
    })
}

#[receive(contract = "auction", name = "view_highest_bid", return_value = "Amount", error = "Error")]
fn view_highest_bid(_ctx: &ReceiveContext, host: &Host<State>) -> ContractResult<Amount> {
    let state = host.state();
    let bid = state.highest_bidder.and_then(|bidder| state.bids.get(&bidder).map(|bid| bid.amount));
    Ok(bid.unwrap_or(Amount::zero()))
}

fn only_owner(ctx: &ReceiveContext, host: &Host<State>) -> ContractResult<()> {
    let Address::Account(sender) = ctx.sender() else {
        bail!(Error::OnlyAccount);
    };
    ensure_eq!(sender, host.state().owner, Error::OnlyOwner);
    Ok(())
}
