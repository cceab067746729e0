use cosmwasm_std::{
    coins, to_json_binary, Addr, BankMsg, CosmosMsg, Deps, MessageInfo, StdResult, Storage, Uint128, WasmMsg,
};

use crate::error::ContractError;
use crate::msg::Cw721ExecuteMsg;
use crate::state::{asks, Ask, AskKey, CONFIG};

pub fn assert_admin(deps: Deps, info: &MessageInfo) -> Result<(), ContractError> {
    let config = CONFIG.load(deps.storage)?;
    if config.admin != info.sender {
        return Err(ContractError::Unauthorized { sender: info.sender.to_string() });
    }
    Ok(())
}

pub fn assert_seller(ask: &Ask, info: &MessageInfo) -> Result<(), ContractError> {
    if ask.seller != info.sender {
        return Err(ContractError::Unauthorized { sender: info.sender.to_string() });
    }
    Ok(())
}

pub fn key(deps: Deps, collection: &str, token_id: String) -> StdResult<AskKey> {
    Ok((deps.api.addr_validate(collection)?, token_id))
}

pub fn load_ask(storage: &dyn Storage, key: &AskKey) -> Result<Ask, ContractError> {
    asks()
        .may_load(storage, key.clone())?
        .ok_or_else(|| ContractError::NoAsk { token_id: key.1.clone() })
}

pub fn transfer_nft(collection: &Addr, token_id: &str, recipient: &Addr) -> StdResult<CosmosMsg> {
    let msg = Cw721ExecuteMsg::TransferNft {
        recipient: recipient.to_string(),
        token_id: token_id.to_string(),
    };
    Ok(WasmMsg::Execute {
        contract_addr: collection.to_string(),
        msg: to_json_binary(&msg)?,
        funds: vec![],
    }
    .into())
}

pub fn pay(to: &Addr, amount: Uint128, denom: &str) -> BankMsg {
    BankMsg::Send { to_address: to.to_string(), amount: coins(amount.u128(), denom) }
}
