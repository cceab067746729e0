use cosmwasm_schema::{cw_serde, QueryResponses};
use cw20::Cw20ReceiveMsg;
use cw_utils::Expiration;

use crate::state::{Config, Escrow};

#[cw_serde]
pub struct InstantiateMsg {
    pub owner: Option<String>,
    pub token: String,
    pub fee_bps: u64,
}

#[cw_serde]
pub enum ExecuteMsg {
    /// The hook of CW20 tokens.
    Receive(Cw20ReceiveMsg),
    SetRecipient { id: String, recipient: String },
    Approve { id: String },
    ApproveTwice { id: String },
    Refund { id: String },
    Release { id: String, to: String },
    ChangeArbiter { id: String, arbiter: String },
    HandOver { id: String, arbiter: String },
    UpdateConfig { owner: Option<String>, treasury: Option<String>, fee_bps: Option<u64> },
    UpdateTreasury { treasury: Option<String>, fee_bps: Option<u64> },
}

#[cw_serde]
pub enum ReceiveMsg {
    Create(CreateMsg),
    TopUp { id: String },
}

#[cw_serde]
pub struct CreateMsg {
    pub id: String,
    pub arbiter: String,
    pub recipient: Option<String>,
    pub title: String,
    pub expires: Expiration,
}

#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    #[returns(Config)]
    Config {},
    #[returns(Escrow)]
    Details { id: String },
    #[returns(Vec<String>)]
    List { start_after: Option<String>, limit: Option<u32> },
}
