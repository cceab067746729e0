use cosmwasm_std::{
    entry_point, to_json_binary, Binary, Deps, DepsMut, Env, Event, MessageInfo, Response, StdResult,
};

use crate::error::ContractError;
use crate::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};
use crate::state::{COMMITMENTS, ID_CARDS, OFFICE, PEOPLE, VERIFIED};

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    _info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, "corpus:registry", "0.1.0")?;
    OFFICE.save(deps.storage, &deps.api.addr_validate(&msg.office)?)?;
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
        ExecuteMsg::Register { id_card } => register(deps, info, id_card),
        ExecuteMsg::RegisterByCard { id_card } => register_by_card(deps, info, id_card),
        ExecuteMsg::ReachMe { phone } => reach_me(info, phone),
        ExecuteMsg::RegisterSealed { commitment } => register_sealed(deps, info, commitment),
        ExecuteMsg::Verify { person } => verify(deps, env, info, person),
        ExecuteMsg::Remove { person } => remove(deps, person),
        ExecuteMsg::RemoveChecked { person } => remove_checked(deps, info, person),
    }
}

/// The number of the card is stored as it is.
fn register(deps: DepsMut, info: MessageInfo, id_card: String) -> Result<Response, ContractError> {
    //~^ plaintext-sensitive-parameter
    ID_CARDS.save(deps.storage, &info.sender, &id_card)?; //~ sensitive-to-public-state
    Ok(Response::new())
}

/// The number of the card is the key.
fn register_by_card(deps: DepsMut, info: MessageInfo, id_card: String) -> Result<Response, ContractError> {
    //~^ plaintext-sensitive-parameter
    PEOPLE.save(deps.storage, &id_card, &info.sender)?; //~ sensitive-to-public-state
    Ok(Response::new())
}

/// The telephone is not stored, but everybody reads it in the event.
fn reach_me(info: MessageInfo, phone: String) -> Result<Response, ContractError> {
    //~^ plaintext-sensitive-parameter
    let event = Event::new("reached").add_attribute("person", info.sender);
    Ok(Response::new().add_event(event.add_attribute("phone", phone))) //~ sensitive-to-event
}

/// The sender commits to the card with a salted hash, and shows card and salt to the office alone.
fn register_sealed(deps: DepsMut, info: MessageInfo, commitment: Binary) -> Result<Response, ContractError> {
    COMMITMENTS.save(deps.storage, &info.sender, &commitment)?;
    Ok(Response::new())
}

/// The office has seen the card that belongs to the commitment.
fn verify(deps: DepsMut, env: Env, info: MessageInfo, person: String) -> Result<Response, ContractError> {
    if OFFICE.load(deps.storage)? != info.sender {
        return Err(ContractError::Unauthorized);
    }
    let person = deps.api.addr_validate(&person)?;
    if !COMMITMENTS.has(deps.storage, &person) {
        return Err(ContractError::Unknown);
    }
    VERIFIED.save(deps.storage, &person, &env.block.time)?;
    Ok(Response::new().add_attribute("verified", person))
}

/// Anyone removes anyone from the registry.
fn remove(deps: DepsMut, person: String) -> Result<Response, ContractError> {
    let person = deps.api.addr_validate(&person)?;
    COMMITMENTS.remove(deps.storage, &person); //~ missing-subject-auth
    Ok(Response::new())
}

fn remove_checked(deps: DepsMut, info: MessageInfo, person: String) -> Result<Response, ContractError> {
    let person = deps.api.addr_validate(&person)?;
    if person != info.sender {
        return Err(ContractError::Unauthorized);
    }
    COMMITMENTS.remove(deps.storage, &person);
    Ok(Response::new())
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::VerifiedAt { person } => {
            let person = deps.api.addr_validate(&person)?;
            to_json_binary(&VERIFIED.may_load(deps.storage, &person)?)
        }
    }
}
