use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Coin, Uint128};
use cw_storage_plus::{Item, Map};

#[cw_serde]
pub struct Config {
    pub owner: Addr,
    pub protocol: Option<Addr>,
    pub fee_bps: u16,
    pub paused: bool,
}

#[cw_serde]
pub struct Reserves {
    pub first: Coin,
    pub second: Coin,
    pub shares: Uint128,
}

pub const CONFIG: Item<Config> = Item::new("config");
pub const RESERVES: Item<Reserves> = Item::new("reserves");
pub const SHARES: Map<&Addr, Uint128> = Map::new("shares");
