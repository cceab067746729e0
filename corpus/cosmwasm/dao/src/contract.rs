use cosmwasm_std::{
    coin, entry_point, to_json_binary, Addr, BankMsg, Binary, BlockInfo, CosmosMsg, Deps, DepsMut, Empty, Env,
    MessageInfo, Response, StdResult, Storage, Uint128, WasmMsg,
};
use cw_utils::Expiration;

use crate::error::ContractError;
use crate::msg::{ExecuteMsg, InstantiateMsg, Member, QueryMsg};
use crate::state::{
    next_id, Ballot, Config, Proposal, Status, Vote, BALLOTS, CONFIG, DENIED, GRANTS, MEMBERS, NOTICES,
    PROPOSALS,
};

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    _info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, "corpus:dao", "0.1.0")?;
    let config = Config {
        admin: msg.admin.map(|admin| deps.api.addr_validate(&admin)).transpose()?,
        threshold: msg.threshold,
        voting_period: msg.voting_period,
        denom: msg.denom,
        treasury: deps.api.addr_validate(&msg.treasury)?,
    };
    CONFIG.save(deps.storage, &config)?;
    for member in msg.members {
        let addr = deps.api.addr_validate(&member.addr)?;
        MEMBERS.save(deps.storage, &addr, &member.weight, env.block.height)?;
    }
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
        ExecuteMsg::Propose { title, msgs } => propose(deps, env, info, title, msgs),
        ExecuteMsg::Vote { proposal_id, vote } => cast_vote(deps, env, info, proposal_id, vote),
        ExecuteMsg::VoteFor { proposal_id, voter, vote } => vote_for(deps, env, proposal_id, voter, vote),
        ExecuteMsg::Execute { proposal_id } => execute_proposal(deps, env, info, proposal_id),
        ExecuteMsg::Relay { msgs } => relay(msgs),
        ExecuteMsg::RelayAsAdmin { msgs } => relay_as_admin(deps.as_ref(), info, msgs),
        ExecuteMsg::Close { proposal_id } => close(deps, env, proposal_id),
        ExecuteMsg::UpdateMembers { add, remove } => update_members(deps, env, info, add, remove),
        ExecuteMsg::AddMember { addr, weight } => add_member(deps, env, addr, weight),
        ExecuteMsg::Leave {} => leave(deps, env, info),
        ExecuteMsg::Expel { member } => expel(deps, env, member),
        ExecuteMsg::Grant { recipient, amount } => grant(deps, info, recipient, amount),
        ExecuteMsg::GrantDenyAware { recipient, amount } => grant_deny_aware(deps, info, recipient, amount),
        ExecuteMsg::ClaimGrant {} => claim_grant(deps, info),
        ExecuteMsg::ClaimGrants { recipients } => claim_grants(deps, recipients),
        ExecuteMsg::Deny { address } => deny(deps, info, address),
        ExecuteMsg::GiveTreasuryAway { admin } => give_treasury_away(deps, admin),
        ExecuteMsg::MoveTreasury { admin } => move_treasury(deps, info, admin),
        ExecuteMsg::Announce { notice } => announce(deps, info, notice),
        ExecuteMsg::DropNotice {} => drop_notice(deps, info),
    }
}

fn propose(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    title: String,
    msgs: Vec<CosmosMsg>,
) -> Result<Response, ContractError> {
    let weight = member_weight(deps.storage, &info.sender)?;
    let config = CONFIG.load(deps.storage)?;
    let proposal = Proposal {
        title,
        proposer: info.sender.clone(),
        start_height: env.block.height,
        expires: Expiration::AtTime(env.block.time.plus_seconds(config.voting_period)),
        msgs,
        status: Status::Open,
        yes: weight,
        no: 0,
    };
    let id = next_id(deps.storage)?;
    PROPOSALS.save(deps.storage, id, &proposal)?;
    BALLOTS.save(deps.storage, (id, &info.sender), &Ballot { weight, vote: Vote::Yes })?;
    Ok(Response::new()
        .add_attribute("action", "propose")
        .add_attribute("sender", info.sender)
        .add_attribute("proposal_id", id.to_string()))
}

fn cast_vote(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    proposal_id: u64,
    vote: Vote,
) -> Result<Response, ContractError> {
    record(deps, &env.block, proposal_id, &info.sender, vote)?;
    Ok(Response::new().add_attribute("action", "vote").add_attribute("sender", info.sender))
}

/// Anyone votes with anyone's weight.
fn vote_for(
    deps: DepsMut,
    env: Env,
    proposal_id: u64,
    voter: String,
    vote: Vote,
) -> Result<Response, ContractError> {
    let voter = deps.api.addr_validate(&voter)?;
    let mut proposal = open_proposal(deps.storage, &env.block, proposal_id)?;
    let weight = MEMBERS
        .may_load_at_height(deps.storage, &voter, proposal.start_height)?
        .ok_or(ContractError::Unauthorized {})?;
    let ballot = Ballot { weight, vote };
    BALLOTS.save(deps.storage, (proposal_id, &voter), &ballot)?; //~ missing-subject-auth
    proposal.yes += weight;
    PROPOSALS.save(deps.storage, proposal_id, &proposal)?;
    Ok(Response::new())
}

/// Whoever asks, what the members have decided is done, and once.
fn execute_proposal(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    proposal_id: u64,
) -> Result<Response, ContractError> {
    let mut proposal = PROPOSALS.load(deps.storage, proposal_id)?;
    update_status(deps.storage, &env.block, &mut proposal)?;
    if proposal.status != Status::Passed {
        return Err(ContractError::NotPassed {});
    }
    proposal.status = Status::Executed;
    PROPOSALS.save(deps.storage, proposal_id, &proposal)?;
    Ok(Response::new()
        .add_messages(proposal.msgs)
        .add_attribute("action", "execute")
        .add_attribute("sender", info.sender))
}

/// The DAO says whatever anyone wants it to say.
fn relay(msgs: Vec<CosmosMsg>) -> Result<Response, ContractError> {
    Ok(Response::new().add_messages(msgs).add_attribute("action", "relay")) //~ arbitrary-call-target
}

fn relay_as_admin(deps: Deps, info: MessageInfo, msgs: Vec<CosmosMsg>) -> Result<Response, ContractError> {
    assert_admin(deps.storage, &info.sender)?;
    Ok(Response::new().add_messages(msgs).add_attribute("action", "relay_as_admin"))
}

fn close(deps: DepsMut, env: Env, proposal_id: u64) -> Result<Response, ContractError> {
    let mut proposal = PROPOSALS.load(deps.storage, proposal_id)?;
    if proposal.status != Status::Open || !proposal.expires.is_expired(&env.block) {
        return Err(ContractError::NotOpen {});
    }
    let threshold = CONFIG.load(deps.storage)?.threshold;
    if proposal.yes >= threshold {
        return Err(ContractError::NotOpen {});
    }
    proposal.status = Status::Rejected;
    PROPOSALS.save(deps.storage, proposal_id, &proposal)?;
    Ok(Response::new().add_attribute("action", "close"))
}

fn update_members(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    add: Vec<Member>,
    remove: Vec<String>,
) -> Result<Response, ContractError> {
    assert_admin(deps.storage, &info.sender)?;
    for member in add {
        let addr = deps.api.addr_validate(&member.addr)?;
        MEMBERS.save(deps.storage, &addr, &member.weight, env.block.height)?;
    }
    for addr in remove {
        let addr = deps.api.addr_validate(&addr)?;
        MEMBERS.remove(deps.storage, &addr, env.block.height)?;
    }
    Ok(Response::new().add_attribute("action", "update_members"))
}

/// Anyone makes anyone a member.
fn add_member(
    deps: DepsMut,
    env: Env,
    addr: String,
    weight: Option<u64>,
) -> Result<Response, ContractError> {
    let addr = deps.api.addr_validate(&addr)?;
    MEMBERS.save(deps.storage, &addr, &weight.unwrap_or(1), env.block.height)?; //~ unprotected-privileged-write
    Ok(Response::new().add_attribute("action", "add_member"))
}

fn leave(deps: DepsMut, env: Env, info: MessageInfo) -> Result<Response, ContractError> {
    MEMBERS.remove(deps.storage, &info.sender, env.block.height)?;
    Ok(Response::new().add_attribute("action", "leave"))
}

/// Anyone expels anyone.
fn expel(deps: DepsMut, env: Env, member: String) -> Result<Response, ContractError> {
    let member = deps.api.addr_validate(&member)?;
    MEMBERS.remove(deps.storage, &member, env.block.height)?; //~ missing-subject-auth
    Ok(Response::new().add_attribute("action", "expel"))
}

/// The list of those who get nothing is asked for the address as it was typed, which has more than one spelling.
fn grant(
    deps: DepsMut,
    info: MessageInfo,
    recipient: String,
    amount: Uint128,
) -> Result<Response, ContractError> {
    assert_admin(deps.storage, &info.sender)?;
    if DENIED.has(deps.storage, &recipient) { //~ unvalidated-address-input
        return Err(ContractError::Denied { address: recipient });
    }
    let recipient = deps.api.addr_validate(&recipient.to_lowercase())?;
    GRANTS.save(deps.storage, &recipient, &amount)?;
    Ok(Response::new())
}

fn grant_deny_aware(
    deps: DepsMut,
    info: MessageInfo,
    recipient: String,
    amount: Uint128,
) -> Result<Response, ContractError> {
    assert_admin(deps.storage, &info.sender)?;
    let recipient = deps.api.addr_validate(&recipient)?;
    if DENIED.has(deps.storage, recipient.as_str()) {
        return Err(ContractError::Denied { address: recipient.into_string() });
    }
    GRANTS.save(deps.storage, &recipient, &amount)?;
    Ok(Response::new())
}

fn claim_grant(deps: DepsMut, info: MessageInfo) -> Result<Response, ContractError> {
    let denom = CONFIG.load(deps.storage)?.denom;
    let amount = GRANTS
        .may_load(deps.storage, &info.sender)?
        .filter(|amount| !amount.is_zero())
        .ok_or(ContractError::NothingGranted {})?;
    GRANTS.remove(deps.storage, &info.sender);
    Ok(Response::new().add_message(BankMsg::Send {
        to_address: info.sender.into_string(),
        amount: vec![coin(amount.u128(), denom)],
    }))
}

/// Everybody's grant is paid to them, and to those who are listed twice, twice.
fn claim_grants(deps: DepsMut, recipients: Vec<String>) -> Result<Response, ContractError> {
    let denom = CONFIG.load(deps.storage)?.denom;
    let mut messages: Vec<CosmosMsg> = vec![];
    for recipient in &recipients {
        let addr = deps.api.addr_validate(recipient)?;
        let amount = GRANTS.load(deps.storage, &addr)?; //~ duplicate-batch-element
        let send = BankMsg::Send { to_address: addr.into(), amount: vec![coin(amount.u128(), &denom)] };
        messages.push(send.into());
    }
    for recipient in recipients {
        GRANTS.remove(deps.storage, &Addr::unchecked(recipient));
    }
    Ok(Response::new().add_messages(messages))
}

fn deny(deps: DepsMut, info: MessageInfo, address: String) -> Result<Response, ContractError> {
    assert_admin(deps.storage, &info.sender)?;
    let address = deps.api.addr_validate(&address)?;
    DENIED.save(deps.storage, address.as_str(), &true)?;
    Ok(Response::new())
}

/// Anyone becomes the admin of the treasury, who can replace its code.
fn give_treasury_away(deps: DepsMut, admin: String) -> Result<Response, ContractError> {
    let admin = deps.api.addr_validate(&admin)?;
    let treasury = CONFIG.load(deps.storage)?.treasury;
    let update = WasmMsg::UpdateAdmin { contract_addr: treasury.into(), admin: admin.into() };
    Ok(Response::new().add_message(update)) //~ unprotected-code-upgrade
}

fn move_treasury(deps: DepsMut, info: MessageInfo, admin: String) -> Result<Response, ContractError> {
    assert_admin(deps.storage, &info.sender)?;
    let admin = deps.api.addr_validate(&admin)?;
    let treasury = CONFIG.load(deps.storage)?.treasury;
    let update = WasmMsg::UpdateAdmin { contract_addr: treasury.into(), admin: admin.into() };
    Ok(Response::new().add_message(update))
}

fn announce(deps: DepsMut, info: MessageInfo, notice: String) -> Result<Response, ContractError> {
    member_weight(deps.storage, &info.sender)?;
    NOTICES.push_back(deps.storage, &notice)?;
    Ok(Response::new())
}

fn drop_notice(deps: DepsMut, info: MessageInfo) -> Result<Response, ContractError> {
    assert_admin(deps.storage, &info.sender)?;
    NOTICES.pop_front(deps.storage)?;
    Ok(Response::new())
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Proposal { proposal_id } => to_json_binary(&PROPOSALS.load(deps.storage, proposal_id)?),
        QueryMsg::Weight { addr, at_height } => {
            let addr = deps.api.addr_validate(&addr)?;
            to_json_binary(&match at_height {
                Some(height) => MEMBERS.may_load_at_height(deps.storage, &addr, height)?,
                None => MEMBERS.may_load(deps.storage, &addr)?,
            })
        }
        QueryMsg::Notices {} => {
            to_json_binary(&NOTICES.iter(deps.storage)?.collect::<StdResult<Vec<String>>>()?)
        }
    }
}

#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, _msg: Empty) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, "corpus:dao", "0.2.0")?;
    Ok(Response::new())
}

fn record(
    deps: DepsMut,
    block: &BlockInfo,
    proposal_id: u64,
    voter: &Addr,
    vote: Vote,
) -> Result<(), ContractError> {
    let mut proposal = open_proposal(deps.storage, block, proposal_id)?;
    let weight = MEMBERS
        .may_load_at_height(deps.storage, voter, proposal.start_height)?
        .filter(|weight| *weight > 0)
        .ok_or(ContractError::Unauthorized {})?;
    BALLOTS.update(deps.storage, (proposal_id, voter), |ballot| match ballot {
        Some(_) => Err(ContractError::AlreadyVoted {}),
        None => Ok(Ballot { weight, vote }),
    })?;
    match vote {
        Vote::Yes => proposal.yes += weight,
        Vote::No => proposal.no += weight,
        Vote::Abstain => {}
    }
    update_status(deps.storage, block, &mut proposal)?;
    PROPOSALS.save(deps.storage, proposal_id, &proposal)?;
    Ok(())
}

fn open_proposal(storage: &dyn Storage, block: &BlockInfo, id: u64) -> Result<Proposal, ContractError> {
    let proposal = PROPOSALS.load(storage, id)?;
    if proposal.status != Status::Open || proposal.expires.is_expired(block) {
        return Err(ContractError::NotOpen {});
    }
    Ok(proposal)
}

fn update_status(
    storage: &dyn Storage,
    block: &BlockInfo,
    proposal: &mut Proposal,
) -> Result<(), ContractError> {
    let threshold = CONFIG.load(storage)?.threshold;
    if proposal.status == Status::Open {
        if proposal.yes >= threshold {
            proposal.status = Status::Passed;
        } else if proposal.expires.is_expired(block) {
            proposal.status = Status::Rejected;
        }
    }
    Ok(())
}

fn member_weight(storage: &dyn Storage, sender: &Addr) -> Result<u64, ContractError> {
    MEMBERS.may_load(storage, sender)?.ok_or(ContractError::Unauthorized {})
}

fn assert_admin(storage: &dyn Storage, sender: &Addr) -> Result<(), ContractError> {
    match CONFIG.load(storage)?.admin {
        Some(admin) if admin == sender => Ok(()),
        _ => Err(ContractError::Unauthorized {}),
    }
}
