use cosmwasm_std::{
    attr, coins, entry_point, to_json_binary, Addr, BankMsg, Binary, Coin, Deps, DepsMut, Env, MessageInfo,
    Response, StdError, StdResult, Storage, Uint128,
};
use cw_utils::{nonpayable, one_coin};

use crate::error::ContractError;
use crate::math;
use crate::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, SudoMsg};
use crate::state::{Config, Reserves, CONFIG, RESERVES, SHARES};

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, "corpus:pool", "0.1.0")?;
    let protocol = msg.protocol.map(|addr| deps.api.addr_validate(&addr)).transpose()?;
    CONFIG.save(
        deps.storage,
        &Config { owner: info.sender, protocol, fee_bps: msg.fee_bps, paused: false },
    )?;
    let reserves = Reserves {
        first: Coin::new(0u128, msg.first),
        second: Coin::new(0u128, msg.second),
        shares: Uint128::zero(),
    };
    RESERVES.save(deps.storage, &reserves)?;
    Ok(Response::new())
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    match msg {
        ExecuteMsg::ProvideLiquidity { receiver } => provide_liquidity(deps, info, receiver),
        ExecuteMsg::ProvideAnything { receiver } => provide_anything(deps, info, receiver),
        ExecuteMsg::WithdrawLiquidity { shares } => withdraw_liquidity(deps, info, shares),
        ExecuteMsg::WithdrawFor { provider, shares } => withdraw_for(deps, info, provider, shares),
        ExecuteMsg::Swap { minimum, to } => swap(deps, info, minimum, to),
        ExecuteMsg::SwapAnything { minimum, to } => swap_anything(deps, info, minimum, to),
        ExecuteMsg::Skim { to } => skim(deps, env, info, to),
        ExecuteMsg::SkimOpen { to, coin } => skim_open(deps, to, coin),
        ExecuteMsg::UpdateConfig { owner, protocol, fee_bps } => {
            update_config(deps, info, owner, protocol, fee_bps)
        }
        ExecuteMsg::SetFee { fee_bps } => set_fee(deps, fee_bps),
        ExecuteMsg::Pause {} => set_paused(deps, info, true),
        ExecuteMsg::Resume {} => resume(deps),
        ExecuteMsg::Airdrop { recipients } => airdrop(deps, info, recipients),
    }
}

fn provide_liquidity(
    deps: DepsMut,
    info: MessageInfo,
    receiver: Option<String>,
) -> Result<Response, ContractError> {
    assert_running(deps.storage)?;
    let mut reserves = RESERVES.load(deps.storage)?;
    for coin in &info.funds {
        if coin.denom != reserves.first.denom && coin.denom != reserves.second.denom {
            return Err(ContractError::UnknownDenom { denom: coin.denom.clone() });
        }
    }
    let first = paid_in(&info, &reserves.first.denom);
    let second = paid_in(&info, &reserves.second.denom);
    let minted = math::shares(&reserves, first, second)?;
    reserves.first.amount = reserves.first.amount.checked_add(first)?;
    reserves.second.amount = reserves.second.amount.checked_add(second)?;
    reserves.shares = reserves.shares.checked_add(minted)?;
    RESERVES.save(deps.storage, &reserves)?;
    let receiver = addr_or(deps.as_ref(), receiver, info.sender)?;
    credit(deps.storage, &receiver, minted)?;
    Ok(Response::new().add_attributes(vec![
        attr("action", "provide_liquidity"),
        attr("receiver", receiver),
        attr("share", minted),
    ]))
}

/// The first two coins are taken for those of the pool, whatever they are.
fn provide_anything(
    deps: DepsMut,
    info: MessageInfo,
    receiver: Option<String>,
) -> Result<Response, ContractError> {
    assert_running(deps.storage)?;
    let [first, second] = info.funds.as_slice() else {
        return Err(StdError::generic_err("two coins are needed").into());
    };
    let mut reserves = RESERVES.load(deps.storage)?;
    let minted = math::shares(&reserves, first.amount, second.amount)?;
    reserves.first.amount += first.amount;
    reserves.second.amount += second.amount;
    reserves.shares += minted;
    RESERVES.save(deps.storage, &reserves)?; //~ unchecked-payment-asset
    let receiver = addr_or(deps.as_ref(), receiver, info.sender)?;
    credit(deps.storage, &receiver, minted)?;
    Ok(Response::new().add_attribute("action", "provide_anything"))
}

fn withdraw_liquidity(deps: DepsMut, info: MessageInfo, shares: Uint128) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    let (first, second) = redeem(deps.storage, shares)?;
    let held = SHARES.load(deps.storage, &info.sender)?;
    SHARES.save(deps.storage, &info.sender, &held.checked_sub(shares)?)?;
    Ok(Response::new()
        .add_message(BankMsg::Send { to_address: info.sender.into_string(), amount: vec![first, second] })
        .add_attribute("action", "withdraw_liquidity"))
}

/// What the provider put in is paid to the sender.
fn withdraw_for(
    deps: DepsMut,
    info: MessageInfo,
    provider: String,
    shares: Uint128,
) -> Result<Response, ContractError> {
    let provider = deps.api.addr_validate(&provider)?;
    let (first, second) = redeem(deps.storage, shares)?;
    SHARES.update(deps.storage, &provider, |held| -> Result<_, ContractError> { //~ missing-subject-auth
        Ok(held.unwrap_or_default().checked_sub(shares)?)
    })?;
    let send = BankMsg::Send { to_address: info.sender.into_string(), amount: vec![first, second] };
    Ok(Response::new().add_message(send))
}

fn swap(
    deps: DepsMut,
    info: MessageInfo,
    minimum: Option<Uint128>,
    to: Option<String>,
) -> Result<Response, ContractError> {
    assert_running(deps.storage)?;
    let paid = one_coin(&info)?;
    let mut reserves = RESERVES.load(deps.storage)?;
    let fee_bps = CONFIG.load(deps.storage)?.fee_bps;
    let returned = if paid.denom == reserves.first.denom {
        exchange(&mut reserves.first, &mut reserves.second, paid.amount, fee_bps)?
    } else if paid.denom == reserves.second.denom {
        exchange(&mut reserves.second, &mut reserves.first, paid.amount, fee_bps)?
    } else {
        return Err(ContractError::UnknownDenom { denom: paid.denom });
    };
    if let Some(minimum) = minimum {
        if returned.amount < minimum {
            return Err(ContractError::Slippage { minimum, amount: returned.amount });
        }
    }
    RESERVES.save(deps.storage, &reserves)?;
    let to = addr_or(deps.as_ref(), to, info.sender)?;
    Ok(Response::new()
        .add_message(BankMsg::Send { to_address: to.to_string(), amount: vec![returned] })
        .add_attribute("action", "swap"))
}

/// Whatever coin comes is taken for the first one.
fn swap_anything(
    deps: DepsMut,
    info: MessageInfo,
    minimum: Option<Uint128>,
    to: Option<String>,
) -> Result<Response, ContractError> {
    assert_running(deps.storage)?;
    let paid = info.funds.first().ok_or_else(|| StdError::generic_err("no funds"))?;
    let mut reserves = RESERVES.load(deps.storage)?;
    let fee_bps = CONFIG.load(deps.storage)?.fee_bps;
    let Reserves { first, second, .. } = &mut reserves;
    let returned = exchange(first, second, paid.amount, fee_bps)?;
    if returned.amount < minimum.unwrap_or_default() {
        return Err(ContractError::Slippage { minimum: minimum.unwrap_or_default(), amount: returned.amount });
    }
    RESERVES.save(deps.storage, &reserves)?; //~ unchecked-payment-asset
    let to = addr_or(deps.as_ref(), to, info.sender)?;
    Ok(Response::new().add_message(BankMsg::Send { to_address: to.to_string(), amount: vec![returned] }))
}

/// What the pool holds above its reserves goes where the owner says.
fn skim(deps: DepsMut, env: Env, info: MessageInfo, to: String) -> Result<Response, ContractError> {
    assert_owner(deps.storage, &info.sender)?;
    let to = deps.api.addr_validate(&to)?;
    let reserves = RESERVES.load(deps.storage)?;
    let held = deps.querier.query_balance(env.contract.address, &reserves.first.denom)?;
    let surplus = held.amount.checked_sub(reserves.first.amount)?;
    Ok(Response::new().add_message(BankMsg::Send {
        to_address: to.into_string(),
        amount: coins(surplus.u128(), reserves.first.denom),
    }))
}

/// Anyone takes what they like.
fn skim_open(deps: DepsMut, to: String, coin: Coin) -> Result<Response, ContractError> {
    let to = deps.api.addr_validate(&to)?;
    let send = BankMsg::Send { to_address: to.into_string(), amount: vec![coin] };
    Ok(Response::new().add_message(send).add_attribute("action", "skim")) //~ unprotected-value-outflow
}

fn update_config(
    deps: DepsMut,
    info: MessageInfo,
    owner: Option<String>,
    protocol: Option<String>,
    fee_bps: Option<u16>,
) -> Result<Response, ContractError> {
    assert_owner(deps.storage, &info.sender)?;
    CONFIG.update(deps.storage, |mut config| -> StdResult<_> {
        if let Some(owner) = owner {
            config.owner = deps.api.addr_validate(&owner)?;
        }
        if let Some(protocol) = &protocol {
            config.protocol = Some(deps.api.addr_validate(protocol)?);
        }
        if let Some(fee_bps) = fee_bps {
            config.fee_bps = fee_bps.min(1_000);
        }
        Ok(config)
    })?;
    Ok(Response::new().add_attribute("action", "update_config"))
}

/// Anyone sets the fee.
fn set_fee(deps: DepsMut, fee_bps: u16) -> Result<Response, ContractError> {
    CONFIG.update(deps.storage, |config| -> StdResult<_> { Ok(Config { fee_bps, ..config }) })?;
    //~^ unprotected-privileged-write
    Ok(Response::new().add_attribute("action", "set_fee"))
}

fn set_paused(deps: DepsMut, info: MessageInfo, paused: bool) -> Result<Response, ContractError> {
    assert_owner(deps.storage, &info.sender)?;
    CONFIG.update(deps.storage, |mut config| -> StdResult<_> {
        config.paused = paused;
        Ok(config)
    })?;
    Ok(Response::new())
}

/// Anyone ends the owner's pause.
fn resume(deps: DepsMut) -> Result<Response, ContractError> {
    let mut config = CONFIG.load(deps.storage)?;
    config.paused = false;
    CONFIG.save(deps.storage, &config)?; //~ unprotected-privileged-write
    Ok(Response::new())
}

/// The owner gives shares of the pool away. The list is as long as the sender makes it.
fn airdrop(
    deps: DepsMut,
    info: MessageInfo,
    recipients: Vec<(Addr, Uint128)>,
) -> Result<Response, ContractError> {
    assert_owner(deps.storage, &info.sender)?;
    let mut reserves = RESERVES.load(deps.storage)?;
    for (recipient, amount) in recipients {
        let recipient = deps.api.addr_validate(recipient.as_str())?;
        credit(deps.storage, &recipient, amount)?;
        reserves.shares = reserves.shares.checked_add(amount)?;
    }
    RESERVES.save(deps.storage, &reserves)?;
    Ok(Response::new())
}

/// Only the chain itself calls this, when its governance has decided so.
#[entry_point]
pub fn sudo(deps: DepsMut, _env: Env, msg: SudoMsg) -> Result<Response, ContractError> {
    match msg {
        SudoMsg::SetOwner { owner } => {
            let owner = deps.api.addr_validate(&owner)?;
            CONFIG.update(deps.storage, |config| -> StdResult<_> { Ok(Config { owner, ..config }) })?;
            Ok(Response::new())
        }
        SudoMsg::Rescue { to, coin } => {
            Ok(Response::new().add_message(BankMsg::Send { to_address: to, amount: vec![coin] }))
        }
    }
}

#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, msg: MigrateMsg) -> Result<Response, ContractError> {
    cw2::ensure_from_older_version(deps.storage, "corpus:pool", "0.2.0")?;
    if let Some(fee_bps) = msg.fee_bps {
        CONFIG.update(deps.storage, |config| -> StdResult<_> { Ok(Config { fee_bps, ..config }) })?;
    }
    Ok(Response::default())
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Reserves {} => to_json_binary(&RESERVES.load(deps.storage)?),
        QueryMsg::Shares { provider } => {
            let provider = deps.api.addr_validate(&provider)?;
            to_json_binary(&SHARES.may_load(deps.storage, &provider)?.unwrap_or_default())
        }
        QueryMsg::Simulate { offer } => to_json_binary(&simulate(deps, offer)?),
    }
}

fn simulate(deps: Deps, offer: Coin) -> StdResult<Uint128> {
    let reserves = RESERVES.load(deps.storage)?;
    let fee_bps = CONFIG.load(deps.storage)?.fee_bps;
    let (input, output) = if offer.denom == reserves.first.denom {
        (&reserves.first, &reserves.second)
    } else {
        (&reserves.second, &reserves.first)
    };
    math::output(input, output, offer.amount, fee_bps).map_err(|e| StdError::generic_err(e.to_string()))
}

fn assert_owner(storage: &dyn Storage, sender: &Addr) -> Result<(), ContractError> {
    let config = CONFIG.load(storage)?;
    if config.owner == *sender {
        Ok(())
    } else {
        Err(ContractError::Unauthorized)
    }
}

fn assert_running(storage: &dyn Storage) -> Result<(), ContractError> {
    if CONFIG.load(storage)?.paused {
        return Err(ContractError::Paused);
    }
    Ok(())
}

fn addr_or(deps: Deps, addr: Option<String>, otherwise: Addr) -> StdResult<Addr> {
    addr.map_or(Ok(otherwise), |addr| deps.api.addr_validate(&addr))
}

fn paid_in(info: &MessageInfo, denom: &str) -> Uint128 {
    info.funds.iter().find(|coin| coin.denom == denom).map(|coin| coin.amount).unwrap_or_default()
}

fn credit(storage: &mut dyn Storage, provider: &Addr, shares: Uint128) -> Result<(), ContractError> {
    SHARES.update(storage, provider, |held| -> Result<_, ContractError> {
        Ok(held.unwrap_or_default().checked_add(shares)?)
    })?;
    Ok(())
}

fn exchange(
    input: &mut Coin,
    output: &mut Coin,
    paid: Uint128,
    fee_bps: u16,
) -> Result<Coin, ContractError> {
    let amount = math::output(input, output, paid, fee_bps)?;
    input.amount = input.amount.checked_add(paid)?;
    output.amount = output.amount.checked_sub(amount)?;
    Ok(Coin { denom: output.denom.clone(), amount })
}

/// Takes the part of the reserves out that `shares` stand for.
fn redeem(storage: &mut dyn Storage, shares: Uint128) -> Result<(Coin, Coin), ContractError> {
    let mut reserves = RESERVES.load(storage)?;
    let first = reserves.first.amount.checked_multiply_ratio(shares, reserves.shares)?;
    let second = reserves.second.amount.checked_multiply_ratio(shares, reserves.shares)?;
    reserves.first.amount = reserves.first.amount.checked_sub(first)?;
    reserves.second.amount = reserves.second.amount.checked_sub(second)?;
    reserves.shares = reserves.shares.checked_sub(shares)?;
    RESERVES.save(storage, &reserves)?;
    Ok((
        Coin { denom: reserves.first.denom, amount: first },
        Coin { denom: reserves.second.denom, amount: second },
    ))
}
