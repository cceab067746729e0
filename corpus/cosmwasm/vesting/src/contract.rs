use cosmwasm_std::{
    ensure, entry_point, to_json_binary, Addr, BankMsg, Binary, Coin, Deps, DepsMut, Env, MessageInfo, Reply,
    Response, StdResult, SubMsg, Timestamp, Uint256,
};
use cw_utils::{must_pay, nonpayable};

use crate::error::ContractError;
use crate::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use crate::state::{Config, Pending, Schedule, CONFIG, LOCKED, PENDING, SCHEDULES};

const CONTRACT_NAME: &str = "corpus:vesting";
const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

const REPLY_CLAIM: u64 = 7;

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    let owner = match msg.owner {
        Some(owner) => deps.api.addr_validate(&owner)?,
        None => info.sender,
    };
    CONFIG.save(deps.storage, &Config { owner, pending_owner: None, denom: msg.denom })?;
    LOCKED.save(deps.storage, &Uint256::zero(), env.block.height)?;
    Ok(Response::new())
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    match msg {
        ExecuteMsg::Grant { recipient, start, end, revocable } => {
            grant(deps, env, info, recipient, start, end, revocable.unwrap_or(false))
        }
        ExecuteMsg::Claim { to } => claim(deps, env, info, to),
        ExecuteMsg::Revoke { recipient } => revoke(deps, env, info, recipient),
        ExecuteMsg::Reassign { recipient } => reassign(deps, info, recipient),
        ExecuteMsg::ProposeOwner { owner } => propose_owner(deps, info, owner),
        ExecuteMsg::AcceptOwner {} => accept_owner(deps, info),
        ExecuteMsg::UpdateConfig { denom } => update_config(deps, env, info, denom),
    }
}

fn grant(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    recipient: String,
    start: Option<Timestamp>,
    end: Timestamp,
    revocable: bool,
) -> Result<Response, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let total = must_pay(&info, &config.denom)?;
    let start = start.unwrap_or(env.block.time);
    ensure!(end > start, ContractError::InvalidSchedule);
    let recipient = deps.api.addr_validate(&recipient)?;
    if SCHEDULES.has(deps.storage, &recipient) {
        return Err(ContractError::ScheduleExists { recipient: recipient.into_string() });
    }
    let schedule =
        Schedule { start, end, total, claimed: Uint256::zero(), grantor: info.sender.clone(), revocable };
    SCHEDULES.save(deps.storage, &recipient, &schedule)?;
    LOCKED.update(deps.storage, env.block.height, |locked| -> Result<_, ContractError> {
        Ok(locked.unwrap_or_default().checked_add(total)?)
    })?;
    Ok(Response::new()
        .add_attribute("action", "grant")
        .add_attribute("grantor", info.sender)
        .add_attribute("recipient", recipient))
}

/// What has vested is paid to the recipient, or to whom the recipient says.
fn claim(deps: DepsMut, env: Env, info: MessageInfo, to: Option<String>) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    let config = CONFIG.load(deps.storage)?;
    let mut schedule =
        SCHEDULES.may_load(deps.storage, &info.sender)?.ok_or(ContractError::NothingToClaim)?;
    let amount = schedule.vested(env.block.time).checked_sub(schedule.claimed)?;
    ensure!(!amount.is_zero(), ContractError::NothingToClaim);
    schedule.claimed = schedule.claimed.checked_add(amount)?;
    SCHEDULES.save(deps.storage, &info.sender, &schedule)?;
    LOCKED.update(deps.storage, env.block.height, |locked| -> Result<_, ContractError> {
        Ok(locked.unwrap_or_default().checked_sub(amount)?)
    })?;
    PENDING.save(deps.storage, &Pending { recipient: info.sender.clone(), amount })?;
    let to = match to {
        Some(to) => deps.api.addr_validate(&to)?,
        None => info.sender,
    };
    let payment = BankMsg::Send { to_address: to.to_string(), amount: vec![Coin::new(amount, config.denom)] };
    Ok(Response::new()
        .add_submessage(SubMsg::reply_always(payment, REPLY_CLAIM))
        .add_attribute("action", "claim")
        .add_attribute("to", to))
}

/// The grantor takes back what has not vested, and the recipient is paid what has.
fn revoke(deps: DepsMut, env: Env, info: MessageInfo, recipient: String) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    let config = CONFIG.load(deps.storage)?;
    let recipient = deps.api.addr_validate(&recipient)?;
    let schedule = SCHEDULES.load(deps.storage, &recipient)?;
    if schedule.grantor != info.sender || !schedule.revocable {
        return Err(ContractError::Unauthorized { role: "the grantor" });
    }
    let vested = schedule.vested(env.block.time);
    let due = vested.checked_sub(schedule.claimed)?;
    let rest = schedule.total.checked_sub(vested)?;
    SCHEDULES.remove(deps.storage, &recipient);
    LOCKED.update(deps.storage, env.block.height, |locked| -> Result<_, ContractError> {
        Ok(locked.unwrap_or_default().checked_sub(due)?.checked_sub(rest)?)
    })?;
    let mut response = Response::new().add_attribute("action", "revoke");
    if !due.is_zero() {
        response = response.add_message(BankMsg::Send {
            to_address: recipient.into_string(),
            amount: vec![Coin::new(due, &config.denom)],
        });
    }
    if !rest.is_zero() {
        response = response.add_message(BankMsg::Send {
            to_address: schedule.grantor.into_string(),
            amount: vec![Coin::new(rest, &config.denom)],
        });
    }
    Ok(response)
}

/// Who has a schedule hands it over to another.
fn reassign(deps: DepsMut, info: MessageInfo, recipient: String) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    let recipient = deps.api.addr_validate(&recipient)?;
    let schedule =
        SCHEDULES.may_load(deps.storage, &info.sender)?.ok_or(ContractError::NothingToClaim)?;
    SCHEDULES.update(deps.storage, &recipient, |held| match held {
        Some(_) => Err(ContractError::ScheduleExists { recipient: recipient.to_string() }),
        None => Ok(schedule),
    })?;
    SCHEDULES.remove(deps.storage, &info.sender);
    Ok(Response::new().add_attribute("action", "reassign").add_attribute("recipient", recipient))
}

fn propose_owner(deps: DepsMut, info: MessageInfo, owner: String) -> Result<Response, ContractError> {
    let mut config = owned_config(deps.as_ref(), &info.sender)?;
    config.pending_owner = Some(deps.api.addr_validate(&owner)?);
    CONFIG.save(deps.storage, &config)?;
    Ok(Response::new().add_attribute("action", "propose_owner"))
}

/// Only who was proposed becomes the owner.
fn accept_owner(deps: DepsMut, info: MessageInfo) -> Result<Response, ContractError> {
    let mut config = CONFIG.load(deps.storage)?;
    let pending = config.pending_owner.take().ok_or(ContractError::NoPendingOwner)?;
    if pending != info.sender {
        return Err(ContractError::Unauthorized { role: "the proposed owner" });
    }
    config.owner = pending;
    CONFIG.save(deps.storage, &config)?;
    Ok(Response::new().add_attribute("action", "accept_owner").add_attribute("owner", config.owner))
}

fn update_config(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    denom: Option<String>,
) -> Result<Response, ContractError> {
    let mut config = owned_config(deps.as_ref(), &info.sender)?;
    if let Some(denom) = denom {
        ensure!(LOCKED.load(deps.storage)?.is_zero(), ContractError::InvalidSchedule);
        config.denom = denom;
    }
    CONFIG.save(deps.storage, &config)?;
    Ok(Response::new().add_attribute("height", env.block.height.to_string()))
}

/// A payment that the receiver refused is credited again.
#[entry_point]
pub fn reply(deps: DepsMut, env: Env, msg: Reply) -> Result<Response, ContractError> {
    if msg.id != REPLY_CLAIM {
        return Err(ContractError::UnknownReply { id: msg.id });
    }
    let Pending { recipient, amount } = PENDING.load(deps.storage)?;
    PENDING.remove(deps.storage);
    match msg.result.into_result() {
        Ok(_) => Ok(Response::new().add_attribute("paid", amount)),
        Err(error) => {
            SCHEDULES.update(deps.storage, &recipient, |schedule| -> Result<_, ContractError> {
                let mut schedule = schedule.ok_or(ContractError::NothingToClaim)?;
                schedule.claimed = schedule.claimed.checked_sub(amount)?;
                Ok(schedule)
            })?;
            LOCKED.update(deps.storage, env.block.height, |locked| -> Result<_, ContractError> {
                Ok(locked.unwrap_or_default().checked_add(amount)?)
            })?;
            Ok(Response::new().add_attribute("refused", error))
        }
    }
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Config {} => to_json_binary(&CONFIG.load(deps.storage)?),
        QueryMsg::Schedule { recipient } => {
            let recipient = deps.api.addr_validate(&recipient)?;
            to_json_binary(&SCHEDULES.may_load(deps.storage, &recipient)?)
        }
        QueryMsg::Locked { at_height } => to_json_binary(&match at_height {
            Some(height) => LOCKED.may_load_at_height(deps.storage, height)?.unwrap_or_default(),
            None => LOCKED.load(deps.storage)?,
        }),
    }
}

#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, _msg: MigrateMsg) -> Result<Response, ContractError> {
    cw2::ensure_from_older_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    Ok(Response::default())
}

fn owned_config(deps: Deps, sender: &Addr) -> Result<Config, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    if config.owner != *sender {
        return Err(ContractError::Unauthorized { role: "the owner" });
    }
    Ok(config)
}
