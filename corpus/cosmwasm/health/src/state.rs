use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Timestamp};
use cw_storage_plus::{Index, IndexList, IndexedMap, Item, Map, MultiIndex};

#[cw_serde]
pub struct Config {
    pub ministry: Addr,
    pub channel: Option<String>,
}

#[cw_serde]
pub struct Record {
    pub clinic: Addr,
    pub diagnosis: String,
    pub created: Timestamp,
}

#[cw_serde]
pub struct Clinic {
    pub name: String,
    pub region: String,
}

pub struct ClinicIndexes<'a> {
    pub region: MultiIndex<'a, String, Clinic, &'a Addr>,
}

impl IndexList<Clinic> for ClinicIndexes<'_> {
    fn get_indexes(&'_ self) -> Box<dyn Iterator<Item = &'_ dyn Index<Clinic>> + '_> {
        Box::new(std::iter::once(&self.region as &dyn Index<Clinic>))
    }
}

pub fn clinics<'a>() -> IndexedMap<&'a Addr, Clinic, ClinicIndexes<'a>> {
    let region = MultiIndex::new(|_, clinic: &Clinic| clinic.region.clone(), "clinics", "clinics__region");
    IndexedMap::new("clinics", ClinicIndexes { region })
}

pub const CONFIG: Item<Config> = Item::new("config");
pub const COUNT: Item<u64> = Item::new("count");
pub const RECORDS: Map<u64, Record> = Map::new("records");
pub const CARDS: Map<&str, u64> = Map::new("cards");
pub const DIGESTS: Map<u64, Binary> = Map::new("digests");
pub const ENCODED: Map<u64, String> = Map::new("encoded");
pub const SEALS: Map<u64, Binary> = Map::new("seals");
