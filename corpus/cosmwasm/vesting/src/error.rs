use cosmwasm_std::{OverflowError, StdError};
use cw_utils::PaymentError;
use thiserror::Error;

#[derive(Error, Debug)]
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Overflow(#[from] OverflowError),
    #[error("only {role} may do this")]
    Unauthorized { role: &'static str },
    #[error("{recipient} has a schedule already")]
    ScheduleExists { recipient: String },
    #[error("a schedule must end after it starts")]
    InvalidSchedule,
    #[error("nothing to claim")]
    NothingToClaim,
    #[error("no ownership transfer is pending")]
    NoPendingOwner,
    #[error("unknown reply {id}")]
    UnknownReply { id: u64 },
}
