use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Binary, Timestamp};

#[cw_serde]
pub struct InstantiateMsg {
    pub office: String,
}

#[cw_serde]
pub enum ExecuteMsg {
    Register { id_card: String },
    RegisterByCard { id_card: String },
    ReachMe { phone: String },
    RegisterSealed { commitment: Binary },
    Verify { person: String },
    Remove { person: String },
    RemoveChecked { person: String },
}

#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    #[returns(Option<Timestamp>)]
    VerifiedAt { person: String },
}
