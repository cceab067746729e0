use cosmwasm_std::{Addr, Uint128};
use cw_storage_plus::{Item, Map};

pub const MINTER: Item<Addr> = Item::new("minter");
pub const BALANCES: Map<&Addr, Uint128> = Map::new("balances");
/// By owner and spender.
pub const ALLOWANCES: Map<(&Addr, &Addr), Uint128> = Map::new("allowances");
