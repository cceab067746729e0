//! Formats in which contracts and hosts write what they hand each other.

pub(crate) mod cells;
pub(crate) mod cursor;
pub(crate) mod easy_codec;
pub(crate) mod handle_list;
pub(crate) mod json_text;
pub(crate) mod names;
pub(crate) mod packed;
pub(crate) mod protobuf;
pub(crate) mod tagged_value;
