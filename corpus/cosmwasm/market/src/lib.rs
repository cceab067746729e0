//! A marketplace: collectors list the NFTs of approved collections, others buy them with the market's coin.

pub mod contract;
mod error;
mod helpers;
pub mod msg;
pub mod state;
