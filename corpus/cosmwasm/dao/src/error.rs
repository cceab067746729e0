use cosmwasm_std::StdError;
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error("{0}")]
    Std(#[from] StdError),
    #[error("unauthorized")]
    Unauthorized {},
    #[error("proposal is not open")]
    NotOpen {},
    #[error("proposal has not passed")]
    NotPassed {},
    #[error("voted already")]
    AlreadyVoted {},
    #[error("{address} is on the list of those who get nothing")]
    Denied { address: String },
    #[error("nothing granted")]
    NothingGranted {},
}
