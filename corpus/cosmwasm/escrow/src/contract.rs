use cosmwasm_std::{
    entry_point, from_json, to_json_binary, Addr, Binary, CosmosMsg, Deps, DepsMut, Env, MessageInfo, Order,
    Response, StdResult, Uint128, WasmMsg,
};
use cw20::{Cw20ExecuteMsg, Cw20ReceiveMsg};
use cw_storage_plus::Bound;
use cw_utils::nonpayable;

use crate::error::ContractError;
use crate::msg::{CreateMsg, ExecuteMsg, InstantiateMsg, QueryMsg, ReceiveMsg};
use crate::state::{Config, Escrow, CONFIG, ESCROWS};

const CONTRACT_NAME: &str = "contract-lint:cw-escrow";
const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

const MAX_LIMIT: u32 = 30;
const DEFAULT_LIMIT: u32 = 10;

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    let owner = maybe_addr(deps.as_ref(), msg.owner)?.unwrap_or(info.sender);
    let token = deps.api.addr_validate(&msg.token)?;
    let config = Config { owner, token, treasury: None, fee_bps: valid_fee(msg.fee_bps)? };
    CONFIG.save(deps.storage, &config)?;
    Ok(Response::default())
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    match msg {
        ExecuteMsg::Receive(msg) => execute_receive(deps, info, msg),
        ExecuteMsg::SetRecipient { id, recipient } => {
            execute_set_recipient(deps, env, info, id, recipient)
        }
        ExecuteMsg::Approve { id } => execute_approve(deps, env, info, id),
        ExecuteMsg::ApproveTwice { id } => execute_approve_twice(deps, env, info, id),
        ExecuteMsg::Refund { id } => execute_refund(deps, env, info, id),
        ExecuteMsg::Release { id, to } => execute_release(deps, id, to),
        ExecuteMsg::ChangeArbiter { id, arbiter } => execute_change_arbiter(deps, id, arbiter),
        ExecuteMsg::HandOver { id, arbiter } => execute_hand_over(deps, info, id, arbiter),
        ExecuteMsg::UpdateConfig { owner, treasury, fee_bps } => {
            execute_update_config(deps, info, owner, treasury, fee_bps)
        }
        ExecuteMsg::UpdateTreasury { treasury, fee_bps } => {
            execute_update_treasury(deps, treasury, fee_bps)
        }
    }
}

/// Only the one token that the escrow works with is believed.
fn execute_receive(
    deps: DepsMut,
    info: MessageInfo,
    wrapper: Cw20ReceiveMsg,
) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    let config = CONFIG.load(deps.storage)?;
    if info.sender != config.token {
        return Err(ContractError::Unauthorized {});
    }
    let sender = deps.api.addr_validate(&wrapper.sender)?;
    match from_json(&wrapper.msg)? {
        ReceiveMsg::Create(msg) => create(deps, msg, wrapper.amount, sender),
        ReceiveMsg::TopUp { id } => top_up(deps, id, wrapper.amount),
    }
}

fn create(deps: DepsMut, msg: CreateMsg, amount: Uint128, source: Addr) -> Result<Response, ContractError> {
    let recipient = msg.recipient.and_then(|addr| deps.api.addr_validate(&addr).ok());
    let escrow = Escrow {
        arbiter: deps.api.addr_validate(&msg.arbiter)?,
        recipient,
        source,
        title: msg.title,
        expires: msg.expires,
        amount,
    };
    ESCROWS.update(deps.storage, &msg.id, |existing| match existing {
        None => Ok(escrow),
        Some(_) => Err(ContractError::AlreadyExists { id: msg.id.clone() }),
    })?;
    Ok(Response::new().add_attributes(vec![("action", "create"), ("id", msg.id.as_str())]))
}

fn top_up(deps: DepsMut, id: String, amount: Uint128) -> Result<Response, ContractError> {
    let mut escrow = ESCROWS.load(deps.storage, &id)?;
    escrow.amount += amount;
    ESCROWS.save(deps.storage, &id, &escrow)?;
    Ok(Response::new().add_attributes(vec![("action", "top_up"), ("id", id.as_str())]))
}

fn execute_set_recipient(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: String,
    recipient: String,
) -> Result<Response, ContractError> {
    let mut escrow = ESCROWS.load(deps.storage, &id)?;
    if info.sender != escrow.arbiter {
        return Err(ContractError::Unauthorized {});
    }
    if escrow.is_expired(&env.block) {
        return Err(ContractError::Expired { expiration: escrow.expires });
    }
    let recipient = deps.api.addr_validate(&recipient)?;
    escrow.recipient = Some(recipient.clone());
    ESCROWS.save(deps.storage, &id, &escrow)?;
    Ok(Response::new()
        .add_attribute("action", "set_recipient")
        .add_attribute("id", id)
        .add_attribute("recipient", recipient))
}

fn execute_approve(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: String,
) -> Result<Response, ContractError> {
    let escrow = approvable(deps.as_ref(), &env, &info, &id)?;
    let recipient = escrow.recipient.clone().ok_or(ContractError::RecipientNotSet {})?;
    ESCROWS.remove(deps.storage, &id);

    let message = send_tokens(deps.as_ref(), &recipient, escrow.amount)?;
    Ok(Response::new()
        .add_attribute("action", "approve")
        .add_attribute("id", id)
        .add_attribute("to", recipient)
        .add_message(message))
}

/// The escrow stays on record, so that the arbiter can pay it out as often as there are tokens.
fn execute_approve_twice(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: String,
) -> Result<Response, ContractError> {
    let escrow = approvable(deps.as_ref(), &env, &info, &id)?;
    let recipient = escrow.recipient.clone().ok_or(ContractError::RecipientNotSet {})?;
    let message = send_tokens(deps.as_ref(), &recipient, escrow.amount)?;
    Ok(Response::new().add_message(message).add_attribute("id", id)) //~ lost-state-update
}

/// The arbiter may give back at any time, everybody else once the escrow has expired. Who paid gets it.
fn execute_refund(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: String,
) -> Result<Response, ContractError> {
    let escrow = ESCROWS.load(deps.storage, &id)?;
    if !escrow.is_expired(&env.block) && info.sender != escrow.arbiter {
        return Err(ContractError::NotExpired {});
    }
    ESCROWS.remove(deps.storage, &id);
    let message = send_tokens(deps.as_ref(), &escrow.source, escrow.amount)?;
    Ok(Response::new()
        .add_attribute("action", "refund")
        .add_attribute("id", id)
        .add_attribute("to", escrow.source)
        .add_message(message))
}

/// Anyone has any escrow paid to whom they like.
fn execute_release(deps: DepsMut, id: String, to: String) -> Result<Response, ContractError> {
    let escrow = ESCROWS.load(deps.storage, &id)?;
    let to = deps.api.addr_validate(&to)?;
    ESCROWS.remove(deps.storage, &id);
    let message = send_tokens(deps.as_ref(), &to, escrow.amount)?;
    Ok(Response::new().add_message(message)) //~ unprotected-value-outflow
}

/// Anyone makes anyone the arbiter.
fn execute_change_arbiter(deps: DepsMut, id: String, arbiter: String) -> Result<Response, ContractError> {
    let arbiter = deps.api.addr_validate(&arbiter)?;
    let mut escrow = ESCROWS.load(deps.storage, &id)?;
    escrow.arbiter = arbiter;
    ESCROWS.save(deps.storage, &id, &escrow)?; //~ unprotected-privileged-write
    Ok(Response::new().add_attribute("action", "change_arbiter"))
}

fn execute_hand_over(
    deps: DepsMut,
    info: MessageInfo,
    id: String,
    arbiter: String,
) -> Result<Response, ContractError> {
    let arbiter = deps.api.addr_validate(&arbiter)?;
    let mut escrow = ESCROWS.load(deps.storage, &id)?;
    if escrow.arbiter != info.sender {
        return Err(ContractError::Unauthorized {});
    }
    escrow.arbiter = arbiter;
    ESCROWS.save(deps.storage, &id, &escrow)?;
    Ok(Response::new().add_attribute("action", "hand_over"))
}

fn execute_update_config(
    deps: DepsMut,
    info: MessageInfo,
    owner: Option<String>,
    treasury: Option<String>,
    fee_bps: Option<u64>,
) -> Result<Response, ContractError> {
    assert_owner(deps.as_ref(), &info)?;
    let mut config = CONFIG.load(deps.storage)?;
    if let Some(owner) = owner {
        config.owner = deps.api.addr_validate(&owner)?;
    }
    if let Some(treasury) = treasury {
        config.treasury = Some(deps.api.addr_validate(&treasury)?);
    }
    if let Some(fee_bps) = fee_bps {
        config.fee_bps = valid_fee(fee_bps)?;
    }
    CONFIG.save(deps.storage, &config)?;
    Ok(Response::new().add_attribute("action", "update_config"))
}

/// Anyone says where the fees go.
fn execute_update_treasury(
    deps: DepsMut,
    treasury: Option<String>,
    fee_bps: Option<u64>,
) -> Result<Response, ContractError> {
    let treasury = maybe_addr(deps.as_ref(), treasury)?;
    CONFIG.update(deps.storage, |mut config| -> Result<_, ContractError> { //~ unprotected-privileged-write
        config.treasury = treasury;
        if let Some(fee_bps) = fee_bps {
            config.fee_bps = valid_fee(fee_bps)?;
        }
        Ok(config)
    })?;
    Ok(Response::new().add_attribute("action", "update_treasury"))
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Config {} => to_json_binary(&CONFIG.load(deps.storage)?),
        QueryMsg::Details { id } => to_json_binary(&ESCROWS.load(deps.storage, &id)?),
        QueryMsg::List { start_after, limit } => to_json_binary(&list(deps, start_after, limit)?),
    }
}

fn list(deps: Deps, start_after: Option<String>, limit: Option<u32>) -> StdResult<Vec<String>> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT) as usize;
    let start = start_after.as_deref().map(Bound::exclusive);
    ESCROWS.keys(deps.storage, start, None, Order::Ascending).take(limit).collect()
}

fn approvable(deps: Deps, env: &Env, info: &MessageInfo, id: &str) -> Result<Escrow, ContractError> {
    let escrow = ESCROWS.load(deps.storage, id)?;
    if info.sender != escrow.arbiter {
        return Err(ContractError::Unauthorized {});
    }
    if escrow.is_expired(&env.block) {
        return Err(ContractError::Expired { expiration: escrow.expires });
    }
    Ok(escrow)
}

fn send_tokens(deps: Deps, to: &Addr, amount: Uint128) -> StdResult<CosmosMsg> {
    let token = CONFIG.load(deps.storage)?.token;
    let msg = Cw20ExecuteMsg::Transfer { recipient: to.to_string(), amount };
    let execute = WasmMsg::Execute {
        contract_addr: token.into_string(),
        msg: to_json_binary(&msg)?,
        funds: vec![],
    };
    Ok(execute.into())
}

fn assert_owner(deps: Deps, info: &MessageInfo) -> Result<(), ContractError> {
    let config = CONFIG.load(deps.storage)?;
    if info.sender != config.owner {
        return Err(ContractError::Unauthorized {});
    }
    Ok(())
}

fn maybe_addr(deps: Deps, human: Option<String>) -> StdResult<Option<Addr>> {
    human.map(|human| deps.api.addr_validate(&human)).transpose()
}

fn valid_fee(bps: u64) -> Result<u64, ContractError> {
    if bps >= 10_000 {
        return Err(ContractError::InvalidFee { bps });
    }
    Ok(bps)
}
