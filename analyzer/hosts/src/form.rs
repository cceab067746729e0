//! The form of host model files, as serde reads it; [`super::file`] makes a model of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A word or name with its place.
pub(super) type Str = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) platform: Platform,
    #[serde(default, rename = "sign")]
    pub(super) signs: Vec<RawSign>,
    #[serde(default, rename = "entry")]
    pub(super) entries: Vec<RawEntry>,
    #[serde(default, rename = "function")]
    pub(super) functions: Vec<RawFunction>,
    #[serde(default, rename = "virtual")]
    pub(super) virtuals: Vec<RawVirtual>,
    #[serde(default, rename = "layout")]
    pub(super) layouts: Vec<RawLayout>,
    #[serde(default, rename = "response")]
    pub(super) responses: Vec<RawResponse>,
    #[serde(default)]
    pub(super) values: BTreeMap<Str, BTreeMap<String, i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Platform {
    pub(super) id: Str,
    pub(super) name: String,
    pub(super) public: bool,
    pub(super) reentrancy: Str,
    pub(super) dispatch: Str,
    #[serde(default)]
    pub(super) floats: Option<Str>,
    #[serde(default)]
    pub(super) module: Option<String>,
    #[serde(default)]
    pub(super) word: Option<Str>,
    #[serde(default)]
    pub(super) registers: bool,
    #[serde(default)]
    pub(super) counted_handles: bool,
    #[serde(default)]
    pub(super) named_keys: bool,
    #[serde(default)]
    pub(super) input_allocator: Option<String>,
    #[serde(default)]
    pub(super) state_key: Option<String>,
    #[serde(default)]
    pub(super) native_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawSign {
    #[serde(default)]
    pub(super) imports: Vec<String>,
    #[serde(default)]
    pub(super) exports: Vec<String>,
    #[serde(default)]
    pub(super) sections: Vec<String>,
    pub(super) weight: Str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawEntry {
    pub(super) name: String,
    pub(super) kind: Str,
    #[serde(default)]
    pub(super) params: Option<Vec<Str>>,
    #[serde(default)]
    pub(super) results: Option<Vec<Str>>,
    #[serde(default)]
    pub(super) returned: Option<Str>,
    #[serde(default)]
    pub(super) args: Option<Spanned<Vec<RawArg>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawFunction {
    #[serde(default)]
    pub(super) module: Option<String>,
    pub(super) name: Str,
    #[serde(default)]
    pub(super) aliases: Vec<Str>,
    #[serde(default)]
    pub(super) shown: Option<String>,
    #[serde(default)]
    pub(super) args: Vec<RawArg>,
    #[serde(default)]
    pub(super) result: Option<Str>,
    #[serde(default)]
    pub(super) ok: Option<Spanned<i64>>,
    #[serde(default)]
    pub(super) returns: Option<Str>,
    pub(super) effects: Vec<Str>,
    #[serde(default)]
    pub(super) reentry: Option<bool>,
    #[serde(default)]
    pub(super) atomic: bool,
    #[serde(default)]
    pub(super) call_flags: Option<RawFlags>,
    #[serde(default)]
    pub(super) aborts_if: Option<RawAbortsIf>,
    #[serde(default)]
    pub(super) selector: Option<RawSelector>,
    #[serde(default)]
    pub(super) body: Option<RawBody>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawArg {
    pub(super) name: Str,
    pub(super) role: Str,
    #[serde(default, rename = "type")]
    pub(super) ty: Option<Str>,
    #[serde(default)]
    pub(super) what: Option<Str>,
    #[serde(default)]
    pub(super) len: Option<Str>,
    #[serde(default)]
    pub(super) size: Option<Spanned<u32>>,
    #[serde(default)]
    pub(super) unit: Option<u32>,
    #[serde(default)]
    pub(super) tagged: bool,
    #[serde(default)]
    pub(super) begins: Vec<u8>,
    #[serde(default)]
    pub(super) typed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawFlags {
    pub(super) arg: Str,
    #[serde(default)]
    pub(super) allow_reentry: u64,
    #[serde(default)]
    pub(super) read_only: u64,
    #[serde(default)]
    pub(super) tail_call: u64,
}

/// Without `set`, if the argument is 0.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawAbortsIf {
    pub(super) arg: Str,
    #[serde(default)]
    pub(super) set: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawSelector {
    pub(super) arg: Str,
    pub(super) encoding: Str,
    #[serde(default)]
    pub(super) field: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawBody {
    pub(super) arg: Str,
    pub(super) encoding: Str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawVirtual {
    pub(super) via: Vec<Str>,
    pub(super) select: String,
    #[serde(default)]
    pub(super) name: Option<String>,
    pub(super) effects: Vec<Str>,
    #[serde(default)]
    pub(super) body: Vec<RawField>,
    #[serde(default)]
    pub(super) gives: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawLayout {
    pub(super) of: Str,
    pub(super) encoding: Str,
    pub(super) fields: Vec<RawField>,
    #[serde(default)]
    pub(super) examples: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawResponse {
    pub(super) path: String,
    pub(super) effects: Vec<Str>,
    #[serde(default)]
    pub(super) fields: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawField {
    pub(super) name: Str,
    pub(super) what: Str,
    #[serde(default)]
    pub(super) out: bool,
    #[serde(default)]
    pub(super) number: Option<u32>,
    #[serde(default)]
    pub(super) size: Option<u32>,
    #[serde(default)]
    pub(super) prefix: Option<u32>,
}
