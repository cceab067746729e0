use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Binary, Decimal, Uint128};

use crate::state::{Ask, Config};

#[cw_serde]
pub struct InstantiateMsg {
    pub admin: String,
    pub denom: String,
    pub fee: Decimal,
}

/// What an NFT contract tells the receiver of a token.
#[cw_serde]
pub struct Cw721ReceiveMsg {
    pub sender: String,
    pub token_id: String,
    pub msg: Binary,
}

#[cw_serde]
pub enum Cw721ExecuteMsg {
    TransferNft { recipient: String, token_id: String },
}

#[cw_serde]
pub enum HookMsg {
    Ask { price: Uint128 },
}

#[cw_serde]
pub enum ExecuteMsg {
    ReceiveNft(Cw721ReceiveMsg),
    UpdatePrice { collection: String, token_id: String, price: Uint128 },
    UpdatePriceOpen { collection: String, token_id: String, price: Uint128 },
    Withdraw { collection: String, token_id: String },
    WithdrawOpen { collection: String, token_id: String },
    Buy { collection: String, token_id: String },
    BuyAnyCoin { collection: String, token_id: String },
    Deliver { collection: String, token_id: String },
    DeliverAlways { collection: String, token_id: String },
    Claim {},
    ClaimFor { seller: String },
    CollectFees { recipient: Option<String> },
    CollectFeesForever { recipient: Option<String> },
    AddCollection { collection: String },
    RemoveCollection { collection: String },
    UpdateConfig { admin: Option<String>, fee: Option<Decimal> },
    UpdateFee { fee: Decimal },
}

#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    #[returns(Config)]
    Config {},
    #[returns(Option<Ask>)]
    Ask { collection: String, token_id: String },
    #[returns(Vec<Ask>)]
    AsksBySeller { seller: String, start_after: Option<(String, String)>, limit: Option<u32> },
}
