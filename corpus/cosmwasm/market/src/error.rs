use cosmwasm_std::{OverflowError, StdError};
use cw_utils::PaymentError;
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Overflow(#[from] OverflowError),
    #[error("Unauthorized: {sender}")]
    Unauthorized { sender: String },
    #[error("collection {0} is not traded here")]
    UnknownCollection(String),
    #[error("no ask for {token_id}")]
    NoAsk { token_id: String },
    #[error("expected {expected}, got {paid}")]
    WrongPrice { expected: String, paid: String },
    #[error("price must not be zero")]
    ZeroPrice,
    #[error("unknown reply id {id}")]
    UnknownReplyId { id: u64 },
}
