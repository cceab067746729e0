//! Accounts deposit CCD and withdraw it again, or have it paid out to a bank account.

#![cfg_attr(not(feature = "std"), no_std)]

use concordium_std::*;

#[derive(Serial, DeserialWithState)]
#[concordium(state_parameter = "S")]
pub struct State<S = StateApi> {
    owner: Address,
    balances: StateMap<Address, Amount, S>,
    payouts: StateMap<Address, String, S>,
    commitments: StateMap<Address, HashSha2256, S>,
}

#[derive(Serialize, SchemaType)]
pub struct Withdrawal {
    amount: Amount,
    receiver: ContractAddress,
}

#[derive(Serialize, SchemaType)]
pub struct WithdrawalFrom {
    account: AccountAddress,
    amount: Amount,
}

#[derive(Serialize, SchemaType)]
pub struct CashOut {
    amount: Amount,
    iban: String,
}

#[derive(Serialize, SchemaType)]
pub struct CashOutSealed {
    amount: Amount,
    payee: HashSha2256,
}

#[derive(Serialize, SchemaType)]
pub enum Event {
    CashedOut { account: Address, iban: String },
    CashedOutSealed { account: Address, payee: HashSha2256 },
}

#[derive(Serialize, Debug, PartialEq, Eq, Reject, SchemaType)]
pub enum Error {
    #[from(ParseError)]
    Parse,
    #[from(LogError)]
    Log,
    NotOwner,
    NotYourAccount,
    Insufficient,
    PaymentFailed,
    UpgradeFailed,
}

#[init(contract = "vault", event = "Event")]
fn init(ctx: &InitContext, state_builder: &mut StateBuilder) -> InitResult<State> {
    Ok(State {
        owner: Address::Account(ctx.init_origin()),
        balances: state_builder.new_map(),
        payouts: state_builder.new_map(),
        commitments: state_builder.new_map(),
    })
}

#[receive(contract = "vault", name = "deposit", mutable, payable)]
fn deposit(ctx: &ReceiveContext, host: &mut Host<State>, amount: Amount) -> Result<(), Error> {
    let held = held(host.state(), &ctx.sender());
    let _ = host.state_mut().balances.insert(ctx.sender(), held + amount);
    Ok(())
}

/// The receiver that the caller names runs before the balance is written, and can withdraw it again.
#[receive(contract = "vault", name = "withdraw", parameter = "Withdrawal", mutable)]
fn withdraw(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    let request: Withdrawal = ctx.parameter_cursor().get()?;
    let rest = rest(host.state(), &ctx.sender(), request.amount)?;
    notify_and_pay(host, &request)?;
    let _ = host.state_mut().balances.insert(ctx.sender(), rest); //~ reentrancy-write-after-call
    Ok(())
}

#[receive(contract = "vault", name = "withdraw_checked", parameter = "Withdrawal", mutable)]
fn withdraw_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    let request: Withdrawal = ctx.parameter_cursor().get()?;
    let rest = rest(host.state(), &ctx.sender(), request.amount)?;
    let _ = host.state_mut().balances.insert(ctx.sender(), rest);
    notify_and_pay(host, &request)
}

/// Anyone takes anyone's balance: nothing relates the sender to `account`.
#[receive(contract = "vault", name = "withdraw_from", parameter = "WithdrawalFrom", mutable)]
fn withdraw_from(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    let request: WithdrawalFrom = ctx.parameter_cursor().get()?;
    let account = Address::Account(request.account);
    let rest = rest(host.state(), &account, request.amount)?;
    let _ = host.state_mut().balances.insert(account, rest); //~ missing-subject-auth
    host.invoke_transfer(&ctx.invoker(), request.amount).map_err(|_| Error::PaymentFailed)
}

#[receive(contract = "vault", name = "withdraw_from_checked", parameter = "WithdrawalFrom", mutable)]
fn withdraw_from_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    let request: WithdrawalFrom = ctx.parameter_cursor().get()?;
    let account = Address::Account(request.account);
    ensure!(ctx.sender() == account, Error::NotYourAccount);
    let rest = rest(host.state(), &account, request.amount)?;
    let _ = host.state_mut().balances.insert(account, rest);
    host.invoke_transfer(&request.account, request.amount).map_err(|_| Error::PaymentFailed)
}

/// Anyone becomes the owner; the attribute writes the state back when the function is done.
#[receive(contract = "vault", name = "set_owner", parameter = "Address", mutable)]
fn set_owner(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    host.state_mut().owner = ctx.parameter_cursor().get()?; //~ unprotected-privileged-write
    Ok(())
}

#[receive(contract = "vault", name = "set_owner_checked", parameter = "Address", mutable)]
fn set_owner_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    ensure!(ctx.sender() == host.state().owner, Error::NotOwner);
    host.state_mut().owner = ctx.parameter_cursor().get()?;
    Ok(())
}

/// Anyone replaces the code.
#[receive(contract = "vault", name = "upgrade", parameter = "ModuleReference", mutable)]
fn upgrade(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    let module: ModuleReference = ctx.parameter_cursor().get()?;
    host.upgrade(module).map_err(|_| Error::UpgradeFailed) //~ unprotected-code-upgrade
}

#[receive(contract = "vault", name = "upgrade_checked", parameter = "ModuleReference", mutable)]
fn upgrade_checked(ctx: &ReceiveContext, host: &mut Host<State>) -> Result<(), Error> {
    ensure!(ctx.sender() == host.state().owner, Error::NotOwner);
    let module: ModuleReference = ctx.parameter_cursor().get()?;
    host.upgrade(module).map_err(|_| Error::UpgradeFailed)
}

/// The bank account is public three times over: in the call, in the state and in the event.
#[receive(contract = "vault", name = "cash_out", parameter = "CashOut", mutable, enable_logger)]
fn cash_out(ctx: &ReceiveContext, host: &mut Host<State>, logger: &mut Logger) -> Result<(), Error> {
    //~^ plaintext-sensitive-parameter
    let CashOut { amount, iban } = ctx.parameter_cursor().get()?;
    let rest = rest(host.state(), &ctx.sender(), amount)?;
    let _ = host.state_mut().balances.insert(ctx.sender(), rest);
    let _ = host.state_mut().payouts.insert(ctx.sender(), iban.clone()); //~ sensitive-to-public-state
    logger.log(&Event::CashedOut { account: ctx.sender(), iban })?; //~ sensitive-to-event
    Ok(())
}

/// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
#[receive(contract = "vault", name = "cash_out_sealed", parameter = "CashOutSealed", mutable, enable_logger)]
fn cash_out_sealed(ctx: &ReceiveContext, host: &mut Host<State>, logger: &mut Logger) -> Result<(), Error> {
    let CashOutSealed { amount, payee } = ctx.parameter_cursor().get()?;
    let rest = rest(host.state(), &ctx.sender(), amount)?;
    let _ = host.state_mut().balances.insert(ctx.sender(), rest);
    let _ = host.state_mut().commitments.insert(ctx.sender(), payee);
    logger.log(&Event::CashedOutSealed { account: ctx.sender(), payee })?;
    Ok(())
}

#[receive(contract = "vault", name = "balance_of", parameter = "Address", return_value = "Amount")]
fn balance_of(ctx: &ReceiveContext, host: &Host<State>) -> Result<Amount, Error> {
    Ok(held(host.state(), &ctx.parameter_cursor().get()?))
}

fn held(state: &State, account: &Address) -> Amount {
    state.balances.get(account).map_or(Amount::zero(), |held| *held)
}

/// What is left of `account` when `amount` is taken from it.
fn rest(state: &State, account: &Address, amount: Amount) -> Result<Amount, Error> {
    let held = held(state, account);
    ensure!(held >= amount, Error::Insufficient);
    Ok(held - amount)
}

/// Pays the contract that the caller names, and waits for it.
fn notify_and_pay(host: &mut Host<State>, request: &Withdrawal) -> Result<(), Error> {
    let entrypoint = EntrypointName::new_unchecked("on_payment");
    host.invoke_contract(&request.receiver, &(), entrypoint, request.amount)
        .map_err(|_| Error::PaymentFailed)?;
    Ok(())
}
