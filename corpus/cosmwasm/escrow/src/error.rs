use cosmwasm_std::StdError;
use cw_utils::PaymentError;
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error("{0}")]
    Std(#[from] StdError),
    #[error("{0}")]
    Payment(#[from] PaymentError),
    #[error("unauthorized")]
    Unauthorized {},
    #[error("escrow {id} already exists")]
    AlreadyExists { id: String },
    #[error("escrow expired at {expiration}")]
    Expired { expiration: cw_utils::Expiration },
    #[error("escrow not expired")]
    NotExpired {},
    #[error("no recipient is set")]
    RecipientNotSet {},
    #[error("fee must be below 100 %, got {bps} bps")]
    InvalidFee { bps: u64 },
}
