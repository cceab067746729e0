use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Binary, Uint128};

#[cw_serde]
pub struct InstantiateMsg {
    pub owner: String,
    pub strategy: String,
}

#[cw_serde]
pub enum ExecuteMsg {
    Deposit {},
    Withdraw { amount: Uint128 },
    WithdrawFrom { account: String, amount: Uint128 },
    WithdrawFromChecked { account: String, amount: Uint128 },
    SetOwner { owner: String },
    SetOwnerChecked { owner: String },
    Upgrade { code_id: u64 },
    UpgradeChecked { code_id: u64 },
    CashOut { amount: Uint128, iban: String },
    CashOutSealed { amount: Uint128, payee: Binary },
}

#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    #[returns(Uint128)]
    Balance { account: String },
}
