use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Timestamp, Uint256};
use cw_storage_plus::{Item, Map, SnapshotItem, Strategy};

#[cw_serde]
pub struct Config {
    pub owner: Addr,
    pub pending_owner: Option<Addr>,
    pub denom: String,
}

#[cw_serde]
pub struct Schedule {
    pub start: Timestamp,
    pub end: Timestamp,
    pub total: Uint256,
    pub claimed: Uint256,
    pub grantor: Addr,
    pub revocable: bool,
}

impl Schedule {
    pub fn vested(&self, now: Timestamp) -> Uint256 {
        if now >= self.end {
            self.total
        } else if now <= self.start {
            Uint256::zero()
        } else {
            let elapsed = now.seconds() - self.start.seconds();
            let duration = self.end.seconds() - self.start.seconds();
            self.total.multiply_ratio(elapsed, duration)
        }
    }
}

/// A claim that has been paid and may still come back.
#[cw_serde]
pub struct Pending {
    pub recipient: Addr,
    pub amount: Uint256,
}

pub const CONFIG: Item<Config> = Item::new("config");
pub const SCHEDULES: Map<&Addr, Schedule> = Map::new("schedules");
pub const PENDING: Item<Pending> = Item::new("pending");
pub const LOCKED: SnapshotItem<Uint256> =
    SnapshotItem::new("locked", "locked__checkpoints", "locked__changelog", Strategy::EveryBlock);
