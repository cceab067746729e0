use cosmwasm_std::{CheckedMultiplyRatioError, DivideByZeroError, OverflowError, StdError, Uint128};
use cw_utils::PaymentError;
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error("{0}")]
    Std(#[from] StdError),
    #[error("{0}")]
    Payment(#[from] PaymentError),
    #[error("{0}")]
    Overflow(#[from] OverflowError),
    #[error("{0}")]
    DivideByZero(#[from] DivideByZeroError),
    #[error("{0}")]
    Ratio(#[from] CheckedMultiplyRatioError),
    #[error("unauthorized")]
    Unauthorized,
    #[error("the pool does not hold {denom}")]
    UnknownDenom { denom: String },
    #[error("at least {minimum} was asked for, {amount} is what there is")]
    Slippage { minimum: Uint128, amount: Uint128 },
    #[error("the pool is paused")]
    Paused,
}
