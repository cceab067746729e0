use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Uint128};
use cw_storage_plus::{Item, Map};
use cw_utils::Expiration;

#[cw_serde]
pub struct Config {
    pub owner: Addr,
    pub token: Addr,
    pub treasury: Option<Addr>,
    pub fee_bps: u64,
}

#[cw_serde]
pub struct Escrow {
    pub arbiter: Addr,
    pub recipient: Option<Addr>,
    pub source: Addr,
    pub title: String,
    pub expires: Expiration,
    pub amount: Uint128,
}

impl Escrow {
    pub fn is_expired(&self, block: &cosmwasm_std::BlockInfo) -> bool {
        self.expires.is_expired(block)
    }
}

pub const CONFIG: Item<Config> = Item::new("config");
pub const ESCROWS: Map<&str, Escrow> = Map::new("escrows");
