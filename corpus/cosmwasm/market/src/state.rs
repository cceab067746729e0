use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Decimal, Uint128};
use cw_storage_plus::{Index, IndexList, IndexedMap, Item, Map, MultiIndex};

#[cw_serde]
pub struct Config {
    pub admin: Addr,
    pub denom: String,
    pub fee: Decimal,
}

#[cw_serde]
pub struct Ask {
    pub seller: Addr,
    pub collection: Addr,
    pub token_id: String,
    pub price: Uint128,
    pub sold_to: Option<Addr>,
}

pub type AskKey = (Addr, String);

pub struct AskIndices<'a> {
    pub seller: MultiIndex<'a, Addr, Ask, AskKey>,
    pub collection: MultiIndex<'a, Addr, Ask, AskKey>,
}

impl IndexList<Ask> for AskIndices<'_> {
    fn get_indexes(&'_ self) -> Box<dyn Iterator<Item = &'_ dyn Index<Ask>> + '_> {
        let indices: Vec<&dyn Index<Ask>> = vec![&self.seller, &self.collection];
        Box::new(indices.into_iter())
    }
}

pub fn asks<'a>() -> IndexedMap<AskKey, Ask, AskIndices<'a>> {
    let indices = AskIndices {
        seller: MultiIndex::new(|_, ask| ask.seller.clone(), "asks", "asks__seller"),
        collection: MultiIndex::new(|_, ask| ask.collection.clone(), "asks", "asks__collection"),
    };
    IndexedMap::new("asks", indices)
}

pub const CONFIG: Item<Config> = Item::new("config");
pub const COLLECTIONS: Map<&Addr, bool> = Map::new("collections");
/// What the market has earned and not yet paid out.
pub const FEES: Item<Uint128> = Item::new("fees");
/// The sale that a submessage is delivering.
pub const PENDING: Item<AskKey> = Item::new("pending");
/// What sellers can withdraw.
pub const PROCEEDS: Map<&Addr, Uint128> = Map::new("proceeds");
