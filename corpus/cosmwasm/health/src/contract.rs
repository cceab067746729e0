use cosmwasm_std::{
    ensure, entry_point, to_json_binary, wasm_execute, Addr, Binary, Deps, DepsMut, Env, IbcMsg, MessageInfo,
    Order, Response, StdResult, Storage,
};
use cw_storage_plus::Bound;
use sha2::{Digest, Sha256};

use crate::error::ContractError;
use crate::msg::{ExecuteMsg, InstantiateMsg, InsurerMsg, PacketMsg, QueryMsg};
use crate::state::{clinics, Clinic, Config, Record, CARDS, CONFIG, COUNT, DIGESTS, ENCODED, RECORDS, SEALS};

type Answer = Result<Response, ContractError>;

const CONTRACT_NAME: &str = "corpus:health";
const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

const DEFAULT_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 30;
const PACKET_LIFETIME: u64 = 120;
const RESEARCH_CHANNEL: &str = "channel-7";

#[entry_point]
pub fn instantiate(deps: DepsMut, _env: Env, info: MessageInfo, msg: InstantiateMsg) -> Answer {
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    let ministry = match msg.ministry {
        Some(ministry) => deps.api.addr_validate(&ministry)?,
        None => info.sender,
    };
    CONFIG.save(deps.storage, &Config { ministry, channel: msg.channel })?;
    COUNT.save(deps.storage, &0)?;
    Ok(Response::new().add_attribute("action", "instantiate"))
}

#[entry_point]
pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Answer {
    match msg {
        ExecuteMsg::AdmitAnyone { clinic, name, region } => {
            let clinic = deps.api.addr_validate(&clinic)?;
            clinics().save(deps.storage, &clinic, &Clinic { name, region })?; //~ unprotected-privileged-write
            Ok(Response::new().add_attribute("action", "admit").add_attribute("clinic", clinic))
        }
        ExecuteMsg::Admit { clinic, name, region } => admit(deps, info, clinic, name, region),
        ExecuteMsg::UpdateConfig { ministry, channel } => update_config(deps, info, ministry, channel),
        ExecuteMsg::AddRecord { diagnosis } => add_record(deps, env, info, diagnosis),
        ExecuteMsg::IndexByCard { record, id_card } => index_by_card(deps, info, record, id_card),
        ExecuteMsg::IndexHashed { record, id_card } => index_hashed(deps, info, record, id_card),
        ExecuteMsg::IndexEncoded { record, id_card } => index_encoded(deps, info, record, id_card),
        ExecuteMsg::IndexSealed { record, seal } => index_sealed(deps, info, record, seal),
        ExecuteMsg::CheckCard { id_card } => check_card(deps, info, id_card),
        ExecuteMsg::NotePatient { record, id_card } => note_patient(deps, info, record, id_card),
        ExecuteMsg::Publish { record, diagnosis } => publish(deps, env, info, record, diagnosis),
        ExecuteMsg::PublishSealed { record } => publish_sealed(deps, env, info, record),
        ExecuteMsg::Bill { insurer, record, diagnosis } => bill(deps, info, insurer, record, diagnosis),
        ExecuteMsg::Erase { record, id_card } => erase(deps, info, record, id_card),
    }
}

fn admit(deps: DepsMut, info: MessageInfo, clinic: String, name: String, region: String) -> Answer {
    let config = CONFIG.load(deps.storage)?;
    ensure!(info.sender == config.ministry, ContractError::Unauthorized {});
    if name.len() < 3 || name.len() > 50 {
        return Err(ContractError::InvalidName { min: 3, max: 50 });
    }
    let clinic = deps.api.addr_validate(&clinic)?;
    clinics().save(deps.storage, &clinic, &Clinic { name, region })?;
    Ok(Response::new().add_attribute("action", "admit").add_attribute("clinic", clinic))
}

fn update_config(
    deps: DepsMut,
    info: MessageInfo,
    ministry: Option<String>,
    channel: Option<String>,
) -> Answer {
    CONFIG.update(deps.storage, |mut config| -> Result<_, ContractError> {
        if config.ministry != info.sender {
            return Err(ContractError::Unauthorized {});
        }
        if let Some(ministry) = ministry {
            config.ministry = deps.api.addr_validate(&ministry)?;
        }
        if channel.is_some() {
            config.channel = channel;
        }
        Ok(config)
    })?;
    Ok(Response::new().add_attribute("action", "update_config"))
}

/// Diagnoses may be kept here.
fn add_record(deps: DepsMut, env: Env, info: MessageInfo, diagnosis: String) -> Answer {
    assert_clinic(deps.storage, &info.sender)?;
    let id = COUNT.update(deps.storage, |count| -> StdResult<_> { Ok(count + 1) })?;
    let record = Record { clinic: info.sender, diagnosis, created: env.block.time };
    RECORDS.save(deps.storage, id, &record)?;
    Ok(Response::new().add_attribute("action", "add_record").add_attribute("record", id.to_string()))
}

/// The number of the card is a key.
fn index_by_card(deps: DepsMut, info: MessageInfo, record: u64, id_card: String) -> Answer {
    //~^ plaintext-sensitive-parameter
    assert_clinic(deps.storage, &info.sender)?;
    CARDS.save(deps.storage, &id_card, &record)?; //~ sensitive-to-public-state
    Ok(Response::new().add_attribute("action", "index"))
}

/// The clinic's address is no secret salt.
fn index_hashed(deps: DepsMut, info: MessageInfo, record: u64, id_card: String) -> Answer {
    //~^ plaintext-sensitive-parameter
    assert_clinic(deps.storage, &info.sender)?;
    let digest =
        Sha256::new().chain_update(info.sender.as_bytes()).chain_update(id_card.as_bytes()).finalize();
    DIGESTS.save(deps.storage, record, &Binary::from(digest.as_slice()))?; //~ weak-anonymisation
    Ok(Response::new().add_attribute("action", "index"))
}

/// Base64 hides nothing.
fn index_encoded(deps: DepsMut, info: MessageInfo, record: u64, id_card: String) -> Answer {
    //~^ plaintext-sensitive-parameter
    assert_clinic(deps.storage, &info.sender)?;
    ENCODED.save(deps.storage, record, &Binary::from(id_card.as_bytes()).to_base64())?; //~ weak-anonymisation
    Ok(Response::new().add_attribute("action", "index"))
}

/// The clinic made the commitment, and keeps card and blind.
fn index_sealed(deps: DepsMut, info: MessageInfo, record: u64, seal: Binary) -> Answer {
    assert_clinic(deps.storage, &info.sender)?;
    SEALS.save(deps.storage, record, &seal)?;
    Ok(Response::new().add_attribute("action", "index").add_attribute("seal", seal.to_base64()))
}

/// The error names the card.
fn check_card(deps: DepsMut, info: MessageInfo, id_card: String) -> Answer {
    //~^ plaintext-sensitive-parameter
    assert_clinic(deps.storage, &info.sender)?;
    let Some(record) = CARDS.may_load(deps.storage, &id_card)? else {
        return Err(ContractError::UnknownCard { id_card }); //~ sensitive-to-error-text
    };
    Ok(Response::new().add_attribute("action", "check").add_attribute("record", record.to_string()))
}

/// So does the attribute.
fn note_patient(deps: DepsMut, info: MessageInfo, record: u64, id_card: String) -> Answer {
    //~^ plaintext-sensitive-parameter
    assert_clinic(deps.storage, &info.sender)?;
    let note = format!("record {record} belongs to {id_card}");
    Ok(Response::new().add_attribute("note", note)) //~ sensitive-to-event
}

/// The channel leads to a public chain.
fn publish(deps: DepsMut, env: Env, info: MessageInfo, record: u64, diagnosis: String) -> Answer {
    assert_clinic(deps.storage, &info.sender)?;
    let packet = IbcMsg::SendPacket {
        channel_id: RESEARCH_CHANNEL.to_string(),
        data: to_json_binary(&PacketMsg::Case { record, diagnosis })?,
        timeout: env.block.time.plus_seconds(PACKET_LIFETIME).into(),
    };
    Ok(Response::new().add_message(packet).add_attribute("action", "publish")) //~ sensitive-to-external-message
}

fn publish_sealed(deps: DepsMut, env: Env, info: MessageInfo, record: u64) -> Answer {
    assert_clinic(deps.storage, &info.sender)?;
    let seal = SEALS.may_load(deps.storage, record)?.ok_or(ContractError::UnknownRecord { id: record })?;
    let packet = IbcMsg::SendPacket {
        channel_id: RESEARCH_CHANNEL.to_string(),
        data: to_json_binary(&PacketMsg::Seal { record, seal })?,
        timeout: env.block.time.plus_seconds(PACKET_LIFETIME).into(),
    };
    Ok(Response::new().add_message(packet).add_attribute("action", "publish"))
}

/// Insurers are on the same chain.
fn bill(deps: DepsMut, info: MessageInfo, insurer: String, record: u64, diagnosis: String) -> Answer {
    assert_clinic(deps.storage, &info.sender)?;
    let insurer = deps.api.addr_validate(&insurer)?;
    let claim = wasm_execute(insurer, &InsurerMsg::Claim { record, diagnosis }, vec![])?;
    Ok(Response::new().add_message(claim).add_attribute("action", "bill"))
}

fn erase(deps: DepsMut, info: MessageInfo, record: u64, id_card: String) -> Answer {
    //~^ plaintext-sensitive-parameter
    assert_clinic(deps.storage, &info.sender)?;
    RECORDS.remove(deps.storage, record);
    CARDS.remove(deps.storage, &id_card);
    DIGESTS.remove(deps.storage, record);
    ENCODED.remove(deps.storage, record);
    SEALS.remove(deps.storage, record);
    Ok(Response::new().add_attribute("action", "erase").add_attribute("record", record.to_string()))
}

fn assert_clinic(storage: &dyn Storage, sender: &Addr) -> Result<(), ContractError> {
    if !clinics().has(storage, sender) {
        return Err(ContractError::Unauthorized {});
    }
    Ok(())
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Record { id } => to_json_binary(&RECORDS.load(deps.storage, id)?), //~ sensitive-to-query-result
        QueryMsg::Seal { id } => to_json_binary(&SEALS.load(deps.storage, id)?),
        QueryMsg::Clinics { start_after, limit } => to_json_binary(&query_clinics(deps, start_after, limit)?),
    }
}

fn query_clinics(deps: Deps, start_after: Option<String>, limit: Option<u32>) -> StdResult<Vec<Clinic>> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT) as usize;
    let start = start_after.map(|a| deps.api.addr_validate(&a)).transpose()?;
    let min = start.as_ref().map(Bound::exclusive);
    clinics()
        .range(deps.storage, min, None, Order::Ascending)
        .take(limit)
        .map(|item| item.map(|(_, clinic)| clinic))
        .collect()
}
