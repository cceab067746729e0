use cosmwasm_std::{Addr, Binary, Uint128};
use cw_storage_plus::{Item, Map};

pub const OWNER: Item<Addr> = Item::new("owner");
/// A contract that the vault administers.
pub const STRATEGY: Item<Addr> = Item::new("strategy");
pub const BALANCES: Map<&Addr, Uint128> = Map::new("balances");
pub const PAYOUTS: Map<&Addr, String> = Map::new("payouts");
pub const COMMITMENTS: Map<&Addr, Binary> = Map::new("commitments");
