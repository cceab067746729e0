use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{CosmosMsg, Empty, Uint128};

use crate::state::{Proposal, Vote};

#[cw_serde]
pub struct Member {
    pub addr: String,
    pub weight: u64,
}

#[cw_serde]
pub struct InstantiateMsg {
    pub admin: Option<String>,
    pub members: Vec<Member>,
    pub threshold: u64,
    pub voting_period: u64,
    pub denom: String,
    pub treasury: String,
}

#[cw_serde]
pub enum ExecuteMsg {
    Propose { title: String, msgs: Vec<CosmosMsg<Empty>> },
    Vote { proposal_id: u64, vote: Vote },
    VoteFor { proposal_id: u64, voter: String, vote: Vote },
    Execute { proposal_id: u64 },
    Relay { msgs: Vec<CosmosMsg<Empty>> },
    RelayAsAdmin { msgs: Vec<CosmosMsg<Empty>> },
    Close { proposal_id: u64 },
    UpdateMembers { add: Vec<Member>, remove: Vec<String> },
    AddMember { addr: String, weight: Option<u64> },
    Leave {},
    Expel { member: String },
    Grant { recipient: String, amount: Uint128 },
    GrantDenyAware { recipient: String, amount: Uint128 },
    ClaimGrant {},
    ClaimGrants { recipients: Vec<String> },
    Deny { address: String },
    GiveTreasuryAway { admin: String },
    MoveTreasury { admin: String },
    Announce { notice: String },
    DropNotice {},
}

#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    #[returns(Proposal)]
    Proposal { proposal_id: u64 },
    #[returns(Option<u64>)]
    Weight { addr: String, at_height: Option<u64> },
    #[returns(Vec<String>)]
    Notices {},
}
