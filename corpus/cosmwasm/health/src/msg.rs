use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::Binary;

use crate::state::{Clinic, Record};

#[cw_serde]
pub struct InstantiateMsg {
    pub ministry: Option<String>,
    pub channel: Option<String>,
}

#[cw_serde]
pub enum ExecuteMsg {
    /// Anyone admits clinics
    AdmitAnyone { clinic: String, name: String, region: String },
    Admit { clinic: String, name: String, region: String },
    UpdateConfig { ministry: Option<String>, channel: Option<String> },
    AddRecord { diagnosis: String },
    IndexByCard { record: u64, id_card: String },
    IndexHashed { record: u64, id_card: String },
    IndexEncoded { record: u64, id_card: String },
    IndexSealed { record: u64, seal: Binary },
    CheckCard { id_card: String },
    NotePatient { record: u64, id_card: String },
    Publish { record: u64, diagnosis: String },
    PublishSealed { record: u64 },
    Bill { insurer: String, record: u64, diagnosis: String },
    Erase { record: u64, id_card: String },
}

#[cw_serde]
pub enum PacketMsg {
    Case { record: u64, diagnosis: String },
    Seal { record: u64, seal: Binary },
}

#[cw_serde]
pub enum InsurerMsg {
    Claim { record: u64, diagnosis: String },
}

#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    #[returns(Record)]
    Record { id: u64 },
    #[returns(Binary)]
    Seal { id: u64 },
    #[returns(Vec<Clinic>)]
    Clinics { start_after: Option<String>, limit: Option<u32> },
}
