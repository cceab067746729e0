use cosmwasm_std::{Addr, Binary, Timestamp};
use cw_storage_plus::{Item, Map};

pub const OFFICE: Item<Addr> = Item::new("office");
pub const ID_CARDS: Map<&Addr, String> = Map::new("id_cards");
pub const PEOPLE: Map<&str, Addr> = Map::new("people");
pub const COMMITMENTS: Map<&Addr, Binary> = Map::new("commitments");
pub const VERIFIED: Map<&Addr, Timestamp> = Map::new("verified");
