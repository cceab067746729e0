use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Coin, Uint128};

use crate::state::Reserves;

#[cw_serde]
pub struct InstantiateMsg {
    pub first: String,
    pub second: String,
    pub fee_bps: u16,
    pub protocol: Option<String>,
}

#[cw_serde]
pub enum ExecuteMsg {
    ProvideLiquidity { receiver: Option<String> },
    ProvideAnything { receiver: Option<String> },
    WithdrawLiquidity { shares: Uint128 },
    WithdrawFor { provider: String, shares: Uint128 },
    Swap { minimum: Option<Uint128>, to: Option<String> },
    SwapAnything { minimum: Option<Uint128>, to: Option<String> },
    Skim { to: String },
    SkimOpen { to: String, coin: Coin },
    UpdateConfig { owner: Option<String>, protocol: Option<String>, fee_bps: Option<u16> },
    SetFee { fee_bps: u16 },
    Pause {},
    Resume {},
    Airdrop { recipients: Vec<(Addr, Uint128)> },
}

#[cw_serde]
pub enum SudoMsg {
    SetOwner { owner: String },
    Rescue { to: String, coin: Coin },
}

#[cw_serde]
pub struct MigrateMsg {
    pub fee_bps: Option<u16>,
}

#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    #[returns(Reserves)]
    Reserves {},
    #[returns(Uint128)]
    Shares { provider: String },
    #[returns(Uint128)]
    Simulate { offer: Coin },
}
