use cosmwasm_std::{
    ensure, entry_point, from_json, to_json_binary, Addr, Binary, Decimal, Deps, DepsMut, Empty, Env, Event,
    MessageInfo, Order, Reply, Response, StdResult, Storage, SubMsg, SubMsgResult, Uint128,
};
use cw_storage_plus::Bound;
use cw_utils::{must_pay, nonpayable};

use crate::error::ContractError;
use crate::helpers::{assert_admin, assert_seller, key, load_ask, pay, transfer_nft};
use crate::msg::{Cw721ReceiveMsg, ExecuteMsg, HookMsg, InstantiateMsg, QueryMsg};
use crate::state::{asks, Ask, AskKey, Config, COLLECTIONS, CONFIG, FEES, PENDING, PROCEEDS};

const DELIVERED: u64 = 1;
const DELIVERED_OR_NOT: u64 = 2;

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    _info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, "corpus:market", "0.1.0")?;
    let admin = deps.api.addr_validate(&msg.admin)?;
    CONFIG.save(deps.storage, &Config { admin, denom: msg.denom, fee: msg.fee })?;
    FEES.save(deps.storage, &Uint128::zero())?;
    Ok(Response::new())
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    use ExecuteMsg::*;
    match msg {
        ReceiveNft(msg) => receive_nft(deps, info, msg),
        UpdatePrice { collection, token_id, price } => {
            update_price(deps, info, collection, token_id, price)
        }
        UpdatePriceOpen { collection, token_id, price } => {
            update_price_open(deps, collection, token_id, price)
        }
        Withdraw { collection, token_id } => withdraw(deps, info, collection, token_id),
        WithdrawOpen { collection, token_id } => withdraw_open(deps, info, collection, token_id),
        Buy { collection, token_id } => buy(deps, info, collection, token_id),
        BuyAnyCoin { collection, token_id } => buy_any_coin(deps, info, collection, token_id),
        Deliver { collection, token_id } => deliver(deps, info, collection, token_id),
        DeliverAlways { collection, token_id } => deliver_always(deps, info, collection, token_id),
        Claim {} => claim(deps, info),
        ClaimFor { seller } => claim_for(deps, info, seller),
        CollectFees { recipient } => collect_fees(deps, info, recipient),
        CollectFeesForever { recipient } => collect_fees_forever(deps, info, recipient),
        AddCollection { collection } => add_collection(deps, info, collection),
        RemoveCollection { collection } => remove_collection(deps, collection),
        UpdateConfig { admin, fee } => update_config(deps, info, admin, fee),
        UpdateFee { fee } => update_fee(deps, fee),
    }
}

/// Only collections that the admin has approved can hand tokens over.
fn receive_nft(deps: DepsMut, info: MessageInfo, nft: Cw721ReceiveMsg) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    if !COLLECTIONS.has(deps.storage, &info.sender) {
        return Err(ContractError::UnknownCollection(info.sender.into_string()));
    }
    let HookMsg::Ask { price } = from_json(&nft.msg)?;
    ensure!(!price.is_zero(), ContractError::ZeroPrice);
    let ask = Ask {
        seller: deps.api.addr_validate(&nft.sender)?,
        collection: info.sender.clone(),
        token_id: nft.token_id.clone(),
        price,
        sold_to: None,
    };
    asks().save(deps.storage, (info.sender, nft.token_id), &ask)?;
    Ok(Response::new().add_event(Event::new("ask").add_attribute("seller", ask.seller)))
}

fn update_price(
    deps: DepsMut,
    info: MessageInfo,
    collection: String,
    token_id: String,
    price: Uint128,
) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    let key = key(deps.as_ref(), &collection, token_id)?;
    let mut ask = load_ask(deps.storage, &key)?;
    assert_seller(&ask, &info)?;
    ask.price = price;
    asks().save(deps.storage, key, &ask)?;
    Ok(Response::new())
}

/// Anyone lowers the price of what others sell.
fn update_price_open(
    deps: DepsMut,
    collection: String,
    token_id: String,
    price: Uint128,
) -> Result<Response, ContractError> {
    let key = key(deps.as_ref(), &collection, token_id)?;
    let mut ask = load_ask(deps.storage, &key)?;
    ask.price = price;
    asks().save(deps.storage, key, &ask)?; //~ unprotected-privileged-write
    Ok(Response::new())
}

fn withdraw(
    deps: DepsMut,
    info: MessageInfo,
    collection: String,
    token_id: String,
) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    let key = key(deps.as_ref(), &collection, token_id)?;
    let ask = load_ask(deps.storage, &key)?;
    assert_seller(&ask, &info)?;
    asks().remove(deps.storage, key)?;
    Ok(Response::new().add_message(transfer_nft(&ask.collection, &ask.token_id, &ask.seller)?))
}

/// Anyone takes what others have handed to the market.
fn withdraw_open(
    deps: DepsMut,
    info: MessageInfo,
    collection: String,
    token_id: String,
) -> Result<Response, ContractError> {
    let key = key(deps.as_ref(), &collection, token_id)?;
    let ask = load_ask(deps.storage, &key)?;
    asks().remove(deps.storage, key)?;
    let message = transfer_nft(&ask.collection, &ask.token_id, &info.sender)?;
    Ok(Response::new().add_message(message)) //~ unprotected-value-outflow
}

fn buy(
    deps: DepsMut,
    info: MessageInfo,
    collection: String,
    token_id: String,
) -> Result<Response, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let paid = must_pay(&info, &config.denom)?;
    let key = key(deps.as_ref(), &collection, token_id)?;
    let ask = load_ask(deps.storage, &key)?;
    if paid != ask.price {
        return Err(ContractError::WrongPrice { expected: ask.price.to_string(), paid: paid.to_string() });
    }
    asks().remove(deps.storage, key)?;
    share(deps.storage, &ask.seller, paid, config.fee)?;
    Ok(Response::new()
        .add_message(transfer_nft(&ask.collection, &ask.token_id, &info.sender)?)
        .add_event(Event::new("sale").add_attribute("buyer", info.sender)))
}

/// One coin is as good as another here: the price can be paid in a worthless one.
fn buy_any_coin(
    deps: DepsMut,
    info: MessageInfo,
    collection: String,
    token_id: String,
) -> Result<Response, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let paid: Uint128 = info.funds.iter().map(|coin| coin.amount).sum();
    let key = key(deps.as_ref(), &collection, token_id)?;
    let ask = load_ask(deps.storage, &key)?;
    if paid < ask.price {
        return Err(ContractError::WrongPrice { expected: ask.price.to_string(), paid: paid.to_string() });
    }
    asks().remove(deps.storage, key)?;
    let fee = paid.mul_floor(config.fee);
    FEES.update(deps.storage, |fees| fees.checked_add(fee).map_err(ContractError::from))?;
    let proceeds = PROCEEDS.may_load(deps.storage, &ask.seller)?.unwrap_or_default();
    PROCEEDS.save(deps.storage, &ask.seller, &(proceeds + paid - fee))?; //~ unchecked-payment-asset
    Ok(Response::new().add_message(transfer_nft(&ask.collection, &ask.token_id, &info.sender)?))
}

/// The ask is removed in the reply, which is only asked for when the token has arrived.
fn deliver(
    deps: DepsMut,
    info: MessageInfo,
    collection: String,
    token_id: String,
) -> Result<Response, ContractError> {
    let message = begin_sale(deps, info, collection, token_id)?;
    Ok(Response::new().add_submessage(SubMsg::reply_on_success(message, DELIVERED)))
}

/// The reply comes also when the token has not arrived, and does not look.
fn deliver_always(
    deps: DepsMut,
    info: MessageInfo,
    collection: String,
    token_id: String,
) -> Result<Response, ContractError> {
    let message = begin_sale(deps, info, collection, token_id)?;
    Ok(Response::new().add_submessage(SubMsg::reply_always(message, DELIVERED_OR_NOT)))
    //~^ reply-without-error-branch
}

fn claim(deps: DepsMut, info: MessageInfo) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    let config = CONFIG.load(deps.storage)?;
    let amount = PROCEEDS.may_load(deps.storage, &info.sender)?.unwrap_or_default();
    PROCEEDS.remove(deps.storage, &info.sender);
    Ok(Response::new().add_message(pay(&info.sender, amount, &config.denom)))
}

/// What is somebody else's is paid to the sender.
fn claim_for(deps: DepsMut, info: MessageInfo, seller: String) -> Result<Response, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let seller = deps.api.addr_validate(&seller)?;
    let amount = PROCEEDS.load(deps.storage, &seller)?;
    PROCEEDS.remove(deps.storage, &seller); //~ missing-subject-auth
    Ok(Response::new().add_message(pay(&info.sender, amount, &config.denom)))
}

fn collect_fees(
    deps: DepsMut,
    info: MessageInfo,
    recipient: Option<String>,
) -> Result<Response, ContractError> {
    assert_admin(deps.as_ref(), &info)?;
    let config = CONFIG.load(deps.storage)?;
    let recipient = recipient_or_sender(deps.as_ref(), recipient, info)?;
    let amount = FEES.load(deps.storage)?;
    FEES.save(deps.storage, &Uint128::zero())?;
    Ok(Response::new().add_message(pay(&recipient, amount, &config.denom)))
}

/// The fees stay on record, and are paid again the next time.
fn collect_fees_forever(
    deps: DepsMut,
    info: MessageInfo,
    recipient: Option<String>,
) -> Result<Response, ContractError> {
    assert_admin(deps.as_ref(), &info)?;
    let config = CONFIG.load(deps.storage)?;
    let recipient = recipient_or_sender(deps.as_ref(), recipient, info)?;
    let amount = FEES.load(deps.storage)?;
    Ok(Response::new().add_message(pay(&recipient, amount, &config.denom))) //~ lost-state-update
}

fn add_collection(deps: DepsMut, info: MessageInfo, collection: String) -> Result<Response, ContractError> {
    assert_admin(deps.as_ref(), &info)?;
    let collection = deps.api.addr_validate(&collection)?;
    COLLECTIONS.save(deps.storage, &collection, &true)?;
    Ok(Response::new().add_attribute("collection", collection))
}

/// Anyone has a collection struck off.
fn remove_collection(deps: DepsMut, collection: String) -> Result<Response, ContractError> {
    let collection = deps.api.addr_validate(&collection)?;
    COLLECTIONS.remove(deps.storage, &collection); //~ unprotected-privileged-write
    Ok(Response::new().add_attribute("collection", collection))
}

fn update_config(
    deps: DepsMut,
    info: MessageInfo,
    admin: Option<String>,
    fee: Option<Decimal>,
) -> Result<Response, ContractError> {
    nonpayable(&info)?;
    assert_admin(deps.as_ref(), &info)?;
    let admin = admin.map(|admin| deps.api.addr_validate(&admin)).transpose()?;
    CONFIG.update(deps.storage, |mut config| -> StdResult<_> {
        config.admin = admin.unwrap_or(config.admin);
        config.fee = fee.unwrap_or(config.fee);
        Ok(config)
    })?;
    Ok(Response::new().add_attribute("action", "update_config"))
}

/// Anyone sets the fee.
fn update_fee(deps: DepsMut, fee: Decimal) -> Result<Response, ContractError> {
    let mut config = CONFIG.load(deps.storage)?;
    config.fee = fee;
    CONFIG.save(deps.storage, &config)?; //~ unprotected-privileged-write
    Ok(Response::new().add_attribute("action", "update_fee"))
}

#[entry_point]
pub fn reply(deps: DepsMut, _env: Env, msg: Reply) -> Result<Response, ContractError> {
    match msg.id {
        DELIVERED => {
            if let SubMsgResult::Err(error) = msg.result {
                return Err(cosmwasm_std::StdError::generic_err(error).into());
            }
            finish_sale(deps)
        }
        DELIVERED_OR_NOT => finish_sale(deps),
        id => Err(ContractError::UnknownReplyId { id }),
    }
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Config {} => to_json_binary(&CONFIG.load(deps.storage)?),
        QueryMsg::Ask { collection, token_id } => {
            let key = key(deps, &collection, token_id)?;
            to_json_binary(&asks().may_load(deps.storage, key)?)
        }
        QueryMsg::AsksBySeller { seller, start_after, limit } => {
            let seller = deps.api.addr_validate(&seller)?;
            to_json_binary(&asks_by_seller(deps, seller, start_after, limit)?)
        }
    }
}

#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, _msg: Empty) -> Result<Response, ContractError> {
    cw2::set_contract_version(deps.storage, "corpus:market", "0.2.0")?;
    Ok(Response::new())
}

fn begin_sale(
    deps: DepsMut,
    info: MessageInfo,
    collection: String,
    token_id: String,
) -> Result<cosmwasm_std::CosmosMsg, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let paid = must_pay(&info, &config.denom)?;
    let key: AskKey = key(deps.as_ref(), &collection, token_id)?;
    let mut ask = load_ask(deps.storage, &key)?;
    ensure!(ask.sold_to.is_none(), ContractError::NoAsk { token_id: ask.token_id });
    ensure!(
        paid == ask.price,
        ContractError::WrongPrice { expected: ask.price.to_string(), paid: paid.to_string() }
    );
    ask.sold_to = Some(info.sender.clone());
    asks().save(deps.storage, key.clone(), &ask)?;
    PENDING.save(deps.storage, &key)?;
    Ok(transfer_nft(&ask.collection, &ask.token_id, &info.sender)?)
}

fn finish_sale(deps: DepsMut) -> Result<Response, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let key = PENDING.load(deps.storage)?;
    let ask = load_ask(deps.storage, &key)?;
    asks().remove(deps.storage, key)?;
    PENDING.remove(deps.storage);
    share(deps.storage, &ask.seller, ask.price, config.fee)?;
    Ok(Response::new().add_attribute("seller", ask.seller))
}

fn share(
    storage: &mut dyn Storage,
    seller: &Addr,
    paid: Uint128,
    rate: Decimal,
) -> Result<(), ContractError> {
    let fee = paid.mul_floor(rate);
    FEES.update(storage, |fees| fees.checked_add(fee).map_err(ContractError::from))?;
    PROCEEDS.update(storage, seller, |held| -> Result<_, ContractError> {
        Ok(held.unwrap_or_default().checked_add(paid.checked_sub(fee)?)?)
    })?;
    Ok(())
}

fn recipient_or_sender(deps: Deps, recipient: Option<String>, info: MessageInfo) -> StdResult<Addr> {
    match recipient {
        Some(recipient) => deps.api.addr_validate(&recipient),
        None => Ok(info.sender),
    }
}

fn asks_by_seller(
    deps: Deps,
    seller: Addr,
    start_after: Option<(String, String)>,
    limit: Option<u32>,
) -> StdResult<Vec<Ask>> {
    let limit = limit.unwrap_or(10).min(30) as usize;
    let start = start_after.map(|(collection, id)| Bound::exclusive((Addr::unchecked(collection), id)));
    asks()
        .idx
        .seller
        .prefix(seller)
        .range(deps.storage, start, None, Order::Ascending)
        .take(limit)
        .map(|item| item.map(|(_, ask)| ask))
        .collect()
}
