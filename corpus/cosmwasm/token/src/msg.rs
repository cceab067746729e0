use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::Uint128;

#[cw_serde]
pub struct InstantiateMsg {
    pub minter: String,
}

#[cw_serde]
pub enum ExecuteMsg {
    Mint { to: String, amount: Uint128 },
    Burn { amount: Uint128 },
    Transfer { to: String, amount: Uint128 },
    Approve { spender: String, amount: Uint128 },
    TransferFrom { from: String, to: String, amount: Uint128 },
    SetMinter { minter: String },
}

#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    #[returns(Uint128)]
    Balance { account: String },
}
