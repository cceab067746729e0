use cosmwasm_std::{Coin, Uint128};

use crate::error::ContractError;
use crate::state::Reserves;

const BPS: u128 = 10_000;

/// What comes out when `paid` goes into `input`, after the fee.
pub fn output(
    input: &Coin,
    output: &Coin,
    paid: Uint128,
    fee_bps: u16,
) -> Result<Uint128, ContractError> {
    let after_fee = paid.checked_mul(Uint128::new(BPS - u128::from(fee_bps)))?.checked_div(Uint128::new(BPS))?;
    let sum = input.amount.checked_add(after_fee)?;
    Ok(output.amount.checked_multiply_ratio(after_fee, sum)?)
}

/// The shares that a deposit is worth: of the two coins, the one that there is less of decides.
pub fn shares(reserves: &Reserves, first: Uint128, second: Uint128) -> Result<Uint128, ContractError> {
    if reserves.shares.is_zero() {
        return Ok(first.min(second));
    }
    let by_first = reserves.shares.checked_multiply_ratio(first, reserves.first.amount)?;
    let by_second = reserves.shares.checked_multiply_ratio(second, reserves.second.amount)?;
    Ok(by_first.min(by_second))
}
