use cosmwasm_std::{
    entry_point, to_json_binary, Addr, BankMsg, Binary, Coin, Deps, DepsMut, Empty, Env, MessageInfo,
    Response, StdResult, Storage, Uint128, WasmMsg,
};

use crate::error::ContractError;
use crate::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};
use crate::state::{BALANCES, COMMITMENTS, OWNER, PAYOUTS, STRATEGY};

const DENOM: &str = "ustake";

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    _info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, "corpus:vault", "0.1.0")?;
    OWNER.save(deps.storage, &deps.api.addr_validate(&msg.owner)?)?;
    STRATEGY.save(deps.storage, &deps.api.addr_validate(&msg.strategy)?)?;
    Ok(Response::new())
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    match msg {
        ExecuteMsg::Deposit {} => deposit(deps, info),
        ExecuteMsg::Withdraw { amount } => withdraw(deps, info, amount),
        ExecuteMsg::WithdrawFrom { account, amount } => withdraw_from(deps, info, account, amount),
        ExecuteMsg::WithdrawFromChecked { account, amount } => {
            withdraw_from_checked(deps, info, account, amount)
        }
        ExecuteMsg::SetOwner { owner } => set_owner(deps, owner),
        ExecuteMsg::SetOwnerChecked { owner } => set_owner_checked(deps, info, owner),
        ExecuteMsg::Upgrade { code_id } => upgrade(deps, code_id),
        ExecuteMsg::UpgradeChecked { code_id } => upgrade_checked(deps, info, code_id),
        ExecuteMsg::CashOut { amount, iban } => cash_out(deps, info, amount, iban),
        ExecuteMsg::CashOutSealed { amount, payee } => cash_out_sealed(deps, info, amount, payee),
    }
}

fn deposit(deps: DepsMut, info: MessageInfo) -> Result<Response, ContractError> {
    let coin = info.funds.iter().find(|coin| coin.denom == DENOM).ok_or(ContractError::NoFunds)?;
    let held = held(deps.storage, &info.sender)?;
    BALANCES.save(deps.storage, &info.sender, &held.checked_add(coin.amount)?)?;
    Ok(Response::new())
}

fn withdraw(deps: DepsMut, info: MessageInfo, amount: Uint128) -> Result<Response, ContractError> {
    let rest = held(deps.storage, &info.sender)?.checked_sub(amount)?;
    BALANCES.save(deps.storage, &info.sender, &rest)?;
    Ok(Response::new().add_message(payment(info.sender, amount)))
}

/// Anyone takes anyone's balance: nothing relates the sender to `account`.
fn withdraw_from(
    deps: DepsMut,
    info: MessageInfo,
    account: String,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let account = deps.api.addr_validate(&account)?;
    let rest = held(deps.storage, &account)?.checked_sub(amount)?;
    BALANCES.save(deps.storage, &account, &rest)?; //~ missing-subject-auth
    Ok(Response::new().add_message(payment(info.sender, amount)))
}

fn withdraw_from_checked(
    deps: DepsMut,
    info: MessageInfo,
    account: String,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let account = deps.api.addr_validate(&account)?;
    if account != info.sender {
        return Err(ContractError::Unauthorized);
    }
    let rest = held(deps.storage, &account)?.checked_sub(amount)?;
    BALANCES.save(deps.storage, &account, &rest)?;
    Ok(Response::new().add_message(payment(info.sender, amount)))
}

/// Anyone becomes the owner.
fn set_owner(deps: DepsMut, owner: String) -> Result<Response, ContractError> {
    let owner = deps.api.addr_validate(&owner)?;
    OWNER.save(deps.storage, &owner)?; //~ unprotected-privileged-write
    Ok(Response::new())
}

fn set_owner_checked(deps: DepsMut, info: MessageInfo, owner: String) -> Result<Response, ContractError> {
    only_owner(deps.storage, &info.sender)?;
    let owner = deps.api.addr_validate(&owner)?;
    OWNER.save(deps.storage, &owner)?;
    Ok(Response::new())
}

/// Anyone replaces the code of the strategy, a contract that the vault administers.
fn upgrade(deps: DepsMut, code_id: u64) -> Result<Response, ContractError> {
    let message = migration(deps.storage, code_id)?;
    Ok(Response::new().add_message(message)) //~ unprotected-code-upgrade
}

fn upgrade_checked(deps: DepsMut, info: MessageInfo, code_id: u64) -> Result<Response, ContractError> {
    only_owner(deps.storage, &info.sender)?;
    let message = migration(deps.storage, code_id)?;
    Ok(Response::new().add_message(message))
}

/// The bank account is public three times over: in the message, in the state and in the event.
fn cash_out(
    //~^ plaintext-sensitive-parameter
    deps: DepsMut,
    info: MessageInfo,
    amount: Uint128,
    iban: String,
) -> Result<Response, ContractError> {
    let rest = held(deps.storage, &info.sender)?.checked_sub(amount)?;
    BALANCES.save(deps.storage, &info.sender, &rest)?;
    PAYOUTS.save(deps.storage, &info.sender, &iban)?; //~ sensitive-to-public-state
    Ok(Response::new().add_attribute("action", "cash_out").add_attribute("iban", iban))
    //~^ sensitive-to-event
}

/// The caller commits to the bank account with a salted hash, and opens it to the bank alone.
fn cash_out_sealed(
    deps: DepsMut,
    info: MessageInfo,
    amount: Uint128,
    payee: Binary,
) -> Result<Response, ContractError> {
    let rest = held(deps.storage, &info.sender)?.checked_sub(amount)?;
    BALANCES.save(deps.storage, &info.sender, &rest)?;
    COMMITMENTS.save(deps.storage, &info.sender, &payee)?;
    Ok(Response::new().add_attribute("action", "cash_out_sealed").add_attribute("payee", payee.to_base64()))
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Balance { account } => {
            let account = deps.api.addr_validate(&account)?;
            to_json_binary(&held(deps.storage, &account)?)
        }
    }
}

/// Run by the chain for the vault's own administrator, who replaces its code.
#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, _msg: Empty) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, "corpus:vault", "0.1.0")?;
    Ok(Response::new())
}

fn held(storage: &dyn Storage, account: &Addr) -> StdResult<Uint128> {
    Ok(BALANCES.may_load(storage, account)?.unwrap_or_default())
}

fn only_owner(storage: &dyn Storage, sender: &Addr) -> Result<(), ContractError> {
    if OWNER.load(storage)? == sender {
        Ok(())
    } else {
        Err(ContractError::Unauthorized)
    }
}

fn payment(to: Addr, amount: Uint128) -> BankMsg {
    BankMsg::Send { to_address: to.into_string(), amount: vec![Coin { denom: DENOM.into(), amount }] }
}

fn migration(storage: &dyn Storage, new_code_id: u64) -> Result<WasmMsg, ContractError> {
    let contract_addr = STRATEGY.load(storage)?.into_string();
    Ok(WasmMsg::Migrate { contract_addr, new_code_id, msg: to_json_binary(&Empty {})? })
}
