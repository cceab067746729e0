use cosmwasm_std::StdError;
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error("{0}")]
    Std(#[from] StdError),
    #[error("Unauthorized")]
    Unauthorized {},
    #[error("No patient with card {id_card}")]
    UnknownCard { id_card: String },
    #[error("No record {id}")]
    UnknownRecord { id: u64 },
    #[error("Name must be {min} to {max} characters long")]
    InvalidName { min: usize, max: usize },
}
