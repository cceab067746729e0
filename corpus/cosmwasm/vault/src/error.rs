use cosmwasm_std::{OverflowError, StdError};
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error("{0}")]
    Std(#[from] StdError),
    #[error("insufficient balance")]
    Insufficient(#[from] OverflowError),
    #[error("unauthorized")]
    Unauthorized,
    #[error("no coins of the vault's denomination were sent")]
    NoFunds,
}
