use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, CosmosMsg, Storage, Uint128};
use cw_storage_plus::{Deque, Item, Map, SnapshotMap, Strategy};
use cw_utils::Expiration;

use crate::error::ContractError;

#[cw_serde]
pub struct Config {
    pub admin: Option<Addr>,
    pub threshold: u64,
    pub voting_period: u64,
    pub denom: String,
    /// The contract that keeps what the DAO owns; the DAO is its admin.
    pub treasury: Addr,
}

#[cw_serde]
#[derive(Copy)]
pub enum Status {
    Open,
    Rejected,
    Passed,
    Executed,
}

#[cw_serde]
pub struct Proposal {
    pub title: String,
    pub proposer: Addr,
    pub start_height: u64,
    pub expires: Expiration,
    pub msgs: Vec<CosmosMsg>,
    pub status: Status,
    pub yes: u64,
    pub no: u64,
}

#[cw_serde]
#[derive(Copy)]
pub enum Vote {
    Yes,
    No,
    Abstain,
}

#[cw_serde]
pub struct Ballot {
    pub weight: u64,
    pub vote: Vote,
}

pub const CONFIG: Item<Config> = Item::new("config");
pub const PROPOSAL_COUNT: Item<u64> = Item::new("proposal_count");
pub const PROPOSALS: Map<u64, Proposal> = Map::new("proposals");
pub const BALLOTS: Map<(u64, &Addr), Ballot> = Map::new("votes");
pub const MEMBERS: SnapshotMap<&Addr, u64> =
    SnapshotMap::new("members", "members__checkpoints", "members__changelog", Strategy::EveryBlock);
pub const GRANTS: Map<&Addr, Uint128> = Map::new("grants");
/// Those who must not be paid.
pub const DENIED: Map<&str, bool> = Map::new("denied");
/// What the DAO wants its members to read, newest last.
pub const NOTICES: Deque<String> = Deque::new("notices");

pub fn next_id(storage: &mut dyn Storage) -> Result<u64, ContractError> {
    let id = PROPOSAL_COUNT.may_load(storage)?.unwrap_or_default() + 1;
    PROPOSAL_COUNT.save(storage, &id)?;
    Ok(id)
}
