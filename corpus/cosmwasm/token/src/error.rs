use cosmwasm_std::{OverflowError, StdError};
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error("{0}")]
    Std(#[from] StdError),
    #[error("insufficient balance or allowance")]
    Insufficient(#[from] OverflowError),
    #[error("unauthorized")]
    Unauthorized,
}
