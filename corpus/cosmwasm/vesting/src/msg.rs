use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Timestamp, Uint256};

use crate::state::{Config, Schedule};

#[cw_serde]
pub struct InstantiateMsg {
    pub owner: Option<String>,
    pub denom: String,
}

#[cw_serde]
pub enum ExecuteMsg {
    /// Locks the coins that are sent along for the recipient.
    Grant { recipient: String, start: Option<Timestamp>, end: Timestamp, revocable: Option<bool> },
    Claim { to: Option<String> },
    Revoke { recipient: String },
    Reassign { recipient: String },
    ProposeOwner { owner: String },
    AcceptOwner {},
    UpdateConfig { denom: Option<String> },
}

#[cw_serde]
pub struct MigrateMsg {}

#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    #[returns(Config)]
    Config {},
    #[returns(Option<Schedule>)]
    Schedule { recipient: String },
    #[returns(Uint256)]
    Locked { at_height: Option<u64> },
}
