use cosmwasm_std::{
    entry_point, to_json_binary, Addr, Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult, Storage,
    Uint128,
};

use crate::error::ContractError;
use crate::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};
use crate::state::{ALLOWANCES, BALANCES, MINTER};

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    _info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, "corpus:token", "0.1.0")?;
    MINTER.save(deps.storage, &deps.api.addr_validate(&msg.minter)?)?;
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
        ExecuteMsg::Mint { to, amount } => mint(deps, info, to, amount),
        ExecuteMsg::Burn { amount } => burn(deps, info, amount),
        ExecuteMsg::Transfer { to, amount } => transfer(deps, info, to, amount),
        ExecuteMsg::Approve { spender, amount } => approve(deps, info, spender, amount),
        ExecuteMsg::TransferFrom { from, to, amount } => transfer_from(deps, info, from, to, amount),
        ExecuteMsg::SetMinter { minter } => set_minter(deps, info, minter),
    }
}

fn mint(deps: DepsMut, info: MessageInfo, to: String, amount: Uint128) -> Result<Response, ContractError> {
    only_minter(deps.storage, &info.sender)?;
    let to = deps.api.addr_validate(&to)?;
    credit(deps.storage, &to, amount)?;
    Ok(Response::new()
        .add_attribute("action", "mint")
        .add_attribute("to", to)
        .add_attribute("amount", amount))
}

fn burn(deps: DepsMut, info: MessageInfo, amount: Uint128) -> Result<Response, ContractError> {
    debit(deps.storage, &info.sender, amount)?;
    Ok(Response::new().add_attribute("action", "burn").add_attribute("amount", amount))
}

fn transfer(
    deps: DepsMut,
    info: MessageInfo,
    to: String,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let to = deps.api.addr_validate(&to)?;
    debit(deps.storage, &info.sender, amount)?;
    credit(deps.storage, &to, amount)?;
    Ok(Response::new().add_attribute("action", "transfer").add_attribute("to", to))
}

fn approve(
    deps: DepsMut,
    info: MessageInfo,
    spender: String,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let spender = deps.api.addr_validate(&spender)?;
    ALLOWANCES.save(deps.storage, (&info.sender, &spender), &amount)?;
    Ok(Response::new().add_attribute("action", "approve").add_attribute("spender", spender))
}

/// Whoever holds the tokens has allowed the sender to move them: the allowance is the authorisation.
fn transfer_from(
    deps: DepsMut,
    info: MessageInfo,
    from: String,
    to: String,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let from = deps.api.addr_validate(&from)?;
    let to = deps.api.addr_validate(&to)?;
    let allowed = ALLOWANCES.may_load(deps.storage, (&from, &info.sender))?.unwrap_or_default();
    ALLOWANCES.save(deps.storage, (&from, &info.sender), &allowed.checked_sub(amount)?)?;
    debit(deps.storage, &from, amount)?;
    credit(deps.storage, &to, amount)?;
    Ok(Response::new().add_attribute("action", "transfer_from").add_attribute("to", to))
}

fn set_minter(deps: DepsMut, info: MessageInfo, minter: String) -> Result<Response, ContractError> {
    only_minter(deps.storage, &info.sender)?;
    MINTER.save(deps.storage, &deps.api.addr_validate(&minter)?)?;
    Ok(Response::new().add_attribute("action", "set_minter"))
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

fn held(storage: &dyn Storage, account: &Addr) -> StdResult<Uint128> {
    Ok(BALANCES.may_load(storage, account)?.unwrap_or_default())
}

fn debit(storage: &mut dyn Storage, account: &Addr, amount: Uint128) -> Result<(), ContractError> {
    let rest = held(storage, account)?.checked_sub(amount)?;
    Ok(BALANCES.save(storage, account, &rest)?)
}

fn credit(storage: &mut dyn Storage, account: &Addr, amount: Uint128) -> Result<(), ContractError> {
    let sum = held(storage, account)?.checked_add(amount)?;
    Ok(BALANCES.save(storage, account, &sum)?)
}

fn only_minter(storage: &dyn Storage, sender: &Addr) -> Result<(), ContractError> {
    if MINTER.load(storage)? == sender {
        Ok(())
    } else {
        Err(ContractError::Unauthorized)
    }
}
